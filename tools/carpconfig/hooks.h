/* SPDX-License-Identifier: GPL-2.0-only */
/* carpconfig monitor --exec: programs that are run for each transition */
#ifndef CARPCONFIG_HOOKS_H
#define CARPCONFIG_HOOKS_H

#include "link.h"

#define HOOKS_TIMEOUT		30
#define HOOKS_TIMEOUT_MAX	86400
/* Transitions of one interface that wait; of more, the oldest are skipped. */
#define HOOKS_QUEUE_MAX		64

/**
 * struct hook_event - what the programs are told
 * @ifname: the interface
 * @ifindex: its index
 * @vhid: its vhid; of several, the one that the transition is of
 * @state: enum carp_state, of the interface
 * @of_node: the transition is of one of several nodes
 * @missed: transitions before this one that they were not told
 * @reason: why
 * @t: the transition
 */
struct hook_event {
	char ifname[IFNAMSIZ];
	int ifindex;
	uint8_t vhid;
	uint32_t state;
	bool of_node;
	uint32_t missed;
	const char *reason;
	struct transition t;
};

struct hooks *hooks_new(const char *dir, unsigned int seconds);
void hooks_free(struct hooks *hooks);
int hooks_fd(const struct hooks *hooks);
int hooks_wait_ms(const struct hooks *hooks);
int hooks_work(struct hooks *hooks);
int hooks_put(struct hooks *hooks, const struct hook_event *event);

#endif /* CARPCONFIG_HOOKS_H */
