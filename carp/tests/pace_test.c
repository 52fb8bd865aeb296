// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of what keeps advertisements from going out all at once */

#include <kunit/test.h>
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
		KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW), 0);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW), 64 * SLOT);
}

static void thousands_at_once_are_given_a_slot_each(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 4096; i++)
		KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW),
				i < 64 ? 0 : i * SLOT);
}

static void slots_that_are_given_go_on_being_apart(struct kunit *test)
{
	u64 busy_until = 0;
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 0; i < 4096; i++)
			KUNIT_EXPECT_EQ(test,
					carp_pace(&busy_until, SEC,
						  NOW + round * SEC + i * SLOT),
					0);
}

/* Whoever waits may be late by an eighth, or a peer may lose its patience. */
static void nobody_waits_longer_than_an_eighth(struct kunit *test)
{
	u64 busy_until = 0;
	int i, waits = 0;

	for (i = 0; i < 10000; i++) {
		u64 wait = carp_pace(&busy_until, SEC, NOW);

		KUNIT_EXPECT_LE(test, wait, SEC / 8);
		waits += !!wait;
	}
	KUNIT_EXPECT_EQ(test, waits, SEC / 8 / SLOT + 1 - 64);
	KUNIT_EXPECT_LE(test, busy_until, NOW + SEC / 8 + SLOT);
}

static void a_burst_is_over_when_its_time_has_passed(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 1000; i++)
		carp_pace(&busy_until, SEC, NOW);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW + 20 * MS),
			10 * MS);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC, NOW + 40 * MS), 0);
}

/* All vhids there are, on two parents, as fast as it goes. */
static void the_fastest_have_room(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 2 * 255; i++)
		KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC / 256, NOW),
				0);
	KUNIT_EXPECT_LE(test, busy_until, NOW + MS);
}

static void slow_ones_do_not_hold_up_fast_ones(struct kunit *test)
{
	u64 busy_until = 0;
	int i;

	for (i = 0; i < 1000; i++)
		carp_pace(&busy_until, 255 * SEC, NOW);
	KUNIT_EXPECT_EQ(test, carp_pace(&busy_until, SEC / 256, NOW), 0);
}

static struct kunit_case pace_cases[] = {
	KUNIT_CASE(a_few_at_once_need_not_wait),
	KUNIT_CASE(thousands_at_once_are_given_a_slot_each),
	KUNIT_CASE(slots_that_are_given_go_on_being_apart),
	KUNIT_CASE(nobody_waits_longer_than_an_eighth),
	KUNIT_CASE(a_burst_is_over_when_its_time_has_passed),
	KUNIT_CASE(the_fastest_have_room),
	KUNIT_CASE(slow_ones_do_not_hold_up_fast_ones),
	{}
};

static struct kunit_suite pace_suite = {
	.name = "carp-pace",
	.test_cases = pace_cases,
};

kunit_test_suite(pace_suite);
