// SPDX-License-Identifier: GPL-2.0-only
/* CARP: what happens to our devices and to their parents
 *
 * The netdevice notifier runs after the kernel's own: the routing code
 * revives routes on NETDEV_UP and NETDEV_CHANGE, and their marks are put back
 * here.
 */
#include <linux/netdevice.h>
#include <linux/reboot.h>
#include <linux/rtnetlink.h>

#include "addr.h"
#include "addr6.h"
#include "device.h"
#include "enact.h"
#include "event.h"
#include "frame.h"
#include "keep6.h"
#include "linkgroup.h"
#include "port.h"
#include "route.h"
#include "track.h"
#include "vhost.h"

/* Nothing can be stacked on a carp device that would send or receive for it
 * while it is not master. A VRF only chooses a routing table.
 */
static int carp_event_upper(struct netdev_notifier_changeupper_info *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(&info->info);
	struct netlink_ext_ack *extack;

	if (netif_is_l3_master(info->upper_dev)) {
		/* For IPv6 that is as good as going down. */
		carp_keep6_save(netdev_priv(dev));
		return NOTIFY_DONE;
	}
	if (!info->linking)
		return NOTIFY_DONE;

	extack = netdev_notifier_info_to_extack(&info->info);
	NL_SET_ERR_MSG(extack,
		       "carp: a carp device cannot carry another device, put the other one on the parent or below it");
	return notifier_from_errno(-EOPNOTSUPP);
}

/* Before the kernel's own notifiers: see route.c. */
static int carp_event_early(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (!netif_is_carp(dev))
		return NOTIFY_DONE;
	if (event == NETDEV_UP) {
		carp_route_open(netdev_priv(dev), true);
		carp_addr6_up(netdev_priv(dev));
	}
	if (event == NETDEV_CHANGEMTU)
		carp_device_mtu_begin(dev);
	return NOTIFY_DONE;
}

/* Into another link group? Each takeover is a NETDEV_CHANGE too. Of what is
 * going the kernel tells again after it has left the group.
 */
static bool carp_event_regroup(const struct net_device *dev)
{
	return netif_is_carp(dev) && dev->reg_state <= NETREG_REGISTERED &&
	       carp_linkgroup_follow(netdev_priv(dev));
}

static int carp_event_own(struct net_device *dev, unsigned long event,
			  void *ptr)
{
	struct carp_dev *carp = netdev_priv(dev);

	switch (event) {
	case NETDEV_REGISTER:
		carp_device_configure(dev);
		break;
	case NETDEV_CHANGEMTU:
		carp_device_mtu_end(dev);
		break;
	case NETDEV_UP:
		carp_addr_routes(carp);
		carp_vhost_up(carp);
		break;
	case NETDEV_GOING_DOWN:
		carp_keep6_save(carp);
		break;
	case NETDEV_DOWN:
	case NETDEV_CHANGEUPPER:
		carp_keep6_restore(carp);
		fallthrough;
	case NETDEV_CHANGE:
		carp_route_sync(carp);
		break;
	case NETDEV_UNREGISTER:
		carp_route_close(carp);
		break;
	case NETDEV_PRECHANGEUPPER:
		return carp_event_upper(ptr);
	}
	return NOTIFY_DONE;
}

static void carp_event_carrier(struct carp_port *port)
{
	struct carp_dev *carp;

	list_for_each_entry(carp, &port->devs, port_node) {
		if (netif_running(port->dev) && netif_carrier_ok(port->dev))
			netif_carrier_on(carp->dev);
		else
			netif_carrier_off(carp->dev);
	}
	carp_vhost_update_port(port, CARP_REASON_NONE);
}

/* While it can still send: the last chance to say goodbye. */
static void carp_event_going_down(struct carp_port *port)
{
	WRITE_ONCE(port->going_down, true);
	carp_vhost_update_port(port, CARP_REASON_PARENT_DOWN);
}

static void carp_event_mtu(struct carp_port *port)
{
	struct carp_dev *carp;

	list_for_each_entry(carp, &port->devs, port_node) {
		carp->dev->max_mtu = port->dev->mtu;
		if (carp->dev->mtu > port->dev->mtu)
			dev_set_mtu(carp->dev, port->dev->mtu);
	}
}

static void carp_event_features(struct carp_port *port)
{
	struct carp_dev *carp;

	list_for_each_entry(carp, &port->devs, port_node)
		carp_device_inherit(carp);
}

