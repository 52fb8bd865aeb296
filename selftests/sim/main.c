// SPDX-License-Identifier: GPL-2.0-only
/* The simulator's command line: runs, counts and prints TAP
 *
 * A run that breaks an invariant is repeated with a timeline, which is printed.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "report.h"
#include "scenario.h"
#include "timeline.h"

/**
 * struct row - runs that make one line of the report
 * @set: which set of rows it belongs to
 * @scenario: name
 * @min: members at least
 * @max: members at most
 * @seeds: how many runs
 */
struct row {
	const char *set;
	const char *scenario;
	u32 min;
	u32 max;
	u32 seeds;
};

static const struct row rows[] = {
	{ "quick", "storm", 2, 10, 300 },
	{ "quick", "crash", 2, 10, 300 },
	{ "quick", "goodbye", 2, 10, 200 },
	{ "quick", "equal", 2, 10, 200 },
	{ "quick", "split", 2, 10, 200 },
	{ "quick", "preempt", 2, 10, 100 },
	{ "quick", "demote", 2, 10, 100 },
	{ "quick", "stall", 2, 10, 200 },
	{ "quick", "equal", 200, 200, 1 },
	{ "quick", "preempt-burst", 3, 40, 20 },
	{ "quick", "mixed-demote", 2, 4, 10 },
	{ "quick", "base0-demote", 2, 4, 10 },
	{ "quick", "base0-split", 2, 4, 100 },

	{ "small", "storm", 2, 10, 100000 },
	{ "small", "crash", 2, 10, 20000 },
	{ "small", "goodbye", 2, 10, 20000 },
	{ "small", "equal", 2, 10, 20000 },
	{ "small", "split", 2, 10, 20000 },
	{ "small", "preempt", 2, 10, 10000 },
	{ "small", "demote", 2, 10, 10000 },
	{ "small", "stall", 2, 10, 10000 },

	{ "big", "storm", 100, 100, 100 },
	{ "big", "storm", 1000, 1000, 10 },
	{ "big", "crash", 1000, 1000, 5 },
	{ "big", "goodbye", 1000, 1000, 5 },
	{ "big", "equal", 1000, 1000, 10 },
	{ "big", "split", 1000, 1000, 10 },
	{ "big", "demote", 1000, 1000, 3 },
	{ "big", "stall", 1000, 1000, 3 },
	{ "big", "equal", 10000, 10000, 3 },
	{ "big", "split", 10000, 10000, 1 },
	{ "big", "crash", 10000, 10000, 1 },
	{ "big", "goodbye", 10000, 10000, 1 },
	{ "big", "stall", 10000, 10000, 1 },

	{ "long", "storm", 2, 10, 500000 },
	{ "long", "storm", 2, 3, 500000 },
	{ "long", "crash", 2, 10, 100000 },
	{ "long", "goodbye", 2, 10, 100000 },
	{ "long", "equal", 2, 10, 100000 },
	{ "long", "split", 2, 10, 100000 },
	{ "long", "preempt", 2, 10, 50000 },
	{ "long", "demote", 2, 10, 50000 },
	{ "long", "stall", 2, 10, 50000 },
	{ "long", "storm", 100, 100, 1000 },
	{ "long", "storm", 1000, 1000, 50 },
	{ "long", "storm", 10000, 10000, 1 },
	{ "long", "equal", 10000, 10000, 10 },
	{ "long", "crash", 10000, 10000, 5 },
	{}
};

struct options {
	u64 seed;
	u32 timeline_lines;
	const char *expect;
	const char *explore;
};

/* What all runs of a row did. */
struct total {
	u64 time;
	u64 deliveries;
	u64 changes;
	u32 runs;
	double cpu;
};

static double cpu_time(void)
{
	return clock() / (double)CLOCKS_PER_SEC;
}

static u32 row_members(const struct row *row, u64 seed)
{
	return row->min + seed % (row->max - row->min + 1);
}

static void run_once(const struct row *row, u64 seed, struct check *check,
		     struct timeline *timeline, struct total *total)
{
	const struct scenario *scenario = scenario_find(row->scenario);
	struct world world;
	u64 begin;

	*check = (struct check) { .changes_break = scenario->changes_break };
	world_init(&world, seed, row_members(row, seed), check, timeline);
	begin = world.now;
	scenario->run(&world);
	total->time += world.now - begin;
	total->deliveries += world.deliveries;
	total->changes += world.changes;
	total->runs++;
	world_free(&world);
}

/* The same again, and what led to it. */
static void print_broken(const struct row *row, u64 seed, u32 lines)
{
	struct timeline *timeline = malloc(sizeof(*timeline));
	struct total total = {};
	struct check check;
	int i;

	if (!timeline)
		abort();
	timeline_init(timeline);
	run_once(row, seed, &check, timeline, &total);
	printf("# sim --scenario %s --members %u --seed %llu\n", row->scenario,
	       row_members(row, seed), (unsigned long long)seed);
	timeline_print(timeline, lines);
	for (i = 0; i < INVARIANTS; i++)
		if (check.broken & 1 << i)
			printf("# %s\n", check.text[i]);
	free(timeline);
}

