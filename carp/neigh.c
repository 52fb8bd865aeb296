// SPDX-License-Identifier: GPL-2.0-only
/* CARP: asking for IPv6 neighbours
 *
 * For a packet that it forwards, the kernel solicits the neighbour from the
 * link-local address of the interface, and without one it sends nothing at all.
 * A carp device has none unless it is given one; it asks from a virtual address
 * then, as it does for IPv4.
 */
#include <linux/once.h>
#include <net/addrconf.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "neigh.h"
#include "tx.h"

/* The kernel's, and the same with our way to solicit. All neighbours of carp
 * devices have these, and go before the module does.
 */
static const struct neigh_ops *carp_neigh_kernel;
static struct neigh_ops carp_neigh_ops;

/* Return: the device has an address of this type in use. */
static bool carp_neigh_address(const struct net_device *dev, int type,
			       struct in6_addr *addr)
{
	struct inet6_dev *idev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifp;
	bool found = false;

	if (!idev)
		return false;

	read_lock_bh(&idev->lock);
	list_for_each_entry(ifp, &idev->addr_list, if_list) {
		found = !(ifp->flags & IFA_F_TENTATIVE) &&
			ipv6_addr_type(&ifp->addr) & type;
		if (!found)
			continue;
		*addr = ifp->addr;
		break;
	}
	read_unlock_bh(&idev->lock);
	return found;
}

/* As the kernel does it: the source of the packet that waits, if it is one of
 * ours, or a fitting one; or, where the host prefers another device's because
 * this one's are deprecated, any.
 */
static bool carp_neigh_source(const struct carp_dev *carp,
			      const struct in6_addr *target,
			      const struct sk_buff *skb,
			      struct in6_addr *source)
{
	struct net *net = carp->cn->net;

	if (skb && skb->protocol == htons(ETH_P_IPV6)) {
		*source = ipv6_hdr(skb)->saddr;
		if (ipv6_chk_addr(net, source, carp->dev, 1))
			return true;
	}
	if (!ipv6_dev_get_saddr(net, carp->dev, target, 0, source) &&
	    ipv6_chk_addr(net, source, carp->dev, 1))
		return true;
	return carp_neigh_address(carp->dev, IPV6_ADDR_UNICAST, source);
}

/* Context: softirq or process, neigh->lock not held. */
static void carp_neigh_solicit(struct neighbour *neigh, struct sk_buff *skb)
{
	const struct in6_addr *target = (const void *)neigh->primary_key;
	struct net_device *dev = neigh->dev;
	struct carp_dev *carp = netdev_priv(dev);
	struct in6_addr saddr;

	local_bh_disable();
	rcu_read_lock();
	if (carp_neigh_address(dev, IPV6_ADDR_LINKLOCAL, &saddr))
		carp_neigh_kernel->solicit(neigh, skb);
	else if (carp_is_master(carp) &&
		 carp_neigh_source(carp, target, skb, &saddr))
		carp_tx_solicit(carp, target, &saddr);
	rcu_read_unlock();
	local_bh_enable();
}

static void carp_neigh_copy_ops(const struct neigh_ops *ops)
{
	carp_neigh_kernel = ops;
	carp_neigh_ops = *ops;
	carp_neigh_ops.solicit = carp_neigh_solicit;
}

/**
 * carp_neigh_construct - net_device_ops.ndo_neigh_construct
 * @dev: a carp device
 * @neigh: a neighbour of its, made ready by its protocol
 *
 * Context: any. Return: 0.
 */
int carp_neigh_construct(struct net_device *dev, struct neighbour *neigh)
{
	if (neigh->tbl != &nd_tbl)
		return 0;

	DO_ONCE(carp_neigh_copy_ops, neigh->ops);
	if (neigh->ops == carp_neigh_kernel)
		neigh->ops = &carp_neigh_ops;
	return 0;
}
