// SPDX-License-Identifier: GPL-2.0-only
/* CARP: checks on received advertisements
 *
 * In the order of protocol.rst, each with a counter of its own; exactly one
 * counter moves per packet. Copies what it reads out of the packet, so that the
 * packet may go on to packet sockets and raw sockets untouched.
 */
#include <crypto/utils.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

#include "key.h"
#include "rx.h"
#include "source.h"
#include "stats.h"
#include "vhost.h"

/* An IP header is that long at most, and an advertisement */
#define CARP_RX_MAX	(60 + CARP_HDR_LEN)

/**
 * struct carp_rx - a packet on its way through the checks
 * @cn: the namespace
 * @port: where it came in, NULL if unicast
 * @node: whose it is, once that is known
 * @pseudo: sum of the IPv6 pseudo-header, folded
 * @family: of the IP header
 * @unicast: it was sent to this host and not to the group
 * @v4: IPv4 source
 * @to4: IPv4 destination
 * @v6: IPv6 source
 * @to6: IPv6 destination
 * @adv: what it says, once that is known
 */
struct carp_rx {
	struct carp_net *cn;
	struct carp_port *port;
	struct carp_node *node;
	enum carp_family family;
	bool unicast;
	__sum16 pseudo;
	union {
		struct {
			__be32 v4;
			__be32 to4;
		};
		struct {
			struct in6_addr v6;
			struct in6_addr to6;
		};
	};
	struct carp_advert adv;
};

static void carp_rx_log_at(const struct carp_rx *rx, int level,
			   const char *what)
{
	const char *name = "unicast";

	if (READ_ONCE(rx->cn->log) < level)
		return;

	if (rx->node)
		name = rx->node->carp->dev->name;
	else if (rx->port)
		name = rx->port->dev->name;

	if (rx->family == CARP_INET)
		net_info_ratelimited("carp: %s: %s from %pI4\n", name, what,
				     &rx->v4);
	else
		net_info_ratelimited("carp: %s: %s from %pI6c\n", name, what,
				     &rx->v6);
}

static void carp_rx_log(const struct carp_rx *rx, const char *what)
{
	carp_rx_log_at(rx, 2, what);
}

/* Negative if we stay master when both advertise the same: ucarp's order of
 * source addresses, or the order of the cookies where those are equal too, as
 * between members whose parents have no address. Unicast leaves by the route to
 * the peer: from the address that the peer has been told to send to.
 */
static int carp_rx_tie(const struct carp_rx *rx)
{
	struct carp_dev *carp = rx->node->carp;
	struct in6_addr own6;
	__be32 own4;
	int tie = 0;

	if (rx->family == CARP_INET) {
		own4 = rx->unicast ? rx->to4 : carp_source4(carp);
		tie = carp_tie_cmp4((const u8 *)&own4, (const u8 *)&rx->v4);
	} else if (rx->unicast) {
		tie = carp_tie_cmp6(rx->to6.s6_addr, rx->v6.s6_addr);
	} else if (carp_source6(carp, &own6)) {
		tie = carp_tie_cmp6(own6.s6_addr, rx->v6.s6_addr);
	}

	if (!tie)
		tie = memcmp(carp->counter, rx->adv.counter,
			     sizeof(rx->adv.counter));
	return tie;
}

/* Only a MASTER asks. One that becomes it in this very moment yields. */
static bool carp_rx_is_disputed(const struct carp_rx *rx)
{
	return READ_ONCE(rx->node->state) == CARP_STATE_MASTER;
}

static bool carp_rx_is_proven(const struct carp_rx *rx,
			      const struct carp_node *node)
{
	const struct carp_key *key = rcu_dereference(node->carp->vhost.key);
	struct carp_node_key *part;

	part = key ? carp_key_node(key, rx->adv.vhid) : NULL;
	return part && carp_key_verify(part, &rx->adv);
}

