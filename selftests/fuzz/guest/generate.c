// SPDX-License-Identifier: GPL-2.0-only
/* Frames: the blocks that they are made of, and what is done to all kinds */
#include <string.h>

#include "frame.h"

const struct member *some_member(struct batch *batch)
{
	return &batch->host->member[rng_below(batch->rng, MEMBERS)];
}

void some_mac(struct batch *batch, const struct member *m, u8 *mac)
{
	const struct port *port = &batch->host->port[m->port];

	switch (rng_below(batch->rng, 8)) {
	case 0:
		memset(mac, 0xff, 6);
		break;
	case 1:
		memcpy(mac, "\x01\x00\x5e\x00\x00\x12", 6);
		break;
	case 2:
		memcpy(mac, "\x33\x33\x00\x00\x00\x12", 6);
		break;
	case 3:
		rng_bytes(batch->rng, mac, 6);
		break;
	case 4:
	case 5:
		memcpy(mac, port->mac, 6);
		break;
	default:
		memcpy(mac, member_mac(m), 6);
	}
}

void some_addr4(struct batch *batch, const struct member *m, u8 *addr)
{
	const struct port *port = &batch->host->port[m->port];

	switch (rng_below(batch->rng, 10)) {
	case 0:
		rng_bytes(batch->rng, addr, 4);
		break;
	case 1:
		memcpy(addr, "\xe0\x00\x00\x12", 4);
		break;
	case 2:
		memset(addr, one_in(batch->rng, 2) ? 0xff : 0, 4);
		break;
	case 3:
	case 4:
		memcpy(addr, port->own4, 4);
		break;
	case 5:
		memcpy(addr, port->own4, 4);
		addr[3] = rng_next(batch->rng);
		break;
	default:
		memcpy(addr, m->input.n4 ? m->input.v4[0] : port->own4, 4);
	}
}

