// SPDX-License-Identifier: GPL-2.0-only
/* CARP: what follows from an event, with the lock of the virtual host held
 *
 * The fsm has said what is to be done. The state is made true here: marks on
 * the routes, dormant bit, history, timer. What is to be sent is left to the
 * caller, for when the lock is released.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "demote.h"
#include "enact.h"
#include "known.h"
#include "notify.h"
#include "pace.h"
#include "route.h"
#include "stats.h"

/* So many failures in a row, and successes after them, as the BSDs. */
#define CARP_SENDERR_MAX	3
/* How often that number is doubled at most. */
#define CARP_SENDERR_DOUBLED	6
/* More demotion of the host than this is no news: 255 is the most that is told,
 * and few devices are demoted by less than -700 besides.
 */
#define CARP_CAUSE_MAX		1000

/* How often to look at what one should have been told of: marks on routes that
 * the kernel has cleared, demotion. With each advertisement at 1/0.
 */
#define CARP_LOOK_AGAIN		(HZ / 2)

/* The host goes down: say goodbye once and stay silent. */
static bool carp_shutting_down;

/* What a node's timer may be late if it fires at @deadline, ns. */
static u64 carp_enact_slack(const struct carp_node *node, u64 deadline)
{
	struct carp_prio prio;

	if (node->fsm.state != CARP_STATE_MASTER ||
	    deadline != node->fsm.deadline)
		return 0;
	prio = carp_fsm_prio(&node->fsm);
	return carp_pace_slack(carp_prio_interval(&prio));
}

/**
 * carp_enact_arm - let a node's timer fire when the next thing is due
 * @node: the node; the leader's timer is also the virtual host's
 *
 * Advertisements wait for others a little, see pace.c; nothing else does.
 *
 * On the CPU where the last advertisement came in or went out: to look for one
 * that is not idle takes longer than the rest where there are many, and each
 * advertisement that comes would have somebody look.
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_enact_arm(struct carp_node *node)
{
	struct carp_vhost *vhost = &node->carp->vhost;
	u64 deadline = node->fsm.deadline;

	lockdep_assert_held(&vhost->lock);

	if (node == carp_leader(node->carp))
		deadline = min3(deadline, vhost->probe_at, vhost->announce_at);
	if (deadline == CARP_NO_DEADLINE)
		hrtimer_try_to_cancel(&node->timer);
	else
		hrtimer_start_range_ns(&node->timer, ns_to_ktime(deadline),
				       carp_enact_slack(node, deadline),
				       HRTIMER_MODE_ABS_PINNED_SOFT);
}

static void carp_enact_record(struct carp_node *node)
{
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_transition *t;

	t = &vhost->history[vhost->serial % CARP_HISTORY_MAX];
	t->from = node->state;
	t->to = node->fsm.state;
	t->reason = node->fsm.reason;
	t->vhid = node->vhid;
	t->state = vhost->state;
	t->time = ktime_get_real_ns();
	t->serial = vhost->serial + 1;
	WRITE_ONCE(vhost->serial, t->serial);
}

/* A cause that is counted for all devices of the namespace. They are told at
 * once while it makes a difference: of thousands that fail at the same time
 * every one would have all others look. Those look when their timers fire.
 */
static void carp_enact_cause(struct carp_dev *carp, bool *cause,
			     atomic_t *count, int factor, bool on)
{
	int number, sum;

	if (*cause == on)
		return;

	*cause = on;
	number = atomic_add_return(on ? 1 : -1, count);
	sum = READ_ONCE(carp->cn->demotion) + number * factor;
	if (!number || (factor && sum <= CARP_CAUSE_MAX))
		carp->vhost.reweigh = true;
}

static void carp_enact_senderr(struct carp_dev *carp, bool on)
{
	carp_enact_cause(carp, &carp->vhost.senderr, &carp->cn->senderrs,
			 READ_ONCE(carp->cn->senderr_factor), on);
}

static void carp_enact_sends_again(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;

	vhost->send_errors = 0;
	vhost->send_oks = 0;
	vhost->probe_at = CARP_NO_DEADLINE;
	carp_enact_senderr(carp, false);
}

