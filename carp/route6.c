// SPDX-License-Identifier: GPL-2.0-only
/* CARP: route.c for IPv6
 *
 * What differs: the kernel tells of routes with tb6_lock held, and invalidating
 * cached destinations takes that lock, so it is put off until no lock is held.
 * Source selection reads the list of addresses and not the routes; it passes
 * over tentative addresses, so that is what hidden ones are.
 */
#include <linux/hrtimer.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/nexthop.h>

#include "mark.h"
#include "route6.h"

/**
 * struct carp_route6 - an IPv6 route that leads out of a carp device
 * @list: in carp_dev.routes6
 * @rt: the route, held
 */
struct carp_route6 {
	struct list_head list;
	struct fib6_info *rt;
};

/* A next hop that is an object of its own is replaced, by one without a device
 * or by IPv4's even, while routes keep it. NULL then. Context: RCU.
 */
static struct fib_nh_common *carp_route6_nhc(struct fib6_info *rt)
{
	struct fib6_nh *nh = rt->nh ? nexthop_fib6_nh(rt->nh) : rt->fib6_nh;

	return nh ? &nh->nh_common : NULL;
}

/* Where the kernel learns that the link is ready it begins to ask for what is
 * tentative, whether it may or not, unless that has been decided. It learns
 * that late: this may be a backup again.
 */
static void carp_route6_hide(struct inet6_ifaddr *ifp)
{
	ifp->flags |= IFA_F_TENTATIVE;
	if (ifp->state == INET6_IFADDR_STATE_DAD)
		ifp->state = INET6_IFADDR_STATE_POSTDAD;
}

/* idev->lock is held by the kernel where it makes routes and comes to us with
 * them, so it must not be taken with vhost.lock held.
 */
static void carp_route6_mark_addresses(struct inet6_dev *idev, bool hidden)
{
	struct inet6_ifaddr *ifp;

	read_lock_bh(&idev->lock);
	list_for_each_entry(ifp, &idev->addr_list, if_list) {
		spin_lock(&ifp->lock);
		if (hidden)
			carp_route6_hide(ifp);
		else
			ifp->flags &= ~IFA_F_TENTATIVE;
		spin_unlock(&ifp->lock);
	}
	read_unlock_bh(&idev->lock);
}

/**
 * carp_route6_addresses - make the addresses follow the state
 * @carp: the device
 *
 * The state may change meanwhile on another CPU, which then comes here too;
 * whoever is last has seen the last state.
 *
 * Context: any but hard irq, no lock of ours held.
 */
void carp_route6_addresses(struct carp_dev *carp)
{
	struct inet6_dev *idev;
	bool hidden;

	rcu_read_lock();
	idev = __in6_dev_get(carp->dev);
	if (idev) {
		do {
			hidden = !carp_is_master(carp);
			carp_route6_mark_addresses(idev, hidden);
		} while (hidden == carp_is_master(carp));
	}
	rcu_read_unlock();
}

/* Cleared behind our back by whoever writes conf.all; and a secret for all
 * devices means an address for each when its link is ready.
 */
static void carp_route6_heed_marks(const struct carp_dev *carp)
{
	struct inet6_dev *idev;

	rcu_read_lock();
	idev = __in6_dev_get(carp->dev);
	if (idev) {
		WRITE_ONCE(idev->cnf.ignore_routes_with_linkdown, 1);
		WRITE_ONCE(idev->cnf.addr_gen_mode, IN6_ADDR_GEN_MODE_NONE);
	}
	rcu_read_unlock();
}

/**
 * carp_route6_mark - make the IPv6 routes follow the state
 * @carp: the device
 *
 * Context: vhost.lock held, BH disabled.
 */
void carp_route6_mark(struct carp_dev *carp)
{
	bool down = carp->vhost.state != CARP_STATE_MASTER;
	struct fib_nh_common *nhc;
	struct carp_route6 *route;
	bool changed = false;

	lockdep_assert_held(&carp->vhost.lock);

	carp_route6_heed_marks(carp);
	rcu_read_lock();
	list_for_each_entry(route, &carp->routes6, list) {
		nhc = carp_route6_nhc(route->rt);
		if (carp_mark_owner(nhc) == carp)
			changed |= carp_mark(nhc, down);
	}
	rcu_read_unlock();
	if (changed)
		carp_route6_flush(carp->cn);
}

/**
 * carp_route6_flush - do what must wait until no lock is held
 * @cn: the namespace
 *
 * Addresses are marked, and cached IPv6 destinations dropped. The walk over all
 * routes is done once for all transitions that happen together.
 *
 * Context: any but hard irq.
 */
void carp_route6_flush(struct carp_net *cn)
{
	if (!hrtimer_is_queued(&cn->flush6))
		hrtimer_start(&cn->flush6, 0, HRTIMER_MODE_REL_SOFT);
}

static enum hrtimer_restart carp_route6_flush_now(struct hrtimer *timer)
{
	struct carp_net *cn = container_of(timer, struct carp_net, flush6);
	struct carp_dev *carp;

	rcu_read_lock();
	list_for_each_entry_rcu(carp, &cn->devs, node)
		carp_route6_addresses(carp);
	rcu_read_unlock();
	rt_genid_bump_ipv6(cn->net);
	return HRTIMER_NORESTART;
}

