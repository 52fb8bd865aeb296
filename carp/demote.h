/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: what demotes a device, and by how much */
#ifndef _CARP_DEMOTE_H
#define _CARP_DEMOTE_H

#include "carp.h"

int carp_demote_add(struct carp_net *cn, s32 by);
s32 carp_demote_host(const struct carp_net *cn);
void carp_demote_weigh(const struct carp_dev *carp,
		       struct carp_demotion *demotion);
s32 carp_demote_sum(const struct carp_demotion *demotion);
const char *carp_demote_reason(const struct carp_demotion *before,
			       const struct carp_demotion *after);

int carp_demote_group(struct carp_net *cn, u32 group, s32 by);
u32 carp_demote_group_count(const struct carp_net *cn, u32 group);
int carp_demote_group_nth(const struct carp_net *cn, long n, u32 *group,
			  u32 *count);

#endif /* _CARP_DEMOTE_H */
