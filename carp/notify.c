// SPDX-License-Identifier: GPL-2.0-only
/* CARP: tells userland of transitions, outside the takeover path
 *
 * A link message needs RTNL and a log line may wait for a serial console; a
 * takeover waits for neither. Transitions are put into the device's history
 * under its lock, and one worker per namespace logs and announces them in
 * order.
 */
#include <linux/delay.h>
#include <linux/ratelimit.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include "demote.h"
#include "notify.h"

/* Between two rounds of news. */
#define CARP_NOTIFY_PAUSE_MS	10
/* Lines in the log, of a device and of all in a namespace: so many in that
 * time, then none. A serial console takes 7 ms for each, with interrupts off.
 */
#define CARP_NOTIFY_BURST	100
#define CARP_NOTIFY_BURST_ALL	500
#define CARP_NOTIFY_INTERVAL	(10 * HZ)

static struct workqueue_struct *carp_notify_wq;

static const char * const carp_state_names[] = {
	[CARP_STATE_INIT] = "INIT",
	[CARP_STATE_BACKUP] = "BACKUP",
	[CARP_STATE_MASTER] = "MASTER",
};

/* FreeBSD's words where it has them. */
static const char * const carp_reason_texts[__CARP_REASON_COUNT] = {
	[CARP_REASON_NONE] = "none",
	[CARP_REASON_INIT_COMPLETE] = "initialization complete",
	[CARP_REASON_MASTER_TIMED_OUT] = "master timed out",
	[CARP_REASON_PREEMPT] = "preempting a slower master",
	[CARP_REASON_MASTER_WILL_TIME_OUT] = "master will time out",
	[CARP_REASON_MASTER_BOW_OUT] = "master bowed out",
	[CARP_REASON_MASTER_DEMOTED] = "master is demoted",
	[CARP_REASON_MORE_FREQUENT] = "more frequent advertisement received",
	[CARP_REASON_TIE] = "equal advertisement from a preferred source",
	[CARP_REASON_LESS_DEMOTED] = "less demoted peer advertised",
	[CARP_REASON_PARENT_DOWN] = "hardware interface down",
	[CARP_REASON_DOWN] = "interface set down",
	[CARP_REASON_NO_ADDRESS] = "no virtual address",
	[CARP_REASON_NOT_ALLOWED] = "net.carp.allow is 0",
	[CARP_REASON_USER] = "user requested",
	[CARP_REASON_VHID] = "vhid changed",
	[CARP_REASON_SHUTDOWN] = "host shuts down",
};

/**
 * carp_state_name - a state as the BSDs print it
 * @state: the state
 *
 * Return: a constant string.
 */
const char *carp_state_name(enum carp_state state)
{
	return carp_state_names[state];
}

/**
 * carp_reason_text - why a transition happened, for people
 * @reason: the reason
 *
 * Return: a constant string.
 */
const char *carp_reason_text(enum carp_reason reason)
{
	return carp_reason_texts[reason];
}

/* For udev, and what follows from its rules. */
static void carp_notify_uevent(const struct carp_dev *carp,
			       const struct carp_transition *t)
{
	char state[32], node[32], from[32], reason[64], vhid[32], serial[32];
	char *env[] = { state, from, reason, vhid, serial, NULL, NULL };

	/* Services follow the device, which may be MASTER by another node. */
	snprintf(state, sizeof(state), "CARP_STATE=%s",
		 carp_state_name(t->state));
	snprintf(node, sizeof(node), "CARP_NODE_STATE=%s",
		 carp_state_name(t->to));
	if (carp_is_balancing(carp))
		env[5] = node;
	snprintf(from, sizeof(from), "CARP_FROM=%s", carp_state_name(t->from));
	snprintf(reason, sizeof(reason), "CARP_REASON=%s",
		 carp_reason_text(t->reason));
	snprintf(vhid, sizeof(vhid), "CARP_VHID=%u", t->vhid);
	snprintf(serial, sizeof(serial), "CARP_SERIAL=%u", t->serial);
	kobject_uevent_env(&carp->dev->dev.kobj, KOBJ_CHANGE, env);
}

/* Whoever may change something again and again must not fill the log. */
static bool carp_notify_may_log(struct carp_dev *carp)
{
	return READ_ONCE(carp->cn->log) >= 1 &&
	       __ratelimit(&carp->notify_limit) &&
	       __ratelimit(&carp->cn->notify_limit);
}

static void carp_notify_log(struct carp_dev *carp,
			    const struct carp_transition *t)
{
	if (!carp_notify_may_log(carp))
		return;

	if (carp_is_balancing(carp))
		netdev_info(carp->dev, "vhid %u: state transition: %s -> %s (%s)\n",
			    t->vhid, carp_state_name(t->from),
			    carp_state_name(t->to),
			    carp_reason_text(t->reason));
	else
		netdev_info(carp->dev, "state transition: %s -> %s (%s)\n",
			    carp_state_name(t->from), carp_state_name(t->to),
			    carp_reason_text(t->reason));
}

/* Of changes that followed each other fast, the last. True if there was any. */
static bool carp_notify_demotion(struct carp_dev *carp)
{
	struct carp_vhost *vhost = &carp->vhost;
	struct carp_demotion now;
	s32 before, after;

	spin_lock_bh(&vhost->lock);
	now = vhost->demotion;
	spin_unlock_bh(&vhost->lock);
	if (!memcmp(&now, &vhost->told_demotion, sizeof(now)))
		return false;

	before = carp_demote_sum(&vhost->told_demotion);
	after = carp_demote_sum(&now);
	if (before != after && carp_notify_may_log(carp))
		netdev_info(carp->dev, "demoted by %d to %d (%s)\n",
			    after - before, after,
			    carp_demote_reason(&vhost->told_demotion, &now));
	vhost->told_demotion = now;
	return before != after;
}

