// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the parent, and the vhids on it
 *
 * A port exists while its device is the parent of at least one carp device. It
 * owns the rx_handler and the membership in the multicast group. The filter for
 * a virtual MAC is programmed when the vhid is set, not at takeover.
 */
#include <linux/if_arp.h>
#include <linux/if_macvlan.h>
#include <linux/if_vlan.h>
#include <linux/igmp.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/route.h>
#include <net/rtnetlink.h>

#include "frame.h"
#include "port.h"
#include "stats.h"

/**
 * carp_port_mac - the MAC address that follows from the nodes
 * @nodes: the nodes; without a vhid the last byte is 0
 * @mac: where to: the leader's virtual MAC for IPv4 and IPv6 alike, as a
 *	multicast address if all members are to receive by that
 */
void carp_port_mac(const struct carp_nodes_conf *nodes, u8 mac[ETH_ALEN])
{
	carp_proto_mac(nodes->node[0].vhid, mac);
	if (nodes->balancing == CARP_BALANCING_IP)
		mac[0] = 0x01;
}

static int carp_port_check_busy(const struct net_device *lower,
				struct netlink_ext_ack *extack)
{
	if (!netdev_is_rx_handler_busy((struct net_device *)lower) ||
	    netif_is_carp_port(lower))
		return 0;

	if (netif_is_bridge_port(lower))
		NL_SET_ERR_MSG(extack,
			       "carp: the parent is a port of a bridge, use the bridge as parent");
	else if (netif_is_lag_port(lower))
		NL_SET_ERR_MSG(extack,
			       "carp: the parent is a port of a bond or team, use the bond or team as parent");
	else if (netif_is_macvlan_port(lower))
		NL_SET_ERR_MSG(extack,
			       "carp: the parent carries a macvlan or macvtap, which claims all its frames");
	else
		NL_SET_ERR_MSG(extack,
			       "carp: the parent's frames are claimed by another device already");
	return -EBUSY;
}

/* Nobody else can tell. */
static bool carp_port_is_ipvlan(const struct net_device *dev)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind,
					     "ipvlan");
}

/**
 * carp_port_check - can this device be a parent
 * @lower: the device
 * @extack: told why not
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_port_check(const struct net_device *lower,
		    struct netlink_ext_ack *extack)
{
	if (netif_is_carp(lower)) {
		NL_SET_ERR_MSG(extack,
			       "carp: the parent must not be a carp device itself");
		return -EOPNOTSUPP;
	}
	if (lower->flags & IFF_LOOPBACK || lower->type != ARPHRD_ETHER) {
		NL_SET_ERR_MSG(extack,
			       "carp: the parent must be an Ethernet device");
		return -EOPNOTSUPP;
	}
	if (netif_is_l3_master(lower)) {
		NL_SET_ERR_MSG(extack,
			       "carp: the parent must not be a VRF, use a device in the VRF");
		return -EOPNOTSUPP;
	}
	if (carp_port_is_ipvlan(lower)) {
		NL_SET_ERR_MSG(extack,
			       "carp: the parent must not be an ipvlan, which gets what is sent to its own addresses only");
		return -EOPNOTSUPP;
	}
	if (!(lower->flags & IFF_MULTICAST)) {
		NL_SET_ERR_MSG(extack,
			       "carp: the parent must be capable of multicast");
		return -EADDRNOTAVAIL;
	}
	return carp_port_check_busy(lower, extack);
}

/**
 * carp_port_gets - does a device receive frames to an address in its filter
 * @lower: the device
 * @mac: the address
 *
 * Of unicast frames a macvlan gets those to its own address, whatever is in its
 * filter, unless it gets all; and so does a VLAN on a macvlan.
 *
 * Context: RTNL.
 */
bool carp_port_gets(const struct net_device *lower, const u8 *mac)
{
	const struct macvlan_dev *vlan;

	if (is_vlan_dev(lower))
		lower = vlan_dev_real_dev(lower);
	if (!netif_is_macvlan(lower) || is_multicast_ether_addr(mac) ||
	    ether_addr_equal(mac, lower->dev_addr))
		return true;
	vlan = netdev_priv(lower);
	return vlan->mode == MACVLAN_MODE_PASSTHRU ||
	       vlan->mode == MACVLAN_MODE_SOURCE;
}

