// SPDX-License-Identifier: GPL-2.0-only
/* CARP: module entry and exit, nothing else */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "addr.h"
#include "event.h"
#include "group.h"
#include "inet.h"
#include "net.h"
#include "netlink.h"
#include "notify.h"

static int __init carp_module_init(void)
{
	int err;

	err = carp_notify_init();
	if (err)
		return err;
	err = carp_net_init();
	if (err)
		goto err_notify;
	err = carp_addr_init();
	if (err)
		goto err_net;
	err = carp_event_init();
	if (err)
		goto err_addr;
	err = carp_inet_init();
	if (err) {
		pr_err("carp: IP protocol 112 is taken by another module\n");
		goto err_event;
	}
	err = carp_netlink_init();
	if (err)
		goto err_inet;
	err = carp_group_init();
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	carp_netlink_exit();
err_inet:
	carp_inet_exit();
err_event:
	carp_event_exit();
err_addr:
	carp_addr_exit();
err_net:
	carp_net_exit();
err_notify:
	carp_notify_exit();
	rcu_barrier();
	return err;
}

static void __exit carp_module_exit(void)
{
	carp_group_exit();
	carp_netlink_exit();
	carp_inet_exit();
	carp_event_exit();
	carp_addr_exit();
	carp_net_exit();
	carp_notify_exit();
	/* Our call_rcu() callbacks are code of this module. */
	rcu_barrier();
}

module_init(carp_module_init);
module_exit(carp_module_exit);

MODULE_DESCRIPTION("Common Address Redundancy Protocol");
MODULE_AUTHOR("The carp authors");
MODULE_LICENSE("GPL");
MODULE_ALIAS_RTNL_LINK("carp");
MODULE_ALIAS_GENL_FAMILY(CARP_GENL_NAME);
