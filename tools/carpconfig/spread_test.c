// SPDX-License-Identifier: GPL-2.0-only
/* Shares of the hosts under every number of nodes and hosts */

#include <linux/if_carp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "spread.h"

#define NOBODY	(~0u)

/**
 * struct table - what all hosts computed
 * @nodes: how many nodes
 * @hosts: how many hosts
 * @skews: by host and node
 */
struct table {
	unsigned int nodes;
	unsigned int hosts;
	uint8_t skews[CARP_NODES_MAX][CARP_NODES_MAX];
};

static void result(bool ok, const char *name)
{
	printf("%sok - spread: %s\n", ok ? "" : "not ", name);
}

static void fill(struct table *t, unsigned int nodes, unsigned int hosts)
{
	memset(t, 0xff, sizeof(*t));
	t->nodes = nodes;
	t->hosts = hosts;
	for (unsigned int i = 0; i < hosts; i++)
		spread_skews(nodes, hosts, i, t->skews[i]);
}

/* The election: the least advskew of those that live. */
static unsigned int master_of(const struct table *t, unsigned int node,
			      unsigned int dead, unsigned int dead2)
{
	unsigned int best = NOBODY;

	for (unsigned int i = 0; i < t->hosts; i++) {
		if (i == dead || i == dead2)
			continue;
		if (best == NOBODY || t->skews[i][node] < t->skews[best][node])
			best = i;
	}
	return best;
}

/* Nodes of the host that has most, less those of the one that has least. */
static unsigned int spread_between(const struct table *t, unsigned int dead,
				   unsigned int dead2)
{
	unsigned int counts[CARP_NODES_MAX] = { 0 };
	unsigned int least = CARP_NODES_MAX;
	unsigned int most = 0;

	for (unsigned int i = 0; i < t->nodes; i++)
		counts[master_of(t, i, dead, dead2)]++;
	for (unsigned int i = 0; i < t->hosts; i++) {
		if (i == dead || i == dead2)
			continue;
		if (counts[i] < least)
			least = counts[i];
		if (counts[i] > most)
			most = counts[i];
	}
	return most - least;
}

static bool are_distinct(const struct table *t, unsigned int node)
{
	for (unsigned int i = 0; i < t->hosts; i++)
		for (unsigned int j = 0; j < i; j++)
			if (t->skews[i][node] == t->skews[j][node])
				return false;
	return true;
}

/* Ranks 0, 1, ... times the step, and none left out. */
static bool are_in_steps(const struct table *t, unsigned int node)
{
	unsigned int step = 100 / (t->hosts - 1);

	if (step < 3)
		step = 3;
	for (unsigned int i = 0; i < t->hosts; i++)
		if (t->skews[i][node] % step ||
		    t->skews[i][node] > step * (t->hosts - 1))
			return false;
	return true;
}

struct worst {
	unsigned int tables;
	unsigned int alive;
	unsigned int death;
	unsigned int deaths;
	bool distinct;
	bool in_steps;
};

static void take_worst(unsigned int *worst, unsigned int value)
{
	if (value > *worst)
		*worst = value;
}

static void measure(const struct table *t, struct worst *worst)
{
	worst->tables++;
	take_worst(&worst->alive, spread_between(t, NOBODY, NOBODY));
	for (unsigned int i = 0; i < t->hosts; i++) {
		take_worst(&worst->death, spread_between(t, i, NOBODY));
		for (unsigned int j = 0; t->hosts > 2 && j < i; j++)
			take_worst(&worst->deaths, spread_between(t, i, j));
	}
	for (unsigned int i = 0; i < t->nodes; i++) {
		worst->distinct &= are_distinct(t, i);
		worst->in_steps &= are_in_steps(t, i);
	}
}

static void test_all(void)
{
	struct worst worst = { .distinct = true, .in_steps = true };
	static struct table t;

	for (unsigned int hosts = 2; hosts <= CARP_NODES_MAX; hosts++)
		for (unsigned int nodes = hosts; nodes <= CARP_NODES_MAX;
		     nodes++) {
			fill(&t, nodes, hosts);
			measure(&t, &worst);
		}
	result(worst.tables == 496, "every number of hosts up to its nodes");
	result(worst.alive <= 1, "shares differ by at most one node");
	result(worst.death <= 1,
	       "and by at most one after the death of any one host");
	result(worst.distinct, "no two hosts have one advskew for one node");
	result(worst.in_steps, "advskews are ranks times the step");
	printf("# after the death of any two: by at most %u\n", worst.deaths);
}

/* What the man page says, and hosts of other versions compute. */
static void test_known(void)
{
	static const uint8_t expected[3][6] = {
		{ 0, 50, 50, 0, 100, 100 },
		{ 50, 0, 100, 100, 0, 50 },
		{ 100, 100, 0, 50, 50, 0 },
	};
	static struct table t;
	bool ok = true;

	fill(&t, 6, 3);
	for (unsigned int i = 0; i < 3; i++)
		ok &= !memcmp(t.skews[i], expected[i], 6);
	result(ok, "six nodes on three hosts are as they were");
}

int main(void)
{
	test_all();
	test_known();
	return 0;
}
