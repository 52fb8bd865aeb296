/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: asking for IPv6 neighbours; nothing where the kernel has no IPv6 */
#ifndef _CARP_NEIGH_H
#define _CARP_NEIGH_H

struct neighbour;
struct net_device;

#if IS_ENABLED(CONFIG_IPV6)
int carp_neigh_construct(struct net_device *dev, struct neighbour *neigh);
#else
#define carp_neigh_construct NULL
#endif

#endif /* _CARP_NEIGH_H */