/**
 * carp_enact_schedule_announce - set when to announce again by time
 * @vhost: the virtual host
 * @now: ns
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_enact_schedule_announce(struct carp_vhost *vhost, u64 now)
{
	vhost->announce_at = CARP_NO_DEADLINE;
	if (vhost->announce && vhost->state == CARP_STATE_MASTER)
		vhost->announce_at = now + vhost->announce * CARP_NS_PER_SEC;
}

/**
 * carp_enact_sum_up - what the virtual host is, now that a node has changed
 * @carp: the device
 *
 * The highest state of its nodes is the device's.
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_enact_sum_up(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;
	enum carp_state state = CARP_STATE_INIT;
	const struct carp_node *node;
	struct carp_share *share;
	unsigned int i;
	u32 masters = 0;

	lockdep_assert_held(&vhost->lock);

	list_for_each_entry_rcu(node, &vhost->nodes, list,
				lockdep_is_held(&vhost->lock))
		state = max(state, node->fsm.state);
	share = rcu_dereference_protected(vhost->share,
					  lockdep_is_held(&vhost->lock));
	for (i = 0; share && i < share->n; i++)
		if (share->node[i]->fsm.state == CARP_STATE_MASTER)
			masters |= BIT(i);
	if (share)
		WRITE_ONCE(share->masters, masters);
	WRITE_ONCE(vhost->state, state);
}

/* Also where nothing has changed, but seldom: a net below the notifiers that
 * put back marks which the kernel has cleared, see route.c.
 */
static void carp_enact_mark(struct carp_dev *carp, u32 act)
{
	struct carp_vhost *vhost = &carp->vhost;

	if (!(act & CARP_ACT_STATE) &&
	    time_before(jiffies, vhost->marked_at + CARP_LOOK_AGAIN))
		return;
	vhost->marked_at = jiffies;
	carp_route_mark(carp);
}

/* Everything that follows from the state, and nothing that sends. */
static noinline void carp_enact_state(struct carp_node *node)
{
	struct carp_dev *carp = node->carp;
	struct carp_vhost *vhost = &carp->vhost;
	enum carp_state from = vhost->state;
	bool master;

	carp_enact_sum_up(carp);
	carp_enact_record(node);
	WRITE_ONCE(node->state, node->fsm.state);
	WRITE_ONCE(node->serial, vhost->serial);
	if (node->state == CARP_STATE_MASTER)
		carp_stats_inc(vhost->stats, CARP_STAT_PREEMPT);

	master = vhost->state == CARP_STATE_MASTER;
	carp_route_hide(carp, master ? 0 : carp->addrs.n4);
	if (master)
		netif_dormant_off(carp->dev);
	else
		netif_dormant_on(carp->dev);
	carp_enact_schedule_announce(vhost, ktime_get_ns());
	/* Who takes no part does not send, and proves nothing. */
	if (vhost->state == CARP_STATE_INIT) {
		carp_enact_sends_again(carp);
		vhost->send_doubled = 0;
	}
	if (READ_ONCE(carp->syncgroup) && from != vhost->state &&
	    (from == CARP_STATE_INIT || vhost->state == CARP_STATE_INIT))
		vhost->reweigh = true;
	carp_notify(carp);
}

/**
 * carp_enact_commit - make true what the fsm has said
 * @node: whose
 * @act: CARP_ACT_*
 *
 * Context: vhost.lock held, BH disabled. Return: what is left to be done after
 * unlocking.
 */
struct carp_todo carp_enact_commit(struct carp_node *node, u32 act)
{
	struct carp_dev *carp = node->carp;
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_todo todo;

	lockdep_assert_held(&vhost->lock);

	if (act & CARP_ACT_STATE)
		carp_enact_state(node);
	/* It may have been demoted and have heard of a better one at once. */
	if (node->fsm.state != CARP_STATE_MASTER)
		act &= ~(CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE);
	carp_enact_mark(carp, act);
	if (act & CARP_ACT_ADVERT)
		node->put_off = false;
	if (act & CARP_ACT_GRACE)
		carp_stats_inc(vhost->stats, CARP_STAT_GRACE);
	if (act & CARP_ACT_CONFLICT)
		carp_stats_inc(vhost->stats, CARP_STAT_CONFLICTS);
	carp_enact_arm(node);

	todo = (struct carp_todo) {
		.act = act,
		.serial = node->serial,
		.reweigh = vhost->reweigh,
		.family = {
			node->fsm.has_family[CARP_INET],
			node->fsm.has_family[CARP_INET6],
		},
	};
	vhost->reweigh = false;
	if (act & CARP_ACT_ADVERT)
		todo.prio = carp_fsm_prio(&node->fsm);
	return todo;
}

