/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the virtual addresses, as the administrator adds and removes them */
#ifndef _CARP_ADDR_H
#define _CARP_ADDR_H

#include "carp.h"

struct carp_dev *carp_addr_owner4(const struct carp_net *cn, __be32 addr,
				  const struct net_device *dev);
bool carp_addr_is_vip4(const struct carp_net *cn, __be32 addr);
void carp_addr_routes(struct carp_dev *carp);
void carp_addr_flush(struct carp_dev *carp);
void carp_addr_free(struct carp_dev *carp);

void carp_addr_net_init(struct carp_net *cn);
void carp_addr_net_exit(struct carp_net *cn);

int carp_addr_init(void);
void carp_addr_exit(void);

#endif /* _CARP_ADDR_H */
