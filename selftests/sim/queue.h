/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to happen, in the order of time */
#ifndef _SIM_QUEUE_H
#define _SIM_QUEUE_H

#include <linux/types.h>

enum event_kind {
	EVENT_TIMER,	/* @a: member, @b: generation of its timer */
	EVENT_COPY,	/* @a: frame, @b: group of receivers */
	EVENT_LATE,	/* @a: frame, @b: the one receiver */
};

/**
 * struct event - something that is to happen
 * @at: when, ns of the world
 * @order: among events of the same time
 * @kind: what
 * @a: to whom or which
 * @b: detail
 */
struct event {
	u64 at;
	u64 order;
	enum event_kind kind;
	u32 a;
	u32 b;
};

struct queue {
	struct event *heap;
	size_t n;
	size_t room;
};

void queue_push(struct queue *queue, const struct event *event);
struct event queue_pop(struct queue *queue);
void queue_free(struct queue *queue);

static inline u64 queue_next_at(const struct queue *queue)
{
	return queue->n ? queue->heap[0].at : ~0ULL;
}

#endif /* _SIM_QUEUE_H */