/* Linkwatch may be a second late: ask the parent itself. */
static bool carp_enact_lower_ok(const struct carp_dev *carp)
{
	const struct carp_port *port = READ_ONCE(carp->port);

	return port && !READ_ONCE(port->going_down) &&
	       netif_running(carp->lower) && netif_carrier_ok(carp->lower);
}

/* Is that still known? One is told of what changes, but of carriers, which may
 * mean tracked links and other devices of a syncgroup. Seldom all the same.
 */
static bool carp_enact_is_weighed(struct carp_node *node, u64 now)
{
	const struct carp_dev *carp = node->carp;
	s32 host = carp_demote_host(carp->cn);

	if (carp_known_is(&node->weighed, carp->cn, now) &&
	    node->weighed_host == host && list_empty(&carp->tracks) &&
	    !READ_ONCE(carp->syncgroup))
		return true;

	node->weighed.until = now + jiffies_to_nsecs(CARP_LOOK_AGAIN);
	node->weighed_host = host;
	return false;
}

static noinline u32 carp_enact_weigh_anew(struct carp_node *node, u64 now)
{
	struct carp_dev *carp = node->carp;
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_demotion demotion;
	s32 sum;

	rcu_read_lock();
	carp_demote_weigh(carp, &demotion);
	rcu_read_unlock();
	if (memcmp(&demotion, &vhost->demotion, sizeof(demotion))) {
		vhost->demotion = demotion;
		carp_notify(carp);
	}

	sum = carp_demote_sum(&demotion);
	if (sum == node->fsm.demotion)
		return 0;
	return carp_fsm_demote(&node->fsm, sum, now);
}

/**
 * carp_enact_weigh - look what demotes a node
 * @node: the node; all of a device are demoted alike
 * @now: ns
 *
 * Carriers are read here too: no notifier tells of them while somebody holds
 * RTNL.
 *
 * Context: vhost.lock held, BH disabled. Return: CARP_ACT_*
 */
u32 carp_enact_weigh(struct carp_node *node, u64 now)
{
	return carp_enact_is_weighed(node, now) ?
		0 : carp_enact_weigh_anew(node, now);
}

/**
 * carp_enact_put_off - if an advertisement is due: does it have to wait?
 * @node: whose timer has fired
 * @now: ns
 *
 * Thousands of groups are not to advertise at the same time, see pace.c. One
 * that has waited is sent.
 *
 * Context: vhost.lock held, BH disabled. Return: whether it waits
 */
bool carp_enact_put_off(struct carp_node *node, u64 now)
{
	atomic64_t *busy_until = &node->carp->cn->busy_until;
	struct carp_prio prio;
	u64 until, wait;
	s64 was;

	if (node->fsm.state != CARP_STATE_MASTER || now < node->fsm.deadline ||
	    node->put_off)
		return false;

	prio = carp_fsm_prio(&node->fsm);
	was = atomic64_read(busy_until);
	do {
		until = was;
		wait = carp_pace(&until, carp_prio_interval(&prio),
				 node->fsm.deadline, now);
	} while (!atomic64_try_cmpxchg(busy_until, &was, until));

	if (wait) {
		carp_fsm_put_off(&node->fsm, now + wait);
		node->put_off = true;
	}
	return wait;
}

/* Failures of one moment count once: a queue that was full for it says nothing
 * about the interface, and what follows from being demoted fills queues.
 */
static bool carp_enact_fails(struct carp_node *node, u64 now)
{
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_prio prio;

	if (vhost->state == CARP_STATE_INIT || vhost->senderr)
		return false;
	prio = carp_fsm_prio(&node->fsm);
	if (vhost->send_errors &&
	    now - vhost->send_failed_at < carp_prio_interval(&prio) / 2)
		return false;

	vhost->send_failed_at = now;
	return ++vhost->send_errors == CARP_SENDERR_MAX;
}

