// SPDX-License-Identifier: GPL-2.0-only
/* A conversation with netlink: request, answers, acknowledgment
 *
 * Knows nothing of carp. Keeps the kernel's extended acknowledgment, which is
 * the only place where it says what it did not like.
 */

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "nl.h"

/* A dump that changed under way is asked for again, each time after a longer
 * wait than before, about a second in all: a takeover of many addresses, or an
 * interface that comes up with them, changes the list for as long as that.
 */
#define DUMP_AGAIN	10
#define DUMP_WAIT_NS	1000000L
#define EVENT_RCVBUF	(1 << 20)

/**
 * nl_open_family - open a socket
 * @family: NETLINK_*
 * @groups: of the family, to listen to; 0 to ask only
 *
 * Return: the socket, or NULL with errno set.
 */
struct nl *nl_open_family(int family, unsigned int groups)
{
	struct nl *nl = calloc(1, sizeof(*nl));
	int size = EVENT_RCVBUF;
	int on = 1;

	if (!nl)
		return NULL;
	nl->sock = mnl_socket_open2(family, SOCK_CLOEXEC);
	if (!nl->sock)
		goto err_free;
	/* None of these is needed to work, each only to work better. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	if (groups && setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET,
				 SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUF,
			   &size, sizeof(size));
	if (mnl_socket_bind(nl->sock, groups, MNL_SOCKET_AUTOPID) < 0)
		goto err_close;
	nl->portid = mnl_socket_get_portid(nl->sock);
	nl->seq = time(NULL);
	return nl;

err_close:
	mnl_socket_close(nl->sock);
err_free:
	free(nl);
	return NULL;
}

/**
 * nl_open - open a socket of rtnetlink
 * @groups: RTMGRP_* to listen to; 0 to ask only
 *
 * Return: the socket, or NULL with errno set.
 */
struct nl *nl_open(unsigned int groups)
{
	return nl_open_family(NETLINK_ROUTE, groups);
}

/**
 * nl_close - close a socket
 * @nl: the socket or NULL
 */
void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	mnl_socket_close(nl->sock);
	free(nl);
}

/**
 * nl_receive - wait for messages
 * @nl: the socket
 *
 * What does not come from the kernel is thrown away: another process may send
 * to our address whatever it likes.
 *
 * Return: bytes in nl->buf, or a negative errno; -ENOBUFS if events were lost.
 */
ssize_t nl_receive(struct nl *nl)
{
	struct sockaddr_nl from;
	struct iovec iov = {
		.iov_base = nl->buf,
		.iov_len = sizeof(nl->buf),
	};
	ssize_t len;

	for (;;) {
		struct msghdr msg = {
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
		};

		len = recvmsg(mnl_socket_get_fd(nl->sock), &msg, 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		if (msg.msg_namelen != sizeof(from) || from.nl_pid)
			continue;
		if (msg.msg_flags & MSG_TRUNC)
			return -EMSGSIZE;
		return len;
	}
}

/* The attributes after the acknowledgment: NLMSGERR_ATTR_MSG and friends. */
static void keep_ext_ack(struct nl *nl, const struct nlmsghdr *nlh,
			 size_t offset)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_nlmsg_get_payload_len(nlh) <= offset)
		return;
	mnl_attr_for_each(attr, nlh, offset) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(nl->text, sizeof(nl->text), "%.*s",
				 (int)mnl_attr_get_payload_len(attr),
				 mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			if (!mnl_attr_validate(attr, MNL_TYPE_U32))
				nl->attr_offs = mnl_attr_get_u32(attr);
			break;
		}
	}
}

/* An error carries the request back, unless it is capped. */
static int take_ack(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*ack);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ack))
		return -EBADMSG;
	if (ack->error && !(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    ack->msg.nlmsg_len >= sizeof(ack->msg))
		offset += MNL_ALIGN(ack->msg.nlmsg_len - sizeof(ack->msg));
	keep_ext_ack(nl, nlh, offset);
	return ack->error;
}

static int take_done(struct nl *nl, const struct nlmsghdr *nlh)
{
	const int *error = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
		return 0;
	keep_ext_ack(nl, nlh, sizeof(*error));
	return *error;
}

