// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the source address of our advertisements
 *
 * Senders put it into the packet, receivers compare it with the peer's when
 * both advertise the same.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>

#include "source.h"

/**
 * carp_source4 - IPv4 source of our advertisements
 * @carp: the device
 *
 * An address of the parent, or a virtual one if the parent has none: what
 * OpenBSD does. Peers use it to break ties. The goodbye after the last virtual
 * one leaves from that.
 *
 * Context: RCU. Return: the address, or 0 if there is none at all.
 */
__be32 carp_source4(struct carp_dev *carp)
{
	const struct in_device *in_dev = __in_dev_get_rcu(carp->lower);
	const struct in_ifaddr *ifa;
	const struct carp_vip *vip;

	if (in_dev) {
		in_dev_for_each_ifa_rcu(ifa, in_dev) {
			if (!(ifa->ifa_flags & IFA_F_SECONDARY))
				return ifa->ifa_local;
		}
	}

	list_for_each_entry_rcu(vip, &carp->vips, list) {
		if (vip->family == CARP_INET)
			return vip->v4;
	}
	return READ_ONCE(carp->removed4);
}

#if IS_ENABLED(CONFIG_IPV6)
/**
 * carp_source6 - IPv6 source of our advertisements
 * @carp: the device
 * @addr: where to: an address of the parent, its link-local one if it has any,
 *	or a virtual one, be it that it was removed last
 *
 * Context: RCU, BH disabled. Return: false if there is none at all.
 */
bool carp_source6(struct carp_dev *carp, struct in6_addr *addr)
{
	struct inet6_dev *idev = __in6_dev_get(carp->lower);
	const struct inet6_ifaddr *ifp;
	const struct carp_vip *vip;
	bool found = false;

	if (idev) {
		read_lock_bh(&idev->lock);
		list_for_each_entry(ifp, &idev->addr_list, if_list) {
			if (ifp->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
				continue;
			*addr = ifp->addr;
			found = true;
			if (ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL)
				break;
		}
		read_unlock_bh(&idev->lock);
	}
	if (found)
		return true;

	list_for_each_entry_rcu(vip, &carp->vips, list) {
		if (vip->family == CARP_INET6) {
			*addr = vip->v6;
			return true;
		}
	}

	spin_lock(&carp->cn->vips_lock);
	*addr = carp->removed6;
	spin_unlock(&carp->cn->vips_lock);
	return !ipv6_addr_any(addr);
}
#endif /* CONFIG_IPV6 */
