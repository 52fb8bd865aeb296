// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the virtual IPv6 addresses
 *
 * The kernel tells of IPv6 addresses in a context that may not sleep, and not
 * always under RTNL. There and then an address is put where packets are looked
 * up, and told not to wait for duplicate address detection: the members have it
 * in common on purpose. The rest, what the digest covers, the multicast groups
 * that switches are to forward, and routes that nobody announced, follows in a
 * worker under RTNL; until then the old digest is valid.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>

#include "addr6.h"
#include "key.h"
#include "route.h"
#include "route6.h"
#include "vhost.h"
#include "vip.h"

/* How much longer than it worked the worker rests: others need RTNL, too. */
#define CARP_REST6	4
/* How long, in jiffies, the kernel is given to take an address into use */
#define CARP_SETTLE6	DIV_ROUND_UP(HZ, 10)

/* An address of another link or VRF that only looks like a virtual one. */
static bool carp_addr6_foreign(const struct carp_dev *carp,
			       const struct in6_addr *addr,
			       const struct net_device *dev)
{
	bool local;

	if (carp_on_link(carp, dev))
		return false;
	local = ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL;
	return (local || carp_other_vrf(carp, dev)) &&
	       ipv6_chk_addr(dev_net(dev), addr, dev, local);
}

/**
 * carp_addr6_owner - whose virtual address is this
 * @cn: the namespace
 * @addr: the address
 * @dev: where it was seen
 *
 * Context: RCU. Return: as carp_addr_owner4().
 */
struct carp_dev *carp_addr6_owner(const struct carp_net *cn,
				  const struct in6_addr *addr,
				  const struct net_device *dev)
{
	struct carp_dev *owner = NULL;
	struct carp_vip *vip;

	hash_for_each_possible_rcu(cn->vips, vip, hash, ipv6_addr_hash(addr)) {
		if (vip->family != CARP_INET6 ||
		    !ipv6_addr_equal(&vip->v6, addr) ||
		    carp_addr6_foreign(vip->carp, addr, dev))
			continue;
		if (!owner || carp_rank(vip->carp, dev) > carp_rank(owner, dev))
			owner = vip->carp;
	}
	return owner;
}

static struct carp_vip *carp_addr6_find(const struct carp_dev *carp,
					const struct in6_addr *addr)
{
	struct carp_vip *vip;

	lockdep_assert_held(&carp->cn->vips_lock);

	hash_for_each_possible(carp->cn->vips, vip, hash,
			       ipv6_addr_hash(addr)) {
		if (vip->carp == carp && vip->family == CARP_INET6 &&
		    ipv6_addr_equal(&vip->v6, addr))
			return vip;
	}
	return NULL;
}

/* By the worker, when it has rested: of a thousand addresses that are added it
 * does not begin anew for each.
 */
static void carp_addr6_follow(struct carp_dev *carp)
{
	struct carp_net *cn = carp->cn;
	unsigned long rest;

	spin_lock_bh(&cn->vips_lock);
	carp->dirty6 = true;
	spin_unlock_bh(&cn->vips_lock);

	rest = READ_ONCE(cn->sync6_at) - jiffies;
	schedule_delayed_work(&cn->sync6, rest <= HZ ? rest : 0);
}

