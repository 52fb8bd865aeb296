// SPDX-License-Identifier: GPL-2.0-only
/* CARP: out of the carp device instead of its parent
 *
 * A packet from a virtual address whose route leads out of the parent, or of
 * another carp device on it, gets a copy of that route that leads out of the
 * carp device. To make one costs more than the rest of the packet's way through
 * here, so a device keeps some, each with the route that it is a copy of:
 * routes of the kernel are kept per next hop and CPU themselves, so there are
 * few.
 *
 * An entry leaves its slot by xchg() only, and whoever took it out lets go of
 * it. Readers are in an RCU section, which keeps the entry and what it points
 * to in memory; that they still may be used, dst_hold_safe() tells.
 */
#include <linux/hash.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/lwtunnel.h>
#include <net/route.h>

#include "redirect.h"

/**
 * struct carp_redirect - a route and its copy
 * @from: the route, held: nothing else can get this address meanwhile
 * @to: the copy, held
 * @rcu: frees it
 */
struct carp_redirect {
	struct dst_entry *from;
	struct dst_entry *to;
	struct rcu_head rcu;
};

static struct carp_redirect **carp_redirect_slot(struct carp_dev *carp,
						 const struct dst_entry *from)
{
	return &carp->redirects[hash_ptr(from, CARP_REDIRECT_BITS)];
}

static void carp_redirect_drop(struct carp_redirect *redirect)
{
	if (!redirect)
		return;

	dst_release(redirect->from);
	dst_release(redirect->to);
	kfree_rcu(redirect, rcu);
}

/* Return: the copy of @from if there is one, which may no longer be like it or
 * in use; otherwise NULL.
 */
static struct dst_entry *carp_redirect_find(struct carp_dev *carp,
					    const struct dst_entry *from)
{
	const struct carp_redirect *redirect;

	redirect = READ_ONCE(*carp_redirect_slot(carp, from));
	return redirect && redirect->from == from ? redirect->to : NULL;
}

/* For the next packet; without memory that one makes its own. */
static void carp_redirect_keep(struct carp_dev *carp, struct dst_entry *from,
			       struct dst_entry *to)
{
	struct carp_redirect **slot = carp_redirect_slot(carp, from);
	struct carp_redirect *redirect;

	redirect = kmalloc(sizeof(*redirect), GFP_ATOMIC);
	if (!redirect)
		return;
	if (!dst_hold_safe(from)) {
		kfree(redirect);
		return;
	}

	dst_hold(to);
	redirect->from = from;
	redirect->to = to;
	carp_redirect_drop(xchg(slot, redirect));
	/* Either carp_redirect_close() finds what is there now, or it is seen
	 * here that it has been: xchg() orders both.
	 */
	if (unlikely(READ_ONCE(carp->redirects_closed)))
		carp_redirect_drop(xchg(slot, NULL));
}

static void carp_redirect_set(struct carp_dev *carp, struct sk_buff *skb,
			      struct dst_entry *to)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, to);
	skb->dev = carp->dev;
}

static bool carp_redirect_same4(const struct dst_entry *from,
				const struct dst_entry *to)
{
	const struct rtable *a = (const struct rtable *)from;
	const struct rtable *b = (const struct rtable *)to;

	if (a->rt_gw_family != b->rt_gw_family)
		return false;
	if (a->rt_gw_family == AF_INET6 &&
	    !ipv6_addr_equal(&a->rt_gw6, &b->rt_gw6))
		return false;
	if (a->rt_gw_family == AF_INET && a->rt_gw4 != b->rt_gw4)
		return false;
	return a->rt_flags == b->rt_flags &&
	       a->rt_uses_gateway == b->rt_uses_gateway &&
	       a->rt_pmtu == b->rt_pmtu &&
	       a->rt_mtu_locked == b->rt_mtu_locked &&
	       from->expires == to->expires &&
	       from->_metrics == to->_metrics;
}

/* What rt_dst_clone() does; modules do not get that one any more. */
static struct dst_entry *carp_redirect_clone4(struct net_device *dev,
					      const struct rtable *rt)
{
	struct rtable *clone;

	clone = rt_dst_alloc(dev, rt->rt_flags, rt->rt_type,
			     rt->dst.flags & DST_NOXFRM);
	if (!clone)
		return NULL;

	clone->rt_is_input = rt->rt_is_input;
	clone->rt_uses_gateway = rt->rt_uses_gateway;
	clone->rt_iif = rt->rt_iif;
	clone->rt_pmtu = rt->rt_pmtu;
	clone->rt_mtu_locked = rt->rt_mtu_locked;
	clone->rt_gw_family = rt->rt_gw_family;
	if (rt->rt_gw_family == AF_INET6)
		clone->rt_gw6 = rt->rt_gw6;
	else
		clone->rt_gw4 = rt->rt_gw4;

	clone->dst.input = READ_ONCE(rt->dst.input);
	clone->dst.output = READ_ONCE(rt->dst.output);
	clone->dst.error = rt->dst.error;
	clone->dst.lwtstate = lwtstate_get(rt->dst.lwtstate);
	clone->dst.expires = rt->dst.expires;
	if (rt->dst._metrics & DST_METRICS_REFCOUNTED)
		ip_dst_init_metrics(&clone->dst,
				    (void *)DST_METRICS_PTR(&rt->dst));
	return &clone->dst;
}

