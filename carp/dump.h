/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: what a dump of the link shows */
#ifndef _CARP_DUMP_H
#define _CARP_DUMP_H

#include "carp.h"

size_t carp_dump_size(const struct net_device *dev);
int carp_dump_info(struct sk_buff *skb, const struct net_device *dev);
size_t carp_dump_xstats_size(const struct net_device *dev);
int carp_dump_xstats(struct sk_buff *skb, const struct net_device *dev);

#endif /* _CARP_DUMP_H */
