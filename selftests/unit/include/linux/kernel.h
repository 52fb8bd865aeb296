/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _UNIT_LINUX_KERNEL_H
#define _UNIT_LINUX_KERNEL_H

#include <limits.h>
#include <stdio.h>

#include <linux/types.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define S32_MAX			INT32_MAX
#define S32_MIN			INT32_MIN

#endif /* _UNIT_LINUX_KERNEL_H */
