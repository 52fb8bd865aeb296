/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the mark that keeps a next hop out of use, of either family */
#ifndef _CARP_MARK_H
#define _CARP_MARK_H

#include <net/ip_fib.h>

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
