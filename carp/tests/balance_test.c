// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of the choice between members */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../balance.h"
#include "balance_share.h"

#define RANDOM_FLOWS	1000

static const unsigned int node_counts[] = { 2, 3, 5, 8, 32 };

struct mac_case {
	const char *pass;
	u8 mac[CARP_MAC_LEN];
	u32 little;
	u32 big;
};

/* The first is published; the others were computed from the description of the
 * hash by another program.
 */
static const struct mac_case mac_cases[] = {
	{ "secret", { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55 },
	  0xca35733d, 0x6f54fd92 },
	{ "secret", { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 },
	  0x16793a4b, 0xf7827292 },
	{ "secret", { 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa },
	  0x745fa3cb, 0xd6348ce8 },
	{ "secret", { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 },
	  0x2c65ef5f, 0x20d0c124 },
	{ "", { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55 },
	  0x020b6ef4, 0x9402a602 },
	{ "", { 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 },
	  0x33825b9b, 0x9540786f },
	{ "mekmitasdigoat", { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 },
	  0x93dbe511, 0x90ddbee5 },
	{ "abcdefghijklmnopqrs", { 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa },
	  0x62544517, 0x4a5e2c37 },
};

static void mac_desc(const struct mac_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "pass \"%s\", MAC ...:%02x",
		 c->pass, c->mac[5]);
}

KUNIT_ARRAY_PARAM(mac, mac_cases, mac_desc);

static bool is_little_endian(void)
{
	const u32 one = 1;

	return *(const u8 *)&one;
}

static void mac_gives_the_known_hash(struct kunit *test)
{
	const struct mac_case *c = test->param_value;
	u8 key[CARP_KEY_LEN] = {};
	struct carp_machash hash;

	memcpy(key, c->pass, strlen(c->pass));
	carp_balance_mac_prepare(&hash, key);
	KUNIT_EXPECT_EQ(test, carp_balance_mac(&hash, c->mac),
			is_little_endian() ? c->little : c->big);
}

struct addr_case {
	const char *desc;
	enum carp_family family;
	u8 addr[CARP_IP6_LEN];
	unsigned int chosen[3];
};

/* Of 2, of 5 and of 32. */
static const struct addr_case addr_cases[] = {
	{ "192.0.2.7", CARP_INET, { 192, 0, 2, 7 }, { 1, 1, 7 } },
	{ "10.255.255.254", CARP_INET, { 10, 255, 255, 254 }, { 0, 4, 30 } },
	{ "255.255.255.255", CARP_INET, { 255, 255, 255, 255 }, { 1, 0, 31 } },
	{ "2001:db8::7", CARP_INET6,
	  { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 }, { 1, 2, 31 } },
	{ "fe80::211:22ff:fe33:4455", CARP_INET6,
	  { 0xfe, 0x80, [8] = 0x02, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55 },
	  { 0, 1, 10 } },
};

static void addr_desc(const struct addr_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(addr, addr_cases, addr_desc);

static void addr_gives_the_known_choice(struct kunit *test)
{
	static const unsigned int of[] = { 2, 5, 32 };
	const struct addr_case *c = test->param_value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(of); i++)
		KUNIT_EXPECT_EQ(test, c->family == CARP_INET ?
				carp_balance_addr4(c->addr, of[i]) :
				carp_balance_addr6(c->addr, of[i]),
				c->chosen[i]);
}

struct xor_case {
	const char *desc;
	enum carp_family family;
	u32 src[4];
	u32 dst[4];
	unsigned int chosen[6];
};

