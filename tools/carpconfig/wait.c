// SPDX-License-Identifier: GPL-2.0-only
/* carpconfig wait: until an interface is in a state */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "carp_names.h"
#include "clock.h"
#include "main.h"
#include "parse_addr.h"
#include "state.h"

#define WAIT_SECONDS_MAX	999999

/**
 * struct wait - what is waited for
 * @nl: socket of events
 * @ask: socket for questions
 * @ifname: the interface
 * @ifindex: its index, once it is known; a name may pass to another
 * @state: enum carp_state
 * @deadline: ms, CLOCK_MONOTONIC; -1 for none
 */
struct wait {
	struct nl *nl;
	struct nl *ask;
	char ifname[IFNAMSIZ];
	int ifindex;
	uint32_t state;
	int64_t deadline;
};

static int usage(void)
{
	fprintf(stderr, "usage: carpconfig wait interface master|backup|init [seconds]\n");
	return EXIT_USAGE;
}

static bool parse_state(const char *word, uint32_t *state)
{
	for (*state = CARP_STATE_INIT; *state <= CARP_STATE_MASTER; ++*state)
		if (!strcasecmp(word, carp_state_name(*state)))
			return true;
	return false;
}

static int parse(struct wait *w, int argc, char **argv)
{
	unsigned long seconds;

	if (argc < 3 || argc > 4 || !parse_ifname(argv[1], w->ifname) ||
	    !parse_state(argv[2], &w->state))
		return usage();
	w->deadline = -1;
	if (argc == 3)
		return EXIT_OK;
	if (!parse_number(argv[3], 0, WAIT_SECONDS_MAX, &seconds)) {
		fail("wait", "seconds must be 0 to %d, not \"%.40s\"",
		     WAIT_SECONDS_MAX, argv[3]);
		return EXIT_USAGE;
	}
	w->deadline = clock_ms() + seconds * 1000;
	return EXIT_OK;
}

static int gone(const struct wait *w)
{
	return fail("wait", "%s was deleted", w->ifname);
}

/* Return: an exit status, or -1 to go on waiting. */
static int look(struct wait *w)
{
	struct state state = { 0 };
	bool is_carp;
	int rc = -1;
	int err;

	if (w->ifindex)
		err = state_link_again(w->ask, w->ifindex, &state, &is_carp);
	else
		err = state_link(w->ask, w->ifname, &state, &is_carp);
	if (err == -ENODEV)
		rc = w->ifindex ? gone(w) : fail("wait", "%s: no such interface",
						 w->ifname);
	else if (err)
		rc = fail("wait", "%s: %s", w->ifname, strerror(-err));
	else if (!is_carp)
		rc = fail("wait", "%s: not a carp interface", w->ifname);
	else if (state.links[0].state == w->state)
		rc = EXIT_OK;
	if (rc == -1)
		w->ifindex = state.links[0].ifindex;
	state_free(&state);
	return rc;
}

static int take_message(struct wait *w, const struct nlmsghdr *nlh)
{
	struct link link;

	if ((nlh->nlmsg_type != RTM_NEWLINK &&
	     nlh->nlmsg_type != RTM_DELLINK) ||
	    !link_decode(nlh, &link) || link.ifindex != w->ifindex)
		return -1;
	return nlh->nlmsg_type == RTM_DELLINK ? gone(w) : -1;
}

/* A message says how it was when it was sent, and there may be more behind it:
 * so how it is now is asked for, once all that is there has been read.
 */
static int take_events(struct wait *w)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)w->nl->buf;
	ssize_t len = nl_receive(w->nl);
	int left = len;
	int rc = -1;

	if (len == -ENOBUFS)
		return look(w);
	if (len < 0)
		return fail("wait", "netlink: %s", strerror(-len));
	for (; rc < 0 && mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left))
		rc = take_message(w, nlh);
	return rc < 0 ? look(w) : rc;
}

static int timed_out(const struct wait *w)
{
	fail("wait", "%s is not %s yet", w->ifname, carp_state_name(w->state));
	return EXIT_TIMEOUT;
}

static int watch(struct wait *w)
{
	struct pollfd fd = {
		.fd = mnl_socket_get_fd(w->nl->sock),
		.events = POLLIN,
	};
	int64_t left = -1;
	int rc;

	for (rc = look(w); rc < 0;) {
		if (w->deadline >= 0) {
			left = w->deadline - clock_ms();
			if (left <= 0)
				return timed_out(w);
		}
		fd.revents = 0;
		if (poll(&fd, 1, left) < 0 && errno != EINTR)
			return fail("wait", "%s", strerror(errno));
		if (fd.revents)
			rc = take_events(w);
	}
	return rc;
}

/**
 * wait_state - carpconfig wait
 * @argc: number of words, the verb included
 * @argv: the words
 * @json: -j was said, which means nothing here
 *
 * Return: an exit status, EXIT_TIMEOUT if the time was over first.
 */
int wait_state(int argc, char **argv, bool json)
{
	struct wait w = { 0 };
	int rc;

	rc = parse(&w, argc, argv);
	if (rc)
		return rc;
	/* Listen first: what happens while we look is then in the queue. */
	w.nl = nl_open(RTMGRP_LINK);
	w.ask = w.nl ? nl_open(0) : NULL;
	if (!w.ask)
		rc = fail("wait", "netlink: %s", strerror(errno));
	else
		rc = watch(&w);
	nl_close(w.ask);
	nl_close(w.nl);
	return rc;
}
