// SPDX-License-Identifier: GPL-2.0-only
/* ARP, neighbour discovery, group membership */
#include <string.h>

#include "frame.h"

static const u8 peer_mac[6] = { 0x02, 0, 0, 0, 0, 0x99 };
static const u8 broadcast[6] = { 255, 255, 255, 255, 255, 255 };

void arp_any(struct batch *batch)
{
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "ARP", m);
	u8 mac[6], *p;

	some_mac(batch, m, mac);
	frame_eth(f, one_in(batch->rng, 2) ? broadcast : mac, peer_mac, 0x0806);
	p = frame_grow(f, 28);
	put16(p, one_in(batch->rng, 12) ? rng_next(batch->rng) : 1);
	put16(p + 2, one_in(batch->rng, 12) ? rng_next(batch->rng) : 0x0800);
	p[4] = one_in(batch->rng, 12) ? rng_next(batch->rng) : 6;
	p[5] = one_in(batch->rng, 12) ? rng_next(batch->rng) : 4;
	put16(p + 6, one_in(batch->rng, 12) ? rng_below(batch->rng, 10) :
					      rng_between(batch->rng, 1, 2));
	memcpy(p + 8, peer_mac, 6);
	if (one_in(batch->rng, 4))
		some_mac(batch, m, p + 8);
	some_addr4(batch, m, p + 14);
	some_mac(batch, m, p + 18);
	some_addr4(batch, m, p + 24);
	if (one_in(batch->rng, 4))
		memcpy(p + 24, p + 14, 4);
	/* As cards pad them. */
	if (one_in(batch->rng, 2))
		frame_grow(f, 18);
}

/* Link-layer address, prefix, redirected header, MTU, nonce, DNS, ... */
static void nd_option(struct batch *batch, struct frame *f)
{
	static const u8 types[] = { 1, 2, 3, 4, 5, 14, 24, 25, 31 };
	static const u8 sizes[] = { 1, 1, 4, 2, 1, 1, 3, 3, 2 };
	u32 which = rng_below(batch->rng, ARRAY_SIZE(types));
	u32 len = 8 * (one_in(batch->rng, 8) ? rng_below(batch->rng, 5) :
					       sizes[which]);
	u8 *p = frame_grow(f, len ? len : 2);

	rng_bytes(batch->rng, p, len ? len : 2);
	p[0] = types[which];
	p[1] = one_in(batch->rng, 10) ? rng_next(batch->rng) : len / 8;
	if (types[which] == 3 && len == 32) {
		p[2] = 64;
		p[3] = 0xc0;
		memcpy(p + 16, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	} else if (types[which] <= 2 && len == 8) {
		memcpy(p + 2, peer_mac, 6);
	}
}

/* Solicitation and advertisement of routers and of neighbours, redirect. */
void nd_any(struct batch *batch)
{
	static const u8 fixed[] = { 8, 16, 24, 24, 40 };
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "neighbour discovery", m);
	u32 which = rng_below(batch->rng, 5), at;
	u8 mac[6], src[16], dst[16], *ip, *p;

	some_mac(batch, m, mac);
	some_addr6(batch, m, src);
	some_addr6(batch, m, dst);
	frame_eth(f, mac, peer_mac, 0x86dd);
	ip = frame_ip6(f, 58, src, dst, 0);
	at = f->len;
	p = frame_grow(f, fixed[which]);
	p[0] = 133 + which;
	if (one_in(batch->rng, 12))
		p[1] = rng_next(batch->rng);
	if (which)
		rng_bytes(batch->rng, p + 4, which == 1 ? 12 : 4);
	if (which >= 2)
		some_addr6(batch, m, p + 8);
	if (which == 4)
		some_addr6(batch, m, p + 24);
	while (one_in(batch->rng, 2))
		nd_option(batch, f);
	put16(ip + 4, f->len - at);
	if (one_in(batch->rng, 8))
		ip[7] = rng_next(batch->rng);
	frame_sum6(f, ip, 58, 2);
}

static void igmp(struct batch *batch, const struct member *m, struct frame *f)
{
	static const u8 types[] = { 0x11, 0x12, 0x16, 0x17, 0x22 };
	u32 len = rng_between(batch->rng, 8, 40);
	u8 src[4], *p;

	some_addr4(batch, m, src);
	frame_eth(f, (const u8 *)"\x01\x00\x5e\x00\x00\x01", peer_mac, 0x0800);
	frame_ip4(f, 2, src, (const u8 *)"\xe0\0\0\1", len);
	p = frame_grow(f, len);
	rng_bytes(batch->rng, p, len);
	p[0] = types[rng_below(batch->rng, ARRAY_SIZE(types))];
	memcpy(p + 4, "\xe0\0\0\x12", 4);
	put16(p + 2, 0);
	put16(p + 2, sign_cksum(p, len));
}

/* Queries and reports, IPv6 ones behind a router alert or not. */
void mld_any(struct batch *batch)
{
	static const u8 types[] = { 130, 131, 132, 143 };
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "membership", m);
	u32 len = rng_between(batch->rng, 24, 64);
	u8 src[16], dst[16], *ip, *p;

	if (one_in(batch->rng, 2)) {
		igmp(batch, m, f);
		return;
	}
	some_addr6(batch, m, src);
	some_addr6(batch, m, dst);
	frame_eth(f, (const u8 *)"\x33\x33\0\0\0\x01", peer_mac, 0x86dd);
	ip = frame_ip6(f, one_in(batch->rng, 4) ? 58 : 0, src, dst, len + 8);
	if (one_in(batch->rng, 2))
		ip[7] = 1;
	memcpy(frame_grow(f, 8), "\x3a\0\5\2\0\0\1\0", 8);
	p = frame_grow(f, len);
	rng_bytes(batch->rng, p + 4, len - 4);
	p[0] = types[rng_below(batch->rng, ARRAY_SIZE(types))];
	some_addr6(batch, m, p + 8);
	/* The pseudo-header has the upper layer alone. */
	put16(p + 2, rng_next(batch->rng));
}
