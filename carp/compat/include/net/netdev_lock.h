/* SPDX-License-Identifier: GPL-2.0-only */
/* netdev_lockdep_set_classes() was in <linux/netdevice.h> before it moved */
#ifndef COMPAT_NO_NETDEV_LOCK_H
#include_next <net/netdev_lock.h>
#else
#include <linux/netdevice.h>
#endif
