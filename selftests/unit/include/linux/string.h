/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _UNIT_LINUX_STRING_H
#define _UNIT_LINUX_STRING_H

#include <string.h>

static inline void memzero_explicit(void *p, size_t n)
{
	explicit_bzero(p, n);
}

#endif /* _UNIT_LINUX_STRING_H */
