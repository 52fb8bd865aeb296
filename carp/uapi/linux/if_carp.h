/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Link attributes of the Common Address Redundancy Protocol device, kind "carp"
 *
 * Everything is said and asked with rtnetlink: RTM_NEWLINK to create and
 * change, RTM_GETLINK to read, and the RTNLGRP_LINK group to be told.
 */
#ifndef _UAPI_LINUX_IF_CARP_H
#define _UAPI_LINUX_IF_CARP_H

#include <linux/types.h>

#define CARP_VHID_MIN		1
#define CARP_VHID_MAX		255
#define CARP_ADVBASE_DEFAULT	1
#define CARP_ADVBASE_MAX	255
#define CARP_ADVSKEW_MAX	254
/* Significant characters of the passphrase; longer ones are refused. */
#define CARP_KEY_MAX		19
/* Bounds of a device's own demotion count; a group's is 0..255, as OpenBSD's */
#define CARP_DEMOTION_MIN	(-255)
#define CARP_DEMOTION_MAX	255
/* Seconds between two announcements by time: once a day */
#define CARP_ANNOUNCE_MAX	86400
/* What a tracked link counts while it is down, if nothing else was said. */
#define CARP_TRACK_WEIGHT_DEFAULT	240
#define CARP_TRACK_WEIGHT_MAX	255
/* Links and groups that one device can track. */
#define CARP_TRACK_LIST_MAX	32
/* Nodes of one device, as OpenBSD */
#define CARP_NODES_MAX		32
/* Transitions kept per device and shown in IFLA_CARP_HISTORY. */
#define CARP_HISTORY_MAX	16

/**
 * enum carp_state - state of the election, IFLA_CARP_STATE
 * @CARP_STATE_INIT: not taking part: down, no address, parent not running
 * @CARP_STATE_BACKUP: listening, ready to take over
 * @CARP_STATE_MASTER: answering for the virtual addresses
 */
enum carp_state {
	CARP_STATE_INIT,
	CARP_STATE_BACKUP,
	CARP_STATE_MASTER,
};

/**
 * enum carp_reason - why a transition happened, IFLA_CARP_REASON
 * @CARP_REASON_NONE: no transition yet
 * @CARP_REASON_INIT_COMPLETE: all conditions to take part became true
 * @CARP_REASON_MASTER_TIMED_OUT: the master fell silent
 * @CARP_REASON_PREEMPT: preempting a slower master
 * @CARP_REASON_MASTER_WILL_TIME_OUT: the master advertises too slowly for us
 * @CARP_REASON_MASTER_BOW_OUT: the master said goodbye
 * @CARP_REASON_MASTER_DEMOTED: the master is demoted more than we are
 * @CARP_REASON_MORE_FREQUENT: a more frequent advertisement was received
 * @CARP_REASON_TIE: an equal advertisement came from the preferred source
 * @CARP_REASON_LESS_DEMOTED: a peer that is demoted less advertised
 * @CARP_REASON_PARENT_DOWN: the parent went down or lost its carrier
 * @CARP_REASON_DOWN: the device was set down or is going away
 * @CARP_REASON_NO_ADDRESS: the last virtual address was removed
 * @CARP_REASON_NOT_ALLOWED: net.carp.allow was set to 0
 * @CARP_REASON_USER: requested by the administrator
 * @CARP_REASON_VHID: the vhid was changed
 * @CARP_REASON_SHUTDOWN: the host shuts down
 */
enum carp_reason {
	CARP_REASON_NONE,
	CARP_REASON_INIT_COMPLETE,
	CARP_REASON_MASTER_TIMED_OUT,
	CARP_REASON_PREEMPT,
	CARP_REASON_MASTER_WILL_TIME_OUT,
	CARP_REASON_MASTER_BOW_OUT,
	CARP_REASON_MASTER_DEMOTED,
	CARP_REASON_MORE_FREQUENT,
	CARP_REASON_TIE,
	CARP_REASON_LESS_DEMOTED,
	CARP_REASON_PARENT_DOWN,
	CARP_REASON_DOWN,
	CARP_REASON_NO_ADDRESS,
	CARP_REASON_NOT_ALLOWED,
	CARP_REASON_USER,
	CARP_REASON_VHID,
	CARP_REASON_SHUTDOWN,
	__CARP_REASON_COUNT
};