/**
 * carp_addr6_revisit - the kernel has made the device's routes anew
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_addr6_revisit(struct carp_dev *carp)
{
	struct carp_vip *vip;

	ASSERT_RTNL();

	list_for_each_entry(vip, &carp->vips, list) {
		vip->subnet_routed = false;
		vip->routed = false;
		vip->settled = false;
	}
	carp_addr6_follow(carp);
}

static bool carp_addr6_known(struct carp_dev *carp,
			     const struct in6_addr *addr)
{
	bool known;

	spin_lock_bh(&carp->cn->vips_lock);
	known = carp_addr6_find(carp, addr);
	spin_unlock_bh(&carp->cn->vips_lock);
	return known;
}

static void carp_addr6_add(struct carp_dev *carp, const struct in6_addr *addr)
{
	struct carp_vip *vip;

	if (carp_addr6_known(carp, addr))
		return;

	vip = xchg(&carp->spare_vip6, NULL);
	if (!vip)
		vip = kzalloc(sizeof(*vip), GFP_ATOMIC);
	/* Not one that was configured: the validator has seen to those. */
	if (!vip)
		return;

	vip->family = CARP_INET6;
	vip->v6 = *addr;
	carp_vip_insert(carp, vip, ipv6_addr_hash(addr));
	carp_addr6_follow(carp);
}

static void carp_addr6_del(struct carp_dev *carp, const struct in6_addr *addr)
{
	struct carp_net *cn = carp->cn;
	struct carp_vip *vip;

	spin_lock_bh(&cn->vips_lock);
	vip = carp_addr6_find(carp, addr);
	if (vip) {
		carp->removed6 = *addr;
		hash_del_rcu(&vip->hash);
		list_del_rcu(&vip->list);
		list_add_tail(&vip->left, &carp->left6);
	}
	spin_unlock_bh(&cn->vips_lock);

	if (vip)
		carp_addr6_follow(carp);
}

static void carp_addr6_leave_one(struct carp_dev *carp, struct carp_vip *vip)
{
	struct in6_addr group;

	if (!vip->joined)
		return;

	addrconf_addr_solict_mult(&vip->v6, &group);
	ipv6_dev_mc_dec(carp->lower, &group);
	vip->joined = false;
}

static void carp_addr6_leave_removed(struct carp_dev *carp)
{
	struct carp_vip *vip, *next;
	LIST_HEAD(left);

	spin_lock_bh(&carp->cn->vips_lock);
	list_splice_init(&carp->left6, &left);
	spin_unlock_bh(&carp->cn->vips_lock);

	list_for_each_entry_safe(vip, next, &left, left) {
		carp_addr6_leave_one(carp, vip);
		kfree_rcu(vip, rcu);
	}
}

/**
 * carp_addr6_leave - leave the groups of all virtual addresses
 * @carp: the device, which is going away
 *
 * Context: RTNL.
 */
void carp_addr6_leave(struct carp_dev *carp)
{
	struct carp_vip *vip;

	ASSERT_RTNL();

	list_for_each_entry(vip, &carp->vips, list)
		carp_addr6_leave_one(carp, vip);
	carp_addr6_leave_removed(carp);
}

/* A snooping switch forwards solicitations for the address to whoever has
 * joined its group on this port: the parent, in every state.
 */
static void carp_addr6_join(struct carp_dev *carp, struct carp_vip *vip)
{
	struct in6_addr group;

	if (vip->joined)
		return;

	addrconf_addr_solict_mult(&vip->v6, &group);
	vip->joined = !ipv6_dev_mc_inc(carp->lower, &group);
}

static bool carp_addr6_take_dirty(struct carp_dev *carp)
{
	bool dirty;

	spin_lock_bh(&carp->cn->vips_lock);
	dirty = carp->dirty6;
	carp->dirty6 = false;
	spin_unlock_bh(&carp->cn->vips_lock);
	return dirty;
}

static unsigned int carp_addr6_count(const struct carp_dev *carp)
{
	const struct carp_vip *vip;
	unsigned int n = 0;

	list_for_each_entry_rcu(vip, &carp->vips, list)
		n += vip->family == CARP_INET6;
	return n;
}

