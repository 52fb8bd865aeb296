// SPDX-License-Identifier: GPL-2.0-only
/* When frames leave a device, by the kernel's own stamps */

#define _GNU_SOURCE
#include <errno.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

#define PROTOCOL_CARP	112

enum kind { OTHER, ADVERTISEMENT, ANNOUNCEMENT };

static enum kind kind_of(const unsigned char *frame, ssize_t len)
{
	if (len > 34 && frame[12] == 0x08 && frame[13] == 0x00)
		return frame[23] == PROTOCOL_CARP ? ADVERTISEMENT : OTHER;
	if (len >= 42 && frame[12] == 0x08 && frame[13] == 0x06)
		return ANNOUNCEMENT;
	if (len <= 54 || frame[12] != 0x86 || frame[13] != 0xdd)
		return OTHER;
	if (frame[20] == PROTOCOL_CARP)
		return ADVERTISEMENT;
	/* A neighbour advertisement. */
	return frame[20] == 58 && frame[54] == 136 ? ANNOUNCEMENT : OTHER;
}

static int64_t stamp_of(struct msghdr *msg)
{
	struct cmsghdr *c;
	struct timespec t;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
		}
	errno = 0;
	die("no time stamp");
}

/**
 * watch - DEVICE QUIET-MS MS
 *
 * What leaves DEVICE in bursts: each ends when QUIET passed. After MS prints, a
 * line for each burst, the time of its first frame, its advertisements, its
 * announcements, and the ns from the first frame to the last announcement.
 */
int watch(int argc, char **argv)
{
	int64_t quiet, end, first = 0, last = 0, previous = 0, t;
	int fd, on = 1, adverts = 0, announced = 0;

	if (argc != 4)
		return 2;
	quiet = number(argv[2]) * 1000000LL;
	end = now() + number(argv[3]) * 1000000LL;
	fd = packet_socket(argv[1], ETH_P_ALL);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		die("SO_TIMESTAMPNS");
	while (now() < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		unsigned char frame[128], control[256];
		struct sockaddr_ll from;
		struct iovec iov = { frame, sizeof(frame) };
		struct msghdr msg = {
			.msg_name = &from, .msg_namelen = sizeof(from),
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		enum kind kind;
		ssize_t len;

		if (poll(&p, 1, 10) <= 0)
			continue;
		len = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (len < 0 || from.sll_pkttype != PACKET_OUTGOING)
			continue;
		kind = kind_of(frame, len);
		if (kind == OTHER)
			continue;
		t = stamp_of(&msg);
		if (first && t - previous > quiet) {
			printf("%lld %d %d %lld\n", (long long)first, adverts,
			       announced, (long long)(last - first));
			first = 0;
		}
		if (!first) {
			first = t;
			last = t;
			adverts = 0;
			announced = 0;
		}
		previous = t;
		if (kind == ANNOUNCEMENT) {
			announced++;
			last = t;
		} else {
			adverts++;
		}
	}
	if (first)
		printf("%lld %d %d %lld\n", (long long)first, adverts,
		       announced, (long long)(last - first));
	return 0;
}
