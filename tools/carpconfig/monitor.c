// SPDX-License-Identifier: GPL-2.0-only
/* One line for every transition, as it happens
 *
 * The kernel may tell of several transitions in one message, or, when we are
 * slow, drop messages. So a message is only a hint that something happened:
 * what happened is read from the history in it, by serial number.
 */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "carp_names.h"
#include "hooks.h"
#include "json.h"
#include "main.h"
#include "parse_addr.h"
#include "show.h"

/**
 * struct seen - how far an interface's transitions have been told
 * @ifindex: the interface
 * @ifname: its name, the last time
 * @vhid: its vhid, the last time
 * @state: the state that the last one led to
 * @several: it has several nodes, whose transitions these are
 * @serial: of the last one
 * @time: of the last one
 * @present: was in the last dump
 */
struct seen {
	int ifindex;
	char ifname[IFNAMSIZ];
	uint8_t vhid;
	uint32_t state;
	bool several;
	uint32_t serial;
	uint64_t time;
	bool present;
};

/**
 * struct monitor - what is being watched
 * @ask: socket for dumps
 * @ifname: the only interface of interest, or NULL for all
 * @json: print objects
 * @dir: where programs to run are, or NULL
 * @seconds: time limit of each of them
 * @hooks: what runs them, or NULL
 * @signal: that wants us to end, or 0
 * @seen: all carp interfaces, whatever @ifname is, for names change
 * @n_seen: how many
 */
struct monitor {
	struct nl *ask;
	const char *ifname;
	bool json;
	const char *dir;
	unsigned int seconds;
	struct hooks *hooks;
	int signal;
	struct seen *seen;
	size_t n_seen;
};

static struct seen *find_seen(struct monitor *m, int ifindex)
{
	for (size_t i = 0; i < m->n_seen; i++)
		if (m->seen[i].ifindex == ifindex)
			return &m->seen[i];
	return NULL;
}

static struct seen *add_seen(struct monitor *m, int ifindex)
{
	struct seen *seen;

	seen = reallocarray(m->seen, m->n_seen + 1, sizeof(*seen));
	if (!seen)
		return NULL;
	m->seen = seen;
	seen = &m->seen[m->n_seen++];
	memset(seen, 0, sizeof(*seen));
	seen->ifindex = ifindex;
	return seen;
}

static void forget(struct monitor *m, struct seen *seen)
{
	*seen = m->seen[--m->n_seen];
}

/* Serial numbers wrap. */
static bool is_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* Each line is written at once: errno is that of this one. */
static int print_event(const struct monitor *m, const struct link *link,
		       const struct transition *t)
{
	errno = 0;
	if (!m->json)
		show_transition(stdout, link->ifname, link, t);
	else if (!json_print(json_event(link->ifname, link->ifindex, t),
			     JSON_COMPACT))
		return errno ? -errno : -EILSEQ;
	if (!ferror(stdout))
		return 0;
	return errno ? -errno : -EIO;
}

static void print_gap(const struct link *link, uint32_t missing)
{
	fprintf(stderr,
		"carpconfig: %s: %" PRIu32 " transitions were too fast to be told\n",
		link->ifname, missing);
}

static bool is_wanted(const struct monitor *m, const char *ifname)
{
	return !m->ifname || !strcmp(m->ifname, ifname);
}

static void remember(struct seen *seen, const struct link *link)
{
	strcpy(seen->ifname, link->ifname);
	seen->vhid = link->vhid;
	seen->state = link->state;
	seen->several = link->n_nodes > 1;
	seen->present = true;
}

static int run_hooks(struct monitor *m, const struct seen *seen,
		     const struct transition *t, const char *reason,
		     uint32_t missed)
{
	bool of_node = seen->several && t->vhid;
	struct hook_event event = {
		.ifindex = seen->ifindex,
		.vhid = t->vhid ?: seen->vhid,
		.state = of_node ? seen->state : t->to,
		.of_node = of_node,
		.missed = missed,
		.reason = reason,
		.t = *t,
	};

	if (!m->hooks)
		return 0;
	strcpy(event.ifname, seen->ifname);
	return hooks_put(m->hooks, &event);
}

