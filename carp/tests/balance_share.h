/* SPDX-License-Identifier: GPL-2.0-only */
/* Conversations of many kinds, and how the hashes spread them over the nodes
 *
 * For the tests of evenness and for the table in testing.rst, which so show the
 * same.
 */
#ifndef _CARP_BALANCE_SHARE_H
#define _CARP_BALANCE_SHARE_H

#include <linux/string.h>
#include <linux/types.h>

#include "../balance.h"

#define SHARE_FLOWS	20000
#define SHARE_TCP	6

/**
 * enum share_pattern - where conversations come from
 * @SHARE_RANDOM: random addresses
 * @SHARE_SEQUENTIAL: neighbouring addresses
 * @SHARE_SUBNET: the 254 hosts of a subnet, to 79 neighbouring addresses
 * @SHARE_STEP2: every second address
 * @SHARE_STEP256: the same host of many subnets
 * @SHARE_PORTS: one host, from neighbouring ports
 *
 * All but SHARE_SUBNET are to one address, and all to one port.
 */
enum share_pattern {
	SHARE_RANDOM,
	SHARE_SEQUENTIAL,
	SHARE_SUBNET,
	SHARE_STEP2,
	SHARE_STEP256,
	SHARE_PORTS,
	SHARE_PATTERNS
};

/* Anything that looks random and is the same everywhere (xorshift). */
static inline u32 share_random(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* IPv4: 10.0.0.0 and on, to 192.0.2.1; IPv6: the last words of 2001:db8:: and
 * on, to 2001:db8:1::1.
 */
static inline void share_ends(struct carp_flow *flow, enum carp_family family,
			      u32 src, u32 dst)
{
	memset(flow, 0, sizeof(*flow));
	flow->family = family;
	flow->whole = true;
	flow->proto = SHARE_TCP;
	flow->sport = 40000;
	flow->dport = 443;
	if (family == CARP_INET) {
		flow->src[0] = 0x0a000000 + src;
		flow->dst[0] = 0xc0000201 + dst;
		return;
	}
	flow->src[0] = 0x20010db8;
	flow->src[3] = src;
	flow->dst[0] = 0x20010db8;
	flow->dst[1] = 0x00010000;
	flow->dst[3] = 1 + dst;
}

static inline void share_flow(struct carp_flow *flow, enum carp_family family,
			      enum share_pattern pattern, u32 i, u32 *seed)
{
	switch (pattern) {
	case SHARE_RANDOM:
		share_ends(flow, family, share_random(seed), 0);
		if (family == CARP_INET6)
			flow->src[2] = share_random(seed);
		break;
	case SHARE_SEQUENTIAL:
		share_ends(flow, family, 1 + i, 0);
		break;
	case SHARE_SUBNET:
		share_ends(flow, family, 1 + i % 254, i / 254);
		break;
	case SHARE_STEP2:
		share_ends(flow, family, 2 * i, 0);
		break;
	case SHARE_STEP256:
		share_ends(flow, family, 1 + 256 * i, 0);
		break;
	default:
		share_ends(flow, family, 1, 0);
		flow->sport = 1024 + i;
	}
}

/**
 * share_count - choose for SHARE_FLOWS conversations
 * @hash: how
 * @family: IPv4 or IPv6
 * @pattern: which conversations
 * @nodes: how many nodes there are
 * @counts: told how many each of them got; @nodes of them
 */
static inline void share_count(enum carp_hash hash, enum carp_family family,
			       enum share_pattern pattern, unsigned int nodes,
			       u32 *counts)
{
	struct carp_flow flow;
	u32 seed = 112;
	u32 i;

	memset(counts, 0, nodes * sizeof(*counts));
	for (i = 0; i < SHARE_FLOWS; i++) {
		share_flow(&flow, family, pattern, i, &seed);
		counts[carp_balance_node(hash, &flow, nodes)]++;
	}
}

#endif /* _CARP_BALANCE_SHARE_H */