/* Log what has happened since the last time; true if anything has. */
static bool carp_notify_transitions(struct carp_dev *carp)
{
	struct carp_transition history[CARP_HISTORY_MAX];
	struct carp_vhost *vhost = &carp->vhost;
	const struct carp_transition *t;
	u32 serial;

	/* At one time: what comes next takes the place of the oldest. */
	spin_lock_bh(&vhost->lock);
	serial = vhost->serial;
	memcpy(history, vhost->history, sizeof(history));
	spin_unlock_bh(&vhost->lock);
	if (serial == vhost->told)
		return false;

	if (serial - vhost->told > CARP_HISTORY_MAX) {
		if (carp_notify_may_log(carp))
			netdev_info(carp->dev, "%u state transitions not logged\n",
				    serial - vhost->told - CARP_HISTORY_MAX);
		vhost->told = serial - CARP_HISTORY_MAX;
	}

	for (; vhost->told != serial; vhost->told++) {
		t = &history[vhost->told % CARP_HISTORY_MAX];
		carp_notify_log(carp, t);
		carp_notify_uevent(carp, t);
	}
	return true;
}

static bool carp_notify_device(struct carp_dev *carp)
{
	bool demoted = carp_notify_demotion(carp);

	return carp_notify_transitions(carp) || demoted;
}

static struct carp_dev *carp_notify_next(struct carp_net *cn,
					 struct list_head *pending)
{
	struct carp_dev *carp;

	spin_lock_bh(&cn->lock);
	carp = list_first_entry_or_null(pending, struct carp_dev, pending);
	if (carp)
		list_del_init(&carp->pending);
	spin_unlock_bh(&cn->lock);
	return carp;
}

/* A device leaves either list in ndo_uninit, under RTNL too. */
static bool carp_notify_first(struct carp_net *cn, struct list_head *pending)
{
	struct carp_dev *carp;

	rtnl_lock();
	carp = carp_notify_next(cn, pending);
	if (carp && carp_notify_device(carp))
		call_netdevice_notifiers(NETDEV_CHANGEINFODATA, carp->dev);
	rtnl_unlock();
	return carp;
}

/* What becomes of a device while it is looked at is for the next time: whoever
 * makes members change their states all the time must not keep RTNL taken, nor
 * a processor busy. With thousands a round takes long, and what waits for this
 * processor, such as softirqs, must not.
 */
static void carp_notify_work(struct work_struct *work)
{
	struct carp_net *cn = container_of(work, struct carp_net, notify);
	LIST_HEAD(pending);

	spin_lock_bh(&cn->lock);
	list_splice_init(&cn->pending, &pending);
	spin_unlock_bh(&cn->lock);
	while (carp_notify_first(cn, &pending))
		cond_resched();
	msleep(CARP_NOTIFY_PAUSE_MS);
}

/**
 * carp_notify - tell userland of a device's transitions, soon
 * @carp: the device
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_notify(struct carp_dev *carp)
{
	struct carp_net *cn = carp->cn;

	spin_lock(&cn->lock);
	if (list_empty(&carp->pending) && !carp->notify_closed)
		list_add_tail(&carp->pending, &cn->pending);
	spin_unlock(&cn->lock);

	queue_work(carp_notify_wq, &cn->notify);
}

/**
 * carp_notify_cancel - forget what was still to be told of a device
 * @carp: the device, which is going away
 *
 * Its last transitions are logged here; the link message of its deletion
 * follows. Whoever has found the device before, such as who changes a demotion
 * count, may still see it change.
 *
 * Context: RTNL.
 */
void carp_notify_cancel(struct carp_dev *carp)
{
	ASSERT_RTNL();

	carp_notify_device(carp);
	spin_lock_bh(&carp->cn->lock);
	carp->notify_closed = true;
	list_del_init(&carp->pending);
	spin_unlock_bh(&carp->cn->lock);
}

/**
 * carp_notify_prepare - before anything can be told of a device
 * @carp: the device
 */
void carp_notify_prepare(struct carp_dev *carp)
{
	INIT_LIST_HEAD(&carp->pending);
	ratelimit_state_init(&carp->notify_limit, CARP_NOTIFY_INTERVAL,
			     CARP_NOTIFY_BURST);
}

/**
 * carp_notify_net_init - prepare a namespace
 * @cn: the namespace
 */
void carp_notify_net_init(struct carp_net *cn)
{
	INIT_LIST_HEAD(&cn->pending);
	INIT_WORK(&cn->notify, carp_notify_work);
	ratelimit_state_init(&cn->notify_limit, CARP_NOTIFY_INTERVAL,
			     CARP_NOTIFY_BURST_ALL);
}

/**
 * carp_notify_net_exit - wait for the worker of a namespace
 * @cn: the namespace, without devices by now
 *
 * Context: process, without RTNL.
 */
void carp_notify_net_exit(struct carp_net *cn)
{
	cancel_work_sync(&cn->notify);
}

/**
 * carp_notify_init - make the workqueue
 *
 * One of our own: a takeover does not wait for it, but a flood of other work
 * should not delay the news either.
 *
 * Return: 0 or -ENOMEM.
 */
int carp_notify_init(void)
{
	carp_notify_wq = alloc_workqueue("carp", WQ_UNBOUND | WQ_MEM_RECLAIM,
					 0);
	return carp_notify_wq ? 0 : -ENOMEM;
}

/**
 * carp_notify_exit - remove the workqueue
 */
void carp_notify_exit(void)
{
	destroy_workqueue(carp_notify_wq);
}
