/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the parent, and the vhids on it */
#ifndef _CARP_PORT_H
#define _CARP_PORT_H

#include "carp.h"

int carp_port_check(const struct net_device *lower,
		    struct netlink_ext_ack *extack);
bool carp_port_gets(const struct net_device *lower, const u8 *mac);
int carp_port_check_mac(const struct net_device *lower, const u8 *mac,
			struct netlink_ext_ack *extack);
int carp_port_check_vhids(const struct net_device *lower,
			  const struct carp_nodes_conf *nodes,
			  const struct carp_dev *self,
			  struct netlink_ext_ack *extack);
int carp_port_join(struct carp_dev *carp, struct netlink_ext_ack *extack);
void carp_port_leave(struct carp_dev *carp);
void carp_port_renew_groups(struct carp_port *port);

void carp_port_publish(struct carp_dev *carp, struct carp_node *node);
void carp_port_unpublish(struct carp_dev *carp, u8 vhid);

int carp_port_filter_add(struct net_device *lower, const u8 *mac);
void carp_port_filter_del(struct net_device *lower, const u8 *mac);
void carp_port_mac(const struct carp_nodes_conf *nodes, u8 mac[ETH_ALEN]);
void carp_port_set_mac(struct carp_dev *carp, const u8 *mac);
int carp_port_set_own_mac(struct carp_dev *carp, const u8 *mac);

#endif /* _CARP_PORT_H */
