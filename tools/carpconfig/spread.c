// SPDX-License-Identifier: GPL-2.0-only
/* Nodes for several hosts, so that each has its share whoever is there; no I/O
 *
 * For each node the hosts are ranked: the first is to be its master, the second
 * takes over from that one, and so on; the rank makes the advskew. First ranks
 * rotate. The nodes of a host get second ranks such that, without that host,
 * the others have as many nodes each as can be. The later ranks rotate again.
 *
 * Every host computes the ranks of all, and keeps its own: hosts that were told
 * the same numbers fit together.
 */

#include <linux/if_carp.h>

#include "spread.h"

/* The last rank's advskew is about this, so that a takeover is not late. */
#define SPREAD_SKEW_MAX		100
/* 12 ms between the takeovers of one rank and the next */
#define SPREAD_SKEW_STEP_MIN	3

static unsigned int first_rank(unsigned int node, unsigned int hosts)
{
	return node % hosts;
}

static unsigned int nodes_of(unsigned int host, unsigned int nodes,
			     unsigned int hosts)
{
	return nodes / hosts + (host < nodes % hosts);
}

/* Of those with the fewest nodes, the next after the dead host that inherited
 * least from all hosts before it.
 */
static unsigned int heir(unsigned int dead, unsigned int hosts,
			 const unsigned int *loads,
			 const unsigned int *inherited)
{
	unsigned int best = (dead + 1) % hosts;

	for (unsigned int i = 2; i < hosts; i++) {
		unsigned int host = (dead + i) % hosts;

		if (loads[host] < loads[best] ||
		    (loads[host] == loads[best] &&
		     inherited[host] < inherited[best]))
			best = host;
	}
	return best;
}

static void second_ranks(unsigned int nodes, unsigned int hosts,
			 unsigned int *second)
{
	unsigned int inherited[CARP_NODES_MAX] = { 0 };
	unsigned int loads[CARP_NODES_MAX];

	for (unsigned int dead = 0; dead < hosts; dead++) {
		for (unsigned int i = 0; i < hosts; i++)
			loads[i] = nodes_of(i, nodes, hosts);
		for (unsigned int node = dead; node < nodes; node += hosts) {
			second[node] = heir(dead, hosts, loads, inherited);
			loads[second[node]]++;
			inherited[second[node]]++;
		}
	}
}

/* From the second on in a circle, leaving out the first. */
static unsigned int rank_of(unsigned int host, unsigned int first,
			    unsigned int second, unsigned int hosts)
{
	unsigned int after = (host + hosts - second) % hosts;

	if (host == first)
		return 0;
	return after + 1 - (after > (first + hosts - second) % hosts);
}

/**
 * spread_skews - the advskew of each node on one of several hosts
 * @nodes: how many nodes, at most CARP_NODES_MAX
 * @hosts: how many hosts, 2 to @nodes
 * @host: which of them, from 0
 * @skews: told the advskews, @nodes of them
 */
void spread_skews(unsigned int nodes, unsigned int hosts, unsigned int host,
		  uint8_t *skews)
{
	unsigned int step = SPREAD_SKEW_MAX / (hosts - 1);
	unsigned int second[CARP_NODES_MAX];

	if (step < SPREAD_SKEW_STEP_MIN)
		step = SPREAD_SKEW_STEP_MIN;
	second_ranks(nodes, hosts, second);
	for (unsigned int i = 0; i < nodes; i++)
		skews[i] = step * rank_of(host, first_rank(i, hosts),
					  second[i], hosts);
}