/* Sort them anew. Addresses that come in meanwhile make it dirty again. */
static void carp_addr6_collect(struct carp_dev *carp)
{
	unsigned int room;
	struct carp_vip *vip;

	rcu_read_lock();
	room = carp_addr6_count(carp) + 8;
	rcu_read_unlock();

	kvfree(carp->addrs.v6);
	carp->addrs.v6 = kvmalloc_array(room, CARP_IP6_LEN,
					GFP_KERNEL | __GFP_NOFAIL);
	carp->addrs.n6 = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(vip, &carp->vips, list) {
		if (vip->family == CARP_INET6 && carp->addrs.n6 < room)
			carp_addrs_add6(&carp->addrs, vip->v6.s6_addr);
	}
	rcu_read_unlock();
}

/* The route of its subnet. What leads to another address there may be that of
 * a smaller subnet, or local: one in the other half is tried, in the next
 * quarter, and so on. Return: 0, or -ENOMEM: it is not followed.
 */
static int carp_addr6_find_subnet(struct carp_dev *carp,
				  const struct inet6_ifaddr *ifp)
{
	unsigned int bit, end = min(ifp->prefix_len + 8U, 128U);
	struct in6_addr other;
	int plen;

	for (bit = ifp->prefix_len; bit < end; bit++) {
		other = ifp->addr;
		other.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		plen = carp_route6_find(carp, &other);
		if (plen < 0)
			return plen;
		if (plen == ifp->prefix_len)
			break;
	}
	return 0;
}

/* The kernel has yet to take it into use. */
static bool carp_addr6_unsettled(const struct inet6_ifaddr *ifp)
{
	return ifp->rt && ifp->state == INET6_IFADDR_STATE_PREDAD;
}

/* Without memory again when the next address comes. The local route is followed
 * before it is in the table, so that it is there with its mark, and again when
 * it is: of those to one address the kernel announces only the first.
 */
static void carp_addr6_find_routes(struct carp_dev *carp,
				   const struct inet6_ifaddr *ifp)
{
	struct carp_vip *vip;

	spin_lock_bh(&carp->cn->vips_lock);
	vip = carp_addr6_find(carp, &ifp->addr);
	spin_unlock_bh(&carp->cn->vips_lock);
	if (!vip)
		return;

	if (!vip->subnet_routed)
		vip->subnet_routed = !carp_addr6_find_subnet(carp, ifp);
	if (vip->settled)
		return;
	if (!vip->routed || !carp_addr6_unsettled(ifp))
		vip->routed = !carp_route6_local(ifp);
	vip->settled = vip->routed && !carp_addr6_unsettled(ifp);
	carp->unsettled6 |= carp_addr6_unsettled(ifp);
}

/* Those the kernel is not done with are looked for again before long. */
static void carp_addr6_find_all_routes(struct carp_dev *carp)
{
	const struct inet6_ifaddr *ifp;
	struct inet6_dev *idev;

	carp->unsettled6 = false;
	/* Removal happens under RTNL, so of these nothing vanishes. */
	rcu_read_lock();
	idev = __in6_dev_get(carp->dev);
	if (idev) {
		list_for_each_entry_rcu(ifp, &idev->addr_list, if_list)
			carp_addr6_find_routes(carp, ifp);
	}
	rcu_read_unlock();
	carp_route_sync(carp);
	if (carp->unsettled6)
		schedule_delayed_work(&carp->cn->again6, CARP_SETTLE6);
}

static void carp_addr6_sync_device(struct carp_dev *carp)
{
	struct carp_vip *vip;
	struct carp_key *key;

	carp_addr6_leave_removed(carp);
	carp_addr6_collect(carp);

	key = carp_key_alloc(&carp->nodes, GFP_KERNEL | __GFP_NOFAIL);
	carp_vip_commit(carp, key);

	/* Removal happens under RTNL, so nothing vanishes on this walk. */
	list_for_each_entry(vip, &carp->vips, list) {
		if (vip->family != CARP_INET6)
			continue;
		if (!vip->joined)
			carp_vhost_announce_one(carp, vip);
		carp_addr6_join(carp, vip);
	}
	carp_addr6_find_all_routes(carp);
}

