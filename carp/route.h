/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: keeps the routes of a device that is not master out of use */
#ifndef _CARP_ROUTE_H
#define _CARP_ROUTE_H

#include "carp.h"

void carp_route_mark(struct carp_dev *carp);
void carp_route_sync(struct carp_dev *carp);
void carp_route_open(struct carp_dev *carp, bool existing);
void carp_route_find4(struct carp_dev *carp, __be32 addr);
void carp_route_hide(struct carp_dev *carp, unsigned int vips);
void carp_route_answered(struct carp_net *cn);
void carp_route_watched(struct carp_net *cn, bool watching);
void carp_route_sweep(struct carp_net *cn);
void carp_route_close(struct carp_dev *carp);

int carp_route_net_init(struct carp_net *cn);
void carp_route_net_exit(struct carp_net *cn);

#endif /* _CARP_ROUTE_H */
