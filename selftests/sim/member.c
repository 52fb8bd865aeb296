// SPDX-License-Identifier: GPL-2.0-only
/* The glue between the fsm and the segment
 *
 * Follows carp/vhost.c event by event: ask the fsm, make its state true, set
 * the timer, send. What the kernel does between unlocking and sending, and to
 * a frame in its queues, is part of the delays and losses of the medium.
 */

#include <string.h>

#include "check.h"
#include "member.h"
#include "timeline.h"

static u64 clock_at(const struct member *member, u64 at)
{
	return member->offset + at +
	       (s64)((__int128)at * member->drift >> SIM_DRIFT_SHIFT);
}

/**
 * member_clock - what time it is for a member
 * @world: the world
 * @member: whose clock
 *
 * Return: ns
 */
u64 member_clock(const struct world *world, const struct member *member)
{
	return clock_at(member, world->now);
}

/**
 * member_time - when a member's clock shows a time
 * @member: whose clock
 * @local: what it shows
 *
 * Return: ns of the world
 */
u64 member_time(const struct member *member, u64 local)
{
	__int128 one = 1 << SIM_DRIFT_SHIFT;
	u64 at = (local - member->offset) * one / (one + member->drift);

	while (clock_at(member, at) < local)
		at++;
	return at;
}

static void timer_push(struct world *world, struct member *member)
{
	u64 at = member_time(member, member->armed);

	if (at < world->now)
		at = world->now;
	at += rng_below(&world->rng, world->medium.late_max + 1);
	if (at < member->paused_until)
		at = member->paused_until;
	world_push(world, at, EVENT_TIMER, world_index(world, member),
		   ++member->generation);
}

/* A later deadline leaves the event where it is: it is set anew when it comes.
 * A BACKUP's moves with each advertisement.
 */
static void arm(struct world *world, struct member *member)
{
	if (member->fsm.deadline >= member->armed)
		return;
	member->armed = member->fsm.deadline;
	timer_push(world, member);
}

static void disarm(struct member *member)
{
	member->armed = CARP_NO_DEADLINE;
	member->generation++;
}

/* Advertisements of several masters that overtake each other may make one
 * member take over more than once while they last. That is one takeover.
 */
static void count_takeover(struct world *world, struct member *member)
{
	if (world->now - member->became_at > 4 * world->medium.delay_max)
		member->takeovers++;
	member->put_off = false;
	member->paced = rng_chance(&world->rng, world->medium.paced) ?
			rng_below(&world->rng, 5) : 0;
	member->became_at = world->now;
}

static void enact(struct world *world, struct member *member)
{
	enum carp_state from = member->state;

	member->state = member->fsm.state;
	world->changes++;
	world->last_change = world->now;
	if (member->state == CARP_STATE_MASTER)
		count_takeover(world, member);
	check_change(world, member, from);
	if (member->state == CARP_STATE_BACKUP) {
		member->silent_since[CARP_INET] = member_clock(world, member);
		member->silent_since[CARP_INET6] =
			member->silent_since[CARP_INET];
	}
}

static void send_all(struct world *world, struct member *member,
		     const struct carp_prio *prio)
{
	int family;

	member->sent_at = world->now;
	timeline_send(world, member, prio);
	for (family = 0; family < CARP_FAMILIES; family++)
		if (member->fsm.has_family[family])
			world_send(world, world_index(world, member), family,
				   prio);
}

static void commit(struct world *world, struct member *member, u32 act)
{
	static const struct carp_prio bow_out = {
		.advbase = CARP_PRIO_BOW_OUT,
		.advskew = CARP_PRIO_BOW_OUT,
	};
	struct carp_prio prio;

	if (act & CARP_ACT_STATE)
		enact(world, member);
	arm(world, member);
	if (act & CARP_ACT_GRACE)
		timeline_note(world, member, "timer late: grace");
	if (act & CARP_ACT_ADVERT) {
		prio = carp_fsm_prio(&member->fsm);
		send_all(world, member, &prio);
	}
	if (act & CARP_ACT_BOW_OUT)
		send_all(world, member, &bow_out);
}

void member_init(struct world *world, u32 i)
{
	struct member *member = &world->members[i];
	u64 random;

	*member = (struct member) {
		.port = i % SIM_PORTS,
		.src4 = { 10, i >> 16, i >> 8, i },
		.src6 = { 0xfd, [13] = i >> 16, [14] = i >> 8, [15] = i },
		.family = { true, false },
		.advbase = CARP_ADVBASE_DEFAULT,
		.armed = CARP_NO_DEADLINE,
		.offset = rng_below(&world->rng, 1000 * SIM_SEC),
	};
	random = rng_next(&world->rng);
	memcpy(member->counter, &random, sizeof(member->counter));
	carp_fsm_init(&member->fsm);
}

/**
 * member_start - all conditions to take part have become true
 * @world: the world
 * @i: member; one that is up already goes on
 */
void member_start(struct world *world, u32 i)
{
	struct member *member = &world->members[i];
	u64 now = member_clock(world, member);

	if (member->up)
		return;
	member->up = true;
	carp_fsm_init(&member->fsm);
	carp_fsm_config(&member->fsm, member->advbase, member->advskew, now);
	carp_fsm_demote(&member->fsm, member->demotion, now);
	carp_fsm_families(&member->fsm, member->family[CARP_INET],
			  member->family[CARP_INET6], now);
	timeline_note(world, member, "starts");
	commit(world, member, carp_fsm_start(&member->fsm, now));
}

/**
 * member_stop - an orderly end: a MASTER says goodbye
 * @world: the world
 * @i: member
 */
