/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_COMPAT_LINUX_NETDEVICE_H
#define _CARP_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

#ifdef COMPAT_NO_TSTATS64
/* The counters were plain u64. */
static inline void dev_sw_netstats_tx_add(struct net_device *dev,
					  unsigned int packets,
					  unsigned int len)
{
	struct pcpu_sw_netstats *tstats = this_cpu_ptr(dev->tstats);

	u64_stats_update_begin(&tstats->syncp);
	tstats->tx_bytes += len;
	tstats->tx_packets += packets;
	u64_stats_update_end(&tstats->syncp);
}

static inline void dev_get_tstats64(struct net_device *dev,
				    struct rtnl_link_stats64 *s)
{
	netdev_stats_to_stats64(s, &dev->stats);
	dev_fetch_sw_netstats(s, dev->tstats);
}
#endif

#ifdef COMPAT_NO_INHERIT_TSO_MAX
static inline void netif_inherit_tso_max(struct net_device *to,
					 const struct net_device *from)
{
	netif_set_gso_max_size(to, from->gso_max_size);
	to->gso_max_segs = from->gso_max_segs;
}
#endif

#endif
