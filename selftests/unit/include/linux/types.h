/* SPDX-License-Identifier: GPL-2.0-only */
/* What the pure core takes from <linux/types.h>, in userspace */
#ifndef _UNIT_LINUX_TYPES_H
#define _UNIT_LINUX_TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef uint16_t __be16;
typedef uint32_t __u32;

#define __packed __attribute__((__packed__))

#endif /* _UNIT_LINUX_TYPES_H */
