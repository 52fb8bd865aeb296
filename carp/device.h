/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the network device */
#ifndef _CARP_DEVICE_H
#define _CARP_DEVICE_H

#include "carp.h"

void carp_device_setup(struct net_device *dev);
int carp_device_create(struct net_device *dev, struct net_device *lower,
		       const u8 *mac, bool own_mac,
		       struct netlink_ext_ack *extack);
void carp_device_configure(struct net_device *dev);
void carp_device_mtu_begin(struct net_device *dev);
void carp_device_mtu_end(struct net_device *dev);
void carp_device_lower_mac(struct carp_dev *carp);
void carp_device_inherit(struct carp_dev *carp);

#endif /* _CARP_DEVICE_H */
