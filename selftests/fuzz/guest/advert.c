// SPDX-License-Identifier: GPL-2.0-only
/* Advertisements, in each of which something may be wrong */
#include <string.h>

#include "frame.h"

static const u8 group4[4] = { 224, 0, 0, 18 };
static const u8 group6[16] = { 0xff, 0x02, [15] = 0x12 };
static const u8 group4_mac[6] = { 0x01, 0x00, 0x5e, 0, 0, 0x12 };
static const u8 group6_mac[6] = { 0x33, 0x33, 0, 0, 0, 0x12 };
static const u8 peer_mac[6] = { 0x02, 0, 0, 0, 0, 0x99 };
static const u8 peer6[16] = { 0xfe, 0x80, [15] = 0x99 };

static void put_digest(struct batch *batch, const struct member *m, bool sign,
		       u8 *p)
{
	struct sign_input input = m->input;
	struct sign other;

	if (sign) {
		sign_make(&m->sign, rng_below(batch->rng, 2), p + 8, p + 16);
		return;
	}
	switch (rng_below(batch->rng, 4)) {
	case 0:
		rng_bytes(batch->rng, p + 16, 20);
		break;
	case 1:
		memset(p + 16, 0, 20);
		break;
	case 2:		/* one address too many */
		memcpy(input.v4[input.n4++ % SIGN_ADDRS], "\x0a\1\2\3", 4);
		sign_prepare(&other, &input);
		sign_make(&other, 0, p + 8, p + 16);
		break;
	default:	/* the passphrase nearly */
		input.key[rng_below(batch->rng, SIGN_KEY)] ^= 1;
		sign_prepare(&other, &input);
		sign_make(&other, 0, p + 8, p + 16);
	}
}

/* The 36 bytes. */
void advert_make(struct batch *batch, const struct member *m, bool sign, u8 *p)
{
	struct rng *rng = batch->rng;

	p[0] = one_in(rng, 16) ? rng_next(rng) : 0x21;
	p[1] = one_in(rng, 12) ? rng_next(rng) : m->input.vhid;
	p[2] = rng_next(rng);
	p[3] = one_in(rng, 12) ? rng_next(rng) : 7;
	p[4] = one_in(rng, 4) ? rng_next(rng) : 0;
	p[5] = one_in(rng, 4) ? rng_next(rng) : rng_below(rng, 3);
	if (one_in(rng, 16))
		memset(p + 2, 255, 4);
	rng_bytes(rng, p + 8, 8);
	if (one_in(rng, 6) && m->cookie_known)
		memcpy(p + 8, m->cookie, 8);
	put_digest(batch, m, sign, p);
	put16(p + 6, 0);
	put16(p + 6, sign_cksum(p, ADVERT_LEN));
	if (one_in(rng, 16))
		put16(p + 6, rng_next(rng));
}

static void multicast4(struct batch *batch, struct frame *f,
		       const struct member *m)
{
	u8 src[4], *ip, *p;

	some_addr4(batch, m, src);
	frame_eth(f, group4_mac, one_in(batch->rng, 2) ? peer_mac :
		  member_mac(m), 0x0800);
	ip = frame_ip4(f, CARP, src, group4, ADVERT_LEN);
	ip[1] = 0x10;
	if (one_in(batch->rng, 12))
		ip[8] = rng_next(batch->rng);
	frame_sum4(ip);
	p = frame_grow(f, ADVERT_LEN);
	f->is_signed = batch->keyed || one_in(batch->rng, 2);
	advert_make(batch, m, f->is_signed, p);
}

static void multicast6(struct batch *batch, struct frame *f,
		       const struct member *m)
{
	u8 src[16], *ip, *p;

	some_addr6(batch, m, src);
	frame_eth(f, group6_mac, one_in(batch->rng, 2) ? peer_mac :
		  member_mac(m), 0x86dd);
	ip = frame_ip6(f, CARP, src, group6, ADVERT_LEN);
	if (one_in(batch->rng, 12))
		ip[7] = rng_next(batch->rng);
	p = frame_grow(f, ADVERT_LEN);
	f->is_signed = batch->keyed || one_in(batch->rng, 2);
	advert_make(batch, m, f->is_signed, p);
	if (one_in(batch->rng, 3))
		frame_sum6(f, ip, CARP, 6);
}

/* Signed, whoever has the passphrase: if not, the end of it is spoilt later. */
void advert_multicast(struct batch *batch)
{
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "advertisement", m);

	if (one_in(batch->rng, 2))
		multicast4(batch, f, m);
	else
		multicast6(batch, f, m);
}

/* To the group, or from the unicast peer to the host. */
static void live_headers(struct frame *f, const struct port *port,
			 const struct member *m, bool v6)
{
	static const u8 src4[4] = { 192, 0, 2, 9 }, any[16];
	bool unicast = v6 ? !!memcmp(m->config.peer6, any, 16) :
			    !!m->config.peer;

	if (v6) {
		frame_eth(f, unicast ? port->mac : group6_mac, peer_mac,
			  0x86dd);
		frame_ip6(f, CARP, unicast ? m->config.peer6 : peer6,
			  unicast ? port->own6 : group6, ADVERT_LEN);
	} else {
		frame_eth(f, unicast ? port->mac : group4_mac, peer_mac,
			  0x0800);
		frame_ip4(f, CARP, unicast ? (void *)&m->config.peer : src4,
			  unicast ? port->own4 : group4, ADVERT_LEN);
	}
}

