// SPDX-License-Identifier: GPL-2.0-only
/* CARP: what a master sends of its own accord
 *
 * Advertisements and gratuitous ARP leave by the parent with the virtual MAC as
 * Ethernet source, whatever the parent's own is, so that switches follow the
 * master. Nothing here knows the election: errors go back to vhost.c.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/pkt_sched.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>

#include "key.h"
#include "share.h"
#include "source.h"
#include "tx.h"

/* Low delay, as OpenBSD, NetBSD and ucarp send it, protocol.rst */
#define CARP_TOS	0x10

static const u8 carp_group4_mac[ETH_ALEN] = CARP_GROUP4_MAC_INIT;

/* A queue that says it is congested has taken the packet. */
static int carp_tx_verdict(int rc)
{
	return rc > 0 ? net_xmit_errno(rc) : rc;
}

static int carp_tx_xmit(struct sk_buff *skb)
{
	skb->priority = TC_PRIO_CONTROL;
	return carp_tx_verdict(dev_queue_xmit(skb));
}

static struct sk_buff *carp_tx_alloc(struct net_device *lower, size_t len)
{
	struct sk_buff *skb;

	skb = alloc_skb(LL_RESERVED_SPACE(lower) + len + lower->needed_tailroom,
			GFP_ATOMIC);
	if (!skb)
		return NULL;

	skb_reserve(skb, LL_RESERVED_SPACE(lower));
	skb->dev = lower;
	return skb;
}

static void carp_tx_put_hdr(struct sk_buff *skb, const struct carp_key *key,
			    const struct carp_node_key *node,
			    const struct carp_prio *prio)
{
	struct carp_advert adv = {
		.version = CARP_VERSION,
		.vhid = node->vhid,
		.advbase = prio->advbase,
		.advskew = prio->advskew,
		.demote = prio->demote,
	};

	memcpy(adv.counter, key->counter, sizeof(adv.counter));
	memcpy(adv.digest, node->digest, sizeof(adv.digest));
	carp_proto_build(&adv, skb_put(skb, sizeof(struct carp_hdr)));
}

static void carp_tx_push_ip4(struct sk_buff *skb, __be32 saddr, __be32 daddr)
{
	unsigned int len = skb->len;
	struct iphdr *iph;

	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = CARP_TOS;
	iph->tot_len = htons(sizeof(*iph) + len);
	iph->id = 0;
	iph->frag_off = htons(IP_DF);
	iph->ttl = CARP_TTL;
	iph->protocol = CARP_PROTO_NUMBER;
	iph->saddr = saddr;
	iph->daddr = daddr;
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
}

static struct rtable *carp_tx_route4(const struct carp_dev *carp, __be32 peer,
				     struct flowi4 *fl4)
{
	*fl4 = (struct flowi4) {
		.flowi4_oif = l3mdev_master_ifindex_rcu(carp->lower),
		.flowi4_proto = CARP_PROTO_NUMBER,
		.daddr = peer,
	};
	return ip_route_output_key(carp->cn->net, fl4);
}

/* To a peer, which may sit behind a router: as any packet of this host. */
static int carp_tx_unicast4(struct sk_buff *skb, struct carp_dev *carp,
			    __be32 peer)
{
	struct flowi4 fl4;
	struct rtable *rt;

	rt = carp_tx_route4(carp, peer, &fl4);
	if (IS_ERR(rt)) {
		kfree_skb(skb);
		return PTR_ERR(rt);
	}

	carp_tx_push_ip4(skb, fl4.saddr, peer);
	skb_dst_set(skb, &rt->dst);
	skb->priority = TC_PRIO_CONTROL;
	return carp_tx_verdict(ip_local_out(carp->cn->net, NULL, skb));
}

static int carp_tx_multicast4(struct sk_buff *skb, struct carp_dev *carp)
{
	carp_tx_push_ip4(skb, carp_source4(carp), CARP_GROUP4);
	if (dev_hard_header(skb, skb->dev, ETH_P_IP, carp_group4_mac,
			    carp_share_source(carp), skb->len) < 0) {
		kfree_skb(skb);
		return -EINVAL;
	}
	return carp_tx_xmit(skb);
}

