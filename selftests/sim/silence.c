// SPDX-License-Identifier: GPL-2.0-only
/* The MASTER falls silent, says goodbye, or is only thought to be silent */

#include <linux/kernel.h>

#include "member.h"
#include "scenario.h"

/* A settled segment that has forgotten all ties: members with few or many
 * different values of advskew.
 */
static void prepare(struct world *world, const u8 *advbases, u32 n_advbases)
{
	struct rng *rng = &world->rng;
	u8 advbase = advbases[rng_below(rng, n_advbases)];
	u32 families = rng_between(rng, 1, 3), i;
	u8 advskews[3];
	u64 interval;

	for (i = 0; i < ARRAY_SIZE(advskews); i++)
		advskews[i] = rng_between(rng, !advbase, 254);
	scenario_families(world, families & 1, families & 2);
	scenario_clocks(world);
	scenario_params(world, advbase, advskews,
			rng_between(rng, 1, ARRAY_SIZE(advskews)));
	interval = scenario_slowest(world);
	scenario_medium(world, advbase ? SIM_SEC : SIM_SEC / 256);
	scenario_start_all(world, rng_below(rng, 2) * 4 * interval);
	check_settle(world, 10 * interval);
}

/* When M of the first BACKUP is over that heard the last advertisement. */
static u64 takeover_due(const struct world *world)
{
	u64 due = ~0ULL, at;
	u32 i;
	int f;

	for (i = 0; i < world->n; i++) {
		const struct member *m = &world->members[i];

		for (f = 0; f < CARP_FAMILIES; f++) {
			if (m->state != CARP_STATE_BACKUP || !m->family[f])
				continue;
			at = member_time(m, m->silent_since[f] +
					 check_down_time(m->advbase,
							 m->advskew));
			if (at < due)
				due = at;
		}
	}
	return due;
}

static u32 masters_but(const struct world *world, const struct member *silent)
{
	return world_count(world, CARP_STATE_MASTER) -
	       (silent->state == CARP_STATE_MASTER);
}

static void expect_takeover(struct world *world, const struct member *silent)
{
	u64 due;

	/* What was on its way arrives. */
	world_run(world, world->medium.delay_max);
	due = takeover_due(world);
	if (due == ~0ULL)
		return;
	world_run(world, due - world->now - 1);
	if (masters_but(world, silent))
		check_fail(world, INV_TAKEOVER, "takeover before M is over");
	/* Who was late waits as long again, and may be late again. A clock with
	 * a drift is late by a ns as well, as it is rounded.
	 */
	world_run(world, 3 * world->medium.late_max + 4);
	if (!masters_but(world, silent))
		check_fail(world, INV_TAKEOVER, "no takeover when M is over");
}

/* Nobody hears it any more, but it hears the others. */
static void mute(struct world *world, const struct member *silent)
{
	u32 i;

	for (i = 0; i < world->n; i++)
		if (i != world_index(world, silent))
			world->members[i].hears &= ~(1ULL << silent->port);
}

void scenario_crash(struct world *world)
{
	static const u8 advbases[] = { 1, 1, 1, 2, 20, 255, 0 };
	u32 rounds = world->n > 100 ? 1 : 3;
	struct member *master;

	prepare(world, advbases, ARRAY_SIZE(advbases));
	while (rounds-- && (master = world_master(world))) {
		world_run(world, rng_below(&world->rng,
					   scenario_slowest(world)));
		check_disturb(world);
		if (world->n <= SIM_PORTS && rng_below(&world->rng, 2))
			mute(world, master);
		else
			member_crash(world, world_index(world, master));
		expect_takeover(world, master);
		world_connect(world);
		member_start(world, world_index(world, master));
		check_settle(world, 10 * scenario_slowest(world));
	}
}

void scenario_goodbye(struct world *world)
{
	static const u8 advbases[] = { 1, 1, 3, 85, 86, 100, 255, 0 };
	u32 rounds = world->n > 100 ? 1 : 3;
	struct member *master;

	prepare(world, advbases, ARRAY_SIZE(advbases));
	while (rounds-- && (master = world_master(world))) {
		scenario_let_arrive(world, master);
		check_disturb(world);
		member_stop(world, world_index(world, master));
		world_run(world, world->medium.delay_max);
		if (!world_master(world) && world->n > 1)
			check_fail(world, INV_TAKEOVER,
				   "no takeover when the MASTER said goodbye");
		check_settle(world, 5 * scenario_slowest(world));
		check_disturb(world);
		member_start(world, world_index(world, master));
		check_settle(world, 5 * scenario_slowest(world));
	}
}

/* Some stand still for longer than M and an interval, as the grace wants it,
 * while the MASTER lives.
 */
void scenario_stall(struct world *world)
{
	static const u8 advbases[] = { 1, 1, 1, 3, 20, 0 };
	struct rng *rng = &world->rng;
	u32 rounds = 5, i;

	prepare(world, advbases, ARRAY_SIZE(advbases));
	while (rounds--) {
		for (i = 0; i < world->n; i++) {
			struct member *m = &world->members[i];
			u64 a = check_interval(m->advbase, m->advskew);

			if (m->state == CARP_STATE_MASTER || rng_below(rng, 3))
				continue;
			member_pause(world, i,
				     check_down_time(m->advbase, m->advskew) +
				     2 * a + rng_below(rng, 10 * a));
		}
		world_run(world, 20 * scenario_slowest(world));
	}
}
