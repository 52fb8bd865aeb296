/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: checks on received advertisements */
#ifndef _CARP_RX_H
#define _CARP_RX_H

#include "carp.h"

bool carp_rx_multicast(struct carp_port *port, enum carp_family family,
		       const struct sk_buff *skb);
void carp_rx_unicast(struct carp_net *cn, struct carp_port *port,
		     enum carp_family family, const struct sk_buff *skb);

#endif /* _CARP_RX_H */
