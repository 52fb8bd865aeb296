// SPDX-License-Identifier: GPL-2.0-only
/* How evenly each hash spreads the load: the table of testing.rst
 *
 * Shares of the most and of the least loaded node, in percent of an even share:
 * 100/100 is perfect, 200/0 is one of two nodes doing it all.
 */

#include <linux/kernel.h>

#include "tests/balance_share.h"

static const unsigned int node_counts[] = { 2, 3, 5, 8, 32 };

static void print_share(enum carp_hash hash, enum carp_family family,
			enum share_pattern pattern, unsigned int nodes)
{
	u32 counts[CARP_NODES_MAX];
	char text[24];
	u32 least = SHARE_FLOWS;
	u32 most = 0;
	unsigned int i;

	share_count(hash, family, pattern, nodes, counts);
	for (i = 0; i < nodes; i++) {
		if (counts[i] < least)
			least = counts[i];
		if (counts[i] > most)
			most = counts[i];
	}
	snprintf(text, sizeof(text), "%.0f/%.0f",
		 100.0 * most * nodes / SHARE_FLOWS,
		 100.0 * least * nodes / SHARE_FLOWS);
	printf(" %-9s", text);
}

static void print_row(enum carp_hash hash, enum carp_family family,
		      enum share_pattern pattern)
{
	static const char * const hashes[] = { "xor", "l3", "l4" };
	static const char * const patterns[SHARE_PATTERNS] = {
		"random", "sequential", "one subnet", "every 2nd",
		"every 256th", "one client",
	};
	unsigned int i;

	printf("%-12s IPv%c %-4s", patterns[pattern],
	       family == CARP_INET ? '4' : '6', hashes[hash]);
	for (i = 0; i < ARRAY_SIZE(node_counts); i++)
		print_share(hash, family, pattern, node_counts[i]);
	printf("\n");
}

int main(void)
{
	enum share_pattern pattern;
	enum carp_hash hash;
	unsigned int i;

	printf("%-12s %-4s %-4s", "addresses", "", "hash");
	for (i = 0; i < ARRAY_SIZE(node_counts); i++)
		printf(" %2u nodes ", node_counts[i]);
	printf("\n");
	for (pattern = 0; pattern < SHARE_PATTERNS; pattern++)
		for (hash = CARP_HASH_XOR; hash <= CARP_HASH_L4; hash++) {
			print_row(hash, CARP_INET, pattern);
			print_row(hash, CARP_INET6, pattern);
		}
	return 0;
}
