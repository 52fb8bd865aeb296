// SPDX-License-Identifier: GPL-2.0-only
/* CARP: advertisements of many groups, kept from going out all at once
 *
 * Groups that took over at the same time, or were held up together while the
 * host stood still, would advertise at the same time for ever after. Thousands
 * in a row are more than the receivers' queues take, each time the same ones
 * are lost, and the groups are taken over from. So whoever advertises in such a
 * burst sends its next advertisement a little sooner, by chance, for they are
 * not to be together again. Never later: that might be too late for somebody.
 */

#include <linux/types.h>

#include "pace.h"

/* What an advertisement is given of its interval is 1/2^this, so that 32,768
 * groups always fit, and no more ns than a slow receiver needs for it.
 */
#define PACE_SLOT	15
#define PACE_SLOT_MAX	30000
/* Some 64 in a row are nothing out of the ordinary, ns. */
#define PACE_BURST	(64 * PACE_SLOT_MAX)
/* Sooner by up to 1/2^this of the interval: 4,096 have their slots in it. */
#define PACE_SOONER	3

/**
 * carp_pace - an advertisement is sent: is it one of a burst?
 * @busy_until: one for all that send from here, 0 at first: when those that
 *	were sent until now would be through, each in its slot, ns
 * @interval: its own, ns
 * @now: ns
 *
 * Return: by how much sooner, at most, the next one is to be sent, ns; 0 if it
 * is none of a burst
 */
u64 carp_pace(u64 *busy_until, u64 interval, u64 now)
{
	u64 begin = *busy_until > now ? *busy_until : now;
	u64 slot = interval >> PACE_SLOT;

	*busy_until = begin + (slot < PACE_SLOT_MAX ? slot : PACE_SLOT_MAX);
	return begin - now < PACE_BURST ? 0 : interval >> PACE_SOONER;
}
