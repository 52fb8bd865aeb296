/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the objects, who owns them and what protects them
 *
 * Lock order: RTNL, carp_vhost.lock, then carp_linkgroup.worst_lock and
 * down_lock, or one of the leaves carp_net.lock and the kernel's own. Nothing
 * is sent with carp_vhost.lock held.
 */
#ifndef _CARP_H
#define _CARP_H

#include <linux/etherdevice.h>
#include <linux/hashtable.h>
#include <linux/hrtimer.h>
#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/ratelimit_types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include <linux/if_carp.h>

#include "auth.h"
#include "balance.h"
#include "fsm.h"
#include "proto.h"

#define CARP_GROUP4		htonl(0xe0000012)	/* 224.0.0.18 */
/* ff02::12 */
#define CARP_GROUP6_INIT	{ { { 0xff, 0x02, [15] = 0x12 } } }
/* The Ethernet addresses of both */
#define CARP_GROUP4_MAC_INIT	{ 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 }
#define CARP_GROUP6_MAC_INIT	{ 0x33, 0x33, 0x00, 0x00, 0x00, 0x12 }
#define CARP_VIP_HASH_BITS	8
#define CARP_LINKGROUP_BITS	5
#define CARP_NF_HOOKS		5
/* Routes out of the parent that a device keeps a copy of: 2^this */
#define CARP_REDIRECT_BITS	4
/* OpenBSD's carp routes come after those of real interfaces to the same
 * subnet. Here that also keeps a virtual address from being the default source
 * on a host with an address of its own there.
 */
#define CARP_ROUTE_METRIC	4096

struct carp_packets;
struct carp_redirect;
struct carp_stats;

/**
 * struct carp_known - whether what was found out is still true, see known.h
 * @weighings: carp_net.weighings when somebody began to look
 * @from: when that was, ns of ktime_get_ns()
 * @until: how long it is good, the same
 */
struct carp_known {
	int weighings;
	u64 from;
	u64 until;
};

/**
 * struct carp_worst - by how much a device demotes the others of its syncgroup
 * @carp: the device, to be compared only: it may be gone; NULL for none
 * @own: see struct carp_demotion
 * @track: the same
 * @sync: the same
 */
struct carp_worst {
	const struct carp_dev *carp;
	s32 own;
	s32 track;
	s32 sync;
};

/**
 * struct carp_linkgroup - a link group that our devices are in or track, or
 *	that has a demotion count
 * @node: in carp_net.linkgroups
 * @number: which
 * @users: how many do, and one for the count; RTNL
 * @count: its demotion count; written under RTNL
 * @down_lock: protects @down_known, @down; BH disabled, a leaf
 * @down_known: whether @down is still true
 * @down: how many of its links are down, ours left out
 * @worst_lock: protects @worst_known, @worst; BH disabled, inside vhost.lock
 * @worst_known: whether @worst is still true
 * @worst: the worst two of its devices with syncgroup: the second is the
 *	first's own worst
 * @rcu: frees it
 */
struct carp_linkgroup {
	struct hlist_node node;
	u32 number;
	unsigned int users;
	u32 count;
	spinlock_t down_lock; /* protects down_known, down */
	struct carp_known down_known;
	unsigned int down;
	spinlock_t worst_lock; /* protects worst_known, worst */
	struct carp_known worst_known;
	struct carp_worst worst[2];
	struct rcu_head rcu;
};

