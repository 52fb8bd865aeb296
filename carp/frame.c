// SPDX-License-Identifier: GPL-2.0-only
/* CARP: where a frame that arrives on a parent goes
 *
 * - Advertisements to the multicast group are taken here, before the IP layer:
 *   source validation drops those that come from a virtual address, which is
 *   what two masters with unaddressed parents send each other, and a firewall
 *   would stop the election. They then go on, for taps and raw sockets.
 * - Frames to the virtual MAC belong to the carp device, if it is master.
 * - ARP requests for a virtual address belong to the carp device, whatever MAC
 *   they are sent to. Replies belong to whoever asked, which may be both.
 * - Neighbour solicitations likewise.
 * - All else is the parent's.
 */
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/route.h>

#include "addr.h"
#include "addr6.h"
#include "arp.h"
#include "choose.h"
#include "frame.h"
#include "rx.h"
#include "share.h"
#include "stats.h"

/* Virtual MAC addresses, and the shared ones of balancing ip */
static const u8 carp_mac_prefix[] = { 0x00, 0x00, 0x5e, 0x00, 0x01 };
static const u8 carp_mac_shared[] = { 0x01, 0x00, 0x5e, 0x00, 0x01 };

/* Frames to a MAC that the administrator chose. The parent's own stays the
 * parent's.
 */
static struct carp_dev *carp_frame_odd_owner(const struct carp_port *port,
					     const u8 *mac)
{
	struct carp_dev *carp;

	if (ether_addr_equal(mac, port->dev->dev_addr))
		return NULL;

	list_for_each_entry_rcu(carp, &port->devs, port_node) {
		if (ether_addr_equal(mac, carp->dev->dev_addr))
			return carp;
	}
	return NULL;
}

static __always_inline struct carp_dev *
carp_frame_owner(const struct carp_port *port, const u8 *mac)
{
	const struct carp_node *node;

	if (unlikely(READ_ONCE(port->own_macs)))
		return carp_frame_odd_owner(port, mac);
	if (memcmp(mac, carp_mac_prefix, sizeof(carp_mac_prefix)) &&
	    memcmp(mac, carp_mac_shared, sizeof(carp_mac_shared)))
		return NULL;

	node = rcu_dereference(port->vhids[mac[ETH_ALEN - 1]]);
	if (!node || !ether_addr_equal(mac, node->carp->dev->dev_addr))
		return NULL;
	return node->carp;
}

static rx_handler_result_t carp_frame_drop(struct carp_dev *carp,
					   struct sk_buff *skb,
					   enum carp_stat why)
{
	carp_stats_inc(carp->vhost.stats, why);
	kfree_skb(skb);
	return RX_HANDLER_CONSUMED;
}

/* What br_netfilter has done for the bridge is not done for the carp device: it
 * would let the IP layer skip its hooks, and has dropped the connection.
 */
static void carp_frame_forget_bridge(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	skb_ext_del(skb, SKB_EXT_BRIDGE_NF);
#endif
}

/* Nobody says when conf.all makes source validation strict, with which a packet
 * is dropped, and an ARP request not answered, if the way back to the client
 * leads out of the parent. The greater value counts.
 */
static void carp_frame_loosen(const struct carp_dev *carp)
{
	struct in_device *in_dev = __in_dev_get_rcu(carp->dev);

	if (in_dev && !IN_DEV_CONF_GET(in_dev, RP_FILTER) &&
	    unlikely(IN_DEV_RPFILTER(in_dev) == 1))
		IN_DEV_CONF_SET(in_dev, RP_FILTER, 2);
}

static __always_inline void carp_frame_move(struct carp_dev *carp,
					    struct sk_buff *skb)
{
	carp_frame_forget_bridge(skb);
	dev_sw_netstats_rx_add(carp->dev, skb->len + ETH_HLEN);
	skb->dev = carp->dev;
	/* A shared MAC address is multicast, and yet means one host. */
	if (skb->pkt_type == PACKET_OTHERHOST ||
	    ether_addr_equal(eth_hdr(skb)->h_dest, carp->dev->dev_addr))
		skb->pkt_type = PACKET_HOST;
}

