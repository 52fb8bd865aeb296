/* SPDX-License-Identifier: GPL-2.0-only */
/* A carp link and its addresses, to and from netlink messages; no I/O */
#ifndef CARPCONFIG_LINK_H
#define CARPCONFIG_LINK_H

#include <libmnl/libmnl.h>
#include <linux/if_carp.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "parse.h"

#define LINK_LLADDR_MAX	32

/**
 * struct transition - one change of state
 * @serial: counts from 1
 * @from: enum carp_state
 * @to: enum carp_state
 * @reason: enum carp_reason
 * @time: ns since the epoch
 * @vhid: of the node, 0 if the kernel does not say it
 */
struct transition {
	uint32_t serial;
	uint32_t from;
	uint32_t to;
	uint32_t reason;
	uint64_t time;
	uint8_t vhid;
};

/**
 * struct link_track - what demotes an interface while it is down
 * @name: of a link, or empty for a group
 * @group: the group
 * @weight: demotion per link that is down
 * @down: how many are
 */
struct link_track {
	char name[IFNAMSIZ];
	uint32_t group;
	uint32_t weight;
	uint32_t down;
};

/**
 * struct link_node - one of those among which the load is shared
 * @vhid: 1..255
 * @advskew: 1/256 s
 * @state: enum carp_state
 * @kept: packets of its share that were kept
 * @left: those that were left to its master
 */
struct link_node {
	uint8_t vhid;
	uint8_t advskew;
	uint32_t state;
	uint64_t kept;
	uint64_t left;
};

/**
 * struct link - a carp interface as the kernel describes it
 * @ifname: name
 * @ifindex: index
 * @flags: Linux's IFF_*
 * @mtu: MTU
 * @group: link group
 * @lladdr: link-layer address
 * @lladdr_len: its length
 * @carpdev: index of the parent, 0 if there is none any more
 * @carpdev_elsewhere: the parent is in another network namespace
 * @vhid: of the first node, 0 until it is set
 * @advbase: seconds
 * @advskew: 1/256 s, of the first node
 * @key_set: there is a key
 * @peer: unicast peer, network byte order, or 0.0.0.0
 * @peer6: unicast peer or ::
 * @cksum6: enum carp_cksum6
 * @form: enum carp_form
 * @demotion: its own demotion count
 * @demoted: the sum of all counts that is in force
 * @demotestyle: enum carp_demotestyle
 * @syncgroup: demoted as the worst of its group
 * @announce: seconds between announcements, 0 for none by time
 * @n_tracks: links and groups in @tracks
 * @tracks: what is tracked
 * @balancing: enum carp_balancing
 * @hash: enum carp_hash
 * @n_nodes: nodes in @nodes, 0 until there is a vhid
 * @nodes: in ascending order of vhids
 * @state: enum carp_state
 * @reason: enum carp_reason
 * @serial: number of the last transition
 * @n_history: transitions in @history
 * @history: oldest first
 * @has_stat: which of @stats were in the message
 * @stats: by enum carp_stat
 */
struct link {
	char ifname[IFNAMSIZ];
	int ifindex;
	unsigned int flags;
	uint32_t mtu;
	uint32_t group;
	uint8_t lladdr[LINK_LLADDR_MAX];
	size_t lladdr_len;
	int carpdev;
	bool carpdev_elsewhere;
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	bool key_set;
	uint8_t peer[4];
	uint8_t peer6[16];
	uint32_t cksum6;
	uint32_t form;
	int32_t demotion;
	int32_t demoted;
	uint32_t demotestyle;
	bool syncgroup;
	uint32_t announce;
	unsigned int n_tracks;
	struct link_track tracks[CARP_TRACK_LIST_MAX];
	uint32_t balancing;
	uint32_t hash;
	unsigned int n_nodes;
	struct link_node nodes[CARP_NODES_MAX];
	uint32_t state;
	uint32_t reason;
	uint32_t serial;
	unsigned int n_history;
	struct transition history[CARP_HISTORY_MAX];
	bool has_stat[CARP_STAT_MAX + 1];
	uint64_t stats[CARP_STAT_MAX + 1];
};

/**
 * struct link_addr - an address of an interface
 * @ifindex: the interface
 * @family: AF_INET or AF_INET6
 * @prefixlen: length
 * @addr: network byte order
 * @has_broadcast: @broadcast is set
 * @broadcast: network byte order
 */
struct link_addr {
	int ifindex;
	int family;
	uint8_t prefixlen;
	uint8_t addr[16];
	bool has_broadcast;
	uint8_t broadcast[4];
};

bool link_is_carp(const struct nlmsghdr *nlh);
uint32_t link_mtu(const struct nlmsghdr *nlh);
bool link_decode(const struct nlmsghdr *nlh, struct link *link);
void link_encode(struct nlmsghdr *nlh, const struct request *req,
		 int carpdev);
bool addr_decode(const struct nlmsghdr *nlh, struct link_addr *addr);
void addr_encode(struct nlmsghdr *nlh, int ifindex,
		 const struct request_addr *a);
bool link_has_peer(const struct link *link, int family);
const char *link_attr_name(const struct nlmsghdr *nlh, uint32_t offset);

#endif /* CARPCONFIG_LINK_H */
