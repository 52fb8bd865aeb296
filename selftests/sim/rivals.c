// SPDX-License-Identifier: GPL-2.0-only
/* Who is MASTER where several want to be: equal, preempting, demoted members */

#include <linux/kernel.h>
#include <string.h>

#include "member.h"
#include "scenario.h"

/* Takeovers of one member until a segment settles: one at the disturbance, one
 * for a MASTER that fell silent because of it.
 */
#define TAKEOVERS_MAX	2

/* How long nothing may change, which costs an advertisement to each member per
 * interval.
 */
static u64 tail(const struct world *world)
{
	return (world->n > 100 ? 5 : 60) * scenario_slowest(world);
}

/* In any order, by the counter alone, or with IPv6 against IPv4. */
static void equal_sources(struct world *world)
{
	struct rng *rng = &world->rng;
	u32 families = rng_between(rng, 1, 3), order = rng_below(rng, 3), i;

	scenario_families(world, families & 1, families & 2);
	for (i = 0; i < world->n; i++) {
		struct member *m = &world->members[i];

		if (order == 1) {
			memset(m->src4, 1, sizeof(m->src4));
			memset(m->src6, 1, sizeof(m->src6));
		} else if (order == 2) {
			m->src6[0] = 0xff - (i >> 16);
			m->src6[1] = 0xff - (i >> 8);
			m->src6[2] = 0xff - i;
		}
	}
}

/* In step: no clock drifts and no timer is late, so that nothing but a rule
 * can separate equal members.
 */
static void equal_members(struct world *world)
{
	static const u8 params[][2] = {
		{ 1, 0 }, { 1, 0 }, { 1, 1 }, { 1, 85 }, { 1, 100 }, { 1, 254 },
		{ 3, 0 }, { 20, 100 }, { 255, 254 }, { 0, 254 }, { 0, 16 },
	};
	const u8 *p = params[rng_below(&world->rng, ARRAY_SIZE(params))];
	bool in_step = rng_below(&world->rng, 2);

	scenario_params(world, p[0], &p[1], 1);
	equal_sources(world);
	scenario_medium(world, check_interval(p[0], p[1]));
	if (in_step) {
		world->medium.late_max = 0;
		world->medium.paced = 0;
	} else {
		scenario_clocks(world);
	}
}

static u64 any_phase(struct world *world)
{
	switch (rng_below(&world->rng, 3)) {
	case 0:
		return 0;
	case 1:
		return 4 * world->medium.delay_max;
	default:
		return 2 * scenario_slowest(world);
	}
}

void scenario_equal(struct world *world)
{
	equal_members(world);
	scenario_start_all(world, any_phase(world));
	check_disturb(world);
	check_settle(world, tail(world));
	check_takeovers(world, INV_NO_LIVELOCK, TAKEOVERS_MAX);
}

/* As many parts as ports, each with its MASTER, until the split is over. */
void scenario_split(struct world *world)
{
	u32 i;

	equal_members(world);
	for (i = 0; i < world->n; i++)
		world->members[i].hears = 1ULL << world->members[i].port;
	scenario_start_all(world, any_phase(world));
	check_settle(world, 2 * scenario_slowest(world));
	check_disturb(world);
	world_connect(world);
	check_settle(world, tail(world));
	check_takeovers(world, INV_NO_LIVELOCK, TAKEOVERS_MAX);
}

/* All the same advbase, which is not 0; few or many values of advskew. */
static void ranked_members(struct world *world)
{
	static const u8 advbases[] = { 1, 1, 1, 2, 3, 20 };
	u8 advbase = advbases[rng_below(&world->rng, ARRAY_SIZE(advbases))];
	u8 advskews[10];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(advskews); i++)
		advskews[i] = rng_below(&world->rng, 255);
	scenario_params(world, advbase, advskews,
			rng_between(&world->rng, 1, ARRAY_SIZE(advskews)));
	scenario_clocks(world);
	scenario_medium(world, SIM_SEC);
}

static void stir(struct world *world)
{
	struct rng *rng = &world->rng;
	struct member *up = scenario_any(world, true);
	struct member *down = scenario_any(world, false);

	switch (rng_below(rng, 5)) {
	case 0:
		if (up)
			member_crash(world, world_index(world, up));
		break;
	case 1:
		if (up)
			member_stop(world, world_index(world, up));
		break;
	case 2:
		if (up)
			member_force(world, world_index(world, up),
				     CARP_STATE_MASTER);
		break;
	case 3:
		if (up)
			member_config(world, world_index(world, up),
				      up->advbase, rng_below(rng, 255));
		break;
	case 4:
		if (world_master(world))
			member_crash(world, world_index(world,
							world_master(world)));
		break;
	}
	if (down)
		member_start(world, world_index(world, down));
}

void scenario_preempt(struct world *world)
{
	u32 rounds = 8, i;

	ranked_members(world);
	for (i = 0; i < world->n; i++)
		world->members[i].preempt = true;
	scenario_start_all(world, any_phase(world));
	while (rounds--) {
		check_settle(world, tail(world) / 2);
		check_takeovers(world, INV_PREEMPT, TAKEOVERS_MAX);
		check_best(world);
		check_disturb(world);
		stir(world);
	}
	check_settle(world, tail(world) / 2);
	check_best(world);
}

static s32 any_demotion(struct rng *rng, bool crowd)
{
	static const s32 demotions[] = {
		0, 0, 1, 10, 240, 255, 1000, -1, -300
	};

	return crowd ? 240 * rng_below(rng, 2) :
		       demotions[rng_below(rng, ARRAY_SIZE(demotions))];
}

static u32 count_less_demoted(const struct world *world,
			      enum carp_state state, u8 demote)
{
	u32 i, n = 0;

	for (i = 0; i < world->n; i++)
		n += world->members[i].state == state &&
		     check_demote(&world->members[i]) < demote;
	return n;
}

/* It says so at once, and whoever hears it and is less demoted takes over. */
static void demote_master(struct world *world)
{
	struct member *master = world_master(world);

	if (!master || master->demotion > 0)
		return;
	scenario_let_arrive(world, master);
	member_demote(world, world_index(world, master), 300);
	world_run(world, world->medium.delay_max);
	if (count_less_demoted(world, CARP_STATE_BACKUP, 255) &&
	    !count_less_demoted(world, CARP_STATE_MASTER, 255))
		check_fail(world, INV_DEMOTION,
			   "nobody replaces the demoted MASTER at once");
}

void scenario_demote(struct world *world)
{
	bool preempt = rng_below(&world->rng, 2);
	bool crowd = world->n > SCENARIO_CROWD;
	u32 rounds = crowd ? 2 : 8, n, i;

	ranked_members(world);
	for (i = 0; i < world->n; i++)
		world->members[i].preempt = preempt && !crowd;
	scenario_start_all(world, any_phase(world));
	while (rounds--) {
		check_settle(world, tail(world) / 2);
		check_least_demoted(world);
		check_disturb(world);
		if (rng_below(&world->rng, 3) == 0) {
			demote_master(world);
			continue;
		}
		for (n = rng_between(&world->rng, 1, world->n); n--; )
			member_demote(world, rng_below(&world->rng, world->n),
				      any_demotion(&world->rng, crowd));
	}
	check_settle(world, tail(world) / 2);
	check_least_demoted(world);
	check_takeovers(world, INV_DEMOTION, TAKEOVERS_MAX);
}
