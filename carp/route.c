// SPDX-License-Identifier: GPL-2.0-only
/* CARP: keeps the routes of a device that is not master out of use
 *
 * An address on an interface is local, whatever the state of the interface,
 * because of a route in the local table. A virtual address must be local on the
 * master only, must stay visible everywhere, and must become local without
 * waiting for RTNL. So the routes stay, and their next hops carry
 * RTNH_F_LINKDOWN while the device is not master; the device ignores routes
 * with that flag, see device.c. The flag is set and cleared here, in softirq.
 *
 * The kernel tells of an entry only when it becomes the first one of its
 * prefix, and tells of the successor but not of the loser, so nothing is ever
 * dropped because of a DEL: a struct carp_route lives until its fib_info is
 * dead or the device unregisters. The kernel itself clears the flag whenever it
 * thinks that the link came up; carp_route_sync() undoes that from notifiers
 * that run after the kernel's, and the election does again, twice a second, as
 * a net below them.
 *
 * A connected route names the virtual address as its source, and the kernel
 * makes no route with a source that is not local. So while it makes the routes
 * of a device, between two notifiers under RTNL, none are hidden; what this
 * host would send from the address then is still dropped, see nf.c.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <net/fib_notifier.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>
#include <net/nexthop.h>

#include "mark.h"
#include "route.h"
#include "route6.h"

/* Of five walks through all routes each. */
#define CARP_ROUTE_TRIES	20
/* How long source validation expects more after a hidden address spoke */
#define CARP_ROUTE_ANSWERED	(10 * HZ)
/* How soon the hook that looks for them is set, or removed */
#define CARP_ROUTE_WATCH	HZ

/**
 * struct carp_route - a route that leads out of a carp device
 * @list: in carp_dev.routes
 * @fi: the route's next hops, held
 */
struct carp_route {
	struct list_head list;
	struct fib_info *fi;
};

static bool carp_route_mark_fi(const struct carp_dev *carp,
			       struct fib_info *fi, bool down)
{
	bool changed = false;
	int i;

	for (i = 0; i < fib_info_num_path(fi); i++) {
		struct fib_nh_common *nhc = fib_info_nhc(fi, i);

		if (carp_mark_owner(nhc) == carp)
			changed |= carp_mark(nhc, down);
	}
	return changed;
}

static void carp_route_free(struct carp_route *route)
{
	list_del(&route->list);
	fib_info_put(route->fi);
	kfree(route);
}

/* Dead ones are let go whenever a new one comes, so the list cannot grow. */
static bool carp_route_known(struct carp_dev *carp, const struct fib_info *fi)
{
	struct carp_route *route, *next;
	bool known = false;

	list_for_each_entry_safe(route, next, &carp->routes, list) {
		if (route->fi == fi)
			known = true;
		else if (READ_ONCE(route->fi->fib_dead))
			carp_route_free(route);
	}
	return known;
}

/**
 * carp_route_mark - make the routes follow the state
 * @carp: the device
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_route_mark(struct carp_dev *carp)
{
	bool down = carp->vhost.state != CARP_STATE_MASTER;
	struct carp_route *route;
	bool changed = false;

	lockdep_assert_held(&carp->vhost.lock);

	if (down && carp->routes_open)
		return;

	rcu_read_lock();
	list_for_each_entry(route, &carp->routes, list)
		changed |= carp_route_mark_fi(carp, route->fi, down);
	rcu_read_unlock();

	/* Cached destinations were looked up with the other marks. */
	if (changed)
		rt_genid_bump_ipv4(carp->cn->net);

	carp_route6_mark(carp);
}

/**
 * carp_route_open - the kernel is about to make routes of a device
 * @carp: the device
 * @existing: also stop hiding those that are there
 *
 * Ends with carp_route_sync().
 *
 * Context: RTNL.
 */
void carp_route_open(struct carp_dev *carp, bool existing)
{
	struct carp_route *route;

	spin_lock_bh(&carp->vhost.lock);
	carp->routes_open = true;
	if (existing) {
		list_for_each_entry(route, &carp->routes, list)
			carp_route_mark_fi(carp, route->fi, false);
	}
	spin_unlock_bh(&carp->vhost.lock);
}

/**
 * carp_route_sweep - let go of all dead routes of a namespace
 * @cn: the namespace
 *
 * A route over several devices holds all of them, and a cached destination of
 * it yet another one.
 *
 * Context: RTNL.
 */
void carp_route_sweep(struct carp_net *cn)
{
	struct carp_dev *carp;

	ASSERT_RTNL();

	list_for_each_entry(carp, &cn->devs, node) {
		spin_lock_bh(&carp->vhost.lock);
		carp_route_known(carp, NULL);
		carp_route6_sweep(carp);
		spin_unlock_bh(&carp->vhost.lock);
	}
}

/**
 * carp_route_sync - mark again after the kernel has, perhaps, cleared marks
 * @carp: the device
 *
 * Context: any.
 */
