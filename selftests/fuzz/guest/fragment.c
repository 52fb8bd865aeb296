// SPDX-License-Identifier: GPL-2.0-only
/* Fragments and extension headers around advertisements and other traffic */
#include <string.h>

#include "frame.h"

#define WHOLE_MAX	256
#define PIECES_MAX	6

static const u8 group6[16] = { 0xff, 0x02, [15] = 0x12 };
static const u8 group4[4] = { 224, 0, 0, 18 };
static const u8 peer_mac[6] = { 0x02, 0, 0, 0, 0, 0x99 };

/**
 * struct whole - what is taken to pieces
 * @m: whom it is for
 * @proto: protocol number
 * @id: of all its fragments
 * @src: source
 * @dst: destination
 * @mac: Ethernet destination
 * @len: how long
 * @data: the payload
 */
struct whole {
	const struct member *m;
	u8 proto;
	u32 id;
	u8 src[16];
	u8 dst[16];
	u8 mac[6];
	u32 len;
	u8 data[WHOLE_MAX];
};

static void whole_make(struct batch *batch, struct whole *w, bool v6)
{
	static const u8 protos[] = { CARP, CARP, 17, 1, 58, 6 };

	w->m = some_member(batch);
	w->proto = protos[rng_below(batch->rng, ARRAY_SIZE(protos))];
	w->id = rng_below(batch->rng, 4);
	w->len = rng_between(batch->rng, ADVERT_LEN, WHOLE_MAX);
	rng_bytes(batch->rng, w->data, w->len);
	if (w->proto == CARP)
		advert_make(batch, w->m, batch->keyed, w->data);
	some_mac(batch, w->m, w->mac);
	if (v6) {
		some_addr6(batch, w->m, w->src);
		some_addr6(batch, w->m, w->dst);
		if (one_in(batch->rng, 3))
			memcpy(w->dst, group6, 16);
	} else {
		some_addr4(batch, w->m, w->src);
		some_addr4(batch, w->m, w->dst);
		if (one_in(batch->rng, 3))
			memcpy(w->dst, group4, 4);
	}
}

/* A piece: mostly the next one, now and then one that overlaps, is missing,
 * comes twice, is empty or begins behind the end.
 */
static void piece(struct batch *batch, const struct whole *w, u32 i, u32 n,
		  u32 *from, u32 *len)
{
	u32 size = (w->len / n + 7) & ~7U;

	*from = i * size;
	*len = size;
	switch (rng_below(batch->rng, 12)) {
	case 0:
		*from = 8 * rng_below(batch->rng, WHOLE_MAX / 8);
		break;
	case 1:
		*len = rng_below(batch->rng, 2 * size);
		break;
	case 2:
		*from += 8;
		break;
	case 3:
		*from = 65528;
		break;
	}
	if (*from >= w->len)
		*len = *from == 65528 ? 64 : 0;
	else if (*from + *len > w->len)
		*len = w->len - *from;
}

static void put_piece(struct frame *f, const struct whole *w, u32 from, u32 len)
{
	u8 *p = frame_grow(f, len);

	if (from < w->len)
		memcpy(p, w->data + from, len);
}

void fragment4(struct batch *batch)
{
	u32 n = rng_between(batch->rng, 1, PIECES_MAX), i, at, from, len;
	bool backwards = one_in(batch->rng, 2);
	struct whole w;
	struct frame *f;
	u8 *ip;

	whole_make(batch, &w, false);
	for (i = 0; i < n; i++) {
		at = backwards ? n - 1 - i : i;
		piece(batch, &w, at, n, &from, &len);
		f = frame_new(batch, "fragment", w.m);
		frame_eth(f, w.mac, peer_mac, 0x0800);
		ip = frame_ip4(f, w.proto, w.src, w.dst, len);
		put16(ip + 4, w.id);
		put16(ip + 6, from / 8 | (at + 1 < n ? 0x2000 : 0));
		frame_sum4(ip);
		put_piece(f, &w, from, len);
	}
}

void fragment6(struct batch *batch)
{
	u32 n = rng_between(batch->rng, 1, PIECES_MAX), i, at, from, len;
	bool backwards = one_in(batch->rng, 2);
	struct whole w;
	struct frame *f;
	u8 *p;

	whole_make(batch, &w, true);
	for (i = 0; i < n; i++) {
		at = backwards ? n - 1 - i : i;
		piece(batch, &w, at, n, &from, &len);
		f = frame_new(batch, "fragment6", w.m);
		frame_eth(f, w.mac, peer_mac, 0x86dd);
		frame_ip6(f, 44, w.src, w.dst, 8 + len);
		p = frame_grow(f, 8);
		p[0] = w.proto;
		put16(p + 2, from | (at + 1 < n));
		p[7] = w.id;
		put_piece(f, &w, from, len);
	}
}

/* One header, its options random, skipped or valid padding. */
static void extension(struct batch *batch, struct frame *f, u8 type, u8 next)
{
	u32 len = type == 44 ? 8 : 8 * rng_between(batch->rng, 1, 4);
	u8 *p = frame_grow(f, len);

	if (one_in(batch->rng, 3)) {
		rng_bytes(batch->rng, p, len);
	} else if (type == 43) {
		p[2] = rng_below(batch->rng, 5);
		p[3] = rng_below(batch->rng, 3);
	} else if (type != 44) {
		p[2] = one_in(batch->rng, 4) ? 5 : 1;	/* router alert, PadN */
		p[3] = p[2] == 5 ? 2 : len - 4;
	}
	p[0] = next;
	p[1] = one_in(batch->rng, 12) ? rng_next(batch->rng) : len / 8 - 1;
	if (type == 44 && !one_in(batch->rng, 4))
		memset(p + 1, 0, 7);
}

void extensions6(struct batch *batch)
{
	static const u8 types[] = { 0, 43, 44, 60, 51, 59 };
	const struct member *m = some_member(batch);
	struct frame *f = frame_new(batch, "extension headers", m);
	u32 n = rng_between(batch->rng, 1, one_in(batch->rng, 8) ? 40 : 4);
	u8 src[16], dst[16], mac[6], chain[41], *ip, *p;

	for (u32 i = 0; i < n; i++)
		chain[i] = types[rng_below(batch->rng, ARRAY_SIZE(types))];
	chain[n] = one_in(batch->rng, 4) ? 58 : CARP;
	some_mac(batch, m, mac);
	some_addr6(batch, m, src);
	some_addr6(batch, m, dst);
	if (one_in(batch->rng, 2)) {
		memcpy(dst, group6, 16);
		memcpy(mac, "\x33\x33\x00\x00\x00\x12", 6);
	}
	frame_eth(f, mac, peer_mac, 0x86dd);
	ip = frame_ip6(f, chain[0], src, dst, 0);
	for (u32 i = 0; i < n; i++)
		extension(batch, f, chain[i], chain[i + 1]);
	p = frame_grow(f, ADVERT_LEN);
	advert_make(batch, m, batch->keyed, p);
	put16(ip + 4, f->data + f->len - ip - IP6_LEN);
}