/* Of 1, 2, 3, 5, 8 and 32, by another program. */
static const struct xor_case xor_cases[] = {
	{ "198.51.100.7 192.0.2.1", CARP_INET, { 0xc6336407 }, { 0xc0000201 },
	  { 0, 0, 0, 0, 6, 6 } },
	{ "198.51.100.8 192.0.2.1", CARP_INET, { 0xc6336408 }, { 0xc0000201 },
	  { 0, 1, 0, 3, 1, 9 } },
	{ "10.0.0.1 10.0.0.2", CARP_INET, { 0x0a000001 }, { 0x0a000002 },
	  { 0, 1, 0, 3, 3, 3 } },
	{ "255.255.255.255 0.0.0.0", CARP_INET, { 0xffffffff }, { 0 },
	  { 0, 1, 0, 0, 7, 31 } },
	{ "2001:db8::7 2001:db8:1::1", CARP_INET6,
	  { 0x20010db8, 0, 0, 7 }, { 0x20010db8, 0x00010000, 0, 1 },
	  { 0, 0, 1, 2, 6, 6 } },
	{ "2001:db8:1:2:3:4:5:6 fe80::1234:5678:9abc:def0", CARP_INET6,
	  { 0x20010db8, 0x00010002, 0x00030004, 0x00050006 },
	  { 0xfe800000, 0, 0x12345678, 0x9abcdef0 }, { 0, 0, 2, 1, 0, 16 } },
	{ "fd00::ffff:ffff fd00::1", CARP_INET6,
	  { 0xfd000000, 0, 0, 0xffffffff }, { 0xfd000000, 0, 0, 1 },
	  { 0, 0, 2, 4, 6, 30 } },
};

