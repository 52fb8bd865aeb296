// SPDX-License-Identifier: GPL-2.0-only
/* Sockets and namespaces */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what,
		errno ? strerror(errno) : "not understood");
	exit(1);
}

long long number(const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end || value < 0)
		die(text);
	return value;
}

/* What is opened from now on is of this namespace. "-" is where we are. */
void enter(const char *netns)
{
	char path[128];
	int fd;

	if (!strcmp(netns, "-"))
		return;
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

struct endpoint endpoint(const char *address, const char *port)
{
	struct endpoint end = { 0 };

	if (inet_pton(AF_INET, address, &end.in.sin_addr) == 1) {
		end.in.sin_family = AF_INET;
		end.in.sin_port = htons(number(port));
		end.len = sizeof(end.in);
	} else if (inet_pton(AF_INET6, address, &end.in6.sin6_addr) == 1) {
		end.in6.sin6_family = AF_INET6;
		end.in6.sin6_port = htons(number(port));
		end.len = sizeof(end.in6);
	} else {
		errno = 0;
		die(address);
	}
	return end;
}

/* Bound to @local, which need not be there yet. */
int udp_socket(const struct endpoint *local)
{
	int on = 1;
	int fd = socket(local->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    setsockopt(fd, SOL_IP, IP_FREEBIND, &on, sizeof(on)) ||
	    bind(fd, &local->sa, local->len))
		die("bind");
	return fd;
}

/* Of the frames of @protocol alone; if that is all, those that leave too. */
int packet_socket(const char *device, int protocol)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(device),
	};
	int size = 1 << 24;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)))
		die(device);
	return fd;
}
