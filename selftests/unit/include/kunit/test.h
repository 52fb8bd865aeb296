/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of KUnit that carp/tests uses, for a process instead of a kernel */
#ifndef _UNIT_KUNIT_TEST_H
#define _UNIT_KUNIT_TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/types.h>

#define KUNIT_PARAM_DESC_SIZE	128

struct kunit {
	const void *param_value;
	bool failed;
	jmp_buf abort;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

void unit_register(struct kunit_suite *suite);
void unit_failed(struct kunit *test, const char *file, int line,
		 const char *text, long long left, long long right);

#define KUNIT_CASE(fn)			{ .run_case = fn, .name = #fn }
#define KUNIT_CASE_PARAM(fn, gen) \
	{ .run_case = fn, .name = #fn, .generate_params = gen }

#define kunit_test_suite(suite) \
	static void __attribute__((constructor)) unit_register_##suite(void) \
	{ \
		unit_register(&suite); \
	}

#define KUNIT_ARRAY_PARAM(name, array, get_desc) \
	static const void *name##_gen_params(const void *prev, char *desc) \
	{ \
		typeof((array)[0]) *next = prev; \
\
		next = next ? next + 1 : (array); \
		if (next >= (array) + ARRAY_SIZE(array)) \
			return NULL; \
		get_desc(next, desc); \
		return next; \
	}

#define UNIT_CHECK(test, left, op, right, abort_too) do { \
	typeof(left) _left = (left); \
	typeof(right) _right = (right); \
\
	if (!(_left op _right)) { \
		unit_failed(test, __FILE__, __LINE__, \
			    #left " " #op " " #right, _left, _right); \
		if (abort_too) \
			longjmp((test)->abort, 1); \
	} \
} while (0)

#define KUNIT_EXPECT_EQ(test, l, r)	UNIT_CHECK(test, l, ==, r, false)
#define KUNIT_EXPECT_NE(test, l, r)	UNIT_CHECK(test, l, !=, r, false)
#define KUNIT_EXPECT_LT(test, l, r)	UNIT_CHECK(test, l, <, r, false)
#define KUNIT_EXPECT_LE(test, l, r)	UNIT_CHECK(test, l, <=, r, false)
#define KUNIT_EXPECT_GT(test, l, r)	UNIT_CHECK(test, l, >, r, false)
#define KUNIT_EXPECT_GE(test, l, r)	UNIT_CHECK(test, l, >=, r, false)
#define KUNIT_EXPECT_TRUE(test, x)	UNIT_CHECK(test, !!(x), ==, true, false)
#define KUNIT_EXPECT_FALSE(test, x) \
	UNIT_CHECK(test, !!(x), ==, false, false)
#define KUNIT_ASSERT_EQ(test, l, r)	UNIT_CHECK(test, l, ==, r, true)
#define KUNIT_ASSERT_LT(test, l, r)	UNIT_CHECK(test, l, <, r, true)
#define KUNIT_ASSERT_LE(test, l, r)	UNIT_CHECK(test, l, <=, r, true)
#define KUNIT_ASSERT_TRUE(test, x)	UNIT_CHECK(test, !!(x), ==, true, true)

#endif /* _UNIT_KUNIT_TEST_H */
