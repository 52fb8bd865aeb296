/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: where a frame that arrives on a parent goes */
#ifndef _CARP_FRAME_H
#define _CARP_FRAME_H

#include "carp.h"

rx_handler_result_t carp_frame_rx(struct sk_buff **pskb);

static inline bool netif_is_carp_port(const struct net_device *dev)
{
	return rcu_access_pointer(dev->rx_handler) == carp_frame_rx;
}

/* Context: RCU; RTNL will do too. */
static inline struct carp_port *carp_port_get(const struct net_device *dev)
{
	if (!netif_is_carp_port(dev))
		return NULL;
	return rcu_dereference_rtnl(dev->rx_handler_data);
}

#endif /* _CARP_FRAME_H */