void member_stop(struct world *world, u32 i)
{
	struct member *member = &world->members[i];

	if (!member->up)
		return;
	timeline_note(world, member, "is set down");
	commit(world, member, carp_fsm_stop(&member->fsm, CARP_REASON_DOWN));
	member->up = false;
	disarm(member);
}

/**
 * member_crash - from one moment to the next there is nothing
 * @world: the world
 * @i: member
 */
void member_crash(struct world *world, u32 i)
{
	struct member *member = &world->members[i];

	if (!member->up)
		return;
	timeline_note(world, member, "crashes");
	member->up = false;
	member->paused_until = 0;
	member->state = CARP_STATE_INIT;
	carp_fsm_init(&member->fsm);
	disarm(member);
}

static void wait_anew(struct world *world, struct member *member)
{
	member->silent_since[CARP_INET] = member_clock(world, member);
	member->silent_since[CARP_INET6] = member->silent_since[CARP_INET];
}

/**
 * member_force - the administrator wants a state
 * @world: the world
 * @i: member
 * @state: BACKUP or MASTER
 */
void member_force(struct world *world, u32 i, enum carp_state state)
{
	struct member *member = &world->members[i];

	if (!member->up || member->paused_until > world->now)
		return;
	timeline_note(world, member, "is forced to %s",
		      timeline_state(state));
	if (state == CARP_STATE_BACKUP)
		wait_anew(world, member);
	commit(world, member, carp_fsm_force(&member->fsm, state,
					     member_clock(world, member)));
}

/**
 * member_config - advbase and advskew are set
 * @world: the world
 * @i: member, in any state, also one that is not up
 * @advbase: seconds
 * @advskew: 1/256 s
 */
void member_config(struct world *world, u32 i, u8 advbase, u8 advskew)
{
	struct member *member = &world->members[i];

	if (member->advbase == advbase && member->advskew == advskew)
		return;
	member->advbase = advbase;
	member->advskew = advskew;
	if (!member->up)
		return;
	timeline_note(world, member, "is configured %u/%u", advbase, advskew);
	wait_anew(world, member);
	commit(world, member, carp_fsm_config(&member->fsm, advbase, advskew,
					      member_clock(world, member)));
}

/**
 * member_demote - its demotion count changes
 * @world: the world
 * @i: member, in any state, also one that is not up
 * @sum: new value
 */
void member_demote(struct world *world, u32 i, s32 sum)
{
	struct member *member = &world->members[i];

	if (member->demotion == sum)
		return;
	member->demotion = sum;
	if (!member->up)
		return;
	timeline_note(world, member, "is demoted by %d", sum);
	commit(world, member, carp_fsm_demote(&member->fsm, sum,
					      member_clock(world, member)));
}

/**
 * member_pause - the host stands still, as a virtual machine may
 * @world: the world
 * @i: member
 * @time: how long, ns
 */
void member_pause(struct world *world, u32 i, u64 time)
{
	struct member *member = &world->members[i];

	if (!member->up)
		return;
	timeline_note(world, member, "stands still for %.3f s",
		      time / (double)SIM_SEC);
	member->paused_until = world->now + time;
	if (member->armed != CARP_NO_DEADLINE)
		timer_push(world, member);
}

/* As carp_enact_put_off() does it, until the other groups are apart. */
static bool put_off(struct world *world, struct member *member, u64 now)
{
	struct carp_prio prio = carp_fsm_prio(&member->fsm);
	u64 wait = carp_prio_interval(&prio) / 8;

	if (member->fsm.state != CARP_STATE_MASTER || !member->paced)
		return false;
	member->paced--;
	member->put_off = !member->put_off;
	if (member->put_off)
		carp_fsm_put_off(&member->fsm,
				 now + rng_below(&world->rng, wait));
	return member->put_off;
}

/**
 * member_timer - the timer of a member fires
 * @world: the world
 * @i: member
 * @generation: of the timer when this event was made
 */
void member_timer(struct world *world, u32 i, u32 generation)
{
	struct member *member = &world->members[i];
	u64 now = member_clock(world, member);
	u32 act;

	if (!member->up || generation != member->generation)
		return;
	member->armed = CARP_NO_DEADLINE;
	if (now < member->fsm.deadline) {
		arm(world, member);
		return;
	}
	member->fsm.preempt = member->preempt;
	if (put_off(world, member, now)) {
		arm(world, member);
		return;
	}
	act = carp_fsm_timer(&member->fsm, now);
	timeline_timer(world, member, act);
	commit(world, member, act);
}

/* As carp_rx_tie() does it. */
static int tie(const struct member *own, const struct member *peer,
	       enum carp_family family)
{
	int cmp;

	if (family == CARP_INET)
		cmp = carp_tie_cmp4(own->src4, peer->src4);
	else
		cmp = carp_tie_cmp6(own->src6, peer->src6);
	if (!cmp)
		cmp = memcmp(own->counter, peer->counter,
			     sizeof(own->counter));
	return cmp;
}

/**
 * member_hears - a verified advertisement has come
 * @world: the world
 * @i: who hears it
 * @frame: what it is; may be gone afterwards
 */
void member_hears(struct world *world, u32 i, const struct frame *frame)
{
	struct member *member = &world->members[i];
	const struct member *peer = &world->members[frame->from];
	u64 now = member_clock(world, member);
	u32 act;

	member->silent_since[frame->family] = now;
	member->fsm.preempt = member->preempt;
	act = carp_fsm_advert(&member->fsm, frame->family, &frame->prio,
			      tie(member, peer, frame->family), now);
	timeline_hears(world, member, frame, act);
	if (act || member->fsm.deadline < member->armed)
		commit(world, member, act);
}
