// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the nodes of a device, as they are configured
 *
 * A node that is in the old list and in the new one goes on as if nothing had
 * happened. One that is no longer wanted bows out first, with the key that its
 * peers know; one that is new begins when all is in its place.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include "enact.h"
#include "node.h"
#include "port.h"
#include "share.h"
#include "vhost.h"

static struct carp_node *carp_node_alloc(struct carp_dev *carp, u8 vhid)
{
	struct carp_node *node;

	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (!node)
		return NULL;
	node->packets = carp_share_alloc();
	if (!node->packets) {
		kfree(node);
		return NULL;
	}

	node->carp = carp;
	node->vhid = vhid;
	carp_fsm_init(&node->fsm);
	hrtimer_setup(&node->timer, carp_vhost_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
	return node;
}

static void carp_node_destroy(struct carp_node *node)
{
	free_percpu(node->packets);
	kfree(node);
}

static void carp_node_free_rcu(struct rcu_head *head)
{
	carp_node_destroy(container_of(head, struct carp_node, rcu));
}

/**
 * carp_node_init - give a new device its first node
 * @carp: the device, with its configuration of one node
 *
 * Context: RTNL. Return: 0 or -ENOMEM.
 */
int carp_node_init(struct carp_dev *carp)
{
	struct carp_node *node;

	node = carp_node_alloc(carp, carp->nodes.node[0].vhid);
	if (!node)
		return -ENOMEM;
	list_add_rcu(&node->list, &carp->vhost.nodes);
	return 0;
}

/**
 * carp_node_free - free all nodes of a device
 * @carp: the device, out of everybody's reach
 *
 * Context: process.
 */
void carp_node_free(struct carp_dev *carp)
{
	struct carp_node *node, *next;

	kfree(rcu_dereference_protected(carp->vhost.share, 1));
	list_for_each_entry_safe(node, next, &carp->vhost.nodes, list)
		carp_node_destroy(node);
}

static const struct nla_policy carp_node_policy[CARP_NODE_MAX + 1] = {
	[CARP_NODE_UNSPEC] = { .strict_start_type = CARP_NODE_VHID },
	[CARP_NODE_VHID] = NLA_POLICY_RANGE(NLA_U8, CARP_VHID_MIN,
					    CARP_VHID_MAX),
	[CARP_NODE_ADVSKEW] = NLA_POLICY_MAX(NLA_U8, CARP_ADVSKEW_MAX),
	[CARP_NODE_STATE] = { .type = NLA_REJECT },
	[CARP_NODE_KEPT] = { .type = NLA_REJECT },
	[CARP_NODE_LEFT] = { .type = NLA_REJECT },
};

static bool carp_nodes_has(const struct carp_nodes_conf *conf, u8 vhid)
{
	unsigned int i;

	for (i = 0; i < conf->n; i++)
		if (conf->node[i].vhid == vhid)
			return true;
	return false;
}

/* Where it belongs; there is room. */
static void carp_nodes_sort_in(struct carp_nodes_conf *conf,
			       const struct carp_node_conf *node)
{
	unsigned int i = conf->n++;

	for (; i && conf->node[i - 1].vhid > node->vhid; i--)
		conf->node[i] = conf->node[i - 1];
	conf->node[i] = *node;
}

static int carp_nodes_parse_node(struct carp_nodes_conf *conf,
				 const struct nlattr *attr,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[CARP_NODE_MAX + 1];
	struct carp_node_conf node = {};
	int err;

	if (nla_type(attr) != CARP_NODES_NODE) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: a device has nodes, and nothing else");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, CARP_NODE_MAX, attr, carp_node_policy,
			       extack);
	if (err)
		return err;
	if (!tb[CARP_NODE_VHID]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: a node needs a vhid");
		return -EINVAL;
	}

	node.vhid = nla_get_u8(tb[CARP_NODE_VHID]);
	if (tb[CARP_NODE_ADVSKEW])
		node.advskew = nla_get_u8(tb[CARP_NODE_ADVSKEW]);
	if (carp_nodes_has(conf, node.vhid)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: two nodes have the same vhid");
		return -EEXIST;
	}
	if (conf->n == CARP_NODES_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: a device can have 32 nodes");
		return -ENOSPC;
	}
	carp_nodes_sort_in(conf, &node);
	return 0;
}

static int carp_nodes_parse_list(struct carp_nodes_conf *conf,
				 const struct nlattr *list,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem, err;

	conf->n = 0;
	nla_for_each_nested(attr, list, rem) {
		err = carp_nodes_parse_node(conf, attr, extack);
		if (err)
			return err;
	}
	if (!conf->n) {
		NL_SET_ERR_MSG_ATTR(extack, list,
				    "carp: a device needs a node");
		return -EINVAL;
	}
	return 0;
}