/**
 * carp_port_check_mac - can a parent receive frames to a MAC address
 * @lower: the parent
 * @mac: the address that a device is to have
 * @extack: told why not
 *
 * Context: RTNL. Return: 0 or -EOPNOTSUPP.
 */
int carp_port_check_mac(const struct net_device *lower, const u8 *mac,
			struct netlink_ext_ack *extack)
{
	if (carp_port_gets(lower, mac))
		return 0;

	NL_SET_ERR_MSG(extack,
		       "carp: a macvlan gets what is sent to its own MAC address only, use that one or mode passthru");
	return -EOPNOTSUPP;
}

/**
 * carp_port_check_vhids - are all these vhids free on a parent
 * @lower: the parent
 * @nodes: the vhids
 * @self: the device that asks
 * @extack: told why not
 *
 * Context: RTNL. Return: 0 or -EEXIST.
 */
int carp_port_check_vhids(const struct net_device *lower,
			  const struct carp_nodes_conf *nodes,
			  const struct carp_dev *self,
			  struct netlink_ext_ack *extack)
{
	const struct carp_port *port = carp_port_get(lower);
	const struct carp_node *other;
	unsigned int i;

	if (!port || !nodes->node[0].vhid)
		return 0;

	for (i = 0; i < nodes->n; i++) {
		other = rtnl_dereference(port->vhids[nodes->node[i].vhid]);
		if (!other || other->carp == self)
			continue;
		NL_SET_ERR_MSG(extack,
			       "carp: another carp device on this parent has that vhid");
		return -EEXIST;
	}
	return 0;
}

/* Switches that snoop forward a multicast MAC to those who have joined the
 * IPv4 group that goes with it.
 */
static __be32 carp_port_mac_group(const u8 *mac)
{
	return htonl(0xe0000100 | mac[ETH_ALEN - 1]);
}

/**
 * carp_port_filter_add - let a parent receive frames to a MAC address
 * @lower: the parent
 * @mac: the address, the shared one of a device if it is multicast
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_port_filter_add(struct net_device *lower, const u8 *mac)
{
	struct in_device *in_dev = __in_dev_get_rtnl(lower);
	int err;

	if (!carp_port_gets(lower, mac))
		return -EOPNOTSUPP;
	if (!is_multicast_ether_addr(mac))
		return dev_uc_add(lower, mac);

	err = dev_mc_add(lower, mac);
	if (!err && in_dev)
		ip_mc_inc_group(in_dev, carp_port_mac_group(mac));
	return err;
}

/**
 * carp_port_filter_del - the opposite of carp_port_filter_add()
 * @lower: the parent
 * @mac: the address
 *
 * Context: RTNL.
 */
void carp_port_filter_del(struct net_device *lower, const u8 *mac)
{
	struct in_device *in_dev = __in_dev_get_rtnl(lower);

	if (!is_multicast_ether_addr(mac)) {
		dev_uc_del(lower, mac);
		return;
	}
	dev_mc_del(lower, mac);
	if (in_dev)
		ip_mc_dec_group(in_dev, carp_port_mac_group(mac));
}

/* Looking up any MAC costs more than one made from a vhid. */
static void carp_port_count_macs(struct carp_port *port)
{
	const struct carp_dev *carp;
	bool own = false;

	list_for_each_entry(carp, &port->devs, port_node)
		own |= carp->own_mac;
	WRITE_ONCE(port->own_macs, own);
}

static const u8 carp_port_macs[CARP_FAMILIES][ETH_ALEN] = {
	[CARP_INET] = CARP_GROUP4_MAC_INIT,
	[CARP_INET6] = CARP_GROUP6_MAC_INIT,
};

/* Whatever becomes of the parent's own IP, which takes its memberships with it:
 * advertisements are taken before they come there.
 */
static int carp_port_hear_groups(struct net_device *lower)
{
	int err;

	err = dev_mc_add(lower, carp_port_macs[CARP_INET]);
	if (err)
		return err;
	err = dev_mc_add(lower, carp_port_macs[CARP_INET6]);
	if (err)
		dev_mc_del(lower, carp_port_macs[CARP_INET]);
	return err;
}

static void carp_port_ignore_groups(struct net_device *lower)
{
	dev_mc_del(lower, carp_port_macs[CARP_INET6]);
	dev_mc_del(lower, carp_port_macs[CARP_INET]);
}

/* So that switches that snoop forward advertisements. A parent without IP
 * cannot join.
 */