/* Return: true when the conversation is over, its outcome in @err. */
static bool take_messages(struct nl *nl, ssize_t len, mnl_cb_t cb, void *data,
			  bool *interrupted, int *err)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->buf;
	int left = len;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (!mnl_nlmsg_portid_ok(nlh, nl->portid) ||
		    !mnl_nlmsg_seq_ok(nlh, nl->seq))
			continue;
		*interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
		switch (nlh->nlmsg_type) {
		case NLMSG_ERROR:
			*err = take_ack(nl, nlh);
			return true;
		case NLMSG_DONE:
			*err = take_done(nl, nlh);
			return true;
		case NLMSG_NOOP:
		case NLMSG_OVERRUN:
			break;
		default:
			if (!cb || cb(nlh, data) >= 0)
				break;
			*err = -errno;
			return true;
		}
	}
	return false;
}

static int talk_once(struct nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb,
		     void *data, bool *interrupted)
{
	ssize_t len;
	int err;

	nlh->nlmsg_seq = ++nl->seq;
	nl->text[0] = '\0';
	nl->attr_offs = 0;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		len = nl_receive(nl);
		if (len < 0)
			return len;
	} while (!take_messages(nl, len, cb, data, interrupted, &err));
	return err;
}

/**
 * nl_drain - forget what waits on a socket that listens
 * @nl: the socket
 *
 * Return: 0 or a negative errno.
 */
int nl_drain(struct nl *nl)
{
	int fd = mnl_socket_get_fd(nl->sock);

	while (recv(fd, nl->buf, sizeof(nl->buf), MSG_DONTWAIT) >= 0 ||
	       errno == ENOBUFS || errno == EINTR)
		;
	return errno == EAGAIN ? 0 : -errno;
}

static void wait_before(int again)
{
	struct timespec time = { .tv_nsec = DUMP_WAIT_NS << (again - 1) };

	nanosleep(&time, NULL);
}

/**
 * nl_talk - send a request and take the answer
 * @nl: the socket
 * @nlh: the request
 * @cb: called for the answer, may be NULL
 * @data: for @cb
 *
 * Return: 0 or a negative errno; then nl->text may hold the kernel's sentence.
 */
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	bool interrupted = false;

	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	return talk_once(nl, nlh, cb, data, &interrupted);
}

/**
 * nl_dump - ask for a list
 * @nl: the socket
 * @nlh: the request
 * @forget: called before the list comes, and before it comes again if it
 *	changed under way: what was deleted meanwhile is not to stay
 * @cb: called for each of the list; must bear to see one twice
 * @data: for both
 *
 * A list that never stands still is better than none: the last one is taken,
 * and standard error says so.
 *
 * Return: 0 or a negative errno; then nl->text may hold the kernel's sentence.
 */
int nl_dump(struct nl *nl, struct nlmsghdr *nlh, void (*forget)(void *data),
	    mnl_cb_t cb, void *data)
{
	bool interrupted;
	int err;

	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	for (int again = 0; again <= DUMP_AGAIN; again++) {
		if (again)
			wait_before(again);
		forget(data);
		interrupted = false;
		err = talk_once(nl, nlh, cb, data, &interrupted);
		if (err || !interrupted)
			return err;
	}
	fputs("carpconfig: what was read kept changing: it may lack something\n",
	      stderr);
	return 0;
}

/**
 * nl_sentence - what the kernel said about the last request
 * @nl: the socket
 *
 * The kernel says first that it is carp who speaks, which is known here.
 *
 * Return: a sentence, or the empty string.
 */
const char *nl_sentence(const struct nl *nl)
{
	static const char who[] = "carp: ";

	if (!strncmp(nl->text, who, strlen(who)))
		return nl->text + strlen(who);
	return nl->text;
}

/**
 * nl_link_message - begin a message about a link
 * @buf: where, MNL_SOCKET_BUFFER_SIZE bytes
 * @type: RTM_*LINK
 * @flags: NLM_F_*
 * @ifindex: the link, or 0
 *
 * Return: the message.
 */
struct nlmsghdr *nl_link_message(void *buf, uint16_t type, uint16_t flags,
				 int ifindex)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	return nlh;
}

/**
 * nl_addr_message - begin a message about an address
 * @buf: where, MNL_SOCKET_BUFFER_SIZE bytes
 * @type: RTM_*ADDR
 * @flags: NLM_F_*
 *
 * Return: the message; its struct ifaddrmsg is all zero.
 */
struct nlmsghdr *nl_addr_message(void *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifaddrmsg));
	return nlh;
}
