// SPDX-License-Identifier: GPL-2.0-only
/* What is to become of a frame, by the receive checks of protocol.rst
 *
 * Sure about what is sent to the group by multicast; what goes through the IP
 * layer is counted once at most.
 */
#include <string.h>

#include "frame.h"

static const u8 group4[4] = { 224, 0, 0, 18 };
static const u8 group6[16] = { 0xff, 0x02, [15] = 0x12 };

/* What is left of the frame. */
struct rest {
	const struct host *host;
	const u8 *at;
	size_t len;
	int port;
};

static struct verdict one(const struct rest *r, enum carp_stat stat)
{
	return (struct verdict) { ONE, stat, -1, r->port };
}

static const struct verdict none = { .sure = NONE };
static const struct verdict maybe = { .sure = MAYBE };

/* Who listens to the group for this vhid, or -1. */
static int listener(const struct rest *r, u8 vhid, bool v6)
{
	static const u8 any[16];

	for (int i = 0; i < MEMBERS; i++) {
		const struct member *m = &r->host->member[i];

		if (m->port != r->port || m->input.vhid != vhid ||
		    m->state == CARP_STATE_INIT)
			continue;
		if (v6 ? !memcmp(m->config.peer6, any, 16) : !m->config.peer)
			return i;
	}
	return -1;
}

static struct verdict of_advert(const struct rest *r, const u8 *p, bool v6)
{
	struct verdict v = one(r, CARP_STAT_BADVHID);
	const struct member *m;
	int i = listener(r, p[1], v6);

	if (i < 0)
		return v;
	m = &r->host->member[i];
	v.member = i;
	if (p[0] >> 4 != 2)
		v.stat = CARP_STAT_BADVER;
	else if (!sign_verify(&m->sign, p + 8, p + 16))
		v.stat = CARP_STAT_BADAUTH;
	else if (m->cookie_known && !memcmp(p + 8, m->cookie, 8))
		v.stat = CARP_STAT_LOOPED;
	else
		v.stat = v6 ? CARP_STAT_IPACKETS6 : CARP_STAT_IPACKETS;
	return v;
}

static struct verdict of_group4(const struct rest *r)
{
	size_t hlen = (r->at[0] & 15) * 4, len = get16(r->at + 2);

	if (r->at[8] != 255)
		return one(r, CARP_STAT_BADTTL);
	if (hlen < IP4_LEN || len < hlen || r->len < len ||
	    get16(r->at + 6) & 0x3fff)
		return one(r, CARP_STAT_HDROPS);
	if (len - hlen < ADVERT_LEN)
		return one(r, CARP_STAT_BADLEN);
	if (sign_cksum(r->at, hlen) || sign_cksum(r->at + hlen, ADVERT_LEN))
		return one(r, CARP_STAT_BADSUM);
	return of_advert(r, r->at + hlen, false);
}

/* Either of the sums is right. */
static bool sum6_is_right(const struct rest *r)
{
	u8 buf[32 + 8 + ADVERT_LEN] = {};
	const u8 *p = r->at + IP6_LEN;

	if (!sign_cksum(p, ADVERT_LEN))
		return true;
	memcpy(buf, r->at + 8, 32);
	buf[35] = ADVERT_LEN;
	buf[39] = CARP;
	memcpy(buf + 40, p, ADVERT_LEN);
	return !sign_cksum(buf, sizeof(buf));
}

static struct verdict of_group6(const struct rest *r)
{
	size_t len = get16(r->at + 4);

	if (r->at[7] != 255)
		return one(r, CARP_STAT_BADTTL);
	if (r->len - IP6_LEN < len)
		return one(r, CARP_STAT_HDROPS);
	if (len < ADVERT_LEN)
		return one(r, CARP_STAT_BADLEN);
	if (!sum6_is_right(r))
		return one(r, CARP_STAT_BADSUM);
	return of_advert(r, r->at + IP6_LEN, true);
}

static struct verdict of_ip4(const struct rest *r, bool multicast)
{
	if (r->len < IP4_LEN || r->at[0] >> 4 != 4 || r->at[9] != CARP)
		return none;
	if (multicast && !memcmp(r->at + 16, group4, 4))
		return of_group4(r);
	return maybe;
}

static struct verdict of_ip6(const struct rest *r, bool multicast)
{
	const u8 *frag = r->at + IP6_LEN;
	bool group;
	u8 next;

