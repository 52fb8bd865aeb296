// SPDX-License-Identifier: GPL-2.0-only
/* CARP: per-cpu counters by what happened to a packet */
#include <linux/netdevice.h>

#include "stats.h"

/**
 * carp_stats_alloc - a set of counters, all zero
 *
 * Context: process. Return: the counters, or NULL; free with free_percpu().
 */
struct carp_stats __percpu *carp_stats_alloc(void)
{
	return netdev_alloc_pcpu_stats(struct carp_stats);
}

/**
 * __carp_stats_inc - count one event
 * @stats: the set
 * @stat: what happened
 *
 * Context: BH disabled.
 */
void __carp_stats_inc(struct carp_stats __percpu *stats, enum carp_stat stat)
{
	struct carp_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->count[stat]);
	u64_stats_update_end(&s->syncp);
}

/**
 * carp_stats_inc - count one event
 * @stats: the set
 * @stat: what happened
 *
 * Context: any but hard irq.
 */
void carp_stats_inc(struct carp_stats __percpu *stats, enum carp_stat stat)
{
	local_bh_disable();
	__carp_stats_inc(stats, stat);
	local_bh_enable();
}

/**
 * carp_stats_add - add a set of counters, over all CPUs, to @sum
 * @stats: the set
 * @sum: array indexed by enum carp_stat
 *
 * Context: any.
 */
void carp_stats_add(const struct carp_stats __percpu *stats,
		    u64 sum[__CARP_STAT_MAX])
{
	u64 snap[__CARP_STAT_MAX];
	unsigned int start;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct carp_stats *s = per_cpu_ptr(stats, cpu);

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			for (i = 0; i < __CARP_STAT_MAX; i++)
				snap[i] = u64_stats_read(&s->count[i]);
		} while (u64_stats_fetch_retry(&s->syncp, start));

		for (i = 0; i < __CARP_STAT_MAX; i++)
			sum[i] += snap[i];
	}
}
