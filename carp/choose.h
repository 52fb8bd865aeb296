/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: ARP balancing, which of several devices with an address is asked */
#ifndef _CARP_CHOOSE_H
#define _CARP_CHOOSE_H

#include "carp.h"

bool carp_choose_shared(const struct carp_dev *carp,
			const struct carp_vip *vip);
bool carp_choose_shared4(const struct carp_dev *carp, __be32 addr);
struct carp_dev *carp_choose4(const struct carp_port *port, __be32 addr,
			      const u8 *sip, const u8 *sha);
#if IS_ENABLED(CONFIG_IPV6)
struct carp_dev *carp_choose6(const struct carp_port *port,
			      const struct in6_addr *addr,
			      const struct in6_addr *saddr, const u8 *lladdr);
#endif

#endif /* _CARP_CHOOSE_H */
