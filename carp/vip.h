/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the virtual addresses of a device, of either family */
#ifndef _CARP_VIP_H
#define _CARP_VIP_H

#include "carp.h"

void carp_vip_insert(struct carp_dev *carp, struct carp_vip *vip, u32 hash);
void carp_vip_remove(struct carp_dev *carp, struct carp_vip *vip);
void carp_vip_commit(struct carp_dev *carp, struct carp_key *key);

#endif /* _CARP_VIP_H */
