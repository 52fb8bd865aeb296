// SPDX-License-Identifier: GPL-2.0-only
/* CARP: what a dump of the link shows */
#include <net/netlink.h>

#include "demote.h"
#include "dump.h"
#include "share.h"
#include "stats.h"
#include "track.h"

static size_t carp_dump_transition_size(void)
{
	return nla_total_size(0) +		/* CARP_HISTORY_TRANSITION */
	       4 * nla_total_size(sizeof(u32)) + /* SERIAL FROM TO REASON */
	       nla_total_size(sizeof(u8)) +	/* VHID */
	       nla_total_size_64bit(sizeof(u64)); /* TIME */
}

static size_t carp_dump_node_size(void)
{
	return nla_total_size(0) +		/* CARP_NODES_NODE */
	       2 * nla_total_size(sizeof(u8)) +	/* VHID ADVSKEW */
	       nla_total_size(sizeof(u32)) +	/* STATE */
	       2 * nla_total_size_64bit(sizeof(u64)); /* KEPT LEFT */
}

/**
 * carp_dump_size - rtnl_link_ops.get_size
 * @dev: the device
 *
 * Return: bytes that carp_dump_info() needs at most
 */
size_t carp_dump_size(const struct net_device *dev)
{
	const struct carp_dev *carp = netdev_priv(dev);

	return nla_total_size(sizeof(u8)) +	/* IFLA_CARP_VHID */
	       nla_total_size(sizeof(u8)) +	/* IFLA_CARP_ADVBASE */
	       nla_total_size(sizeof(u8)) +	/* IFLA_CARP_ADVSKEW */
	       nla_total_size(sizeof(u8)) +	/* IFLA_CARP_KEY_SET */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_STATE */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_REASON */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_SERIAL */
	       nla_total_size(sizeof(__be32)) +	/* IFLA_CARP_PEER */
	       nla_total_size(sizeof(struct in6_addr)) + /* IFLA_CARP_PEER6 */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_CKSUM6 */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_FORM */
	       nla_total_size(sizeof(s32)) +	/* IFLA_CARP_DEMOTION */
	       nla_total_size(sizeof(s32)) +	/* IFLA_CARP_DEMOTED */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_DEMOTESTYLE */
	       nla_total_size(sizeof(u8)) +	/* IFLA_CARP_SYNCGROUP */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_ANNOUNCE */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_BALANCING */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_HASH */
	       nla_total_size(0) +		/* IFLA_CARP_NODES */
	       carp->nodes.n * carp_dump_node_size() +
	       carp_track_size(carp) +
	       nla_total_size(0) +		/* IFLA_CARP_HISTORY */
	       CARP_HISTORY_MAX * carp_dump_transition_size();
}

