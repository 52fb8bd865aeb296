// SPDX-License-Identifier: GPL-2.0-only
/* The list of scenarios, and what they share */

#include <linux/kernel.h>
#include <string.h>

#include "member.h"
#include "scenario.h"

const struct scenario scenarios[] = {
	{ "storm", "whatever happens, one MASTER once it is quiet",
	  INV_ONE_MASTER, scenario_storm },
	{ "crash", "takeover M after the last advertisement heard",
	  INV_TAKEOVER, scenario_crash },
	{ "goodbye", "takeover at once when the MASTER says goodbye",
	  INV_TAKEOVER, scenario_goodbye },
	{ "equal", "equal members that start together settle",
	  INV_NO_LIVELOCK, scenario_equal },
	{ "split", "equal members settle after a split",
	  INV_NO_LIVELOCK, scenario_split },
	{ "preempt", "with preempt the best is MASTER, without oscillation",
	  INV_PREEMPT, scenario_preempt },
	{ "demote", "the least demoted is MASTER, and the others agree",
	  INV_DEMOTION, scenario_demote },
	{ "stall", "who stood still takes over from the dead only",
	  INV_STALL, scenario_stall },
	{ "preempt-burst", "preempting members after a goodbye",
	  INV_PREEMPT, scenario_preempt_burst },
	{ "mixed-demote", "a demoted member with a smaller advbase",
	  INV_DEMOTION, scenario_mixed_demote },
	{ "base0-demote", "advbase 0 and all demoted",
	  INV_DEMOTION, scenario_base0_demote },
	{ "base0-split", "the same, after a split",
	  INV_NO_LIVELOCK, scenario_base0_split },
	{}
};

const struct scenario *scenario_find(const char *name)
{
	const struct scenario *scenario;

	for (scenario = scenarios; scenario->name; scenario++)
		if (!strcmp(name, scenario->name))
			return scenario;
	return NULL;
}

/**
 * scenario_medium - a segment as it is when nothing is wrong with it
 * @world: the world
 * @shortest: interval, ns; delays are small beside it
 */
void scenario_medium(struct world *world, u64 shortest)
{
	static const u32 dups[] = { 0, 0, 655, 16384 };
	struct rng *rng = &world->rng;
	u64 delay = shortest / 16 < 50 * SIM_MS ? shortest / 16 : 50 * SIM_MS;

	world->medium = (struct medium) {
		.delay_max = rng_between(rng, SIM_US, delay),
		.dup = dups[rng_below(rng, ARRAY_SIZE(dups))],
		.paced = rng_below(rng, 2) ? rng_below(rng, 65536) : 0,
	};
	world->medium.delay_min = rng_below(rng, world->medium.delay_max);
	if (rng_below(rng, 2))
		world->medium.late_max = rng_below(rng, delay / 4);
}

/* Clocks that agree, those of usual quartzes, and bad ones. */
void scenario_clocks(struct world *world)
{
	static const s32 drifts[] = { 0, 105, 10485 };
	s32 max = drifts[rng_below(&world->rng, ARRAY_SIZE(drifts))];
	u32 i;

	for (i = 0; i < world->n; i++)
		world->members[i].drift =
			(s32)rng_below(&world->rng, 2 * max + 1) - max;
}

void scenario_families(struct world *world, bool inet, bool inet6)
{
	u32 i;

	for (i = 0; i < world->n; i++) {
		world->members[i].family[CARP_INET] = inet;
		world->members[i].family[CARP_INET6] = inet6;
	}
}

/* Each member gets one of the values. */
void scenario_params(struct world *world, u8 advbase, const u8 *advskews,
		     u32 n_advskews)
{
	u32 i;

	for (i = 0; i < world->n; i++)
		member_config(world, i, advbase,
			      advskews[rng_below(&world->rng, n_advskews)]);
}

void scenario_start_all(struct world *world, u64 phase_max)
{
	u32 i;

	for (i = 0; i < world->n; i++) {
		world_run(world, rng_below(&world->rng, phase_max) / world->n);
		member_start(world, i);
	}
}

/* Return: the longest interval advertised, ns */
u64 scenario_slowest(const struct world *world)
{
	u64 slowest = 0;
	u32 i;

	for (i = 0; i < world->n; i++)
		if (check_advertised(&world->members[i]) > slowest)
			slowest = check_advertised(&world->members[i]);
	return slowest;
}

/* What a MASTER sent is heard before it does something else: its goodbye may
 * not overtake its last advertisement, or whoever heard both yields to the one
 * that has gone, and M passes.
 */
void scenario_let_arrive(struct world *world, const struct member *member)
{
	while (world->now <= member->sent_at + world->medium.delay_max)
		world_run(world, world->medium.delay_max);
}

/* Return: a member that is up, or down; NULL if there is none */
struct member *scenario_any(struct world *world, bool up)
{
	u32 first = rng_below(&world->rng, world->n), i;

	for (i = 0; i < world->n; i++) {
		struct member *m = &world->members[(first + i) % world->n];

		if (m->up == up)
			return m;
	}
	return NULL;
}
