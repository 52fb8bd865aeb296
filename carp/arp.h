/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: ARP over Ethernet for IPv4, as bytes */
#ifndef _CARP_ARP_H
#define _CARP_ARP_H

#include <linux/if_arp.h>
#include <linux/if_ether.h>

/**
 * struct carp_arp - what stands behind struct arphdr
 * @sha: sender hardware address
 * @sip: sender IP address
 * @tha: target hardware address
 * @tip: target IP address
 */
struct carp_arp {
	u8 sha[ETH_ALEN];
	__be32 sip;
	u8 tha[ETH_ALEN];
	__be32 tip;
} __packed;

/* Is it about IPv4 addresses on Ethernet? */
static inline bool carp_arp_ok(const struct arphdr *hdr)
{
	return hdr->ar_pro == htons(ETH_P_IP) && hdr->ar_hln == ETH_ALEN &&
	       hdr->ar_pln == sizeof(__be32);
}

#endif /* _CARP_ARP_H */
