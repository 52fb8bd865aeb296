/* SPDX-License-Identifier: GPL-2.0-only */
/* All interleavings of a few members' events */
#ifndef _SIM_EXPLORE_H
#define _SIM_EXPLORE_H

#include <linux/types.h>

void explore_named(const char *name, const char *expect, u32 timeline_lines);

#endif /* _SIM_EXPLORE_H */