/**
 * struct carp_net - what one network namespace holds
 * @net: the namespace
 * @allow: sysctl net.carp.allow
 * @preempt: sysctl net.carp.preempt
 * @log: sysctl net.carp.log
 * @arpbalance: sysctl net.carp.arpbalance
 * @demotion: the administrator's part of sysctl net.carp.demotion
 * @ifdown_factor: sysctl net.carp.ifdown_demotion_factor
 * @senderr_factor: sysctl net.carp.senderr_demotion_factor
 * @ifdowns: devices whose parent is down
 * @senderrs: devices that cannot send
 * @linkgroups: struct carp_linkgroup by number; written under RTNL, read under
 *	RCU
 * @n_counts: how many of them have a demotion count, RTNL
 * @weighings: how often something that demotes may have changed
 * @busy_until: when the advertisements that are due will have left, pace.c
 * @sysctl: handle of net.carp
 * @fib_nb: hears of routes, route.c
 * @devs: all carp_dev; written under RTNL, read under RCU
 * @n_peered: how many of them have a unicast peer; written under RTNL
 * @vips: all virtual addresses by value; written under @vips_lock, read under
 *	RCU
 * @vips_lock: protects the lists of virtual addresses against each other's
 *	writers; IPv6 tells of addresses without RTNL
 * @stats: packets that belong to no port
 * @nf_ops: its hooks, nf.c
 * @lock: protects @pending and what stands behind @hidden_vips
 * @pending: devices with transitions that userland has not been told of
 * @settle: the worker that hides routes again after a promotion
 * @sync6: the worker that follows the IPv6 addresses under RTNL
 * @sync6_at: when it may run again, in jiffies
 * @again6: the same for what the kernel was not done with
 * @flush6: once per batch of transitions, drops cached IPv6 destinations
 * @notify: the worker that tells it
 * @notify_limit: of lines in the log, RTNL
 * @hidden_vips: virtual addresses that are not local at the moment
 * @answered: a packet from one of them came lately
 * @answered_at: when, in jiffies
 * @forget: the worker that ends it
 * @watching: a hook looks for such packets
 * @watch: the worker that sets and removes it
 * @custom_local: the administrator has local routes of his own
 */
struct carp_net {
	struct net *net;
	int allow;
	int preempt;
	int log;
	int arpbalance;
	int demotion;
	int ifdown_factor;
	int senderr_factor;
	atomic_t ifdowns;
	atomic_t senderrs;
	DECLARE_HASHTABLE(linkgroups, CARP_LINKGROUP_BITS);
	unsigned int n_counts;
	atomic_t weighings;
	atomic64_t busy_until;
	struct ctl_table_header *sysctl;
	struct notifier_block fib_nb;
	struct list_head devs;
	unsigned int n_peered;
	DECLARE_HASHTABLE(vips, CARP_VIP_HASH_BITS);
	spinlock_t vips_lock; /* protects the lists of virtual addresses */
	struct carp_stats __percpu *stats;
	struct nf_hook_ops nf_ops[CARP_NF_HOOKS];
	spinlock_t lock; /* protects pending, hidden_vips and below */
	struct list_head pending;
	struct work_struct notify;
	struct ratelimit_state notify_limit;
	struct work_struct settle;
	struct delayed_work sync6;
	unsigned long sync6_at;
	struct delayed_work again6;
	struct hrtimer flush6;
	unsigned int hidden_vips;
	unsigned long answered_at;
	struct delayed_work forget;
	struct delayed_work watch;
	bool watching;
	bool answered;
	bool custom_local;
};

/**
 * struct carp_port - a parent, the Ethernet device below one or more carp_dev
 * @dev: the parent; kept by the upper links of @devs
 * @cn: its namespace's state
 * @vhids: the carp_node of each vhid; written under RTNL, read under RCU
 * @devs: all carp_dev on this parent; written under RTNL, read under RCU
 * @stats: packets discarded before their vhid was known
 * @local4: what advertisements that go on to the IP layer are routed by, NULL
 *	without memory
 * @joined: is in the IPv4 multicast group; written under RTNL
 * @joined6: the same for IPv6
 * @own_macs: some device on it has a MAC that the administrator chose
 * @going_down: between NETDEV_GOING_DOWN and NETDEV_UP
 * @rcu: frees it after the last receiver has left
 */