static void carp_route6_free(struct carp_route6 *route)
{
	list_del(&route->list);
	fib6_info_release(route->rt);
	kfree(route);
}

/* What has left its table, or will never be in one as nobody else has it. The
 * kernel tells of a route before it is in its table.
 */
static bool carp_route6_is_dead(const struct carp_route6 *route)
{
	const struct fib6_info *rt = route->rt;

	return !rcu_access_pointer(rt->fib6_node) &&
	       (rt->fib6_destroying || refcount_read(&rt->fib6_ref) == 1);
}

static bool carp_route6_known(struct carp_dev *carp, const struct fib6_info *rt)
{
	struct carp_route6 *route, *next;
	bool known = false;

	list_for_each_entry_safe(route, next, &carp->routes6, list) {
		if (route->rt == rt)
			known = true;
		else if (carp_route6_is_dead(route))
			carp_route6_free(route);
	}
	return known;
}

/* If the route leads out of a carp device. BH disabled, RCU; tb6_lock may be
 * held. 0 or -ENOMEM.
 */
static int carp_route6_follow(struct fib6_info *rt)
{
	struct carp_dev *carp = carp_mark_owner(carp_route6_nhc(rt));
	struct carp_route6 *route;
	int err = 0;

	if (!carp)
		return 0;

	spin_lock_bh(&carp->vhost.lock);
	if (carp->routes_closed || carp_route6_known(carp, rt))
		goto mark;

	route = kmalloc(sizeof(*route), GFP_ATOMIC);
	if (!route) {
		err = -ENOMEM;
		goto unlock;
	}
	fib6_info_hold(rt);
	route->rt = rt;
	list_add_tail(&route->list, &carp->routes6);
mark:
	carp_route6_mark(carp);
	/* Also where no mark has changed: a new local route comes with an
	 * address whose flags the kernel has just set.
	 */
	carp_route6_flush(carp->cn);
unlock:
	spin_unlock_bh(&carp->vhost.lock);
	return err;
}

/**
 * carp_route6_event - the kernel tells of an IPv6 route
 * @info: the route and its siblings
 *
 * Context: tb6_lock held, RCU. Return: a notifier's.
 */
int carp_route6_event(const struct fib6_entry_notifier_info *info)
{
	struct fib6_info *rt = info->rt;
	struct fib6_info *sibling;
	int err;

	err = carp_route6_follow(rt);
	if (err || !info->nsiblings)
		return notifier_from_errno(err);

	list_for_each_entry_rcu(sibling, &rt->fib6_siblings, fib6_siblings) {
		err = carp_route6_follow(sibling);
		if (err)
			break;
	}
	return notifier_from_errno(err);
}

/**
 * carp_route6_local - follow the local route of an address
 * @ifp: the address
 *
 * Context: RTNL, which holds the route still, and RCU. Return: 0 or -ENOMEM.
 */
int carp_route6_local(const struct inet6_ifaddr *ifp)
{
	int err;

	ASSERT_RTNL();

	if (!ifp->rt)
		return 0;
	local_bh_disable();
	err = carp_route6_follow(ifp->rt);
	local_bh_enable();
	return err;
}

/**
 * carp_route6_find - find a route that was not announced
 * @carp: the device
 * @addr: where it leads to
 *
 * Context: process. Return: the length of its prefix; 0 if there is none; or
 * -ENOMEM.
 */
int carp_route6_find(struct carp_dev *carp, const struct in6_addr *addr)
{
	struct fib6_info *from;
	struct rt6_info *rt;
	int plen = 0;

	local_bh_disable();
	rcu_read_lock();
	rt = rt6_lookup(carp->cn->net, addr, NULL, carp->dev->ifindex, NULL, 1);
	from = rt ? rcu_dereference(rt->from) : NULL;
	/* Of a cached exception it may be on its way out. */
	if (from && fib6_info_hold_safe(from)) {
		plen = carp_route6_follow(from) ?: from->fib6_dst.plen;
		fib6_info_release(from);
	}
	if (rt)
		ip6_rt_put(rt);
	rcu_read_unlock();
	local_bh_enable();
	return plen;
}

/**
 * carp_route6_sweep - let go of dead IPv6 routes
 * @carp: the device
 *
 * Context: vhost.lock held.
 */
void carp_route6_sweep(struct carp_dev *carp)
{
	carp_route6_known(carp, NULL);
}

/**
 * carp_route6_close - let go of all IPv6 routes
 * @carp: the device
 *
 * Context: vhost.lock held.
 */
void carp_route6_close(struct carp_dev *carp)
{
	struct carp_route6 *route, *next;

	list_for_each_entry_safe(route, next, &carp->routes6, list)
		carp_route6_free(route);
}

/**
 * carp_route6_net_init - prepare a namespace
 * @cn: the namespace
 */
void carp_route6_net_init(struct carp_net *cn)
{
	hrtimer_setup(&cn->flush6, carp_route6_flush_now, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);
}

/**
 * carp_route6_net_exit - nothing is flushed after this
 * @cn: the namespace, without devices by now
 */
void carp_route6_net_exit(struct carp_net *cn)
{
	hrtimer_cancel(&cn->flush6);
}
