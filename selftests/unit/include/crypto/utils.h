/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _UNIT_CRYPTO_UTILS_H
#define _UNIT_CRYPTO_UTILS_H

#include <linux/types.h>

static inline int crypto_memneq(const void *a, const void *b, size_t n)
{
	const volatile u8 *x = a, *y = b;
	u8 differ = 0;

	while (n--)
		differ |= *x++ ^ *y++;
	return differ != 0;
}

#endif /* _UNIT_CRYPTO_UTILS_H */
