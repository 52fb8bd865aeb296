/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: advertisements of many groups, kept from going out all at once */
#ifndef _CARP_PACE_H
#define _CARP_PACE_H

#include <linux/types.h>

u64 carp_pace(u64 *busy_until, u64 interval, u64 due, u64 now);
u64 carp_pace_slack(u64 interval);

#endif /* _CARP_PACE_H */
