/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: what was found out about a link group, and is not looked for again
 *
 * What demotes a device is looked at whenever something happens to it, and
 * hundreds of devices may look at the same hundreds of links. So it is kept,
 * until something that demotes may have changed; and for a jiffy at most, as
 * nobody tells of a carrier while RTNL is held.
 */
#ifndef _CARP_KNOWN_H
#define _CARP_KNOWN_H

#include <linux/hash.h>
#include <linux/jiffies.h>

#include "carp.h"

static inline unsigned int carp_known_slot(u32 group)
{
	return hash_32(group, CARP_KNOWN_BITS);
}

/* Something that demotes may have changed: nothing is known any more. */
static inline void carp_known_forget(struct carp_net *cn)
{
	/* With carp_known_is(): what has changed was written before. */
	smp_mb__before_atomic();
	atomic_inc(&cn->weighings);
}

/**
 * carp_known_is - is it known of this group?
 * @known: of the slot; if it is not, the caller finds out, and from now on it
 *	is
 * @cn: the namespace
 * @group: the link group
 *
 * Context: the slot's lock held. Return: whether it is.
 */
static inline bool carp_known_is(struct carp_known *known,
				 const struct carp_net *cn, u32 group)
{
	const struct carp_known now = {
		.weighings = atomic_read(&cn->weighings),
		.at = jiffies,
		.group = group,
	};

	if (known->weighings == now.weighings && known->at == now.at &&
	    known->group == now.group)
		return true;
	*known = now;
	/* With carp_known_forget(): what is looked at is not older. */
	smp_rmb();
	return false;
}

#endif /* _CARP_KNOWN_H */
