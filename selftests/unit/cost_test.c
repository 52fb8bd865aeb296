// SPDX-License-Identifier: GPL-2.0-only
/* What signing and verifying cost, in SHA-1 compressions
 *
 * Needs the counter of the userspace SHA-1, hence not in carp/tests.
 */

#include <crypto/sha1.h>
#include <kunit/test.h>

#include "auth.h"

#define MAX_ADDRS	1000

static const u8 key[CARP_KEY_LEN] = "secret";
static const u8 counter[CARP_COUNTER_LEN];
static u8 v4[MAX_ADDRS][CARP_IP4_LEN];
static u8 v6[1][CARP_IP6_LEN] = { { 0xfe, 0x80, [15] = 1 } };

static void prepare(struct carp_auth *auth, unsigned int n4, unsigned int n6)
{
	struct carp_addrs addrs = { .v4 = v4, .v6 = v6, .n6 = n6 };
	u8 addr[CARP_IP4_LEN] = { 10, 0, 0, 1 };

	while (addrs.n4 < n4) {
		addr[1] = addrs.n4 / 256;
		addr[2] = addrs.n4 % 256;
		carp_addrs_add4(&addrs, addr);
	}
	carp_auth_prepare(auth, key, 1, NULL, &addrs);
}

static unsigned long verify_cost(struct kunit *test,
				 const struct carp_auth *auth,
				 enum carp_auth_form form, bool forged)
{
	u8 digest[CARP_DIGEST_LEN];

	carp_auth_sign(auth, form, counter, digest);
	digest[0] ^= forged;
	sha1_compressions = 0;
	KUNIT_EXPECT_EQ(test, carp_auth_verify(auth, counter, digest), !forged);
	return sha1_compressions;
}

static void short_list_verifies_in_two(struct kunit *test)
{
	struct carp_auth auth;
	unsigned int n;

	/* version, type, vhid, 11 addresses, counter: 55 bytes, a block */
	for (n = 0; n <= 11; n++) {
		prepare(&auth, n, 0);
		KUNIT_EXPECT_EQ(test, verify_cost(test, &auth,
						  CARP_AUTH_NOV6LL, false), 2);
		KUNIT_EXPECT_EQ(test, verify_cost(test, &auth,
						  CARP_AUTH_NOV6LL, true), 2);
	}
}

static void long_list_verifies_in_three_at_most(struct kunit *test)
{
	static const unsigned int lengths[] = { 12, 13, 100, 999, 1000 };
	struct carp_auth auth;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		prepare(&auth, lengths[i], 0);
		KUNIT_EXPECT_LE(test, verify_cost(test, &auth,
						  CARP_AUTH_NOV6LL, false), 3);
	}
}

static void short_list_signs_in_two(struct kunit *test)
{
	u8 digest[CARP_DIGEST_LEN];
	struct carp_auth auth;

	prepare(&auth, 1, 0);
	sha1_compressions = 0;
	carp_auth_sign(&auth, CARP_AUTH_NOV6LL, counter, digest);
	KUNIT_EXPECT_EQ(test, sha1_compressions, 2);
}

static void second_form_costs_two_more_if_it_differs(struct kunit *test)
{
	struct carp_auth auth;

	prepare(&auth, 1, 1);
	KUNIT_EXPECT_EQ(test, verify_cost(test, &auth, CARP_AUTH_NOV6LL, false),
			2);
	KUNIT_EXPECT_EQ(test, verify_cost(test, &auth, CARP_AUTH_ORIG, false),
			4);
	KUNIT_EXPECT_EQ(test, verify_cost(test, &auth, CARP_AUTH_NOV6LL, true),
			4);
}

static struct kunit_case cost_cases[] = {
	KUNIT_CASE(short_list_verifies_in_two),
	KUNIT_CASE(long_list_verifies_in_three_at_most),
	KUNIT_CASE(short_list_signs_in_two),
	KUNIT_CASE(second_form_costs_two_more_if_it_differs),
	{}
};

static struct kunit_suite cost_suite = {
	.name = "carp-cost",
	.test_cases = cost_cases,
};

kunit_test_suite(cost_suite);