struct carp_port {
	struct net_device *dev;
	struct carp_net *cn;
	struct carp_node __rcu *vhids[CARP_VHID_MAX + 1];
	struct list_head devs;
	struct carp_stats __percpu *stats;
	struct rtable *local4;
	bool own_macs;
	bool going_down;
	bool joined;
	bool joined6;
	struct rcu_head rcu;
};

/**
 * struct carp_vip - one virtual address
 * @hash: in carp_net.vips
 * @list: in carp_dev.vips
 * @left: in carp_dev.left6
 * @carp: the device that has it
 * @family: which of the two addresses it is
 * @v4: the IPv4 address
 * @v6: the IPv6 address
 * @joined: its solicited-node group was joined on the parent, RTNL
 * @subnet_routed: the IPv6 route of its subnet was looked for, RTNL
 * @routed: and its own
 * @settled: and when the kernel had taken it into use
 * @rcu: frees it
 */
struct carp_vip {
	struct hlist_node hash;
	struct list_head list;
	struct list_head left;
	struct carp_dev *carp;
	enum carp_family family;
	union {
		__be32 v4;
		struct in6_addr v6;
	};
	bool joined;
	bool subnet_routed;
	bool routed;
	bool settled;
	struct rcu_head rcu;
};

/**
 * struct carp_params - how advertisements are to look and whose are taken
 * @passphrase: the key, zero-padded
 * @key_set: a passphrase was given
 * @peer4: unicast peer, 0 for the multicast group
 * @peer6: unicast peer, :: for the multicast group
 * @cksum6: enum carp_cksum6
 * @form: enum carp_form
 */
struct carp_params {
	u8 passphrase[CARP_KEY_LEN];
	bool key_set;
	__be32 peer4;
	struct in6_addr peer6;
	u8 cksum6;
	u8 form;
};

/* Whether advertisements go to a peer, of either family. */
static inline bool carp_params_peered(const struct carp_params *params)
{
	return params->peer4 || !ipv6_addr_any(&params->peer6);
}

/**
 * struct carp_node_conf - one node as configured
 * @vhid: virtual host id, 0 if none is set yet
 * @advskew: 1/256 s
 */
struct carp_node_conf {
	u8 vhid;
	u8 advskew;
};

/**
 * struct carp_nodes_conf - the nodes of a device as configured
 * @n: how many, at least 1
 * @balancing: enum carp_balancing; none if and only if there is one node
 * @hash: enum carp_hash
 * @node: in ascending order of vhids
 */
struct carp_nodes_conf {
	u8 n;
	u8 balancing;
	u8 hash;
	struct carp_node_conf node[CARP_NODES_MAX];
};

/**
 * struct carp_node_key - the part of a key that is one vhid's
 * @vhid: virtual host id
 * @auth: prepared HMAC
 * @digest: of the cookie: neither changes until the configuration does, so that
 *	an advertisement is sent without hashing anything
 * @memo: what others sent, and was verified
 * @memo_lock: over @memo; softirq
 */
struct carp_node_key {
	u8 vhid;
	struct carp_auth auth;
	u8 digest[CARP_DIGEST_LEN];
	struct carp_auth_memo memo;
	spinlock_t memo_lock; /* protects memo */
};

/**
 * struct carp_key - what packets need of the configuration, prepared
 * @peer4: as in struct carp_params
 * @peer6: as in struct carp_params
 * @cksum6: as in struct carp_params
 * @counter: our cookie; own packets are recognised by it
 * @mac: prepared hash of MAC addresses
 * @rcu: frees it, and wipes it
 * @n: how many vhids
 * @node: the part of each vhid, allocated one by one: all of them can be more
 *	than a page, which __GFP_NOFAIL must not ask for
 */
struct carp_key {
	__be32 peer4;
	struct in6_addr peer6;
	u8 cksum6;
	u8 counter[CARP_COUNTER_LEN];
	struct carp_machash mac;
	struct rcu_head rcu;
	unsigned int n;
	struct carp_node_key *node[];
};

