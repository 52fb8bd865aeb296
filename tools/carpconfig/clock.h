/* SPDX-License-Identifier: GPL-2.0-only */
/* Time that nobody sets */
#ifndef CARPCONFIG_CLOCK_H
#define CARPCONFIG_CLOCK_H

#include <stdint.h>
#include <time.h>

/**
 * clock_ms - the time
 *
 * Return: ms, CLOCK_MONOTONIC.
 */
static inline int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif /* CARPCONFIG_CLOCK_H */
