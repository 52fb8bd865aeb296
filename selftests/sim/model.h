/* SPDX-License-Identifier: GPL-2.0-only */
/* A small segment whose whole state is a few bytes
 *
 * Time goes in ticks, and every time the fsm knows is a whole number of them.
 * Within a tick anything that may happen may happen in any order.
 */
#ifndef _SIM_MODEL_H
#define _SIM_MODEL_H

#include <linux/types.h>

#include "check.h"
#include "fsm.h"

/* Per second: multiples of half an interval are whole for advskew 0 and 128. */
#define MODEL_TICKS	4
#define MODEL_TICK	(SIM_SEC / MODEL_TICKS)
#define MODEL_MEMBERS	3
#define MODEL_MESSAGES	16
#define MODEL_KEY	39
/* A whole number of ticks in advskew, for advskew 0 */
#define MODEL_DEMOTED	128
/* It is always this time; a tick moves all that is to happen nearer. */
#define MODEL_NOW	(1000 * SIM_SEC)

/**
 * struct setup - what is explored
 * @name: on the command line
 * @changes_break: what a transition in a settled segment breaks
 * @n: members
 * @advbase: of all
 * @advskew: of each
 * @preempt: of all
 * @delay: an advertisement is on its way so many ticks at most
 * @late: a timer is so many ticks late at most
 * @window: ticks in which the members start
 * @split: nobody hears anybody until all are MASTER
 * @losses: advertisements that may get lost
 * @dups: that may come twice
 * @stops: crashes and orderly stops
 * @starts: starts after a stop
 * @demotes: changes of a demotion count, each between 0 and 128
 * @set: to which it belongs
 */
struct setup {
	const char *name;
	enum invariant changes_break;
	u8 n;
	u8 advbase;
	u8 advskew[MODEL_MEMBERS];
	bool preempt;
	u8 delay;
	u8 late;
	u8 window;
	bool split;
	u8 losses;
	u8 dups;
	u8 stops;
	u8 starts;
	u8 demotes;
	const char *set;
};

enum message_kind {
	MESSAGE_ADVERT,
	MESSAGE_DEMOTED,
	MESSAGE_BOW_OUT,
};

struct message {
	u8 from;
	u8 to;
	u8 kind;
	u8 age;
};

/**
 * struct model - a state of the segment
 * @fsm: the product
 * @up: takes part
 * @started: has ever done so
 * @messages: advertisements on their way
 * @n_messages: how many
 * @left: of setup->losses, dups, stops, starts, demotes
 * @window: ticks that are left of it
 * @split: still is
 * @quiet: ticks since something happened from outside, up to the bound
 */
struct model {
	struct carp_fsm fsm[MODEL_MEMBERS];
	bool up[MODEL_MEMBERS];
	bool started[MODEL_MEMBERS];
	struct message messages[MODEL_MESSAGES];
	u8 n_messages;
	struct {
		u8 losses;
		u8 dups;
		u8 stops;
		u8 starts;
		u8 demotes;
	} left;
	u8 window;
	bool split;
	u8 quiet;
};

enum action_kind {
	ACTION_TICK,
	ACTION_TIMER,
	ACTION_DELIVER,
	ACTION_LOSE,
	ACTION_DUPLICATE,
	ACTION_START,
	ACTION_CRASH,
	ACTION_STOP,
	ACTION_DEMOTE,
	ACTION_HEAL,
	ACTIONS
};

struct action {
	u8 kind;
	u8 arg;		/* member or message */
};

void model_init(struct model *model, const struct setup *setup);
bool model_possible(const struct model *model, const struct setup *setup,
		    struct action action);
u32 model_apply(struct model *model, const struct setup *setup,
		struct action action);
void model_encode(const struct model *model, const struct setup *setup,
		  u8 key[MODEL_KEY]);
void model_decode(struct model *model, const struct setup *setup,
		  const u8 key[MODEL_KEY]);
u32 model_bound(const struct setup *setup);
u32 model_takeover_bound(const struct setup *setup);
void model_describe(const struct model *before, struct action action,
		    char *text, size_t size);

#endif /* _SIM_MODEL_H */