/**
 * struct carp_share - how packets are shared out among the nodes
 * @balancing: enum carp_balancing, not none
 * @hash: enum carp_hash
 * @n: how many nodes
 * @masters: a bit for each that is MASTER here; written under vhost.lock
 * @node: the nodes in ascending order of vhids; the first is the leader
 * @rcu: frees it
 */
struct carp_share {
	u8 balancing;
	u8 hash;
	u8 n;
	u32 masters;
	struct carp_node *node[CARP_NODES_MAX];
	struct rcu_head rcu;
};

/**
 * struct carp_transition - one line of the history
 * @serial: counts from 1
 * @from: state before
 * @to: state reached
 * @reason: why
 * @vhid: of the node
 * @state: what the device's state is then
 * @time: CLOCK_REALTIME, ns
 */
struct carp_transition {
	u32 serial;
	u8 from;
	u8 to;
	u8 reason;
	u8 vhid;
	u8 state;
	u64 time;
};

/**
 * struct carp_demotion - what demotes a device, and by how much
 * @host: the administrator, all devices of the namespace
 * @ifdown: parents that are down, the same
 * @senderr: devices that cannot send, the same
 * @own: the administrator, the device; of the worst device with syncgroup
 * @group: its link group
 * @track: tracked links that are down; the same
 * @sync: a device of the syncgroup takes no part
 */
struct carp_demotion {
	s32 host;
	s32 ifdown;
	s32 senderr;
	s32 own;
	s32 group;
	s32 track;
	s32 sync;
};

/**
 * struct carp_node - one vhid's part in an election
 * @list: in carp_vhost.nodes; written under RTNL, read under RCU
 * @carp: the device
 * @vhid: virtual host id, constant; 0 if none is set yet
 * @fsm: the election, vhost.lock
 * @timer: the one timer, armed for @fsm.deadline
 * @state: copy of @fsm.state for readers without the lock
 * @serial: number of its last transition, also read without the lock
 * @gone: no longer one of the device's, vhost.lock
 * @put_off: its next advertisement has waited for a slot, vhost.lock
 * @weighed: whether what demotes it is still known, vhost.lock
 * @weighed_host: carp_demote_host() when somebody looked, the same
 * @packets: counters of its share of the packets; NULL without balancing
 * @rcu: frees it
 */
struct carp_node {
	struct list_head list;
	struct carp_dev *carp;
	u8 vhid;
	struct carp_fsm fsm;
	struct hrtimer timer;
	enum carp_state state;
	u32 serial;
	bool gone;
	bool put_off;
	struct carp_known weighed;
	s32 weighed_host;
	struct carp_packets __percpu *packets;
	struct rcu_head rcu;
};

/**
 * struct carp_vhost - the virtual host: its nodes and what they share
 * @lock: protects everything here that nothing else is said of, and the
 *	marks on the device's routes; taken with BH disabled
 * @nodes: struct carp_node in ascending order of vhids, at least one, the first
 *	is the leader; written under RTNL, read under RCU
 * @share: NULL without balancing; written under RTNL and @lock, read under RCU
 * @key: prepared HMAC, RCU; written under RTNL
 * @state: the highest of the nodes', for readers without the lock
 * @serial: number of the last transition, also read without the lock
 * @told: transition serial that userland has been told of, RTNL
 * @history: ring of the last transitions
 * @up: the device is administratively up and ready to take part
 * @ifdown: the parent is down; counted in carp_net.ifdowns
 * @senderr: three advertisements in a row did not leave; in carp_net.senderrs
 * @reweigh: one of these, or a state that others look at, has changed
 * @send_errors: advertisements in a row that did not leave, of any half
 *	interval one
 * @send_failed_at: when the last one of these did not, ns of ktime_get_ns()
 * @send_oks: that did, or could have, since @senderr was set or cleared
 * @send_doubled: how often what @senderr asks for was doubled
 * @probe_at: when to find out whether sending works again, while it does not
 * @announce: seconds between announcements, 0: none
 * @announce_at: when to announce, MASTER
 * @marked_at: when the marks on the routes were looked at last, jiffies
 * @demotion: what makes up the demotion of the nodes
 * @told_demotion: what userland has been told of, RTNL
 * @stats: counters of all vhids
 */
