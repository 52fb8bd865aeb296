/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_COMPAT_LINUX_SLAB_H
#define _CARP_COMPAT_LINUX_SLAB_H

#include_next <linux/slab.h>

#ifdef COMPAT_KVMALLOC_IN_MM
#include <linux/delay.h>
#include <linux/mm.h>

/* With __GFP_NOFAIL this asked for all of it in one piece first, and warned of
 * more than two pages.
 */
static inline void *compat_kvmalloc_array(size_t n, size_t size, gfp_t flags)
{
	void *p;

	for (;;) {
		p = kvmalloc_array(n, size, flags & ~__GFP_NOFAIL);
		if (p || !(flags & __GFP_NOFAIL))
			return p;
		msleep(20);
	}
}

#define kvmalloc_array compat_kvmalloc_array
#endif

#endif
