/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the parent, and the vhids on it */
#ifndef _CARP_PORT_H
#define _CARP_PORT_H

#include "carp.h"

int carp_port_check(const struct net_device *lower,
		    struct netlink_ext_ack *extack);
int carp_port_check_vhid(const struct net_device *lower, u8 vhid,
			 const struct carp_dev *self,
			 struct netlink_ext_ack *extack);
int carp_port_join(struct carp_dev *carp, struct netlink_ext_ack *extack);
void carp_port_leave(struct carp_dev *carp);
int carp_port_set_mac(struct carp_dev *carp, const u8 *mac);
void carp_port_set_vhid(struct carp_dev *carp, u8 vhid);
void carp_port_mac(u8 vhid, u8 mac[ETH_ALEN]);

#endif /* _CARP_PORT_H */
