// SPDX-License-Identifier: GPL-2.0-only
/* The invariants
 *
 * A segment is quiet when nothing happens to it from outside: no loss, no
 * crash, nobody comes, goes or is configured. Frames are still delayed,
 * duplicated and overtake each other, timers are late, and clocks drift. It has
 * settled a bounded time later.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "member.h"
#include "timeline.h"

#define MAX_SEGMENTS	SIM_PORTS

static const char * const names[INVARIANTS] = {
	[INV_ONE_MASTER] = "one-master",
	[INV_TAKEOVER] = "takeover",
	[INV_NO_LIVELOCK] = "no-livelock",
	[INV_PREEMPT] = "preempt",
	[INV_DEMOTION] = "demotion",
	[INV_STALL] = "stall",
};

const char *check_name(enum invariant invariant)
{
	return names[invariant];
}

/* Return: INVARIANTS if there is none of that name */
enum invariant check_by_name(const char *name)
{
	int i;

	for (i = 0; i < INVARIANTS; i++)
		if (!strcmp(name, names[i]))
			break;
	return i;
}

/* A of the rules */
u64 check_interval(u8 advbase, u8 advskew)
{
	u64 ns = advbase * SIM_SEC + advskew * SIM_SEC / 256;

	return ns ? ns : SIM_SEC / 256;
}

/* M of the rules */
u64 check_down_time(u8 advbase, u8 advskew)
{
	if (!advbase)
		return 3 * check_interval(0, advskew);
	return 3 * advbase * SIM_SEC + advskew * SIM_SEC / 256;
}

/* What is in the demote byte of a member's advertisements */
u8 check_demote(const struct member *member)
{
	if (member->demotion < 0)
		return 0;
	return member->demotion > 255 ? 255 : member->demotion;
}

/* A as the member advertises it, demoted */
u64 check_advertised(const struct member *member)
{
	s64 skew = (s64)member->advskew + member->demotion;

	if (skew > 240)
		skew = 240;
	if (skew < 0)
		skew = 0;
	return check_interval(member->advbase, skew);
}

/* Who should be MASTER of the two, where preempt is on. False if equal. */
bool check_better(const struct member *a, const struct member *b)
{
	if (check_demote(a) != check_demote(b))
		return check_demote(a) < check_demote(b);
	return check_advertised(a) < check_advertised(b);
}

/**
 * check_bound - how long after the beginning of the quiet all is settled
 * @world: the world
 *
 * The last waiting BACKUP takes over, if nobody else has, after its M and what
 * ties have added, two intervals at most. Within an interval every other
 * member has heard it, or has taken over as well; within another those have
 * heard each other. Frames and timers add their delays to each step.
 *
 * Return: ns
 */
u64 check_bound(const struct world *world)
{
	const struct medium *medium = &world->medium;
	u64 delay = medium->delay_max, wait = 0, interval = 0, bound;
	u32 i;

	if (world->check->delay > delay)
		delay = world->check->delay;
	for (i = 0; i < world->n; i++) {
		const struct member *m = &world->members[i];
		u64 w = check_down_time(m->advbase, m->advskew) +
			2 * check_interval(m->advbase, m->advskew);

		if (w > wait)
			wait = w;
		if (check_advertised(m) > interval)
			interval = check_advertised(m);
	}
	/* Who is late to take over waits as long again. */
	bound = wait + 2 * interval + 3 * delay + 5 * medium->late_max;
	/* For clocks that run slow. */
	return bound + bound / 64;
}

void check_fail(struct world *world, enum invariant invariant,
		const char *format, ...)
{
	struct check *check = world->check;
	char *text = check->text[invariant];
	va_list args;
	int n;

	if (check->broken & 1 << invariant)
		return;
	check->broken |= 1 << invariant;
	n = snprintf(text, CHECK_TEXT, "%s broken at %.6f s: ",
		     names[invariant], world_seconds(world));
	va_start(args, format);
	vsnprintf(text + n, CHECK_TEXT - n, format, args);
	va_end(args);
	timeline_broken(world, text);
}

/* Nobody takes over for silence before it has lasted M. */
static void check_not_too_early(struct world *world,
				const struct member *member)
{
	u64 down = check_down_time(member->advbase, member->advskew);
	u64 now = member_clock(world, member), since = now;
	int family;

	for (family = 0; family < CARP_FAMILIES; family++)
		if (member->family[family] &&
		    member->silent_since[family] < since)
			since = member->silent_since[family];
	if (now - since < down)
		check_fail(world, INV_TAKEOVER,
			   "m%u takes over after %.6f s of silence, M is %.6f",
			   world_index(world, member),
			   (now - since) / (double)SIM_SEC,
			   down / (double)SIM_SEC);
}

void check_change(struct world *world, const struct member *member,
		  enum carp_state from)
{
	enum carp_reason reason = member->fsm.reason;

