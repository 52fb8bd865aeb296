// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the network device
 *
 * What comes in is steered here by frame.c; what goes out goes on to the
 * parent, with the virtual MAC as source, if this host is master.
 */
#include <linux/ethtool.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/netdev_lock.h>

#include "addr.h"
#include "device.h"
#include "keep6.h"
#include "key.h"
#include "linkgroup.h"
#include "neigh.h"
#include "nf.h"
#include "node.h"
#include "notify.h"
#include "port.h"
#include "redirect.h"
#include "route.h"
#include "share.h"
#include "track.h"
#include "vhost.h"

/* The parent does in software what it cannot do in hardware. */
#define CARP_FEATURES	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA | \
			 NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE)

/* Devices of one namespace share its hooks, from the first to the last. */
static int carp_device_enter_net(struct carp_dev *carp)
{
	struct carp_net *cn = carp->cn;
	int err;

	if (list_empty(&cn->devs)) {
		err = carp_nf_register(cn);
		if (err)
			return err;
	}
	list_add_tail_rcu(&carp->node, &cn->devs);
	return 0;
}

static void carp_device_leave_net(struct carp_dev *carp)
{
	struct carp_net *cn = carp->cn;

	WRITE_ONCE(cn->n_peered,
		   cn->n_peered - carp_params_peered(&carp->params));
	list_del_rcu(&carp->node);
	if (list_empty(&cn->devs))
		carp_nf_unregister(cn);
}

static void carp_device_free(struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);

	carp_addr_free(carp);
	carp_node_free(carp);
	carp_vhost_free(carp);
	memzero_explicit(&carp->params, sizeof(carp->params));
	free_percpu(dev->tstats);
}

static int carp_device_init(struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);
	int err;

	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return -ENOMEM;
	err = carp_vhost_init(carp);
	if (err)
		goto err_tstats;
	err = carp_node_init(carp);
	if (err)
		goto err_vhost;
	err = carp_device_enter_net(carp);
	if (err)
		goto err_node;

	/* No master until the election says so; the carrier is the parent's. */
	__set_bit(__LINK_STATE_DORMANT, &dev->state);
	if (!netif_running(carp->lower) || !netif_carrier_ok(carp->lower))
		netif_carrier_off(dev);
	netdev_lockdep_set_classes(dev);
	carp_device_inherit(carp);
	/* Not earlier: the core calls it for all that got past this. */
	dev->priv_destructor = carp_device_free;
	return 0;

err_node:
	carp_node_free(carp);
err_vhost:
	carp_vhost_free(carp);
err_tstats:
	free_percpu(dev->tstats);
	return err;
}

/* The device is closed and unlisted. Whoever found it before is in an RCU
 * section, or is the timer, which is waited for here: leaving the port makes
 * the election impossible, so it is not armed again. Memory goes in
 * carp_device_free(), a grace period later.
 */
static void carp_device_uninit(struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);

	carp_addr_flush(carp);
	carp_keep6_free(carp);
	carp_track_free(carp);
	carp_port_leave(carp);
	carp_vhost_kill(carp);
	carp_route_close(carp);
	carp_redirect_close(carp);
	carp_device_leave_net(carp);
	carp_linkgroup_leave(carp);
	/* It took no part, and demotes the others no longer. */
	if (carp->syncgroup)
		carp_vhost_reweigh(carp->cn);
	/* A device that could not be registered is freed as soon as this
	 * returns.
	 */
	if (dev->reg_state != NETREG_UNREGISTERING)
		synchronize_net();
}

/* Taking part begins when the kernel is through with NETDEV_UP, see event.c. */
static int carp_device_open(struct net_device *dev)
{
	return 0;
}

static int carp_device_stop(struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);

	carp_vhost_down(carp, CARP_REASON_DOWN);
	dev_mc_unsync(carp->lower, dev);
	return 0;
}

/* With balancing, no switch may learn the shared MAC address. */
static bool carp_device_set_source(const struct carp_dev *carp,
				   struct sk_buff *skb)
{
	bool ok = true;
	const u8 *source;

	rcu_read_lock();
	source = carp_share_source(carp);
	if (unlikely(source != carp->dev->dev_addr)) {
		ok = !skb_cow_head(skb, 0);
		if (ok)
			ether_addr_copy(((struct ethhdr *)skb->data)->h_source,
					source);
	}
	rcu_read_unlock();
	return ok;
}

