// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of what keeps advertisements from going out all at once */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../pace.h"

#define NOW	1000000000000ULL
#define SEC	1000000000ULL
#define MS	1000000ULL
#define SLOT	30000ULL

static void a_few_at_once_need_not_wait(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW, NOW), 0);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW, NOW), 64 * SLOT);
}

static void thousands_at_once_are_given_a_slot_each(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 4096; i++)
		KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW, NOW),
				i < 64 ? 0 : i * SLOT);
}

static void slots_that_are_given_go_on_being_apart(struct kunit *test)
{
	u64 busy_until = 0, now;
	int round, i;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 4096; i++) {
			now = NOW + round * SEC + i * SLOT;
			KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, now,
							now), 0);
		}
	}
}

/* Whoever waits may be late by an eighth, or a peer may lose its patience. */
static void nobody_waits_longer_than_an_eighth(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 30000; i++)
		KUNIT_EXPECT_LE(test, carp_pace(&busy_until, SEC, NOW, NOW),
				SEC / 8);
}

/* How many are due in each ms of a second, and of the fifth after it. */
static u32 due[1200];

static u32 most_in_a_ms(void)
{
	u32 most = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(due); i++)
		if (due[i] > most)
			most = due[i];
	return most;
}

/* All advertise once. */
static void round_of_all(u64 *busy_until, u64 begin)
{
	static u32 next[ARRAY_SIZE(due)];
	u64 now, wait;
	u32 i, j;

	memset(next, 0, sizeof(next));
	for (i = 0; i < ARRAY_SIZE(due); i++) {
		for (j = 0; j < due[i]; j++) {
			now = begin + i * MS;
			wait = carp_pace(busy_until, SEC, now, now);
			for (now = i; wait >= MS; wait -= MS)
				now++;
			next[now % ARRAY_SIZE(due)]++;
		}
	}
	memcpy(due, next, sizeof(due));
}

/* More than have room in an eighth: fewer at once, and ever fewer. */
static void twenty_thousand_at_once_are_apart_in_the_end(struct kunit *test)
{
	u64 busy_until = 0;
	int round;

	memset(due, 0, sizeof(due));
	due[0] = 20000;
	round_of_all(&busy_until, NOW);
	KUNIT_EXPECT_LT(test, most_in_a_ms(), 250);
	for (round = 1; round < 10; round++)
		round_of_all(&busy_until, NOW + round * SEC);
	KUNIT_EXPECT_LT(test, most_in_a_ms(), 70);
}

static void who_is_late_already_does_not_wait(struct kunit *test)
{
	u64 busy_until = 0, was;
	int i;

	for (i = 0; i < 1000; i++)
		carp_pace(&busy_until, SEC, NOW, NOW);
	was = busy_until;
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW - 10 * MS, NOW),
			0);
	KUNIT_EXPECT_EQ(test, busy_until, was);
}

static void a_burst_is_over_when_its_time_has_passed(struct kunit *test)
{
	u64 busy_until = 0, now = NOW + 20 * MS;
	int i;

	for (i = 0; i < 1000; i++)
		carp_pace(&busy_until, SEC, NOW, NOW);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, now, now), 10 * MS);
	now += 20 * MS;
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, now, now), 0);
}

static void those_below_15_ms_never_wait(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 1000; i++)
		carp_pace(&busy_until, SEC, NOW, NOW);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, 15 * MS, NOW, NOW), 0);
	KUNIT_EXPECT_NE(test, carp_pace(&busy_until, 32 * MS, NOW, NOW), 0);
}

static void slack_is_a_little_of_the_interval(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, carp_pace_slack(SEC / 256), 30517);
	KUNIT_EXPECT_EQ(test, carp_pace_slack(SEC / 128), 61035);
	KUNIT_EXPECT_EQ(test, carp_pace_slack(SEC / 16), MS / 4);
	KUNIT_EXPECT_EQ(test, carp_pace_slack(SEC), MS / 4);
	KUNIT_EXPECT_EQ(test, carp_pace_slack(256 * SEC), MS / 4);
}

static struct kunit_case pace_cases[] = {
	KUNIT_CASE(a_few_at_once_need_not_wait),
	KUNIT_CASE(thousands_at_once_are_given_a_slot_each),
	KUNIT_CASE(slots_that_are_given_go_on_being_apart),
	KUNIT_CASE(nobody_waits_longer_than_an_eighth),
	KUNIT_CASE(twenty_thousand_at_once_are_apart_in_the_end),
	KUNIT_CASE(who_is_late_already_does_not_wait),
	KUNIT_CASE(a_burst_is_over_when_its_time_has_passed),
	KUNIT_CASE(those_below_15_ms_never_wait),
	KUNIT_CASE(slack_is_a_little_of_the_interval),
	{}
};

static struct kunit_suite pace_suite = {
	.name = "carp-pace",
	.test_cases = pace_cases,
};

kunit_test_suite(pace_suite);