struct carp_vhost {
	spinlock_t lock; /* protects the rest but key and stats, route marks */
	struct list_head nodes;
	struct carp_share __rcu *share;
	struct carp_key __rcu *key;
	enum carp_state state;
	u32 serial;
	u32 told;
	struct carp_transition history[CARP_HISTORY_MAX];
	bool up;
	bool ifdown;
	bool senderr;
	bool reweigh;
	u8 send_errors;
	u8 send_oks;
	u8 send_doubled;
	u64 send_failed_at;
	u64 probe_at;
	u32 announce;
	u64 announce_at;
	unsigned long marked_at;
	struct carp_demotion demotion;
	struct carp_demotion told_demotion;
	struct carp_stats __percpu *stats;
};

/**
 * struct carp_dev - a carp interface, netdev_priv()
 * @dev: the interface
 * @lower: its parent
 * @iflink: the parent's ifindex, also when that is gone
 * @cn: its namespace's state
 * @port: its parent's state; NULL until the device is complete
 * @node: in carp_net.devs
 * @port_node: in carp_port.devs
 * @pending: in carp_net.pending, carp_net.lock
 * @notify_closed: the device is going: nothing is told of it, carp_net.lock
 * @notify_limit: of its lines in the log, RTNL
 * @vhost: the election
 * @nodes: the configuration of its nodes, RTNL
 * @params: the configuration that is not the election's, RTNL
 * @demotion: the administrator's count; written under RTNL
 * @syncgroup: demoted as the worst of its link group; written under RTNL
 * @linkgroup: the link group that it was in when that was looked at last; NULL
 *	without memory; written under RTNL, read under RCU
 * @tracks: struct carp_track; written under RTNL, read under RCU
 * @n_tracks: how many, RTNL
 * @own_mac: the administrator has set a MAC address, RTNL
 * @no_inet6: its MTU is changing, and it had no IPv6, RTNL
 * @operstate: what it was then, RTNL
 * @counter: the cookie, constant
 * @vips: virtual addresses; written under carp_net.vips_lock, read under RCU
 * @left6: removed IPv6 ones whose groups are still to be left, the same
 * @dirty6: the IPv6 addresses have changed, the same
 * @unsettled6: some of them the kernel has not taken into use yet, RTNL
 * @kept6: link-local addresses while the device goes down, RTNL
 * @addrs: all of @vips, sorted for the digest, RTNL
 * @addrs_room: how many IPv4 addresses @addrs has memory for, RTNL
 * @promoted: the address being told of was there before, RTNL
 * @unsettled: routes followed one that was promoted, nobody told of them; RTNL
 * @removed4: the virtual address that was removed last; written under RTNL
 * @removed6: the same for IPv6, carp_net.vips_lock
 * @spare_vip: memory for the IPv4 address that is about to be added, RTNL
 * @spare_vip6: the same for an IPv6 address, by xchg(): not all come under RTNL
 * @spare_key: memory for the key that follows from an IPv4 address, RTNL
 * @routes: struct carp_route, vhost.lock
 * @routes6: struct carp_route6, vhost.lock
 * @hidden: what this device adds to carp_net.hidden_vips, vhost.lock
 * @routes_open: the kernel is making routes: hide none now, vhost.lock
 * @routes_closed: the device is going: take no new routes, vhost.lock
 * @redirects: changed by xchg(), read under RCU
 * @redirects_closed: the device is going: keep no more of them
 */
