/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulated segment: members, the medium between them, and time
 *
 * Everything happens in virtual time, ns since the world began. Each member has
 * a clock of its own that is offset and drifts, as two hosts' clocks do.
 */
#ifndef _SIM_WORLD_H
#define _SIM_WORLD_H

#include <linux/if_carp.h>
#include <linux/types.h>

#include "fsm.h"
#include "queue.h"
#include "rng.h"

#define SIM_US			1000ULL
#define SIM_MS			1000000ULL
#define SIM_SEC			1000000000ULL
/* Receivers of one frame that may get it at different times; more receivers
 * share these, or 10,000 members would need 10^8 events for a tie of all.
 */
#define SIM_GROUPS		8
/* Directed reachability is between so many ports; more members share these. */
#define SIM_PORTS		64
#define SIM_ALL_PORTS		(~0ULL)
#define SIM_DRIFT_SHIFT		20
/* What the queue of a host that stands still has room for, as
 * net.core.netdev_max_backlog.
 */
#define SIM_BACKLOG		1000
/* More than 10,000 members cause at once: advertisements multiply. */
#define SIM_EVENTS_MAX		(4U << 20)

struct timeline;
struct check;

/**
 * struct member - one host with one virtual host
 * @fsm: the product
 * @hears: bit p: what is sent from port p arrives
 * @port: where its own frames come from
 * @paused_until: the host stands still, 0: it does not
 * @state: what the last event has left
 * @up: all conditions to take part are true
 * @preempt: net.carp.preempt
 * @family: families of its virtual addresses
 * @src4: source of its IPv4 advertisements
 * @src6: the same, IPv6
 * @counter: of its advertisements, random
 * @advbase: configured
 * @advskew: configured
 * @demotion: sum of all demotion counts
 * @drift: of its clock, in 2^-20
 * @offset: of its clock, ns
 * @armed: what its timer is set to, in its clock; CARP_NO_DEADLINE: not set
 * @generation: of its timer; older events are void
 * @silent_since: when its wait for a silent master began, per family, in its
 *	clock; by what it heard, not by what the fsm says
 * @sent_at: when it last sent one, ns of the world
 * @became_at: when it last became MASTER, ns of the world
 * @takeovers: how often it became MASTER since the last disturbance
 * @backlog: advertisements in its queue while it stands still
 * @paced: for so many of its next timers it may be made to wait for a slot
 * @put_off: its next advertisement has waited
 */
struct member {
	struct carp_fsm fsm;
	u64 hears;
	u64 paused_until;
	u8 port;
	u8 src4[4];
	u8 src6[16];
	u8 counter[8];
	enum carp_state state;
	bool up;
	bool preempt;
	bool family[CARP_FAMILIES];
	u8 advbase;
	u8 advskew;
	s32 demotion;
	s32 drift;
	u64 offset;
	u64 armed;
	u32 generation;
	u64 silent_since[CARP_FAMILIES];
	u64 sent_at;
	u64 became_at;
	u32 takeovers;
	u32 backlog;
	u32 paced;
	bool put_off;
};

/**
 * struct frame - an advertisement on its way
 * @prio: what it says
 * @family: what it came in
 * @from: member
 * @salt: makes the groups of receivers differ from frame to frame
 * @copies: events that refer to it
 * @next_free: index of the next unused one
 */
struct frame {
	struct carp_prio prio;
	enum carp_family family;
	u32 from;
	u32 salt;
	u32 copies;
	u32 next_free;
};

/**
 * struct medium - what the segment does to frames, and hosts to timers
 * @delay_min: ns
 * @delay_max: ns; frames overtake each other within these
 * @late_max: timers fire so late at most, ns
 * @loss: per receiver, of 65536
 * @dup: per group of receivers, of 65536
 * @paced: takeovers that come together with those of hundreds of other groups,
 *	of 65536
 */
struct medium {
	u64 delay_min;
	u64 delay_max;
	u64 late_max;
	u32 loss;
	u32 dup;
	u32 paced;
};

/**
 * struct world - one run
 * @now: ns
 * @rng: everything that is left to chance
 * @queue: what is to happen
 * @members: of the segment
 * @n: how many
 * @medium: between them
 * @frames: pool of what is on its way
 * @n_frames: size of the pool
 * @free_frame: first unused one
 * @sequence: of events
 * @check: judges; is told of each transition
 * @timeline: records, or NULL
 * @deliveries: advertisements that arrived
 * @changes: transitions
 * @last_change: when the last one was
 */
struct world {
	u64 now;
	struct rng rng;
	struct queue queue;
	struct member *members;
	u32 n;
	struct medium medium;
	struct frame *frames;
	u32 n_frames;
	u32 free_frame;
	u32 sequence;
	struct check *check;
	struct timeline *timeline;
	u64 deliveries;
	u64 changes;
	u64 last_change;
};

void world_init(struct world *world, u64 seed, u32 n, struct check *check,
		struct timeline *timeline);
void world_free(struct world *world);
void world_run(struct world *world, u64 time);
void world_push(struct world *world, u64 at, enum event_kind kind, u32 a,
		u32 b);
void world_send(struct world *world, u32 from, enum carp_family family,
		const struct carp_prio *prio);
void world_connect(struct world *world);
u32 world_count(const struct world *world, enum carp_state state);
struct member *world_master(const struct world *world);

/* So that nothing is before the beginning of time */
#define SIM_BEGIN		(1000 * SIM_SEC)

/* For people */
static inline double world_seconds(const struct world *world)
{
	return (world->now - SIM_BEGIN) / (double)SIM_SEC;
}

static inline u32 world_index(const struct world *world,
			      const struct member *member)
{
	return member - world->members;
}

#endif /* _SIM_WORLD_H */
