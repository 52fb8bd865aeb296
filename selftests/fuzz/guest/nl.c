// SPDX-License-Identifier: GPL-2.0-only
/* rtnetlink */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nl.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

#define ANSWER_MS	60000
#define BUFFER		(1 << 17)

void msg_start(struct msg *msg, u16 type, u16 flags, const void *head,
	       size_t len)
{
	struct nlmsghdr *nlh = msg_head(msg);

	memset(nlh, 0, sizeof(*nlh));
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	memcpy(msg->data + NLMSG_HDRLEN, head, len);
	msg->len = NLMSG_HDRLEN + NLMSG_ALIGN(len);
	nlh->nlmsg_len = msg->len;
}

void msg_put(struct msg *msg, u16 type, const void *data, size_t len)
{
	struct nlattr *nla = (struct nlattr *)(msg->data + msg->len);

	if (msg->len + NLA_HDRLEN + NLA_ALIGN(len) > MSG_ROOM)
		return;
	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	memset(nla + 1, 0, NLA_ALIGN(len));
	if (len)
		memcpy(nla + 1, data, len);
	msg->len += NLA_HDRLEN + NLA_ALIGN(len);
	msg_head(msg)->nlmsg_len = msg->len;
}

void msg_put_u32(struct msg *msg, u16 type, u32 value)
{
	msg_put(msg, type, &value, sizeof(value));
}

void msg_put_string(struct msg *msg, u16 type, const char *text)
{
	msg_put(msg, type, text, strlen(text) + 1);
}

u32 msg_nest(struct msg *msg, u16 type)
{
	u32 nest = msg->len;

	msg_put(msg, type, NULL, 0);
	return nest;
}

void msg_nest_end(struct msg *msg, u32 nest)
{
	struct nlattr *nla = (struct nlattr *)(msg->data + nest);

	if (msg->len > nest)
		nla->nla_len = msg->len - nest;
}

void nl_open(struct nl *nl, u32 groups)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = groups,
	};
	int on = 1, room = 1 << 20;

	nl->seq = 0;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (nl->fd < 0 || bind(nl->fd, (void *)&addr, sizeof(addr)))
		fault("netlink: %s", strerror(errno));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
}

void nl_close(struct nl *nl)
{
	close(nl->fd);
}

size_t nl_receive(struct nl *nl, void *buf, size_t size, int timeout)
{
	struct pollfd pfd = { .fd = nl->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&pfd, 1, timeout) <= 0)
		return 0;
	n = recv(nl->fd, buf, size, MSG_DONTWAIT);
	/* Too much was said while nobody listened. */
	if (n < 0 && errno == ENOBUFS)
		return nl_receive(nl, buf, size, timeout);
	if (n < 0)
		fault("netlink: recv: %s", strerror(errno));
	if (memmem(buf, n, NL_SECRET, strlen(NL_SECRET))) {
		hex("from the kernel", buf, n);
		fault("a passphrase came back from the kernel");
	}
	return n;
}

void nl_send(struct nl *nl, const void *data, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(nl->fd, data, len, 0, (void *)&kernel, sizeof(kernel)) < 0)
		fault("netlink: send: %s", strerror(errno));
}

void nl_reply(const struct nlmsghdr *nlh, struct reply *reply)
{
	const struct nlmsgerr *error = NLMSG_DATA(nlh);
	const struct nlattr *nla;
	u32 left, size;

	memset(reply, 0, sizeof(*reply));
	reply->err = error->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	/* NETLINK_CAP_ACK: the request's header alone comes back. */
	nla = (const void *)(error + 1);
	left = nlh->nlmsg_len - NLMSG_LENGTH(sizeof(*error));
	while (left >= NLA_HDRLEN && nla->nla_len >= NLA_HDRLEN &&
	       nla->nla_len <= left) {
		reply->explained = true;
		if (nla->nla_type == NLMSGERR_ATTR_MSG) {
			size = nla->nla_len - NLA_HDRLEN;
			snprintf(reply->text, sizeof(reply->text), "%.*s",
				 (int)size, (const char *)(nla + 1));
		}
		size = NLA_ALIGN(nla->nla_len);
		if (size > left)
			break;
		left -= size;
		nla = (const void *)((const u8 *)nla + size);
	}
}

void nl_request(struct nl *nl, struct msg *msg, struct reply *reply)
{
	static u8 buf[BUFFER];
	struct nlmsghdr *nlh;
	size_t n;

	msg_head(msg)->nlmsg_seq = ++nl->seq;
	nl_send(nl, msg->data, msg->len);
	for (;;) {
		n = nl_receive(nl, buf, sizeof(buf), ANSWER_MS);
		if (!n)
			fault("netlink: no answer to type %u",
			      msg_head(msg)->nlmsg_type);
		for (nlh = (void *)buf; NLMSG_OK(nlh, n);
		     nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_seq != nl->seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_DONE)
				memset(reply, 0, sizeof(*reply));
			else if (nlh->nlmsg_type == NLMSG_ERROR)
				nl_reply(nlh, reply);
			else
				continue;
			return;
		}
	}
}

void nl_must(struct nl *nl, struct msg *msg, const char *what)
{
	struct reply reply;

	nl_request(nl, msg, &reply);
	if (reply.err)
		fault("%s: %s %s", what, strerror(-reply.err), reply.text);
}
