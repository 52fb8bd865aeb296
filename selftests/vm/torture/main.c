// SPDX-License-Identifier: GPL-2.0-only
/* torture SECONDS SEED CPUS FRAMES: everything that can be done to a carp
 * device and to what is below and above it, from all CPUs at once
 *
 * Four actors on each CPU draw operations from the seed and do them in SPACES
 * namespaces, whose devices they share. Beside them others flood the segment
 * with the frames of a file, dump everything, and run the tools. Afterwards all
 * is deleted. Status 0: every operation ended in time; 3: but some kind of them
 * never succeeded, or one that the kernel has to refuse did.
 *
 * torture list SEED ACTOR COUNT prints what that actor does.
 */
#define _GNU_SOURCE
#include "torture.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ACTORS_PER_CPU	4	/* most of the time they wait */
#define ACTORS_MAX	16
#define CROWD_MAX	8
#define NEVER_DONE	3
/* What is refused as often as this, and never done, tests nothing. */
#define IN_VAIN		150
/* An emulated CPU of a busy host stands still for seconds. CARP_SLOW in the
 * environment is the factor of a kernel that checks itself.
 */
#define OPERATION_LIMIT	120

static struct {
	volatile int stop;
	struct slot slots[ACTORS_MAX];
} *shared;

static pid_t actors[ACTORS_MAX], crowd[CROWD_MAX];
static unsigned int actors_count, crowd_count;
static uint64_t operation_limit;

static void set_limit(void)
{
	const char *slow = getenv("CARP_SLOW");

	operation_limit = OPERATION_LIMIT * 1000000000ULL *
			  (slow ? strtoul(slow, NULL, 10) : 1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void draw(uint64_t *rng, struct draw *d)
{
	unsigned int total = 0, i;

	for (i = 0; i < ops_count; i++)
		total += ops[i].weight;
	total = rng_next(rng) % total;
	for (i = 0; total >= ops[i].weight; i++)
		total -= ops[i].weight;
	d->op = i;
	d->space = rng_next(rng) % SPACES;
	d->a = rng_next(rng);
	d->b = rng_next(rng);
	d->c = rng_next(rng);
	d->d = rng_next(rng);
}

static void tell(const struct draw *d)
{
	printf("%s t%u %u %u %u %u\n", ops[d->op].name, d->space, d->a, d->b,
	       d->c, d->d);
}

static uint64_t seed_of(uint64_t seed, unsigned int actor)
{
	return seed * 1000 + actor;
}

static void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("sched_setaffinity");
		exit(1);
	}
}

static void act(struct slot *slot, uint64_t rng, unsigned int cpu)
{
	const struct op *op;
	int err;

	pin(cpu);
	while (!shared->stop) {
		draw(&rng, &slot->draw);
		op = &ops[slot->draw.op];
		/* An oops names the process. */
		prctl(PR_SET_NAME, op->name);
		slot->started = now();
		err = space_enter(slot->draw.space);
		if (!err)
			err = op->run(&slot->draw);
		slot->spent[slot->draw.op] += now() - slot->started;
		slot->started = 0;
		if (err) {
			slot->refused[slot->draw.op]++;
			slot->last_error[slot->draw.op] = -err;
		} else {
			slot->done[slot->draw.op]++;
		}
	}
	exit(0);
}

static pid_t start(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void start_all(uint64_t seed, unsigned int cpus, const char *frames)
{
	unsigned int i;

	for (i = 0; i < cpus * ACTORS_PER_CPU && i < ACTORS_MAX; i++) {
		actors[i] = start();
		if (!actors[i])
			act(&shared->slots[i], seed_of(seed, i), i % cpus);
		actors_count++;
	}
	for (i = 0; i < 4; i++) {
		crowd[i] = start();
		if (!crowd[i]) {
			if (i < 2)
				flood(frames, i % cpus, seed + i);
			else if (i == 2)
				dump_all(seed);
			run_tools(seed);
		}
		crowd_count++;
	}
}

/* The segment: a bridge on which somebody real lives too. */
static int make_seg(void)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct msg m;
	int err;

	err = seg_create();
	if (err)
		return err;
	err = link_new("br0", "bridge", 0);
	if (err)
		return err;
	link_begin(&m, RTM_NEWLINK, 0, 0);
	msg_str(&m, IFLA_IFNAME, "br0");
	msg_put(&m, IFLA_ADDRESS, mac, sizeof(mac));
	err = msg_do(&m);
	if (!err)
		err = link_up("br0", 1);
	if (!err)
		err = address(RTM_NEWADDR, "br0", "192.0.2.9", 24);
	if (!err)
		err = address(RTM_NEWADDR, "br0", "2001:db8::9", 64);
	return err;
}

