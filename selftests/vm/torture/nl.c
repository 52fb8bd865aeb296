// SPDX-License-Identifier: GPL-2.0-only
/* torture: namespaces, and rtnetlink in the one that was entered last */
#define _GNU_SOURCE
#include "torture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEG	"/run/netns/seg"

static int nl = -1;
static uint32_t sequence;

static int enter(const char *path)
{
	int fd, err = 0;

	if (nl >= 0)
		close(nl);
	nl = -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		err = -errno;
	close(fd);
	if (err)
		return err;
	nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return nl < 0 ? -errno : 0;
}

static const char *space_path(unsigned int space)
{
	static char path[32];

	snprintf(path, sizeof(path), "/run/netns/t%u", space);
	return path;
}

int space_enter(unsigned int space)
{
	return enter(space_path(space));
}

int seg_enter(void)
{
	return enter(SEG);
}

/* Where the machine lives. Who stays in a namespace keeps it alive. */
int home_enter(void)
{
	return enter("/proc/1/ns/net");
}

/* A new namespace, with a name; the caller is in it. */
static int create(const char *path)
{
	int fd;

	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return -errno;
	close(fd);
	if (unshare(CLONE_NEWNET) ||
	    mount("/proc/self/ns/net", path, "none", MS_BIND, NULL))
		return -errno;
	return enter(path);
}

static int delete(const char *path)
{
	int err = 0;

	if (umount2(path, MNT_DETACH))
		err = -errno;
	if (unlink(path))
		err = -errno;
	return err;
}

int space_create(unsigned int space)
{
	int err = create(space_path(space));

	return err ? err : link_up("lo", 1);
}

int space_delete(unsigned int space)
{
	return delete(space_path(space));
}

int seg_create(void)
{
	return create(SEG);
}

int seg_delete(void)
{
	return delete(SEG);
}

static void *msg_tail(struct msg *m)
{
	return (char *)m + NLMSG_ALIGN(m->head.nlmsg_len);
}

void msg_begin(struct msg *m, int type, int flags, const void *data, size_t len)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_type = type;
	m->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	m->head.nlmsg_seq = ++sequence;
	memcpy(m->body, data, len);
	m->head.nlmsg_len = NLMSG_LENGTH(len);
}

void msg_put(struct msg *m, int type, const void *data, size_t len)
{
	struct nlattr *attr = msg_tail(m);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(attr + 1, data, len);
	m->head.nlmsg_len = NLMSG_ALIGN(m->head.nlmsg_len) +
			    NLA_ALIGN(attr->nla_len);
}

void msg_u8(struct msg *m, int type, uint8_t value)
{
	msg_put(m, type, &value, sizeof(value));
}

void msg_u32(struct msg *m, int type, uint32_t value)
{
	msg_put(m, type, &value, sizeof(value));
}

void msg_str(struct msg *m, int type, const char *text)
{
	msg_put(m, type, text, strlen(text) + 1);
}

struct nlattr *msg_nest(struct msg *m, int type)
{
	struct nlattr *nest = msg_tail(m);

	msg_put(m, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void msg_end(struct msg *m, struct nlattr *nest)
{
	nest->nla_len = (char *)msg_tail(m) - (char *)nest;
}

/* Ask for it; 0, or what the kernel answers, or the index of the link that is
 * the answer.
 */
int msg_do(struct msg *m)
{
	static char answer[16384];
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	const struct ifinfomsg *link = NLMSG_DATA(head);

	if (send(nl, m, m->head.nlmsg_len, 0) < 0)
		return -errno;
	do {
		if (recv(nl, answer, sizeof(answer), 0) < 0)
			return -errno;
	} while (head->nlmsg_seq != m->head.nlmsg_seq);
	if (head->nlmsg_type == RTM_NEWLINK)
		return link->ifi_index;
	return head->nlmsg_type == NLMSG_ERROR ? error->error : 0;
}

/* Read all there is of one kind, and be told of changes meanwhile. */
int nl_dump(int type, int family, unsigned int groups)
{
	struct sockaddr_nl local = {
		.nl_family = AF_NETLINK, .nl_groups = groups,
	};
	struct rtgenmsg gen = { .rtgen_family = family };
	const struct nlmsghdr *head;
	static char answer[32768];
	struct msg m;
	ssize_t n;

	bind(nl, (struct sockaddr *)&local, sizeof(local));
	msg_begin(&m, type, NLM_F_DUMP, &gen, sizeof(gen));
	if (send(nl, &m, m.head.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		n = recv(nl, answer, sizeof(answer), 0);
		if (n < 0 && errno != ENOBUFS)
			return -errno;
		for (head = (void *)answer; n > 0 && NLMSG_OK(head, n);
		     head = NLMSG_NEXT(head, n))
			if (head->nlmsg_seq == m.head.nlmsg_seq &&
			    (head->nlmsg_type == NLMSG_DONE ||
			     head->nlmsg_type == NLMSG_ERROR))
				return 0;
	}
}
