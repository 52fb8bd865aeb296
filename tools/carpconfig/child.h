/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that is run with a time limit, and what it forks with it */
#ifndef CARPCONFIG_CHILD_H
#define CARPCONFIG_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum child_phase {
	CHILD_RUNS,
	CHILD_TERMINATED,
	CHILD_KILLED,
};

/**
 * struct child - a process
 * @pid: its number and that of its group, 0 if there is none
 * @deadline: ms, CLOCK_MONOTONIC: when to do something about it
 * @phase: what was done
 */
struct child {
	pid_t pid;
	int64_t deadline;
	enum child_phase phase;
};

int child_start(struct child *child, const char *path, unsigned int seconds,
		void (*prepare)(void *data), void *data);
bool child_late(struct child *child, int64_t now);
bool child_ended(struct child *child, int *status);
void child_stop(struct child *child);

#endif /* CARPCONFIG_CHILD_H */
