// SPDX-License-Identifier: GPL-2.0-only
/* CARP: one virtual host: its elections, their lock and timers, what is sent
 *
 * There is one election per node; a device has one node unless it balances.
 * Events come from the timer, from received advertisements and from the
 * configuration, on any CPU. Each goes the same way: under the lock the fsm
 * says what is to be done and enact.c makes the state true (marks on the
 * routes, dormant bit, timer); after unlocking, what is to be sent is sent.
 * Nothing on that way waits for RTNL, a worker or userland.
 *
 * What is sent after unlocking may be overtaken by another event. It carries
 * the serial of the transition it belongs to, and is dropped when that is
 * stale.
 *
 * The clock is read here and in enact.c only.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>

#include "choose.h"
#include "enact.h"
#include "key.h"
#include "known.h"
#include "notify.h"
#include "route.h"
#include "route6.h"
#include "share.h"
#include "stats.h"
#include "tx.h"
#include "vhost.h"

static void carp_vhost_sent(struct carp_node *node, bool ok)
{
	struct carp_vhost *vhost = &node->carp->vhost;

	spin_lock(&vhost->lock);
	carp_enact_sent(node, ok);
	spin_unlock(&vhost->lock);
}

static bool carp_vhost_send_family(const struct carp_node *node,
				   enum carp_family family,
				   const struct carp_prio *prio)
{
	struct carp_stats __percpu *stats = node->carp->vhost.stats;
	bool v4 = family == CARP_INET;

	if (v4 ? carp_tx_advert4(node, prio) : carp_tx_advert6(node, prio)) {
		__carp_stats_inc(stats, CARP_STAT_OERRORS);
		return false;
	}
	__carp_stats_inc(stats,
			 v4 ? CARP_STAT_OPACKETS : CARP_STAT_OPACKETS6);
	return true;
}

static void carp_vhost_send_advert(struct carp_node *node,
				   const struct carp_todo *todo,
				   const struct carp_prio *prio)
{
	struct carp_dev *carp = node->carp;
	bool ok = true;
	int i;

	for (i = 0; i < CARP_FAMILIES; i++)
		if (todo->family[i])
			ok &= carp_vhost_send_family(node, i, prio);
	if (!ok || READ_ONCE(carp->vhost.send_errors) ||
	    READ_ONCE(carp->vhost.send_doubled))
		carp_vhost_sent(node, ok);
}

/* Not with IP balancing: the MAC address is the same on all members, and
 * switches are not to learn where it is. Not with ARP balancing: each asker was
 * told the one that was chosen for him, and it moves with the advertisements.
 */
static void carp_vhost_send_announce(const struct carp_node *node, u32 serial)
{
	const struct carp_vip *vip;

	if (carp_is_balancing(node->carp))
		return;

	list_for_each_entry_rcu(vip, &node->carp->vips, list) {
		if (READ_ONCE(node->serial) != serial)
			return;
		if (!carp_choose_shared(node->carp, vip))
			carp_tx_announce(node->carp, vip);
	}
}

/* Context: any, no lock held. */
static void carp_vhost_send(struct carp_node *node,
			    const struct carp_todo *todo)
{
	static const struct carp_prio bow_out = {
		.advbase = CARP_BOW_OUT,
		.advskew = CARP_BOW_OUT,
	};
	struct carp_dev *carp = node->carp;
	bool fresh;

	if (todo->act & (CARP_ACT_STATE | CARP_ACT_ADVERT))
		carp_route6_addresses(carp);
	if (!(todo->act & (CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE |
			   CARP_ACT_BOW_OUT | CARP_ACT_GRACE |
			   CARP_ACT_PROBE)))
		return;

	local_bh_disable();
	rcu_read_lock();

	fresh = READ_ONCE(node->serial) == todo->serial;
	if (fresh && todo->act & CARP_ACT_ADVERT)
		carp_vhost_send_advert(node, todo, &todo->prio);
	if (fresh && todo->act & CARP_ACT_ANNOUNCE)
		carp_vhost_send_announce(node, todo->serial);
	if (todo->act & CARP_ACT_BOW_OUT)
		carp_vhost_send_advert(node, todo, &bow_out);
	if (todo->act & CARP_ACT_PROBE)
		carp_vhost_sent(node, !carp_tx_probe(carp, todo->family));
	if (todo->act & CARP_ACT_GRACE && READ_ONCE(carp->cn->log) >= 1)
		net_info_ratelimited("%s: timer late, this host stood still: one more interval before taking over\n",
				     carp->dev->name);

	rcu_read_unlock();
	local_bh_enable();
}

