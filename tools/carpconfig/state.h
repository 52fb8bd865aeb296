/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel has now: all carp interfaces and all addresses */
#ifndef CARPCONFIG_STATE_H
#define CARPCONFIG_STATE_H

#include "link.h"
#include "nl.h"

/**
 * struct state - a dump
 * @links: carp interfaces
 * @n_links: how many
 * @addrs: addresses of all interfaces
 * @n_addrs: how many
 */
struct state {
	struct link *links;
	size_t n_links;
	struct link_addr *addrs;
	size_t n_addrs;
};

int state_links(struct nl *nl, struct state *state);
int state_link(struct nl *nl, const char *ifname, struct state *state,
	       bool *is_carp);
int state_link_again(struct nl *nl, int ifindex, struct state *state,
		     bool *is_carp);
int state_mtu(struct nl *nl, int ifindex, uint32_t *mtu);
int state_addrs(struct nl *nl, struct state *state);
void state_free(struct state *state);

#endif /* CARPCONFIG_STATE_H */