/**
 * enum carp_cksum6 - checksum of IPv6 advertisements sent, IFLA_CARP_CKSUM6
 * @CARP_CKSUM6_PLAIN: of the 36 bytes alone, as everybody but NetBSD
 * @CARP_CKSUM6_PSEUDO: with the IPv6 pseudo-header, as recent NetBSD
 *
 * Either is accepted.
 */
enum carp_cksum6 {
	CARP_CKSUM6_PLAIN,
	CARP_CKSUM6_PSEUDO,
};

/**
 * enum carp_form - addresses under the digest that is sent, IFLA_CARP_FORM
 * @CARP_FORM_NOV6LL: without IPv6 link-local ones, as OpenBSD
 * @CARP_FORM_ORIG: all, as FreeBSD and NetBSD
 *
 * Either is accepted. They differ only where a link-local address is virtual.
 */
enum carp_form {
	CARP_FORM_NOV6LL,
	CARP_FORM_ORIG,
};

/**
 * enum carp_demotestyle - what demotion does to advskew, IFLA_CARP_DEMOTESTYLE
 * @CARP_DEMOTESTYLE_ADD: it is added to it, as FreeBSD
 * @CARP_DEMOTESTYLE_MAX: any makes it 240, as NetBSD and old OpenBSD
 *
 * The demote byte, which OpenBSD reads, says how much it is in either style.
 */
enum carp_demotestyle {
	CARP_DEMOTESTYLE_ADD,
	CARP_DEMOTESTYLE_MAX,
};

/**
 * enum carp_balancing - how the members share the work, IFLA_CARP_BALANCING
 * @CARP_BALANCING_NONE: one of them works; there is one node
 * @CARP_BALANCING_IP: all receive all packets to a multicast MAC address
 * @CARP_BALANCING_IP_STEALTH: to a MAC address that no switch learns
 * @CARP_BALANCING_IP_UNICAST: to a MAC address that all of them send from; the
 *	network must give every packet to every member by other means
 *
 * The words and what they do are OpenBSD's.
 */
enum carp_balancing {
	CARP_BALANCING_NONE,
	CARP_BALANCING_IP,
	CARP_BALANCING_IP_STEALTH,
	CARP_BALANCING_IP_UNICAST,
};

/**
 * enum carp_hash - what chooses the node that a packet is for, IFLA_CARP_HASH
 * @CARP_HASH_XOR: the addresses, one over the other, as OpenBSD
 * @CARP_HASH_L3: both addresses, mixed
 * @CARP_HASH_L4: the same with protocol and ports, but for fragments
 */
enum carp_hash {
	CARP_HASH_XOR,
	CARP_HASH_L3,
	CARP_HASH_L4,
};

/* IFLA_LINKINFO -> IFLA_INFO_DATA of kind "carp". rw: settable at creation and
 * later; ro: refused in a request; wo: never dumped.
 */
