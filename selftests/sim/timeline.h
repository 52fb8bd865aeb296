/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened, for people: the lines before a broken invariant */
#ifndef _SIM_TIMELINE_H
#define _SIM_TIMELINE_H

#include "world.h"

#define TIMELINE_LINES	400
#define TIMELINE_WIDTH	160
/* Lines after an invariant is broken */
#define TIMELINE_MORE	6

/**
 * struct timeline - the last lines of a run
 * @lines: ring
 * @n: how many were written
 * @more: how many are still to be written
 * @sender: of the last line, if that says what it sent
 * @sent: what that was
 * @sends: how often it has been sent since then
 */
struct timeline {
	char lines[TIMELINE_LINES][TIMELINE_WIDTH];
	u64 n;
	u32 more;
	const struct member *sender;
	struct carp_prio sent;
	u32 sends;
};

void timeline_init(struct timeline *timeline);
void timeline_broken(struct world *world, const char *text);
const char *timeline_state(enum carp_state state);
const char *timeline_reason(enum carp_reason reason);
void timeline_print(const struct timeline *timeline, u32 lines);

void timeline_note(struct world *world, const struct member *member,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void timeline_timer(struct world *world, const struct member *member, u32 act);
void timeline_hears(struct world *world, const struct member *member,
		    const struct frame *frame, u32 act);
void timeline_send(struct world *world, const struct member *member,
		   const struct carp_prio *prio);
void timeline_lost(struct world *world, const struct frame *frame, u32 to);

#endif /* _SIM_TIMELINE_H */
