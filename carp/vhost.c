// SPDX-License-Identifier: GPL-2.0-only
/* CARP: one virtual host: the election with its lock, timer and consequences
 *
 * Events come from the timer, from received advertisements and from the
 * configuration, on any CPU. Each goes the same way: under the lock the fsm
 * says what is to be done, the state is made true (marks on the routes, dormant
 * bit, timer); after unlocking, what is to be sent is sent. Nothing on that way
 * waits for RTNL, a worker or userland.
 *
 * What is sent after unlocking may be overtaken by another event. It carries
 * the serial of the transition it belongs to, and is dropped when that is
 * stale.
 *
 * This is the only file that reads the clock.
 */
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>

#include "demote.h"
#include "key.h"
#include "notify.h"
#include "route.h"
#include "route6.h"
#include "stats.h"
#include "tx.h"
#include "vhost.h"

/* Of our own, beside those of the fsm: look whether sending works again. */
#define CARP_ACT_PROBE		0x100
/* So many failures in a row, and successes after them, as the BSDs. */
#define CARP_SENDERR_MAX	3

/* The host goes down: say goodbye once and stay silent. */
static bool carp_shutting_down;

/**
 * struct carp_todo - what is left to do after unlocking
 * @act: CARP_ACT_*
 * @serial: the transition it belongs to
 * @prio: what to advertise
 * @family: which families have addresses
 * @reweigh: what demotes the other devices may have changed
 */
struct carp_todo {
	u32 act;
	u32 serial;
	struct carp_prio prio;
	bool family[CARP_FAMILIES];
	bool reweigh;
};

static void carp_vhost_arm(struct carp_vhost *vhost)
{
	u64 deadline = min3(vhost->fsm.deadline, vhost->probe_at,
			    vhost->announce_at);

	if (deadline == CARP_NO_DEADLINE)
		hrtimer_try_to_cancel(&vhost->timer);
	else
		hrtimer_start(&vhost->timer, ns_to_ktime(deadline),
			      HRTIMER_MODE_ABS_SOFT);
}

static void carp_vhost_record(struct carp_vhost *vhost, enum carp_state from)
{
	struct carp_transition *t;

	t = &vhost->history[vhost->serial % CARP_HISTORY_MAX];
	t->from = from;
	t->to = vhost->fsm.state;
	t->reason = vhost->fsm.reason;
	t->time = ktime_get_real_ns();
	t->serial = vhost->serial + 1;
	WRITE_ONCE(vhost->serial, t->serial);
}

/* A cause that is counted for all devices of the namespace. */
static void carp_vhost_cause(struct carp_vhost *vhost, bool *cause,
			     atomic_t *count, bool on)
{
	if (*cause == on)
		return;

	*cause = on;
	atomic_add(on ? 1 : -1, count);
	vhost->reweigh = true;
}

static void carp_vhost_sends_again(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;

	vhost->send_errors = 0;
	vhost->send_oks = 0;
	vhost->probe_at = CARP_NO_DEADLINE;
	carp_vhost_cause(vhost, &vhost->senderr, &carp->cn->senderrs, false);
}

static void carp_vhost_schedule_announce(struct carp_vhost *vhost, u64 now)
{
	vhost->announce_at = CARP_NO_DEADLINE;
	if (vhost->announce && vhost->fsm.state == CARP_STATE_MASTER)
		vhost->announce_at = now + vhost->announce * CARP_NS_PER_SEC;
}

/* Everything that follows from the state, and nothing that sends. */
static void carp_vhost_enact(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;
	enum carp_state from = vhost->state;
	bool master = vhost->fsm.state == CARP_STATE_MASTER;

	carp_vhost_record(vhost, from);
	WRITE_ONCE(vhost->state, vhost->fsm.state);
	carp_route_hide(carp, master ? 0 : carp->addrs.n4);
	if (master) {
		netif_dormant_off(carp->dev);
		carp_stats_inc(vhost->stats, CARP_STAT_PREEMPT);
	} else {
		netif_dormant_on(carp->dev);
	}
	carp_vhost_schedule_announce(vhost, ktime_get_ns());
	/* Who takes no part does not send, and proves nothing. */
	if (vhost->fsm.state == CARP_STATE_INIT)
		carp_vhost_sends_again(carp);
	if (READ_ONCE(carp->syncgroup) &&
	    (from == CARP_STATE_INIT || vhost->fsm.state == CARP_STATE_INIT))
		vhost->reweigh = true;
	carp_notify(carp);
}