/* For what is no transition of the kernel's. */
static int run_hooks_now(struct monitor *m, const struct seen *seen,
			 uint32_t state, const char *reason)
{
	struct transition t = {
		.serial = seen->serial,
		.from = seen->state,
		.to = state,
	};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	t.time = (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	return run_hooks(m, seen, &t, reason, 0);
}

static int take_transition(struct monitor *m, const struct seen *seen,
			   const struct link *link, const struct transition *t)
{
	uint32_t missing = t->serial - seen->serial - 1;
	int err;

	if (missing)
		print_gap(link, missing);
	err = print_event(m, link, t);
	if (err)
		return err;
	return run_hooks(m, seen, t, carp_reason_text(t->reason), missing);
}

static uint64_t last_time(const struct link *link)
{
	return link->n_history ? link->history[link->n_history - 1].time : 0;
}

/* At the start, and after events were lost, messages come that were sent before
 * the dump. If the serial went back but time did not, it is another interface
 * of the same index.
 */
static bool is_stale(const struct seen *seen, const struct link *link)
{
	return is_after(seen->serial, link->serial) &&
	       last_time(link) <= seen->time;
}

/* Who serves by the old name is to stop, and who knows the new one to begin. */
static int take_name(struct monitor *m, struct seen *seen,
		     const struct link *link)
{
	static const char reason[] = "interface is renamed";
	int err = 0;

	if (seen->state == CARP_STATE_INIT ||
	    !strcmp(seen->ifname, link->ifname))
		return 0;
	if (is_wanted(m, seen->ifname))
		err = run_hooks_now(m, seen, CARP_STATE_INIT, reason);
	strcpy(seen->ifname, link->ifname);
	if (!err && is_wanted(m, seen->ifname))
		err = run_hooks_now(m, seen, seen->state, reason);
	return err;
}

/* Tell what is new in a link's history. */
static int take_history(struct monitor *m, const struct link *link)
{
	struct seen *seen = find_seen(m, link->ifindex);
	const struct transition *t;
	int err = 0;

	if (!seen)
		seen = add_seen(m, link->ifindex);
	if (!seen)
		return -ENOMEM;
	if (is_stale(seen, link))
		return 0;
	err = take_name(m, seen, link);
	remember(seen, link);
	if (is_after(seen->serial, link->serial))
		seen->serial = 0;
	for (unsigned int i = 0; !err && i < link->n_history; i++) {
		t = &link->history[i];
		if (!is_after(t->serial, seen->serial))
			continue;
		if (is_wanted(m, link->ifname))
			err = take_transition(m, seen, link, t);
		seen->serial = t->serial;
		seen->time = t->time;
	}
	return err;
}

static int take_message(struct monitor *m, const struct nlmsghdr *nlh)
{
	struct seen *seen;
	struct link link;
	int err;

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK)
		return 0;
	if (!link_decode(nlh, &link))
		return 0;
	err = take_history(m, &link);
	if (err || nlh->nlmsg_type == RTM_NEWLINK)
		return err;
	seen = find_seen(m, link.ifindex);
	if (seen)
		forget(m, seen);
	return 0;
}

static int take_buffer(struct monitor *m, struct nl *nl, int len)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->buf;
	int err;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		err = take_message(m, nlh);
		if (err)
			return err;
	}
	return 0;
}

/* At the start only the serial numbers are of interest, but the programs are
 * told how things are.
 */
static int start(struct monitor *m)
{
	struct state state = { 0 };
	struct seen *seen;
	int err;

	err = state_links(m->ask, &state);
	for (size_t i = 0; !err && i < state.n_links; i++) {
		seen = add_seen(m, state.links[i].ifindex);
		if (!seen) {
			err = -ENOMEM;
			break;
		}
		remember(seen, &state.links[i]);
		seen->serial = state.links[i].serial;
		seen->time = last_time(&state.links[i]);
		if (is_wanted(m, seen->ifname))
			err = run_hooks_now(m, seen, seen->state,
					    "monitor started");
	}
	state_free(&state);
	return err;
}

/* An interface that went while events were lost, its last history with it. */
static int take_gone(struct monitor *m, struct seen *seen)
{
	int err = 0;

	if (is_wanted(m, seen->ifname) && seen->state != CARP_STATE_INIT) {
		fprintf(stderr, "carpconfig: %s: is gone, its last transitions were lost\n",
			seen->ifname);
		err = run_hooks_now(m, seen, CARP_STATE_INIT,
				    "interface is gone");
	}
	forget(m, seen);
	return err;
}

/* Events were lost: what they would have told is in the histories. What still
 * waits is older than these, and as long as anything waits the kernel drops
 * more without a word.
 */
static int resynchronise(struct monitor *m, struct nl *nl)
{
	struct state state = { 0 };
	int err;

	fprintf(stderr,
		"carpconfig: monitor: events were lost, reading the histories\n");
	for (size_t i = 0; i < m->n_seen; i++)
		m->seen[i].present = false;
	err = nl_drain(nl);
	if (!err)
		err = state_links(m->ask, &state);
	for (size_t i = 0; !err && i < state.n_links; i++)
		err = take_history(m, &state.links[i]);
	for (size_t i = m->n_seen; !err && i > 0; i--)
		if (!m->seen[i - 1].present)
			err = take_gone(m, &m->seen[i - 1]);
	state_free(&state);
	return err;
}

