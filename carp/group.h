/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: generic netlink family "carp", demotion of link groups */
#ifndef _CARP_GROUP_H
#define _CARP_GROUP_H

int carp_group_init(void);
void carp_group_exit(void);

#endif /* _CARP_GROUP_H */
