// SPDX-License-Identifier: GPL-2.0-only
/* Any sequence of events into the election: its state stays sound */

#include "fsm.h"
#include "fuzz.h"

#define ACTS (CARP_ACT_STATE | CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE | \
	      CARP_ACT_BOW_OUT | CARP_ACT_GRACE | CARP_ACT_CONFLICT)
/* Configured times and half intervals for ties add up to less. */
#define FAR (6ULL * 256 * CARP_NS_PER_SEC)

static void is_sound(const struct carp_fsm *fsm, u64 now)
{
	const struct carp_prio prio = carp_fsm_prio(fsm);

	must(prio.advskew <= CARP_SKEW_DEMOTED);
	must(prio.advbase || prio.advskew);
	must(carp_prio_interval(&prio));
	must(carp_fsm_down_time(fsm) >= carp_prio_interval(&prio) ||
	     fsm->demotion > 0);
	switch (fsm->state) {
	case CARP_STATE_INIT:
		must(fsm->deadline == CARP_NO_DEADLINE);
		break;
	case CARP_STATE_BACKUP:
		must(fsm->has_family[CARP_INET] || fsm->has_family[CARP_INET6]);
		must(fsm->deadline != CARP_NO_DEADLINE);
		must(fsm->deadline <= now + FAR);
		for (int i = 0; i < CARP_FAMILIES; i++)
			must(!fsm->has_family[i] ||
			     fsm->deadline <= fsm->down_at[i]);
		break;
	case CARP_STATE_MASTER:
		must(fsm->has_family[CARP_INET] || fsm->has_family[CARP_INET6]);
		must(fsm->deadline == fsm->advert_at);
		must(fsm->deadline <= now + FAR);
		break;
	default:
		must(false);
	}
}

/* What is done must suit the state that it leads to. */
static void acts_suit(const struct carp_fsm *fsm, enum carp_state before,
		      u32 act)
{
	must(!(act & ~ACTS));
	must(!(act & CARP_ACT_STATE) == (fsm->state == before));
	if (act & (CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE | CARP_ACT_CONFLICT))
		must(fsm->state == CARP_STATE_MASTER);
	if (act & CARP_ACT_BOW_OUT) {
		must(before == CARP_STATE_MASTER);
		must(fsm->state != CARP_STATE_MASTER);
	}
	if (act & CARP_ACT_STATE && fsm->state == CARP_STATE_MASTER)
		must(act & CARP_ACT_ADVERT && act & CARP_ACT_ANNOUNCE);
}

static u32 timer(struct carp_fsm *fsm, struct input *in, u64 *now)
{
	u8 late = take(in);

	if (fsm->deadline == CARP_NO_DEADLINE)
		return 0;
	if (*now < fsm->deadline)
		*now = fsm->deadline;
	/* In time, a little late, or long after the host stood still. */
	*now += late < 200 ? late : (late - 199ULL) * CARP_NS_PER_SEC;
	return carp_fsm_timer(fsm, *now);
}

static u32 advert(struct carp_fsm *fsm, struct input *in, u64 now)
{
	enum carp_family family = take(in) % CARP_FAMILIES;
	int tie = take(in) % 3 - 1;
	struct carp_prio prio;

	take_all(in, (u8 *)&prio, sizeof(prio));
	return carp_fsm_advert(fsm, family, &prio, tie, now);
}

static u32 config(struct carp_fsm *fsm, struct input *in, u64 now)
{
	u8 advbase = take(in), advskew = take(in) % 255;

	/* Refused by whoever calls. */
	if (!advbase && !advskew)
		return 0;
	return carp_fsm_config(fsm, advbase, advskew, now);
}

static u32 event(struct carp_fsm *fsm, struct input *in, u64 *now)
{
	u8 families;

	switch (take(in) % 13) {
	case 0:
		/* By whoever calls: only where there is an address. */
		if (!fsm->has_family[0] && !fsm->has_family[1])
			return 0;
		return carp_fsm_start(fsm, *now);
	case 1:
		return carp_fsm_stop(fsm, CARP_REASON_DOWN);
	case 2:
	case 3:
	case 4:
		return timer(fsm, in, now);
	case 5:
	case 6:
		return advert(fsm, in, *now);
	case 7:
		return carp_fsm_force(fsm, take(in) & 1 ? CARP_STATE_MASTER :
				      CARP_STATE_BACKUP, *now);
	case 8:
		return config(fsm, in, *now);
	case 9:
		families = take(in) % 3 + 1;
		return carp_fsm_families(fsm, families & 1, families & 2,
					 *now);
	case 10:
		return carp_fsm_demote(fsm, (signed char)take(in) * 3, *now);
	case 11:
		carp_fsm_demotestyle(fsm, take(in) & 1, *now);
		return 0;
	default:
		fsm->preempt = take(in) & 1;
		return carp_fsm_announce(fsm);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { .data = data, .len = len };
	u64 now = CARP_NS_PER_SEC;
	enum carp_state before;
	struct carp_fsm fsm;
	u32 act;

	carp_fsm_init(&fsm);
	carp_fsm_families(&fsm, true, false, now);
	carp_fsm_config(&fsm, 1, 0, now);
	while (in.len) {
		now += take(&in) * (CARP_NS_PER_SEC / 16);
		before = fsm.state;
		act = event(&fsm, &in, &now);
		acts_suit(&fsm, before, act);
		is_sound(&fsm, now);
	}
	return 0;
}