/* Of a gateway that is known by its IPv6 address only a device that has one
 * itself can ask.
 */
static bool carp_redirect_can_ask(const struct carp_dev *carp,
				  const struct rtable *rt)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct inet6_dev *idev = __in6_dev_get(carp->dev);

	return rt->rt_gw_family != AF_INET6 ||
	       (idev && !list_empty(&idev->addr_list));
#else
	return true;
#endif
}

/**
 * carp_redirect4 - send an IPv4 packet out of the carp device
 * @carp: the device
 * @skb: the packet, routed out of another device on the link
 *
 * The copy says of the path what the route says. Its neighbours are the carp
 * device's. Where that could not find the gateway the packet is left alone.
 *
 * Context: RCU. Return: false without memory.
 */
bool carp_redirect4(struct carp_dev *carp, struct sk_buff *skb)
{
	struct dst_entry *from = skb_dst(skb);
	struct dst_entry *to;

	if (!carp_redirect_can_ask(carp, skb_rtable(skb)))
		return true;
	to = carp_redirect_find(carp, from);
	if (!to || !carp_redirect_same4(from, to) || !dst_hold_safe(to)) {
		to = carp_redirect_clone4(carp->dev, skb_rtable(skb));
		if (!to)
			return false;
		carp_redirect_keep(carp, from, to);
	}
	carp_redirect_set(carp, skb, to);
	return true;
}

#if IS_ENABLED(CONFIG_IPV6)
static bool carp_redirect_same6(const struct dst_entry *from,
				const struct dst_entry *to)
{
	const struct rt6_info *a = (const struct rt6_info *)from;
	const struct rt6_info *b = (const struct rt6_info *)to;

	return a->rt6i_flags == b->rt6i_flags &&
	       ipv6_addr_equal(&a->rt6i_gateway, &b->rt6i_gateway) &&
	       dst_metric_raw(from, RTAX_MTU) == dst_metric_raw(to, RTAX_MTU);
}

static struct dst_entry *carp_redirect_clone6(const struct carp_dev *carp,
					      const struct rt6_info *rt)
{
	u32 mtu = dst_metric_raw(&rt->dst, RTAX_MTU);
	struct inet6_dev *idev;
	struct rt6_info *clone;

	idev = __in6_dev_get(carp->dev);
	if (!idev)
		return NULL;
	/* Kept, it is not to fill the kernel's table. */
	clone = ip6_dst_alloc(carp->cn->net, carp->dev,
			      rt->dst.flags | DST_NOCOUNT);
	if (!clone)
		return NULL;

	in6_dev_hold(idev);
	clone->rt6i_idev = idev;
	clone->rt6i_gateway = rt->rt6i_gateway;
	clone->rt6i_flags = rt->rt6i_flags;
	clone->rt6i_dst = rt->rt6i_dst;
	clone->dst.input = rt->dst.input;
	clone->dst.output = rt->dst.output;
	clone->dst.error = rt->dst.error;
	clone->dst.lwtstate = lwtstate_get(rt->dst.lwtstate);
	if (mtu)
		dst_metric_set(&clone->dst, RTAX_MTU, mtu);
	return &clone->dst;
}

/**
 * carp_redirect6 - send an IPv6 packet out of the carp device
 * @carp: the device
 * @skb: the packet, routed out of another device on the link
 *
 * Context: RCU. Return: false without memory.
 */
bool carp_redirect6(struct carp_dev *carp, struct sk_buff *skb)
{
	struct dst_entry *from = skb_dst(skb);
	struct dst_entry *to;

	to = carp_redirect_find(carp, from);
	if (!to || !carp_redirect_same6(from, to) || !dst_hold_safe(to)) {
		to = carp_redirect_clone6(carp,
					  (const struct rt6_info *)from);
		if (!to)
			return false;
		carp_redirect_keep(carp, from, to);
	}
	carp_redirect_set(carp, skb, to);
	return true;
}
#endif /* CONFIG_IPV6 */

/**
 * carp_redirect_close - let go of all copies, for good
 * @carp: the device
 *
 * They hold the device: unregistering waits for ever for one that is kept.
 *
 * Context: any.
 */
void carp_redirect_close(struct carp_dev *carp)
{
	int i;

	WRITE_ONCE(carp->redirects_closed, true);
	/* xchg() is a full barrier, see carp_redirect_keep(). */
	for (i = 0; i < ARRAY_SIZE(carp->redirects); i++)
		carp_redirect_drop(xchg(&carp->redirects[i], NULL));
}
