// SPDX-License-Identifier: GPL-2.0-only
/* Counterexamples that were found once, and led to rules of the election */

#include "member.h"
#include "scenario.h"

/* All take over at the goodbye and hear each other's advertisements in turn.
 * Without calm_until they yield to a better one, preempt a worse one, and so
 * on, and each takeover is another advertisement to all: exponentially many.
 */
void scenario_preempt_burst(struct world *world)
{
	u64 changes;
	u32 i;

	scenario_medium(world, SIM_SEC);
	for (i = 0; i < world->n; i++) {
		member_config(world, i, 1, i * 250 / world->n);
		world->members[i].preempt = true;
	}
	scenario_start_all(world, 0);
	check_settle(world, 10 * SIM_SEC);
	scenario_let_arrive(world, &world->members[0]);
	check_disturb(world);
	changes = world->changes;
	member_stop(world, 0);
	check_settle(world, 10 * SIM_SEC);
	/* All take over and all but one yield, once for each copy of the
	 * goodbye: there is one per family, and some are doubled.
	 */
	changes = world->changes - changes;
	if (changes > 4 * world->n)
		check_fail(world, INV_PREEMPT,
			   "%llu transitions of %u members after one goodbye",
			   (unsigned long long)changes, world->n);
}

/* The healthy one advertises so rarely that the demoted one would take it for
 * dead, take over, and yield to the next advertisement.
 */
void scenario_mixed_demote(struct world *world)
{
	scenario_medium(world, SIM_SEC);
	member_config(world, 0, 10, 0);
	member_demote(world, 1, 5);
	scenario_start_all(world, 0);
	check_disturb(world);
	check_settle(world, 10 * scenario_slowest(world));
	check_least_demoted(world);
}

/* The MASTER advertises with the skew of its demotion, the BACKUP waits with
 * that of its configuration.
 */
void scenario_base0_demote(struct world *world)
{
	u32 i;

	scenario_medium(world, SIM_SEC / 16);
	for (i = 0; i < world->n; i++) {
		member_config(world, i, 0, 16);
		member_demote(world, i, 240);
	}
	scenario_start_all(world, 0);
	check_disturb(world);
	check_settle(world, 10 * scenario_slowest(world));
	check_least_demoted(world);
}

/* Two that are equal by their demotion alone, once both are MASTER: M is that
 * of the configuration, and the one that stays says so much more rarely. Who
 * yields takes over again before it does.
 */
void scenario_base0_split(struct world *world)
{
	u32 i;

	scenario_medium(world, SIM_SEC / 256);
	for (i = 0; i < world->n; i++) {
		member_config(world, i, 0, rng_between(&world->rng, 1, 47));
		member_demote(world, i, 240);
		world->members[i].hears = 1ULL << world->members[i].port;
	}
	scenario_start_all(world, SIM_SEC);
	check_settle(world, 2 * scenario_slowest(world));
	check_disturb(world);
	world_connect(world);
	check_settle(world, 10 * scenario_slowest(world));
	check_takeovers(world, INV_NO_LIVELOCK, 2);
}