/**
 * carp_tx_advert4 - send one IPv4 advertisement
 * @node: whose
 * @prio: advbase, advskew and demotion to advertise
 *
 * Context: RCU, BH disabled, no lock of ours held.
 * Return: 0, or a negative errno if the packet did not leave.
 */
int carp_tx_advert4(const struct carp_node *node, const struct carp_prio *prio)
{
	struct carp_dev *carp = node->carp;
	const struct carp_key *key = rcu_dereference(carp->vhost.key);
	const struct carp_node_key *part;
	struct sk_buff *skb;

	part = key ? carp_key_node(key, node->vhid) : NULL;
	if (!part)
		return -ENOKEY;

	skb = carp_tx_alloc(carp->lower, sizeof(struct iphdr) +
			    sizeof(struct carp_hdr));
	if (!skb)
		return -ENOMEM;

	skb_reserve(skb, sizeof(struct iphdr));
	carp_tx_put_hdr(skb, key, part, prio);
	if (key->peer4)
		return carp_tx_unicast4(skb, carp, key->peer4);
	return carp_tx_multicast4(skb, carp);
}

/* Ethernet's own loopback test, to ourselves and from our own address: switches
 * drop it where it came from, and no receiver does anything.
 */
static int carp_tx_loopback(const struct carp_dev *carp)
{
	struct net_device *lower = carp->lower;
	struct sk_buff *skb;

	skb = carp_tx_alloc(lower, ETH_ZLEN);
	if (!skb)
		return -ENOMEM;

	skb_reset_network_header(skb);
	skb_put_zero(skb, ETH_ZLEN - ETH_HLEN);
	skb->protocol = htons(ETH_P_LOOPBACK);
	if (dev_hard_header(skb, lower, ETH_P_LOOPBACK, lower->dev_addr,
			    lower->dev_addr, skb->len) < 0) {
		kfree_skb(skb);
		return -EINVAL;
	}
	return carp_tx_xmit(skb);
}

static int carp_tx_probe4(struct carp_dev *carp, const struct carp_key *key)
{
	struct flowi4 fl4;
	struct rtable *rt;

	if (!key->peer4)
		return carp_tx_loopback(carp);

	rt = carp_tx_route4(carp, key->peer4, &fl4);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	ip_rt_put(rt);
	return 0;
}

/* A broadcast request with sender and target address the same and the virtual
 * MAC as sender and Ethernet source, protocol.rst.
 */
static void carp_tx_garp(const struct carp_dev *carp, __be32 addr)
{
	struct sk_buff *skb;

	skb = arp_create(ARPOP_REQUEST, ETH_P_ARP, addr, carp->lower, addr,
			 NULL, carp->dev->dev_addr, NULL);
	if (!skb)
		return;
	ether_addr_copy(((struct ethhdr *)skb->data)->h_source,
			carp_share_source(carp));
	carp_tx_xmit(skb);
}

#if IS_ENABLED(CONFIG_IPV6)
static const struct in6_addr carp_group6 = CARP_GROUP6_INIT;

/* IPv6 header in front of @len bytes that are in @skb already. */
static void carp_tx_push_ip6(struct sk_buff *skb, u8 nexthdr,
			     const struct in6_addr *saddr,
			     const struct in6_addr *daddr)
{
	unsigned int len = skb->len;
	struct ipv6hdr *ip6h;

	ip6h = skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(*ip6h));
	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = nexthdr;
	ip6h->hop_limit = CARP_TTL;
	ip6h->saddr = *saddr;
	ip6h->daddr = *daddr;
	skb->protocol = htons(ETH_P_IPV6);
}

static int carp_tx_multicast6(struct sk_buff *skb, const struct carp_dev *carp,
			      const struct in6_addr *group)
{
	u8 mac[ETH_ALEN];

	ipv6_eth_mc_map(group, mac);
	if (dev_hard_header(skb, skb->dev, ETH_P_IPV6, mac,
			    carp_share_source(carp), skb->len) < 0) {
		kfree_skb(skb);
		return -EINVAL;
	}
	return carp_tx_xmit(skb);
}

