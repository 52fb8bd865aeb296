// SPDX-License-Identifier: GPL-2.0-only
/* torture: what goes on beside the actors until it is killed */
#define _GNU_SOURCE
#include "torture.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAMES_MAX	4096
#define BURST_MAX	16
#define FLOOD_PAUSE_US	15000

struct frame {
	const unsigned char *data;
	unsigned int len;
};

/* The file: a length in two bytes, most significant first, then the frame. */
static unsigned int read_frames(const char *file, struct frame *frames)
{
	const unsigned char *at, *end;
	unsigned int count = 0;
	struct stat st;
	int fd;

	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		perror(file);
		exit(1);
	}
	at = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		exit(1);
	end = at + st.st_size;
	while (end - at > 2 && count < FRAMES_MAX) {
		frames[count].len = at[0] << 8 | at[1];
		frames[count].data = at + 2;
		at += 2 + frames[count++].len;
	}
	return count;
}

/* Frames in any order out of the segment's bridge, from one CPU. */
void flood(const char *file, unsigned int cpu, uint64_t seed)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	static struct frame frames[FRAMES_MAX];
	unsigned int count = read_frames(file, frames), left;
	const struct frame *frame;
	cpu_set_t set;
	int fd;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (!count || sched_setaffinity(0, sizeof(set), &set) || seg_enter())
		exit(1);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	to.sll_ifindex = link_index("br0");
	if (fd < 0 || bind(fd, (void *)&to, sizeof(to))) {
		perror("flood");
		exit(1);
	}
	for (;;) {
		for (left = rng_next(&seed) % BURST_MAX; left; left--) {
			frame = &frames[rng_next(&seed) % count];
			send(fd, frame->data, frame->len, MSG_DONTWAIT);
		}
		/* An emulated CPU has to get to something else, too. */
		usleep(FLOOD_PAUSE_US);
	}
}

/* All that the kernel will tell, of one namespace after the other. */
void dump_all(uint64_t seed)
{
	static const int types[] = {
		RTM_GETLINK, RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE,
		RTM_GETNEIGH,
	};
	struct msg m;
	char name[8];
	size_t i;

	for (;;) {
		usleep(20000);
		if (space_enter(rng_next(&seed) % SPACES))
			continue;
		snprintf(name, sizeof(name), "c%u",
			 rng_next(&seed) % DEVICES);
		link_begin(&m, RTM_GETLINK, 0, 0);
		msg_str(&m, IFLA_IFNAME, name);
		msg_do(&m);
		for (i = 0; i < ARRAY_SIZE(types); i++)
			nl_dump(types[i], rng_next(&seed) & 1 ? AF_INET :
				AF_INET6, RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
				RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE);
	}
}

/* What a user types, in a namespace at a time. */
void run_tools(uint64_t seed)
{
	static const char *const commands[] = {
		"ip -d -s link", "ip -d -s -j link show type carp",
		"carpconfig", "carpconfig -v", "carpconfig -s -j",
		"ip route show table all", "ip -6 route show table all",
		"timeout 0.5 carpconfig monitor -j",
	};
	char command[128];

	/* Those that survive this process keep nothing of its output open. */
	if (!freopen("/dev/null", "w", stdout) ||
	    !freopen("/dev/null", "w", stderr))
		exit(1);
	for (;;) {
		const char *next = commands[rng_next(&seed) %
					    ARRAY_SIZE(commands)];

		usleep(2000000);
		if (space_enter(rng_next(&seed) % SPACES))
			continue;
		snprintf(command, sizeof(command), "exec %s", next);
		/* A device that goes meanwhile is an error of theirs. */
		if (system(command) == -1)
			exit(1);
	}
}
