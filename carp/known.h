/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: is what was found out a moment ago still true */
#ifndef _CARP_KNOWN_H
#define _CARP_KNOWN_H

#include <linux/jiffies.h>
#include <linux/timekeeping.h>

#include "carp.h"

/* Looking takes at most one part in this of the time. */
#define CARP_KNOWN_SHARE	32

/* Something that demotes may have changed: nothing is known any more. */
static inline void carp_known_forget(struct carp_net *cn)
{
	/* With carp_known_is(): what has changed was written before. */
	smp_mb__before_atomic();
	atomic_inc(&cn->weighings);
}

/**
 * carp_known_is - is what was found out still true?
 * @known: if it is not, the caller finds out, and calls carp_known_now() or
 *	sets @until itself
 * @cn: the namespace
 * @now: ns of ktime_get_ns()
 *
 * Context: what protects @known. Return: whether it is.
 */
static inline bool carp_known_is(struct carp_known *known,
				 const struct carp_net *cn, u64 now)
{
	int weighings = atomic_read(&cn->weighings);

	if (known->weighings == weighings && now < known->until)
		return true;
	known->weighings = weighings;
	known->from = now;
	/* With carp_known_forget(): what is looked at is not older. */
	smp_rmb();
	return false;
}

/**
 * carp_known_now - it was found out
 * @known: what carp_known_is() was asked of
 *
 * It is good for a jiffy, or longer where there was much to look at.
 *
 * Context: as there, and held since.
 */
static inline void carp_known_now(struct carp_known *known)
{
	u64 now = ktime_get_ns();

	known->until = now + TICK_NSEC + (now - known->from) * CARP_KNOWN_SHARE;
}

#endif /* _CARP_KNOWN_H */
