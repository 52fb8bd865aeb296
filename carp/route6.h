/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: route.h for IPv6; nothing where the kernel has none */
#ifndef _CARP_ROUTE6_H
#define _CARP_ROUTE6_H

#include "carp.h"

struct fib6_entry_notifier_info;
struct fib6_info;
struct inet6_ifaddr;

#if IS_ENABLED(CONFIG_IPV6)
void carp_route6_addresses(struct carp_dev *carp);
void carp_route6_mark(struct carp_dev *carp);
void carp_route6_sweep(struct carp_dev *carp);
void carp_route6_flush(struct carp_net *cn);
int carp_route6_local(const struct inet6_ifaddr *ifp);
int carp_route6_event(const struct fib6_entry_notifier_info *info);
int carp_route6_find(struct carp_dev *carp, const struct in6_addr *addr);
void carp_route6_close(struct carp_dev *carp);

void carp_route6_net_init(struct carp_net *cn);
void carp_route6_net_exit(struct carp_net *cn);
#else
static inline void carp_route6_addresses(struct carp_dev *carp)
{
}

static inline void carp_route6_sweep(struct carp_dev *carp)
{
}

static inline void carp_route6_mark(struct carp_dev *carp)
{
}

static inline int
carp_route6_event(const struct fib6_entry_notifier_info *info)
{
	return NOTIFY_DONE;
}

static inline void carp_route6_close(struct carp_dev *carp)
{
}

static inline void carp_route6_net_init(struct carp_net *cn)
{
}

static inline void carp_route6_net_exit(struct carp_net *cn)
{
}
#endif

#endif /* _CARP_ROUTE6_H */
