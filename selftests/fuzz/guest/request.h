/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests of all kinds about a carp device, right and wrong, and what is to
 * become of those that can be foretold
 */
#ifndef _FUZZ_REQUEST_H
#define _FUZZ_REQUEST_H

#include "link.h"

#define WORLD_LOWERS	8

/**
 * struct world - what requests can be about
 * @lower: parents, good and bad
 * @lowers: how many
 * @carp: the carp devices
 * @carps: how many
 */
struct world {
	int lower[WORLD_LOWERS];
	u32 lowers;
	struct link carp[16];
	u32 carps;
};

/**
 * enum foretold - what the documentation says about a request
 * @UNKNOWN: too much besides the attributes of carp
 * @REFUSED: an attribute is wrong
 * @ACCEPTED: nothing is
 * @DEPENDS: nothing is, but the state or other devices decide too
 */
enum foretold {
	UNKNOWN,
	REFUSED,
	ACCEPTED,
	DEPENDS,
};

/**
 * struct request - a message
 * @msg: the message
 * @foretold: only where one carp device is changed, and nothing else
 * @target: that device
 * @core: the core has a say too, and does not always explain itself
 * @after: its configuration if it is accepted
 */
struct request {
	struct msg msg;
	enum foretold foretold;
	const struct link *target;
	bool core;
	struct link_config after;
};

void request_make(struct rng *rng, const struct world *world,
		  struct request *request);

/* The attributes of carp, in model.c: the same, put into an open nest. */
void attributes_put(struct rng *rng, struct msg *msg);
enum foretold attributes_foretell(const u8 *data, size_t len,
				  const struct link *link,
				  struct link_config *after);

/* In nodes.c: IFLA_CARP_NODES, and what it and those beside it come to. */
void nodes_put(struct rng *rng, struct msg *msg);
/* By what @last holds, an attribute of each type; false if it is wrong. */
bool nodes_apply(const struct nlattr *const *last, const struct link *link,
		 struct link_config *after);
/* Other devices have a say: there are vhids that were not there before. */
bool nodes_moved(const struct link_config *before,
		 const struct link_config *after);

#endif /* _FUZZ_REQUEST_H */
