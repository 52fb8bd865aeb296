// SPDX-License-Identifier: GPL-2.0-only
/* What a packet costs, by the time that passes while nothing else is done */

#include <errno.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

#define PAYLOAD	64
#define WARM_UP	2000

/* Return: 1 if the datagram was not there at once. */
static int one(int from, int to, const struct endpoint *dest)
{
	char buf[PAYLOAD] = { 0 };

	if (sendto(from, buf, sizeof(buf), 0, &dest->sa, dest->len) < 0 &&
	    errno != EAGAIN)
		die("sendto");
	return recv(to, buf, sizeof(buf), MSG_DONTWAIT) != sizeof(buf);
}

/**
 * cost - NETNS-A ADDRESS-A NETNS-B ADDRESS-B COUNT REPEATS
 *
 * COUNT datagrams from A to B, each taken before the next is sent; prints the
 * ns for each, REPEATS times.
 */
int cost(int argc, char **argv)
{
	struct endpoint a, b;
	int from, to, lost;
	long long count;

	if (argc != 7)
		return 2;
	a = endpoint(argv[2], "7001");
	b = endpoint(argv[4], "7002");
	count = number(argv[5]);
	enter(argv[3]);
	to = udp_socket(&b);
	enter(argv[1]);
	from = udp_socket(&a);
	for (int i = 0; i < WARM_UP; i++) {
		one(from, to, &b);
		/* Neighbours are looked for. */
		if (i < 5)
			sleep_until(now() + 20000 * NSEC_PER_USEC);
	}
	for (long long repeat = number(argv[6]); repeat; repeat--) {
		int64_t start = now();

		lost = 0;
		for (long long i = 0; i < count; i++)
			lost += one(from, to, &b);
		if (lost) {
			errno = 0;
			fprintf(stderr, "probe: %d of %lld lost\n", lost,
				count);
			return 1;
		}
		printf("%.1f\n", (double)(now() - start) / count);
	}
	return 0;
}

static void print_busy(int64_t start, int64_t before, int64_t (*idle_now)(void))
{
	int64_t took = now() - start;
	/* To read the books takes time, too. */
	int64_t idle = idle_now() - before;

	printf("%lld %lld\n", (long long)(took - idle), (long long)took);
}

/**
 * pace - DEVICE COUNT INTERVAL-US KINDS <FRAMES
 *
 * Sends COUNT frames out of DEVICE, each of the KINDS in its turn; prints for
 * how many ns the processor was not idle meanwhile, and how many passed.
 */
int pace(int argc, char **argv)
{
	long long count, interval, kinds;
	int64_t start, idle;
	char frames[2048];
	ssize_t len;
	int fd;

	if (argc != 5)
		return 2;
	count = number(argv[2]);
	interval = number(argv[3]) * NSEC_PER_USEC;
	kinds = number(argv[4]);
	len = read(STDIN_FILENO, frames, sizeof(frames));
	if (len <= 0 || kinds <= 0 || len % kinds)
		die("frames");
	len /= kinds;
	/* Protocol 0: hears nothing itself. */
	fd = packet_socket(argv[1], 0);
	idle = idle_time();
	start = now();
	for (long long i = 0; i < count; i++) {
		if (send(fd, frames + i % kinds * len, len, 0) != len)
			die("send");
		if (interval)
			sleep_until(start + (i + 1) * interval);
	}
	print_busy(start, idle, idle_time);
	return 0;
}

static int rest(int argc, char **argv, int64_t (*idle_now)(void))
{
	int64_t start, idle;

	if (argc != 2)
		return 2;
	idle = idle_now();
	start = now();
	sleep_until(start + number(argv[1]) * 1000000LL);
	print_busy(start, idle, idle_now);
	return 0;
}

/**
 * busy - MS
 *
 * For how many ns of the next MS the processor is not idle, and how many pass.
 */
int busy(int argc, char **argv)
{
	return rest(argc, argv, idle_time);
}

/**
 * load - MS
 *
 * The same to 1/100 s only, but without a look at every timer.
 */
int load(int argc, char **argv)
{
	return rest(argc, argv, coarse_idle_time);
}
