/* SPDX-License-Identifier: GPL-2.0-only */
/* A conversation with rtnetlink: request, answers, acknowledgment */
#ifndef CARPCONFIG_NL_H
#define CARPCONFIG_NL_H

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdint.h>

/* A link message with 16 transitions takes 2.5 kB; dumps come in 32 kB. */
#define NL_BUF_LEN	65536
#define NL_TEXT_LEN	256

/**
 * struct nl - a netlink socket
 * @sock: libmnl's
 * @portid: our address
 * @seq: number of the last request
 * @text: the kernel's sentence about the last request, or empty
 * @attr_offs: where in the last request the kernel saw the fault, or 0
 * @buf: what is being received
 */
struct nl {
	struct mnl_socket *sock;
	unsigned int portid;
	unsigned int seq;
	char text[NL_TEXT_LEN];
	uint32_t attr_offs;
	char buf[NL_BUF_LEN];
};

struct nl *nl_open_family(int family, unsigned int groups);
struct nl *nl_open(unsigned int groups);
void nl_close(struct nl *nl);
ssize_t nl_receive(struct nl *nl);
const char *nl_sentence(const struct nl *nl);
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data);
int nl_dump(struct nl *nl, struct nlmsghdr *nlh, void (*forget)(void *data),
	    mnl_cb_t cb, void *data);
int nl_drain(struct nl *nl);

struct nlmsghdr *nl_link_message(void *buf, uint16_t type, uint16_t flags,
				 int ifindex);
struct nlmsghdr *nl_addr_message(void *buf, uint16_t type, uint16_t flags);

#endif /* CARPCONFIG_NL_H */
