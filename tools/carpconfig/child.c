// SPDX-License-Identifier: GPL-2.0-only
/* A program that is run with a time limit, and what it forks with it
 *
 * It leads a process group of its own. When its time is over the group is told
 * to end, and soon after that is killed. While the program has not been waited
 * for, nobody else can have the number of its group.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"

/* From being told to end to being killed */
#define GRACE_MS	2000

/* Standard output is ours, for events. */
static void redirect(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
}

/**
 * child_start - run a program
 * @child: told of it
 * @path: the program; it has no arguments
 * @seconds: its time limit
 * @prepare: called in the new process, to set its environment
 * @data: for @prepare
 *
 * Return: 0 or a negative errno.
 */
int child_start(struct child *child, const char *path, unsigned int seconds,
		void (*prepare)(void *data), void *data)
{
	sigset_t none;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		setpgid(0, 0);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		redirect();
		prepare(data);
		execl(path, path, (char *)NULL);
		dprintf(STDERR_FILENO, "carpconfig: %s: %s\n", path,
			strerror(errno));
		_exit(127);
	}
	/* Here too, for we may want to kill it before it has done so. */
	setpgid(pid, pid);
	child->pid = pid;
	child->phase = CHILD_RUNS;
	child->deadline = clock_ms() + (int64_t)seconds * 1000;
	return 0;
}

/**
 * child_late - do something about a program whose time is over
 * @child: the program, which runs
 * @now: clock_ms()
 *
 * Return: true if its time is over just now.
 */
bool child_late(struct child *child, int64_t now)
{
	if (now < child->deadline)
		return false;
	if (child->phase == CHILD_RUNS) {
		kill(-child->pid, SIGTERM);
		child->phase = CHILD_TERMINATED;
		child->deadline = now + GRACE_MS;
		return true;
	}
	kill(-child->pid, SIGKILL);
	child->phase = CHILD_KILLED;
	child->deadline = INT64_MAX;
	return false;
}

/**
 * child_ended - see whether a program has ended
 * @child: the program; forgotten if it has
 * @status: as from waitpid()
 *
 * If it was told to end, what it has forked and left behind is killed.
 *
 * Return: true if it has.
 */
bool child_ended(struct child *child, int *status)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, child->pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
	    !info.si_pid)
		return false;
	if (child->phase != CHILD_RUNS)
		kill(-child->pid, SIGKILL);
	waitpid(child->pid, status, 0);
	child->pid = 0;
	return true;
}

/**
 * child_stop - tell a program to end, and do not wait for it
 * @child: the program, or none
 */
void child_stop(struct child *child)
{
	if (child->pid)
		kill(-child->pid, SIGTERM);
}