static void carp_port_join_group(struct carp_port *port)
{
	struct in_device *in_dev = __in_dev_get_rtnl(port->dev);
	const struct carp_dev *carp;
	const u8 *mac;

	WRITE_ONCE(port->joined, in_dev);
	if (!in_dev)
		return;

	ip_mc_inc_group(in_dev, CARP_GROUP4);
	list_for_each_entry(carp, &port->devs, port_node) {
		mac = carp->dev->dev_addr;
		if (is_multicast_ether_addr(mac))
			ip_mc_inc_group(in_dev, carp_port_mac_group(mac));
	}
}

/* The kernel has dropped the membership itself if the parent unregisters. */
static void carp_port_leave_group(struct carp_port *port)
{
	struct in_device *in_dev = __in_dev_get_rtnl(port->dev);

	if (port->joined && in_dev)
		ip_mc_dec_group(in_dev, CARP_GROUP4);
}

#if IS_ENABLED(CONFIG_IPV6)
static const struct in6_addr carp_port_group6 = CARP_GROUP6_INIT;

static void carp_port_join_group6(struct carp_port *port)
{
	port->joined6 = !ipv6_dev_mc_inc(port->dev, &carp_port_group6);
}

static void carp_port_leave_group6(struct carp_port *port)
{
	if (port->joined6)
		ipv6_dev_mc_dec(port->dev, &carp_port_group6);
}

static bool carp_port_has_ipv6(const struct carp_port *port)
{
	return __in6_dev_get(port->dev);
}
#else
static void carp_port_join_group6(struct carp_port *port)
{
}

static void carp_port_leave_group6(struct carp_port *port)
{
}

static bool carp_port_has_ipv6(const struct carp_port *port)
{
	return false;
}
#endif /* CONFIG_IPV6 */

/**
 * carp_port_renew_groups - the parent's MTU has changed
 * @port: the parent
 *
 * The kernel takes IP away from an interface that is too small for it, with all
 * memberships, and gives it back without them.
 *
 * Context: RTNL, after the kernel's own notifiers.
 */
void carp_port_renew_groups(struct carp_port *port)
{
	ASSERT_RTNL();

	WRITE_ONCE(port->joined,
		   port->joined && __in_dev_get_rtnl(port->dev));
	if (!port->joined)
		carp_port_join_group(port);
	port->joined6 = port->joined6 && carp_port_has_ipv6(port);
	if (!port->joined6)
		carp_port_join_group6(port);
}

/* As the kernel makes one for each packet to a group. */
static struct rtable *carp_port_local4(const struct net_device *lower)
{
	struct rtable *rt;

	rt = rt_dst_alloc(dev_net(lower)->loopback_dev,
			  RTCF_MULTICAST | RTCF_LOCAL, RTN_MULTICAST, false);
	if (rt)
		rt->rt_is_input = 1;
	return rt;
}

static void carp_port_free_rcu(struct rcu_head *head)
{
	struct carp_port *port = container_of(head, struct carp_port, rcu);

	free_percpu(port->stats);
	kfree(port);
}

static struct carp_port *carp_port_create(struct net_device *lower,
					  struct netlink_ext_ack *extack)
{
	struct carp_port *port;
	int err;

	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return ERR_PTR(-ENOMEM);

	port->stats = carp_stats_alloc();
	if (!port->stats) {
		err = -ENOMEM;
		goto err_free;
	}

	port->dev = lower;
	port->cn = carp_pernet(dev_net(lower));
	port->local4 = carp_port_local4(lower);
	INIT_LIST_HEAD(&port->devs);
	err = carp_port_hear_groups(lower);
	if (err)
		goto err_stats;
	err = netdev_rx_handler_register(lower, carp_frame_rx, port);
	if (err) {
		carp_port_check_busy(lower, extack);
		goto err_groups;
	}

	carp_port_join_group(port);
	carp_port_join_group6(port);
	return port;

err_groups:
	carp_port_ignore_groups(lower);
err_stats:
	ip_rt_put(port->local4);
	free_percpu(port->stats);
err_free:
	kfree(port);
	return ERR_PTR(err);
}

static void carp_port_put(struct carp_port *port)
{
	if (!list_empty(&port->devs))
		return;

	carp_port_leave_group(port);
	carp_port_leave_group6(port);
	carp_port_ignore_groups(port->dev);
	netdev_rx_handler_unregister(port->dev);
	ip_rt_put(port->local4);
	call_rcu(&port->rcu, carp_port_free_rcu);
}

