/* SPDX-License-Identifier: GPL-2.0-only */
/* What must be true, computed from the rules and not from the fsm */
#ifndef _SIM_CHECK_H
#define _SIM_CHECK_H

#include "world.h"

enum invariant {
	INV_ONE_MASTER,
	INV_TAKEOVER,
	INV_NO_LIVELOCK,
	INV_PREEMPT,
	INV_DEMOTION,
	INV_STALL,
	INVARIANTS
};

#define CHECK_TEXT	160

/**
 * struct check - what has been found wrong in one run
 * @broken: bit per enum invariant
 * @text: of the first time each was
 * @changes_break: what a transition breaks when nothing should change any more
 * @settled: nothing should change any more
 * @delay: of what may still be on its way from before the quiet, ns
 */
struct check {
	u32 broken;
	char text[INVARIANTS][CHECK_TEXT];
	enum invariant changes_break;
	bool settled;
	u64 delay;
};

const char *check_name(enum invariant invariant);
enum invariant check_by_name(const char *name);

u64 check_interval(u8 advbase, u8 advskew);
u64 check_down_time(u8 advbase, u8 advskew);
u8 check_demote(const struct member *member);
u64 check_advertised(const struct member *member);
bool check_better(const struct member *a, const struct member *b);
u64 check_bound(const struct world *world);

void check_fail(struct world *world, enum invariant invariant,
		const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void check_change(struct world *world, const struct member *member,
		  enum carp_state from);
void check_disturb(struct world *world);
void check_settle(struct world *world, u64 tail);
void check_takeovers(struct world *world, enum invariant invariant, u32 limit);
void check_least_demoted(struct world *world);
void check_best(struct world *world);

#endif /* _SIM_CHECK_H */