/**
 * carp_addr6_settle - do now what is left to the worker for a device
 * @carp: the device
 *
 * Whoever adds an address and then says what depends on it need not wait.
 *
 * Context: RTNL.
 */
void carp_addr6_settle(struct carp_dev *carp)
{
	if (!carp->port)
		return;
	if (carp_addr6_take_dirty(carp))
		carp_addr6_sync_device(carp);
	else if (carp->unsettled6)
		carp_addr6_find_all_routes(carp);
}

static void carp_addr6_settle_all(struct carp_net *cn)
{
	unsigned long rest;
	struct carp_dev *carp;
	u64 start;

	rtnl_lock();
	start = ktime_get_ns();
	list_for_each_entry(carp, &cn->devs, node)
		carp_addr6_settle(carp);
	rest = nsecs_to_jiffies(CARP_REST6 * (ktime_get_ns() - start));
	WRITE_ONCE(cn->sync6_at, jiffies + min_t(unsigned long, rest, HZ));
	rtnl_unlock();
}

static void carp_addr6_sync(struct work_struct *work)
{
	carp_addr6_settle_all(container_of(work, struct carp_net, sync6.work));
}

static void carp_addr6_again(struct work_struct *work)
{
	carp_addr6_settle_all(container_of(work, struct carp_net, again6.work));
}

/* See to it that adding one address cannot fail. An address that a router has
 * announced may take what is reserved here, in its softirq.
 */
static int carp_addr6_reserve(struct carp_dev *carp)
{
	struct carp_vip *vip;

	if (READ_ONCE(carp->spare_vip6))
		return 0;

	vip = kzalloc(sizeof(*vip), GFP_KERNEL_ACCOUNT);
	if (!vip)
		return -ENOMEM;
	kfree(xchg(&carp->spare_vip6, vip));
	return 0;
}

/* Who writes addr_gen_mode of all devices has the kernel make a link-local
 * address at once, without a request of anybody's; it were a virtual one.
 */
static bool carp_addr6_is_planted(const struct in6_validator_info *i6vi)
{
	return !i6vi->extack &&
	       i6vi->i6vi_dev->cnf.addr_gen_mode != IN6_ADDR_GEN_MODE_NONE &&
	       ipv6_addr_type(&i6vi->i6vi_addr) & IPV6_ADDR_LINKLOCAL;
}

static int carp_addr6_validate(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	const struct in6_validator_info *i6vi = ptr;
	struct net_device *dev = i6vi->i6vi_dev->dev;
	struct carp_dev *carp = netdev_priv(dev);

	if (event != NETDEV_UP || !netif_is_carp(dev))
		return NOTIFY_DONE;

	if (ipv6_addr_type(&i6vi->i6vi_addr) & IPV6_ADDR_MULTICAST) {
		NL_SET_ERR_MSG(i6vi->extack,
			       "carp: a virtual address must be a unicast address");
		return notifier_from_errno(-EADDRNOTAVAIL);
	}
	if (carp_addr6_is_planted(i6vi)) {
		i6vi->i6vi_dev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
		return notifier_from_errno(-EPERM);
	}
	if (ipv6_chk_addr(dev_net(dev), &i6vi->i6vi_addr, carp->lower, 1)) {
		NL_SET_ERR_MSG(i6vi->extack,
			       "carp: that is the parent's own address, remove it there first");
		return notifier_from_errno(-EADDRINUSE);
	}
	return notifier_from_errno(carp_addr6_reserve(carp));
}

/* Before the kernel goes on: no duplicate address detection, and hidden until
 * the marks say otherwise.
 */
static void carp_addr6_prepare(const struct carp_dev *carp,
			       struct inet6_ifaddr *ifp)
{
	spin_lock_bh(&ifp->lock);
	ifp->flags |= IFA_F_NODAD;
	if (!carp_is_master(carp))
		ifp->flags |= IFA_F_TENTATIVE;
	if (!ifp->rt_priority)
		ifp->rt_priority = CARP_ROUTE_METRIC;
	spin_unlock_bh(&ifp->lock);
}