static void carp_vhost_reweigh_node(struct carp_node *node)
{
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_todo todo = {};
	u64 deadline;
	u32 act;

	/* Of hundreds few have changed, if any. */
	spin_lock_bh(&vhost->lock);
	deadline = node->fsm.deadline;
	act = carp_enact_weigh(node, ktime_get_ns());
	if (act || node->fsm.deadline != deadline)
		todo = carp_enact_commit(node, act);
	/* What had it set is seen to by the timer that was armed then. */
	if (todo.reweigh)
		vhost->reweigh = true;
	spin_unlock_bh(&vhost->lock);

	carp_vhost_send(node, &todo);
}

/**
 * carp_vhost_reweigh - something that demotes may have changed
 * @cn: the namespace
 *
 * Each MASTER that becomes demoted says so at once.
 *
 * Context: any but hard irq, no lock of ours held.
 */
void carp_vhost_reweigh(struct carp_net *cn)
{
	struct carp_dev *carp;
	struct carp_node *node;

	carp_known_forget(cn);
	rcu_read_lock();
	list_for_each_entry_rcu(carp, &cn->devs, node)
		list_for_each_entry_rcu(node, &carp->vhost.nodes, list)
			carp_vhost_reweigh_node(node);
	rcu_read_unlock();
}

/* Context: any, no lock held. */
static void carp_vhost_act(struct carp_node *node, const struct carp_todo *todo)
{
	if (todo->act)
		carp_vhost_send(node, todo);
	if (todo->reweigh)
		carp_vhost_reweigh(node->carp->cn);
}

/**
 * carp_vhost_timer - a node's timer has fired
 * @timer: the timer
 *
 * Context: softirq. Return: HRTIMER_NORESTART; it is armed by what follows.
 */
enum hrtimer_restart carp_vhost_timer(struct hrtimer *timer)
{
	struct carp_node *node = container_of(timer, struct carp_node, timer);
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_todo todo;
	u64 now;
	u32 act;

	spin_lock(&vhost->lock);
	now = ktime_get_ns();
	act = carp_enact_check(node, now);
	if (!act) {
		node->fsm.preempt = READ_ONCE(node->carp->cn->preempt);
		act = carp_enact_weigh(node, now);
		if (!carp_enact_put_off(node, now))
			act |= carp_fsm_timer(&node->fsm, now);
		if (node == carp_leader(node->carp))
			act |= carp_enact_due(node, now);
	}
	todo = carp_enact_commit(node, act);
	spin_unlock(&vhost->lock);

	carp_vhost_act(node, &todo);
	return HRTIMER_NORESTART;
}

/**
 * carp_vhost_advert - a verified advertisement of a peer has come
 * @node: whose vhid it has
 * @family: IPv4 or IPv6
 * @adv: the advertisement
 * @tie: who is preferred if it is equal to ours, see carp_fsm_advert()
 *
 * Context: softirq or BH disabled, RCU. Return: whether the peer is MASTER too,
 * and this one stays.
 */
bool carp_vhost_advert(struct carp_node *node, enum carp_family family,
		       const struct carp_advert *adv, int tie)
{
	const struct carp_prio peer = {
		.advbase = adv->advbase,
		.advskew = adv->advskew,
		.demote = adv->demote,
	};
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_todo todo;
	u64 now;
	u32 act;

	spin_lock(&vhost->lock);
	now = ktime_get_ns();
	node->fsm.preempt = READ_ONCE(node->carp->cn->preempt);
	act = carp_enact_weigh(node, now);
	act |= carp_fsm_advert(&node->fsm, family, &peer, tie, now);
	todo = carp_enact_commit(node, act);
	spin_unlock(&vhost->lock);

	carp_vhost_act(node, &todo);
	return act & CARP_ACT_CONFLICT;
}

/* Return: whether what demotes the other devices may have changed. */
static bool carp_vhost_update_node(struct carp_node *node,
				   enum carp_reason reason)
{
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_todo todo;
	u32 act;

	spin_lock_bh(&vhost->lock);
	if (reason != CARP_REASON_NONE)
		act = carp_enact_stop(node, reason);
	else
		act = carp_enact_check(node, ktime_get_ns());
	todo = carp_enact_commit(node, act);
	spin_unlock_bh(&vhost->lock);

	carp_vhost_send(node, &todo);
	return todo.reweigh;
}

static bool carp_vhost_update_dev(struct carp_dev *carp,
				  enum carp_reason reason)
{
	struct carp_node *node;
	bool reweigh = false;

	rcu_read_lock();
	list_for_each_entry_rcu(node, &carp->vhost.nodes, list)
		reweigh |= carp_vhost_update_node(node, reason);
	rcu_read_unlock();
	return reweigh;
}

/**
 * carp_vhost_update - look again at the conditions for taking part
 * @carp: the device
 * @reason: why it has to leave, whatever the conditions, or CARP_REASON_NONE
 *
 * Starts the election when all conditions are true, stops it with a bow-out
 * when one is not.
 *
 * Context: any but hard irq, no lock of ours held.
 */