/* From the vhid on: everything that needs the virtual host. */
static enum carp_stat carp_rx_vhost(const struct carp_rx *rx)
{
	const struct carp_advert *adv = &rx->adv;
	const struct carp_dev *carp = rx->node->carp;

	if (adv->version != CARP_VERSION) {
		carp_rx_log(rx, "bad version");
		return CARP_STAT_BADVER;
	}

	if (!carp_rx_is_proven(rx, rx->node)) {
		carp_rx_log(rx,
			    "incorrect hash, compare passphrase and all virtual addresses: packet");
		return CARP_STAT_BADAUTH;
	}

	if (!memcmp(adv->counter, carp->counter, sizeof(adv->counter))) {
		carp_rx_log(rx, "own packet came back, network loop? It came");
		return CARP_STAT_LOOPED;
	}

	if (carp_vhost_advert(rx->node, rx->family, adv,
			      carp_rx_is_disputed(rx) ? carp_rx_tie(rx) : 0))
		carp_rx_log_at(rx, 1,
			       "two masters, this one stays and announces itself: advertisement");
	return rx->family == CARP_INET ? CARP_STAT_IPACKETS :
					 CARP_STAT_IPACKETS6;
}

/* The sum over an IPv6 packet is @pseudo less with NetBSD's form: the checksum
 * field is made what it would be without, then all is as everywhere.
 */
static noinline enum carp_parse carp_rx_parse_pseudo(struct carp_rx *rx,
						     const u8 *data)
{
	struct carp_hdr hdr;
	u32 sum;

	memcpy(&hdr, data, sizeof(hdr));
	sum = (__force u16)hdr.cksum + (__force u32)rx->pseudo;
	sum = (sum & 0xffff) + (sum >> 16);
	hdr.cksum = (__force __be16)((sum & 0xffff) + (sum >> 16));
	return carp_proto_parse(&hdr, sizeof(hdr), &rx->adv);
}

static enum carp_parse carp_rx_parse(struct carp_rx *rx, const u8 *data)
{
	enum carp_parse verdict;

	verdict = carp_proto_parse(data, CARP_HDR_LEN, &rx->adv);
	if (verdict == CARP_PARSE_BADSUM && rx->family == CARP_INET6)
		return carp_rx_parse_pseudo(rx, data);
	return verdict;
}

/* Who has a unicast peer takes from it alone, and who has none takes what is
 * sent to the group. A link-local address is another host's on another link.
 */
static bool carp_rx_peer_ok(const struct carp_rx *rx,
			    const struct carp_dev *carp)
{
	const struct carp_key *key = rcu_dereference(carp->vhost.key);

	if (!key)
		return false;
	if (rx->family == CARP_INET)
		return rx->unicast ? key->peer4 && rx->v4 == key->peer4 :
				     !key->peer4;
	if (ipv6_addr_any(&key->peer6))
		return !rx->unicast;
	if (ipv6_addr_type(&key->peer6) & IPV6_ADDR_LINKLOCAL &&
	    rx->port != READ_ONCE(carp->port))
		return false;
	return rx->unicast && ipv6_addr_equal(&rx->v6, &key->peer6);
}

static bool carp_rx_known_peer(const struct carp_rx *rx)
{
	const struct carp_dev *carp;

	if (!rx->unicast || !READ_ONCE(rx->cn->n_peered))
		return false;

	list_for_each_entry_rcu(carp, &rx->cn->devs, node) {
		if (carp_rx_peer_ok(rx, carp))
			return true;
	}
	return false;
}

/* What is due to everybody but, as with FreeBSD, to a configured peer: that may
 * sit behind a router, on any link. CARP_STAT_PAD if nothing is wrong.
 */
static enum carp_stat carp_rx_check_link(const struct carp_rx *rx, u8 ttl)
{
	if (carp_rx_known_peer(rx))
		return CARP_STAT_PAD;
	if (!rx->port)
		return CARP_STAT_BADIF;
	if (ttl == CARP_TTL)
		return CARP_STAT_PAD;

