/* SPDX-License-Identifier: GPL-2.0-only */
/* What ip(8) looks for in link_KIND.so: a symbol KIND_link_util of this type
 *
 * The layout has been the same since 2018 (iproute2 4.20). There is no version
 * in it, so should it ever change, link_carp.so has to be built anew.
 */
#ifndef CARP_SHIM_IP_COMMON_H
#define CARP_SHIM_IP_COMMON_H

#include <stdio.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

#endif /* CARP_SHIM_IP_COMMON_H */
