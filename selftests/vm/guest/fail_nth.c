// SPDX-License-Identifier: GPL-2.0-only
/* fail_nth CALLS N FILE COMMAND...: run COMMAND, and let its N-th allocation in
 * the kernel fail
 *
 * What counts are allocations within the system calls named in CALLS, such as
 * "sendmsg,recvmsg": not those of exec and of the dynamic linker. Needs a
 * kernel with FAULT_INJECTION, see Documentation/fault-injection of the kernel;
 * failslab and fail_page_alloc say which allocations may fail.
 *
 * FILE gets what is left of N: 0 if one has failed. Exits as COMMAND does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

static const struct {
	const char *name;
	long number;
} known[] = {
	{ "delete_module", SYS_delete_module },
	{ "finit_module", SYS_finit_module },
	{ "init_module", SYS_init_module },
	{ "ioctl", SYS_ioctl },
	{ "recvmsg", SYS_recvmsg },
	{ "sendmsg", SYS_sendmsg },
	{ "sendto", SYS_sendto },
	{ "unshare", SYS_unshare },
	{ "write", SYS_write },
};

static bool chosen[ARRAY_SIZE(known)];

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "fail_nth: %s: %s\n", what, strerror(errno));
	exit(125);
}

static void choose(char *calls)
{
	char *name, *rest = calls;
	size_t i;

	while ((name = strsep(&rest, ","))) {
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (!strcmp(name, known[i].name))
				break;
		if (i == ARRAY_SIZE(known)) {
			errno = ENOENT;
			die(name);
		}
		chosen[i] = true;
	}
}

static bool is_chosen(long number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (chosen[i] && known[i].number == number)
			return true;
	return false;
}

/* Its fail-nth is @left from here on; returns what it was. The file cannot be
 * rewound.
 */
static unsigned int swap_fail_nth(pid_t pid, unsigned int left)
{
	char path[40];
	unsigned int was;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%u", &was) != 1 || fclose(f))
		die(path);
	f = fopen(path, "w");
	if (!f || fprintf(f, "%u", left) < 0 || fclose(f))
		die(path);
	return was;
}

/* The child is in a stop at a system call, which come in pairs: its fail-nth is
 * set while a chosen one runs. User-mode Linux has no PTRACE_GET_SYSCALL_INFO,
 * so the number comes from the register.
 */
static void at_call(pid_t pid, unsigned int *left)
{
	static bool inside, failing;
	long number;

	inside = !inside;
	if (inside && *left) {
		errno = 0;
		number = ptrace(PTRACE_PEEKUSER, pid,
				offsetof(struct user, regs.orig_rax), 0);
		if (number < 0 && errno)
			die("PTRACE_PEEKUSER");
		if (!is_chosen(number))
			return;
		swap_fail_nth(pid, *left);
		failing = true;
	} else if (!inside && failing) {
		*left = swap_fail_nth(pid, 0);
		failing = false;
	}
}

static int follow(pid_t pid, unsigned int *left)
{
	int status, sig;

	for (sig = 0;; ) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, sig) < 0 ||
		    waitpid(pid, &status, 0) != pid)
			die("ptrace");
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		sig = WSTOPSIG(status);
		if (sig == (SIGTRAP | 0x80)) {
			at_call(pid, left);
			sig = 0;
		} else if (sig == SIGTRAP) {
			/* It has called exec. */
			sig = 0;
		}
	}
}

static pid_t start(char **command)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 || raise(SIGSTOP))
			die("PTRACE_TRACEME");
		execvp(*command, command);
		die(*command);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		die("waitpid");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		die("PTRACE_SETOPTIONS");
	return pid;
}

int main(int argc, char **argv)
{
	unsigned int left;
	int status;
	FILE *f;

	if (argc < 5) {
		fprintf(stderr, "usage: fail_nth CALLS N FILE COMMAND...\n");
		return 125;
	}
	choose(argv[1]);
	left = strtoul(argv[2], NULL, 10);
	f = fopen(argv[3], "w");
	if (!f)
		die(argv[3]);
	status = follow(start(argv + 4), &left);
	fprintf(f, "%u\n", left);
	if (fclose(f))
		die(argv[3]);
	return status;
}
