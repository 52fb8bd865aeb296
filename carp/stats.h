/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: per-cpu counters by what happened to a packet */
#ifndef _CARP_STATS_H
#define _CARP_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

#include <linux/if_carp.h>

/**
 * struct carp_stats - one set of counters
 * @count: by enum carp_stat
 * @syncp: lets 32-bit readers see whole numbers
 */
struct carp_stats {
	u64_stats_t count[__CARP_STAT_MAX];
	struct u64_stats_sync syncp;
};

struct carp_stats __percpu *carp_stats_alloc(void);
void __carp_stats_inc(struct carp_stats __percpu *stats, enum carp_stat stat);
void carp_stats_inc(struct carp_stats __percpu *stats, enum carp_stat stat);
void carp_stats_add(const struct carp_stats __percpu *stats,
		    u64 sum[__CARP_STAT_MAX]);

#endif /* _CARP_STATS_H */
