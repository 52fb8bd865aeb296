/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of link kind carp share */
#ifndef IPLINK_CARP_H
#define IPLINK_CARP_H

#include <stdbool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* iproute2's own limit for a link message under construction. */
#define CARP_REQ_LEN	1024

bool carp_parse_nodes(int *argcp, char ***argvp, struct nlmsghdr *n);
void carp_print_nodes(struct rtattr *tb[]);

#endif /* IPLINK_CARP_H */
