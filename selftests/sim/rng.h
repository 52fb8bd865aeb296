/* SPDX-License-Identifier: GPL-2.0-only */
/* The only source of chance: the same seed is the same run */
#ifndef _SIM_RNG_H
#define _SIM_RNG_H

#include <linux/types.h>

struct rng {
	u64 state;
};

/* splitmix64: any seed will do, and neighbouring seeds have nothing in common.
 */
static inline u64 rng_next(struct rng *rng)
{
	u64 z = rng->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 to @n - 1; that they are not quite equally likely does not matter here. */
static inline u64 rng_below(struct rng *rng, u64 n)
{
	return n ? rng_next(rng) % n : 0;
}

static inline u64 rng_between(struct rng *rng, u64 min, u64 max)
{
	return min + rng_below(rng, max - min + 1);
}

/* In @parts of 65536 cases. */
static inline bool rng_chance(struct rng *rng, u32 parts)
{
	return parts && (rng_next(rng) & 0xffff) < parts;
}

#endif /* _SIM_RNG_H */
