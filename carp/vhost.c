// SPDX-License-Identifier: GPL-2.0-only
/* CARP: one virtual host: the election with its lock, timer and consequences
 *
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
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>

#include "enact.h"
#include "key.h"
#include "notify.h"
#include "route.h"
#include "route6.h"
#include "stats.h"
#include "tx.h"
#include "vhost.h"

static void carp_vhost_sent(struct carp_dev *carp, bool ok)
{
	spin_lock(&carp->vhost.lock);
	carp_enact_sent(carp, ok);
	spin_unlock(&carp->vhost.lock);
}

static bool carp_vhost_send_family(struct carp_dev *carp,
				   enum carp_family family,
				   const struct carp_prio *prio)
{
	struct carp_stats __percpu *stats = carp->vhost.stats;
	bool v4 = family == CARP_INET;

	if (v4 ? carp_tx_advert4(carp, prio) : carp_tx_advert6(carp, prio)) {
		carp_stats_inc(stats, CARP_STAT_OERRORS);
		return false;
	}
	carp_stats_inc(stats, v4 ? CARP_STAT_OPACKETS : CARP_STAT_OPACKETS6);
	return true;
}

static void carp_vhost_send_advert(struct carp_dev *carp,
				   const struct carp_todo *todo,
				   const struct carp_prio *prio)
{
	bool ok = true;
	int i;

	for (i = 0; i < CARP_FAMILIES; i++)
		if (todo->family[i])
			ok &= carp_vhost_send_family(carp, i, prio);
	if (!ok || READ_ONCE(carp->vhost.send_errors))
		carp_vhost_sent(carp, ok);
}

static void carp_vhost_send_announce(struct carp_dev *carp, u32 serial)
{
	const struct carp_vip *vip;

	list_for_each_entry_rcu(vip, &carp->vips, list) {
		if (READ_ONCE(carp->vhost.serial) != serial)
			return;
		carp_tx_announce(carp, vip);
	}
}

/* Context: any, no lock held. */
static void carp_vhost_send(struct carp_dev *carp, const struct carp_todo *todo)
{
	static const struct carp_prio bow_out = {
		.advbase = CARP_BOW_OUT,
		.advskew = CARP_BOW_OUT,
	};
	bool fresh;

	if (todo->act & (CARP_ACT_STATE | CARP_ACT_ADVERT))
		carp_route6_addresses(carp);
	if (!(todo->act & (CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE |
			   CARP_ACT_BOW_OUT | CARP_ACT_GRACE |
			   CARP_ACT_PROBE)))
		return;

	local_bh_disable();
	rcu_read_lock();

	fresh = READ_ONCE(carp->vhost.serial) == todo->serial;
	if (fresh && todo->act & CARP_ACT_ADVERT)
		carp_vhost_send_advert(carp, todo, &todo->prio);
	if (fresh && todo->act & CARP_ACT_ANNOUNCE)
		carp_vhost_send_announce(carp, todo->serial);
	if (todo->act & CARP_ACT_BOW_OUT)
		carp_vhost_send_advert(carp, todo, &bow_out);
	if (todo->act & CARP_ACT_PROBE)
		carp_vhost_sent(carp, !carp_tx_probe(carp, todo->family));
	if (todo->act & CARP_ACT_GRACE && READ_ONCE(carp->cn->log) >= 1)
		net_info_ratelimited("%s: timer late, this host stood still: one more interval before taking over\n",
				     carp->dev->name);

	rcu_read_unlock();
	local_bh_enable();
}

static void carp_vhost_reweigh_one(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo;

	spin_lock_bh(&vhost->lock);
	todo = carp_enact_commit(carp, carp_enact_weigh(carp, ktime_get_ns()));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_send(carp, &todo);
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

	rcu_read_lock();
	list_for_each_entry_rcu(carp, &cn->devs, node)
		carp_vhost_reweigh_one(carp);
	rcu_read_unlock();
}

/* Context: any, no lock held. */
static void carp_vhost_act(struct carp_dev *carp, const struct carp_todo *todo)
{
	carp_vhost_send(carp, todo);
	if (todo->reweigh)
		carp_vhost_reweigh(carp->cn);
}

static enum hrtimer_restart carp_vhost_timer(struct hrtimer *timer)
{
	struct carp_vhost *vhost = container_of(timer, struct carp_vhost,
						timer);
	struct carp_dev *carp = container_of(vhost, struct carp_dev, vhost);
	struct carp_todo todo;
	u64 now;
	u32 act;

	spin_lock(&vhost->lock);
	now = ktime_get_ns();
	act = carp_enact_check(carp, now);
	if (!act) {
		vhost->fsm.preempt = READ_ONCE(carp->cn->preempt);
		act = carp_enact_weigh(carp, now);
		act |= carp_fsm_timer(&vhost->fsm, now);
		act |= carp_enact_due(carp, now);
	}
	todo = carp_enact_commit(carp, act);
	spin_unlock(&vhost->lock);

	carp_vhost_act(carp, &todo);
	return HRTIMER_NORESTART;
}

/**
 * carp_vhost_advert - a verified advertisement of a peer has come
 * @carp: the device
 * @family: IPv4 or IPv6
 * @adv: the advertisement
 * @tie: who is preferred if it is equal to ours, see carp_fsm_advert()
 *
 * Context: softirq or BH disabled, RCU. Return: whether the peer is MASTER too,
 * and this one stays.
 */