/**
 * carp_port_publish - let a node be found by its vhid
 * @carp: the device
 * @node: its node
 *
 * Context: RTNL.
 */
void carp_port_publish(struct carp_dev *carp, struct carp_node *node)
{
	ASSERT_RTNL();

	if (node->vhid)
		rcu_assign_pointer(carp->port->vhids[node->vhid], node);
}

/**
 * carp_port_unpublish - let a vhid of a device not be found any more
 * @carp: the device
 * @vhid: virtual host id
 *
 * Context: RTNL.
 */
void carp_port_unpublish(struct carp_dev *carp, u8 vhid)
{
	ASSERT_RTNL();

	RCU_INIT_POINTER(carp->port->vhids[vhid], NULL);
}

/**
 * carp_port_join - attach a registered device to its parent
 * @carp: the device, with @lower and @vhid set and checked
 * @extack: told what went wrong
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_port_join(struct carp_dev *carp, struct netlink_ext_ack *extack)
{
	struct net_device *lower = carp->lower;
	struct carp_port *port = carp_port_get(lower);
	int err;

	ASSERT_RTNL();

	if (!port)
		port = carp_port_create(lower, extack);
	if (IS_ERR(port))
		return PTR_ERR(port);

	err = netdev_upper_dev_link(lower, carp->dev, extack);
	if (err)
		goto err_port;
	err = carp_port_filter_add(lower, carp->dev->dev_addr);
	if (err)
		goto err_upper;

	list_add_tail_rcu(&carp->port_node, &port->devs);
	WRITE_ONCE(carp->port, port);
	carp_port_count_macs(port);
	carp_port_publish(carp, carp_leader(carp));
	return 0;

err_upper:
	netdev_upper_dev_unlink(lower, carp->dev);
err_port:
	carp_port_put(port);
	return err;
}

/**
 * carp_port_leave - detach a device from its parent
 * @carp: the device
 *
 * Receivers and senders that found it before may still be at it until a grace
 * period has passed; unregistering waits for one before the device is freed.
 *
 * Context: RTNL.
 */
void carp_port_leave(struct carp_dev *carp)
{
	struct carp_port *port = carp->port;
	const struct carp_node *node;

	ASSERT_RTNL();

	if (!port)
		return;

	list_for_each_entry(node, &carp->vhost.nodes, list)
		carp_port_unpublish(carp, node->vhid);
	list_del_rcu(&carp->port_node);
	carp_port_count_macs(port);
	WRITE_ONCE(carp->port, NULL);
	carp_port_filter_del(carp->lower, carp->dev->dev_addr);
	netdev_upper_dev_unlink(carp->lower, carp->dev);
	carp_port_put(port);
}

/**
 * carp_port_set_mac - the MAC address that follows from the nodes has changed
 * @carp: the device
 * @mac: the address, in the parent's filter if the device is to have it
 *
 * One that the administrator has set stays, unless it is this one.
 *
 * Context: RTNL.
 */
void carp_port_set_mac(struct carp_dev *carp, const u8 *mac)
{
	ASSERT_RTNL();

	if (ether_addr_equal(mac, carp->dev->dev_addr)) {
		carp->own_mac = false;
		carp_port_count_macs(carp->port);
		return;
	}
	if (carp->own_mac)
		return;

	carp_port_filter_del(carp->lower, carp->dev->dev_addr);
	eth_hw_addr_set(carp->dev, mac);
	call_netdevice_notifiers(NETDEV_CHANGEADDR, carp->dev);
}

/**
 * carp_port_set_own_mac - the administrator sets a device's MAC address
 * @carp: the device
 * @mac: the address; the virtual MAC of its vhid is as good as none of its own
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_port_set_own_mac(struct carp_dev *carp, const u8 *mac)
{
	u8 virtual[ETH_ALEN];
	int err;

	ASSERT_RTNL();

	err = carp_port_filter_add(carp->lower, mac);
	if (err)
		return err;
	carp_port_filter_del(carp->lower, carp->dev->dev_addr);

	carp_port_mac(&carp->nodes, virtual);
	carp->own_mac = !ether_addr_equal(mac, virtual);
	carp_port_count_macs(carp->port);
	eth_hw_addr_set(carp->dev, mac);
	return 0;
}