static netdev_tx_t carp_device_xmit(struct sk_buff *skb,
				    struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);
	unsigned int len = skb->len;
	int err;

	if (unlikely(!carp_is_master(carp) ||
		     !carp_device_set_source(carp, skb))) {
		DEV_STATS_INC(dev, tx_dropped);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}

	skb->dev = carp->lower;
	err = dev_queue_xmit(skb);
	if (likely(err == NET_XMIT_SUCCESS || err == NET_XMIT_CN))
		dev_sw_netstats_tx_add(dev, 1, len);
	else
		DEV_STATS_INC(dev, tx_dropped);
	return NETDEV_TX_OK;
}

static void carp_device_set_rx_mode(struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);

	dev_mc_sync(carp->lower, dev);
}

/* As OpenBSD: the address is used in frames and is hashed; the virtual MAC
 * itself puts things back.
 */
static int carp_device_set_mac(struct net_device *dev, void *addr)
{
	struct carp_dev *carp = netdev_priv(dev);
	const struct sockaddr *sa = addr;
	struct carp_key *key;
	int err;

	/* Even if it is that of a group, as in mode ip. */
	if (ether_addr_equal(dev->dev_addr, sa->sa_data))
		return 0;
	if (!is_valid_ether_addr(sa->sa_data))
		return -EADDRNOTAVAIL;
	/* The members share one, which follows from the leader's vhid. */
	if (carp->nodes.balancing != CARP_BALANCING_NONE)
		return -EOPNOTSUPP;

	key = carp_key_alloc(&carp->nodes, GFP_KERNEL_ACCOUNT);
	if (!key)
		return -ENOMEM;
	err = carp_port_set_own_mac(carp, sa->sa_data);
	if (err) {
		carp_key_wipe(key);
		return err;
	}

	carp_key_prepare(carp, key, &carp->params);
	carp_key_publish(carp, key);
	carp_vhost_announce(carp);
	return 0;
}

/* Linkwatch asks until the device is freed, when the parent may be no more. */
static int carp_device_get_iflink(const struct net_device *dev)
{
	const struct carp_dev *carp = netdev_priv(dev);

	return READ_ONCE(carp->iflink);
}

const struct net_device_ops carp_netdev_ops = {
	.ndo_init = carp_device_init,
	.ndo_uninit = carp_device_uninit,
	.ndo_open = carp_device_open,
	.ndo_stop = carp_device_stop,
	.ndo_start_xmit = carp_device_xmit,
	.ndo_set_rx_mode = carp_device_set_rx_mode,
	.ndo_set_mac_address = carp_device_set_mac,
	.ndo_get_iflink = carp_device_get_iflink,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_neigh_construct = carp_neigh_construct,
	.ndo_features_check = passthru_features_check,
};

static int carp_device_get_link_ksettings(struct net_device *dev,
					  struct ethtool_link_ksettings *cmd)
{
	struct carp_dev *carp = netdev_priv(dev);

	return __ethtool_get_link_ksettings(carp->lower, cmd);
}

static const struct ethtool_ops carp_ethtool_ops = {
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = carp_device_get_link_ksettings,
};

/**
 * carp_device_setup - rtnl_link_ops.setup
 * @dev: the device, fresh
 */
void carp_device_setup(struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);

	ether_setup(dev);
	dev->netdev_ops = &carp_netdev_ops;
	dev->ethtool_ops = &carp_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_UNICAST_FLT | IFF_DONT_BRIDGE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->features = CARP_FEATURES;
	dev->hw_features = CARP_FEATURES;
#ifdef COMPAT_NO_NETNS_IMMUTABLE
	dev->features |= NETIF_F_LLTX | NETIF_F_NETNS_LOCAL;
#else
	dev->lltx = true;
	dev->netns_immutable = true;
#endif

	carp->dev = dev;
	carp->nodes.n = 1;
	INIT_LIST_HEAD(&carp->vhost.nodes);
	carp_notify_prepare(carp);
	INIT_LIST_HEAD(&carp->vips);
	INIT_LIST_HEAD(&carp->left6);
	INIT_LIST_HEAD(&carp->kept6);
	INIT_LIST_HEAD(&carp->routes);
	INIT_LIST_HEAD(&carp->routes6);
	INIT_LIST_HEAD(&carp->tracks);
}

/**
 * carp_device_lower_mac - the parent has another MAC address
 * @carp: the device
 *
 * Only if it is not the parent's is the administrator's MAC address signed.
 *
 * Context: RTNL, may sleep.
 */
void carp_device_lower_mac(struct carp_dev *carp)
{
	struct carp_key *key;

	if (!carp->own_mac)
		return;

	key = carp_key_alloc(&carp->nodes, GFP_KERNEL | __GFP_NOFAIL);
	carp_key_prepare(carp, key, &carp->params);
	carp_key_publish(carp, key);
}