struct carp_dev {
	struct net_device *dev;
	struct net_device *lower;
	int iflink;
	struct carp_net *cn;
	struct carp_port *port;
	struct list_head node;
	struct list_head port_node;
	struct list_head pending;
	bool notify_closed;
	struct ratelimit_state notify_limit;
	struct carp_vhost vhost;
	struct carp_nodes_conf nodes;
	struct carp_params params;
	s32 demotion;
	bool syncgroup;
	struct carp_linkgroup __rcu *linkgroup;
	struct list_head tracks;
	unsigned int n_tracks;
	bool own_mac;
	bool no_inet6;
	unsigned int operstate;
	u8 counter[CARP_COUNTER_LEN];
	struct list_head vips;
	struct list_head left6;
	struct list_head kept6;
	bool dirty6;
	bool unsettled6;
	struct carp_addrs addrs;
	unsigned int addrs_room;
	bool promoted;
	bool unsettled;
	__be32 removed4;
	struct in6_addr removed6;
	struct carp_vip *spare_vip;
	struct carp_vip *spare_vip6;
	struct carp_key *spare_key;
	struct list_head routes;
	struct list_head routes6;
	unsigned int hidden;
	bool routes_open;
	bool routes_closed;
	struct carp_redirect *redirects[1 << CARP_REDIRECT_BITS];
	bool redirects_closed;
};

extern unsigned int carp_net_id;
extern const struct net_device_ops carp_netdev_ops;

static inline struct carp_net *carp_pernet(const struct net *net)
{
	return net_generic(net, carp_net_id);
}

static inline bool netif_is_carp(const struct net_device *dev)
{
	return dev->netdev_ops == &carp_netdev_ops;
}

static inline bool carp_is_master(const struct carp_dev *carp)
{
	return READ_ONCE(carp->vhost.state) == CARP_STATE_MASTER;
}

/* Context: RTNL or RCU. */
static inline struct carp_node *carp_leader(const struct carp_dev *carp)
{
	return list_entry_rcu(carp->vhost.nodes.next, struct carp_node, list);
}

/* Do the members share the work? Context: RCU, or just a hint. */
static inline bool carp_is_balancing(const struct carp_dev *carp)
{
	return rcu_access_pointer(carp->vhost.share);
}

/* Is it the link that a device's virtual addresses live on? Another carp device
 * on it may well be the way out: without an address of the parent's it has a
 * route as good.
 */
static inline bool carp_on_link(const struct carp_dev *carp,
				const struct net_device *dev)
{
	const struct carp_dev *other;

	if (dev == carp->lower)
		return true;
	if (!netif_is_carp(dev))
		return false;
	other = netdev_priv(dev);
	return other->lower == carp->lower;
}

static inline bool carp_is_or_below(const struct carp_dev *carp,
				    const struct net_device *dev)
{
	return dev == carp->lower || dev == carp->dev;
}

/* Does @dev belong to another VRF than a device and its parent? That may have
 * the same addresses. Context: RCU.
 */
static inline bool carp_other_vrf(const struct carp_dev *carp,
				  const struct net_device *dev)
{
	int vrf;

	if (carp_is_or_below(carp, dev))
		return false;

	vrf = l3mdev_master_ifindex_rcu(dev);
	return vrf != l3mdev_master_ifindex_rcu(carp->dev) &&
	       vrf != l3mdev_master_ifindex_rcu(carp->lower);
}

enum {
	CARP_RANK_MASTER	= BIT(0),
	CARP_RANK_LINK		= BIT(1),
	CARP_RANK_BEST		= CARP_RANK_LINK | CARP_RANK_MASTER,
};

/* How good an answer a device is to "who has this address, as seen on @dev":
 * its own link first, then whoever is master.
 */
static inline int carp_rank(const struct carp_dev *carp,
			    const struct net_device *dev)
{
	return (carp_is_or_below(carp, dev) ? CARP_RANK_LINK : 0) |
	       (carp_is_master(carp) ? CARP_RANK_MASTER : 0);
}

#endif /* _CARP_H */
