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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "main.h"
#include "show.h"

/**
 * struct seen - how far an interface's transitions have been printed
 * @ifindex: the interface
 * @serial: of the last one
 * @present: was in the last dump
 */
struct seen {
	int ifindex;
	uint32_t serial;
	bool present;
};

/**
 * struct monitor - what is being watched
 * @ask: socket for dumps
 * @ifname: the only interface of interest, or NULL for all
 * @json: print objects
 * @seen: all carp interfaces, whatever @ifname is, for names change
 * @n_seen: how many
 */
struct monitor {
	struct nl *ask;
	const char *ifname;
	bool json;
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

static bool print_event(const struct monitor *m, const struct link *link,
			const struct transition *t)
{
	if (!m->json) {
		show_transition(stdout, link->ifname, t);
		return true;
	}
	return json_print(json_event(link->ifname, link->ifindex, t),
			  JSON_COMPACT);
}

static void print_gap(const struct link *link, uint32_t missing)
{
	fprintf(stderr,
		"carpconfig: %s: %" PRIu32 " transitions were too fast to be told\n",
		link->ifname, missing);
}

/* Print what is new in a link's history. */
static int take_history(struct monitor *m, const struct link *link)
{
	struct seen *seen = find_seen(m, link->ifindex);
	const struct transition *t;

	if (!seen)
		seen = add_seen(m, link->ifindex);
	if (!seen)
		return -ENOMEM;
	seen->present = true;
	/* A serial that went back is another interface of the same index. */
	if (is_after(seen->serial, link->serial))
		seen->serial = 0;
	for (unsigned int i = 0; i < link->n_history; i++) {
		t = &link->history[i];
		if (!is_after(t->serial, seen->serial))
			continue;
		if (!m->ifname || !strcmp(m->ifname, link->ifname)) {
			if (t->serial != seen->serial + 1)
				print_gap(link, t->serial - seen->serial - 1);
			if (!print_event(m, link, t))
				return -ENOMEM;
		}
		seen->serial = t->serial;
	}
	return 0;
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

/* At the start only the serial numbers are of interest. */
static int start(struct monitor *m)
{
	struct state state = { 0 };
	struct seen *seen;
	int err;

	err = state_links(m->ask, &state);
	for (size_t i = 0; !err && i < state.n_links; i++) {
		seen = add_seen(m, state.links[i].ifindex);
		if (!seen)
			err = -ENOMEM;
		else
			seen->serial = state.links[i].serial;
	}
	state_free(&state);
	return err;
}

/* Events were lost: what they would have told is in the histories. */
static int resynchronise(struct monitor *m)
{
	struct state state = { 0 };
	int err;

	fprintf(stderr,
		"carpconfig: monitor: events were lost, reading the histories\n");
	for (size_t i = 0; i < m->n_seen; i++)
		m->seen[i].present = false;
	err = state_links(m->ask, &state);
	for (size_t i = 0; !err && i < state.n_links; i++)
		err = take_history(m, &state.links[i]);
	for (size_t i = m->n_seen; !err && i > 0; i--)
		if (!m->seen[i - 1].present)
			forget(m, &m->seen[i - 1]);
	state_free(&state);
	return err;
}

/* Wait for an event; a reader who went away is noticed without one, so that
 * "carpconfig monitor | head -1" ends.
 */
static int wait_event(struct nl *nl)
{
	struct pollfd fds[] = {
		{ .fd = mnl_socket_get_fd(nl->sock), .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	if (poll(fds, 2, -1) < 0 && errno != EINTR)
		return -errno;
	return (fds[1].revents & POLLERR) ? -EPIPE : 0;
}

static int watch(struct monitor *m, struct nl *nl)
{
	ssize_t len;
	int err;

	do {
		err = wait_event(nl);
		if (err)
			return err;
		len = nl_receive(nl);
		if (len == -ENOBUFS)
			err = resynchronise(m);
		else if (len < 0)
			err = len;
		else
			err = take_buffer(m, nl, len);
		if (!err && ferror(stdout))
			err = -EPIPE;
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

static int parse(struct monitor *m, int argc, char **argv)
{
	static char ifname[IFNAMSIZ];
	int c;

	optind = 0;
	while ((c = getopt(argc, argv, "+j")) != -1) {
		if (c != 'j')
			return EXIT_USAGE;
		m->json = true;
	}
	if (optind == argc)
		return EXIT_OK;
	if (optind + 1 < argc || !parse_ifname(argv[optind], ifname)) {
		fprintf(stderr, "usage: carpconfig monitor [-j] [interface]\n");
		return EXIT_USAGE;
	}
	m->ifname = ifname;
	return EXIT_OK;
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
	setvbuf(stdout, NULL, _IOLBF, 0);
	err = run(&m);
	if (err == -EPIPE)
		return EXIT_REFUSED;
	return fail("monitor", "%s", strerror(-err));
}
