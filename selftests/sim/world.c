// SPDX-License-Identifier: GPL-2.0-only
/* The medium and the passing of time
 *
 * A frame is one event for each group of receivers. Loss and reachability are
 * decided per receiver when it arrives.
 */

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "member.h"
#include "timeline.h"
#include "world.h"

#define NO_FRAME	(~0U)

void world_push(struct world *world, u64 at, enum event_kind kind, u32 a, u32 b)
{
	struct event event = {
		.at = at,
		/* Events of the same time come in any order. */
		.order = rng_next(&world->rng) << 32 | world->sequence++,
		.kind = kind,
		.a = a,
		.b = b,
	};

	queue_push(&world->queue, &event);
}

static u32 frame_new(struct world *world)
{
	u32 i, old = world->n_frames;

	if (world->free_frame == NO_FRAME) {
		world->n_frames = old ? 2 * old : 64;
		world->frames = realloc(world->frames, world->n_frames *
					sizeof(*world->frames));
		if (!world->frames)
			abort();
		for (i = world->n_frames; i-- > old; ) {
			world->frames[i].next_free = world->free_frame;
			world->free_frame = i;
		}
	}
	i = world->free_frame;
	world->free_frame = world->frames[i].next_free;
	return i;
}

static void frame_put(struct world *world, u32 i)
{
	struct frame *frame = &world->frames[i];

	if (--frame->copies)
		return;
	frame->next_free = world->free_frame;
	world->free_frame = i;
}

static u32 world_groups(const struct world *world)
{
	return world->n < SIM_GROUPS ? world->n : SIM_GROUPS;
}

static void send_copy(struct world *world, u32 i, u32 group)
{
	const struct medium *medium = &world->medium;

	world->frames[i].copies++;
	world_push(world, world->now + rng_between(&world->rng,
						   medium->delay_min,
						   medium->delay_max),
		   EVENT_COPY, i, group);
}

/**
 * world_send - put an advertisement on the wire
 * @world: the world
 * @from: member
 * @family: of the packet
 * @prio: what it says
 */
void world_send(struct world *world, u32 from, enum carp_family family,
		const struct carp_prio *prio)
{
	u32 i = frame_new(world), group;

	world->frames[i] = (struct frame) {
		.prio = *prio,
		.family = family,
		.from = from,
		.salt = rng_next(&world->rng),
		.copies = 1,
	};
	for (group = 0; group < world_groups(world); group++) {
		send_copy(world, i, group);
		if (rng_chance(&world->rng, world->medium.dup))
			send_copy(world, i, group);
	}
	frame_put(world, i);
}

/* To a host that stands still it waits in a queue, which is looked at when the
 * host goes on, before or after its timer.
 */
static void deliver_later(struct world *world, u32 i, u32 to)
{
	struct member *member = &world->members[to];

	if (member->backlog == SIM_BACKLOG) {
		timeline_lost(world, &world->frames[i], to);
		return;
	}
	member->backlog++;
	world->frames[i].copies++;
	world_push(world, member->paused_until + rng_below(&world->rng, SIM_MS),
		   EVENT_LATE, i, to);
}

static void deliver(struct world *world, u32 i, u32 to)
{
	const struct frame *frame = &world->frames[i];
	struct member *member = &world->members[to];

	if (to == frame->from || !member->up)
		return;
	if (!(member->hears >> world->members[frame->from].port & 1))
		return;
	if (rng_chance(&world->rng, world->medium.loss)) {
		timeline_lost(world, frame, to);
		return;
	}
	if (member->paused_until > world->now) {
		deliver_later(world, i, to);
		return;
	}
	world->deliveries++;
	member_hears(world, to, frame);
}

static void deliver_copy(struct world *world, u32 i, u32 group)
{
	u32 groups = world_groups(world);
	u32 to = (group + world->frames[i].salt % groups) % groups;

	/* A member's answer may move the pool of frames. */
	for (; to < world->n; to += groups)
		deliver(world, i, to);
}

/* It would not end before memory does. */
static void give_up(struct world *world)
{
	check_fail(world, INV_NO_LIVELOCK,
		   "more than %u advertisements are on their way",
		   SIM_EVENTS_MAX);
	world->queue.n = 0;
}

static void happen(struct world *world, const struct event *event)
{
	switch (event->kind) {
	case EVENT_TIMER:
		member_timer(world, event->a, event->b);
		break;
	case EVENT_COPY:
		deliver_copy(world, event->a, event->b);
		frame_put(world, event->a);
		break;
	case EVENT_LATE:
		world->members[event->b].backlog--;
		deliver(world, event->a, event->b);
		frame_put(world, event->a);
		break;
	}
}

/**
 * world_run - let time pass
 * @world: the world
 * @time: how much, ns
 */
void world_run(struct world *world, u64 time)
{
	u64 end = world->now + time;
	struct event event;

	while (queue_next_at(&world->queue) <= end) {
		event = queue_pop(&world->queue);
		world->now = event.at;
		happen(world, &event);
		if (world->queue.n > SIM_EVENTS_MAX)
			give_up(world);
	}
	world->now = end;
}

/**
 * world_connect - everybody hears everybody
 * @world: the world
 */
void world_connect(struct world *world)
{
	u32 i;

	for (i = 0; i < world->n; i++)
		world->members[i].hears = SIM_ALL_PORTS;
}

/**
 * world_count - how many members are in a state
 * @world: the world
 * @state: which
 *
 * Return: number of them
 */
u32 world_count(const struct world *world, enum carp_state state)
{
	u32 i, n = 0;

	for (i = 0; i < world->n; i++)
		n += world->members[i].state == state;
	return n;
}

/**
 * world_master - who is MASTER
 * @world: the world
 *
 * Return: the first one that is, or NULL
 */
struct member *world_master(const struct world *world)
{
	u32 i;

	for (i = 0; i < world->n; i++)
		if (world->members[i].state == CARP_STATE_MASTER)
			return &world->members[i];
	return NULL;
}

void world_init(struct world *world, u64 seed, u32 n, struct check *check,
		struct timeline *timeline)
{
	u32 i;

	*world = (struct world) {
		.now = SIM_BEGIN,
		.rng = { .state = seed },
		.n = n,
		.free_frame = NO_FRAME,
		.check = check,
		.timeline = timeline,
	};
	world->members = calloc(n, sizeof(*world->members));
	if (!world->members)
		abort();
	for (i = 0; i < n; i++)
		member_init(world, i);
	world_connect(world);
}

void world_free(struct world *world)
{
	queue_free(&world->queue);
	free(world->members);
	free(world->frames);
}
