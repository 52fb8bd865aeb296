// SPDX-License-Identifier: GPL-2.0-only
/* What clients, routers and strangers send */
#include <string.h>

#include "frame.h"

static const u8 peer_mac[6] = { 0x02, 0, 0, 0, 0, 0x99 };

/* An error about something that a virtual address is said to have sent. */
static void quote4(struct batch *batch, const struct member *m,
		   struct frame *f)
{
	static const u8 types[] = { 3, 3, 4, 5, 11, 12 };
	u8 mac[6], src[4], dst[4], *p, *ip;
	u32 at;

	some_mac(batch, m, mac);
	some_addr4(batch, m, src);
	some_addr4(batch, m, dst);
	frame_eth(f, mac, peer_mac, 0x0800);
	frame_ip4(f, 1, src, dst, 8 + IP4_LEN + ADVERT_LEN);
	at = f->len;
	p = frame_grow(f, 8);
	p[0] = types[rng_below(batch->rng, ARRAY_SIZE(types))];
	p[1] = rng_below(batch->rng, 16);
	put16(p + 6, rng_below(batch->rng, 1600));
	some_addr4(batch, m, src);
	some_addr4(batch, m, dst);
	ip = frame_ip4(f, one_in(batch->rng, 2) ? CARP : 17, src, dst,
		       ADVERT_LEN);
	if (one_in(batch->rng, 6))
		rng_bytes(batch->rng, ip, 8);
	advert_make(batch, m, batch->keyed, frame_grow(f, ADVERT_LEN));
	put16(p + 2, sign_cksum(p, f->len - at));
}

static void quote6(struct batch *batch, const struct member *m,
		   struct frame *f)
{
	u8 mac[6], src[16], dst[16], *p, *ip;

	some_mac(batch, m, mac);
	some_addr6(batch, m, src);
	some_addr6(batch, m, dst);
	frame_eth(f, mac, peer_mac, 0x86dd);
	ip = frame_ip6(f, 58, src, dst, 8 + IP6_LEN + ADVERT_LEN);
	p = frame_grow(f, 8);
	p[0] = rng_between(batch->rng, 1, 5);
	p[1] = rng_below(batch->rng, 8);
	put16(p + 6, rng_below(batch->rng, 1600));
	some_addr6(batch, m, src);
	some_addr6(batch, m, dst);
	frame_ip6(f, one_in(batch->rng, 2) ? CARP : 17, src, dst, ADVERT_LEN);
	advert_make(batch, m, batch->keyed, frame_grow(f, ADVERT_LEN));
	frame_sum6(f, ip, 58, 2);
}

void icmp_quote(struct batch *batch)
{
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "ICMP error", m);

	if (one_in(batch->rng, 2))
		quote4(batch, m, f);
	else
		quote6(batch, m, f);
}

/* Echo, UDP or TCP; where the sum is, and how long the header. */
static void put_upper(struct batch *batch, struct frame *f, u8 proto, u32 len)
{
	u8 *p = frame_grow(f, len);

	rng_bytes(batch->rng, p, len);
	if (proto == 1 || proto == 58) {
		put16(p, proto == 1 ? 0x0800 : 0x8000);
		put16(p + 2, 0);
		if (proto == 1)
			put16(p + 2, sign_cksum(p, len));
	} else if (proto == 17) {
		put16(p + 2, one_in(batch->rng, 2) ? 9 : 53);
		put16(p + 4, len);
		put16(p + 6, 0);
	} else if (proto == 6) {
		p[12] = 0x50;
		p[13] = one_in(batch->rng, 2) ? 2 : rng_next(batch->rng);
	}
}

/* From anywhere to a virtual address, to the host, or through it. */
void traffic_any(struct batch *batch)
{
	static const u8 protos[] = { 1, 17, 6 };
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "traffic", m);
	u8 proto = protos[rng_below(batch->rng, ARRAY_SIZE(protos))];
	u32 len = rng_between(batch->rng, 20, one_in(batch->rng, 6) ? 1480 :
							      60);
	u8 mac[6], src[16], dst[16], *ip;

	some_mac(batch, m, mac);
	if (one_in(batch->rng, 2)) {
		some_addr4(batch, m, src);
		some_addr4(batch, m, dst);
		frame_eth(f, mac, peer_mac, 0x0800);
		frame_ip4(f, proto, src, dst, len);
		put_upper(batch, f, proto, len);
		return;
	}
	some_addr6(batch, m, src);
	some_addr6(batch, m, dst);
	if (proto == 1)
		proto = 58;
	frame_eth(f, mac, peer_mac, 0x86dd);
	ip = frame_ip6(f, proto, src, dst, len);
	put_upper(batch, f, proto, len);
	frame_sum6(f, ip, proto, proto == 58 ? 2 : proto == 17 ? 6 : 16);
}

/* Runts, giants, any type and any bytes; VRRP, which has the same number. */
void garbage(struct batch *batch)
{
	static const u16 types[] = {
		0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8863, 0x88cc, 0x0026,
		0x05ff, 0x0600,
	};
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "garbage", m);
	u32 len = one_in(batch->rng, 4) ? rng_below(batch->rng, 9000) :
					  rng_below(batch->rng, 80);
	u8 mac[6], *p;

	some_mac(batch, m, mac);
	frame_eth(f, mac, peer_mac,
		  types[rng_below(batch->rng, ARRAY_SIZE(types))]);
	p = frame_grow(f, len);
	rng_bytes(batch->rng, p, len);
	if (len > 40 && one_in(batch->rng, 2)) {
		memcpy(p, "\x45\xc0\0\x28\0\0\0\0\xff\x70", 10);
		memcpy(p + 16, "\xe0\0\0\x12", 4);
		p[20] = one_in(batch->rng, 2) ? 0x21 : 0x31;
		frame_sum4(p);
	}
}
