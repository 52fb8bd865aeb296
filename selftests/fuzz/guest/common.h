/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two fuzzers of the guest share: chance, rounds, faults, memory */
#ifndef _FUZZ_COMMON_H
#define _FUZZ_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#include "../../sim/rng.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define TOTALS 64

/**
 * struct round - one round, in a process and a network namespace of its own
 * @rng: all chance of it comes from here
 * @number: from 0
 * @step: judge after each single input, to find the one that is to blame
 * @total: numbers to be added up over all rounds; shared with the parent
 */
struct round {
	struct rng rng;
	u32 number;
	bool step;
	u64 *total;
};

/**
 * struct fuzzer - what rounds_main() runs
 * @name: for the report
 * @round: returns when the round is over, and does not return from a fault
 * @totals: names of struct round's totals, NULL ends them
 */
struct fuzzer {
	const char *name;
	void (*round)(struct round *round);
	const char *const *totals;
};

int rounds_main(const struct fuzzer *fuzzer, int argc, char **argv);

/* Where we are, for the report of a fault. */
extern char fuzz_where[128];

/* Says what is wrong and ends the round. */
void fault(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));
void hex(const char *what, const void *data, size_t len);

u64 now_ms(void);
/* Write @text to the file; 0 or a negative errno. */
int put_file(const char *path, const char *text);
int get_file(const char *path, char *text, size_t size);

static inline bool one_in(struct rng *rng, u32 n)
{
	return !rng_below(rng, n);
}

static inline void rng_bytes(struct rng *rng, void *to, size_t len)
{
	u8 *p = to;

	while (len--)
		*p++ = rng_next(rng);
}

#endif /* _FUZZ_COMMON_H */
