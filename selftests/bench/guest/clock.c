// SPDX-License-Identifier: GPL-2.0-only
/* Time, and how much of it nothing was done */

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

/**
 * now - CLOCK_MONOTONIC in ns
 *
 * Where QEMU counts instructions (-icount shift=0) it is their number, and that
 * of the ns for which the processor idled.
 */
int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

void sleep_until(int64_t ns)
{
	struct timespec t = {
		.tv_sec = ns / NSEC_PER_SEC,
		.tv_nsec = ns % NSEC_PER_SEC,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) ==
	       EINTR)
		;
}

/**
 * idle_time - for how long the first processor has idled since boot, in ns
 *
 * The kernel's own books of its tickless idle, without the interrupts between:
 * /proc/stat says the same in hundredths of a second.
 */
int64_t idle_time(void)
{
	static const char name[] = ".idle_sleeptime";
	int64_t idle = -1;
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	file = fopen("/proc/timer_list", "re");
	if (!file)
		die("/proc/timer_list");
	/* It lists all timers first. */
	while (idle < 0 && getline(&line, &size, file) > 0) {
		char *at = strstr(line, name);

		at = at ? strchr(at, ':') : NULL;
		if (at)
			idle = atoll(at + 1);
	}
	free(line);
	fclose(file);
	if (idle < 0) {
		errno = 0;
		die("idle_sleeptime");
	}
	return idle;
}

/**
 * coarse_idle_time - the same in ns, but in steps of 1/100 s
 *
 * To list thousands of timers takes the kernel seconds, and no softirq runs.
 */
int64_t coarse_idle_time(void)
{
	long long idle, iowait;
	FILE *file;
	int n;

	file = fopen("/proc/stat", "re");
	if (!file)
		die("/proc/stat");
	n = fscanf(file, "%*[^\n] cpu0 %*u %*u %*u %lld %lld", &idle, &iowait);
	fclose(file);
	if (n != 2) {
		errno = 0;
		die("/proc/stat");
	}
	return (idle + iowait) * (NSEC_PER_SEC / sysconf(_SC_CLK_TCK));
}

/* What measures is not to wait for what is measured. */
void be_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("SCHED_FIFO");
}
