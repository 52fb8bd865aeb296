// SPDX-License-Identifier: GPL-2.0-only
/* Programs that are run for each transition
 *
 * Those of one interface one after the other, in the order of the transitions;
 * those of different interfaces at the same time. Nothing here waits: a program
 * that takes long makes transitions wait in a queue, not the monitor.
 */

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "carp_names.h"
#include "child.h"
#include "clock.h"
#include "hooks.h"

/**
 * struct hook_queue - the transitions of one interface
 * @next: another interface
 * @ifindex: its index
 * @ifname: its name, the last time; one that comes again under it goes on here
 * @first: of @events, the oldest
 * @n_events: how many wait
 * @events: a ring
 * @skipped: that were thrown away, since the last one that was run
 * @now: what is being told
 * @names: programs to run for it, sorted
 * @n_names: how many
 * @at: which of them runs
 * @child: its process
 */
struct hook_queue {
	struct hook_queue *next;
	int ifindex;
	char ifname[IFNAMSIZ];
	unsigned int first;
	unsigned int n_events;
	struct hook_event events[HOOKS_QUEUE_MAX];
	uint32_t skipped;
	struct hook_event now;
	struct dirent **names;
	int n_names;
	int at;
	struct child child;
};

/**
 * struct hooks - all of it
 * @dir: where the programs are
 * @seconds: time limit of each
 * @signals: descriptor that tells of children and of being told to end
 * @queues: interfaces
 */
struct hooks {
	const char *dir;
	unsigned int seconds;
	int signals;
	struct hook_queue *queues;
};

