/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: rtnl link kind "carp" */
#ifndef _CARP_NETLINK_H
#define _CARP_NETLINK_H

int carp_netlink_init(void);
void carp_netlink_exit(void);

#endif /* _CARP_NETLINK_H */
