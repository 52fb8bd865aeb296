/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of the command line, as a request
 *
 * Does no I/O and knows no kernel: everything that is wrong with the words
 * alone is found here, before anything is sent.
 */
#ifndef CARPCONFIG_PARSE_H
#define CARPCONFIG_PARSE_H

#include <linux/if_carp.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "carp_key.h"

#define REQUEST_ADDR_MAX	256
#define REQUEST_TRACK_MAX	64
#define REQUEST_ERR_LEN		256

enum request_verb {
	REQUEST_SHOW,
	REQUEST_SET,
	REQUEST_CREATE,
	REQUEST_DESTROY,
};

/* What was said, struct request's @given. */
#define GIVEN_CARPDEV	0x001
#define GIVEN_VHID	0x002
#define GIVEN_ADVBASE	0x004
#define GIVEN_ADVSKEW	0x008
#define GIVEN_KEY	0x010	/* pass, passfile or -pass */
#define GIVEN_STATE	0x020
#define GIVEN_MTU	0x040
#define GIVEN_UPDOWN	0x080
#define GIVEN_PEER	0x100	/* carppeer or -carppeer */
#define GIVEN_PEER6	0x200	/* carppeer6 or -carppeer6 */
#define GIVEN_LLADDR	0x400	/* lladdr or -lladdr */
#define GIVEN_CKSUM6	0x800
#define GIVEN_FORM	0x1000
#define GIVEN_DEMOTE	0x2000	/* carpdemote or -carpdemote */
#define GIVEN_DEMOTESTYLE 0x4000
#define GIVEN_SYNCGROUP	0x8000	/* syncgroup or -syncgroup */
#define GIVEN_ANNOUNCE	0x10000	/* announce or -announce */
#define GIVEN_TRACK	0x20000	/* track or -track, any number of them */
#define GIVEN_BALANCING	0x40000	/* balancing or -balancing */
#define GIVEN_HASH	0x80000
#define GIVEN_NODES	0x100000	/* carpnodes, a list or spread */
/* Those that become attributes of one RTM_NEWLINK. */
#define GIVEN_LINK	(~GIVEN_UPDOWN)

#define REQUEST_MAC_LEN	6

/**
 * struct request_addr - an address to add or to remove
 * @family: AF_INET or AF_INET6
 * @remove: -alias was said
 * @has_prefixlen: a length or a netmask was said
 * @has_broadcast: broadcast was said
 * @prefixlen: length, the host's if none was said
 * @addr: network byte order, 4 or 16 bytes
 * @broadcast: network byte order
 */
struct request_addr {
	int family;
	bool remove;
	bool has_prefixlen;
	bool has_broadcast;
	uint8_t prefixlen;
	uint8_t addr[16];
	uint8_t broadcast[4];
};

/**
 * struct request_track - a link or group to track or to track no more
 * @name: of the link
 * @group_word: name or number of a group, or NULL for a link
 * @group: its number, which is looked up later
 * @weight: demotion per link that is down; 0 to track it no more
 */
struct request_track {
	char name[IFNAMSIZ];
	const char *group_word;
	uint32_t group;
	uint32_t weight;
};

/**
 * struct request_node - a node to set
 * @vhid: 1..255
 * @advskew: 1/256 s
 */
struct request_node {
	uint8_t vhid;
	uint8_t advskew;
};

/**
 * struct request_spread - nodes of one host among several
 * @nodes: how many nodes, 0 if spread was not said
 * @hosts: how many hosts, 2 to @nodes
 * @host: which of them this is, from 0
 */
struct request_spread {
	unsigned int nodes;
	unsigned int hosts;
	unsigned int host;
};

/**
 * struct request - one command
 * @verb: what to do
 * @given: GIVEN_* of the members below that were said
 * @ifname: the interface
 * @carpdev: name of its parent
 * @passfile: file that holds the key, "-" for standard input, or NULL
 * @key: the key, of length 0 to remove it
 * @mtu: MTU
 * @vhid: 1..255
 * @advbase: seconds
 * @advskew: 1/256 s
 * @state: enum carp_state to force
 * @peer: unicast peer, network byte order; 0.0.0.0 for multicast
 * @peer6: unicast peer; :: for multicast
 * @lladdr: MAC address
 * @own_lladdr: with GIVEN_LLADDR: @lladdr was said; if not, it is to follow
 *	from the vhid
 * @cksum6: enum carp_cksum6
 * @form: enum carp_form
 * @demote: added to the demotion count
 * @demotestyle: enum carp_demotestyle
 * @syncgroup: to be demoted as the worst of its group
 * @announce: seconds between announcements, 0 for none by time
 * @n_tracks: number of @tracks
 * @tracks: in the order in which they were said
 * @balancing: enum carp_balancing
 * @hash: enum carp_hash
 * @spread: the nodes are to be computed from this
 * @n_nodes: number of @nodes
 * @nodes: in ascending order of vhids
 * @up: with GIVEN_UPDOWN: up or down
 * @n_addrs: number of @addrs
 * @addrs: in the order in which they were said
 */
struct request {
	enum request_verb verb;
	unsigned int given;
	char ifname[IFNAMSIZ];
	char carpdev[IFNAMSIZ];
	const char *passfile;
	struct carp_key key;
	uint32_t mtu;
	uint8_t vhid;
	uint8_t advbase;
	uint8_t advskew;
	uint32_t state;
	uint8_t peer[4];
	uint8_t peer6[16];
	uint8_t lladdr[REQUEST_MAC_LEN];
	bool own_lladdr;
	uint32_t cksum6;
	uint32_t form;
	int32_t demote;
	uint32_t demotestyle;
	bool syncgroup;
	uint32_t announce;
	unsigned int n_tracks;
	struct request_track tracks[REQUEST_TRACK_MAX];
	uint32_t balancing;
	uint32_t hash;
	struct request_spread spread;
	unsigned int n_nodes;
	struct request_node nodes[CARP_NODES_MAX];
	bool up;
	unsigned int n_addrs;
	struct request_addr addrs[REQUEST_ADDR_MAX];
};

__attribute__((format(printf, 2, 3)))
bool refuse(char *err, const char *format, ...);
bool parse_ifname(const char *word, char *ifname);
bool parse_request(struct request *req, int argc, char **argv, char *err);
bool request_check_interval(uint8_t advbase, uint8_t advskew, char *err);

#endif /* CARPCONFIG_PARSE_H */
