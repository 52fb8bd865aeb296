/* SPDX-License-Identifier: GPL-2.0-only */
/* A carp device as a dump shows it, taken apart strictly */
#ifndef _FUZZ_LINK_H
#define _FUZZ_LINK_H

#include <linux/if_carp.h>

#include "nl.h"

/**
 * struct link_node - a node
 * @vhid: its vhid
 * @advskew: 1/256 s
 */
struct link_node {
	u8 vhid;
	u8 advskew;
};

/**
 * struct link_config - what can be set
 * @vhid: of the first node, 0 if it is not set
 * @advbase: seconds
 * @advskew: of the first node, 1/256 s
 * @key_set: there is a passphrase
 * @peer: network order
 * @peer6: network order
 * @cksum6: enum carp_cksum6
 * @form: enum carp_form
 * @demotion: the device's own count
 * @demotestyle: enum carp_demotestyle
 * @syncgroup: demoted as the worst of its group
 * @announce: seconds
 * @balancing: enum carp_balancing
 * @hash: enum carp_hash
 * @nodes: how many, 0 while no vhid is set
 * @node: the nodes, in ascending order of vhids; the rest is 0
 */
struct link_config {
	u8 vhid;
	u8 advbase;
	u8 advskew;
	u8 key_set;
	u32 peer;
	u8 peer6[16];
	u32 cksum6;
	u32 form;
	int demotion;
	u32 demotestyle;
	u32 syncgroup;
	u32 announce;
	u32 balancing;
	u32 hash;
	u32 nodes;
	struct link_node node[CARP_NODES_MAX];
};

/**
 * struct link - a carp device
 * @ifindex: its number
 * @name: its name
 * @flags: IFF_*
 * @mac: its MAC address
 * @config: what can be set
 * @state: enum carp_state
 * @reason: of the last transition
 * @serial: of the last transition
 * @reasons: of the last transitions, oldest first
 * @transitions: how many there are in @reasons
 * @count: by enum carp_stat
 */
struct link {
	int ifindex;
	char name[16];
	u32 flags;
	u8 mac[6];
	struct link_config config;
	u32 state;
	u32 reason;
	u32 serial;
	u32 reasons[CARP_HISTORY_MAX];
	u32 transitions;
	u64 count[__CARP_STAT_MAX];
};

/* False if it is no carp device; anything odd about one that is, is a fault. */
bool link_parse(const struct nlmsghdr *nlh, struct link *link);
/* False if there is no such device. */
bool link_get(struct nl *nl, int ifindex, struct link *link);
/* The MAC address that follows from @config. */
void link_virtual_mac(const struct link_config *config, u8 *mac);
/* All carp devices there are, as far as there is room; how many. */
u32 link_dump(struct nl *nl, struct link *links, u32 room);

#endif /* _FUZZ_LINK_H */