	carp_rx_log(rx, "wrong TTL or hop limit");
	return CARP_STAT_BADTTL;
}

static struct carp_node *carp_rx_find_node(const struct carp_dev *carp,
					   u8 vhid)
{
	struct carp_node *node;

	list_for_each_entry_rcu(node, &carp->vhost.nodes, list) {
		if (node->vhid == vhid)
			return node;
	}
	return NULL;
}

/* The node a packet is for; by its peer if it comes from one, since it may have
 * come in on any link. Devices on several links may have this peer and vhid.
 */
static struct carp_node *carp_rx_find(const struct carp_rx *rx)
{
	struct carp_node *node, *found = NULL;
	struct carp_dev *carp;

	if (!rx->unicast) {
		node = rcu_dereference(rx->port->vhids[rx->adv.vhid]);
		return node && carp_rx_peer_ok(rx, node->carp) ? node : NULL;
	}
	if (!READ_ONCE(rx->cn->n_peered))
		return NULL;

	list_for_each_entry_rcu(carp, &rx->cn->devs, node) {
		node = carp_rx_find_node(carp, rx->adv.vhid);
		if (!node || !carp_rx_peer_ok(rx, carp))
			continue;
		if (!found || (!carp_rx_is_proven(rx, found) &&
			       carp_rx_is_proven(rx, node)))
			found = node;
	}
	return found;
}

/* Where members share the work, a vhid that one of them lacks is a mistake and
 * not another group's.
 */
static void carp_rx_unknown(const struct carp_rx *rx)
{
	const struct carp_dev *carp;

	if (!rx->port)
		return;

	list_for_each_entry_rcu(carp, &rx->port->devs, port_node) {
		if (!carp_is_balancing(carp))
			continue;
		carp_rx_log(rx, "unknown vhid, compare carpnodes: packet");
		return;
	}
}

/* The 36 bytes at @data, of @len that the IP header promises. */
static enum carp_stat carp_rx_payload(struct carp_rx *rx, const u8 *data,
				      size_t len)
{
	struct carp_node *node;

	if (len < CARP_HDR_LEN)
		return CARP_STAT_BADLEN;

	switch (carp_rx_parse(rx, data)) {
	case CARP_PARSE_SHORT:
		return CARP_STAT_BADLEN;
	case CARP_PARSE_BADSUM:
		carp_rx_log(rx, "bad checksum");
		return CARP_STAT_BADSUM;
	case CARP_PARSE_OK:
		break;
	}

	node = carp_rx_find(rx);
	if (!node)
		carp_rx_unknown(rx);
	if (!node || READ_ONCE(node->state) == CARP_STATE_INIT)
		return CARP_STAT_BADVHID;

	rx->node = node;
	return carp_rx_vhost(rx);
}

static enum carp_stat carp_rx_check4(struct carp_rx *rx, const u8 *data,
				     size_t len)
{
	const struct iphdr *iph = (const void *)data;
	enum carp_stat stat;
	size_t hlen, total;

	if (len < sizeof(*iph))
		return CARP_STAT_HDROPS;

	rx->v4 = iph->saddr;
	rx->to4 = iph->daddr;
	stat = carp_rx_check_link(rx, iph->ttl);
	if (stat != CARP_STAT_PAD)
		return stat;

	hlen = iph->ihl * 4;
	total = ntohs(iph->tot_len);
	if (hlen < sizeof(*iph) || total < hlen || len < total ||
	    ip_is_fragment(iph))
		return CARP_STAT_HDROPS;
	if (total - hlen < CARP_HDR_LEN)
		return CARP_STAT_BADLEN;
	/* We are here before the IP layer has looked. */
	if (ip_fast_csum(iph, hlen / 4))
		return CARP_STAT_BADSUM;

	return carp_rx_payload(rx, data + hlen, total - hlen);
}

