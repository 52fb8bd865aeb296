// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the virtual addresses of a device, of either family
 *
 * Where packets are looked up, and what follows from a change of the list. Who
 * adds and removes them is addr.c and addr6.c.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "key.h"
#include "vhost.h"
#include "vip.h"

/**
 * carp_vip_commit - let the digest and the election follow the addresses
 * @carp: the device, with its sorted addresses
 * @key: memory for the digest's key
 *
 * The goodbye after the last address is signed with what the peers know.
 *
 * Context: RTNL.
 */
void carp_vip_commit(struct carp_dev *carp, struct carp_key *key)
{
	bool last = !carp->addrs.n4 && !carp->addrs.n6;

	if (last)
		carp_vhost_addresses(carp);
	carp_key_prepare(carp, key, &carp->params);
	carp_key_publish(carp, key);
	if (!last)
		carp_vhost_addresses(carp);
}

/**
 * carp_vip_insert - put a virtual address where packets are looked up
 * @carp: the device
 * @vip: the address
 * @hash: of the address
 *
 * Context: any but hard irq.
 */
void carp_vip_insert(struct carp_dev *carp, struct carp_vip *vip, u32 hash)
{
	struct carp_net *cn = carp->cn;

	vip->carp = carp;
	spin_lock_bh(&cn->vips_lock);
	list_add_tail_rcu(&vip->list, &carp->vips);
	hash_add_rcu(cn->vips, &vip->hash, hash);
	spin_unlock_bh(&cn->vips_lock);
}

/**
 * carp_vip_remove - take a virtual address out of use
 * @carp: the device
 * @vip: the address, freed after a grace period
 *
 * Context: any but hard irq.
 */
void carp_vip_remove(struct carp_dev *carp, struct carp_vip *vip)
{
	spin_lock_bh(&carp->cn->vips_lock);
	hash_del_rcu(&vip->hash);
	list_del_rcu(&vip->list);
	spin_unlock_bh(&carp->cn->vips_lock);
	kfree_rcu(vip, rcu);
}
