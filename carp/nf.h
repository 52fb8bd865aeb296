/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: netfilter hooks on what is sent in a virtual address's name */
#ifndef _CARP_NF_H
#define _CARP_NF_H

#include "carp.h"

int carp_nf_register(struct carp_net *cn);
void carp_nf_unregister(struct carp_net *cn);

#endif /* _CARP_NF_H */