__attribute__((format(printf, 2, 3)))
static void complain(const struct hook_queue *queue, const char *format, ...)
{
	const struct hook_event *now = &queue->now;
	va_list ap;

	fprintf(stderr, "carpconfig: hooks: %s %s serial %" PRIu32 ": ",
		now->ifname, carp_state_name(now->t.to), now->t.serial);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* As run-parts(8): no backup files, and nothing that a package manager left. */
static int is_name(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")];
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void put_env(const char *name, const char *format, ...)
{
	char value[64];
	va_list ap;

	va_start(ap, format);
	vsnprintf(value, sizeof(value), format, ap);
	va_end(ap);
	setenv(name, value, 1);
}

static void prepare(void *data)
{
	const struct hook_event *event = data;

	put_env("CARP_IFNAME", "%s", event->ifname);
	put_env("CARP_IFINDEX", "%d", event->ifindex);
	put_env("CARP_STATE", "%s", carp_state_name(event->state));
	if (event->of_node)
		put_env("CARP_NODE_STATE", "%s", carp_state_name(event->t.to));
	put_env("CARP_FROM", "%s", carp_state_name(event->t.from));
	put_env("CARP_REASON", "%s", event->reason);
	put_env("CARP_VHID", "%u", event->vhid);
	put_env("CARP_SERIAL", "%" PRIu32, event->t.serial);
	put_env("CARP_TIME", "%" PRIu64, event->t.time);
	put_env("CARP_MISSED", "%" PRIu32, event->missed);
}

/* Start the program at hand. False if there is nothing to start. */
static bool start_one(struct hooks *hooks, struct hook_queue *queue)
{
	const char *name = queue->names[queue->at]->d_name;
	char path[PATH_MAX];
	struct stat st;
	int err;

	if (snprintf(path, sizeof(path), "%s/%s", hooks->dir, name) >=
	    (int)sizeof(path))
		return false;
	if (stat(path, &st) || !S_ISREG(st.st_mode) || access(path, X_OK))
		return false;
	err = child_start(&queue->child, path, hooks->seconds, prepare,
			  &queue->now);
	if (err)
		complain(queue, "%s: %s", name, strerror(-err));
	return !err;
}

static void forget_names(struct hook_queue *queue)
{
	for (int i = 0; i < queue->n_names; i++)
		free(queue->names[i]);
	free(queue->names);
	queue->names = NULL;
	queue->n_names = 0;
}

static void take_event(struct hooks *hooks, struct hook_queue *queue)
{
	queue->now = queue->events[queue->first];
	queue->first = (queue->first + 1) % HOOKS_QUEUE_MAX;
	queue->n_events--;
	if (queue->skipped)
		complain(queue, "%" PRIu32 " transitions before this one were skipped, the programs are too slow",
			 queue->skipped);
	queue->now.missed += queue->skipped;
	queue->skipped = 0;

	forget_names(queue);
	queue->at = 0;
	queue->n_names = scandir(hooks->dir, &queue->names, is_name, by_name);
	if (queue->n_names < 0) {
		complain(queue, "%s: %s", hooks->dir, strerror(errno));
		queue->names = NULL;
		queue->n_names = 0;
	}
}

/* Until something runs, or nothing is left to be run. */
static void advance(struct hooks *hooks, struct hook_queue *queue)
{
	while (!queue->child.pid) {
		if (queue->at < queue->n_names) {
			if (!start_one(hooks, queue))
				queue->at++;
		} else if (queue->n_events) {
			take_event(hooks, queue);
		} else {
			return;
		}
	}
}

static void report(const struct hook_queue *queue, int status)
{
	const char *name = queue->names[queue->at]->d_name;

	if (queue->child.phase != CHILD_RUNS)
		return;
	if (WIFSIGNALED(status))
		complain(queue, "%s: killed by signal %d", name,
			 WTERMSIG(status));
	else if (WEXITSTATUS(status))
		complain(queue, "%s: exit status %d", name,
			 WEXITSTATUS(status));
}

static void look_after(struct hooks *hooks, struct hook_queue *queue,
		       int64_t now)
{
	int status;

	if (!queue->child.pid)
		return;
	if (child_ended(&queue->child, &status)) {
		report(queue, status);
		queue->at++;
		advance(hooks, queue);
	} else if (child_late(&queue->child, now)) {
		complain(queue, "%s: did not end within %u s, and is killed",
			 queue->names[queue->at]->d_name, hooks->seconds);
	}
}

/* Return: a signal that wants us to end, or 0. */
static int read_signals(struct hooks *hooks)
{
	struct signalfd_siginfo info;
	int last = 0;

	while (read(hooks->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			last = info.ssi_signo;
	return last;
}

/**
 * hooks_work - look after the programs, when hooks_fd() or hooks_wait_ms()
 *	says so
 * @hooks: all of it
 *
 * Return: 0, or a signal that came and wants us to end.
 */
int hooks_work(struct hooks *hooks)
{
	int signal = read_signals(hooks);
	int64_t now = clock_ms();

	for (struct hook_queue *q = hooks->queues; q && !signal; q = q->next)
		look_after(hooks, q, now);
	return signal;
}

/**
 * hooks_fd - what to poll for reading
 * @hooks: all of it
 *
 * Return: a descriptor.
 */
int hooks_fd(const struct hooks *hooks)
{
	return hooks->signals;
}

/**
 * hooks_wait_ms - how long to poll
 * @hooks: all of it
 *
 * Return: ms, or -1 for as long as it takes.
 */
int hooks_wait_ms(const struct hooks *hooks)
{
	const struct hook_queue *queue;
	int64_t first = INT64_MAX;
	int64_t left;

	for (queue = hooks->queues; queue; queue = queue->next)
		if (queue->child.pid && queue->child.deadline < first)
			first = queue->child.deadline;
	if (first == INT64_MAX)
		return -1;
	left = first - clock_ms();
	return left < 0 ? 0 : left;
}

/* Interfaces come and go, and so do their names. */
static void prune(struct hooks *hooks)
{
	struct hook_queue **at = &hooks->queues;
	struct hook_queue *queue;

	while ((queue = *at)) {
		if (queue->child.pid || queue->n_events) {
			at = &queue->next;
			continue;
		}
		*at = queue->next;
		forget_names(queue);
		free(queue);
	}
}

/* By its index, for it may have been renamed; or by the name that it has taken
 * over.
 */
static struct hook_queue *find_queue(const struct hooks *hooks,
				     const struct hook_event *event)
{
	struct hook_queue *queue;

	for (queue = hooks->queues; queue; queue = queue->next)
		if (queue->ifindex == event->ifindex)
			return queue;
	for (queue = hooks->queues; queue; queue = queue->next)
		if (!strcmp(queue->ifname, event->ifname))
			return queue;
	return NULL;
}

static struct hook_queue *queue_of(struct hooks *hooks,
				   const struct hook_event *event)
{
	struct hook_queue *queue = find_queue(hooks, event);

	if (!queue) {
		queue = calloc(1, sizeof(*queue));
		if (!queue)
			return NULL;
		queue->next = hooks->queues;
		hooks->queues = queue;
	}
	queue->ifindex = event->ifindex;
	strcpy(queue->ifname, event->ifname);
	return queue;
}

/**
 * hooks_put - run the programs for a transition, after those of earlier ones
 * @hooks: all of it
 * @event: what to tell them
 *
 * Return: 0 or -ENOMEM.
 */
int hooks_put(struct hooks *hooks, const struct hook_event *event)
{
	struct hook_queue *queue;

	prune(hooks);
	queue = queue_of(hooks, event);
	if (!queue)
		return -ENOMEM;
	if (queue->n_events == HOOKS_QUEUE_MAX) {
		queue->skipped += 1 + queue->events[queue->first].missed;
		queue->first = (queue->first + 1) % HOOKS_QUEUE_MAX;
		queue->n_events--;
	}
	queue->events[(queue->first + queue->n_events++) % HOOKS_QUEUE_MAX] =
		*event;
	advance(hooks, queue);
	return 0;
}

/**
 * hooks_new - get ready to run programs
 * @dir: where they are
 * @seconds: time limit of each
 *
 * Signals are blocked from here on, and told of by hooks_fd().
 *
 * Return: all of it, or NULL with errno set.
 */
struct hooks *hooks_new(const char *dir, unsigned int seconds)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction action;
	struct hooks *hooks;
	sigset_t signals;
	DIR *test;

	test = opendir(dir);
	if (!test)
		return NULL;
	closedir(test);
	hooks = calloc(1, sizeof(*hooks));
	if (!hooks)
		return NULL;
	hooks->dir = dir;
	hooks->seconds = seconds;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	/* What we were told to ignore, by nohup(1), comes if it is blocked. */
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		sigaction(ends[i], NULL, &action);
		if (action.sa_handler != SIG_IGN)
			sigaddset(&signals, ends[i]);
	}
	/* Of children nobody is told while this is ignored. */
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	hooks->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (hooks->signals >= 0)
		return hooks;
	free(hooks);
	return NULL;
}

/**
 * hooks_free - tell all programs to end
 * @hooks: all of it, or NULL
 */
void hooks_free(struct hooks *hooks)
{
	struct hook_queue *queue;

	if (!hooks)
		return;
	while ((queue = hooks->queues)) {
		hooks->queues = queue->next;
		child_stop(&queue->child);
		forget_names(queue);
		free(queue);
	}
	close(hooks->signals);
	free(hooks);
}