/* The frame goes on as if it had come in on the carp device, which is master
 * and therefore up.
 */
static __always_inline rx_handler_result_t
carp_frame_steer(struct carp_dev *carp, struct sk_buff **pskb)
{
	struct sk_buff *skb = skb_share_check(*pskb, GFP_ATOMIC);

	*pskb = skb;
	if (!skb)
		return RX_HANDLER_CONSUMED;

	if (skb->protocol != htons(ETH_P_IPV6))
		carp_frame_loosen(carp);
	carp_frame_move(carp, skb);
	return RX_HANDLER_ANOTHER;
}

static void carp_frame_copy(struct carp_dev *carp, struct sk_buff *skb)
{
	struct sk_buff *copy;

	if (!carp_is_master(carp))
		return;

	copy = skb_clone(skb, GFP_ATOMIC);
	if (!copy)
		return;

	carp_frame_move(carp, copy);
	netif_rx(copy);
}

static bool carp_frame_knows(const struct carp_dev *carp, __be32 addr)
{
	return __ipv4_neigh_lookup_noref(carp->dev, (__force u32)addr);
}

/* A host that announces itself is news to each master that talks to it. */
static void carp_frame_spread(const struct carp_port *port,
			      struct sk_buff *skb, __be32 sip)
{
	struct carp_dev *carp;

	list_for_each_entry_rcu(carp, &port->devs, port_node) {
		if (carp_is_master(carp) && carp_frame_knows(carp, sip))
			carp_frame_copy(carp, skb);
	}
}

/* An answer to the virtual MAC: the question was the carp device's own or, seen
 * through the hook in nf.c, the parent's.
 */
static rx_handler_result_t carp_frame_answer(struct carp_dev *carp,
					     struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;

	if (!carp_is_master(carp))
		return carp_frame_drop(carp, skb, CARP_STAT_NOTMASTER);

	carp_frame_copy(carp, skb);
	skb = skb_share_check(skb, GFP_ATOMIC);
	*pskb = skb;
	if (!skb)
		return RX_HANDLER_CONSUMED;

	skb->pkt_type = PACKET_HOST;
	return RX_HANDLER_PASS;
}

/* The device that an ARP request means, master or not; NULL if none here. */
static struct carp_dev *carp_frame_asked4(const struct carp_port *port,
					  const struct carp_arp *arp)
{
	struct carp_dev *carp;

	carp = carp_choose4(port, arp->tip, (const u8 *)&arp->sip, arp->sha);
	if (carp)
		return carp;
	carp = carp_addr_owner4(port->cn, arp->tip, port->dev);
	return carp && carp->lower == port->dev ? carp : NULL;
}

static noinline rx_handler_result_t carp_frame_arp(struct carp_port *port,
						   struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	const struct arphdr *hdr;
	const struct carp_arp *arp;
	struct arphdr _hdr;
	struct carp_arp _arp;
	struct carp_dev *carp;

	hdr = skb_header_pointer(skb, 0, sizeof(_hdr), &_hdr);
	if (!hdr || !carp_arp_ok(hdr))
		return RX_HANDLER_PASS;
	arp = skb_header_pointer(skb, sizeof(*hdr), sizeof(_arp), &_arp);
	if (!arp)
		return RX_HANDLER_PASS;

	/* A peer's gratuitous ARP is for the parent's table: that is how a
	 * backup learns that a master with a MAC of its own has taken over.
	 */
	if (hdr->ar_op == htons(ARPOP_REQUEST) && arp->sip != arp->tip) {
		carp = carp_frame_asked4(port, arp);
		if (carp && carp_share_speaks(carp))
			return carp_frame_steer(carp, pskb);
		if (carp)
			return carp_frame_drop(carp, skb, CARP_STAT_ARPDROP);
	}

	carp = carp_frame_owner(port, eth_hdr(skb)->h_dest);
	if (carp)
		return carp_frame_answer(carp, pskb);

	if (hdr->ar_op == htons(ARPOP_REPLY) || arp->sip == arp->tip)
		carp_frame_spread(port, skb, arp->sip);
	return RX_HANDLER_PASS;
}

