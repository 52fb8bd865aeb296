/* SPDX-License-Identifier: GPL-2.0-only */
/* crypto_memneq() was in <crypto/algapi.h> before it had a header of its own */
#ifndef COMPAT_NO_CRYPTO_UTILS_H
#include_next <crypto/utils.h>
#else
#include <crypto/algapi.h>
#endif
