/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: link-local virtual addresses outlive "down" */
#ifndef _CARP_KEEP6_H
#define _CARP_KEEP6_H

#include "carp.h"

#if IS_ENABLED(CONFIG_IPV6)
void carp_keep6_save(struct carp_dev *carp);
void carp_keep6_restore(struct carp_dev *carp);
void carp_keep6_free(struct carp_dev *carp);
#else
static inline void carp_keep6_save(struct carp_dev *carp)
{
}

static inline void carp_keep6_restore(struct carp_dev *carp)
{
}

static inline void carp_keep6_free(struct carp_dev *carp)
{
}
#endif

#endif /* _CARP_KEEP6_H */