size_t host_live_advert(const struct host *host, const struct member *m,
			bool v6, u8 *data)
{
	struct frame f = { .len = 0 };
	u8 *p;

	live_headers(&f, &host->port[m->port], m, v6);
	p = frame_grow(&f, ADVERT_LEN);
	memcpy(p, "\x21\0\0\7\0\1\0\0livelive", 16);
	p[1] = m->input.vhid;
	/* All addresses count: if it is taken, the kernel knows all of them. */
	sign_make(&m->sign, 1, p + 8, p + 16);
	put16(p + 6, sign_cksum(p, ADVERT_LEN));
	if (host->port[m->port].vid) {
		memmove(f.data + 16, f.data + 12, f.len - 12);
		put16(f.data + 12, 0x8100);
		put16(f.data + 14, host->port[m->port].vid);
		f.len += 4;
	}
	memcpy(data, f.data, f.len);
	return f.len;
}

/* The MASTER of a BACKUP says that it lives, in between. */
void advert_live(struct batch *batch)
{
	static const u8 any[16];
	const struct member *m = some_member(batch);
	bool v6 = !m->input.n4;
	struct frame *f;

	if (m->state != CARP_STATE_BACKUP || m->config.peer ||
	    memcmp(m->config.peer6, any, 16))
		return;
	f = frame_new(batch, "live master", NULL);
	f->as_is = true;
	f->len = host_live_advert(batch->host, m, v6, f->data);
}

void advert_unicast(struct batch *batch)
{
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "unicast", m);
	u8 dst[6], from[16], to[16];

	some_mac(batch, m, dst);
	if (one_in(batch->rng, 2)) {
		frame_eth(f, dst, peer_mac, 0x0800);
		some_addr4(batch, m, from);
		some_addr4(batch, m, to);
		if (m->config.peer && one_in(batch->rng, 2))
			memcpy(from, &m->config.peer, 4);
		frame_ip4(f, CARP, from, to, ADVERT_LEN);
	} else {
		frame_eth(f, dst, peer_mac, 0x86dd);
		some_addr6(batch, m, from);
		some_addr6(batch, m, to);
		if (one_in(batch->rng, 2))
			memcpy(from, m->config.peer6, 16);
		frame_ip6(f, CARP, from, to, ADVERT_LEN);
	}
	advert_make(batch, m, batch->keyed, frame_grow(f, ADVERT_LEN));
}

static void put_options(struct batch *batch, u8 *opt, u32 len)
{
	/* Router alert, record route, time stamp, source routes, ... */
	static const u8 types[] = { 0, 1, 7, 68, 130, 131, 134, 137, 148 };
	u32 at = 0, size;

	if (one_in(batch->rng, 3)) {
		rng_bytes(batch->rng, opt, len);
		return;
	}
	while (at + 4 <= len) {
		opt[at] = types[rng_below(batch->rng, ARRAY_SIZE(types))];
		size = one_in(batch->rng, 6) ? rng_next(batch->rng) & 255 :
			rng_between(batch->rng, 2, len - at);
		opt[at + 1] = size;
		opt[at + 2] = one_in(batch->rng, 2) ? 4 :
						      rng_below(batch->rng, 16);
		at += size > 1 ? size : 1;
	}
}

void advert_options(struct batch *batch)
{
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "IP options", m);
	u32 len = 4 * rng_between(batch->rng, 1, 10);
	u8 src[4], dst[4], *ip;

	some_addr4(batch, m, src);
	some_addr4(batch, m, dst);
	if (one_in(batch->rng, 2))
		memcpy(dst, group4, 4);
	frame_eth(f, dst[0] == 224 ? group4_mac :
		  batch->host->port[m->port].mac, peer_mac, 0x0800);
	ip = frame_ip4(f, one_in(batch->rng, 4) ? 1 : CARP, src, dst,
		       len + ADVERT_LEN);
	put_options(batch, frame_grow(f, len), len);
	ip[0] = 0x45 + len / 4;
	frame_sum4(ip);
	f->is_signed = batch->keyed || !memcmp(dst, group4, 4);
	advert_make(batch, m, f->is_signed, frame_grow(f, ADVERT_LEN));
}

/* The same again and again, but for a counter. */
void advert_flood(struct batch *batch)
{
	const struct member *m = some_member(batch);
	u32 n = rng_between(batch->rng, 8, 30);
	struct frame *first = frame_new(batch, "flood", m), *f;

	if (one_in(batch->rng, 2))
		multicast4(batch, first, m);
	else
		multicast6(batch, first, m);
	for (u32 i = 1; i < n; i++) {
		f = frame_new(batch, "flood", m);
		memmove(f, first, sizeof(*f));
		f->data[f->len - 21] = i;
	}
}
