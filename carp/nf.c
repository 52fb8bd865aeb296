// SPDX-License-Identifier: GPL-2.0-only
/* CARP: netfilter hooks on what is sent in a virtual address's name
 *
 * IP, after routing and source NAT: a packet from a virtual address leaves by
 * the carp device, so that it carries the virtual MAC and is seen and counted
 * there, even where the route leads out of the parent or another carp device on
 * it; if the device is not master, it does not leave at all.
 *
 * IP, before routing: a packet from a virtual address that is not local here.
 *
 * ARP: nobody is told another MAC than the virtual one for a virtual address.
 *
 * The hooks are there as long as the namespace has a carp device, and that
 * before routing as long as it has such an address.
 */
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/route.h>

#include "addr.h"
#include "addr6.h"
#include "arp.h"
#include "choose.h"
#include "nf.h"
#include "redirect.h"
#include "route.h"
#include "share.h"
#include "stats.h"

/* It came in by a link. The control block does not say so of IPv6. */
static bool carp_nf_in_transit(const struct sk_buff *skb)
{
	return skb->skb_iif;
}

/* A packet that came in from a virtual address is somebody else's, unless it
 * goes back out to where that address lives: then this host has put the
 * address there. But what a bridge that filters passes from port to port has
 * that bridge as its way out, and not even a route.
 */
static bool carp_nf_ours(const struct carp_dev *carp,
			 const struct sk_buff *skb,
			 const struct net_device *out)
{
	if (!carp_nf_in_transit(skb))
		return true;
	return carp_on_link(carp, out) &&
	       !(skb_dst(skb)->flags & DST_FAKE_RTABLE);
}

/* The master answers this host, or asks for it. */
static void carp_nf_from_master(struct carp_net *cn, __be32 addr)
{
	if (READ_ONCE(cn->hidden_vips) && carp_addr_is_vip4(cn, addr))
		carp_route_answered(cn);
}

static unsigned int carp_nf_prerouting4(void *priv, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	carp_nf_from_master(priv, ip_hdr(skb)->saddr);
	return NF_ACCEPT;
}

