// SPDX-License-Identifier: GPL-2.0-only
/* CARP: IP balancing, which packets this host keeps
 *
 * Every member receives every packet to the shared MAC address. Each packet
 * belongs to one node, by a hash of what is in it, and is kept by the node's
 * MASTER. Nothing here is written but counters of this CPU, and nothing is
 * locked.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "share.h"

/**
 * enum carp_for - whom a packet is for
 * @CARP_FOR_NODE: the master of the node that its flow hashes to
 * @CARP_FOR_ALL: whoever is master of any node
 * @CARP_FOR_LEADER: the master of the leader
 */
enum carp_for {
	CARP_FOR_NODE,
	CARP_FOR_ALL,
	CARP_FOR_LEADER,
};

/**
 * carp_share_alloc - counters of a node, all zero
 *
 * Context: process. Return: the counters, or NULL; free with free_percpu().
 */
struct carp_packets __percpu *carp_share_alloc(void)
{
	return netdev_alloc_pcpu_stats(struct carp_packets);
}

/**
 * carp_share_sum - read a node's counters
 * @packets: the counters
 * @kept: told the sum over all CPUs
 * @left: the same
 *
 * Context: any.
 */
void carp_share_sum(const struct carp_packets __percpu *packets, u64 *kept,
		    u64 *left)
{
	unsigned int start;
	u64 k, l;
	int cpu;

	*kept = 0;
	*left = 0;
	for_each_possible_cpu(cpu) {
		const struct carp_packets *p = per_cpu_ptr(packets, cpu);

		do {
			start = u64_stats_fetch_begin(&p->syncp);
			k = u64_stats_read(&p->kept);
			l = u64_stats_read(&p->left);
		} while (u64_stats_fetch_retry(&p->syncp, start));
		*kept += k;
		*left += l;
	}
}

static void carp_share_count(const struct carp_node *node, bool kept)
{
	struct carp_packets *p = this_cpu_ptr(node->packets);

	u64_stats_update_begin(&p->syncp);
	u64_stats_inc(kept ? &p->kept : &p->left);
	u64_stats_update_end(&p->syncp);
}

/* Those whose header begins with two ports. */
static bool carp_share_has_ports(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

static void carp_share_ports(struct carp_flow *flow, const struct sk_buff *skb,
			     int offset)
{
	const __be16 *ports;
	__be16 _ports[2];

	if (!flow->whole || !carp_share_has_ports(flow->proto))
		return;

	ports = skb_header_pointer(skb, offset, sizeof(_ports), _ports);
	if (!ports)
		return;
	flow->sport = ntohs(ports[0]);
	flow->dport = ntohs(ports[1]);
}

/* The type of an ICMP message at @offset, or -1 where @flow is something else.
 * It is the first byte in both families.
 */
static int carp_share_icmp_type(const struct carp_flow *flow,
				const struct sk_buff *skb, int offset, u8 proto)
{
	const u8 *type;
	u8 _type;

	if (!flow->whole || flow->proto != proto)
		return -1;

	type = skb_header_pointer(skb, offset, sizeof(_type), &_type);
	return type ? *type : -1;
}

/* The header at @offset; an error follows the packet that it quotes. */
static enum carp_for carp_share_flow4(struct carp_flow *flow,
				      const struct sk_buff *skb, int offset,
				      bool quoted)
{
	const struct iphdr *iph;
	struct iphdr _iph;

	iph = skb_header_pointer(skb, offset, sizeof(_iph), &_iph);
	if (!iph)
		return CARP_FOR_LEADER;

	*flow = (struct carp_flow) {
		.family = CARP_INET,
		.src = { ntohl(iph->saddr) },
		.dst = { ntohl(iph->daddr) },
		.proto = iph->protocol,
		.whole = !ip_is_fragment(iph),
	};
	offset += iph->ihl * 4;
	carp_share_ports(flow, skb, offset);
	if (!quoted && icmp_is_err(carp_share_icmp_type(flow, skb, offset,
							IPPROTO_ICMP)))
		return carp_share_flow4(flow, skb,
					offset + sizeof(struct icmphdr), true);
	return CARP_FOR_NODE;
}

#if IS_ENABLED(CONFIG_IPV6)
static void carp_share_words(u32 words[CARP_IP6_LEN / 4],
			     const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < CARP_IP6_LEN / 4; i++)
		words[i] = ntohl(addr->s6_addr32[i]);
}