/* Wait for an event; a reader who went away is noticed without one, so that
 * "carpconfig monitor | head -1" ends.
 */
static int wait_event(struct monitor *m, struct nl *nl, bool *events)
{
	struct pollfd fds[] = {
		{ .fd = mnl_socket_get_fd(nl->sock), .events = POLLIN },
		{ .fd = STDOUT_FILENO },
		{ .fd = m->hooks ? hooks_fd(m->hooks) : -1, .events = POLLIN },
	};

	if (poll(fds, 3, m->hooks ? hooks_wait_ms(m->hooks) : -1) < 0 &&
	    errno != EINTR)
		return -errno;
	if (m->hooks)
		m->signal = hooks_work(m->hooks);
	if (m->signal)
		return -EINTR;
	*events = fds[0].revents;
	return (fds[1].revents & (POLLERR | POLLHUP)) ? -EPIPE : 0;
}

static int take_events(struct monitor *m, struct nl *nl)
{
	ssize_t len = nl_receive(nl);

	if (len == -ENOBUFS)
		return resynchronise(m, nl);
	return len < 0 ? len : take_buffer(m, nl, len);
}

static int watch(struct monitor *m, struct nl *nl)
{
	bool events;
	int err;

	do {
		events = false;
		err = wait_event(m, nl, &events);
		if (!err && events)
			err = take_events(m, nl);
	} while (!err);
	return err;
}

static int run(struct monitor *m)
{
	struct nl *nl;
	int err;

	/* Listen first: what happens during the dump is then in the queue,
	 * and the serial numbers tell it from what the dump has told.
	 */
	nl = nl_open(RTMGRP_LINK);
	m->ask = nl ? nl_open(0) : NULL;
	if (!m->ask)
		err = -errno;
	else
		err = start(m);
	if (!err)
		err = watch(m, nl);
	nl_close(m->ask);
	nl_close(nl);
	free(m->seen);
	return err;
}

static int usage(void)
{
	fprintf(stderr, "usage: carpconfig monitor [-j] [--exec DIR [--timeout SECONDS]] [interface]\n");
	return EXIT_USAGE;
}

static int parse_timeout(struct monitor *m, const char *word)
{
	unsigned long seconds;

	if (!parse_number(word, 1, HOOKS_TIMEOUT_MAX, &seconds)) {
		fail("monitor", "--timeout must be 1 to %d seconds, not \"%.40s\"",
		     HOOKS_TIMEOUT_MAX, word);
		return EXIT_USAGE;
	}
	m->seconds = seconds;
	return EXIT_OK;
}

static int parse_options(struct monitor *m, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "exec", required_argument, NULL, 'e' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int rc = EXIT_OK;
	int c;

	optind = 0;
	while (!rc && (c = getopt_long(argc, argv, "+j", longs, NULL)) != -1) {
		switch (c) {
		case 'e':
			m->dir = optarg;
			break;
		case 't':
			rc = parse_timeout(m, optarg);
			break;
		case 'j':
			m->json = true;
			break;
		default:
			rc = usage();
		}
	}
	return rc;
}

static int parse(struct monitor *m, int argc, char **argv)
{
	static char ifname[IFNAMSIZ];
	int rc;

	rc = parse_options(m, argc, argv);
	if (rc)
		return rc;
	if (m->seconds && !m->dir)
		return usage();
	if (!m->seconds)
		m->seconds = HOOKS_TIMEOUT;
	if (optind == argc)
		return EXIT_OK;
	if (optind + 1 < argc || !parse_ifname(argv[optind], ifname))
		return usage();
	m->ifname = ifname;
	return EXIT_OK;
}

/* As if the signal had not been blocked. */
static void end_by(int number)
{
	sigset_t none;

	fflush(stdout);
	/* Pending until it is unblocked. */
	kill(getpid(), number);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/**
 * monitor - carpconfig monitor
 * @argc: number of words, the verb included
 * @argv: the words
 * @json: -j was said before the verb
 *
 * Return: an exit status; does not return while all is well.
 */
int monitor(int argc, char **argv, bool json)
{
	struct monitor m = { .json = json };
	int err;
	int rc;

	rc = parse(&m, argc, argv);
	if (rc)
		return rc;
	if (m.dir) {
		m.hooks = hooks_new(m.dir, m.seconds);
		if (!m.hooks)
			return fail("monitor", "%s: %s", m.dir,
				    strerror(errno));
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	err = run(&m);
	hooks_free(m.hooks);
	if (m.signal)
		end_by(m.signal);
	if (err == -EPIPE)
		return EXIT_REFUSED;
	return fail("monitor", "%s", strerror(-err));
}