#if IS_ENABLED(CONFIG_IPV6)
static enum carp_stat carp_rx_check6(struct carp_rx *rx, const u8 *data,
				     size_t len)
{
	const struct ipv6hdr *ip6h = (const void *)data;
	enum carp_stat stat;
	size_t payload;

	if (len < sizeof(*ip6h))
		return CARP_STAT_HDROPS;

	rx->v6 = ip6h->saddr;
	rx->to6 = ip6h->daddr;
	rx->pseudo = ~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, CARP_HDR_LEN,
				      CARP_PROTO_NUMBER, 0);
	stat = carp_rx_check_link(rx, ip6h->hop_limit);
	if (stat != CARP_STAT_PAD)
		return stat;

	payload = ntohs(ip6h->payload_len);
	if (len - sizeof(*ip6h) < payload)
		return CARP_STAT_HDROPS;

	return carp_rx_payload(rx, data + sizeof(*ip6h), payload);
}

#endif /* CONFIG_IPV6 */

/* Of a packet of @len bytes those up to CARP_RX_MAX are at @data. */
static enum carp_stat carp_rx_check(struct carp_rx *rx, const u8 *data,
				    size_t len)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (rx->family == CARP_INET6)
		return carp_rx_check6(rx, data, len);
#endif
	return carp_rx_check4(rx, data, len);
}

/* The same of a packet in pieces. */
static noinline enum carp_stat carp_rx_check_copy(struct carp_rx *rx,
						  const struct sk_buff *skb,
						  size_t len)
{
	u8 buf[CARP_RX_MAX];

	if (skb_copy_bits(skb, skb_network_offset(skb), buf,
			  min(len, sizeof(buf))))
		return CARP_STAT_HDROPS;
	return carp_rx_check(rx, buf, len);
}

static enum carp_stat carp_rx_check_skb(struct carp_rx *rx,
					const struct sk_buff *skb)
{
	size_t len = skb->len - skb_network_offset(skb);

	if (unlikely(skb_headlen(skb) - skb_network_offset(skb) <
		     min_t(size_t, len, CARP_RX_MAX)))
		return carp_rx_check_copy(rx, skb, len);
	return carp_rx_check(rx, skb_network_header(skb), len);
}

/* Return: whether it is for one of our vhids. */
static bool carp_rx(struct carp_rx *rx, const struct sk_buff *skb)
{
	struct carp_stats __percpu *stats;
	enum carp_stat stat;

	if (!READ_ONCE(rx->cn->allow))
		return false;

	stat = carp_rx_check_skb(rx, skb);
	if (rx->node)
		stats = rx->node->carp->vhost.stats;
	else
		stats = rx->port ? rx->port->stats : rx->cn->stats;
	__carp_stats_inc(stats, stat);
	return rx->node;
}

/**
 * carp_rx_multicast - an advertisement to the group has come
 * @port: where it came in
 * @family: IPv4 or IPv6
 * @skb: the packet; neither changed nor consumed
 *
 * Context: softirq, RCU. Return: whether it is for one of our vhids, be it
 * genuine or not.
 */
bool carp_rx_multicast(struct carp_port *port, enum carp_family family,
		       const struct sk_buff *skb)
{
	struct carp_rx rx = {
		.cn = port->cn,
		.port = port,
		.family = family,
	};

	return carp_rx(&rx, skb);
}

/**
 * carp_rx_unicast - a packet of protocol 112 has come to one of our addresses
 * @cn: the namespace
 * @port: where it came in, or NULL if that is not a parent
 * @family: IPv4 or IPv6
 * @skb: the packet; neither changed nor consumed
 *
 * Context: softirq, RCU.
 */
void carp_rx_unicast(struct carp_net *cn, struct carp_port *port,
		     enum carp_family family, const struct sk_buff *skb)
{
	struct carp_rx rx = {
		.cn = cn,
		.port = port,
		.family = family,
		.unicast = true,
	};

	carp_rx(&rx, skb);
}