/* vhid and advskew are those of a device with one node. */
static int carp_nodes_parse_single(struct carp_nodes_conf *conf,
				   struct nlattr *data[],
				   struct netlink_ext_ack *extack)
{
	unsigned int i;
	u8 vhid;

	if (data[IFLA_CARP_VHID]) {
		vhid = nla_get_u8(data[IFLA_CARP_VHID]);
		for (i = 0; i < conf->n; i++)
			if (conf->node[i].vhid == vhid)
				conf->node[0].advskew = conf->node[i].advskew;
		conf->node[0].vhid = vhid;
		conf->n = 1;
	}
	if (!data[IFLA_CARP_ADVSKEW])
		return 0;
	if (conf->n > 1) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_CARP_ADVSKEW],
				    "carp: the nodes have an advskew each, use carpnodes");
		return -EINVAL;
	}
	conf->node[0].advskew = nla_get_u8(data[IFLA_CARP_ADVSKEW]);
	return 0;
}

static int carp_nodes_parse_balancing(struct carp_nodes_conf *conf,
				      struct nlattr *data[],
				      struct netlink_ext_ack *extack)
{
	if (data[IFLA_CARP_HASH])
		conf->hash = nla_get_u32(data[IFLA_CARP_HASH]);
	if (data[IFLA_CARP_BALANCING])
		conf->balancing = nla_get_u32(data[IFLA_CARP_BALANCING]);
	else if (conf->n == 1)
		conf->balancing = CARP_BALANCING_NONE;
	else if (conf->balancing == CARP_BALANCING_NONE)
		conf->balancing = CARP_BALANCING_IP;

	if (conf->n == 1 && conf->balancing != CARP_BALANCING_NONE) {
		NL_SET_ERR_MSG(extack,
			       "carp: balancing needs two carpnodes or more");
		return -EINVAL;
	}
	if (conf->n > 1 && conf->balancing == CARP_BALANCING_NONE) {
		NL_SET_ERR_MSG(extack,
			       "carp: several carpnodes need balancing");
		return -EINVAL;
	}
	return 0;
}

/**
 * carp_nodes_parse - what a request says of the nodes, without any effect
 * @conf: the nodes as they are; told what they are to be
 * @data: IFLA_CARP_*
 * @extack: told what is wrong
 *
 * Context: process. Return: 0 or a negative errno.
 */
int carp_nodes_parse(struct carp_nodes_conf *conf, struct nlattr *data[],
		     struct netlink_ext_ack *extack)
{
	int err;

	if (data[IFLA_CARP_NODES] &&
	    (data[IFLA_CARP_VHID] || data[IFLA_CARP_ADVSKEW])) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_CARP_NODES],
				    "carp: carpnodes say vhid and advskew of each node, they cannot be given beside");
		return -EINVAL;
	}

	if (data[IFLA_CARP_NODES])
		err = carp_nodes_parse_list(conf, data[IFLA_CARP_NODES],
					    extack);
	else
		err = carp_nodes_parse_single(conf, data, extack);
	if (err)
		return err;
	return carp_nodes_parse_balancing(conf, data, extack);
}

static bool carp_nodes_same(const struct carp_nodes_conf *a,
			    const struct carp_nodes_conf *b)
{
	unsigned int i;

	if (a->n != b->n || a->balancing != b->balancing)
		return false;
	if (a->balancing != CARP_BALANCING_NONE && a->hash != b->hash)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->node[i].vhid != b->node[i].vhid)
			return false;
	return true;
}

/**
 * carp_nodes_prepare - allocate what a change of the nodes needs
 * @carp: the device; it need not be registered yet
 * @plan: with @conf and an empty @fresh; to be discarded in any case
 *
 * Context: RTNL, may sleep. Return: 0 or -ENOMEM.
 */
int carp_nodes_prepare(struct carp_dev *carp, struct carp_nodes_plan *plan)
{
	struct carp_node *node;
	unsigned int i;

	ASSERT_RTNL();

	plan->changed = !carp_nodes_same(&carp->nodes, &plan->conf);
	carp_port_mac(&plan->conf, plan->mac);
	if (!plan->changed)
		return 0;

	for (i = 0; i < plan->conf.n; i++) {
		if (carp_nodes_has(&carp->nodes, plan->conf.node[i].vhid))
			continue;
		node = carp_node_alloc(carp, plan->conf.node[i].vhid);
		if (!node)
			return -ENOMEM;
		list_add_tail(&node->list, &plan->fresh);
	}
	if (plan->conf.balancing == CARP_BALANCING_NONE)
		return 0;

	plan->share = kzalloc(sizeof(*plan->share), GFP_KERNEL_ACCOUNT);
	return plan->share ? 0 : -ENOMEM;
}