	if (r->len < IP6_LEN || r->at[0] >> 4 != 6)
		return none;
	next = r->at[6];
	group = multicast && !memcmp(r->at + 24, group6, 16);
	if (group && next == CARP)
		return of_group6(r);
	if (group && next == 44 && r->len >= IP6_LEN + 8 && frag[0] == CARP &&
	    get16(frag + 2) & 0xfff9)
		return one(r, CARP_STAT_HDROPS);
	switch (next) {
	case CARP:
	case 0:		/* hop by hop */
	case 43:	/* routing */
	case 44:	/* fragment */
	case 50:
	case 51:
	case 60:	/* destination */
		return maybe;
	default:
		return none;
	}
}

/* As it is seen on the parent: false if on none of them. */
static bool arrive(struct rest *r, const struct host *host,
		   const struct frame *f, u16 *type)
{
	u16 vid;

	*r = (struct rest) { .host = host, .at = f->data, .len = f->len };
	if (r->len < ETH_LEN)
		return false;
	*type = get16(r->at + 12);
	r->at += ETH_LEN;
	r->len -= ETH_LEN;
	if (*type != 0x8100 && *type != 0x88a8)
		return true;
	/* A tag and a type, or the kernel drops it. */
	if (r->len < 6)
		return false;
	vid = get16(r->at) & 0xfff;
	r->port = vid == HOST_VID;
	/* Of no VLAN here, or of one with another sort of tags. */
	if (vid && (!r->port || *type == 0x88a8))
		return false;
	*type = get16(r->at + 2);
	r->at += 4;
	r->len -= 4;
	return true;
}

struct verdict verdict_of(const struct host *host, const struct frame *f)
{
	bool multicast = f->data[0] & 1;
	struct rest r;
	u16 type;

	if (!host->allow || !arrive(&r, host, f, &type))
		return none;
	switch (type) {
	case 0x0800:
		return of_ip4(&r, multicast);
	case 0x86dd:
		return of_ip6(&r, multicast);
	case 0x8100:
	case 0x88a8:
		return maybe;
	default:
		return none;
	}
}

static struct verdict dropped(const struct rest *r, int i, enum carp_stat stat)
{
	if (r->host->member[i].state == CARP_STATE_MASTER)
		return none;
	return (struct verdict) { ONE, stat, i, r->port };
}

/* Whose address it is on this link, or -1. */
static int address_owner(const struct rest *r, const u8 *addr, bool v6)
{
	for (int i = 0; i < MEMBERS; i++) {
		const struct member *m = &r->host->member[i];

		for (u32 j = 0; j < (v6 ? m->input.n6 : m->input.n4); j++) {
			if (m->port == r->port &&
			    !memcmp(addr, v6 ? m->input.v6[j] :
				    m->input.v4[j], v6 ? 16 : 4))
				return i;
		}
	}
	return -1;
}

/* Who is asked for by ARP or by a neighbour solicitation, or -1. */
static int asked(const struct rest *r, u16 type)
{
	const u8 *p = r->at;

	if (type == 0x0806 && r->len >= 28 && get16(p + 2) == 0x0800 &&
	    p[4] == 6 && p[5] == 4 && get16(p + 6) == 1 &&
	    memcmp(p + 14, p + 24, 4))
		return address_owner(r, p + 24, false);
	if (type == 0x86dd && r->len >= IP6_LEN + 24 && p[0] >> 4 == 6 &&
	    p[6] == 58 && p[IP6_LEN] == 135)
		return address_owner(r, p + IP6_LEN + 8, true);
	return -1;
}

/* ARP that is none goes to the parent, whoever it is sent to. */
static bool odd_arp(const struct rest *r, u16 type)
{
	const u8 *p = r->at;

	return type == 0x0806 && (r->len < 28 || get16(p + 2) != 0x0800 ||
				  p[4] != 6 || p[5] != 4);
}

struct verdict drop_of(const struct host *host, const struct frame *f)
{
	struct rest r;
	u16 type;
	int i;

	if (!arrive(&r, host, f, &type) || odd_arp(&r, type))
		return none;
	if (type == 0x8100 || type == 0x88a8)
		return maybe;
	i = asked(&r, type);
	if (i >= 0)
		return dropped(&r, i, CARP_STAT_ARPDROP);
	if (f->data[0] & 1)
		return none;
	for (i = 0; i < MEMBERS; i++) {
		const struct member *m = &host->member[i];

		if (m->port == r.port && !memcmp(f->data, member_mac(m), 6) &&
		    memcmp(f->data, host->port[r.port].mac, 6))
			return dropped(&r, i, CARP_STAT_NOTMASTER);
	}
	return none;
}