/* Neighbour discovery is each host's own: answers come to whoever has asked,
 * and all of them have the same MAC address.
 */
static bool carp_share_is_nd(int type)
{
	return type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
}

static enum carp_for carp_share_flow6(struct carp_flow *flow,
				      const struct sk_buff *skb, int offset,
				      bool quoted)
{
	const struct ipv6hdr *ip6h;
	struct ipv6hdr _ip6h;
	__be16 frag_off = 0;
	int type;

	ip6h = skb_header_pointer(skb, offset, sizeof(_ip6h), &_ip6h);
	if (!ip6h)
		return CARP_FOR_LEADER;

	*flow = (struct carp_flow) {
		.family = CARP_INET6,
		.proto = ip6h->nexthdr,
	};
	carp_share_words(flow->src, &ip6h->saddr);
	carp_share_words(flow->dst, &ip6h->daddr);
	offset = ipv6_skip_exthdr(skb, offset + sizeof(*ip6h), &flow->proto,
				  &frag_off);
	flow->whole = offset >= 0 && !frag_off;
	carp_share_ports(flow, skb, offset);
	if (quoted)
		return CARP_FOR_NODE;

	type = carp_share_icmp_type(flow, skb, offset, IPPROTO_ICMPV6);
	if (icmpv6_is_err(type))
		return carp_share_flow6(flow, skb, offset +
					sizeof(struct icmp6hdr), true);
	return carp_share_is_nd(type) ? CARP_FOR_ALL : CARP_FOR_NODE;
}
#else
static enum carp_for carp_share_flow6(struct carp_flow *flow,
				      const struct sk_buff *skb, int offset,
				      bool quoted)
{
	return CARP_FOR_LEADER;
}
#endif /* CONFIG_IPV6 */

/* Whom a packet is for, and what it says of its flow if it is for a node. */
static enum carp_for carp_share_find(const struct sk_buff *skb,
				     struct carp_flow *flow)
{
	int offset = skb_network_offset(skb);

	if (skb->protocol == htons(ETH_P_IP))
		return carp_share_flow4(flow, skb, offset, false);
	if (skb->protocol == htons(ETH_P_IPV6))
		return carp_share_flow6(flow, skb, offset, false);
	return CARP_FOR_LEADER;
}

/* See carp_share_keeps(). */
bool carp_share_is_kept(const struct carp_share *share,
			const struct sk_buff *skb)
{
	u32 masters = READ_ONCE(share->masters);
	struct carp_flow flow;
	unsigned int node;
	bool keeps;

	switch (carp_share_find(skb, &flow)) {
	case CARP_FOR_ALL:
		return masters;
	case CARP_FOR_LEADER:
		return masters & 1;
	case CARP_FOR_NODE:
		break;
	}

	node = carp_balance_node(share->hash, &flow, share->n);
	keeps = masters & BIT(node);
	carp_share_count(share->node[node], keeps);
	return keeps;
}

static bool carp_share_to_many(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return ipv4_is_multicast(ip_hdr(skb)->daddr) ||
		       ipv4_is_lbcast(ip_hdr(skb)->daddr);
	return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
}

/* Each host asks for its own neighbours, from whichever address. */
static bool carp_share_solicits(const struct sk_buff *skb)
{
	int offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	struct carp_flow flow = { .whole = true };

	if (skb->protocol != htons(ETH_P_IPV6))
		return false;

	flow.proto = ipv6_hdr(skb)->nexthdr;
	return carp_share_icmp_type(&flow, skb, offset, IPPROTO_ICMPV6) ==
	       NDISC_NEIGHBOUR_SOLICITATION;
}

/* See carp_share_sends(). */
bool carp_share_is_sent(const struct carp_share *share,
			const struct sk_buff *skb)
{
	u32 masters = READ_ONCE(share->masters);
	struct carp_flow flow;

	if (carp_share_to_many(skb))
		return carp_share_solicits(skb) ? masters : masters & 1;

	switch (carp_share_find(skb, &flow)) {
	case CARP_FOR_ALL:
		return masters;
	case CARP_FOR_LEADER:
		return masters & 1;
	case CARP_FOR_NODE:
		break;
	}

	if (masters & BIT(carp_balance_node(share->hash, &flow, share->n)))
		return true;
	/* It may answer fragments, which came here by their addresses. */
	flow.whole = false;
	return masters & BIT(carp_balance_node(share->hash, &flow, share->n));
}