static void describe(const struct row *row, const struct options *options,
		     const struct total *total, char *text, size_t size)
{
	char members[32];

	if (row->min == row->max)
		snprintf(members, sizeof(members), "%u", row->min);
	else
		snprintf(members, sizeof(members), "%u to %u", row->min,
			 row->max);
	snprintf(text, size,
		 "%s: %s members, %u runs from seed %llu, %.0f s of their time, %llu advertisements heard, %llu transitions, %.1f s",
		 row->scenario, members, total->runs,
		 (unsigned long long)options->seed,
		 total->time / (double)SIM_SEC,
		 (unsigned long long)total->deliveries,
		 (unsigned long long)total->changes, total->cpu);
}

/* What is expected to be broken: a mutant, or a counterexample not yet fixed.
 */
static void run_expecting(const struct row *row, const struct options *options,
			  const char *expect)
{
	u32 bit = 1 << check_by_name(expect), i;
	struct total total = {};
	struct check check;

	for (i = 0; i < row->seeds; i++) {
		run_once(row, options->seed + i, &check, NULL, &total);
		if (!(check.broken & bit))
			continue;
		report(true, "%s: breaks %s as expected, run %u", row->scenario,
		       expect, i + 1);
		if (options->timeline_lines)
			print_broken(row, options->seed + i,
				     options->timeline_lines);
		return;
	}
	report(false, "%s: %u runs from seed %llu do not break %s",
	       row->scenario, row->seeds, (unsigned long long)options->seed,
	       expect);
}

static void run_row(const struct row *row, const struct options *options)
{
	const char *expect = options->expect;
	struct total total = {};
	double begin = cpu_time();
	struct check check;
	char text[256];
	u32 i;

	if (expect) {
		run_expecting(row, options, expect);
		return;
	}
	for (i = 0; i < row->seeds; i++) {
		run_once(row, options->seed + i, &check, NULL, &total);
		if (check.broken)
			break;
	}
	total.cpu = cpu_time() - begin;
	if (i < row->seeds)
		print_broken(row, options->seed + i, options->timeline_lines ?
			     options->timeline_lines : 60);
	describe(row, options, &total, text, sizeof(text));
	report(i == row->seeds, "%s", text);
}

static void usage(void)
{
	const struct scenario *scenario;

	puts("sim [OPTION]... [SET]...\n"
	     "  --scenario NAME    one scenario instead of sets\n"
	     "  --members N        in it; 2 to 10 by default\n"
	     "  --seed N           of the first run; 1 by default\n"
	     "  --seeds N          how many runs; 1 by default\n"
	     "  --expect INVARIANT succeed if this one is broken\n"
	     "  --timeline LINES   how much to print when one is broken\n"
	     "  --explore NAME     all interleavings of one setup or a set\n"
	     "sets: quick small big long; to explore: quick default long\n"
	     "scenarios:");
	for (scenario = scenarios; scenario->name; scenario++)
		printf("  %-14s %s\n", scenario->name, scenario->title);
}

static void run_set(const char *set, const struct options *options)
{
	const struct row *row;

	for (row = rows; row->set; row++)
		if (!strcmp(set, row->set))
			run_row(row, options);
}

static bool valid(const struct row *row, const struct options *options)
{
	if (row->scenario && !scenario_find(row->scenario))
		return false;
	if (options->expect && check_by_name(options->expect) == INVARIANTS)
		return false;
	return row->min >= 1 && row->seeds;
}

static const struct option long_options[] = {
	{ "scenario", required_argument, NULL, 's' },
	{ "members", required_argument, NULL, 'm' },
	{ "seed", required_argument, NULL, 'r' },
	{ "seeds", required_argument, NULL, 'n' },
	{ "expect", required_argument, NULL, 'e' },
	{ "timeline", required_argument, NULL, 't' },
	{ "explore", required_argument, NULL, 'x' },
	{ "help", no_argument, NULL, 'h' },
	{}
};

/* Return: whether the command line can be understood */
static bool parse(int argc, char **argv, struct row *row,
		  struct options *options)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 's':
			row->scenario = optarg;
			break;
		case 'm':
			row->min = strtoul(optarg, NULL, 0);
			row->max = row->min;
			break;
		case 'r':
			options->seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			row->seeds = strtoul(optarg, NULL, 0);
			break;
		case 'e':
			options->expect = optarg;
			break;
		case 't':
			options->timeline_lines = strtoul(optarg, NULL, 0);
			break;
		case 'x':
			options->explore = optarg;
			break;
		default:
			return false;
		}
	}
	return valid(row, options);
}

int main(int argc, char **argv)
{
	struct row row = { .min = 2, .max = 10, .seeds = 1 };
	struct options options = { .seed = 1 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!parse(argc, argv, &row, &options)) {
		usage();
		return 2;
	}
	if (options.explore)
		explore_named(options.explore, options.expect,
			      options.timeline_lines);
	if (row.scenario)
		run_row(&row, &options);
	for (; optind < argc; optind++)
		run_set(argv[optind], &options);
	return report_end();
}