static void xor_desc(const struct xor_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(xor, xor_cases, xor_desc);

/* Ports and what lies behind an IPv4 address do not matter to it. */
static void xor_gives_the_known_choice(struct kunit *test)
{
	static const unsigned int of[] = { 1, 2, 3, 5, 8, 32 };
	const struct xor_case *c = test->param_value;
	struct carp_flow flow = {
		.family = c->family, .whole = true, .proto = SHARE_TCP,
		.sport = 12345, .dport = 80,
	};
	unsigned int i;

	memcpy(flow.src, c->src, sizeof(flow.src));
	memcpy(flow.dst, c->dst, sizeof(flow.dst));
	if (c->family == CARP_INET)
		flow.src[3] = 0x5a5a5a5a;
	for (i = 0; i < ARRAY_SIZE(of); i++)
		KUNIT_EXPECT_EQ(test, carp_balance_node(CARP_HASH_XOR, &flow,
							of[i]), c->chosen[i]);
}

struct known_case {
	const char *desc;
	enum carp_hash hash;
	struct carp_flow flow;
	unsigned int chosen;
};

#define FLOW4 \
	.family = CARP_INET, .src = { 0xc6336407 }, .dst = { 0xc0000201 }
#define FLOW6 \
	.family = CARP_INET6, .src = { 0x20010db8, 0, 0, 7 }, \
	.dst = { 0x20010db8, 0x00010000, 0, 1 }
#define TCP	.whole = true, .proto = SHARE_TCP, .sport = 49152, .dport = 443

/* Of 4294967291 nodes, a prime that leaves nearly all bits of the hash. By
 * another program, from the formulas in protocol.rst: a member that chose
 * otherwise would not go together with older ones.
 */
static const struct known_case known_cases[] = {
	{ "l3, IPv4", CARP_HASH_L3, { FLOW4, TCP },
	  0x3e92ff19 },
	{ "l4, IPv4, TCP", CARP_HASH_L4, { FLOW4, TCP },
	  0x5d1e48ba },
	{ "l4, IPv4, a fragment", CARP_HASH_L4, { FLOW4 },
	  0x3e92ff19 },
	{ "l4, IPv4, ICMP", CARP_HASH_L4, { FLOW4, .whole = true, .proto = 1 },
	  0x116298dc },
	{ "l3, IPv6", CARP_HASH_L3, { FLOW6, TCP },
	  0xfa92e91d },
	{ "l4, IPv6, TCP", CARP_HASH_L4, { FLOW6, TCP },
	  0x9394cb5b },
	{ "l4, IPv6, a fragment", CARP_HASH_L4, { FLOW6 },
	  0xfa92e91d },
};

static void known_desc(const struct known_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(known, known_cases, known_desc);

static void mix_gives_the_known_choice(struct kunit *test)
{
	const struct known_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, carp_balance_node(c->hash, &c->flow, 4294967291U),
			c->chosen);
}

static void random_flow(struct carp_flow *flow, u32 *seed)
{
	unsigned int i;

	memset(flow, 0, sizeof(*flow));
	flow->family = share_random(seed) % 2 ? CARP_INET : CARP_INET6;
	for (i = 0; i < ARRAY_SIZE(flow->src); i++) {
		flow->src[i] = share_random(seed);
		flow->dst[i] = share_random(seed);
	}
	flow->whole = share_random(seed) % 4;
	flow->proto = share_random(seed);
	flow->sport = share_random(seed);
	flow->dport = share_random(seed);
}

static void both_directions_go_to_one_node(struct kunit *test)
{
	struct carp_flow flow, back;
	enum carp_hash hash;
	u32 seed = 112;
	u32 i;

	for (i = 0; i < RANDOM_FLOWS; i++) {
		random_flow(&flow, &seed);
		back = flow;
		memcpy(back.src, flow.dst, sizeof(back.src));
		memcpy(back.dst, flow.src, sizeof(back.dst));
		back.sport = flow.dport;
		back.dport = flow.sport;
		for (hash = CARP_HASH_XOR; hash <= CARP_HASH_L4; hash++)
			KUNIT_EXPECT_EQ(test,
					carp_balance_node(hash, &flow, 31),
					carp_balance_node(hash, &back, 31));
	}
}

static void fragments_go_by_address(struct kunit *test)
{
	struct carp_flow flow;
	u32 seed = 112;
	u32 i;

	for (i = 0; i < RANDOM_FLOWS; i++) {
		random_flow(&flow, &seed);
		flow.whole = false;
		KUNIT_EXPECT_EQ(test,
				carp_balance_node(CARP_HASH_L4, &flow, 31),
				carp_balance_node(CARP_HASH_L3, &flow, 31));
	}
}

static unsigned int l4_changes(struct kunit *test, u8 proto, u16 sport,
			       u16 dport)
{
	struct carp_flow flow, other;
	unsigned int changed = 0;
	u32 seed = 112;
	u32 i;

	for (i = 0; i < RANDOM_FLOWS; i++) {
		random_flow(&flow, &seed);
		flow.whole = true;
		other = flow;
		other.proto ^= proto;
		other.sport ^= sport;
		other.dport ^= dport;
		changed += carp_balance_node(CARP_HASH_L4, &flow, 2) !=
			   carp_balance_node(CARP_HASH_L4, &other, 2);
		KUNIT_EXPECT_EQ(test,
				carp_balance_node(CARP_HASH_L3, &flow, 31),
				carp_balance_node(CARP_HASH_L3, &other, 31));
	}
	return changed;
}

/* Half of them, when there are two nodes: 500, sigma 16. */
static void each_bit_matters_to_l4_alone(struct kunit *test)
{
	unsigned int bit;
	unsigned int n;

	for (bit = 0; bit < 40; bit++) {
		n = l4_changes(test, bit < 8 ? 1 << bit : 0,
			       bit >= 8 && bit < 24 ? 1 << (bit - 8) : 0,
			       bit >= 24 ? 1 << (bit - 24) : 0);
		KUNIT_EXPECT_GT(test, n, 430);
		KUNIT_EXPECT_LT(test, n, 570);
	}
}

struct share_case {
	const char *desc;
	enum carp_hash hash;
	enum share_pattern pattern;
};

static const struct share_case even_cases[] = {
	{ "xor, random", CARP_HASH_XOR, SHARE_RANDOM },
	{ "l3, random", CARP_HASH_L3, SHARE_RANDOM },
	{ "l3, sequential", CARP_HASH_L3, SHARE_SEQUENTIAL },
	{ "l3, one subnet", CARP_HASH_L3, SHARE_SUBNET },
	{ "l3, every 2nd", CARP_HASH_L3, SHARE_STEP2 },
	{ "l3, every 256th", CARP_HASH_L3, SHARE_STEP256 },
	{ "l4, random", CARP_HASH_L4, SHARE_RANDOM },
	{ "l4, sequential", CARP_HASH_L4, SHARE_SEQUENTIAL },
	{ "l4, one subnet", CARP_HASH_L4, SHARE_SUBNET },
	{ "l4, every 2nd", CARP_HASH_L4, SHARE_STEP2 },
	{ "l4, every 256th", CARP_HASH_L4, SHARE_STEP256 },
	{ "l4, one client", CARP_HASH_L4, SHARE_PORTS },
};

static void share_desc(const struct share_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(even, even_cases, share_desc);

/* A node's number n is one of SHARE_FLOWS throws of a die with as many sides as
 * there are nodes. Squares, for (n - mean)^2 <= (4.5 sigma)^2 in whole numbers.
 */
static void expect_even(struct kunit *test, const u32 *counts,
			unsigned int nodes)
{
	unsigned int i;
	s64 off;

	for (i = 0; i < nodes; i++) {
		off = (s64)counts[i] * nodes - SHARE_FLOWS;
		KUNIT_EXPECT_LE(test, 4 * off * off,
				81LL * SHARE_FLOWS * (nodes - 1));
	}
}

static void spreads_evenly(struct kunit *test)
{
	const struct share_case *c = test->param_value;
	u32 counts[CARP_NODES_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(node_counts); i++) {
		share_count(c->hash, CARP_INET, c->pattern, node_counts[i],
			    counts);
		expect_even(test, counts, node_counts[i]);
		share_count(c->hash, CARP_INET6, c->pattern, node_counts[i],
			    counts);
		expect_even(test, counts, node_counts[i]);
	}
}

/* Askers whose MAC addresses, as those of one vendor, are so far apart. */
static void count_macs(u32 apart, unsigned int nodes, u32 *counts)
{
	static const u8 key[CARP_KEY_LEN] = "secret";
	u8 mac[CARP_MAC_LEN] = { 0x52, 0x54 };
	struct carp_machash hash;
	u32 i, n;

	carp_balance_mac_prepare(&hash, key);
	memset(counts, 0, nodes * sizeof(*counts));
	for (i = 0; i < SHARE_FLOWS; i++) {
		n = i * apart;
		mac[3] = n >> 16;
		mac[4] = n >> 8;
		mac[5] = n;
		counts[carp_balance_mac(&hash, mac) % nodes]++;
	}
}

static void mac_spreads_evenly(struct kunit *test)
{
	u32 counts[CARP_NODES_MAX];
	unsigned int i;
	u32 apart;

	for (i = 0; i < ARRAY_SIZE(node_counts); i++)
		for (apart = 1; apart <= 256; apart *= 2) {
			count_macs(apart, node_counts[i], counts);
			expect_even(test, counts, node_counts[i]);
		}
}

/* Askers whose addresses are neighbours. */
static void count_addrs(enum carp_family family, unsigned int nodes,
			u32 *counts)
{
	u8 addr4[CARP_IP4_LEN] = { 10 };
	u8 addr6[CARP_IP6_LEN] = { 0x20, 0x01, 0x0d, 0xb8 };
	u32 i, n;

	memset(counts, 0, nodes * sizeof(*counts));
	for (i = 0; i < SHARE_FLOWS; i++) {
		addr4[2] = i >> 8;
		addr4[3] = i;
		addr6[14] = i >> 8;
		addr6[15] = i;
		n = family == CARP_INET ? carp_balance_addr4(addr4, nodes) :
					  carp_balance_addr6(addr6, nodes);
		counts[n]++;
	}
}

static void addr_spreads_evenly(struct kunit *test)
{
	u32 counts[CARP_NODES_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(node_counts); i++) {
		count_addrs(CARP_INET, node_counts[i], counts);
		expect_even(test, counts, node_counts[i]);
		count_addrs(CARP_INET6, node_counts[i], counts);
		expect_even(test, counts, node_counts[i]);
	}
}

struct skew_case {
	const char *desc;
	enum carp_hash hash;
	enum share_pattern pattern;
	unsigned int nodes;
	u32 most;
	u32 least;
};

/* What xor and l3 cannot do, and is said in the admin guide; and where xor is
 * better than any mixing. By another program. The same for IPv4 and IPv6.
 */
static const struct skew_case skew_cases[] = {
	{ "xor, sequential, 2", CARP_HASH_XOR, SHARE_SEQUENTIAL, 2,
	  10000, 10000 },
	{ "xor, sequential, 3", CARP_HASH_XOR, SHARE_SEQUENTIAL, 3,
	  6668, 6666 },
	{ "xor, sequential, 32", CARP_HASH_XOR, SHARE_SEQUENTIAL, 32,
	  625, 625 },
	{ "xor, one subnet, 3", CARP_HASH_XOR, SHARE_SUBNET, 3, 6720, 6640 },
	{ "xor, one subnet, 5", CARP_HASH_XOR, SHARE_SUBNET, 5, 4064, 3984 },
	{ "xor, every 2nd, 2", CARP_HASH_XOR, SHARE_STEP2, 2, 20000, 0 },
	{ "xor, every 2nd, 3", CARP_HASH_XOR, SHARE_STEP2, 3, 6667, 6666 },
	{ "xor, every 2nd, 8", CARP_HASH_XOR, SHARE_STEP2, 8, 5000, 0 },
	{ "xor, every 2nd, 32", CARP_HASH_XOR, SHARE_STEP2, 32, 1250, 0 },
	{ "xor, every 256th, 2", CARP_HASH_XOR, SHARE_STEP256, 2, 20000, 0 },
	{ "xor, every 256th, 3", CARP_HASH_XOR, SHARE_STEP256, 3, 6667, 6666 },
	{ "xor, every 256th, 8", CARP_HASH_XOR, SHARE_STEP256, 8, 20000, 0 },
	{ "xor, every 256th, 32", CARP_HASH_XOR, SHARE_STEP256, 32, 20000, 0 },
	{ "xor, one client, 2", CARP_HASH_XOR, SHARE_PORTS, 2, 20000, 0 },
	{ "l3, one client, 2", CARP_HASH_L3, SHARE_PORTS, 2, 20000, 0 },
};

static void skew_desc(const struct skew_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(skew, skew_cases, skew_desc);

static void is_as_uneven_as_known(struct kunit *test)
{
	const struct skew_case *c = test->param_value;
	u32 counts[CARP_NODES_MAX];
	enum carp_family family;
	u32 most, least;
	unsigned int i;

	for (family = CARP_INET; family <= CARP_INET6; family++) {
		share_count(c->hash, family, c->pattern, c->nodes, counts);
		least = SHARE_FLOWS;
		most = 0;
		for (i = 0; i < c->nodes; i++) {
			if (counts[i] < least)
				least = counts[i];
			if (counts[i] > most)
				most = counts[i];
		}
		KUNIT_EXPECT_EQ(test, most, c->most);
		KUNIT_EXPECT_EQ(test, least, c->least);
	}
}

static struct kunit_case balance_cases[] = {
	KUNIT_CASE_PARAM(mac_gives_the_known_hash, mac_gen_params),
	KUNIT_CASE_PARAM(addr_gives_the_known_choice, addr_gen_params),
	KUNIT_CASE_PARAM(xor_gives_the_known_choice, xor_gen_params),
	KUNIT_CASE_PARAM(mix_gives_the_known_choice, known_gen_params),
	KUNIT_CASE(both_directions_go_to_one_node),
	KUNIT_CASE(fragments_go_by_address),
	KUNIT_CASE(each_bit_matters_to_l4_alone),
	KUNIT_CASE_PARAM(spreads_evenly, even_gen_params),
	KUNIT_CASE(mac_spreads_evenly),
	KUNIT_CASE(addr_spreads_evenly),
	KUNIT_CASE_PARAM(is_as_uneven_as_known, skew_gen_params),
	{}
};

static struct kunit_suite balance_suite = {
	.name = "carp-balance",
	.test_cases = balance_cases,
};

kunit_test_suite(balance_suite);
