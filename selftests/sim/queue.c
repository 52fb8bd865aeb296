// SPDX-License-Identifier: GPL-2.0-only
/* A binary heap of events */

#include <stdlib.h>

#include "queue.h"

static bool before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void grow(struct queue *queue)
{
	queue->room = queue->room ? 2 * queue->room : 256;
	queue->heap = realloc(queue->heap,
			      queue->room * sizeof(*queue->heap));
	if (!queue->heap)
		abort();
}

void queue_push(struct queue *queue, const struct event *event)
{
	size_t i, up;

	if (queue->n == queue->room)
		grow(queue);
	for (i = queue->n++; i; i = up) {
		up = (i - 1) / 2;
		if (!before(event, &queue->heap[up]))
			break;
		queue->heap[i] = queue->heap[up];
	}
	queue->heap[i] = *event;
}

struct event queue_pop(struct queue *queue)
{
	struct event first = queue->heap[0];
	struct event last = queue->heap[--queue->n];
	size_t i = 0, down;

	for (;;) {
		down = 2 * i + 1;
		if (down >= queue->n)
			break;
		if (down + 1 < queue->n &&
		    before(&queue->heap[down + 1], &queue->heap[down]))
			down++;
		if (!before(&queue->heap[down], &last))
			break;
		queue->heap[i] = queue->heap[down];
		i = down;
	}
	queue->heap[i] = last;
	return first;
}

void queue_free(struct queue *queue)
{
	free(queue->heap);
	*queue = (struct queue) {};
}
