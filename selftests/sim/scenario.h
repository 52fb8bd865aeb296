/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done to a segment, and what is expected then */
#ifndef _SIM_SCENARIO_H
#define _SIM_SCENARIO_H

#include "check.h"
#include "world.h"

/**
 * struct scenario - one kind of run
 * @name: on the command line
 * @title: what it proves
 * @changes_break: what a transition after settling breaks
 * @run: the run; all it decides comes from the world's rng
 */
struct scenario {
	const char *name;
	const char *title;
	enum invariant changes_break;
	void (*run)(struct world *world);
};

/* With more members than this, each of whom takes over at a goodbye and is
 * heard by all, there is too much to simulate: crowds have few ranks, or no
 * reason to take over but silence.
 */
#define SCENARIO_CROWD		100

extern const struct scenario scenarios[];
const struct scenario *scenario_find(const char *name);

/* What the scenarios share */
void scenario_medium(struct world *world, u64 shortest);
void scenario_clocks(struct world *world);
void scenario_families(struct world *world, bool inet, bool inet6);
void scenario_params(struct world *world, u8 advbase, const u8 *advskews,
		     u32 n_advskews);
void scenario_start_all(struct world *world, u64 phase_max);
u64 scenario_slowest(const struct world *world);
void scenario_let_arrive(struct world *world, const struct member *member);
struct member *scenario_any(struct world *world, bool up);

void scenario_storm(struct world *world);
void scenario_crash(struct world *world);
void scenario_goodbye(struct world *world);
void scenario_stall(struct world *world);
void scenario_equal(struct world *world);
void scenario_split(struct world *world);
void scenario_preempt(struct world *world);
void scenario_demote(struct world *world);
void scenario_preempt_burst(struct world *world);
void scenario_mixed_demote(struct world *world);
void scenario_base0_demote(struct world *world);
void scenario_base0_split(struct world *world);

#endif /* _SIM_SCENARIO_H */
