/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers share */
#ifndef _CARP_FUZZ_H
#define _CARP_FUZZ_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A failure that the fuzzer sees. */
#define must(condition)				\
	do {					\
		if (!(condition))		\
			__builtin_trap();	\
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/**
 * struct input - bytes of the fuzzer's that decide something
 * @data: those left
 * @len: how many; when there are none, each is zero
 */
struct input {
	const u8 *data;
	size_t len;
};

static inline u8 take(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

static inline void take_all(struct input *in, u8 *to, size_t len)
{
	while (len--)
		*to++ = take(in);
}

static inline void put_sum(u8 hdr[36])
{
	unsigned long sum = 0;

	for (int i = 0; i < 36; i += 2)
		sum += hdr[i] * 256UL + hdr[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	hdr[6] = ~sum >> 8;
	hdr[7] = ~sum;
}

#endif /* _CARP_FUZZ_H */
