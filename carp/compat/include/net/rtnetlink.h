/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_COMPAT_NET_RTNETLINK_H
#define _CARP_COMPAT_NET_RTNETLINK_H

#include_next <net/rtnetlink.h>

#ifdef COMPAT_NO_NEWLINK_PARAMS
struct rtnl_newlink_params {
	struct net *src_net;
	struct nlattr **tb;
	struct nlattr **data;
};

static inline struct net *
rtnl_newlink_link_net(struct rtnl_newlink_params *p)
{
	return p->src_net;
}

/* Matches the definition of carp_newlink() and not its use as an initializer:
 * makes a wrapper with the old arguments of that name.
 */
#define carp_newlink(a, b, c)						\
	compat_carp_newlink(a, b, c);					\
static int (carp_newlink)(struct net *src_net, struct net_device *dev,	\
			  struct nlattr *tb[], struct nlattr *data[],	\
			  struct netlink_ext_ack *extack)		\
{									\
	struct rtnl_newlink_params params = {				\
		.src_net = src_net, .tb = tb, .data = data,		\
	};								\
									\
	return compat_carp_newlink(dev, &params, extack);		\
}									\
static int compat_carp_newlink(a, b, c)
#endif

#endif
