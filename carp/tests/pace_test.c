// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of what keeps advertisements from going out all at once */

#include <kunit/test.h>
#include <linux/types.h>

#include "../pace.h"

#define NOW	1000000000000ULL
#define SEC	1000000000ULL
#define MS	1000000ULL
#define GROUPS	1024
/* They can be sent as fast as this, ns each. */
#define SENDING	5000

/* When each group advertises next. */
static u64 due[GROUPS];

static void a_few_at_once_stay_where_they_are(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW), 0);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW), SEC / 8);
}

static void a_burst_is_over_when_its_time_has_passed(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 1000; i++)
		carp_pace(&busy_until, SEC, NOW);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW + 20 * MS),
			SEC / 8);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW + 40 * MS), 0);
}

/* All vhids there are, on one parent, as fast as it goes. */
static void groups_that_are_apart_stay_where_they_are(struct kunit *test)
{
	const u64 interval = SEC / 256;
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 10 * 255; i++)
		KUNIT_EXPECT_EQ(test,
				carp_pace(&busy_until, interval,
					  NOW + i * (interval / 255)), 0);
}

static void slow_ones_do_not_hurry_fast_ones(struct kunit *test)
{
	const u64 slow = 255 * SEC, fast = SEC / 256;
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 60; i++)
		carp_pace(&busy_until, slow, NOW);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, fast, NOW), 0);
}

static int first_due(void)
{
	int i, first = 0;

	for (i = 1; i < GROUPS; i++)
		if (due[i] < due[first])
			first = i;
	return first;
}

/* All of them advertise once. Return: how many are to do so sooner. */
static int round_of_all(u64 *busy_until, u64 *now, u32 *seed)
{
	int i, first, moved = 0;
	u64 sooner;

	for (i = 0; i < GROUPS; i++) {
		first = first_due();
		*now += SENDING;
		if (*now < due[first])
			*now = due[first];
		sooner = carp_pace(busy_until, SEC, *now);
		moved += !!sooner;
		*seed = *seed * 1664525 + 1013904223;
		due[first] = *now + SEC - (sooner >> 16) * (*seed >> 16);
	}
	return moved;
}

static int most_in_a_ms(void)
{
	int i, j, n, most = 0;

	for (i = 0; i < GROUPS; i++) {
		n = 0;
		for (j = 0; j < GROUPS; j++)
			n += due[j] >= due[i] && due[j] < due[i] + MS;
		if (n > most)
			most = n;
	}
	return most;
}

static void a_thousand_at_once_are_apart_soon(struct kunit *test)
{
	u64 busy_until = 0, now = NOW;
	u32 seed = 1;
	int i;

	for (i = 0; i < GROUPS; i++)
		due[i] = NOW;

	/* All but the first ones. */
	KUNIT_EXPECT_GT(test, round_of_all(&busy_until, &now, &seed), 900);
	KUNIT_EXPECT_LT(test, most_in_a_ms(), 128);
	for (i = 0; i < 3; i++)
		round_of_all(&busy_until, &now, &seed);
	KUNIT_EXPECT_EQ(test, round_of_all(&busy_until, &now, &seed), 0);
	KUNIT_EXPECT_LT(test, most_in_a_ms(), 100);
}

static struct kunit_case pace_cases[] = {
	KUNIT_CASE(a_few_at_once_stay_where_they_are),
	KUNIT_CASE(a_burst_is_over_when_its_time_has_passed),
	KUNIT_CASE(groups_that_are_apart_stay_where_they_are),
	KUNIT_CASE(slow_ones_do_not_hurry_fast_ones),
	KUNIT_CASE(a_thousand_at_once_are_apart_soon),
	{}
};

static struct kunit_suite pace_suite = {
	.name = "carp-pace",
	.test_cases = pace_cases,
};

kunit_test_suite(pace_suite);
