// SPDX-License-Identifier: GPL-2.0-only
/* Is the address there? Questions at a steady pace, and what became of them
 *
 * Times are CLOCK_MONOTONIC in ns. Nothing is printed before the end, which
 * would take time.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <net/ethernet.h>

#include "probe.h"

#define ADVERTISEMENTS	4096
#define PROTOCOL_CARP	112

struct question {
	int64_t asked;
	int64_t answered;	/* 0: never */
};

struct advertisement {
	int64_t time;
	unsigned char from;	/* last byte of the sender's IP address */
};

static struct question *questions;
static struct advertisement advertisements[ADVERTISEMENTS];
static int number_of_advertisements;

static void take_answers(int fd, int64_t count)
{
	uint64_t n;

	while (recv(fd, &n, sizeof(n), MSG_DONTWAIT) == sizeof(n))
		if (n < (uint64_t)count && !questions[n].answered)
			questions[n].answered = now();
}

/* CARP's and VRRP's have the same number, and the same place for the source. */
static void take_frames(int fd)
{
	unsigned char frame[128];
	ssize_t len;
	bool four, six;

	while ((len = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		four = len > 34 && frame[12] == 0x08 && frame[13] == 0x00 &&
		       frame[23] == PROTOCOL_CARP;
		six = len > 54 && frame[12] == 0x86 && frame[13] == 0xdd &&
		      frame[20] == PROTOCOL_CARP;
		if ((four || six) &&
		    number_of_advertisements < ADVERTISEMENTS)
			advertisements[number_of_advertisements++] =
				(struct advertisement){
					.time = now(),
					.from = frame[four ? 29 : 37],
				};
	}
}

static void wait_until(int udp, int packets, int64_t end, int64_t count)
{
	struct pollfd fds[] = {
		{ .fd = udp, .events = POLLIN },
		{ .fd = packets, .events = POLLIN },
	};
	int64_t left;

	while ((left = end - now()) > 0) {
		struct timespec t = {
			.tv_sec = left / NSEC_PER_SEC,
			.tv_nsec = left % NSEC_PER_SEC,
		};

		if (ppoll(fds, 2, &t, NULL) < 0 && errno != EINTR)
			die("poll");
		/* The time that counts is that of an answer's arrival. */
		take_answers(udp, count);
		take_frames(packets);
	}
}

/* The shell is there and waits, as to start one takes its time. */
static pid_t prepare(const char *command, int *go)
{
	int ends[2];
	pid_t pid;
	char byte;

	if (pipe(ends))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		struct sched_param param = { 0 };

		close(ends[1]);
		sched_setscheduler(0, SCHED_OTHER, &param);
		if (read(ends[0], &byte, 1) != 1)
			_exit(1);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(ends[0]);
	*go = ends[1];
	return pid;
}

static void print(int64_t count, int64_t event, int64_t end, int status)
{
	printf("{\"event\": %lld, \"end\": %lld, \"status\": %d, "
	       "\"advertisements\": [", (long long)event, (long long)end,
	       status);
	for (int i = 0; i < number_of_advertisements; i++)
		printf("%s[%lld, %d]", i ? ", " : "",
		       (long long)advertisements[i].time,
		       advertisements[i].from);
	printf("], \"questions\": [");
	for (int64_t i = 0; i < count; i++)
		printf("%s[%lld, %lld]", i ? ", " : "",
		       (long long)questions[i].asked,
		       (long long)questions[i].answered);
	printf("]}\n");
}

/**
 * ask - DEVICE ADDRESS PORT INTERVAL-US BEFORE-MS AFTER-MS COMMAND
 *
 * Asks every INTERVAL; after BEFORE runs COMMAND, and goes on for AFTER. Prints
 * each question with its answer, and each advertisement that DEVICE heard.
 */
int ask(int argc, char **argv)
{
	int64_t interval, before, count, event = 0, start;
	struct endpoint to, any = { 0 };
	int udp, packets, go, status = -1;
	pid_t pid;

	if (argc != 8)
		return 2;
	to = endpoint(argv[2], argv[3]);
	any.sa.sa_family = to.sa.sa_family;
	any.len = to.len;
	interval = number(argv[4]) * NSEC_PER_USEC;
	before = number(argv[5]) * 1000000LL / interval;
	count = before + number(argv[6]) * 1000000LL / interval;
	questions = calloc(count, sizeof(*questions));
	if (!questions)
		die("memory");
	udp = udp_socket(&any);
	if (connect(udp, &to.sa, to.len))
		die("connect");
	packets = packet_socket(argv[1], ETH_P_ALL);
	pid = prepare(argv[7], &go);
	be_first();
	start = now() + interval;
	for (int64_t i = 0; i < count; i++) {
		uint64_t n = i;

		wait_until(udp, packets, start + i * interval, count);
		if (i == before) {
			event = now();
			if (write(go, "", 1) != 1)
				die("write");
		}
		questions[i].asked = now();
		/* Nobody there is no reason to stop. */
		(void)!send(udp, &n, sizeof(n), MSG_DONTWAIT);
	}
	wait_until(udp, packets, now() + 20 * 1000000LL, count);
	if (waitpid(pid, &status, WNOHANG) != pid)
		status = -1;
	print(count, event, now(), status);
	return 0;
}

/**
 * echo - ADDRESS PORT
 *
 * Sends everything back, from ADDRESS, as soon as that is here.
 */
int echo(int argc, char **argv)
{
	struct endpoint local, from;
	char buf[2048];
	ssize_t len;
	int fd;

	if (argc != 3)
		return 2;
	local = endpoint(argv[1], argv[2]);
	fd = udp_socket(&local);
	be_first();
	for (;;) {
		from.len = sizeof(from.in6);
		len = recvfrom(fd, buf, sizeof(buf), 0, &from.sa, &from.len);
		if (len >= 0)
			(void)!sendto(fd, buf, len, MSG_DONTWAIT, &from.sa,
				      from.len);
	}
}
