// SPDX-License-Identifier: GPL-2.0-only
/* Writes nothing unless the world has a timeline: runs are repeated with one
 * when an invariant is broken.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "timeline.h"

const char *timeline_state(enum carp_state state)
{
	static const char * const names[] = { "INIT", "BACKUP", "MASTER" };

	return names[state];
}

const char *timeline_reason(enum carp_reason reason)
{
	static const char * const names[__CARP_REASON_COUNT] = {
		[CARP_REASON_NONE] = "none",
		[CARP_REASON_INIT_COMPLETE] = "takes part",
		[CARP_REASON_MASTER_TIMED_OUT] = "master timed out",
		[CARP_REASON_PREEMPT] = "preempts",
		[CARP_REASON_MASTER_WILL_TIME_OUT] = "master will time out",
		[CARP_REASON_MASTER_BOW_OUT] = "master said goodbye",
		[CARP_REASON_MASTER_DEMOTED] = "master is more demoted",
		[CARP_REASON_MORE_FREQUENT] = "peer is more frequent",
		[CARP_REASON_TIE] = "equal peer is preferred",
		[CARP_REASON_LESS_DEMOTED] = "peer is less demoted",
		[CARP_REASON_DOWN] = "down",
		[CARP_REASON_NO_ADDRESS] = "no address",
		[CARP_REASON_USER] = "administrator",
	};

	return names[reason] ? names[reason] : "other";
}

void timeline_init(struct timeline *timeline)
{
	*timeline = (struct timeline) { .more = ~0U };
}

static void write_line(struct world *world, const char *who, const char *text)
{
	struct timeline *timeline = world->timeline;

	if (!timeline->more)
		return;
	timeline->more--;
	timeline->sender = NULL;
	snprintf(timeline->lines[timeline->n++ % TIMELINE_LINES],
		 TIMELINE_WIDTH, "%12.6f  %-14s  %s", world_seconds(world),
		 who, text);
}

/* Written down, and soon no more is. */
void timeline_broken(struct world *world, const char *text)
{
	if (!world->timeline)
		return;
	write_line(world, "***", text);
	if (world->timeline->more > TIMELINE_MORE)
		world->timeline->more = TIMELINE_MORE;
}

void timeline_note(struct world *world, const struct member *member,
		   const char *format, ...)
{
	char text[96], who[16];
	va_list args;

	if (!world->timeline)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(who, sizeof(who), "m%u %s", world_index(world, member),
		 timeline_state(member->fsm.state));
	write_line(world, who, text);
}

static const char *outcome(const struct member *member, u32 act)
{
	if (act & CARP_ACT_STATE)
		return timeline_reason(member->fsm.reason);
	return act & CARP_ACT_GRACE ? "waits one interval more" : "stays";
}

void timeline_timer(struct world *world, const struct member *member, u32 act)
{
	if (!world->timeline || !(act & CARP_ACT_STATE))
		return;
	timeline_note(world, member, "timer: %s", outcome(member, act));
}

/* What a BACKUP hears all the time is left out. */
void timeline_hears(struct world *world, const struct member *member,
		    const struct frame *frame, u32 act)
{
	if (!world->timeline)
		return;
	if (!act && member->fsm.state != CARP_STATE_MASTER)
		return;
	timeline_note(world, member,
		      "hears %u/%u demote %u of m%u by IPv%c: %s",
		      frame->prio.advbase, frame->prio.advskew,
		      frame->prio.demote, frame->from,
		      frame->family == CARP_INET ? '4' : '6',
		      outcome(member, act));
}

/* Line after line of the same advertisement is one line. */
static bool repeats(struct timeline *timeline, const struct member *member,
		    const struct carp_prio *prio)
{
	if (timeline->sender != member ||
	    memcmp(&timeline->sent, prio, sizeof(*prio)))
		return false;
	timeline->n--;
	timeline->more++;
	return true;
}

void timeline_send(struct world *world, const struct member *member,
		   const struct carp_prio *prio)
{
	struct timeline *timeline = world->timeline;
	u32 sends;

	if (!timeline || !timeline->more)
		return;
	sends = repeats(timeline, member, prio) ? timeline->sends + 1 : 1;
	if (sends == 1)
		timeline_note(world, member, "sends %u/%u demote %u",
			      prio->advbase, prio->advskew, prio->demote);
	else
		timeline_note(world, member,
			      "sends %u/%u demote %u, %u times by now",
			      prio->advbase, prio->advskew, prio->demote,
			      sends);
	timeline->sender = member;
	timeline->sent = *prio;
	timeline->sends = sends;
}

void timeline_lost(struct world *world, const struct frame *frame, u32 to)
{
	if (!world->timeline)
		return;
	timeline_note(world, &world->members[to], "(one of m%u is lost to it)",
		      frame->from);
}

/**
 * timeline_print - print the end of it, as comments of TAP
 * @timeline: the lines
 * @lines: how many at most
 */
void timeline_print(const struct timeline *timeline, u32 lines)
{
	u64 i;

	if (lines > TIMELINE_LINES)
		lines = TIMELINE_LINES;
	i = timeline->n > lines ? timeline->n - lines : 0;
	printf("#   time in s  who, is now     what happened\n");
	for (; i < timeline->n; i++)
		printf("#%s\n", timeline->lines[i % TIMELINE_LINES]);
}