static struct carp_todo carp_vhost_commit(struct carp_dev *carp, u32 act)
{
	struct carp_vhost *vhost = &carp->vhost;
	bool reweigh;

	lockdep_assert_held(&vhost->lock);

	if (act & CARP_ACT_STATE)
		carp_vhost_enact(carp);
	/* Also where nothing has changed: a net below the notifiers that put
	 * back marks which the kernel has cleared, see route.c.
	 */
	carp_route_mark(carp);
	if (act & CARP_ACT_GRACE)
		carp_stats_inc(vhost->stats, CARP_STAT_GRACE);
	if (act & CARP_ACT_CONFLICT)
		carp_stats_inc(vhost->stats, CARP_STAT_CONFLICTS);
	carp_vhost_arm(vhost);
	reweigh = vhost->reweigh;
	vhost->reweigh = false;

	return (struct carp_todo) {
		.act = act,
		.serial = vhost->serial,
		.reweigh = reweigh,
		.prio = carp_fsm_prio(&vhost->fsm),
		.family = {
			vhost->fsm.has_family[CARP_INET],
			vhost->fsm.has_family[CARP_INET6],
		},
	};
}

/* Three failures in a row demote all devices of the namespace, and as many
 * successes undo it. A BACKUP does not advertise, so it proves otherwise that
 * it could, or it would stay demoted for ever: carp_tx_probe().
 */
static void carp_vhost_sent(struct carp_dev *carp, bool ok)
{
	struct carp_vhost *vhost = &carp->vhost;

	spin_lock(&vhost->lock);
	if (!ok) {
		vhost->send_oks = 0;
		if (vhost->fsm.state != CARP_STATE_INIT && !vhost->senderr &&
		    ++vhost->send_errors == CARP_SENDERR_MAX) {
			carp_vhost_cause(vhost, &vhost->senderr,
					 &carp->cn->senderrs, true);
			vhost->probe_at = ktime_get_ns();
		}
	} else if (!vhost->senderr) {
		vhost->send_errors = 0;
	} else if (++vhost->send_oks == CARP_SENDERR_MAX) {
		carp_vhost_sends_again(carp);
	}
	carp_vhost_arm(vhost);
	spin_unlock(&vhost->lock);
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

/* Linkwatch may be a second late: ask the parent itself. */
static bool carp_vhost_lower_ok(const struct carp_dev *carp)
{
	const struct carp_port *port = READ_ONCE(carp->port);

	return port && !READ_ONCE(port->going_down) &&
	       netif_running(carp->lower) && netif_carrier_ok(carp->lower);
}

/* What demotes the device, as it is now. Carriers are read here too: no
 * notifier tells of them while somebody holds RTNL.
 */
static u32 carp_vhost_weigh(struct carp_dev *carp, u64 now)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_demotion demotion;

	rcu_read_lock();
	carp_demote_weigh(carp, &demotion);
	rcu_read_unlock();
	if (!memcmp(&demotion, &vhost->demotion, sizeof(demotion)))
		return 0;

	vhost->demotion = demotion;
	carp_notify(carp);
	return carp_fsm_demote(&vhost->fsm, carp_demote_sum(&demotion), now);
}