/**
 * carp_device_inherit - take over what the parent prescribes
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_device_inherit(struct carp_dev *carp)
{
	struct net_device *lower = carp->lower;
	struct net_device *dev = carp->dev;

	netif_inherit_tso_max(dev, lower);
	dev->hard_header_len = lower->hard_header_len;
	dev->needed_headroom = lower->needed_headroom;
	dev->needed_tailroom = lower->needed_tailroom;
}

/* No address, no solicitation and no route of its own; what is added by hand
 * survives set down and up.
 */
static void carp_device_configure_inet6(struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct inet6_dev *idev = __in6_dev_get(dev);

	if (!idev)
		return;

	idev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	idev->cnf.accept_ra = 0;
	idev->cnf.autoconf = 0;
	idev->cnf.accept_dad = 0;
	idev->cnf.rtr_solicits = 0;
	idev->cnf.keep_addr_on_down = 1;
	idev->cnf.ignore_routes_with_linkdown = 1;
#endif
}

/**
 * carp_device_mtu_begin - the kernel is about to be told of another MTU
 * @dev: the device
 *
 * With one below 1280 it has no IPv6. When it grows, IPv6 begins anew, with
 * the system's settings, and would give a device that is ready a link-local
 * address, which were a virtual one. So it is not ready until
 * carp_device_mtu_end().
 *
 * Context: RTNL.
 */
void carp_device_mtu_begin(struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct carp_dev *carp = netdev_priv(dev);

	/* Where somebody refuses the MTU this is called again, for the old. */
	if (carp->no_inet6 || __in6_dev_get(dev))
		return;

	carp->no_inet6 = true;
	carp->operstate = dev->operstate;
	WRITE_ONCE(dev->operstate, IF_OPER_DORMANT);
#endif
}

/**
 * carp_device_mtu_end - the kernel knows the MTU
 * @dev: the device
 *
 * Context: RTNL.
 */
void carp_device_mtu_end(struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct carp_dev *carp = netdev_priv(dev);

	if (!carp->no_inet6)
		return;

	carp->no_inet6 = false;
	carp_device_configure_inet6(dev);
	WRITE_ONCE(dev->operstate, carp->operstate);
	if (carp->operstate == IF_OPER_UP)
		netdev_state_change(dev);
#endif
}

/**
 * carp_device_configure - what the IP layers must know of a carp device
 * @dev: the device, just registered
 *
 * Settings of this device only; the administrator's stay as they are.
 *
 * Context: RTNL.
 */
void carp_device_configure(struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);

	carp_device_configure_inet6(dev);

	if (!in_dev)
		return;

	/* The marks of route.c take effect. */
	IN_DEV_CONF_SET(in_dev, IGNORE_ROUTES_WITH_LINKDOWN, 1);
	/* The way back to a client may lead out of the parent: validated like
	 * on new devices, but not strictly. What is set does not follow
	 * conf.default; for what conf.all says later see frame.c.
	 */
	IN_DEV_CONF_SET(in_dev, RP_FILTER, IN_DEV_RPFILTER(in_dev) ? 2 : 0);
	/* Speak for the virtual addresses only. */
	IN_DEV_CONF_SET(in_dev, ARP_IGNORE, 1);
	IN_DEV_CONF_SET(in_dev, ARP_ANNOUNCE, 2);
	/* Removing one virtual address does not remove others of its net. */
	IN_DEV_CONF_SET(in_dev, PROMOTE_SECONDARIES, 1);
}

/**
 * carp_device_create - register a device and attach it to its parent
 * @dev: the device, set up, with the configuration of one node
 * @lower: the parent, checked
 * @mac: the MAC address that follows from the nodes it is to have
 * @own_mac: the administrator has set the MAC address
 * @extack: told what went wrong
 *
 * Context: RTNL. Return: 0 or a negative errno; nothing is left behind then.
 */
int carp_device_create(struct net_device *dev, struct net_device *lower,
		       const u8 *mac, bool own_mac,
		       struct netlink_ext_ack *extack)
{
	struct carp_dev *carp = netdev_priv(dev);
	int err;

	carp->lower = lower;
	carp->iflink = lower->ifindex;
	carp->cn = carp_pernet(dev_net(dev));
	if (!own_mac)
		eth_hw_addr_set(dev, mac);
	carp->own_mac = !ether_addr_equal(dev->dev_addr, mac);
	dev->max_mtu = lower->mtu;

	err = carp_port_check_mac(lower, dev->dev_addr, extack);
	if (err)
		return err;
	err = register_netdevice(dev);
	if (err)
		return err;

	err = carp_port_join(carp, extack);
	if (err)
		unregister_netdevice(dev);
	return err;
}
