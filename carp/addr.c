// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the virtual addresses, as the administrator adds and removes them
 *
 * Plain addresses on the interface are the virtual addresses. They are copied
 * from the kernel's notifiers into a hash for those who meet an address in a
 * packet, a list for announcing, and a sorted array for the digest.
 *
 * An address may be refused, or run out of memory, only before the kernel has
 * added it: the validator does both and leaves behind what the notifier needs,
 * so that the notifier cannot fail. IPv6 is in addr6.c.
 */
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/route.h>

#include "addr.h"
#include "addr6.h"
#include "key.h"
#include "route.h"
#include "vhost.h"
#include "vip.h"

/* An address of a VRF that only looks like a virtual one. */
static bool carp_addr_foreign4(const struct carp_dev *carp, __be32 addr,
			       const struct net_device *dev)
{
	return carp_other_vrf(carp, dev) &&
	       inet_addr_type_dev_table(dev_net(dev), dev, addr) == RTN_LOCAL;
}

static noinline struct carp_dev *
carp_addr_best4(const struct carp_net *cn, __be32 addr,
		const struct net_device *dev)
{
	struct carp_dev *owner = NULL;
	struct carp_vip *vip;

	hash_for_each_possible_rcu(cn->vips, vip, hash, (__force u32)addr) {
		if (vip->family != CARP_INET || vip->v4 != addr ||
		    carp_addr_foreign4(vip->carp, addr, dev))
			continue;
		if (!owner || carp_rank(vip->carp, dev) > carp_rank(owner, dev))
			owner = vip->carp;
	}
	return owner;
}

/* All that the host sends and forwards comes here. */
static const struct carp_vip *carp_addr_first4(const struct carp_net *cn,
					       __be32 addr)
{
	const struct carp_vip *vip;

	hash_for_each_possible_rcu(cn->vips, vip, hash, (__force u32)addr) {
		if (vip->family == CARP_INET && vip->v4 == addr)
			return vip;
	}
	return NULL;
}

/**
 * carp_addr_is_vip4 - is this a virtual address of any device
 * @cn: the namespace
 * @addr: the address
 *
 * Context: RCU. Return: yes or no.
 */
bool carp_addr_is_vip4(const struct carp_net *cn, __be32 addr)
{
	return carp_addr_first4(cn, addr);
}

/**
 * carp_addr_owner4 - whose virtual address is this
 * @cn: the namespace
 * @addr: the address
 * @dev: where it was seen
 *
 * Context: RCU. Return: the device, of several with the address one on that
 * link and of those the master; or NULL.
 */
struct carp_dev *carp_addr_owner4(const struct carp_net *cn, __be32 addr,
				  const struct net_device *dev)
{
	const struct carp_vip *vip = carp_addr_first4(cn, addr);

	if (likely(!vip))
		return NULL;
	if (likely(carp_rank(vip->carp, dev) == CARP_RANK_BEST))
		return vip->carp;
	return carp_addr_best4(cn, addr, dev);
}