void carp_route_sync(struct carp_dev *carp)
{
	spin_lock_bh(&carp->vhost.lock);
	carp->routes_open = false;
	carp_route_mark(carp);
	spin_unlock_bh(&carp->vhost.lock);
}

/* A packet from a hidden virtual address, the master's answer to this host,
 * must get past source validation: its fast path takes any address in the list
 * for local, a full lookup honours the marks. The kernel does full lookups
 * where an administrator has added local routes. All packets pay for that, so
 * where a hook looks for such packets, say it from the first one on until none
 * has come for a while.
 */
static void carp_route_validation(struct carp_net *cn)
{
	lockdep_assert_held(&cn->lock);

	WRITE_ONCE(cn->net->ipv4.fib_has_custom_local_routes,
		   cn->custom_local || (cn->hidden_vips &&
					(cn->answered || !cn->watching)));
}

/* Not at once: one takeover follows another. */
static void carp_route_watch(struct carp_net *cn)
{
	lockdep_assert_held(&cn->lock);

	if (cn->watching != !!cn->hidden_vips)
		schedule_delayed_work(&cn->watch, CARP_ROUTE_WATCH);
}

static void carp_route_expect(struct carp_net *cn)
{
	lockdep_assert_held(&cn->lock);

	WRITE_ONCE(cn->answered_at, jiffies);
	WRITE_ONCE(cn->answered, true);
	schedule_delayed_work(&cn->forget, CARP_ROUTE_ANSWERED);
}

/**
 * carp_route_watched - the hook that looks for such packets is there, or goes
 * @cn: the namespace
 * @watching: it is there; it goes after this
 *
 * Packets that passed before it came may not be routed yet.
 *
 * Context: process.
 */
void carp_route_watched(struct carp_net *cn, bool watching)
{
	spin_lock_bh(&cn->lock);
	cn->watching = watching;
	carp_route_expect(cn);
	carp_route_validation(cn);
	carp_route_watch(cn);
	spin_unlock_bh(&cn->lock);
}

/**
 * carp_route_answered - a packet from a hidden virtual address has come
 * @cn: the namespace
 *
 * Context: BH disabled, RCU, in the section in which the packet is then routed.
 */
void carp_route_answered(struct carp_net *cn)
{
	if (READ_ONCE(cn->answered) &&
	    time_before(jiffies, READ_ONCE(cn->answered_at) + HZ))
		return;

	spin_lock_bh(&cn->lock);
	carp_route_expect(cn);
	carp_route_validation(cn);
	spin_unlock_bh(&cn->lock);
}

static void carp_route_forget(struct work_struct *work)
{
	struct carp_net *cn = container_of(to_delayed_work(work),
					   struct carp_net, forget);
	unsigned long end;

	spin_lock_bh(&cn->lock);
	end = cn->answered_at + CARP_ROUTE_ANSWERED;
	WRITE_ONCE(cn->answered, time_before(jiffies, end));
	if (cn->answered)
		schedule_delayed_work(&cn->forget, end - jiffies);
	spin_unlock_bh(&cn->lock);

	/* Packets that came before are routed by then, and the next one says
	 * again that it is there.
	 */
	synchronize_rcu();
	spin_lock_bh(&cn->lock);
	carp_route_validation(cn);
	spin_unlock_bh(&cn->lock);
}

/**
 * carp_route_hide - say how many addresses of a device are not local
 * @carp: the device
 * @vips: how many there are now; 0 while it is master
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_route_hide(struct carp_dev *carp, unsigned int vips)
{
	struct carp_net *cn = carp->cn;

	lockdep_assert_held(&carp->vhost.lock);

	if (carp->hidden == vips)
		return;

	spin_lock(&cn->lock);
	WRITE_ONCE(cn->hidden_vips, cn->hidden_vips + vips - carp->hidden);
	carp->hidden = vips;
	carp_route_validation(cn);
	carp_route_watch(cn);
	spin_unlock(&cn->lock);
}

static int carp_route_add(struct carp_dev *carp, struct fib_info *fi)
{
	struct carp_route *route = NULL;
	int err = 0;

	spin_lock_bh(&carp->vhost.lock);
	if (carp->routes_closed || carp_route_known(carp, fi))
		goto mark;

	route = kmalloc(sizeof(*route), GFP_ATOMIC);
	if (!route) {
		err = -ENOMEM;
		goto unlock;
	}
	fib_info_hold(fi);
	route->fi = fi;
	list_add_tail(&route->list, &carp->routes);
mark:
	carp_route_mark(carp);
unlock:
	spin_unlock_bh(&carp->vhost.lock);
	return err;
}

/**
 * carp_route_find4 - find the routes of an address that were not announced
 * @carp: the device
 * @addr: an address, or broadcast address, that was just added to it
 *
 * With the same address on two devices the second one's routes are not the
 * first of their prefix and no notifier tells of them, yet they are used as
 * soon as the first is marked.
 *
 * Context: RTNL.
 */