static unsigned int carp_nf_postrouting4(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	struct carp_net *cn = priv;
	struct carp_dev *carp;

	if (state->out->flags & IFF_LOOPBACK)
		return NF_ACCEPT;

	carp = carp_addr_owner4(cn, ip_hdr(skb)->saddr, state->out);
	if (likely(!carp) || !carp_nf_ours(carp, skb, state->out))
		return NF_ACCEPT;

	if (!carp_is_master(carp) ||
	    (!carp_nf_in_transit(skb) && !carp_share_sends(carp, skb))) {
		carp_stats_inc(carp->vhost.stats, CARP_STAT_SRCDROP);
		return NF_DROP_ERR(-ENETUNREACH);
	}

	if (state->out == carp->dev || !carp_on_link(carp, state->out) ||
	    dst_xfrm(skb_dst(skb)))
		return NF_ACCEPT;
	return carp_redirect4(carp, skb) ? NF_ACCEPT : NF_DROP;
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int carp_nf_postrouting6(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	struct carp_net *cn = priv;
	struct carp_dev *carp;

	if (state->out->flags & IFF_LOOPBACK)
		return NF_ACCEPT;

	carp = carp_addr6_owner(cn, &ipv6_hdr(skb)->saddr, state->out);
	if (likely(!carp) || !carp_nf_ours(carp, skb, state->out))
		return NF_ACCEPT;

	if (!carp_is_master(carp) ||
	    (!carp_nf_in_transit(skb) && !carp_share_sends(carp, skb))) {
		carp_stats_inc(carp->vhost.stats, CARP_STAT_SRCDROP);
		return NF_DROP_ERR(-ENETUNREACH);
	}

	if (state->out == carp->dev || !carp_on_link(carp, state->out) ||
	    dst_xfrm(skb_dst(skb)))
		return NF_ACCEPT;
	return carp_redirect6(carp, skb) ? NF_ACCEPT : NF_DROP;
}
#endif /* CONFIG_IPV6 */

/**
 * struct carp_nf_arp - an ARP packet as it goes out
 * @hdr: ARP header
 * @arp: the rest
 */
struct carp_nf_arp {
	struct arphdr hdr;
	struct carp_arp arp;
} __packed;

/* NULL if this is not such a packet in a frame; writable otherwise, and so is
 * the Ethernet header, behind which there may be a VLAN tag.
 */
static struct carp_nf_arp *carp_nf_arp_out_hdr(struct sk_buff *skb)
{
	int offset = skb_network_offset(skb);
	struct carp_nf_arp *packet;

	if (skb->dev->type != ARPHRD_ETHER || offset < ETH_HLEN ||
	    skb_ensure_writable(skb, offset + sizeof(*packet)))
		return NULL;

	packet = (struct carp_nf_arp *)skb_network_header(skb);
	return carp_arp_ok(&packet->hdr) ? packet : NULL;
}

/* Linux likes to ask "who has X, tell VIP" wherever X is. */
static unsigned int carp_nf_arp_elsewhere(const struct carp_net *cn,
					  const struct net_device *out,
					  struct carp_nf_arp *packet)
{
	__be32 own = inet_select_addr(out, packet->arp.tip, RT_SCOPE_LINK);

	if (packet->hdr.ar_op != htons(ARPOP_REQUEST) || !own ||
	    carp_addr_owner4(cn, own, out))
		return NF_DROP;

	packet->arp.sip = own;
	return NF_ACCEPT;
}

static unsigned int carp_nf_arp_out(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct carp_net *cn = priv;
	const struct net_device *out = state->out;
	struct carp_nf_arp *packet;
	struct carp_dev *carp;

	packet = carp_nf_arp_out_hdr(skb);
	if (!packet)
		return NF_ACCEPT;

	carp = carp_addr_owner4(cn, packet->arp.sip, out);
	if (likely(!carp))
		return NF_ACCEPT;

	if (!carp_is_or_below(carp, out))
		return carp_nf_arp_elsewhere(cn, out, packet);
	if (!carp_is_master(carp)) {
		carp_stats_inc(carp->vhost.stats, CARP_STAT_ARPDROP);
		return NF_DROP;
	}

	/* Who is asked learns the asker's MAC, which may not be the one that
	 * was chosen for him: ask as one who has no address yet, RFC 5227.
	 */
	if (packet->hdr.ar_op == htons(ARPOP_REQUEST) &&
	    packet->arp.sip != packet->arp.tip &&
	    carp_choose_shared4(carp, packet->arp.sip))
		packet->arp.sip = 0;
	ether_addr_copy(packet->arp.sha, carp->dev->dev_addr);
	/* The MAC header is not set yet: it is where the data begins. */
	ether_addr_copy(((struct ethhdr *)skb->data)->h_source,
			carp_share_source(carp));
	return NF_ACCEPT;
}

/* Requests for a virtual address that frame.c did not steer come from another
 * link. Gratuitous ones update the table and get no answer.
 */
static unsigned int carp_nf_arp_in(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	struct carp_net *cn = priv;
	const struct carp_arp *arp;
	struct carp_dev *carp;

	if (state->in->type != ARPHRD_ETHER ||
	    arp_hdr(skb)->ar_op != htons(ARPOP_REQUEST))
		return NF_ACCEPT;

	arp = (const void *)(arp_hdr(skb) + 1);
	if (arp->sip == arp->tip)
		return NF_ACCEPT;
	carp_nf_from_master(cn, arp->sip);
	carp = carp_addr_owner4(cn, arp->tip, state->in);
	if (likely(!carp))
		return NF_ACCEPT;
	if (state->in == carp->dev && carp_is_master(carp))
		return NF_ACCEPT;

	carp_stats_inc(carp->vhost.stats, CARP_STAT_ARPDROP);
	return NF_DROP;
}

static const struct nf_hook_ops carp_nf_ops[] = {
	{
		/* Before conntrack confirms what we may drop. */
		.hook = carp_nf_postrouting4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK_CONFIRM - 1,
	}, {
#if IS_ENABLED(CONFIG_IPV6)
		.hook = carp_nf_postrouting6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP6_PRI_LAST - 1,
	}, {
#endif
		.hook = carp_nf_arp_in,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_IN,
		.priority = INT_MIN,
	}, {
		.hook = carp_nf_arp_out,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_OUT,
		.priority = INT_MAX,
	}, {
		/* Not of what is dropped before. */
		.hook = carp_nf_prerouting4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_LAST,
	},
};

/* All but the last are there as long as there is a device. */
#define CARP_NF_FIXED	(ARRAY_SIZE(carp_nf_ops) - 1)

static void carp_nf_unwatch(struct carp_net *cn)
{
	if (!cn->watching)
		return;
	carp_route_watched(cn, false);
	nf_unregister_net_hook(cn->net, &cn->nf_ops[CARP_NF_FIXED]);
}

static void carp_nf_watch(struct work_struct *work)
{
	struct carp_net *cn = container_of(to_delayed_work(work),
					   struct carp_net, watch);
	bool wanted = READ_ONCE(cn->hidden_vips);

	if (wanted && !cn->watching &&
	    !nf_register_net_hook(cn->net, &cn->nf_ops[CARP_NF_FIXED]))
		carp_route_watched(cn, true);
	if (!wanted)
		carp_nf_unwatch(cn);
}

/**
 * carp_nf_register - put the hooks into a namespace
 * @cn: the namespace
 *
 * Context: process, may sleep. Return: 0 or a negative errno.
 */
int carp_nf_register(struct carp_net *cn)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(carp_nf_ops) > ARRAY_SIZE(cn->nf_ops));
	for (i = 0; i < ARRAY_SIZE(carp_nf_ops); i++) {
		cn->nf_ops[i] = carp_nf_ops[i];
		cn->nf_ops[i].priv = cn;
	}
	INIT_DELAYED_WORK(&cn->watch, carp_nf_watch);
	return nf_register_net_hooks(cn->net, cn->nf_ops, CARP_NF_FIXED);
}

/**
 * carp_nf_unregister - take the hooks out again
 * @cn: the namespace
 *
 * Context: process, may sleep; none of its addresses is hidden any more.
 */
void carp_nf_unregister(struct carp_net *cn)
{
	cancel_delayed_work_sync(&cn->watch);
	carp_nf_unwatch(cn);
	nf_unregister_net_hooks(cn->net, cn->nf_ops, CARP_NF_FIXED);
}
