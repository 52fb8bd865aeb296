// SPDX-License-Identifier: GPL-2.0-only
/* CARP: link-local virtual addresses outlive "down"
 *
 * What keep_addr_on_down keeps are the other addresses: a link-local one is the
 * kernel's own as a rule, made again at the next "up". On a carp device it is
 * the administrator's, a router that all members share has one. So what is
 * there while the device goes down is remembered, and added again when the
 * kernel is through.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "keep6.h"

/**
 * struct carp_kept6 - one link-local address
 * @list: in carp_dev.kept6, RTNL
 * @addr: the address
 * @prefix_len: of its subnet
 * @metric: of its route
 * @flags: IFA_F_*
 */
struct carp_kept6 {
	struct list_head list;
	struct in6_addr addr;
	u8 prefix_len;
	u32 metric;
	u32 flags;
};

/* of a lifetime, RFC 4861 4.6.2 */
#define CARP_KEPT6_FOREVER	0xffffffff
#define CARP_KEPT6_FLAGS	(IFA_F_PERMANENT | IFA_F_NODAD | \
				 IFA_F_NOPREFIXROUTE)

/**
 * carp_keep6_free - forget what was remembered
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_keep6_free(struct carp_dev *carp)
{
	struct carp_kept6 *kept, *next;

	list_for_each_entry_safe(kept, next, &carp->kept6, list) {
		list_del(&kept->list);
		kfree(kept);
	}
}

/**
 * carp_keep6_save - remember the link-local addresses
 * @carp: the device, about to go down
 *
 * Context: RTNL.
 */
void carp_keep6_save(struct carp_dev *carp)
{
	struct inet6_dev *idev = __in6_dev_get(carp->dev);
	struct carp_kept6 *kept;
	struct inet6_ifaddr *ifp;

	ASSERT_RTNL();

	carp_keep6_free(carp);
	if (!idev)
		return;

	read_lock_bh(&idev->lock);
	list_for_each_entry(ifp, &idev->addr_list, if_list) {
		if (ifp->scope != IFA_LINK || !(ifp->flags & IFA_F_PERMANENT))
			continue;
		kept = kzalloc(sizeof(*kept), GFP_ATOMIC);
		if (!kept)
			break;
		kept->addr = ifp->addr;
		kept->prefix_len = ifp->prefix_len;
		kept->metric = ifp->rt_priority;
		kept->flags = ifp->flags & CARP_KEPT6_FLAGS;
		list_add(&kept->list, &carp->kept6);
	}
	read_unlock_bh(&idev->lock);
}

/* What tells of a router is put right. */
static void carp_keep6_correct(struct inet6_dev *idev,
			       const struct carp_kept6 *kept)
{
	struct inet6_ifaddr *ifp;

	read_lock_bh(&idev->lock);
	list_for_each_entry(ifp, &idev->addr_list, if_list) {
		if (!ipv6_addr_equal(&ifp->addr, &kept->addr))
			continue;
		spin_lock(&ifp->lock);
		ifp->flags &= ~IFA_F_MANAGETEMPADDR;
		ifp->rt_priority = kept->metric;
#ifdef IFAPROT_UNSPEC
		ifp->ifa_proto = IFAPROT_UNSPEC;
#endif
		spin_unlock(&ifp->lock);
	}
	read_unlock_bh(&idev->lock);
}

/* By the one function that the kernel exports for it, which is meant for
 * addresses that a router has advertised.
 */
static void carp_keep6_add(struct carp_dev *carp, struct inet6_dev *idev,
			   const struct carp_kept6 *kept)
{
	const struct prefix_info pinfo = { .prefix_len = kept->prefix_len };

	if (addrconf_prefix_rcv_add_addr(carp->cn->net, carp->dev, &pinfo, idev,
					 &kept->addr, IPV6_ADDR_LINKLOCAL,
					 kept->flags, false, false,
					 CARP_KEPT6_FOREVER,
					 CARP_KEPT6_FOREVER))
		netdev_warn(carp->dev, "no memory to keep %pI6c, add it again\n",
			    &kept->addr);
	else
		carp_keep6_correct(idev, kept);
}

/**
 * carp_keep6_restore - add the link-local addresses again
 * @carp: the device, which the kernel has set down
 *
 * Context: RTNL.
 */
void carp_keep6_restore(struct carp_dev *carp)
{
	struct inet6_dev *idev = __in6_dev_get(carp->dev);
	struct carp_kept6 *kept;
	s32 max_addresses;
	s32 use_tempaddr;

	ASSERT_RTNL();

	if (!idev || list_empty(&carp->kept6))
		return;

	/* These too are for addresses of routers. */
	use_tempaddr = idev->cnf.use_tempaddr;
	max_addresses = idev->cnf.max_addresses;
	idev->cnf.use_tempaddr = 0;
	idev->cnf.max_addresses = 0;
	list_for_each_entry(kept, &carp->kept6, list)
		carp_keep6_add(carp, idev, kept);
	idev->cnf.use_tempaddr = use_tempaddr;
	idev->cnf.max_addresses = max_addresses;

	carp_keep6_free(carp);
}
