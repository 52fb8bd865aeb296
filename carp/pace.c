// SPDX-License-Identifier: GPL-2.0-only
/* CARP: advertisements of many groups, kept from going out all at once
 *
 * Groups that took over at the same time, or were held up together while the
 * host stood still, would advertise at the same time for ever after. Thousands
 * in a row are more than the receivers' queues take, each time the same ones
 * are lost, and the groups are taken over from. So each is given a slot, and
 * those of a burst wait for theirs. As the next advertisement comes an interval
 * after this one, they are apart from then on.
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
/* Nobody waits longer than 1/2^this of its interval. 4,096 have their slots in
 * it; with more of them several share one, until they are further apart.
 */
#define PACE_LATE	3
/* How late an advertisement may be for another one's sake, and in ns. Nobody
 * can tell it from what a timer is late anyway: a dead time is three intervals.
 */
#define PACE_SLACK	7
#define PACE_SLACK_MAX	250000

/**
 * carp_pace - an advertisement is due: is it one of a burst?
 * @busy_until: one for all that send from here, 0 at first: when those that
 *	were due until now will be through, each in its slot, ns
 * @interval: its own, ns; those below 15 ms never wait
 * @due: when it was due, ns; who is late already does not wait
 * @now: ns
 *
 * Return: how long it is to wait for its slot, ns; 0 to be sent at once
 */
u64 carp_pace(u64 *busy_until, u64 interval, u64 due, u64 now)
{
	u64 begin = *busy_until > now ? *busy_until : now;
	u64 slot = interval >> PACE_SLOT, wait = begin - now;
	u64 limit = interval >> PACE_LATE;

	if (limit < PACE_BURST || now - due > PACE_BURST || wait > interval)
		return 0;
	*busy_until = begin + (slot < PACE_SLOT_MAX ? slot : PACE_SLOT_MAX);
	if (wait < PACE_BURST)
		return 0;
	while (wait > limit)
		wait -= limit;
	return wait;
}

/**
 * carp_pace_slack - how long may an advertisement wait for others?
 * @interval: its own, ns
 *
 * Those that are due within this time leave with one timer interrupt, which
 * costs as much as to send one.
 *
 * Return: ns
 */
u64 carp_pace_slack(u64 interval)
{
	u64 slack = interval >> PACE_SLACK;

	return slack < PACE_SLACK_MAX ? slack : PACE_SLACK_MAX;
}