static void carp_event_mac(struct carp_port *port)
{
	struct carp_dev *carp;

	list_for_each_entry(carp, &port->devs, port_node) {
		carp_device_lower_mac(carp);
		if (!carp_port_gets(port->dev, carp->dev->dev_addr))
			netdev_warn(carp->dev,
				    "the parent, a macvlan, has another MAC address: what is sent to this one's does not arrive\n");
	}
}

static void carp_event_announce(struct carp_port *port)
{
	struct carp_dev *carp;

	list_for_each_entry(carp, &port->devs, port_node)
		carp_vhost_announce(carp);
}

/* A carp device lives in its parent's namespace and does not outlive it there,
 * be it that the parent is deleted or that it moves away. It may be on its way
 * out already, in the same batch as the parent; then it lets go of it now.
 */
static void carp_event_unregister(struct carp_port *port)
{
	struct carp_dev *carp, *next;
	LIST_HEAD(kill);
	bool last;

	list_for_each_entry_safe(carp, next, &port->devs, port_node) {
		last = list_is_last(&carp->port_node, &port->devs);
		if (carp->dev->reg_state == NETREG_REGISTERED)
			unregister_netdevice_queue(carp->dev, &kill);
		else
			carp_port_leave(carp);
		/* The port may be gone with its last device. */
		if (last)
			break;
	}
	unregister_netdevice_many(&kill);
}

static int carp_event_lower(struct carp_port *port, unsigned long event)
{
	switch (event) {
	case NETDEV_UP:
		WRITE_ONCE(port->going_down, false);
		carp_event_carrier(port);
		break;
	case NETDEV_CHANGE:
	case NETDEV_DOWN:
		carp_event_carrier(port);
		break;
	case NETDEV_GOING_DOWN:
		carp_event_going_down(port);
		break;
	case NETDEV_CHANGEMTU:
		carp_port_renew_groups(port);
		carp_event_mtu(port);
		break;
	case NETDEV_CHANGEADDR:
		carp_event_mac(port);
		break;
	case NETDEV_FEAT_CHANGE:
		carp_event_features(port);
		break;
	case NETDEV_NOTIFY_PEERS:
	case NETDEV_BONDING_FAILOVER:
		carp_event_announce(port);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	case NETDEV_UNREGISTER:
		carp_event_unregister(port);
		break;
	}
	return NOTIFY_DONE;
}

static int carp_event_netdev(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct carp_net *cn = carp_pernet(dev_net(dev));
	struct carp_port *port = carp_port_get(dev);
	bool reweigh = carp_event_regroup(dev);
	int result = NOTIFY_DONE;

	reweigh |= carp_track_event(cn, dev, event);
	if (reweigh)
		carp_vhost_reweigh(cn);
	if (netif_is_carp(dev))
		result = carp_event_own(dev, event, ptr);
	else if (port)
		result = carp_event_lower(port, event);

	if (event == NETDEV_DOWN || event == NETDEV_UNREGISTER ||
	    event == NETDEV_CHANGEUPPER)
		carp_route_sweep(cn);
	return result;
}

/* Orderly shutdown and reboot: say goodbye everywhere. */
static int carp_event_reboot(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net *net;

	carp_enact_shutdown();

	rcu_read_lock();
	for_each_net_rcu(net)
		carp_vhost_update_all(carp_pernet(net));
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block carp_event_early_nb = {
	.notifier_call = carp_event_early,
	.priority = 100,
};

static struct notifier_block carp_event_netdev_nb = {
	.notifier_call = carp_event_netdev,
	.priority = -100,
};

static struct notifier_block carp_event_reboot_nb = {
	.notifier_call = carp_event_reboot,
};

/**
 * carp_event_init - listen to devices and to the host going down
 *
 * Return: 0 or a negative errno.
 */
int carp_event_init(void)
{
	int err;

	err = register_netdevice_notifier(&carp_event_early_nb);
	if (err)
		return err;
	err = register_netdevice_notifier(&carp_event_netdev_nb);
	if (err)
		goto err_early;
	err = register_reboot_notifier(&carp_event_reboot_nb);
	if (err)
		goto err_netdev;
	return 0;

err_netdev:
	unregister_netdevice_notifier(&carp_event_netdev_nb);
err_early:
	unregister_netdevice_notifier(&carp_event_early_nb);
	return err;
}

/**
 * carp_event_exit - stop listening
 */
void carp_event_exit(void)
{
	unregister_reboot_notifier(&carp_event_reboot_nb);
	unregister_netdevice_notifier(&carp_event_netdev_nb);
	unregister_netdevice_notifier(&carp_event_early_nb);
}
