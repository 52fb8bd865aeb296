/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: link groups */
#ifndef _CARP_LINKGROUP_H
#define _CARP_LINKGROUP_H

#include "carp.h"

struct carp_linkgroup *carp_linkgroup_find(const struct carp_net *cn,
					   u32 number);
struct carp_linkgroup *carp_linkgroup_get(struct carp_net *cn, u32 number);
void carp_linkgroup_put(struct carp_linkgroup *group);
bool carp_linkgroup_follow(struct carp_dev *carp);
void carp_linkgroup_leave(struct carp_dev *carp);
void carp_linkgroup_net_init(struct carp_net *cn);
void carp_linkgroup_net_exit(struct carp_net *cn);

#endif /* _CARP_LINKGROUP_H */