bool carp_vhost_advert(struct carp_dev *carp, enum carp_family family,
		       const struct carp_advert *adv, int tie)
{
	const struct carp_prio peer = {
		.advbase = adv->advbase,
		.advskew = adv->advskew,
		.demote = adv->demote,
	};
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo;
	u64 now;
	u32 act;

	spin_lock_bh(&vhost->lock);
	now = ktime_get_ns();
	vhost->fsm.preempt = READ_ONCE(carp->cn->preempt);
	act = carp_enact_weigh(carp, now);
	act |= carp_fsm_advert(&vhost->fsm, family, &peer, tie, now);
	todo = carp_enact_commit(carp, act);
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(carp, &todo);
	return act & CARP_ACT_CONFLICT;
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
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo;
	u32 act;

	spin_lock_bh(&vhost->lock);
	if (reason != CARP_REASON_NONE) {
		act = carp_enact_stop(carp, reason);
	} else {
		act = carp_enact_check(carp, ktime_get_ns());
	}
	todo = carp_enact_commit(carp, act);
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(carp, &todo);
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
 * @state: BACKUP or MASTER
 *
 * Context: process.
 */
void carp_vhost_force(struct carp_dev *carp, enum carp_state state)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo;

	spin_lock_bh(&vhost->lock);
	todo = carp_enact_commit(carp, carp_fsm_force(&vhost->fsm, state,
						      ktime_get_ns()));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(carp, &todo);
}

/**
 * carp_vhost_config - advbase or advskew was set
 * @carp: the device
 * @advbase: seconds
 * @advskew: 1/256 s
 *
 * The same values again change nothing, not even a timer.
 *
 * Context: process.
 */
void carp_vhost_config(struct carp_dev *carp, u8 advbase, u8 advskew)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo = {};

	spin_lock_bh(&vhost->lock);
	if (vhost->fsm.advbase != advbase || vhost->fsm.advskew != advskew)
		todo = carp_enact_commit(carp,
					 carp_fsm_config(&vhost->fsm, advbase,
							 advskew,
							 ktime_get_ns()));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(carp, &todo);
}

/**
 * carp_vhost_set_demotestyle - how demotion is advertised was set
 * @carp: the device
 * @style: enum carp_demotestyle
 *
 * Context: process.
 */
void carp_vhost_set_demotestyle(struct carp_dev *carp, u8 style)
{
	struct carp_vhost *vhost = &carp->vhost;

	spin_lock_bh(&vhost->lock);
	carp_fsm_demotestyle(&vhost->fsm, style == CARP_DEMOTESTYLE_MAX,
			     ktime_get_ns());
	carp_enact_arm(vhost);
	spin_unlock_bh(&vhost->lock);
}

/**
 * carp_vhost_set_announce - how often to announce was set
 * @carp: the device
 * @seconds: between two announcements of a MASTER, 0: none by time
 *
 * Context: process.
 */
void carp_vhost_set_announce(struct carp_dev *carp, u32 seconds)
{
	struct carp_vhost *vhost = &carp->vhost;

	spin_lock_bh(&vhost->lock);
	if (vhost->announce != seconds) {
		vhost->announce = seconds;
		carp_enact_schedule_announce(vhost, ktime_get_ns());
		carp_enact_arm(vhost);
	}
	spin_unlock_bh(&vhost->lock);
}

/**
 * carp_vhost_addresses - the list of virtual addresses has changed
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_vhost_addresses(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;
	bool had[CARP_FAMILIES];
	struct carp_todo todo;
	u64 now;
	u32 act;

	ASSERT_RTNL();

	spin_lock_bh(&vhost->lock);
	now = ktime_get_ns();
	memcpy(had, vhost->fsm.has_family, sizeof(had));
	act = carp_fsm_families(&vhost->fsm, carp->addrs.n4, carp->addrs.n6,
				now);
	act |= carp_enact_check(carp, now);
	if (!(act & CARP_ACT_STATE))
		carp_route_hide(carp, vhost->state == CARP_STATE_MASTER ?
				0 : carp->addrs.n4);
	todo = carp_enact_commit(carp, act);
	/* Goodbye goes out as the advertisements did before. */
	if (act & CARP_ACT_BOW_OUT)
		memcpy(todo.family, had, sizeof(had));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(carp, &todo);
}

/**
 * carp_vhost_announce - announce all virtual addresses again, if master
 * @carp: the device
 *
 * Context: any but hard irq, no lock of ours held.
 */
void carp_vhost_announce(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo;

	spin_lock_bh(&vhost->lock);
	todo = carp_enact_commit(carp, carp_fsm_announce(&vhost->fsm));
	spin_unlock_bh(&vhost->lock);

	carp_vhost_act(carp, &todo);
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
	if (carp_is_master(carp))
		carp_tx_announce(carp, vip);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * carp_vhost_init - make a virtual host ready for configuration
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
	carp_fsm_init(&vhost->fsm);
	vhost->probe_at = CARP_NO_DEADLINE;
	vhost->announce_at = CARP_NO_DEADLINE;
	hrtimer_setup(&vhost->timer, carp_vhost_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
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
	carp_vhost_down(carp, CARP_REASON_DOWN);
	/* A callback that was under way before may have armed it again; it saw
	 * INIT then, and an fsm in INIT has no deadline.
	 */
	hrtimer_cancel(&carp->vhost.timer);
	carp_notify_cancel(carp);
}

/**
 * carp_vhost_free - free what carp_vhost_init() and the configuration allocated
 * @carp: the device, out of everybody's reach
 *
 * Context: process.
 */
void carp_vhost_free(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;

	carp_key_free(vhost);
	free_percpu(vhost->stats);
}