enum {
	IFLA_CARP_UNSPEC,
	IFLA_CARP_VHID,		/* rw u8, 1..255; not dumped until set */
	IFLA_CARP_ADVBASE,	/* rw u8, seconds, 0..255 */
	IFLA_CARP_ADVSKEW,	/* rw u8, 1/256 s, 0..254 */
	IFLA_CARP_KEY,		/* wo binary, 0..19 bytes; CAP_NET_ADMIN */
	IFLA_CARP_KEY_SET,	/* ro u8, 1 if a key is set */
	IFLA_CARP_STATE,	/* rw u32, enum carp_state; writing forces it */
	IFLA_CARP_REASON,	/* ro u32, enum carp_reason of the last */
	IFLA_CARP_SERIAL,	/* ro u32, number of the last transition */
	IFLA_CARP_HISTORY,	/* ro nest of transitions, oldest first */
	IFLA_CARP_PAD,
	IFLA_CARP_PEER,		/* rw be32, unicast peer; 0.0.0.0: multicast */
	IFLA_CARP_PEER6,	/* rw in6_addr, unicast peer; ::: multicast */
	IFLA_CARP_CKSUM6,	/* rw u32, enum carp_cksum6 */
	IFLA_CARP_FORM,		/* rw u32, enum carp_form */
	IFLA_CARP_DEMOTION,	/* rw s32, the device's own count, -255..255 */
	IFLA_CARP_DEMOTE,	/* wo s32, added to IFLA_CARP_DEMOTION */
	IFLA_CARP_DEMOTED,	/* ro s32, the sum that is in force */
	IFLA_CARP_DEMOTESTYLE,	/* rw u32, enum carp_demotestyle */
	IFLA_CARP_SYNCGROUP,	/* rw u8, 1: as the worst of its group */
	IFLA_CARP_ANNOUNCE,	/* rw u32, s between announcements, 0: none */
	IFLA_CARP_TRACK,	/* rw nest of CARP_TRACK_LINK; others stay */
	IFLA_CARP_BALANCING,	/* rw u32, enum carp_balancing */
	IFLA_CARP_HASH,		/* rw u32, enum carp_hash */
	IFLA_CARP_NODES,	/* rw nest of CARP_NODES_NODE, all of them */
	__IFLA_CARP_MAX
};

#define IFLA_CARP_MAX (__IFLA_CARP_MAX - 1)

/* IFLA_CARP_HISTORY: a list of nests, all of type CARP_HISTORY_TRANSITION. */
enum {
	CARP_HISTORY_UNSPEC,
	CARP_HISTORY_TRANSITION,
	__CARP_HISTORY_MAX
};

#define CARP_HISTORY_ATTR_MAX (__CARP_HISTORY_MAX - 1)

/* IFLA_CARP_TRACK: a list of nests, all of type CARP_TRACK_LINK. */
enum {
	CARP_TRACK_LIST_UNSPEC,
	CARP_TRACK_LINK,
	__CARP_TRACK_LIST_MAX
};

#define CARP_TRACK_LIST_ATTR_MAX (__CARP_TRACK_LIST_MAX - 1)

enum {
	CARP_TRACK_UNSPEC,
	CARP_TRACK_NAME,	/* string, one link by name; or */
	CARP_TRACK_GROUP,	/* u32, all links of a group but carp devices */
	CARP_TRACK_WEIGHT,	/* u32, 1..255 per link; written 0: no more */
	CARP_TRACK_DOWN,	/* ro u32, how many of them are down or gone */
	__CARP_TRACK_MAX
};

#define CARP_TRACK_MAX (__CARP_TRACK_MAX - 1)

/* IFLA_CARP_NODES: a list of nests, all of type CARP_NODES_NODE, in a dump in
 * ascending order of vhids. In a request it replaces the nodes that there are.
 * IFLA_CARP_VHID and IFLA_CARP_ADVSKEW are those of the first one, the leader;
 * to write the vhid makes that node the only one.
 */
enum {
	CARP_NODES_UNSPEC,
	CARP_NODES_NODE,
	__CARP_NODES_ATTR_MAX
};

#define CARP_NODES_ATTR_MAX (__CARP_NODES_ATTR_MAX - 1)

enum {
	CARP_NODE_UNSPEC,
	CARP_NODE_PAD,
	CARP_NODE_VHID,		/* rw u8, 1..255 */
	CARP_NODE_ADVSKEW,	/* rw u8, 1/256 s, 0..254; 0 if missing */
	CARP_NODE_STATE,	/* ro u32, enum carp_state */
	CARP_NODE_KEPT,		/* ro u64, packets of its share, kept */
	CARP_NODE_LEFT,		/* ro u64, the same, left to its master */
	__CARP_NODE_MAX
};