static int carp_dump_transition(struct sk_buff *skb,
				const struct carp_transition *t)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, CARP_HISTORY_TRANSITION);
	if (!nest)
		return -EMSGSIZE;

	if (nla_put_u32(skb, CARP_TRANSITION_SERIAL, t->serial) ||
	    nla_put_u32(skb, CARP_TRANSITION_FROM, t->from) ||
	    nla_put_u32(skb, CARP_TRANSITION_TO, t->to) ||
	    nla_put_u32(skb, CARP_TRANSITION_REASON, t->reason) ||
	    nla_put_u64_64bit(skb, CARP_TRANSITION_TIME, t->time,
			      CARP_TRANSITION_PAD) ||
	    nla_put_u8(skb, CARP_TRANSITION_VHID, t->vhid)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int carp_dump_history(struct sk_buff *skb,
			     const struct carp_vhost *vhost)
{
	u32 serial = vhost->serial;
	struct nlattr *nest;
	int err = 0;
	u32 i;

	nest = nla_nest_start(skb, IFLA_CARP_HISTORY);
	if (!nest)
		return -EMSGSIZE;

	i = serial > CARP_HISTORY_MAX ? serial - CARP_HISTORY_MAX : 0;
	for (; i != serial && !err; i++)
		err = carp_dump_transition(skb, &vhost->history
					   [i % CARP_HISTORY_MAX]);
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

static int carp_dump_node(struct sk_buff *skb, const struct carp_node *node)
{
	struct nlattr *nest;
	u64 kept, left;

	nest = nla_nest_start(skb, CARP_NODES_NODE);
	if (!nest)
		return -EMSGSIZE;

	carp_share_sum(node->packets, &kept, &left);
	if (nla_put_u8(skb, CARP_NODE_VHID, node->vhid) ||
	    nla_put_u8(skb, CARP_NODE_ADVSKEW, node->fsm.advskew) ||
	    nla_put_u32(skb, CARP_NODE_STATE, READ_ONCE(node->state)) ||
	    nla_put_u64_64bit(skb, CARP_NODE_KEPT, kept, CARP_NODE_PAD) ||
	    nla_put_u64_64bit(skb, CARP_NODE_LEFT, left, CARP_NODE_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int carp_dump_nodes(struct sk_buff *skb, const struct carp_dev *carp)
{
	const struct carp_nodes_conf *conf = &carp->nodes;
	const struct carp_node *node;
	struct nlattr *nest;
	int err = 0;

	if (nla_put_u32(skb, IFLA_CARP_BALANCING, conf->balancing) ||
	    nla_put_u32(skb, IFLA_CARP_HASH, conf->hash))
		return -EMSGSIZE;
	if (!conf->node[0].vhid)
		return 0;

	if (nla_put_u8(skb, IFLA_CARP_VHID, conf->node[0].vhid))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, IFLA_CARP_NODES);
	if (!nest)
		return -EMSGSIZE;
	list_for_each_entry(node, &carp->vhost.nodes, list) {
		err = carp_dump_node(skb, node);
		if (err)
			break;
	}
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

static int carp_dump_vhost(struct sk_buff *skb, struct carp_dev *carp)
{
	const struct carp_fsm *fsm = &carp_leader(carp)->fsm;
	struct carp_vhost *vhost = &carp->vhost;
	enum carp_reason reason = CARP_REASON_NONE;
	int err = -EMSGSIZE;

	spin_lock_bh(&vhost->lock);
	if (vhost->serial)
		reason = vhost->history[(vhost->serial - 1) %
					CARP_HISTORY_MAX].reason;
	if (!nla_put_u8(skb, IFLA_CARP_ADVBASE, fsm->advbase) &&
	    !nla_put_u8(skb, IFLA_CARP_ADVSKEW, fsm->advskew) &&
	    !nla_put_u32(skb, IFLA_CARP_STATE, vhost->state) &&
	    !nla_put_u32(skb, IFLA_CARP_REASON, reason) &&
	    !nla_put_u32(skb, IFLA_CARP_SERIAL, vhost->serial) &&
	    !nla_put_s32(skb, IFLA_CARP_DEMOTED,
			 carp_demote_sum(&vhost->demotion)) &&
	    !nla_put_u32(skb, IFLA_CARP_DEMOTESTYLE, fsm->demote_max ?
			 CARP_DEMOTESTYLE_MAX : CARP_DEMOTESTYLE_ADD) &&
	    !nla_put_u32(skb, IFLA_CARP_ANNOUNCE, vhost->announce))
		err = carp_dump_history(skb, vhost);
	spin_unlock_bh(&vhost->lock);
	return err;
}

/**
 * carp_dump_info - rtnl_link_ops.fill_info
 * @skb: the message
 * @dev: the device
 *
 * Context: RTNL. Return: 0 or -EMSGSIZE.
 */
int carp_dump_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);
	const struct carp_params *params = &carp->params;

	if (nla_put_u8(skb, IFLA_CARP_KEY_SET, params->key_set) ||
	    nla_put_in_addr(skb, IFLA_CARP_PEER, params->peer4) ||
	    nla_put_in6_addr(skb, IFLA_CARP_PEER6, &params->peer6) ||
	    nla_put_u32(skb, IFLA_CARP_CKSUM6, params->cksum6) ||
	    nla_put_u32(skb, IFLA_CARP_FORM, params->form) ||
	    nla_put_s32(skb, IFLA_CARP_DEMOTION, carp->demotion) ||
	    nla_put_u8(skb, IFLA_CARP_SYNCGROUP, carp->syncgroup) ||
	    carp_track_fill(skb, carp) || carp_dump_nodes(skb, carp))
		return -EMSGSIZE;
	return carp_dump_vhost(skb, carp);
}

/**
 * carp_dump_xstats_size - rtnl_link_ops.get_xstats_size
 * @dev: the device
 *
 * Return: bytes that carp_dump_xstats() needs at most
 */
size_t carp_dump_xstats_size(const struct net_device *dev)
{
	return nla_total_size(0) +		/* IFLA_INFO_XSTATS */
	       CARP_STAT_MAX * nla_total_size_64bit(sizeof(u64));
}

/**
 * carp_dump_xstats - rtnl_link_ops.fill_xstats
 * @skb: the message
 * @dev: the device
 *
 * Context: RTNL. Return: 0 or -EMSGSIZE.
 */
int carp_dump_xstats(struct sk_buff *skb, const struct net_device *dev)
{
	const struct carp_dev *carp = netdev_priv(dev);
	u64 sum[__CARP_STAT_MAX] = {};
	struct nlattr *nest;
	int i;

	nest = nla_nest_start_noflag(skb, IFLA_INFO_XSTATS);
	if (!nest)
		return -EMSGSIZE;

	carp_stats_add(carp->vhost.stats, sum);
	if (carp->port)
		carp_stats_add(carp->port->stats, sum);
	carp_stats_add(carp->cn->stats, sum);

	for (i = CARP_STAT_PAD + 1; i <= CARP_STAT_MAX; i++) {
		if (nla_put_u64_64bit(skb, i, sum[i], CARP_STAT_PAD)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}
