// SPDX-License-Identifier: GPL-2.0-only
/* Rounds, faults and memory */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

/* The first rounds fill what the kernel caches. */
#define WARM_ROUNDS	2
/* What may be in use after a run of any length and not before, in kB; with
 * KASAN, what is freed stays in quarantine for a while.
 */
#define GROWTH_KB	4096
#define GROWTH_KASAN_KB	49152
#define SETTLE_MS	20000
#define STOP		"/tmp/fuzz.stop"
#define HEX_MAX		256

char fuzz_where[128];

void fault(const char *format, ...)
{
	va_list args;

	printf("# FAULT %s: ", fuzz_where);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

void hex(const char *what, const void *data, size_t len)
{
	const u8 *p = data;
	size_t i;

	printf("# %s, %zu bytes: ", what, len);
	for (i = 0; i < len && i < HEX_MAX; i++)
		printf("%02x", p[i]);
	printf("%s\n", len > HEX_MAX ? "..." : "");
}

u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

int put_file(const char *path, const char *text)
{
	int fd, err = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int get_file(const char *path, char *text, size_t size)
{
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	text[n < 0 ? 0 : n] = 0;
	close(fd);
	return n < 0 ? -errno : 0;
}

/* kB that the kernel cannot give back. */
static long unreclaimable(void)
{
	char text[8192], *at;

	if (get_file("/proc/meminfo", text, sizeof(text)))
		return -1;
	at = strstr(text, "SUnreclaim:");
	return at ? atol(at + strlen("SUnreclaim:")) : -1;
}

/* What a namespace held is freed some time after its last process. */
static bool memory_is_back(long before)
{
	bool kasan = !access("/sys/kernel/debug/kmemleak", F_OK);
	long limit = before + (kasan ? GROWTH_KASAN_KB : GROWTH_KB);
	u64 end = now_ms() + SETTLE_MS;
	long now;

	while ((now = unreclaimable()) > limit && now_ms() < end)
		usleep(100000);
	printf("# SUnreclaim %ld kB, %ld kB after %d rounds\n", now, before,
	       WARM_ROUNDS);
	if (now <= limit)
		return true;
	printf("# FAULT: memory in use has grown by %ld kB\n", now - before);
	return false;
}

static int run_round(const struct fuzzer *fuzzer, struct round *round,
		     u64 seed)
{
	int status;
	pid_t pid;

	/* Neighbouring rounds must not draw the same numbers one later. */
	round->rng.state = seed;
	round->rng.state = rng_next(&round->rng) + round->number;
	round->rng.state = rng_next(&round->rng);
	snprintf(fuzz_where, sizeof(fuzz_where), "%s: seed %llu round %u",
		 fuzzer->name, (unsigned long long)seed, round->number);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNET))
			fault("unshare: %s", strerror(errno));
		fuzzer->round(round);
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	if (status)
		printf("# %s ended with status %#x\n", fuzz_where, status);
	return status ? -1 : 0;
}

static void report(const struct fuzzer *fuzzer, u64 seed, u32 rounds,
		   const u64 *total)
{
	u32 i;

	printf("# %s: seed %llu, %u rounds", fuzzer->name,
	       (unsigned long long)seed, rounds);
	for (i = 0; fuzzer->totals[i]; i++)
		printf(", %llu %s", (unsigned long long)total[i],
		       fuzzer->totals[i]);
	printf("\n");
	fflush(stdout);
}

static bool told_to_stop(void)
{
	return !access(STOP, F_OK);
}

/* SEED ROUNDS [ROUND [step]]: so many from the first, fewer if there is the
 * file STOP; or that one alone.
 */
int rounds_main(const struct fuzzer *fuzzer, int argc, char **argv)
{
	struct round round = {};
	u64 seed, rounds;
	long before = -1;
	int err = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: %s SEED ROUNDS [ROUND [step]]\n",
			argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = strtoull(argv[1], NULL, 0);
	rounds = strtoull(argv[2], NULL, 0);
	round.number = argc > 3 ? strtoul(argv[3], NULL, 0) : 0;
	round.step = argc > 4;
	round.total = mmap(NULL, TOTALS * sizeof(u64), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (round.total == MAP_FAILED)
		return 2;
	do {
		err = run_round(fuzzer, &round, seed);
		if (round.number++ == WARM_ROUNDS)
			before = unreclaimable();
		if (round.number % 100 == 0)
			report(fuzzer, seed, round.number, round.total);
	} while (!err && argc <= 3 && round.number < rounds &&
		 !told_to_stop());
	report(fuzzer, seed, round.number, round.total);
	if (!err && before >= 0 && !memory_is_back(before))
		err = -1;
	return err ? 1 : 0;
}
