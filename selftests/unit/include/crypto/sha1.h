/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-1 as kernels before 6.18 offer it, the compression function only, so that
 * the HMAC that is tested is the one of carp/compat that runs in those kernels.
 * Every compression is counted.
 */
#ifndef _UNIT_CRYPTO_SHA1_H
#define _UNIT_CRYPTO_SHA1_H

#include <linux/types.h>

#define SHA1_DIGEST_SIZE	20
#define SHA1_BLOCK_SIZE		64
#define SHA1_WORKSPACE_WORDS	16

extern unsigned long sha1_compressions;

void sha1_init(__u32 *state);
void sha1_transform(__u32 *state, const char *block, __u32 *workspace);

#endif /* _UNIT_CRYPTO_SHA1_H */
