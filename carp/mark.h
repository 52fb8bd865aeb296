/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the mark that keeps a next hop out of use, of either family */
#ifndef _CARP_MARK_H
#define _CARP_MARK_H

#include <net/ip_fib.h>

#include "carp.h"

/**
 * carp_mark_owner - the carp device that a next hop leads out of
 * @nhc: the next hop, or NULL: who replaces a next-hop object, or shrinks a
 *	group of them, leaves a route without one
 *
 * Context: RCU or RTNL. Return: the device, or NULL if it leads elsewhere.
 */
static inline struct carp_dev *carp_mark_owner(const struct fib_nh_common *nhc)
{
	struct net_device *dev = nhc ? nhc->nhc_dev : NULL;

	return dev && netif_is_carp(dev) ? netdev_priv(dev) : NULL;
}

/**
 * carp_mark - mark one next hop
 * @nhc: the next hop
 * @down: whether it is to be out of use
 *
 * Routing code writes its own bits into this byte under RTNL and not
 * atomically. With cmpxchg none of those is ever lost to us; ours may be lost
 * to them, and is written again.
 *
 * Context: vhost.lock held. Return: whether anything has changed.
 */
static inline bool carp_mark(struct fib_nh_common *nhc, bool down)
{
	unsigned char old, new;

	old = READ_ONCE(nhc->nhc_flags);
	do {
		new = down ? old | RTNH_F_LINKDOWN : old & ~RTNH_F_LINKDOWN;
		if (new == old)
			return false;
	} while (!try_cmpxchg(&nhc->nhc_flags, &old, new));

	return true;
}

#endif /* _CARP_MARK_H */