static void carp_vhost_reweigh_one(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo;

	spin_lock_bh(&vhost->lock);
	todo = carp_vhost_commit(carp, carp_vhost_weigh(carp, ktime_get_ns()));
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

/* Why the device cannot take part, or CARP_REASON_NONE if it can. */
static enum carp_reason carp_vhost_obstacle(const struct carp_dev *carp)
{
	const struct carp_fsm *fsm = &carp->vhost.fsm;

	if (READ_ONCE(carp_shutting_down))
		return CARP_REASON_SHUTDOWN;
	if (!carp->vhost.up || !READ_ONCE(carp->vhid))
		return CARP_REASON_DOWN;
	if (!READ_ONCE(carp->cn->allow))
		return CARP_REASON_NOT_ALLOWED;
	if (!carp_vhost_lower_ok(carp))
		return CARP_REASON_PARENT_DOWN;
	if (!fsm->has_family[CARP_INET] && !fsm->has_family[CARP_INET6])
		return CARP_REASON_NO_ADDRESS;
	return CARP_REASON_NONE;
}

/* The same, and what it means to the other devices. */
static enum carp_reason carp_vhost_look(struct carp_dev *carp)
{
	enum carp_reason obstacle = carp_vhost_obstacle(carp);

	carp_vhost_cause(&carp->vhost, &carp->vhost.ifdown, &carp->cn->ifdowns,
			 obstacle == CARP_REASON_PARENT_DOWN);
	return obstacle;
}

static u32 carp_vhost_check(struct carp_dev *carp, u64 now)
{
	struct carp_fsm *fsm = &carp->vhost.fsm;
	enum carp_reason obstacle = carp_vhost_look(carp);

	if (obstacle != CARP_REASON_NONE)
		return carp_fsm_stop(fsm, obstacle);
	if (fsm->state == CARP_STATE_INIT)
		return carp_fsm_start(fsm, now);
	return 0;
}

/* What else was due. */
static u32 carp_vhost_due(struct carp_dev *carp, u64 now)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_prio prio;
	u32 act = 0;

	if (now >= vhost->probe_at) {
		prio = carp_fsm_prio(&vhost->fsm);
		vhost->probe_at = now + carp_prio_interval(&prio);
		/* A MASTER's advertisements are proof enough. */
		if (vhost->fsm.state == CARP_STATE_BACKUP)
			act |= CARP_ACT_PROBE;
	}
	if (now >= vhost->announce_at) {
		act |= carp_fsm_announce(&vhost->fsm);
		carp_vhost_schedule_announce(vhost, now);
	}
	return act;
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
	act = carp_vhost_check(carp, now);
	if (!act) {
		vhost->fsm.preempt = READ_ONCE(carp->cn->preempt);
		act = carp_vhost_weigh(carp, now);
		act |= carp_fsm_timer(&vhost->fsm, now);
		act |= carp_vhost_due(carp, now);
	}
	todo = carp_vhost_commit(carp, act);
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
	act = carp_vhost_weigh(carp, now);
	act |= carp_fsm_advert(&vhost->fsm, family, &peer, tie, now);
	todo = carp_vhost_commit(carp, act);
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
		carp_vhost_look(carp);
		act = carp_fsm_stop(&vhost->fsm, reason);
	} else {
		act = carp_vhost_check(carp, ktime_get_ns());
	}
	todo = carp_vhost_commit(carp, act);
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
	todo = carp_vhost_commit(carp, carp_fsm_force(&vhost->fsm, state,
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
		todo = carp_vhost_commit(carp,
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
	carp_vhost_arm(vhost);
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
		carp_vhost_schedule_announce(vhost, ktime_get_ns());
		carp_vhost_arm(vhost);
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
	act |= carp_vhost_check(carp, now);
	if (!(act & CARP_ACT_STATE))
		carp_route_hide(carp, vhost->state == CARP_STATE_MASTER ?
				0 : carp->addrs.n4);
	todo = carp_vhost_commit(carp, act);
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
	todo = carp_vhost_commit(carp, carp_fsm_announce(&vhost->fsm));
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

/**
 * carp_vhost_shutdown - the host goes down: no election from now on
 *
 * The caller then updates every device, which bows out.
 */
void carp_vhost_shutdown(void)
{
	WRITE_ONCE(carp_shutting_down, true);
}
