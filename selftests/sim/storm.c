// SPDX-License-Identifier: GPL-2.0-only
/* Anything at any time, then quiet */

#include <linux/kernel.h>

#include "member.h"
#include "scenario.h"

/**
 * struct storm - what may happen in this one
 * @may_demote: members are demoted and recover; not with several advbases,
 *	where one's M may be as long as the other's interval to the nanosecond
 * @mixed: each member has its own advbase
 * @preempt: all members preempt
 * @advbase: of all otherwise
 * @interval: the longest at the beginning, ns
 */
struct storm {
	bool may_demote;
	bool mixed;
	bool preempt;
	u8 advbase;
	u64 interval;
};

static u8 any_advbase(struct rng *rng)
{
	static const u8 advbases[] = { 1, 1, 1, 1, 2, 3, 20, 85, 86, 255 };

	return advbases[rng_below(rng, ARRAY_SIZE(advbases))];
}

/* Few values, so that many are equal. 0/0 cannot be configured. */
static u8 any_advskew(struct rng *rng, u8 advbase)
{
	static const u8 advskews[] = { 0, 0, 1, 100, 239, 240, 241, 254 };
	u8 advskew = advskews[rng_below(rng, ARRAY_SIZE(advskews))];

	if (!rng_below(rng, 4))
		advskew = rng_below(rng, 255);
	return advbase || advskew ? advskew : 16;
}

static void configure_any(struct world *world, const struct storm *storm, u32 i)
{
	u8 advbase = storm->advbase;

	if (storm->mixed)
		advbase = any_advbase(&world->rng);
	member_config(world, i, advbase, any_advskew(&world->rng, advbase));
}

static void prepare(struct world *world, struct storm *storm)
{
	struct rng *rng = &world->rng;
	bool equal = !rng_below(rng, 3), same_source = !rng_below(rng, 4);
	u32 families = rng_between(rng, 1, 3), preempt = rng_below(rng, 3), i;
	bool crowd = world->n > SCENARIO_CROWD;

	*storm = (struct storm) {
		.advbase = crowd || rng_below(rng, 8) ? any_advbase(rng) : 0,
		.mixed = !crowd && !rng_below(rng, 8),
	};
	storm->preempt = preempt == 1 && !crowd;
	storm->may_demote = storm->advbase && !storm->mixed && !crowd;
	scenario_families(world, families & 1, families & 2);
	scenario_clocks(world);
	for (i = 0; i < world->n; i++) {
		struct member *m = &world->members[i];

		configure_any(world, storm, i);
		if (equal && !storm->mixed)
			m->advskew = world->members[0].advskew;
		if (preempt && !crowd)
			m->preempt = preempt == 1 || rng_below(rng, 2);
		if (same_source) {
			m->src4[1] = 1;
			m->src4[2] = 1;
			m->src4[3] = 1;
		}
	}
	storm->interval = scenario_slowest(world);
}

static void bad_medium(struct world *world, u64 interval)
{
	struct rng *rng = &world->rng;

	world->medium = (struct medium) {
		.delay_max = rng_between(rng, SIM_US, interval / 2),
		.late_max = rng_below(rng, interval / 4),
		.loss = rng_below(rng, 4) ? rng_below(rng, 40000) : 0,
		.dup = rng_below(rng, 20000),
		.paced = rng_below(rng, 2) ? rng_below(rng, 65536) : 0,
	};
	if (world->medium.delay_max > world->check->delay)
		world->check->delay = world->medium.delay_max;
}

/* Some links of some ports are cut in one direction. */
static void cut_some(struct world *world)
{
	u64 mask = rng_next(&world->rng) | rng_next(&world->rng);
	u32 i;

	for (i = 0; i < world->n; i++)
		if (rng_below(&world->rng, 2))
			world->members[i].hears = mask | rng_next(&world->rng);
}

static void do_to_member(struct world *world, const struct storm *storm, u32 i)
{
	struct rng *rng = &world->rng;

	switch (rng_below(rng, 8)) {
	case 0:
		member_crash(world, i);
		break;
	case 1:
		member_stop(world, i);
		break;
	case 2:
	case 3:
		member_start(world, i);
		break;
	case 4:
		member_force(world, i, rng_below(rng, 2) ? CARP_STATE_MASTER :
			     CARP_STATE_BACKUP);
		break;
	case 5:
		configure_any(world, storm, i);
		break;
	case 6:
		member_pause(world, i, rng_below(rng, 6 * storm->interval));
		break;
	case 7:
		if (storm->may_demote)
			member_demote(world, i, (s32)rng_below(rng, 600) - 240);
		break;
	}
}

static void do_something(struct world *world, const struct storm *storm)
{
	struct rng *rng = &world->rng;
	u32 victims = 1;

	switch (rng_below(rng, 8)) {
	case 0:
		bad_medium(world, storm->interval);
		return;
	case 1:
		cut_some(world);
		return;
	case 2:
		world_connect(world);
		return;
	case 3:
		victims = rng_between(rng, 1, world->n / 2 + 1);
	}
	while (victims--)
		do_to_member(world, storm, rng_below(rng, world->n));
}

/* All awake, with no timer late, and whole or in parts that hear nothing of
 * each other.
 */
static void calm(struct world *world)
{
	struct rng *rng = &world->rng;
	u32 parts = rng_below(rng, 3) ? 1 : rng_between(rng, 2, 4), part, i;
	u64 ports[4] = {}, shortest = ~0ULL, interval, awake = world->now;

	for (i = 0; i < world->n; i++) {
		struct member *m = &world->members[i];

		ports[m->port % parts] |= 1ULL << m->port;
		if (m->paused_until > awake)
			awake = m->paused_until;
		interval = check_advertised(m);
		if (interval < shortest)
			shortest = interval;
	}
	if (awake < world->now + 2 * world->medium.late_max)
		awake = world->now + 2 * world->medium.late_max;
	world->medium.late_max = 0;
	world_run(world, awake - world->now + SIM_MS);
	for (i = 0; i < world->n; i++) {
		part = world->members[i].port % parts;
		world->members[i].hears = ports[part];
	}
	scenario_medium(world, shortest);
}

void scenario_storm(struct world *world)
{
	u32 steps = rng_between(&world->rng, 5, 40);
	struct storm storm;

	prepare(world, &storm);
	bad_medium(world, storm.interval);
	scenario_start_all(world, 3 * storm.interval);
	while (steps--) {
		world_run(world, rng_below(&world->rng, 4 * storm.interval));
		do_something(world, &storm);
	}
	calm(world);
	check_disturb(world);
	check_settle(world, 30 * scenario_slowest(world));
	if (storm.may_demote)
		check_least_demoted(world);
	if (storm.preempt)
		check_best(world);
}
