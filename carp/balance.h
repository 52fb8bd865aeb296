/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP load balancing: which of several hosts is to act, as pure arithmetic
 *
 * Every member computes the same from the same packet, and asks nobody. Pure:
 * knows addresses, ports and numbers, no packet, no device, no lock.
 */
#ifndef _CARP_BALANCE_H
#define _CARP_BALANCE_H

#include <linux/types.h>
#include <linux/if_carp.h>

#include "auth.h"
#include "fsm.h"

/**
 * struct carp_flow - what a packet says of the conversation it belongs to
 * @src: source address as words in host order, the first one for IPv4
 * @dst: destination address, the same
 * @family: IPv4 or IPv6
 * @whole: it is no fragment, so that what follows is known
 * @proto: protocol above IP
 * @sport: source port in host order, 0 if @proto has none
 * @dport: destination port in host order, the same
 */
struct carp_flow {
	u32 src[CARP_IP6_LEN / 4];
	u32 dst[CARP_IP6_LEN / 4];
	enum carp_family family;
	bool whole;
	u8 proto;
	u16 sport;
	u16 dport;
};

/**
 * struct carp_machash - what the hash of a MAC address needs of the key
 * @k: added to the three words of the mix
 */
struct carp_machash {
	u32 k[3];
};

unsigned int carp_balance_node(enum carp_hash hash,
			       const struct carp_flow *flow,
			       unsigned int nodes);

unsigned int carp_balance_addr4(const u8 addr[CARP_IP4_LEN], unsigned int n);
unsigned int carp_balance_addr6(const u8 addr[CARP_IP6_LEN], unsigned int n);

void carp_balance_mac_prepare(struct carp_machash *hash,
			      const u8 key[CARP_KEY_LEN]);
u32 carp_balance_mac(const struct carp_machash *hash,
		     const u8 mac[CARP_MAC_LEN]);

#endif /* _CARP_BALANCE_H */
