/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: what a master sends of its own accord */
#ifndef _CARP_TX_H
#define _CARP_TX_H

#include "carp.h"

int carp_tx_advert4(const struct carp_node *node, const struct carp_prio *prio);
#if IS_ENABLED(CONFIG_IPV6)
int carp_tx_advert6(const struct carp_node *node, const struct carp_prio *prio);
void carp_tx_solicit(const struct carp_dev *carp,
		     const struct in6_addr *target,
		     const struct in6_addr *saddr);
#else
static inline int carp_tx_advert6(const struct carp_node *node,
				  const struct carp_prio *prio)
{
	return -EAFNOSUPPORT;
}
#endif
int carp_tx_probe(struct carp_dev *carp, const bool family[CARP_FAMILIES]);
void carp_tx_announce(const struct carp_dev *carp, const struct carp_vip *vip);

#endif /* _CARP_TX_H */