static struct carp_vip *carp_addr_find4(const struct carp_dev *carp,
					__be32 addr)
{
	struct carp_vip *vip, *found = NULL;

	ASSERT_RTNL();

	rcu_read_lock();
	hash_for_each_possible_rcu(carp->cn->vips, vip, hash,
				   (__force u32)addr) {
		if (vip->carp == carp && vip->family == CARP_INET &&
		    vip->v4 == addr) {
			found = vip;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/* See to it that adding one address cannot fail. */
static int carp_addr_reserve4(struct carp_dev *carp)
{
	unsigned int room = carp->addrs_room;
	void *v4;

	if (!carp->spare_vip)
		carp->spare_vip = kzalloc(sizeof(*carp->spare_vip),
					  GFP_KERNEL_ACCOUNT);
	if (!carp->spare_key)
		carp->spare_key = carp_key_alloc(&carp->nodes,
						 GFP_KERNEL_ACCOUNT);
	if (!carp->spare_vip || !carp->spare_key)
		return -ENOMEM;

	if (carp->addrs.n4 < room)
		return 0;

	room = room ? 2 * room : 8;
	v4 = kvmalloc_array(room, CARP_IP4_LEN, GFP_KERNEL_ACCOUNT);
	if (!v4)
		return -ENOMEM;
	if (carp->addrs.n4)
		memcpy(v4, carp->addrs.v4, carp->addrs.n4 * CARP_IP4_LEN);
	kvfree(carp->addrs.v4);
	carp->addrs.v4 = v4;
	carp->addrs_room = room;
	return 0;
}

static void carp_addr_add4(struct carp_dev *carp, __be32 addr)
{
	struct carp_vip *vip = carp->spare_vip;
	struct carp_key *key = carp->spare_key;

	/* Known: a secondary address that became primary. */
	if (carp_addr_find4(carp, addr) || WARN_ON_ONCE(!vip || !key))
		return;

	carp->spare_vip = NULL;
	carp->spare_key = NULL;
	vip->family = CARP_INET;
	vip->v4 = addr;
	carp_vip_insert(carp, vip, (__force u32)addr);

	carp_addrs_add4(&carp->addrs, (const u8 *)&addr);
	carp_vip_commit(carp, key);
	carp_vhost_announce_one(carp, vip);
}

static bool carp_addr_is_on4(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rtnl(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;

	in_dev_for_each_ifa_rtnl(ifa, in_dev) {
		if (ifa->ifa_local == addr)
			return true;
	}
	return false;
}

static void carp_addr_del4(struct carp_dev *carp, __be32 addr)
{
	struct carp_vip *vip;
	struct carp_key *key;

	vip = carp_addr_find4(carp, addr);
	/* The same address may stand there with another prefix length. */
	if (!vip || carp_addr_is_on4(carp->dev, addr))
		return;
	WRITE_ONCE(carp->removed4, addr);
	carp_vip_remove(carp, vip);

	carp_addrs_del4(&carp->addrs, (const u8 *)&addr);
	/* Who is going has said goodbye, and signs nothing any more. */
	if (carp->dev->reg_state != NETREG_REGISTERED)
		return;

	/* Nobody can be told that this failed; it is little. */
	key = carp_key_alloc(&carp->nodes, GFP_KERNEL | __GFP_NOFAIL);
	carp_vip_commit(carp, key);
}

/**
 * carp_addr_flush - take all virtual addresses of a device out of use
 * @carp: the device, which is going away
 *
 * Context: RTNL.
 */
void carp_addr_flush(struct carp_dev *carp)
{
	struct carp_vip *vip, *next;

	ASSERT_RTNL();

	carp_addr6_leave(carp);
	list_for_each_entry_safe(vip, next, &carp->vips, list)
		carp_vip_remove(carp, vip);
	carp->addrs.n4 = 0;
	carp->addrs.n6 = 0;
}

/**
 * carp_addr_free - free what the validator left behind
 * @carp: the device, out of everybody's reach
 */
void carp_addr_free(struct carp_dev *carp)
{
	kvfree(carp->addrs.v4);
	kvfree(carp->addrs.v6);
	kfree(carp->spare_vip);
	kfree(carp->spare_vip6);
	carp_key_wipe(carp->spare_key);
}

static int carp_addr_validate4(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	const struct in_validator_info *ivi = ptr;
	struct net_device *dev = ivi->ivi_dev->dev;
	struct carp_dev *carp;

	if (event != NETDEV_UP || !netif_is_carp(dev))
		return NOTIFY_DONE;

	if (ipv4_is_multicast(ivi->ivi_addr) || ipv4_is_lbcast(ivi->ivi_addr) ||
	    ipv4_is_zeronet(ivi->ivi_addr) || ipv4_is_loopback(ivi->ivi_addr)) {
		NL_SET_ERR_MSG(ivi->extack,
			       "carp: a virtual address must be a unicast address");
		return notifier_from_errno(-EADDRNOTAVAIL);
	}

	carp = netdev_priv(dev);
	if (carp_addr_is_on4(carp->lower, ivi->ivi_addr)) {
		NL_SET_ERR_MSG(ivi->extack,
			       "carp: that is the parent's own address, remove it there first");
		return notifier_from_errno(-EADDRINUSE);
	}
	return notifier_from_errno(carp_addr_reserve4(carp));
}

static void carp_addr_added4(struct carp_dev *carp, struct in_ifaddr *ifa)
{
	if (!ifa->ifa_rt_priority)
		ifa->ifa_rt_priority = CARP_ROUTE_METRIC;
	/* The source of a secondary's routes is its primary. */
	carp->promoted = carp_addr_find4(carp, ifa->ifa_local);
	carp_route_open(carp, carp->promoted ||
			ifa->ifa_flags & IFA_F_SECONDARY);
	carp_addr_add4(carp, ifa->ifa_local);
}

/* An address goes, from any device. Where it is local nowhere else the kernel
 * drops all routes that name it as their source, and what is hidden it takes
 * for not local.
 */
static void carp_addr_gone4(const struct carp_net *cn, __be32 addr, bool over)
{
	struct carp_vip *vip;

	ASSERT_RTNL();

	rcu_read_lock();
	hash_for_each_possible_rcu(cn->vips, vip, hash, (__force u32)addr) {
		if (vip->family != CARP_INET || vip->v4 != addr)
			continue;
		if (over)
			carp_route_sync(vip->carp);
		else
			carp_route_open(vip->carp, true);
	}
	rcu_read_unlock();
}

/* The validator sees the other order. The parent's host is cut off by it. */
static void carp_addr_clash4(struct net_device *dev, __be32 addr)
{
	struct carp_net *cn = carp_pernet(dev_net(dev));
	const struct carp_vip *vip;

	ASSERT_RTNL();

	rcu_read_lock();
	hash_for_each_possible_rcu(cn->vips, vip, hash, (__force u32)addr) {
		if (vip->family == CARP_INET && vip->v4 == addr &&
		    vip->carp->lower == dev)
			netdev_warn(vip->carp->dev,
				    "%pI4 is the parent's own address now: what it sends from there is dropped on a BACKUP\n",
				    &addr);
	}
	rcu_read_unlock();
}

static int carp_addr_event4(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct in_ifaddr *ifa = ptr;
	struct net_device *dev = ifa->ifa_dev->dev;

	if (event == NETDEV_UP && netif_is_carp(dev))
		carp_addr_added4(netdev_priv(dev), ifa);
	else if (event == NETDEV_UP)
		carp_addr_clash4(dev, ifa->ifa_local);
	if (event != NETDEV_DOWN)
		return NOTIFY_DONE;

	if (netif_is_carp(dev))
		carp_addr_del4(netdev_priv(dev), ifa->ifa_local);
	carp_addr_gone4(carp_pernet(dev_net(dev)), ifa->ifa_local, false);
	return NOTIFY_DONE;
}

/* A secondary address was made primary: the kernel is yet to make the routes of
 * its fellows anew, and tells of that nowhere. It is through when RTNL is free.
 */
static void carp_addr_settle(struct work_struct *work)
{
	struct carp_net *cn = container_of(work, struct carp_net, settle);
	struct carp_dev *carp;

	rtnl_lock();
	list_for_each_entry(carp, &cn->devs, node) {
		if (carp->unsettled)
			carp_addr_routes(carp);
	}
	rtnl_unlock();
}

/**
 * carp_addr_net_init - prepare a namespace
 * @cn: the namespace
 */
void carp_addr_net_init(struct carp_net *cn)
{
	INIT_WORK(&cn->settle, carp_addr_settle);
	carp_addr6_net_init(cn);
}

/**
 * carp_addr_net_exit - wait for the workers of a namespace
 * @cn: the namespace, without devices by now
 *
 * Context: process, without RTNL.
 */
void carp_addr_net_exit(struct carp_net *cn)
{
	cancel_work_sync(&cn->settle);
	carp_addr6_net_exit(cn);
}

/* The main table shares its memory with the local one, where the route of a
 * virtual address would hide the one of its subnet: ask for other hosts there,
 * at both ends, since half of it may be a subnet of its own.
 */
static void carp_addr_find_subnet(struct carp_dev *carp,
				  const struct in_ifaddr *ifa)
{
	u32 mask = ntohl(ifa->ifa_mask);
	u32 net = ntohl(ifa->ifa_address) & mask;
	u32 host;

	if (~mask > 2 && !carp_addr_find4(carp, htonl(net | (~mask - 1))))
		carp_route_find4(carp, htonl(net | (~mask - 1)));

	for (host = 0; host < ~mask; host++) {
		if (carp_addr_find4(carp, htonl(net | host)))
			continue;
		carp_route_find4(carp, htonl(net | host));
		/* Older kernels have a broadcast route for host 0. */
		if (host)
			return;
	}
}

static void carp_addr_find_routes(struct carp_dev *carp,
				  const struct in_ifaddr *ifa)
{
	carp_route_find4(carp, ifa->ifa_local);
	carp_route_find4(carp, ifa->ifa_address | ~ifa->ifa_mask);
	/* All addresses of a subnet have one route to it. */
	if (!(ifa->ifa_flags & IFA_F_SECONDARY))
		carp_addr_find_subnet(carp, ifa);
}

/**
 * carp_addr_routes - find the routes of all addresses, and mark them
 * @carp: the device, for which the kernel has just made routes
 *
 * Context: RTNL.
 */
void carp_addr_routes(struct carp_dev *carp)
{
	const struct in_device *in_dev = __in_dev_get_rtnl(carp->dev);
	const struct in_ifaddr *ifa;

	carp->unsettled = false;
	if (in_dev) {
		in_dev_for_each_ifa_rtnl(ifa, in_dev)
			carp_addr_find_routes(carp, ifa);
	}
	carp_route_sync(carp);
	carp_addr6_revisit(carp);
}

/* After the kernel has made, or revived, the routes. */
static int carp_addr_routes4(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	const struct in_ifaddr *ifa = ptr;
	struct net_device *dev = ifa->ifa_dev->dev;
	struct carp_dev *carp;

	if (event == NETDEV_DOWN)
		carp_addr_gone4(carp_pernet(dev_net(dev)), ifa->ifa_local,
				true);
	if (!netif_is_carp(dev))
		return NOTIFY_DONE;

	carp = netdev_priv(dev);
	if (event == NETDEV_UP && carp->promoted) {
		carp->promoted = false;
		carp->unsettled = true;
		schedule_work(&carp->cn->settle);
		return NOTIFY_DONE;
	}
	if (event == NETDEV_UP)
		carp_addr_find_routes(carp, ifa);
	carp_route_sync(carp);
	carp_route_sweep(carp->cn);
	return NOTIFY_DONE;
}

static struct notifier_block carp_addr_validate4_nb = {
	.notifier_call = carp_addr_validate4,
};

static struct notifier_block carp_addr_event4_nb = {
	.notifier_call = carp_addr_event4,
	.priority = 1,
};

static struct notifier_block carp_addr_routes4_nb = {
	.notifier_call = carp_addr_routes4,
	.priority = -1,
};

/**
 * carp_addr_init - listen to addresses
 *
 * Return: 0 or a negative errno.
 */
int carp_addr_init(void)
{
	int err;

	err = register_inetaddr_validator_notifier(&carp_addr_validate4_nb);
	if (err)
		return err;
	err = register_inetaddr_notifier(&carp_addr_event4_nb);
	if (err)
		goto err_validator;
	err = register_inetaddr_notifier(&carp_addr_routes4_nb);
	if (err)
		goto err_event;
	err = carp_addr6_init();
	if (err)
		goto err_routes;
	return 0;

err_routes:
	unregister_inetaddr_notifier(&carp_addr_routes4_nb);
err_event:
	unregister_inetaddr_notifier(&carp_addr_event4_nb);
err_validator:
	unregister_inetaddr_validator_notifier(&carp_addr_validate4_nb);
	return err;
}

/**
 * carp_addr_exit - stop listening
 */
void carp_addr_exit(void)
{
	carp_addr6_exit();
	unregister_inetaddr_notifier(&carp_addr_routes4_nb);
	unregister_inetaddr_notifier(&carp_addr_event4_nb);
	unregister_inetaddr_validator_notifier(&carp_addr_validate4_nb);
}
