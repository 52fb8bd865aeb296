/* SPDX-License-Identifier: GPL-2.0-only */
/* <asm/unaligned.h> before it moved */
#ifndef COMPAT_NO_UNALIGNED_H
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
