// SPDX-License-Identifier: GPL-2.0-only
/* CARP: handler of IP protocol 112, IPv4 and IPv6
 *
 * What comes this far was addressed to this host, or to a group that somebody
 * has joined. Advertisements to the group on a parent were taken by the
 * parent's rx_handler already, see frame.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/protocol.h>

#include "frame.h"
#include "inet.h"
#include "rx.h"
#include "stats.h"

/* By now a packet of a VRF looks as if it came in on the VRF. */
static struct carp_port *carp_inet_port(const struct sk_buff *skb, int iif)
{
	const struct net_device *dev = skb->dev;

	if (dev->ifindex != iif)
		dev = dev_get_by_index_rcu(dev_net(skb->dev), iif);
	return dev ? carp_port_get(dev) : NULL;
}

/* Unicast has a configured peer, on whatever link it comes in. What a group
 * brought to a link without carp is somebody else's.
 */
static noinline void carp_inet_read(struct sk_buff *skb,
				    enum carp_family family, bool multicast,
				    struct carp_port *port)
{
	struct carp_net *cn = carp_pernet(dev_net(skb->dev));

	if (!multicast)
		carp_rx_unicast(cn, port, family, skb);
	else if (READ_ONCE(cn->allow))
		carp_stats_inc(cn->stats, CARP_STAT_BADIF);
}

/* What a group brought to a parent was read there. */
static int carp_inet_rcv_family(struct sk_buff *skb, enum carp_family family,
				bool multicast, struct carp_port *port)
{
	if (!multicast || !port)
		carp_inet_read(skb, family, multicast, port);
	consume_skb(skb);
	return 0;
}

static int carp_inet_rcv(struct sk_buff *skb)
{
	return carp_inet_rcv_family(skb, CARP_INET,
				    ipv4_is_multicast(ip_hdr(skb)->daddr),
				    carp_inet_port(skb, IPCB(skb)->iif));
}

static const struct net_protocol carp_inet_protocol = {
	.handler = carp_inet_rcv,
	.no_policy = 1,
};

#if IS_ENABLED(CONFIG_IPV6)
static int carp_inet6_rcv(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	bool multicast = ipv6_addr_is_multicast(&ip6h->daddr);
	struct carp_port *port = carp_inet_port(skb, IP6CB(skb)->iif);

	/* There are no extension headers before an advertisement. */
	if (port && ip6h->nexthdr != CARP_PROTO_NUMBER) {
		if (READ_ONCE(port->cn->allow))
			carp_stats_inc(port->stats, CARP_STAT_HDROPS);
		consume_skb(skb);
		return 0;
	}
	return carp_inet_rcv_family(skb, CARP_INET6, multicast, port);
}

static const struct inet6_protocol carp_inet6_protocol = {
	.handler = carp_inet6_rcv,
	.flags = INET6_PROTO_NOPOLICY | INET6_PROTO_FINAL,
};

static int carp_inet6_init(void)
{
	return inet6_add_protocol(&carp_inet6_protocol, CARP_PROTO_NUMBER);
}

static void carp_inet6_exit(void)
{
	inet6_del_protocol(&carp_inet6_protocol, CARP_PROTO_NUMBER);
}
#else
static int carp_inet6_init(void)
{
	return 0;
}

static void carp_inet6_exit(void)
{
}
#endif /* CONFIG_IPV6 */

/**
 * carp_inet_init - take IP protocol 112
 *
 * There is one handler per protocol for the whole kernel. Raw sockets get their
 * copies all the same, so VRRP daemons are not disturbed.
 *
 * Return: 0, or -EBUSY if somebody else has it.
 */
int carp_inet_init(void)
{
	if (inet_add_protocol(&carp_inet_protocol, CARP_PROTO_NUMBER))
		return -EBUSY;
	if (carp_inet6_init()) {
		inet_del_protocol(&carp_inet_protocol, CARP_PROTO_NUMBER);
		return -EBUSY;
	}
	return 0;
}

/**
 * carp_inet_exit - give the protocol back
 */
void carp_inet_exit(void)
{
	carp_inet6_exit();
	inet_del_protocol(&carp_inet_protocol, CARP_PROTO_NUMBER);
}
