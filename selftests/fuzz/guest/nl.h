/* SPDX-License-Identifier: GPL-2.0-only */
/* rtnetlink: messages built by hand, and what the kernel answers */
#ifndef _FUZZ_NL_H
#define _FUZZ_NL_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "common.h"

#define MSG_ROOM	8192
/* Begins each passphrase: it must not come back from the kernel. */
#define NL_SECRET	"sEcReT"

/**
 * struct msg - a netlink message in the making
 * @len: bytes used
 * @data: the message
 */
struct msg {
	u32 len;
	u8 data[MSG_ROOM];
};

/**
 * struct reply - what became of a request
 * @err: 0 or a negative errno
 * @explained: the kernel gave a sentence or pointed at an attribute
 * @text: the sentence
 */
struct reply {
	int err;
	bool explained;
	char text[128];
};

/**
 * struct nl - a socket
 * @fd: the socket
 * @seq: last sequence number used
 */
struct nl {
	int fd;
	u32 seq;
};

static inline struct nlmsghdr *msg_head(struct msg *msg)
{
	return (struct nlmsghdr *)msg->data;
}

void msg_start(struct msg *msg, u16 type, u16 flags, const void *head,
	       size_t len);
void msg_put(struct msg *msg, u16 type, const void *data, size_t len);
void msg_put_u32(struct msg *msg, u16 type, u32 value);
void msg_put_string(struct msg *msg, u16 type, const char *text);
u32 msg_nest(struct msg *msg, u16 type);
void msg_nest_end(struct msg *msg, u32 nest);

void nl_open(struct nl *nl, u32 groups);
void nl_close(struct nl *nl);
/* One datagram, at most @timeout ms later; its length, 0 if there is none. */
size_t nl_receive(struct nl *nl, void *buf, size_t size, int timeout);
void nl_request(struct nl *nl, struct msg *msg, struct reply *reply);
/* The request must succeed. */
void nl_must(struct nl *nl, struct msg *msg, const char *what);
/* Send @len bytes of messages. */
void nl_send(struct nl *nl, const void *data, size_t len);
void nl_reply(const struct nlmsghdr *nlh, struct reply *reply);

#endif /* _FUZZ_NL_H */