void carp_route_find4(struct carp_dev *carp, __be32 addr)
{
	u32 tables[] = { RT_TABLE_LOCAL, RT_TABLE_MAIN };
	struct flowi4 fl4 = {
		.flowi4_oif = carp->dev->ifindex,
		.daddr = addr,
	};
	struct fib_table *table;
	struct fib_result res;
	int i, err;

	ASSERT_RTNL();

	/* In a VRF both kinds stand in the VRF's table. */
	if (netif_is_l3_slave(carp->dev)) {
		tables[0] = l3mdev_fib_table(carp->dev);
		tables[1] = tables[0];
	}

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		table = fib_new_table(carp->cn->net, tables[i]);
		if (!table)
			continue;

		rcu_read_lock();
		err = fib_table_lookup(table, &fl4, &res, FIB_LOOKUP_NOREF |
				       FIB_LOOKUP_IGNORE_LINKSTATE);
		if (!err)
			err = carp_route_add(carp, res.fi);
		rcu_read_unlock();
		if (err == -ENOMEM)
			netdev_warn(carp->dev, "no memory to follow a route\n");
	}
}

/**
 * carp_route_close - let go of all routes, for good
 * @carp: the device
 *
 * A fib_info holds its device: unregistering waits for ever for one that is
 * kept.
 *
 * Context: process.
 */
void carp_route_close(struct carp_dev *carp)
{
	struct carp_route *route, *next;

	spin_lock_bh(&carp->vhost.lock);
	carp->routes_closed = true;
	list_for_each_entry_safe(route, next, &carp->routes, list)
		carp_route_free(route);
	carp_route6_close(carp);
	carp_route_hide(carp, 0);
	spin_unlock_bh(&carp->vhost.lock);
}

static int carp_route_entry_event(struct carp_net *cn,
				  const struct fib_entry_notifier_info *info)
{
	struct fib_info *fi = info->fi;
	int i, err;

	if (info->type == RTN_LOCAL && fi->fib_protocol != RTPROT_KERNEL) {
		spin_lock_bh(&cn->lock);
		cn->custom_local = true;
		spin_unlock_bh(&cn->lock);
	}

	for (i = 0; i < fib_info_num_path(fi); i++) {
		struct carp_dev *carp = carp_mark_owner(fib_info_nhc(fi, i));

		err = carp ? carp_route_add(carp, fi) : 0;
		if (err)
			return notifier_from_errno(err);
	}
	return NOTIFY_DONE;
}

static int carp_route_nh_event(const struct fib_nh_notifier_info *info)
{
	struct carp_dev *carp = carp_mark_owner(&info->fib_nh->nh_common);

	if (!carp)
		return NOTIFY_DONE;

	spin_lock_bh(&carp->vhost.lock);
	carp_route_mark(carp);
	spin_unlock_bh(&carp->vhost.lock);
	return NOTIFY_DONE;
}

static int carp_route_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct carp_net *cn = container_of(nb, struct carp_net, fib_nb);
	const struct fib_notifier_info *info = ptr;

	if (info->family != AF_INET && info->family != AF_INET6)
		return NOTIFY_DONE;

	switch (event) {
	case FIB_EVENT_ENTRY_REPLACE:
	case FIB_EVENT_ENTRY_APPEND:
	case FIB_EVENT_ENTRY_ADD:
		if (info->family == AF_INET6)
			return carp_route6_event(ptr);
		return carp_route_entry_event(cn, ptr);
	case FIB_EVENT_NH_ADD:
		return carp_route_nh_event(ptr);
	default:
		return NOTIFY_DONE;
	}
}

/**
 * carp_route_net_init - listen to the routes of a namespace
 * @cn: the namespace
 *
 * First the kernel tells of all that there are, as often as some of them change
 * meanwhile, and soon gives up: a router that learns many routes is to get its
 * module all the same. There are no devices yet that one could lead out of.
 *
 * Context: process, without RTNL: registering may take it.
 * Return: 0 or a negative errno.
 */
int carp_route_net_init(struct carp_net *cn)
{
	int tries = CARP_ROUTE_TRIES;
	int err;

	INIT_DELAYED_WORK(&cn->forget, carp_route_forget);
	carp_route6_net_init(cn);
	cn->fib_nb.notifier_call = carp_route_event;
	do {
		err = register_fib_notifier(cn->net, &cn->fib_nb, NULL, NULL);
	} while (err == -EBUSY && --tries && !fatal_signal_pending(current));
	return err;
}

/**
 * carp_route_net_exit - stop listening
 * @cn: the namespace
 *
 * Context: process.
 */
void carp_route_net_exit(struct carp_net *cn)
{
	unregister_fib_notifier(cn->net, &cn->fib_nb);
	cancel_delayed_work_sync(&cn->forget);
	carp_route6_net_exit(cn);
}