	if (member->state == CARP_STATE_MASTER &&
	    reason == CARP_REASON_MASTER_TIMED_OUT)
		check_not_too_early(world, member);
	if (world->check->settled)
		check_fail(world, world->check->changes_break,
			   "m%u %s -> %s (%s) in a settled segment",
			   world_index(world, member), timeline_state(from),
			   timeline_state(member->state),
			   timeline_reason(reason));
}

/* Something is going to be done to the segment. */
void check_disturb(struct world *world)
{
	u32 i;

	world->check->settled = false;
	for (i = 0; i < world->n; i++)
		world->members[i].takeovers = 0;
}

struct segment {
	u64 ports;
	u32 members;
	u32 masters;
	const struct member *master;
};

/* Members that hear the same ports are a segment; all others are silent. */
static u32 find_segments(const struct world *world, struct segment *segments)
{
	u32 i, s, n = 0;

	for (i = 0; i < world->n; i++) {
		const struct member *m = &world->members[i];

		if (!m->up)
			continue;
		for (s = 0; s < n; s++)
			if (segments[s].ports == m->hears)
				break;
		if (s == n) {
			if (n == MAX_SEGMENTS)
				return n;
			segments[n++] = (struct segment) { .ports = m->hears };
		}
		segments[s].members++;
		if (m->state != CARP_STATE_MASTER)
			continue;
		segments[s].masters++;
		segments[s].master = m;
	}
	return n;
}

static void check_masters(struct world *world)
{
	struct segment segments[MAX_SEGMENTS];
	u32 s, n = find_segments(world, segments);

	for (s = 0; s < n; s++) {
		if (segments[s].masters > 1)
			check_fail(world, INV_ONE_MASTER,
				   "%u of %u members are MASTER",
				   segments[s].masters, segments[s].members);
		if (!segments[s].masters)
			check_fail(world, INV_TAKEOVER,
				   "none of %u members is MASTER",
				   segments[s].members);
	}
}

/* The interval of a slow MASTER is about as long as M of a BACKUP: what is late
 * by a little decides when it is taken over from, once: it is given time.
 */
static bool is_patience_short(const struct world *world,
			      const struct member *member,
			      const struct member *master)
{
	u64 down = check_down_time(member->advbase, member->advskew);
	u64 interval = check_advertised(master);
	u64 late = world->medium.paced ? interval / 8 : 0;
	/* Clocks that differ by 2 % */
	u64 jitter = 2 * world->medium.delay_max + world->medium.late_max +
		     down / 32;

	return member->up && member->state == CARP_STATE_BACKUP &&
	       member->hears == master->hears &&
	       check_advertised(member) < interval &&
	       interval < down + jitter && interval + late + jitter > down;
}

static bool is_patience_ever_short(const struct world *world)
{
	u32 i, s;
	struct segment segments[MAX_SEGMENTS];
	u32 n = find_segments(world, segments);

	for (s = 0; s < n; s++)
		for (i = 0; segments[s].master && i < world->n; i++)
			if (is_patience_short(world, &world->members[i],
					      segments[s].master))
				return true;
	return false;
}

/**
 * check_settle - leave the segment alone: it settles, and stays as it is
 * @world: the world
 * @tail: how long nothing may change, ns
 */
void check_settle(struct world *world, u64 tail)
{
	world_run(world, check_bound(world));
	check_masters(world);
	if (is_patience_ever_short(world))
		world_run(world, tail);
	world->check->settled = !is_patience_ever_short(world);
	world_run(world, tail);
	check_masters(world);
	world->check->delay = 0;
}

/**
 * check_takeovers - since the disturbance nobody became MASTER too often
 * @world: the world
 * @invariant: broken if somebody did
 * @limit: how often one member may
 */
void check_takeovers(struct world *world, enum invariant invariant, u32 limit)
{
	u32 i;

	for (i = 0; i < world->n; i++)
		if (world->members[i].takeovers > limit)
			check_fail(world, invariant,
				   "m%u became MASTER %u times",
				   i, world->members[i].takeovers);
}

static void check_rank(struct world *world, enum invariant invariant,
		       bool (*better)(const struct member *,
				      const struct member *))
{
	struct segment segments[MAX_SEGMENTS];
	u32 n = find_segments(world, segments);
	u32 i, s;

	for (i = 0; i < world->n; i++) {
		const struct member *m = &world->members[i];

		for (s = 0; m->up && s < n; s++) {
			if (segments[s].ports != m->hears ||
			    !segments[s].master ||
			    !better(m, segments[s].master))
				continue;
			check_fail(world, invariant,
				   "m%u is MASTER though m%u is better",
				   world_index(world, segments[s].master), i);
			return;
		}
	}
}

static bool less_demoted(const struct member *a, const struct member *b)
{
	return check_demote(a) < check_demote(b);
}

/* Nobody that is demoted is MASTER where somebody is demoted less. */
void check_least_demoted(struct world *world)
{
	check_rank(world, INV_DEMOTION, less_demoted);
}

/* Where all preempt, the best is MASTER. */
void check_best(struct world *world)
{
	check_rank(world, INV_PREEMPT, check_better);
}