void some_addr6(struct batch *batch, const struct member *m, u8 *addr)
{
	const struct port *port = &batch->host->port[m->port];

	memcpy(addr, port->own6, 16);
	switch (rng_below(batch->rng, 10)) {
	case 0:
		rng_bytes(batch->rng, addr, 16);
		break;
	case 1:
		memcpy(addr, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x12", 16);
		break;
	case 2:
		memset(addr, 0, 16);
		break;
	case 3:
		memcpy(addr, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
		break;
	case 4:
		memcpy(addr, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x09", 16);
		break;
	case 5:
		addr[15] = rng_next(batch->rng);
		break;
	case 6:
		break;
	default:
		if (m->input.n6)
			memcpy(addr, m->input.v6[0], 16);
	}
}

struct frame *frame_new(struct batch *batch, const char *kind,
			const struct member *m)
{
	struct frame *f = &batch->frame[batch->n];

	if (batch->n < BATCH_MAX - 1)
		batch->n++;
	f->kind = kind;
	f->vid = m ? batch->host->port[m->port].vid : 0;
	f->as_is = false;
	f->is_signed = false;
	f->len = 0;
	return f;
}

u8 *frame_grow(struct frame *f, size_t len)
{
	u8 *p;

	/* Room for two tags is kept. */
	if (f->len + len > FRAME_ROOM - 8)
		f->len = FRAME_ROOM - 8 - len;
	p = f->data + f->len;
	memset(p, 0, len);
	f->len += len;
	return p;
}

void frame_eth(struct frame *f, const u8 *dst, const u8 *src, u16 type)
{
	u8 *p = frame_grow(f, ETH_LEN);

	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	put16(p + 12, type);
}

void frame_sum4(u8 *ip)
{
	put16(ip + 10, 0);
	put16(ip + 10, sign_cksum(ip, (ip[0] & 15) * 4));
}

u8 *frame_ip4(struct frame *f, u8 proto, const u8 *src, const u8 *dst,
	      size_t len)
{
	u8 *ip = frame_grow(f, IP4_LEN);

	ip[0] = 0x45;
	put16(ip + 2, IP4_LEN + len);
	ip[8] = 255;
	ip[9] = proto;
	memcpy(ip + 12, src, 4);
	memcpy(ip + 16, dst, 4);
	frame_sum4(ip);
	return ip;
}

u8 *frame_ip6(struct frame *f, u8 next, const u8 *src, const u8 *dst,
	      size_t len)
{
	u8 *ip = frame_grow(f, IP6_LEN);

	ip[0] = 0x60;
	put16(ip + 4, len);
	ip[6] = next;
	ip[7] = 255;
	memcpy(ip + 8, src, 16);
	memcpy(ip + 24, dst, 16);
	return ip;
}

void frame_sum6(struct frame *f, const u8 *ip, u8 next, size_t at)
{
	static u8 buf[40 + FRAME_ROOM];
	const u8 *upper = ip + IP6_LEN;
	size_t len = f->data + f->len - upper;

	memset(buf, 0, 40);
	memcpy(buf, ip + 8, 32);
	put16(buf + 34, len);
	buf[39] = next;
	put16(f->data + (upper - f->data) + at, 0);
	memcpy(buf + 40, upper, len);
	put16(f->data + (upper - f->data) + at, sign_cksum(buf, 40 + len));
}

static void add_tag(struct batch *batch, struct frame *f, u16 vid)
{
	u8 *p;

	if (f->len < ETH_LEN || f->len + 4 > FRAME_ROOM)
		return;
	p = f->data + 12;
	memmove(p + 4, p, f->len - 12);
	f->len += 4;
	put16(p, one_in(batch->rng, 8) ? 0x88a8 : 0x8100);
	put16(p + 2, vid | rng_below(batch->rng, 8) << 13);
}

/* The VLAN's own, another, none, or priority alone; seldom two of them. */
static void tag(struct batch *batch, struct frame *f)
{
	if (one_in(batch->rng, 12))
		add_tag(batch, f, rng_below(batch->rng, 4096));
	else if (f->vid && !one_in(batch->rng, 12))
		add_tag(batch, f, f->vid);
	else if (one_in(batch->rng, 12))
		add_tag(batch, f, one_in(batch->rng, 2) ? 0 : HOST_VID);
	/* That is too much to be foretold. */
	if (one_in(batch->rng, 20) && (batch->keyed || !f->is_signed))
		add_tag(batch, f, rng_below(batch->rng, 2) * HOST_VID);
}

static void change_bytes(struct batch *batch, struct frame *f)
{
	u32 n = rng_between(batch->rng, 1, 4), at;

	while (n--) {
		/* Mostly in the headers. */
		at = rng_below(batch->rng, one_in(batch->rng, 3) || f->len < 80
			       ? f->len : 80);
		if (one_in(batch->rng, 2))
			f->data[at] = rng_next(batch->rng);
		else
			f->data[at] ^= 1 << rng_below(batch->rng, 8);
	}
	if (f->len >= ETH_LEN + IP4_LEN && get16(f->data + 12) == 0x0800 &&
	    (f->data[ETH_LEN] & 15) * 4U <= f->len - ETH_LEN &&
	    one_in(batch->rng, 2))
		frame_sum4(f->data + ETH_LEN);
}

static void change_length(struct batch *batch, struct frame *f)
{
	u8 *p;
	u32 n;

	if (!one_in(batch->rng, 3)) {
		f->len = rng_between(batch->rng, ETH_LEN, f->len);
		return;
	}
	n = one_in(batch->rng, 8) ? rng_below(batch->rng, 9000) :
				    rng_below(batch->rng, 64);
	p = frame_grow(f, n);
	if (one_in(batch->rng, 2))
		rng_bytes(batch->rng, p, n);
}

/* Whoever has no passphrase has not made this one. */
static void spoil(struct batch *batch, struct frame *f)
{
	struct verdict v = verdict_of(batch->host, f);

	if (v.sure != ONE || (v.stat != CARP_STAT_IPACKETS &&
			      v.stat != CARP_STAT_IPACKETS6))
		return;
	/* Behind the advertisement may be bytes that do not matter. */
	for (u32 at = f->len - 1; at >= 3; at--) {
		f->data[at] ^= 0x5a;
		if (verdict_of(batch->host, f).stat != v.stat)
			return;
		f->data[at] ^= 0x5a;
	}
}

static void finish(struct batch *batch, struct frame *f)
{
	if (!f->as_is && one_in(batch->rng, 4))
		change_bytes(batch, f);
	if (!f->as_is && one_in(batch->rng, 6))
		change_length(batch, f);
	if (f->as_is && f->vid)
		add_tag(batch, f, f->vid);
	else if (!f->as_is)
		tag(batch, f);
	if (!f->as_is && !batch->keyed)
		spoil(batch, f);
}

void batch_fill(struct batch *batch, u32 frames)
{
	static void (*const makers[])(struct batch *batch) = {
		advert_multicast, advert_multicast, advert_multicast,
		advert_multicast, advert_live, advert_unicast, advert_options,
		advert_flood, corpus_frame, fragment4, fragment6, extensions6,
		arp_any, arp_any, nd_any, nd_any, mld_any, icmp_quote,
		traffic_any, traffic_any, client_any, client_any, garbage,
	};
	u32 from;

	batch->n = 0;
	while (batch->n < frames) {
		from = batch->n;
		makers[rng_below(batch->rng, ARRAY_SIZE(makers))](batch);
		for (; from < batch->n; from++)
			finish(batch, &batch->frame[from]);
	}
}