void carp_vhost_update(struct carp_dev *carp, enum carp_reason reason)
{
	if (carp_vhost_update_dev(carp, reason))
		carp_vhost_reweigh(carp->cn);
}

/**
 * carp_vhost_update_port - the same for all devices on a parent
 * @port: the parent
 * @reason: see carp_vhost_update()
 *
 * One by one each would have all others of the namespace look what demotes them
 * now.
 *
 * Context: RTNL.
 */
void carp_vhost_update_port(struct carp_port *port, enum carp_reason reason)
{
	struct carp_dev *carp;
	bool reweigh = false;

	ASSERT_RTNL();

	list_for_each_entry(carp, &port->devs, port_node)
		reweigh |= carp_vhost_update_dev(carp, reason);
	if (reweigh)
		carp_vhost_reweigh(port->cn);
}

/**
 * carp_vhost_update_all - the same for all devices of a namespace
 * @cn: the namespace
 *
 * Context: any but hard irq, no lock of ours held.
 */
void carp_vhost_update_all(struct carp_net *cn)
{
	struct carp_dev *carp;
	bool reweigh = false;

	rcu_read_lock();
	list_for_each_entry_rcu(carp, &cn->devs, node)
		reweigh |= carp_vhost_update_dev(carp, CARP_REASON_NONE);
	rcu_read_unlock();
	if (reweigh)
		carp_vhost_reweigh(cn);
}

/**
 * carp_vhost_remove - a node is no longer one of the device's
 * @node: the node; it bows out, and takes part no more
 *
 * Context: RTNL.
 */
void carp_vhost_remove(struct carp_node *node)
{
	spin_lock_bh(&node->carp->vhost.lock);
	node->gone = true;
	spin_unlock_bh(&node->carp->vhost.lock);

	if (carp_vhost_update_node(node, CARP_REASON_NONE))
		carp_vhost_reweigh(node->carp->cn);
}

/**
 * carp_vhost_up - the interface was set up
 * @carp: the device
 *
 * Called when the kernel is through with reviving the device's routes, so that
 * it does not undo the marks of an election that has begun.
 *
 * Context: RTNL.
 */
void carp_vhost_up(struct carp_dev *carp)
{
	spin_lock_bh(&carp->vhost.lock);
	carp->vhost.up = true;
	spin_unlock_bh(&carp->vhost.lock);

	carp_vhost_update(carp, CARP_REASON_NONE);
}

/**
 * carp_vhost_down - the interface is being set down
 * @carp: the device
 * @reason: why
 *
 * Context: RTNL.
 */
void carp_vhost_down(struct carp_dev *carp, enum carp_reason reason)
{
	spin_lock_bh(&carp->vhost.lock);
	carp->vhost.up = false;
	spin_unlock_bh(&carp->vhost.lock);

	carp_vhost_update(carp, reason);
}

/**
 * carp_vhost_force - the administrator asks for a state
 * @carp: the device
 * @state: BACKUP or MASTER, of all its nodes
 *
 * Context: RTNL.
 */
void carp_vhost_force(struct carp_dev *carp, enum carp_state state)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_node *node;
	struct carp_todo todo;

	ASSERT_RTNL();

	list_for_each_entry(node, &vhost->nodes, list) {
		spin_lock_bh(&vhost->lock);
		todo = carp_enact_commit(node, carp_fsm_force(&node->fsm, state,
							      ktime_get_ns()));
		spin_unlock_bh(&vhost->lock);

		carp_vhost_act(node, &todo);
	}
}

/**
 * carp_vhost_config - advbase or advskew was set
 * @node: the node
 * @advbase: seconds
 * @advskew: 1/256 s
 *
 * The same values again change nothing, not even a timer.
 *
 * Context: process.
 */
void carp_vhost_config(struct carp_node *node, u8 advbase, u8 advskew)
{
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_todo todo = {};

	spin_lock_bh(&vhost->lock);
	if (node->fsm.advbase != advbase || node->fsm.advskew != advskew)
		todo = carp_enact_commit(node,
					 carp_fsm_config(&node->fsm, advbase,
							 advskew,
							 ktime_get_ns()));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(node, &todo);
}

/**
 * carp_vhost_set_demotestyle - how demotion is advertised was set
 * @carp: the device
 * @style: enum carp_demotestyle
 *
 * Context: RTNL.
 */
void carp_vhost_set_demotestyle(struct carp_dev *carp, u8 style)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_node *node;

	ASSERT_RTNL();

	spin_lock_bh(&vhost->lock);
	list_for_each_entry(node, &vhost->nodes, list) {
		carp_fsm_demotestyle(&node->fsm, style == CARP_DEMOTESTYLE_MAX,
				     ktime_get_ns());
		carp_enact_arm(node);
	}
	spin_unlock_bh(&vhost->lock);
}