/* NetBSD's checksum covers the pseudo-header too. */
static void carp_tx_cksum6(struct sk_buff *skb, const struct carp_key *key,
			   const struct in6_addr *saddr,
			   const struct in6_addr *daddr)
{
	struct carp_hdr *hdr = (struct carp_hdr *)skb->data;

	if (key->cksum6 != CARP_CKSUM6_PSEUDO)
		return;

	hdr->cksum = 0;
	hdr->cksum = (__force __be16)
		csum_ipv6_magic(saddr, daddr, sizeof(*hdr), CARP_PROTO_NUMBER,
				csum_partial(hdr, sizeof(*hdr), 0));
}

/* The route, with the source in @fl6; to be released even if it is an error. */
static struct dst_entry *carp_tx_route6(const struct carp_dev *carp,
					const struct carp_key *key,
					struct flowi6 *fl6)
{
	struct net *net = carp->cn->net;
	struct dst_entry *dst;

	*fl6 = (struct flowi6) {
		.flowi6_oif = l3mdev_master_ifindex_rcu(carp->lower),
		.flowi6_proto = CARP_PROTO_NUMBER,
		.daddr = key->peer6,
	};
	if (ipv6_addr_type(&fl6->daddr) & IPV6_ADDR_LINKLOCAL)
		fl6->flowi6_oif = carp->lower->ifindex;

	dst = ip6_route_output(net, NULL, fl6);
	if (!dst->error && ipv6_addr_any(&fl6->saddr) &&
	    ipv6_dev_get_saddr(net, dst->dev, &fl6->daddr, 0, &fl6->saddr)) {
		dst_release(dst);
		return NULL;
	}
	return dst;
}

static int carp_tx_unicast6(struct sk_buff *skb, struct carp_dev *carp,
			    const struct carp_key *key)
{
	struct dst_entry *dst;
	struct flowi6 fl6;

	dst = carp_tx_route6(carp, key, &fl6);
	if (!dst || dst->error) {
		int err = dst ? dst->error : -EADDRNOTAVAIL;

		dst_release(dst);
		kfree_skb(skb);
		return err;
	}

	carp_tx_cksum6(skb, key, &fl6.saddr, &fl6.daddr);
	carp_tx_push_ip6(skb, CARP_PROTO_NUMBER, &fl6.saddr, &fl6.daddr);
	skb_dst_set(skb, dst);
	skb->priority = TC_PRIO_CONTROL;
	return carp_tx_verdict(ip6_local_out(carp->cn->net, NULL, skb));
}

static int carp_tx_probe6(struct carp_dev *carp, const struct carp_key *key)
{
	struct dst_entry *dst;
	struct in6_addr saddr;
	struct flowi6 fl6;
	int err;

	if (ipv6_addr_any(&key->peer6))
		return carp_source6(carp, &saddr) ? carp_tx_loopback(carp) :
			-EADDRNOTAVAIL;

	dst = carp_tx_route6(carp, key, &fl6);
	err = dst ? dst->error : -EADDRNOTAVAIL;
	dst_release(dst);
	return err;
}

/**
 * carp_tx_advert6 - send one IPv6 advertisement
 * @node: whose
 * @prio: advbase, advskew and demotion to advertise
 *
 * Context: RCU, BH disabled, no lock of ours held.
 * Return: 0, or a negative errno if the packet did not leave.
 */
int carp_tx_advert6(const struct carp_node *node, const struct carp_prio *prio)
{
	struct carp_dev *carp = node->carp;
	const struct carp_key *key = rcu_dereference(carp->vhost.key);
	const struct carp_node_key *part;
	struct in6_addr saddr;
	struct sk_buff *skb;

	part = key ? carp_key_node(key, node->vhid) : NULL;
	if (!part)
		return -ENOKEY;

	skb = carp_tx_alloc(carp->lower, sizeof(struct ipv6hdr) +
			    sizeof(struct carp_hdr));
	if (!skb)
		return -ENOMEM;

	skb_reserve(skb, sizeof(struct ipv6hdr));
	carp_tx_put_hdr(skb, key, part, prio);
	if (!ipv6_addr_any(&key->peer6))
		return carp_tx_unicast6(skb, carp, key);

	if (!carp_source6(carp, &saddr)) {
		kfree_skb(skb);
		return -EADDRNOTAVAIL;
	}
	carp_tx_cksum6(skb, key, &saddr, &carp_group6);
	carp_tx_push_ip6(skb, CARP_PROTO_NUMBER, &saddr, &carp_group6);
	return carp_tx_multicast6(skb, carp, &carp_group6);
}

