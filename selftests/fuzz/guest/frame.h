/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of all kinds, right and wrong, and what is to become of them */
#ifndef _FUZZ_FRAME_H
#define _FUZZ_FRAME_H

#include "host.h"

#define FRAME_ROOM	10000
#define BATCH_MAX	64

#define ETH_LEN		14
#define IP4_LEN		20
#define IP6_LEN		40
#define ADVERT_LEN	36
#define CARP		112

/**
 * struct frame - bytes
 * @kind: what it was meant to be
 * @vid: the VLAN of the member that it is about
 * @len: how many bytes
 * @as_is: it is not to be changed any more
 * @is_signed: by whoever has the passphrase
 * @data: the bytes
 */
struct frame {
	const char *kind;
	u16 vid;
	bool as_is;
	bool is_signed;
	u32 len;
	u8 data[FRAME_ROOM];
};

/**
 * struct batch - frames that are sent one after the other
 * @rng: chance
 * @host: whom they are for
 * @keyed: the sender has the passphrases: states may change
 * @n: how many
 * @frame: the frames
 */
struct batch {
	struct rng *rng;
	const struct host *host;
	bool keyed;
	u32 n;
	struct frame frame[BATCH_MAX];
};

/**
 * struct verdict - what a frame is to be counted as
 * @sure: NONE: by no counter of advertisements; ONE: @stat, by one; MAYBE: by
 *	one at most, whichever
 * @stat: the counter
 * @member: whose, or -1 for the parent's
 * @port: which parent
 */
struct verdict {
	enum { NONE, ONE, MAYBE } sure;
	enum carp_stat stat;
	int member;
	int port;
};

/* The next of @batch, empty; one that nobody sends if there is no room. */
struct frame *frame_new(struct batch *batch, const char *kind,
			const struct member *m);
u8 *frame_grow(struct frame *f, size_t len);
void frame_eth(struct frame *f, const u8 *dst, const u8 *src, u16 type);
/* Headers for @len bytes that are yet to follow. */
u8 *frame_ip4(struct frame *f, u8 proto, const u8 *src, const u8 *dst,
	      size_t len);
u8 *frame_ip6(struct frame *f, u8 next, const u8 *src, const u8 *dst,
	      size_t len);
void frame_sum4(u8 *ip);
/* The sum of an upper layer with the pseudo-header, into the two bytes @at. */
void frame_sum6(struct frame *f, const u8 *ip, u8 next, size_t at);

static inline void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline u16 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

/* generate.c */
void batch_fill(struct batch *batch, u32 frames);
/* advert.c */
void advert_make(struct batch *batch, const struct member *m, bool sign,
		 u8 *p);
void advert_multicast(struct batch *batch);
void advert_live(struct batch *batch);
void advert_unicast(struct batch *batch);
void advert_options(struct batch *batch);
void advert_flood(struct batch *batch);
/* corpus.c; the captures are found from where the @program is */
void corpus_load(const char *program);
void corpus_frame(struct batch *batch);
/* fragment.c */
void fragment4(struct batch *batch);
void fragment6(struct batch *batch);
void extensions6(struct batch *batch);
/* neighbour.c */
void arp_any(struct batch *batch);
void nd_any(struct batch *batch);
void mld_any(struct batch *batch);
/* speak.c */
void client_any(struct batch *batch);
/* traffic.c */
void icmp_quote(struct batch *batch);
void traffic_any(struct batch *batch);
void garbage(struct batch *batch);

/* generate.c again: chance */
const struct member *some_member(struct batch *batch);
void some_mac(struct batch *batch, const struct member *m, u8 *mac);
void some_addr4(struct batch *batch, const struct member *m, u8 *addr);
void some_addr6(struct batch *batch, const struct member *m, u8 *addr);

struct verdict verdict_of(const struct host *host, const struct frame *f);
/* The same for CARP_STAT_NOTMASTER and CARP_STAT_ARPDROP, of a member. */
struct verdict drop_of(const struct host *host, const struct frame *f);

#endif /* _FUZZ_FRAME_H */
