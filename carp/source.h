/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the source address of our advertisements */
#ifndef _CARP_SOURCE_H
#define _CARP_SOURCE_H

#include "carp.h"

__be32 carp_source4(struct carp_dev *carp);
#if IS_ENABLED(CONFIG_IPV6)
bool carp_source6(struct carp_dev *carp, struct in6_addr *addr);
#else
static inline bool carp_source6(struct carp_dev *carp, struct in6_addr *addr)
{
	return false;
}
#endif

#endif /* _CARP_SOURCE_H */