/**
 * carp_nodes_filter - let the parent receive frames to the new MAC address
 * @carp: the device, with its parent
 * @plan: prepared
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_nodes_filter(struct carp_dev *carp, struct carp_nodes_plan *plan)
{
	int err;

	if (carp->own_mac || ether_addr_equal(plan->mac, carp->dev->dev_addr))
		return 0;
	err = carp_port_filter_add(carp->lower, plan->mac);
	plan->filtered = !err;
	return err;
}

/**
 * carp_nodes_discard - free what of a plan was not put to use
 * @carp: the device
 * @plan: prepared, committed or neither
 *
 * Context: RTNL.
 */
void carp_nodes_discard(struct carp_dev *carp, struct carp_nodes_plan *plan)
{
	struct carp_node *node, *next;

	list_for_each_entry_safe(node, next, &plan->fresh, list)
		carp_node_destroy(node);
	kfree(plan->share);
	if (plan->filtered)
		carp_port_filter_del(carp->lower, plan->mac);
}

/**
 * carp_nodes_retire - let the nodes that are not wanted any more bow out
 * @carp: the device, still with the old key
 * @plan: prepared
 *
 * Context: RTNL.
 */
void carp_nodes_retire(struct carp_dev *carp,
		       const struct carp_nodes_plan *plan)
{
	struct carp_node *node;

	ASSERT_RTNL();

	if (!plan->changed)
		return;

	list_for_each_entry(node, &carp->vhost.nodes, list) {
		if (carp_nodes_has(&plan->conf, node->vhid))
			continue;
		carp_port_unpublish(carp, node->vhid);
		carp_vhost_remove(node);
	}
}

/* Readers meet a list that has all of the old or all of the new, or both. */
static void carp_nodes_insert(struct carp_dev *carp, struct carp_node *fresh)
{
	struct carp_node *node;

	list_for_each_entry(node, &carp->vhost.nodes, list)
		if (node->vhid > fresh->vhid)
			break;
	list_add_tail_rcu(&fresh->list, &node->list);
}

static void carp_nodes_fill_share(const struct carp_dev *carp,
				  struct carp_share *share)
{
	struct carp_node *node;

	share->balancing = carp->nodes.balancing;
	share->hash = carp->nodes.hash;
	list_for_each_entry(node, &carp->vhost.nodes, list)
		if (!node->gone)
			share->node[share->n++] = node;
}

static void carp_nodes_drop(struct carp_node *node)
{
	spin_lock_bh(&node->carp->vhost.lock);
	list_del_rcu(&node->list);
	spin_unlock_bh(&node->carp->vhost.lock);

	/* Nobody arms it again: it is in INIT, and not the leader. */
	hrtimer_cancel(&node->timer);
	call_rcu(&node->rcu, carp_node_free_rcu);
}

static void carp_nodes_configure(struct carp_dev *carp, u8 advbase)
{
	const struct carp_node_conf *conf = carp->nodes.node;
	struct carp_node *node;

	/* Both are in ascending order of vhids. */
	list_for_each_entry(node, &carp->vhost.nodes, list)
		carp_vhost_config(node, advbase, conf++->advskew);
}

/**
 * carp_nodes_commit - let the new nodes be the device's
 * @carp: the device, with the new key
 * @plan: prepared, retired
 * @advbase: seconds
 *
 * A change of the MAC address is told to userland, so all else is done before.
 * The caller starts what is new.
 *
 * Context: RTNL.
 */
void carp_nodes_commit(struct carp_dev *carp, struct carp_nodes_plan *plan,
		       u8 advbase)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_node *node, *next;
	struct carp_share *old;

	ASSERT_RTNL();

	carp->nodes = plan->conf;
	if (!plan->changed) {
		carp_nodes_configure(carp, advbase);
		return;
	}

	spin_lock_bh(&vhost->lock);
	list_for_each_entry_safe(node, next, &plan->fresh, list) {
		list_del(&node->list);
		carp_nodes_insert(carp, node);
	}
	if (plan->share)
		carp_nodes_fill_share(carp, plan->share);
	old = rcu_replace_pointer(vhost->share, plan->share,
				  lockdep_rtnl_is_held());
	plan->share = NULL;
	carp_enact_sum_up(carp);
	spin_unlock_bh(&vhost->lock);

	list_for_each_entry_safe(node, next, &vhost->nodes, list)
		if (node->gone)
			carp_nodes_drop(node);
	if (old)
		kfree_rcu(old, rcu);

	carp_nodes_configure(carp, advbase);
	carp_port_set_mac(carp, plan->mac);
	plan->filtered = false;
	list_for_each_entry(node, &vhost->nodes, list)
		carp_port_publish(carp, node);

	spin_lock_bh(&vhost->lock);
	carp_enact_arm(carp_leader(carp));
	spin_unlock_bh(&vhost->lock);
}