/**
 * carp_addr6_up - the kernel is about to take the device's addresses into use
 * @carp: the device
 *
 * Whoever has changed an address has taken from it what carp_addr6_prepare()
 * gave it.
 *
 * Context: RTNL.
 */
void carp_addr6_up(const struct carp_dev *carp)
{
	struct inet6_dev *idev = __in6_dev_get(carp->dev);
	struct inet6_ifaddr *ifp;

	ASSERT_RTNL();

	if (!idev)
		return;

	read_lock_bh(&idev->lock);
	list_for_each_entry(ifp, &idev->addr_list, if_list)
		carp_addr6_prepare(carp, ifp);
	read_unlock_bh(&idev->lock);
}

/* As carp_addr_clash4(). */
static void carp_addr6_clash(struct net_device *dev,
			     const struct in6_addr *addr)
{
	struct carp_net *cn = carp_pernet(dev_net(dev));
	const struct carp_vip *vip;

	rcu_read_lock();
	hash_for_each_possible_rcu(cn->vips, vip, hash, ipv6_addr_hash(addr)) {
		if (vip->family == CARP_INET6 &&
		    ipv6_addr_equal(&vip->v6, addr) && vip->carp->lower == dev)
			netdev_warn(vip->carp->dev,
				    "%pI6c is the parent's own address now: what it sends from there is dropped on a BACKUP\n",
				    addr);
	}
	rcu_read_unlock();
}

static int carp_addr6_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct inet6_ifaddr *ifp = ptr;
	struct net_device *dev = ifp->idev->dev;
	struct carp_dev *carp;

	if (!netif_is_carp(dev)) {
		if (event == NETDEV_UP)
			carp_addr6_clash(dev, &ifp->addr);
		return NOTIFY_DONE;
	}

	carp = netdev_priv(dev);
	switch (event) {
	case NETDEV_UP:
		carp_addr6_prepare(carp, ifp);
		carp_addr6_add(carp, &ifp->addr);
		break;
	case NETDEV_DOWN:
		carp_addr6_del(carp, &ifp->addr);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block carp_addr6_validate_nb = {
	.notifier_call = carp_addr6_validate,
};

static struct notifier_block carp_addr6_event_nb = {
	.notifier_call = carp_addr6_event,
};

/**
 * carp_addr6_net_init - prepare a namespace
 * @cn: the namespace
 */
void carp_addr6_net_init(struct carp_net *cn)
{
	INIT_DELAYED_WORK(&cn->sync6, carp_addr6_sync);
	INIT_DELAYED_WORK(&cn->again6, carp_addr6_again);
}

/**
 * carp_addr6_net_exit - wait for the workers of a namespace
 * @cn: the namespace, without devices by now
 *
 * Context: process, without RTNL.
 */
void carp_addr6_net_exit(struct carp_net *cn)
{
	cancel_delayed_work_sync(&cn->sync6);
	cancel_delayed_work_sync(&cn->again6);
}

/**
 * carp_addr6_init - listen to IPv6 addresses
 *
 * Return: 0 or a negative errno.
 */
int carp_addr6_init(void)
{
	int err;

	err = register_inet6addr_validator_notifier(&carp_addr6_validate_nb);
	if (err)
		return err;
	err = register_inet6addr_notifier(&carp_addr6_event_nb);
	if (err)
		goto err_validator;
	return 0;

err_validator:
	unregister_inet6addr_validator_notifier(&carp_addr6_validate_nb);
	return err;
}

/**
 * carp_addr6_exit - stop listening
 */
void carp_addr6_exit(void)
{
	unregister_inet6addr_notifier(&carp_addr6_event_nb);
	unregister_inet6addr_validator_notifier(&carp_addr6_validate_nb);
}