/**
 * carp_vhost_set_announce - how often to announce was set
 * @carp: the device
 * @seconds: between two announcements of a MASTER, 0: none by time
 *
 * Context: RTNL.
 */
void carp_vhost_set_announce(struct carp_dev *carp, u32 seconds)
{
	struct carp_vhost *vhost = &carp->vhost;

	spin_lock_bh(&vhost->lock);
	if (vhost->announce != seconds) {
		vhost->announce = seconds;
		carp_enact_schedule_announce(vhost, ktime_get_ns());
		carp_enact_arm(carp_leader(carp));
	}
	spin_unlock_bh(&vhost->lock);
}

static void carp_vhost_addresses_node(struct carp_node *node)
{
	struct carp_dev *carp = node->carp;
	struct carp_vhost *vhost = &carp->vhost;
	bool had[CARP_FAMILIES];
	struct carp_todo todo;
	u64 now;
	u32 act;

	spin_lock_bh(&vhost->lock);
	now = ktime_get_ns();
	memcpy(had, node->fsm.has_family, sizeof(had));
	act = carp_fsm_families(&node->fsm, carp->addrs.n4, carp->addrs.n6,
				now);
	act |= carp_enact_check(node, now);
	if (!(act & CARP_ACT_STATE))
		carp_route_hide(carp, vhost->state == CARP_STATE_MASTER ?
				0 : carp->addrs.n4);
	todo = carp_enact_commit(node, act);
	/* Goodbye goes out as the advertisements did before. */
	if (act & CARP_ACT_BOW_OUT)
		memcpy(todo.family, had, sizeof(had));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(node, &todo);
}

/**
 * carp_vhost_addresses - the list of virtual addresses has changed
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_vhost_addresses(struct carp_dev *carp)
{
	struct carp_node *node;

	ASSERT_RTNL();

	list_for_each_entry(node, &carp->vhost.nodes, list)
		carp_vhost_addresses_node(node);
}

/* The shared MAC address itself has changed, or where the switch sends it. */
static void carp_vhost_announce_shared(const struct carp_dev *carp,
				       const struct carp_vip *vip)
{
	local_bh_disable();
	rcu_read_lock();
	if (carp_share_speaks(carp))
		carp_tx_announce(carp, vip);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * carp_vhost_announce - announce all virtual addresses again, if master
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_vhost_announce(struct carp_dev *carp)
{
	struct carp_node *node = carp_leader(carp);
	struct carp_vhost *vhost = &carp->vhost;
	const struct carp_vip *vip;
	struct carp_todo todo;

	ASSERT_RTNL();

	if (carp_is_balancing(carp)) {
		list_for_each_entry(vip, &carp->vips, list)
			carp_vhost_announce_shared(carp, vip);
		return;
	}

	spin_lock_bh(&vhost->lock);
	todo = carp_enact_commit(node, carp_fsm_announce(&node->fsm));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(node, &todo);
}

/**
 * carp_vhost_announce_one - announce one virtual address, if master
 * @carp: the device
 * @vip: the address
 *
 * Context: any but hard irq, no lock of ours held.
 */
void carp_vhost_announce_one(struct carp_dev *carp, const struct carp_vip *vip)
{
	local_bh_disable();
	rcu_read_lock();
	if (carp_is_master(carp) && !carp_is_balancing(carp) &&
	    !carp_choose_shared(carp, vip))
		carp_tx_announce(carp, vip);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * carp_vhost_init - make a virtual host ready for nodes
 * @carp: the device
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int carp_vhost_init(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;

	vhost->stats = carp_stats_alloc();
	if (!vhost->stats)
		return -ENOMEM;

	spin_lock_init(&vhost->lock);
	vhost->probe_at = CARP_NO_DEADLINE;
	vhost->announce_at = CARP_NO_DEADLINE;
	vhost->marked_at = jiffies;
	get_random_bytes(carp->counter, sizeof(carp->counter));
	return 0;
}

/**
 * carp_vhost_kill - after this no timer runs and none is armed
 * @carp: the device, down and without receivers
 *
 * Context: RTNL.
 */
void carp_vhost_kill(struct carp_dev *carp)
{
	struct carp_node *node;

	carp_vhost_down(carp, CARP_REASON_DOWN);
	/* A callback that was under way before may have armed it again; it saw
	 * INIT then, and an fsm in INIT has no deadline.
	 */
	list_for_each_entry(node, &carp->vhost.nodes, list)
		hrtimer_cancel(&node->timer);
	carp_notify_cancel(carp);
}

/**
 * carp_vhost_free - free what carp_vhost_init() and the configuration allocated
 * @carp: the device, out of everybody's reach and without nodes
 *
 * Context: process.
 */
void carp_vhost_free(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;

	carp_key_free(vhost);
	free_percpu(vhost->stats);
}