static void to_console(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror(file);
	close(fd);
}

static void hung(unsigned int i)
{
	const struct slot *slot = &shared->slots[i];
	char command[64];

	printf("actor %u hangs in ", i);
	tell(&slot->draw);
	snprintf(command, sizeof(command), "cat /proc/%d/stack", actors[i]);
	fflush(NULL);
	if (system(command))
		printf("no stack\n");
	/* All that wait, and what the CPUs do. */
	to_console("/proc/sysrq-trigger", "w");
	to_console("/proc/sysrq-trigger", "l");
	exit(1);
}

static void watch(void)
{
	uint64_t started;
	unsigned int i;

	for (i = 0; i < actors_count; i++) {
		started = shared->slots[i].started;
		if (started && now() > started + operation_limit)
			hung(i);
	}
}

/* Nobody may die meanwhile: the kernel kills whom an oops hits. */
static void nobody_died(void)
{
	int status;
	pid_t pid;

	pid = waitpid(-1, &status, WNOHANG);
	if (!pid)
		return;
	printf("process %d is dead, status %#x\n", pid, status);
	exit(1);
}

static void join_actors(void)
{
	unsigned int left = actors_count, i;
	int status;
	pid_t pid;

	while (left) {
		watch();
		for (i = 0; i < actors_count; i++) {
			pid = actors[i] ?
				waitpid(actors[i], &status, WNOHANG) : 0;
			if (pid <= 0)
				continue;
			if (status) {
				printf("actor %u ends with %#x\n", i, status);
				exit(1);
			}
			actors[i] = 0;
			left--;
		}
		usleep(10000);
	}
}

static void disperse(void)
{
	unsigned int i;

	for (i = 0; i < crowd_count; i++)
		kill(crowd[i], SIGKILL);
	for (i = 0; i < crowd_count; i++)
		waitpid(crowd[i], NULL, 0);
}

/* What was done, and whether each did what it is here for. */
static int report(double seconds)
{
	uint64_t all = 0, done, refused, spent;
	unsigned int i, actor;
	int failed = 0, error;

	for (i = 0; i < ops_count; i++) {
		done = 0;
		refused = 0;
		spent = 0;
		error = 0;
		for (actor = 0; actor < actors_count; actor++) {
			const struct slot *slot = &shared->slots[actor];

			done += slot->done[i];
			refused += slot->refused[i];
			spent += slot->spent[i];
			if (slot->last_error[i])
				error = slot->last_error[i];
		}
		all += done + refused;
		printf("%-12s %7lu done %7lu refused, %lu ms each%s%s\n",
		       ops[i].name, done, refused,
		       spent / 1000000 /
		       (done + refused > 0 ? done + refused : 1),
		       error ? ", last: " : "", error ? strerror(error) : "");
		if (ops[i].never ? done : !done && refused >= IN_VAIN) {
			printf("%s was %s\n", ops[i].name,
			       done ? "done" : "never done");
			failed = 1;
		}
	}
	printf("%lu operations, %.0f per second, on %u actors\n", all,
	       all / seconds, actors_count);
	return failed;
}

static int run(double seconds, uint64_t seed, unsigned int cpus,
	       const char *frames)
{
	uint64_t begun;
	unsigned int i;
	int err;

	err = make_seg();
	for (i = 0; i < SPACES && !err; i++) {
		err = space_create(i);
		if (!err)
			err = populate(i, seed + i);
	}
	if (!err)
		err = home_enter();
	if (err) {
		printf("cannot begin: %s\n", strerror(-err));
		return 1;
	}
	begun = now();
	start_all(seed, cpus, frames);
	while (now() < begun + seconds * 1e9) {
		usleep(100000);
		nobody_died();
		watch();
	}
	shared->stop = 1;
	join_actors();
	disperse();
	seconds = (now() - begun) / 1e9;
	for (i = 0; i < SPACES; i++)
		space_delete(i);
	err = seg_delete();
	if (err)
		printf("cannot delete seg: %s\n", strerror(-err));
	return err ? 1 : report(seconds) ? NEVER_DONE : 0;
}

static int list(uint64_t seed, unsigned int actor, unsigned long count)
{
	uint64_t rng = seed_of(seed, actor);
	struct draw d;

	while (count--) {
		draw(&rng, &d);
		tell(&d);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "list"))
		return list(strtoull(argv[2], NULL, 0), atoi(argv[3]),
			    strtoul(argv[4], NULL, 0));
	if (argc != 5) {
		fprintf(stderr, "usage: torture SECONDS SEED CPUS FRAMES\n");
		return 2;
	}
	set_limit();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	return run(atof(argv[1]), strtoull(argv[2], NULL, 0), atoi(argv[3]),
		   argv[4]);
}
