/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: addr.h for IPv6; nothing where the kernel has none */
#ifndef _CARP_ADDR6_H
#define _CARP_ADDR6_H

#include "carp.h"

#if IS_ENABLED(CONFIG_IPV6)
struct carp_dev *carp_addr6_owner(const struct carp_net *cn,
				  const struct in6_addr *addr,
				  const struct net_device *dev);
void carp_addr6_settle(struct carp_dev *carp);
void carp_addr6_up(const struct carp_dev *carp);
void carp_addr6_revisit(struct carp_dev *carp);
void carp_addr6_leave(struct carp_dev *carp);

void carp_addr6_net_init(struct carp_net *cn);
void carp_addr6_net_exit(struct carp_net *cn);

int carp_addr6_init(void);
void carp_addr6_exit(void);
#else
static inline void carp_addr6_settle(struct carp_dev *carp)
{
}

static inline void carp_addr6_up(const struct carp_dev *carp)
{
}

static inline void carp_addr6_revisit(struct carp_dev *carp)
{
}

static inline void carp_addr6_leave(struct carp_dev *carp)
{
}

static inline void carp_addr6_net_init(struct carp_net *cn)
{
}

static inline void carp_addr6_net_exit(struct carp_net *cn)
{
}

static inline int carp_addr6_init(void)
{
	return 0;
}

static inline void carp_addr6_exit(void)
{
}
#endif

#endif /* _CARP_ADDR6_H */
