/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: IP balancing, which packets this host keeps */
#ifndef _CARP_SHARE_H
#define _CARP_SHARE_H

#include <linux/u64_stats_sync.h>

#include "carp.h"

/**
 * struct carp_packets - counters of one node's share
 * @kept: packets that this host kept, being the node's MASTER
 * @left: packets that it left to another host
 * @syncp: lets 32-bit readers see whole numbers
 */
struct carp_packets {
	u64_stats_t kept;
	u64_stats_t left;
	struct u64_stats_sync syncp;
};

struct carp_packets __percpu *carp_share_alloc(void);
void carp_share_sum(const struct carp_packets __percpu *packets, u64 *kept,
		    u64 *left);

bool carp_share_is_kept(const struct carp_share *share,
			const struct sk_buff *skb);
bool carp_share_is_sent(const struct carp_share *share,
			const struct sk_buff *skb);

/**
 * carp_share_keeps - does this host keep a packet that all have received
 * @carp: the device, master
 * @skb: the packet, sent to the device's MAC address; its network header is set
 *
 * Context: softirq, RCU.
 */
static inline bool carp_share_keeps(const struct carp_dev *carp,
				    const struct sk_buff *skb)
{
	const struct carp_share *share = rcu_dereference(carp->vhost.share);

	return likely(!share) || carp_share_is_kept(share, skb);
}

/**
 * carp_share_sends - may this host send a packet of its own from the address
 * @carp: the device, master
 * @skb: the packet, as it is after routing
 *
 * What is answered goes to another host where that is not so. To groups, the
 * leader's master alone speaks.
 *
 * Context: BH disabled, RCU.
 */
static inline bool carp_share_sends(const struct carp_dev *carp,
				    const struct sk_buff *skb)
{
	const struct carp_share *share = rcu_dereference(carp->vhost.share);

	return likely(!share) || carp_share_is_sent(share, skb);
}

/* Is it this host that answers who has a virtual address? With balancing that
 * is the leader's master. Context: RCU.
 */
static inline bool carp_share_speaks(const struct carp_dev *carp)
{
	const struct carp_share *share = rcu_dereference(carp->vhost.share);

	return likely(!share) ? carp_is_master(carp) :
				READ_ONCE(share->masters) & 1;
}

/* The Ethernet source of what a device sends: the virtual MAC, or the parent's
 * own where no switch may learn the virtual one. Context: RCU.
 */
static inline const u8 *carp_share_source(const struct carp_dev *carp)
{
	const struct carp_share *share = rcu_dereference(carp->vhost.share);

	return likely(!share) || share->balancing == CARP_BALANCING_IP_UNICAST ?
		carp->dev->dev_addr : carp->lower->dev_addr;
}

#endif /* _CARP_SHARE_H */