/* Groups have multicast MAC addresses, and one may be that of a device. Bridges
 * and access points that turn multicast into unicast send to the parent's own.
 */
static bool carp_frame_may_be_group(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_HOST ||
	       is_multicast_ether_addr(eth_hdr(skb)->h_dest);
}

/* The IP layer would make a route for each advertisement that goes on, and RCU
 * would free it: more work than all the rest of it. They can share one.
 */
static void carp_frame_route4(const struct carp_port *port, struct sk_buff *skb)
{
	if (port->local4 && READ_ONCE(port->joined) && !skb_dst(skb) &&
	    !skb_shared(skb))
		skb_dst_set_noref(skb, &port->local4->dst);
}

static bool carp_frame_is_group4(struct carp_port *port, struct sk_buff *skb,
				 const struct iphdr *iph)
{
	if (iph->version == 4 && iph->protocol == CARP_PROTO_NUMBER &&
	    iph->daddr == CARP_GROUP4) {
		if (carp_rx_multicast(port, CARP_INET, skb))
			carp_frame_route4(port, skb);
		return true;
	}
	return ipv4_is_multicast(iph->daddr) || ipv4_is_lbcast(iph->daddr);
}

/* The same of a header that is in pieces. */
static noinline bool carp_frame_is_group4_copy(struct carp_port *port,
					       struct sk_buff *skb)
{
	struct iphdr iph;

	return skb_copy_bits(skb, 0, &iph, sizeof(iph)) ||
	       carp_frame_is_group4(port, skb, &iph);
}

/* Is a packet to a group? Advertisements are, and are read here. All packets of
 * the parent pass this: what needs a stack of its own is elsewhere.
 */
static bool carp_frame_group4(struct carp_port *port, struct sk_buff *skb)
{
	if (unlikely(skb_headlen(skb) < sizeof(struct iphdr)))
		return carp_frame_is_group4_copy(port, skb);
	return carp_frame_is_group4(port, skb, (const void *)skb->data);
}

#if IS_ENABLED(CONFIG_IPV6)
static const struct in6_addr carp_group6 = CARP_GROUP6_INIT;