/**
 * carp_enact_sent - an advertisement has left, or could have, or has not
 * @node: whose
 * @ok: it has
 *
 * Three failures in a row, half an interval apart, demote all devices of the
 * namespace, and as many successes undo it. A BACKUP does not advertise, so it
 * proves otherwise that it could, or it would stay demoted for ever:
 * carp_tx_probe(). What stops advertisements alone lets that pass, and would
 * make it a second MASTER again and again: twice as many successes are asked
 * for each time, until three advertisements have left.
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_enact_sent(struct carp_node *node, bool ok)
{
	struct carp_dev *carp = node->carp;
	struct carp_vhost *vhost = &carp->vhost;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&vhost->lock);

	if (!ok) {
		vhost->send_oks = 0;
		if (carp_enact_fails(node, now)) {
			carp_enact_senderr(carp, true);
			vhost->probe_at = now;
		}
	} else if (vhost->senderr) {
		if (++vhost->send_oks ==
		    CARP_SENDERR_MAX << vhost->send_doubled) {
			carp_enact_sends_again(carp);
			vhost->send_doubled = min(vhost->send_doubled + 1,
						  CARP_SENDERR_DOUBLED);
		}
	} else {
		vhost->send_errors = 0;
		if (++vhost->send_oks >= CARP_SENDERR_MAX)
			vhost->send_doubled = 0;
	}
	carp_enact_arm(carp_leader(carp));
}

/* Why a node cannot take part, or CARP_REASON_NONE if it can. */
static enum carp_reason carp_enact_obstacle(const struct carp_node *node)
{
	const struct carp_dev *carp = node->carp;
	const struct carp_fsm *fsm = &node->fsm;

	if (READ_ONCE(carp_shutting_down))
		return CARP_REASON_SHUTDOWN;
	if (node->gone)
		return CARP_REASON_VHID;
	if (!carp->vhost.up || !node->vhid)
		return CARP_REASON_DOWN;
	if (!READ_ONCE(carp->cn->allow))
		return CARP_REASON_NOT_ALLOWED;
	if (!carp_enact_lower_ok(carp))
		return CARP_REASON_PARENT_DOWN;
	if (!fsm->has_family[CARP_INET] && !fsm->has_family[CARP_INET6])
		return CARP_REASON_NO_ADDRESS;
	return CARP_REASON_NONE;
}

/* With all its devices: nothing is left that the others should make up for. */
static bool carp_enact_lower_goes(const struct carp_dev *carp)
{
	const struct carp_port *port = READ_ONCE(carp->port);

	return port && port->dev->dismantle;
}

/* The same, and what it means to the other devices. */
static enum carp_reason carp_enact_look(const struct carp_node *node)
{
	enum carp_reason obstacle = carp_enact_obstacle(node);
	struct carp_dev *carp = node->carp;

	if (!node->gone)
		carp_enact_cause(carp, &carp->vhost.ifdown,
				 &carp->cn->ifdowns,
				 READ_ONCE(carp->cn->ifdown_factor),
				 obstacle == CARP_REASON_PARENT_DOWN &&
				 !carp_enact_lower_goes(carp));
	return obstacle;
}

/**
 * carp_enact_stop - leave the election, whatever the conditions
 * @node: the node
 * @reason: why
 *
 * Context: vhost.lock held, BH disabled. Return: CARP_ACT_*
 */
u32 carp_enact_stop(struct carp_node *node, enum carp_reason reason)
{
	carp_enact_look(node);
	return carp_fsm_stop(&node->fsm, reason);
}

/**
 * carp_enact_check - look at the conditions for taking part
 * @node: the node
 * @now: ns
 *
 * Context: vhost.lock held, BH disabled. Return: CARP_ACT_*
 */
u32 carp_enact_check(struct carp_node *node, u64 now)
{
	enum carp_reason obstacle = carp_enact_look(node);
	struct carp_fsm *fsm = &node->fsm;

	if (obstacle != CARP_REASON_NONE)
		return carp_fsm_stop(fsm, obstacle);
	if (fsm->state == CARP_STATE_INIT)
		return carp_fsm_start(fsm, now);
	return 0;
}

/**
 * carp_enact_due - do what is due beside the election
 * @node: whose timer has fired
 * @now: ns
 *
 * Context: vhost.lock held, BH disabled. Return: CARP_ACT_*
 */
u32 carp_enact_due(struct carp_node *node, u64 now)
{
	struct carp_vhost *vhost = &node->carp->vhost;
	struct carp_prio prio;
	u32 act = 0;

	if (now >= vhost->probe_at) {
		prio = carp_fsm_prio(&node->fsm);
		vhost->probe_at = now + carp_prio_interval(&prio);
		/* A MASTER's advertisements are proof enough. */
		if (vhost->state == CARP_STATE_BACKUP)
			act |= CARP_ACT_PROBE;
	}
	if (now >= vhost->announce_at) {
		act |= carp_fsm_announce(&node->fsm);
		carp_enact_schedule_announce(vhost, now);
	}
	return act;
}

/**
 * carp_enact_shutdown - the host goes down: no election from now on
 *
 * The caller then updates every device, which bows out.
 */
void carp_enact_shutdown(void)
{
	WRITE_ONCE(carp_shutting_down, true);
}