#define CARP_NODE_MAX (__CARP_NODE_MAX - 1)

enum {
	CARP_TRANSITION_UNSPEC,
	CARP_TRANSITION_PAD,
	CARP_TRANSITION_SERIAL,	/* u32, counts from 1 */
	CARP_TRANSITION_FROM,	/* u32, enum carp_state */
	CARP_TRANSITION_TO,	/* u32, enum carp_state */
	CARP_TRANSITION_REASON,	/* u32, enum carp_reason */
	CARP_TRANSITION_TIME,	/* u64, ns since the epoch (CLOCK_REALTIME) */
	CARP_TRANSITION_VHID,	/* u8, of the node */
	__CARP_TRANSITION_MAX
};

#define CARP_TRANSITION_MAX (__CARP_TRANSITION_MAX - 1)

/* IFLA_LINKINFO -> IFLA_INFO_XSTATS: one u64 attribute per counter.
 *
 * A packet that is discarded before its vhid is known is counted for the parent
 * and shown by every carp device on it; BADIF is counted for the namespace.
 */
enum carp_stat {
	CARP_STAT_UNSPEC,
	CARP_STAT_PAD,
	CARP_STAT_IPACKETS,	/* advertisements received, IPv4 */
	CARP_STAT_IPACKETS6,	/* advertisements received, IPv6 */
	CARP_STAT_BADIF,	/* ... on an interface without carp */
	CARP_STAT_BADTTL,	/* ... TTL or hop limit not 255 */
	CARP_STAT_HDROPS,	/* ... frame shorter than its headers say */
	CARP_STAT_BADSUM,	/* ... bad checksum */
	CARP_STAT_BADVER,	/* ... version not 2 */
	CARP_STAT_BADLEN,	/* ... packet too short for the header */
	CARP_STAT_BADAUTH,	/* ... digest does not verify */
	CARP_STAT_BADVHID,	/* ... vhid unknown or not running */
	CARP_STAT_LOOPED,	/* ... own advertisement came back */
	CARP_STAT_OPACKETS,	/* advertisements sent, IPv4 */
	CARP_STAT_OPACKETS6,	/* advertisements sent, IPv6 */
	CARP_STAT_OERRORS,	/* advertisements that could not be sent */
	CARP_STAT_PREEMPT,	/* transitions to master */
	CARP_STAT_GRACE,	/* takeovers put off, the timer was late */
	CARP_STAT_NOTMASTER,	/* frames to the virtual MAC, not master */
	CARP_STAT_ARPDROP,	/* ARP for a virtual address, not master */
	CARP_STAT_SRCDROP,	/* packets from a virtual address, not master */
	CARP_STAT_CONFLICTS,	/* another master was heard, this one stayed */
	__CARP_STAT_MAX
};

#define CARP_STAT_MAX (__CARP_STAT_MAX - 1)

/* Generic netlink family "carp": demotion counts of link groups, which need not
 * have any device. GET lists those that are not 0.
 */
#define CARP_GENL_NAME		"carp"
#define CARP_GENL_VERSION	1
#define CARP_GROUP_DEMOTION_MAX	255
#define CARP_GROUPS_MAX		256

enum {
	CARP_CMD_UNSPEC,
	CARP_CMD_GET_GROUP,	/* dump, or do with CARP_ATTR_GROUP */
	CARP_CMD_DEMOTE_GROUP,	/* do, needs CAP_NET_ADMIN */
	__CARP_CMD_MAX
};

#define CARP_CMD_MAX (__CARP_CMD_MAX - 1)

enum {
	CARP_ATTR_UNSPEC,
	CARP_ATTR_GROUP,	/* u32, as IFLA_GROUP */
	CARP_ATTR_DEMOTE,	/* s32, added to the group's count */
	CARP_ATTR_DEMOTION,	/* u32, the group's count */
	__CARP_ATTR_MAX
};

#define CARP_ATTR_MAX (__CARP_ATTR_MAX - 1)

#endif /* _UAPI_LINUX_IF_CARP_H */