static bool carp_frame_is_linklocal6(const struct in6_addr *addr)
{
	return (addr->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

/* Is the MAC all that counts? Most packets of the parent are like that: neither
 * an advertisement or a piece of one, nor about neighbours, nor link-local.
 */
static bool carp_frame_is_plain6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = (const void *)skb->data;

	if (unlikely(skb_headlen(skb) < sizeof(*ip6h)))
		return false;
	switch (ip6h->nexthdr) {
	case CARP_PROTO_NUMBER:
	case IPPROTO_ICMPV6:
	case NEXTHDR_FRAGMENT:
		return false;
	default:
		return !carp_frame_is_linklocal6(&ip6h->saddr);
	}
}

/* Fragments of an advertisement: there is no such thing. One that is whole is
 * counted where extension headers are, in inet.c.
 */
static bool carp_frame_is_fragment6(const struct sk_buff *skb,
				    const struct ipv6hdr *ip6h)
{
	const struct frag_hdr *frag;
	struct frag_hdr _frag;

	if (ip6h->nexthdr != NEXTHDR_FRAGMENT)
		return false;
	frag = skb_header_pointer(skb, sizeof(*ip6h), sizeof(_frag), &_frag);
	return frag && frag->nexthdr == CARP_PROTO_NUMBER &&
	       frag->frag_off & htons(IP6_OFFSET | IP6_MF);
}

static void carp_frame_group6(struct carp_port *port, const struct sk_buff *skb,
			      const struct ipv6hdr *ip6h)
{
	if (!carp_frame_may_be_group(skb) ||
	    !ipv6_addr_equal(&ip6h->daddr, &carp_group6))
		return;

	if (ip6h->nexthdr == CARP_PROTO_NUMBER)
		carp_rx_multicast(port, CARP_INET6, skb);
	else if (carp_frame_is_fragment6(skb, ip6h) &&
		 READ_ONCE(port->cn->allow))
		carp_stats_inc(port->stats, CARP_STAT_HDROPS);
}

static u8 carp_frame_icmp6_type(const struct sk_buff *skb,
				const struct ipv6hdr *ip6h)
{
	const u8 *type;
	u8 _type;

	if (ip6h->nexthdr != IPPROTO_ICMPV6)
		return 0;
	type = skb_header_pointer(skb, sizeof(*ip6h), sizeof(_type), &_type);
	return type ? *type : 0;
}

/* The source link-layer option of a solicitation; false if it has none. */
static bool carp_frame_lladdr6(const struct sk_buff *skb,
			       const struct ipv6hdr *ip6h, u8 lladdr[ETH_ALEN])
{
	int offset = sizeof(*ip6h) + sizeof(struct nd_msg);
	int end = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	const struct nd_opt_hdr *opt;
	struct nd_opt_hdr _opt;

	while (offset + 8 <= end) {
		opt = skb_header_pointer(skb, offset, sizeof(_opt), &_opt);
		if (!opt || !opt->nd_opt_len)
			return false;
		if (opt->nd_opt_type == ND_OPT_SOURCE_LL_ADDR)
			return !skb_copy_bits(skb, offset + sizeof(_opt),
					      lladdr, ETH_ALEN);
		offset += opt->nd_opt_len * 8;
	}
	return false;
}

/* The device that a solicitation means, master or not; NULL if none here. */
static struct carp_dev *carp_frame_asked6(const struct carp_port *port,
					  const struct sk_buff *skb,
					  const struct ipv6hdr *ip6h)
{
	const struct carp_net *cn = port->cn;
	const struct nd_msg *msg;
	struct carp_dev *carp;
	u8 lladdr[ETH_ALEN];
	struct nd_msg _msg;
	bool known;

	msg = skb_header_pointer(skb, sizeof(*ip6h), sizeof(_msg), &_msg);
	if (!msg)
		return NULL;

	if (unlikely(READ_ONCE(cn->arpbalance))) {
		known = carp_frame_lladdr6(skb, ip6h, lladdr);
		carp = carp_choose6(port, &msg->target, &ip6h->saddr,
				    known ? lladdr : NULL);
		if (carp)
			return carp;
	}
	carp = carp_addr6_owner(cn, &msg->target, port->dev);
	return carp && carp->lower == port->dev ? carp : NULL;
}

/* Solicitations for a virtual address are the carp device's, whatever MAC they
 * are sent to.
 */
static rx_handler_result_t carp_frame_solicit6(struct carp_port *port,
					       struct sk_buff **pskb,
					       const struct ipv6hdr *ip6h,
					       bool *done)
{
	struct carp_dev *carp = carp_frame_asked6(port, *pskb, ip6h);

	if (!carp)
		return RX_HANDLER_PASS;

	*done = true;
	if (carp_share_speaks(carp))
		return carp_frame_steer(carp, pskb);
	return carp_frame_drop(carp, *pskb, CARP_STAT_ARPDROP);
}

/* What a host sends from its link-local address to a virtual one of wider scope
 * is the parent's: that has a route back, and the answer takes the way of all
 * that is sent from a virtual address.
 */
static rx_handler_result_t carp_frame_linklocal6(struct carp_port *port,
						 struct sk_buff **pskb,
						 const struct ipv6hdr *ip6h,
						 bool *done)
{
	struct sk_buff *skb = *pskb;
	struct carp_dev *carp;

	if (!carp_frame_is_linklocal6(&ip6h->saddr) ||
	    ipv6_addr_type(&ip6h->daddr) & IPV6_ADDR_LINKLOCAL)
		return RX_HANDLER_PASS;

	carp = carp_frame_owner(port, eth_hdr(skb)->h_dest);
	if (!carp || !carp_is_master(carp))
		return RX_HANDLER_PASS;

	*done = true;
	if (!carp_share_keeps(carp, skb)) {
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	*pskb = skb;
	if (!skb)
		return RX_HANDLER_CONSUMED;
	carp_frame_forget_bridge(skb);
	skb->pkt_type = PACKET_HOST;
	return RX_HANDLER_PASS;
}

/* As carp_frame_spread(). */
static void carp_frame_spread6(const struct carp_port *port,
			       struct sk_buff *skb, const struct ipv6hdr *ip6h)
{
	const struct nd_msg *msg;
	struct carp_dev *carp;
	struct nd_msg _msg;

	if (!ipv6_addr_is_multicast(&ip6h->daddr))
		return;
	msg = skb_header_pointer(skb, sizeof(*ip6h), sizeof(_msg), &_msg);
	if (!msg)
		return;

	/* With ipv6.disable=1 there is not even a table to look into. */
	list_for_each_entry_rcu(carp, &port->devs, port_node) {
		if (carp_is_master(carp) && __in6_dev_get(carp->dev) &&
		    __ipv6_neigh_lookup_noref(carp->dev, &msg->target))
			carp_frame_copy(carp, skb);
	}
}

/* @done: decided; otherwise the frame goes where its MAC says. */
static rx_handler_result_t carp_frame_inet6(struct carp_port *port,
					    struct sk_buff **pskb, bool *done)
{
	struct sk_buff *skb = *pskb;
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;

	*done = false;
	ip6h = skb_header_pointer(skb, 0, sizeof(_ip6h), &_ip6h);
	if (!ip6h || ip6h->version != 6)
		return RX_HANDLER_PASS;
	carp_frame_group6(port, skb, ip6h);

	switch (carp_frame_icmp6_type(skb, ip6h)) {
	case NDISC_NEIGHBOUR_SOLICITATION:
		return carp_frame_solicit6(port, pskb, ip6h, done);
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		carp_frame_spread6(port, skb, ip6h);
		return RX_HANDLER_PASS;
	default:
		return carp_frame_linklocal6(port, pskb, ip6h, done);
	}
}
#else
static bool carp_frame_is_plain6(const struct sk_buff *skb)
{
	return true;
}

static rx_handler_result_t carp_frame_inet6(struct carp_port *port,
					    struct sk_buff **pskb, bool *done)
{
	*done = false;
	return RX_HANDLER_PASS;
}
#endif /* CONFIG_IPV6 */

/* All that is sent to a virtual MAC passes this, and what is inlined into it:
 * calls would be a quarter of its way through here.
 */
static __always_inline rx_handler_result_t
carp_frame_by_mac(struct carp_port *port, struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct carp_dev *carp;

	carp = carp_frame_owner(port, eth_hdr(skb)->h_dest);
	if (!carp)
		return RX_HANDLER_PASS;
	if (!carp_is_master(carp))
		return carp_frame_drop(carp, skb, CARP_STAT_NOTMASTER);
	if (!carp_share_keeps(carp, skb)) {
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	return carp_frame_steer(carp, pskb);
}

static noinline rx_handler_result_t carp_frame_rx6(struct carp_port *port,
						   struct sk_buff **pskb)
{
	rx_handler_result_t result;
	bool done;

	result = carp_frame_inet6(port, pskb, &done);
	return done ? result : carp_frame_by_mac(port, pskb);
}

/**
 * carp_frame_rx - rx_handler of a parent
 * @pskb: the frame, its data at the network header
 *
 * Context: softirq, RCU.
 */
rx_handler_result_t carp_frame_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct carp_port *port = rcu_dereference(skb->dev->rx_handler_data);

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	/* With a VLAN id that no VLAN device has claimed: not our segment. */
	if (unlikely(skb_vlan_tag_get_id(skb) && skb_vlan_tag_present(skb)))
		return RX_HANDLER_PASS;

	/* Where a VLAN device leaves the tag in, the header says 802.1Q. */
	if (skb->protocol == htons(ETH_P_ARP))
		return carp_frame_arp(port, pskb);
	if (skb->protocol == htons(ETH_P_IPV6) && !carp_frame_is_plain6(skb))
		return carp_frame_rx6(port, pskb);
	if (skb->protocol == htons(ETH_P_IP) && carp_frame_may_be_group(skb) &&
	    carp_frame_group4(port, skb))
		return RX_HANDLER_PASS;
	return carp_frame_by_mac(port, pskb);
}
