// SPDX-License-Identifier: GPL-2.0-only
/* late: makes the kernel late to learn that a device is up
 *
 * A netdevice notifier that is called before those of the kernel stands still
 * at the first NETDEV_CHANGE by which device "dev" is operational, with RTNL
 * held. Parameter "hold" is 1 meanwhile; writing 0 to it ends that.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>

/* Should nobody end it. Kernels complain of tasks that wait for 120 s. */
#define LATE_LIMIT_MS	60000
#define LATE_STEP_MS	10

static char *dev = "carp0";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "the device");

static bool hold;
module_param(hold, bool, 0644);
MODULE_PARM_DESC(hold, "write 0 to let go");

static bool done;

static int late_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *changed = netdev_notifier_info_to_dev(ptr);
	int left = LATE_LIMIT_MS;

	if (event != NETDEV_CHANGE || done || strcmp(changed->name, dev) ||
	    !netif_oper_up(changed))
		return NOTIFY_DONE;

	done = true;
	WRITE_ONCE(hold, true);
	while (READ_ONCE(hold) && left > 0) {
		msleep(LATE_STEP_MS);
		left -= LATE_STEP_MS;
	}
	return NOTIFY_DONE;
}

static struct notifier_block late_nb = {
	.notifier_call = late_event,
	.priority = INT_MAX,
};

static int __init late_init(void)
{
	return register_netdevice_notifier(&late_nb);
}

static void __exit late_exit(void)
{
	unregister_netdevice_notifier(&late_nb);
}

module_init(late_init);
module_exit(late_exit);
MODULE_DESCRIPTION("Stands still in a netdevice notifier, for tests");
MODULE_LICENSE("GPL");