static bool carp_tx_is_router(const struct carp_dev *carp)
{
	const struct inet6_dev *idev = __in6_dev_get(carp->dev);

	return idev && READ_ONCE(idev->cnf.forwarding);
}

/* Neighbour discovery built by hand: what the kernel exports for it looks at
 * the device's state, which lags behind, or at its link-local address, which it
 * need not have.
 */
static void carp_tx_nd(const struct carp_dev *carp, const struct nd_msg *head,
		       u8 option, const struct in6_addr *saddr,
		       const struct in6_addr *daddr)
{
	struct nd_msg *msg;
	struct sk_buff *skb;
	u8 *opt;

	skb = carp_tx_alloc(carp->lower, sizeof(struct ipv6hdr) +
			    sizeof(*msg) + 8);
	if (!skb)
		return;

	skb_reserve(skb, sizeof(struct ipv6hdr));
	msg = skb_put_data(skb, head, sizeof(*head));
	opt = skb_put(skb, 8);
	opt[0] = option;
	opt[1] = 1;
	ether_addr_copy(opt + 2, carp->dev->dev_addr);
	msg->icmph.icmp6_cksum =
		csum_ipv6_magic(saddr, daddr, skb->len, IPPROTO_ICMPV6,
				csum_partial(msg, skb->len, 0));

	carp_tx_push_ip6(skb, IPPROTO_ICMPV6, saddr, daddr);
	carp_tx_multicast6(skb, carp, daddr);
}

/* An unsolicited neighbour advertisement that overrides. */
static void carp_tx_una(const struct carp_dev *carp,
			const struct in6_addr *addr)
{
	struct nd_msg head = {
		.icmph.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT,
		.target = *addr,
	};

	head.icmph.icmp6_override = 1;
	head.icmph.icmp6_router = carp_tx_is_router(carp);
	carp_tx_nd(carp, &head, ND_OPT_TARGET_LL_ADDR, addr,
		   &in6addr_linklocal_allnodes);
}

/**
 * carp_tx_solicit - ask for a neighbour
 * @carp: the device, master
 * @target: the neighbour's address
 * @saddr: the virtual address that asks
 *
 * Context: RCU, BH disabled, no lock of ours held.
 */
void carp_tx_solicit(const struct carp_dev *carp,
		     const struct in6_addr *target,
		     const struct in6_addr *saddr)
{
	const struct nd_msg head = {
		.icmph.icmp6_type = NDISC_NEIGHBOUR_SOLICITATION,
		.target = *target,
	};
	struct in6_addr group;

	addrconf_addr_solict_mult(target, &group);
	carp_tx_nd(carp, &head, ND_OPT_SOURCE_LL_ADDR, saddr, &group);
}
#else
static int carp_tx_probe6(struct carp_dev *carp, const struct carp_key *key)
{
	return 0;
}

static void carp_tx_una(const struct carp_dev *carp,
			const struct in6_addr *addr)
{
}
#endif /* CONFIG_IPV6 */

/**
 * carp_tx_probe - find out whether an advertisement would leave, without one
 * @carp: the device
 * @family: which families have addresses
 *
 * Context: RCU, BH disabled, no lock of ours held.
 * Return: 0, or a negative errno if it would not.
 */
int carp_tx_probe(struct carp_dev *carp, const bool family[CARP_FAMILIES])
{
	const struct carp_key *key = rcu_dereference(carp->vhost.key);
	int err = 0;

	if (!key)
		return -ENOKEY;

	if (family[CARP_INET])
		err = carp_tx_probe4(carp, key);
	if (!err && family[CARP_INET6])
		err = carp_tx_probe6(carp, key);
	return err;
}

/**
 * carp_tx_announce - tell the link that a virtual address is here
 * @carp: the device
 * @vip: the virtual address
 *
 * Context: RCU, BH disabled, no lock of ours held.
 */
void carp_tx_announce(const struct carp_dev *carp, const struct carp_vip *vip)
{
	if (vip->family == CARP_INET)
		carp_tx_garp(carp, vip->v4);
	else
		carp_tx_una(carp, &vip->v6);
}
