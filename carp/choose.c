// SPDX-License-Identifier: GPL-2.0-only
/* CARP: ARP balancing, which of several devices with an address is asked
 *
 * Several vhids on one parent hold the same virtual address, and each host is
 * MASTER of one of them. Who asks for the address is told the virtual MAC of
 * one vhid, chosen by a hash of the asker, by that vhid's MASTER; the others
 * are silent. Members agree because all have the same vhids running.
 */
#include <linux/bitmap.h>
#include <net/ipv6.h>

#include "choose.h"

/* sysctl net.carp.arpbalance */
#define CARP_ARPBALANCE_IP	1
#define CARP_ARPBALANCE_MAC	2

/* Bits for vhids that take part: by vhid, not by the order of configuration,
 * which members need not share.
 */
#define CARP_VHIDS		(CARP_VHID_MAX + 1)

static void carp_choose_mark(unsigned long *vhids,
			     const struct net_device *lower,
			     const struct carp_dev *carp)
{
	const struct carp_node *leader;

	if (carp->lower != lower ||
	    READ_ONCE(carp->vhost.state) == CARP_STATE_INIT)
		return;
	leader = carp_leader(carp);
	__set_bit(leader->vhid, vhids);
}

/* How many devices on a link hold an address and take part, 0 if nothing is
 * balanced.
 */
static unsigned int carp_choose_count4(const struct carp_net *cn, __be32 addr,
				       const struct net_device *lower,
				       unsigned long *vhids)
{
	const struct carp_vip *vip;

	if (likely(!READ_ONCE(cn->arpbalance)))
		return 0;

	bitmap_zero(vhids, CARP_VHIDS);
	hash_for_each_possible_rcu(cn->vips, vip, hash, (__force u32)addr)
		if (vip->family == CARP_INET && vip->v4 == addr)
			carp_choose_mark(vhids, lower, vip->carp);
	return bitmap_weight(vhids, CARP_VHIDS);
}

static struct carp_dev *carp_choose_nth(const struct carp_port *port,
					const unsigned long *vhids,
					unsigned int n)
{
	const struct carp_node *node;
	unsigned int vhid;

	for_each_set_bit(vhid, vhids, CARP_VHIDS) {
		if (n--)
			continue;
		node = rcu_dereference(port->vhids[vhid]);
		return node ? node->carp : NULL;
	}
	return NULL;
}

/* Of @n: the one that the asker's address has chosen, or that its MAC address
 * chooses if it is known. All must take the same key: that of the first.
 */
static struct carp_dev *carp_choose(const struct carp_port *port,
				    const unsigned long *vhids, unsigned int n,
				    const u8 *mac, unsigned int by_address)
{
	const struct carp_net *cn = port->cn;
	const struct carp_dev *first;
	const struct carp_key *key;

	if (READ_ONCE(cn->arpbalance) == CARP_ARPBALANCE_IP || !mac)
		return carp_choose_nth(port, vhids, by_address);

	first = carp_choose_nth(port, vhids, 0);
	key = first ? rcu_dereference(first->vhost.key) : NULL;
	if (!key)
		return NULL;
	return carp_choose_nth(port, vhids,
			       carp_balance_mac(&key->mac, mac) % n);
}

/**
 * carp_choose_shared4 - is an address balanced among vhids
 * @carp: a device that has it
 * @addr: the address
 *
 * Context: RCU.
 */
bool carp_choose_shared4(const struct carp_dev *carp, __be32 addr)
{
	DECLARE_BITMAP(vhids, CARP_VHIDS);

	return carp_choose_count4(carp->cn, addr, carp->lower, vhids) > 1;
}

/**
 * carp_choose4 - who is asked for an IPv4 address
 * @port: where the question came in
 * @addr: the address
 * @sip: the asker's IPv4 address
 * @sha: the asker's MAC address
 *
 * Context: RCU. Return: the device; NULL if the address is not balanced.
 */
struct carp_dev *carp_choose4(const struct carp_port *port, __be32 addr,
			      const u8 *sip, const u8 *sha)
{
	const struct carp_net *cn = port->cn;
	DECLARE_BITMAP(vhids, CARP_VHIDS);
	unsigned int n;

	n = carp_choose_count4(cn, addr, port->dev, vhids);
	if (n < 2)
		return NULL;
	return carp_choose(port, vhids, n, sha, carp_balance_addr4(sip, n));
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int carp_choose_count6(const struct carp_net *cn,
				       const struct in6_addr *addr,
				       const struct net_device *lower,
				       unsigned long *vhids)
{
	const struct carp_vip *vip;

	if (likely(!READ_ONCE(cn->arpbalance)))
		return 0;

	bitmap_zero(vhids, CARP_VHIDS);
	hash_for_each_possible_rcu(cn->vips, vip, hash, ipv6_addr_hash(addr))
		if (vip->family == CARP_INET6 &&
		    ipv6_addr_equal(&vip->v6, addr))
			carp_choose_mark(vhids, lower, vip->carp);
	return bitmap_weight(vhids, CARP_VHIDS);
}

static bool carp_choose_shared6(const struct carp_dev *carp,
				const struct in6_addr *addr)
{
	DECLARE_BITMAP(vhids, CARP_VHIDS);

	return carp_choose_count6(carp->cn, addr, carp->lower, vhids) > 1;
}

/**
 * carp_choose6 - who is asked for an IPv6 address
 * @port: where the question came in
 * @addr: the address
 * @saddr: source of the solicitation
 * @lladdr: its source link-layer option, or NULL: then @saddr decides
 *
 * Context: RCU. Return: as carp_choose4().
 */
struct carp_dev *carp_choose6(const struct carp_port *port,
			      const struct in6_addr *addr,
			      const struct in6_addr *saddr, const u8 *lladdr)
{
	const struct carp_net *cn = port->cn;
	DECLARE_BITMAP(vhids, CARP_VHIDS);
	unsigned int n;

	n = carp_choose_count6(cn, addr, port->dev, vhids);
	if (n < 2)
		return NULL;
	return carp_choose(port, vhids, n, lladdr,
			   carp_balance_addr6(saddr->s6_addr, n));
}
#else
static bool carp_choose_shared6(const struct carp_dev *carp,
				const struct in6_addr *addr)
{
	return false;
}
#endif /* CONFIG_IPV6 */

/**
 * carp_choose_shared - is a virtual address balanced among vhids
 * @carp: the device
 * @vip: the address
 *
 * Context: RCU.
 */
bool carp_choose_shared(const struct carp_dev *carp,
			const struct carp_vip *vip)
{
	return vip->family == CARP_INET ? carp_choose_shared4(carp, vip->v4) :
					  carp_choose_shared6(carp, &vip->v6);
}
