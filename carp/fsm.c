// SPDX-License-Identifier: GPL-2.0-only
/* CARP election: who is MASTER of a virtual host
 *
 * Each event function changes the state, leaves the time of the next event in
 * @deadline and returns what the caller is to do. Nothing here may know how an
 * advertisement gets onto the wire, or what time it is.
 */

#include <linux/if_carp.h>
#include <linux/string.h>
#include <linux/types.h>

#include "fsm.h"

/* A master that has fallen silent for so many intervals is dead. */
#define FSM_DEAD_INTERVALS	3
/* Half intervals that are waited longer at most, however many ties follow each
 * other: with those, M is less than twice as long.
 */
#define FSM_TIED_MAX		4
/* A tie is forgotten when so many M have passed since. A MASTER has spent up to
 * two of them waiting, and has to be undisputed for as long again.
 */
#define FSM_TIED_BACKUP		2
#define FSM_TIED_MASTER		4

static s32 clamp_s32(s32 val, s32 min, s32 max)
{
	if (val < min)
		return min;
	return val > max ? max : val;
}

static u64 earlier(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * carp_prio_interval - A, the time between two advertisements
 * @prio: advbase and advskew 0 together would flood the link and count as
 *	1/256 s; our own configuration refuses it, a peer may still say so
 *
 * Return: ns
 */
u64 carp_prio_interval(const struct carp_prio *prio)
{
	u64 ns = prio->advbase * CARP_NS_PER_SEC +
		 prio->advskew * CARP_NS_PER_SKEW;

	return ns ? ns : CARP_NS_PER_SKEW;
}

/* M, how long a member of this priority waits for a silent master.
 *
 * With advbase 0 the rule of the others would be one interval, and one late
 * advertisement a takeover: three, as OpenBSD does.
 */
static u64 prio_down_time(const struct carp_prio *prio)
{
	if (!prio->advbase)
		return FSM_DEAD_INTERVALS * carp_prio_interval(prio);
	return FSM_DEAD_INTERVALS * prio->advbase * CARP_NS_PER_SEC +
	       prio->advskew * CARP_NS_PER_SKEW;
}

/* Timers of a BACKUP, and the first one of a MASTER, know no demotion. */
static struct carp_prio fsm_configured(const struct carp_fsm *fsm)
{
	struct carp_prio prio = {
		.advbase = fsm->advbase,
		.advskew = fsm->advskew,
	};

	return prio;
}

static u64 fsm_own_interval(const struct carp_fsm *fsm)
{
	struct carp_prio prio = fsm_configured(fsm);

	return carp_prio_interval(&prio);
}

static u64 fsm_advert_interval(const struct carp_fsm *fsm)
{
	struct carp_prio prio = carp_fsm_prio(fsm);

	return carp_prio_interval(&prio);
}

/**
 * carp_fsm_prio - what to advertise, and what to compare with a peer
 * @fsm: in any state
 *
 * Demotion goes into the demote byte, which OpenBSD reads, and raises advskew,
 * which everybody else reads. As FreeBSD does it, the sum never exceeds 240;
 * or, as OpenBSD did and NetBSD does it, it is 240 with any demotion.
 *
 * Return: the effective priority; never 0/0
 */
struct carp_prio carp_fsm_prio(const struct carp_fsm *fsm)
{
	s32 sum = clamp_s32(fsm->demotion, -CARP_DEMOTE_MAX, CARP_DEMOTE_MAX);
	struct carp_prio prio = {
		.advbase = fsm->advbase,
		.advskew = clamp_s32(fsm->advskew + sum, 0, CARP_SKEW_DEMOTED),
		.demote = clamp_s32(sum, 0, CARP_DEMOTE_MAX),
	};

	if (fsm->demote_max && sum > 0)
		prio.advskew = CARP_SKEW_DEMOTED;
	if (!prio.advbase && !prio.advskew)
		prio.advskew = 1;
	return prio;
}

/**
 * carp_fsm_down_time - M, how long the master may be silent
 * @fsm: in any state
 *
 * Return: ns
 */
u64 carp_fsm_down_time(const struct carp_fsm *fsm)
{
	struct carp_prio prio = fsm_configured(fsm);

	return prio_down_time(&prio);
}

/**
 * carp_tie_cmp4 - which of two IPv4 sources is preferred among equals
 * @a: network order
 * @b: network order
 *
 * ucarp compares the address as it lies in a little-endian machine's memory,
 * so the last octet counts most. Any order would do among ourselves; this one
 * settles with ucarp too.
 *
 * Return: <0: @a is preferred, >0: @b is, 0: the same
 */
int carp_tie_cmp4(const u8 a[4], const u8 b[4])
{
	int i;

	for (i = 3; i >= 0; i--)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/**
 * carp_tie_cmp6 - which of two IPv6 sources is preferred among equals
 * @a: network order
 * @b: network order
 *
 * Return: <0: @a is preferred, >0: @b is, 0: the same
 */
int carp_tie_cmp6(const u8 a[16], const u8 b[16])
{
	return memcmp(a, b, 16);
}

/* The one place where @deadline is set. */
static void fsm_rearm(struct carp_fsm *fsm)
{
	switch (fsm->state) {
	case CARP_STATE_MASTER:
		fsm->deadline = fsm->advert_at;
		break;
	case CARP_STATE_BACKUP:
		fsm->deadline = earlier(fsm->down_at[CARP_INET],
					fsm->down_at[CARP_INET6]);
		break;
	default:
		fsm->deadline = CARP_NO_DEADLINE;
		break;
	}
}

/* The one place where a master-down timer is started or stopped.
 *
 * FreeBSD, NetBSD and OpenBSD yield to every equal advertisement. When theirs
 * and ours cross, both yield, both wait M, both take over at once, theirs and
 * ours cross again, and so on for ever. So whoever yielded to an equal waits
 * longer than M: they take over first, we hear them and stay BACKUP.
 */
static void fsm_restart_down(struct carp_fsm *fsm, enum carp_family family,
			     u64 wait, u64 now)
{
	u64 longer = fsm->tied * (fsm_own_interval(fsm) / 2);

	fsm->down_at[family] = CARP_NO_DEADLINE;
	if (fsm->has_family[family])
		fsm->down_at[family] = now + wait + longer;
}

static void fsm_wait(struct carp_fsm *fsm, u64 wait, u64 now)
{
	fsm_restart_down(fsm, CARP_INET, wait, now);
	fsm_restart_down(fsm, CARP_INET6, wait, now);
	fsm_rearm(fsm);
}

static void fsm_restart_down_all(struct carp_fsm *fsm, u64 now)
{
	fsm_wait(fsm, carp_fsm_down_time(fsm), now);
}

/* How long to wait for a master that was just heard: M. But a better one that
 * speaks so rarely that M leaves it not half an interval to spare is given its
 * own M, or it would be taken for dead between two advertisements, stay MASTER
 * when it hears this member, and so on. Without demotion that is never so.
 */
static u64 fsm_patience(const struct carp_fsm *fsm, const struct carp_prio *own,
			const struct carp_prio *peer)
{
	u64 theirs = carp_prio_interval(peer);
	u64 wait = carp_fsm_down_time(fsm);

	if (peer->demote >= own->demote && theirs > carp_prio_interval(own))
		return wait;
	return theirs * 3 / 2 <= wait ? wait : prio_down_time(peer);
}

static bool fsm_has_address(const struct carp_fsm *fsm)
{
	return fsm->has_family[CARP_INET] || fsm->has_family[CARP_INET6];
}

/* The one place where the state changes. */
static u32 fsm_enter(struct carp_fsm *fsm, enum carp_state state,
		     enum carp_reason reason)
{
	fsm->state = state;
	fsm->reason = reason;
	fsm->announce = 0;
	fsm->answered = false;
	fsm->advert_at = CARP_NO_DEADLINE;
	fsm->down_at[CARP_INET] = CARP_NO_DEADLINE;
	fsm->down_at[CARP_INET6] = CARP_NO_DEADLINE;
	fsm->graced = false;
	fsm->calm_until = 0;
	return CARP_ACT_STATE;
}

static u32 fsm_leave(struct carp_fsm *fsm, enum carp_reason reason)
{
	u32 acts = fsm->state == CARP_STATE_MASTER ? CARP_ACT_BOW_OUT : 0;

	acts |= fsm_enter(fsm, CARP_STATE_INIT, reason);
	fsm->tied = 0;
	fsm_rearm(fsm);
	return acts;
}

static u32 fsm_take_over(struct carp_fsm *fsm, enum carp_reason reason, u64 now)
{
	u32 acts = fsm_enter(fsm, CARP_STATE_MASTER, reason);

	fsm->announce = CARP_ANNOUNCE_REPEAT;
	fsm->advert_at = now + fsm_own_interval(fsm);
	fsm_rearm(fsm);
	return acts | CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE;
}

static u32 fsm_back_up(struct carp_fsm *fsm, enum carp_reason reason, u64 now)
{
	u32 acts = fsm_enter(fsm, CARP_STATE_BACKUP, reason);

	fsm_restart_down_all(fsm, now);
	return acts;
}

/* For half the interval of a master that was yielded to, worse ones are not
 * listened to: at a goodbye many take over at once, each is heard by all the
 * others, and if every one of them were preempted anew, that would double with
 * each member. Not for all of it: its own next advertisement may say that it is
 * worse by now, and come a little early.
 */
static void fsm_calm(struct carp_fsm *fsm, const struct carp_prio *peer,
		     u64 now)
{
	fsm->calm_until = now + carp_prio_interval(peer) / 2;
}

/* To a better master, or to an equal one that is preferred. */
static u32 fsm_yield(struct carp_fsm *fsm, enum carp_reason reason,
		     const struct carp_prio *peer, u64 now)
{
	u32 acts = fsm_enter(fsm, CARP_STATE_BACKUP, reason);
	struct carp_prio own = carp_fsm_prio(fsm);

	fsm_calm(fsm, peer, now);
	fsm_wait(fsm, fsm_patience(fsm, &own, peer), now);
	return acts;
}

/**
 * carp_fsm_init - a virtual host that takes no part yet
 * @fsm: all of it is set
 */
void carp_fsm_init(struct carp_fsm *fsm)
{
	memset(fsm, 0, sizeof(*fsm));
	fsm->advbase = CARP_ADVBASE_DEFAULT;
	fsm_enter(fsm, CARP_STATE_INIT, CARP_REASON_NONE);
	fsm_rearm(fsm);
}

/**
 * carp_fsm_start - all conditions to take part are true
 * @fsm: a BACKUP starts to wait anew, a MASTER goes on; without an address
 *	nothing happens
 * @now: ns
 *
 * Return: CARP_ACT_*
 */
u32 carp_fsm_start(struct carp_fsm *fsm, u64 now)
{
	if (!fsm_has_address(fsm))
		return 0;
	switch (fsm->state) {
	case CARP_STATE_INIT:
		return fsm_back_up(fsm, CARP_REASON_INIT_COMPLETE, now);
	case CARP_STATE_BACKUP:
		fsm_restart_down_all(fsm, now);
		return 0;
	default:
		return 0;
	}
}

/**
 * carp_fsm_stop - a condition to take part is no longer true
 * @fsm: in any state
 * @reason: which one
 *
 * Return: CARP_ACT_*, with CARP_ACT_BOW_OUT if it was MASTER
 */
u32 carp_fsm_stop(struct carp_fsm *fsm, enum carp_reason reason)
{
	if (fsm->state == CARP_STATE_INIT)
		return 0;
	return fsm_leave(fsm, reason);
}

/* Forgotten too early a tie begins anew: with three equal members the two that
 * did not take over in one round would do so in the next.
 */
static void fsm_forget_tie(struct carp_fsm *fsm, unsigned int down_times,
			   u64 now)
{
	if (now - fsm->tied_at > down_times * carp_fsm_down_time(fsm))
		fsm->tied = 0;
}

static u32 fsm_master_timer(struct carp_fsm *fsm, u64 now)
{
	u32 acts = CARP_ACT_ADVERT;

	fsm_forget_tie(fsm, FSM_TIED_MASTER, now);
	fsm->answered = false;
	fsm->advert_at = now + fsm_advert_interval(fsm);
	fsm_rearm(fsm);
	if (fsm->announce && !--fsm->announce)
		acts |= CARP_ACT_ANNOUNCE;
	return acts;
}

/* A timer that fires late says that this host stood still, not that the master
 * did: what the master sent may be waiting in a queue that has not been looked
 * at yet. So it waits as long again, an interval at most. Once, until a master
 * has been heard again. All timers are a little late, but only a whole interval
 * is worth telling.
 */
static u32 fsm_backup_timer(struct carp_fsm *fsm, u64 now)
{
	u64 interval = fsm_own_interval(fsm);
	u64 late = now - fsm->deadline;
	u64 grace = earlier(late, interval);
	int i;

	if (fsm->graced || !late)
		return fsm_take_over(fsm, CARP_REASON_MASTER_TIMED_OUT, now);

	fsm->graced = true;
	for (i = 0; i < CARP_FAMILIES; i++)
		if (fsm->down_at[i] < now + grace)
			fsm->down_at[i] = now + grace;
	fsm_rearm(fsm);
	return late > interval ? CARP_ACT_GRACE : 0;
}

/**
 * carp_fsm_timer - the caller's timer has fired
 * @fsm: a deadline that is still ahead is left where it is
 * @now: ns
 *
 * Return: CARP_ACT_*
 */
u32 carp_fsm_timer(struct carp_fsm *fsm, u64 now)
{
	if (now < fsm->deadline)
		return 0;
	switch (fsm->state) {
	case CARP_STATE_MASTER:
		return fsm_master_timer(fsm, now);
	case CARP_STATE_BACKUP:
		return fsm_backup_timer(fsm, now);
	default:
		return 0;
	}
}

static bool prio_bow_out(const struct carp_prio *prio)
{
	return prio->advbase == CARP_PRIO_BOW_OUT &&
	       prio->advskew == CARP_PRIO_BOW_OUT;
}

/* Whose of two equal advertisements counts. Both families must not decide, for
 * the order of the IPv6 sources need not be that of the IPv4 ones, and each
 * member would yield to the other. IPv6 decides where there is no IPv4.
 */
static bool fsm_tie_decides(const struct carp_fsm *fsm, enum carp_family family)
{
	return family == CARP_INET || !fsm->has_family[CARP_INET];
}

/* It may be that M of theirs is as long as M and the addition of ours, for
 * OpenBSD's M has three times the skew: the addition grows as long as one tie
 * follows the other.
 */
static u32 fsm_yield_tied(struct carp_fsm *fsm, const struct carp_prio *peer,
			  u64 now)
{
	if (fsm->tied < FSM_TIED_MAX)
		fsm->tied++;
	fsm->tied_at = now;
	return fsm_yield(fsm, CARP_REASON_TIE, peer, now);
}

/* There were two masters, and this one stays. Clients may have learned the
 * other's address last (ucarp uses its NIC's own), or switches its port: say
 * where the virtual addresses are, now and, when the other has yielded to this
 * advertisement, with the next. Once in between, whatever the other sends.
 */
static u32 fsm_answer(struct carp_fsm *fsm)
{
	if (fsm->answered)
		return 0;
	fsm->answered = true;
	if (!fsm->announce)
		fsm->announce = 1;
	return CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE | CARP_ACT_CONFLICT;
}

static u32 fsm_master_advert(struct carp_fsm *fsm, enum carp_family family,
			     const struct carp_prio *peer, int tie, u64 now)
{
	struct carp_prio own = carp_fsm_prio(fsm);
	u64 theirs = carp_prio_interval(peer);
	u64 mine = carp_prio_interval(&own);

	if (prio_bow_out(peer))
		return 0;
	if (peer->demote < own.demote)
		return fsm_yield(fsm, CARP_REASON_LESS_DEMOTED, peer, now);
	if (peer->demote == own.demote) {
		if (mine > theirs)
			return fsm_yield(fsm, CARP_REASON_MORE_FREQUENT, peer,
					 now);
		if (mine == theirs && tie >= 0 && fsm_tie_decides(fsm, family))
			return fsm_yield_tied(fsm, peer, now);
	}

	return fsm_answer(fsm);
}

/* Why to take over from a master that was just heard, or CARP_REASON_NONE. */
static enum carp_reason fsm_rival(const struct carp_fsm *fsm,
				  const struct carp_prio *own,
				  const struct carp_prio *peer)
{
	u64 theirs = carp_prio_interval(peer);
	u64 mine = carp_prio_interval(own);

	if (fsm->preempt && mine < theirs && peer->demote >= own->demote)
		return CARP_REASON_PREEMPT;
	if (peer->demote > own->demote)
		return CARP_REASON_MASTER_DEMOTED;
	/* One less demoted would not yield, and this be repeated for ever. */
	if (peer->demote == own->demote && prio_down_time(own) < theirs)
		return CARP_REASON_MASTER_WILL_TIME_OUT;
	return CARP_REASON_NONE;
}

static u32 fsm_backup_advert(struct carp_fsm *fsm, enum carp_family family,
			     const struct carp_prio *peer, u64 now)
{
	struct carp_prio own = carp_fsm_prio(fsm);
	u64 wait = carp_fsm_down_time(fsm);
	enum carp_reason reason;

	fsm->graced = false;
	/* Not at once: what an equal peer sent before it yielded too (one per
	 * family, or late) does not say that it is MASTER now.
	 */
	fsm_forget_tie(fsm, FSM_TIED_BACKUP, now);

	/* The others get here by "will time out", for advbase up to 85 only. */
	if (prio_bow_out(peer))
		return fsm_take_over(fsm, CARP_REASON_MASTER_BOW_OUT, now);

	reason = fsm_rival(fsm, &own, peer);
	if (reason == CARP_REASON_NONE)
		wait = fsm_patience(fsm, &own, peer);
	else if (now >= fsm->calm_until)
		return fsm_take_over(fsm, reason, now);

	fsm_restart_down(fsm, family, wait, now);
	fsm_rearm(fsm);
	return 0;
}

/**
 * carp_fsm_advert - a valid advertisement of a peer was received
 * @fsm: in any state
 * @family: of the IP packet it came in
 * @peer: what it says
 * @tie: who is preferred among equals, by carp_tie_cmp4() or carp_tie_cmp6() of
 *	our source and theirs, then by cookie. <0: we are, >0: the peer is, 0:
 *	cannot be told, which counts as the peer
 * @now: ns
 *
 * Return: CARP_ACT_*
 */
u32 carp_fsm_advert(struct carp_fsm *fsm, enum carp_family family,
		    const struct carp_prio *peer, int tie, u64 now)
{
	switch (fsm->state) {
	case CARP_STATE_MASTER:
		return fsm_master_advert(fsm, family, peer, tie, now);
	case CARP_STATE_BACKUP:
		return fsm_backup_advert(fsm, family, peer, now);
	default:
		return 0;
	}
}

/**
 * carp_fsm_force - the administrator wants a state
 * @fsm: nothing happens in INIT, whose conditions are not true
 * @state: what is wanted; INIT is not obeyed, by no implementation
 * @now: ns
 *
 * Return: CARP_ACT_*
 */
u32 carp_fsm_force(struct carp_fsm *fsm, enum carp_state state, u64 now)
{
	if (fsm->state == CARP_STATE_INIT)
		return 0;
	if (state == CARP_STATE_MASTER && fsm->state == CARP_STATE_BACKUP)
		return fsm_take_over(fsm, CARP_REASON_USER, now);
	if (state != CARP_STATE_BACKUP)
		return 0;
	if (fsm->state == CARP_STATE_MASTER)
		return fsm_back_up(fsm, CARP_REASON_USER, now);
	fsm_restart_down_all(fsm, now);
	return 0;
}

/* Never later than before, or a MASTER that is configured over and over would
 * fall silent.
 */
static void fsm_advertise_by(struct carp_fsm *fsm, u64 when)
{
	fsm->advert_at = earlier(fsm->advert_at, when);
	fsm_rearm(fsm);
}

/**
 * carp_fsm_config - advbase and advskew were configured
 * @fsm: a MASTER stays MASTER; the same values again change nothing, or
 *	somebody who keeps setting them would keep a BACKUP from taking over
 * @advbase: seconds
 * @advskew: 1/256 s; not 0 if @advbase is
 * @now: ns
 *
 * Return: CARP_ACT_*
 */
u32 carp_fsm_config(struct carp_fsm *fsm, u8 advbase, u8 advskew, u64 now)
{
	if (fsm->advbase == advbase && fsm->advskew == advskew)
		return 0;
	fsm->advbase = advbase;
	fsm->advskew = advskew;
	if (fsm->state == CARP_STATE_MASTER)
		fsm_advertise_by(fsm, now + fsm_advert_interval(fsm));
	else if (fsm->state == CARP_STATE_BACKUP)
		fsm_restart_down_all(fsm, now);
	return 0;
}

/**
 * carp_fsm_families - virtual addresses were added or removed
 * @fsm: a MASTER stays MASTER while there is any; in INIT the caller follows
 *	with carp_fsm_start()
 * @inet: there are IPv4 addresses
 * @inet6: there are IPv6 addresses
 * @now: ns
 *
 * Return: CARP_ACT_*
 */
u32 carp_fsm_families(struct carp_fsm *fsm, bool inet, bool inet6, u64 now)
{
	bool inet_changed = fsm->has_family[CARP_INET] != inet;
	bool inet6_changed = fsm->has_family[CARP_INET6] != inet6;

	fsm->has_family[CARP_INET] = inet;
	fsm->has_family[CARP_INET6] = inet6;
	if (fsm->state == CARP_STATE_INIT)
		return 0;
	if (!fsm_has_address(fsm))
		return fsm_leave(fsm, CARP_REASON_NO_ADDRESS);
	if (fsm->state == CARP_STATE_BACKUP) {
		u64 wait = carp_fsm_down_time(fsm);

		if (inet_changed)
			fsm_restart_down(fsm, CARP_INET, wait, now);
		if (inet6_changed)
			fsm_restart_down(fsm, CARP_INET6, wait, now);
		fsm_rearm(fsm);
	}
	return 0;
}

/**
 * carp_fsm_demote - the demotion count has changed
 * @fsm: a MASTER that becomes demoted says so at once
 * @sum: of all demotion counts; may be negative
 * @now: ns
 *
 * Return: CARP_ACT_*
 */
u32 carp_fsm_demote(struct carp_fsm *fsm, s32 sum, u64 now)
{
	bool begins = fsm->demotion <= 0 && sum > 0;

	fsm->demotion = sum;
	if (fsm->state != CARP_STATE_MASTER)
		return 0;
	if (!begins) {
		fsm_advertise_by(fsm, now + fsm_advert_interval(fsm));
		return 0;
	}
	fsm->advert_at = now + fsm_advert_interval(fsm);
	fsm_rearm(fsm);
	return CARP_ACT_ADVERT;
}

/**
 * carp_fsm_demotestyle - how demotion is advertised was configured
 * @fsm: a MASTER stays MASTER
 * @max: any demotion raises the advertised advskew to the highest
 * @now: ns
 */
void carp_fsm_demotestyle(struct carp_fsm *fsm, bool max, u64 now)
{
	if (fsm->demote_max == max)
		return;
	fsm->demote_max = max;
	if (fsm->state == CARP_STATE_MASTER)
		fsm_advertise_by(fsm, now + fsm_advert_interval(fsm));
}

/**
 * carp_fsm_announce - a virtual address was added
 * @fsm: in any state
 *
 * Return: CARP_ACT_ANNOUNCE if MASTER, else 0
 */
u32 carp_fsm_announce(struct carp_fsm *fsm)
{
	return fsm->state == CARP_STATE_MASTER ? CARP_ACT_ANNOUNCE : 0;
}

/**
 * carp_fsm_put_off - an advertisement that is due is to wait
 * @fsm: MASTER, or nothing happens
 * @until: ns
 */
void carp_fsm_put_off(struct carp_fsm *fsm, u64 until)
{
	if (fsm->state != CARP_STATE_MASTER)
		return;
	fsm->advert_at = until;
	fsm_rearm(fsm);
}
