// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of the digest: which bytes, in which order, under which key */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../auth.h"

#define MAX_ADDRS	64

/* @v4 and @v6 are added in the order given here, which is not the order they
 * are hashed in.
 */
struct vector {
	const char *desc;
	const char *pass;
	u8 vhid;
	u8 n4;
	u8 n6;
	bool lladdr;
	bool ones;	/* counter ffffffffffffffff, else: */
	bool zeros;	/* counter 0, else 0123456789abcdef */
	enum carp_auth_form form;
	u8 v4[4][CARP_IP4_LEN];
	u8 v6[3][CARP_IP6_LEN];
	u8 digest[CARP_DIGEST_LEN];
};

#define FD00_1_100	{ 0xfd, 0, 0, 1, [14] = 0x01, [15] = 0x00 }
#define DB8(n)		{ 0x20, 0x01, 0x0d, 0xb8, [15] = n }
#define LL_1AF		{ 0xfe, 0x80, [8] = 0x02, 0x00, 0x5e, 0xff, \
			  0xfe, 0x00, 0x01, 0xaf }

static const u8 hand_set_mac[CARP_MAC_LEN] = {
	0xfe, 0xe1, 0xba, 0xd0, 0x00, 0x01
};

static const struct vector vectors[] = {
	{
		.desc = "V1 single IPv4 address",
		.pass = "mekmitasdigoat", .vhid = 1,
		.n4 = 1, .v4 = { { 192, 168, 1, 1 } },
		.digest = { 0x6d, 0xde, 0x1a, 0xbd, 0x2d, 0x60, 0x4d,
			    0xbb, 0x93, 0xa5, 0x38, 0x97, 0xd7, 0x27,
			    0x5e, 0xe1, 0x9c, 0x3f, 0xe9, 0xa9 },
	}, {
		.desc = "V2 three IPv4 addresses, unsorted, one twice",
		.pass = "secret", .vhid = 42, .zeros = true,
		.n4 = 4, .v4 = { { 192, 0, 2, 200 }, { 10, 1, 1, 100 },
				 { 192, 0, 2, 3 }, { 10, 1, 1, 100 } },
		.digest = { 0x99, 0x7e, 0xab, 0xf2, 0x41, 0xca, 0x08,
			    0x52, 0xf3, 0x83, 0x02, 0xd7, 0x68, 0x42,
			    0x03, 0x8e, 0x39, 0x7f, 0x3a, 0x60 },
	}, {
		.desc = "V3 IPv6 only",
		.pass = "s3cret", .vhid = 175,
		.n6 = 1, .v6 = { FD00_1_100 },
		.digest = { 0xbb, 0x26, 0x94, 0x40, 0xd3, 0x40, 0x7e,
			    0x58, 0x80, 0x73, 0xb0, 0x89, 0x01, 0x5e,
			    0xcb, 0xea, 0xb7, 0x67, 0xb3, 0xb8 },
	}, {
		.desc = "V4 IPv4 before IPv6",
		.pass = "s3cret", .vhid = 175, .ones = true,
		.n4 = 1, .v4 = { { 10, 1, 1, 100 } },
		.n6 = 2, .v6 = { DB8(2), DB8(1) },
		.digest = { 0xfb, 0xb5, 0x92, 0x7e, 0x08, 0x03, 0xea,
			    0xa1, 0x68, 0xed, 0x6b, 0x4c, 0x0d, 0x19,
			    0x86, 0x55, 0x5d, 0x33, 0x58, 0xfd },
	}, {
		.desc = "V5 link-local address, ORIG",
		.pass = "s3cret", .vhid = 175, .form = CARP_AUTH_ORIG,
		.n4 = 1, .v4 = { { 10, 1, 1, 100 } },
		.n6 = 2, .v6 = { LL_1AF, FD00_1_100 },
		.digest = { 0x8d, 0xf0, 0x33, 0xca, 0x00, 0x54, 0xb8,
			    0x7e, 0x7a, 0xa4, 0x50, 0xdd, 0x1d, 0x32,
			    0x91, 0xc6, 0x69, 0x13, 0x92, 0xac },
	}, {
		.desc = "V6 link-local address, NOV6LL",
		.pass = "s3cret", .vhid = 175, .form = CARP_AUTH_NOV6LL,
		.n4 = 1, .v4 = { { 10, 1, 1, 100 } },
		.n6 = 2, .v6 = { LL_1AF, FD00_1_100 },
		.digest = { 0x8b, 0xb8, 0x74, 0x45, 0xcc, 0x49, 0xbd,
			    0x3d, 0xda, 0x67, 0xf4, 0x7d, 0x36, 0x3b,
			    0x44, 0x81, 0xb4, 0x78, 0xa6, 0x3d },
	}, {
		.desc = "V7 no passphrase",
		.pass = "", .vhid = 1,
		.n4 = 1, .v4 = { { 192, 168, 1, 1 } },
		.digest = { 0xb4, 0x07, 0x38, 0xb2, 0x6d, 0x13, 0xee,
			    0x0b, 0x4a, 0x6c, 0xc5, 0xca, 0x5c, 0x3a,
			    0x38, 0x42, 0x9d, 0x3b, 0x4f, 0xd7 },
	}, {
		.desc = "V8 19 characters",
		.pass = "abcdefghijklmnopqrs", .vhid = 1,
		.n4 = 1, .v4 = { { 192, 168, 1, 1 } },
		.digest = { 0xda, 0x13, 0xfa, 0x01, 0xf6, 0xa4, 0x99,
			    0xb9, 0xfe, 0x2e, 0x42, 0x18, 0xb3, 0xf6,
			    0x0c, 0xe4, 0x40, 0xef, 0x90, 0xbe },
	}, {
		.desc = "V9 OpenBSD's hand-set MAC address",
		.pass = "secret", .vhid = 7, .lladdr = true,
		.n4 = 1, .v4 = { { 192, 168, 1, 1 } },
		.digest = { 0x46, 0x72, 0x19, 0xbf, 0x6e, 0xd1, 0x7d,
			    0x92, 0xe5, 0xe6, 0x87, 0xed, 0xec, 0x39,
			    0x34, 0xa6, 0x8e, 0xb7, 0x92, 0xef },
	},
};

static void vector_desc(const struct vector *v, char *desc)
{
	strscpy(desc, v->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(vector, vectors, vector_desc);

/* Addresses with the room that carp_addrs_add4() and _add6() ask for. */
struct addr_space {
	u8 v4[MAX_ADDRS][CARP_IP4_LEN];
	u8 v6[MAX_ADDRS][CARP_IP6_LEN];
	struct carp_addrs addrs;
};

static struct carp_addrs *no_addrs(struct addr_space *space)
{
	memset(space, 0, sizeof(*space));
	space->addrs.v4 = space->v4;
	space->addrs.v6 = space->v6;
	return &space->addrs;
}

static void prepare(struct carp_auth *auth, const char *pass, u8 vhid,
		    const u8 *lladdr, const struct carp_addrs *addrs)
{
	u8 key[CARP_KEY_LEN] = {};

	memcpy(key, pass, strlen(pass));
	carp_auth_prepare(auth, key, vhid, lladdr, addrs);
}

static void prepare_vector(struct carp_auth *auth, const struct vector *v)
{
	struct addr_space space;
	struct carp_addrs *addrs = no_addrs(&space);
	unsigned int i;

	for (i = 0; i < v->n4; i++)
		carp_addrs_add4(addrs, v->v4[i]);
	for (i = 0; i < v->n6; i++)
		carp_addrs_add6(addrs, v->v6[i]);
	prepare(auth, v->pass, v->vhid, v->lladdr ? hand_set_mac : NULL, addrs);
}

static const u8 *vector_counter(const struct vector *v)
{
	static const u8 ones[CARP_COUNTER_LEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	static const u8 some[CARP_COUNTER_LEN] = {
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef
	};
	static const u8 zeros[CARP_COUNTER_LEN];

	if (v->zeros)
		return zeros;
	return v->ones ? ones : some;
}

static void sign_gives_the_known_digest(struct kunit *test)
{
	const struct vector *v = test->param_value;
	u8 digest[CARP_DIGEST_LEN];
	struct carp_auth auth;

	prepare_vector(&auth, v);
	carp_auth_sign(&auth, v->form, vector_counter(v), digest);
	KUNIT_EXPECT_EQ(test, memcmp(digest, v->digest, sizeof(digest)), 0);
}

/* V5 by the second try, all others by the first. */
static void verify_accepts_the_known_digest(struct kunit *test)
{
	const struct vector *v = test->param_value;
	struct carp_auth auth;

	prepare_vector(&auth, v);
	KUNIT_EXPECT_TRUE(test, carp_auth_verify(&auth, vector_counter(v),
						 v->digest));
}

static void verify_refuses_any_flipped_bit(struct kunit *test)
{
	const struct vector *v = test->param_value;
	u8 counter[CARP_COUNTER_LEN];
	u8 digest[CARP_DIGEST_LEN];
	struct carp_auth auth;
	int bit;

	prepare_vector(&auth, v);
	memcpy(counter, vector_counter(v), sizeof(counter));
	memcpy(digest, v->digest, sizeof(digest));
	for (bit = 0; bit < 8 * CARP_DIGEST_LEN; bit++) {
		digest[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_FALSE(test,
				   carp_auth_verify(&auth, counter, digest));
		digest[bit / 8] ^= 1 << bit % 8;
	}
	for (bit = 0; bit < 8 * CARP_COUNTER_LEN; bit++) {
		counter[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_FALSE(test,
				   carp_auth_verify(&auth, counter, digest));
		counter[bit / 8] ^= 1 << bit % 8;
	}
}

static void verify_refuses_another_vhid(struct kunit *test)
{
	const struct vector *v = test->param_value;
	struct vector other = *v;
	struct carp_auth auth;

	other.vhid ^= 1;
	prepare_vector(&auth, &other);
	KUNIT_EXPECT_FALSE(test, carp_auth_verify(&auth, vector_counter(v),
						  v->digest));
}

static void verify_refuses_another_key(struct kunit *test)
{
	const struct vector *v = test->param_value;
	struct vector other = *v;
	struct carp_auth auth;

	other.pass = "another key";
	prepare_vector(&auth, &other);
	KUNIT_EXPECT_FALSE(test, carp_auth_verify(&auth, vector_counter(v),
						  v->digest));
}

static void verify_refuses_one_address_more(struct kunit *test)
{
	static const u8 more[CARP_IP4_LEN] = { 203, 0, 113, 1 };
	const struct vector *v = test->param_value;
	struct addr_space space;
	struct carp_addrs *addrs = no_addrs(&space);
	struct carp_auth auth;
	unsigned int i;

	for (i = 0; i < v->n4; i++)
		carp_addrs_add4(addrs, v->v4[i]);
	for (i = 0; i < v->n6; i++)
		carp_addrs_add6(addrs, v->v6[i]);
	carp_addrs_add4(addrs, more);
	prepare(&auth, v->pass, v->vhid, v->lladdr ? hand_set_mac : NULL,
		addrs);
	KUNIT_EXPECT_FALSE(test, carp_auth_verify(&auth, vector_counter(v),
						  v->digest));
}

static void recall(struct kunit *test, const struct carp_auth_memo *memo,
		   const u8 *counter, const u8 *digest, int proven)
{
	bool found = !proven;

	KUNIT_EXPECT_EQ(test, carp_auth_recall(memo, counter, digest, &found),
			proven >= 0);
	if (proven >= 0)
		KUNIT_EXPECT_EQ(test, found, proven);
}

static void nothing_is_recalled_that_was_not_found(struct kunit *test)
{
	u8 counter[CARP_COUNTER_LEN] = { 0 };
	u8 digest[CARP_DIGEST_LEN] = { 0 };
	struct carp_auth_memo memo = { 0 };
	int bit;

	recall(test, &memo, counter, digest, -1);
	carp_auth_remember(&memo, counter, digest, true);
	for (bit = 0; bit < 8 * CARP_DIGEST_LEN; bit++) {
		digest[bit / 8] ^= 1 << bit % 8;
		recall(test, &memo, counter, digest, -1);
		digest[bit / 8] ^= 1 << bit % 8;
	}
	for (bit = 0; bit < 8 * CARP_COUNTER_LEN; bit++) {
		counter[bit / 8] ^= 1 << bit % 8;
		recall(test, &memo, counter, digest, -1);
		counter[bit / 8] ^= 1 << bit % 8;
	}
	recall(test, &memo, counter, digest, 1);
}

static void the_last_of_each_kind_is_recalled(struct kunit *test)
{
	static const u8 counter[3][CARP_COUNTER_LEN] = { { 1 }, { 2 }, { 3 } };
	static const u8 digest[CARP_DIGEST_LEN] = { 9 };
	struct carp_auth_memo memo = { 0 };

	carp_auth_remember(&memo, counter[0], digest, false);
	recall(test, &memo, counter[0], digest, 0);
	carp_auth_remember(&memo, counter[1], digest, true);
	recall(test, &memo, counter[0], digest, 0);
	recall(test, &memo, counter[1], digest, 1);
	carp_auth_remember(&memo, counter[2], digest, true);
	recall(test, &memo, counter[0], digest, 0);
	recall(test, &memo, counter[1], digest, -1);
	recall(test, &memo, counter[2], digest, 1);
}

static void sign_all(const struct carp_auth *auth,
		     u8 digest[CARP_AUTH_FORMS][CARP_DIGEST_LEN])
{
	static const u8 counter[CARP_COUNTER_LEN];

	carp_auth_sign(auth, CARP_AUTH_NOV6LL, counter,
		       digest[CARP_AUTH_NOV6LL]);
	carp_auth_sign(auth, CARP_AUTH_ORIG, counter, digest[CARP_AUTH_ORIG]);
}

static void forms_differ_by_link_local_addresses_only(struct kunit *test)
{
	static const u8 addrs6[][CARP_IP6_LEN] = {
		DB8(1), FD00_1_100, { 0xfe, 0x7f }, { 0xfe, 0x80, [15] = 1 },
		{ 0xfe, 0xbf, [15] = 1 }, { 0xfe, 0xc0, [15] = 1 },
	};
	static const bool link_local[] = {
		false, false, false, true, true, false
	};
	u8 digest[CARP_AUTH_FORMS][CARP_DIGEST_LEN];
	struct addr_space space;
	struct carp_auth auth;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(addrs6); i++) {
		carp_addrs_add6(no_addrs(&space), addrs6[i]);
		prepare(&auth, "secret", 1, NULL, &space.addrs);
		sign_all(&auth, digest);
		KUNIT_EXPECT_EQ(test, auth.forms_differ, link_local[i]);
		KUNIT_EXPECT_EQ(test, !!memcmp(digest[0], digest[1],
					       CARP_DIGEST_LEN), link_local[i]);
	}
}

static void some_addresses_are_never_hashed(struct kunit *test)
{
	static const u8 never4[][CARP_IP4_LEN] = {
		{ 0, 0, 0, 0 }, { 255, 255, 255, 255 }
	};
	static const u8 never6[][CARP_IP6_LEN] = {
		{}, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }
	};
	u8 with[CARP_AUTH_FORMS][CARP_DIGEST_LEN];
	u8 none[CARP_AUTH_FORMS][CARP_DIGEST_LEN];
	struct addr_space space;
	struct carp_addrs *addrs = no_addrs(&space);
	struct carp_auth auth;

	prepare(&auth, "secret", 1, NULL, addrs);
	sign_all(&auth, none);
	carp_addrs_add4(addrs, never4[0]);
	carp_addrs_add4(addrs, never4[1]);
	carp_addrs_add6(addrs, never6[0]);
	carp_addrs_add6(addrs, never6[1]);
	prepare(&auth, "secret", 1, NULL, addrs);
	sign_all(&auth, with);
	KUNIT_EXPECT_EQ(test, memcmp(with, none, sizeof(with)), 0);
}

static void near_misses_of_those_are_hashed(struct kunit *test)
{
	static const u8 addrs4[][CARP_IP4_LEN] = {
		{ 0, 0, 0, 1 }, { 1, 0, 0, 0 }, { 255, 255, 255, 254 },
		{ 254, 255, 255, 255 }, { 127, 127, 127, 127 },
	};
	u8 with[CARP_AUTH_FORMS][CARP_DIGEST_LEN];
	u8 none[CARP_AUTH_FORMS][CARP_DIGEST_LEN];
	struct addr_space space;
	struct carp_auth auth;
	unsigned int i;

	prepare(&auth, "secret", 1, NULL, no_addrs(&space));
	sign_all(&auth, none);
	for (i = 0; i < ARRAY_SIZE(addrs4); i++) {
		carp_addrs_add4(no_addrs(&space), addrs4[i]);
		prepare(&auth, "secret", 1, NULL, &space.addrs);
		sign_all(&auth, with);
		KUNIT_EXPECT_NE(test, memcmp(with, none, sizeof(with)), 0);
	}
}

static const u8 sorted[4][CARP_IP4_LEN] = {
	{ 9, 255, 255, 255 }, { 10, 0, 0, 9 }, { 10, 0, 0, 10 },
	{ 200, 0, 0, 0 }
};

/* Each order of four addresses, one of which comes twice. */
static void addresses_are_sorted_whatever_the_order(struct kunit *test)
{
	struct addr_space space;
	int order, i, place;

	for (order = 0; order < 256; order++) {
		struct carp_addrs *addrs = no_addrs(&space);
		u8 u6[CARP_IP6_LEN] = {};
		int seen = 0;

		for (i = 0; i < 4; i++) {
			place = order >> 2 * i & 3;
			seen |= 1 << place;
			carp_addrs_add4(addrs, sorted[place]);
			memcpy(u6, sorted[place], CARP_IP4_LEN);
			carp_addrs_add6(addrs, u6);
		}
		place = 0;
		for (i = 0; i < 4; i++) {
			if (!(seen & 1 << i))
				continue;
			KUNIT_EXPECT_EQ(test, memcmp(space.v4[place], sorted[i],
						     CARP_IP4_LEN), 0);
			KUNIT_EXPECT_EQ(test, memcmp(space.v6[place], sorted[i],
						     CARP_IP4_LEN), 0);
			place++;
		}
		KUNIT_EXPECT_EQ(test, addrs->n4, place);
		KUNIT_EXPECT_EQ(test, addrs->n6, place);
	}
}

static void what_is_left_of_addresses_is_sorted(struct kunit *test)
{
	static const u8 other[CARP_IP4_LEN] = { 10, 0, 0, 11 };
	struct addr_space space;
	unsigned int gone, i, place;

	for (gone = 0; gone < 16; gone++) {
		struct carp_addrs *addrs = no_addrs(&space);

		for (i = 0; i < 4; i++)
			carp_addrs_add4(addrs, sorted[i]);
		carp_addrs_del4(addrs, other);
		for (i = 0; i < 4; i++) {
			if (!(gone & 1 << i))
				continue;
			carp_addrs_del4(addrs, sorted[i]);
			carp_addrs_del4(addrs, sorted[i]);
		}
		place = 0;
		for (i = 0; i < 4; i++) {
			if (gone & 1 << i)
				continue;
			KUNIT_EXPECT_EQ(test, memcmp(space.v4[place], sorted[i],
						     CARP_IP4_LEN), 0);
			place++;
		}
		KUNIT_EXPECT_EQ(test, addrs->n4, place);
	}
}

struct length_case {
	unsigned int n;
	u8 digest[CARP_DIGEST_LEN];
};

/* Pass secret, vhid 42, 10.0.0.1 to 10.0.(n-1).1; by Python's hmac module. The
 * lengths lie on both sides of where the padding needs another block.
 */
static const struct length_case length_cases[] = {
	{ 0, {
		0xea, 0x68, 0x62, 0x9c, 0x2a, 0x79, 0x7a, 0x23,
		0x53, 0x1a, 0x8d, 0xec, 0x53, 0xce, 0x57, 0x58,
		0xb4, 0x74, 0xed, 0xa8 }
	},
	{ 1, {
		0xa0, 0xf8, 0xa6, 0xb8, 0xca, 0x96, 0xe6, 0xc9,
		0x21, 0x80, 0xfe, 0x67, 0x6b, 0x75, 0xf0, 0xaf,
		0x52, 0xf5, 0xe8, 0x97 }
	},
	{ 11, {
		0x9d, 0xb6, 0x5f, 0xe0, 0xf0, 0x32, 0xdc, 0xa9,
		0x0c, 0xe5, 0x6b, 0x6d, 0xea, 0xac, 0xc8, 0xc3,
		0xaa, 0x7a, 0xf8, 0x4a }
	},
	{ 12, {
		0x95, 0xc9, 0x1a, 0x91, 0x1d, 0xc2, 0xe7, 0x7d,
		0xda, 0xda, 0x16, 0x55, 0x63, 0x60, 0x1c, 0x85,
		0xfd, 0xe8, 0x29, 0xcb }
	},
	{ 13, {
		0xb5, 0x5b, 0x55, 0xa9, 0xcb, 0x1f, 0xf4, 0xc4,
		0x2d, 0xd3, 0x7c, 0x49, 0x8d, 0x9c, 0xdd, 0xda,
		0x56, 0x6e, 0xf9, 0x04 }
	},
	{ 27, {
		0xd3, 0x55, 0x63, 0x4f, 0xb3, 0x5f, 0x4a, 0x6e,
		0xde, 0xba, 0xca, 0x34, 0x24, 0x58, 0x7f, 0x9f,
		0xdb, 0x5e, 0xcf, 0x7b }
	},
	{ 28, {
		0x31, 0x77, 0x73, 0x3d, 0x41, 0x04, 0x58, 0xcb,
		0x70, 0xc6, 0xf0, 0x7b, 0x34, 0xab, 0x29, 0x42,
		0xd1, 0xde, 0x3b, 0xc3 }
	},
	{ 29, {
		0x48, 0x5b, 0x59, 0x11, 0x85, 0xa4, 0xeb, 0x8f,
		0xd2, 0xdc, 0x33, 0x75, 0x8a, 0x38, 0x64, 0x88,
		0xe8, 0xe9, 0x61, 0x36 }
	},
	{ 40, {
		0xae, 0xf4, 0x28, 0xc2, 0xc1, 0xf5, 0x9b, 0x78,
		0xef, 0xc7, 0xa6, 0x76, 0xc0, 0xb5, 0x68, 0x08,
		0xd5, 0x1a, 0x62, 0xff }
	},
};

static void length_desc(const struct length_case *c, char *desc)
{
	sprintf(desc, "%u addresses", c->n);
}

KUNIT_ARRAY_PARAM(length, length_cases, length_desc);

static void long_lists_give_the_known_digest(struct kunit *test)
{
	static const u8 counter[CARP_COUNTER_LEN] = {
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef
	};
	const struct length_case *c = test->param_value;
	u8 addr[CARP_IP4_LEN] = { 10, 0, 0, 1 };
	struct addr_space space;
	struct carp_auth auth;
	unsigned int i;

	no_addrs(&space);
	for (i = c->n; i > 0; i--) {
		addr[2] = i - 1;
		carp_addrs_add4(&space.addrs, addr);
	}
	prepare(&auth, "secret", 42, NULL, &space.addrs);
	KUNIT_EXPECT_TRUE(test, carp_auth_verify(&auth, counter, c->digest));
}

/* Signing must leave the prefix as it is. */
static void sign_twice_gives_the_same(struct kunit *test)
{
	u8 digest[CARP_DIGEST_LEN];
	struct carp_auth auth;
	int i;

	prepare_vector(&auth, &vectors[0]);
	for (i = 0; i < 2; i++) {
		carp_auth_sign(&auth, CARP_AUTH_NOV6LL,
			       vector_counter(&vectors[0]), digest);
		KUNIT_EXPECT_EQ(test, memcmp(digest, vectors[0].digest,
					     sizeof(digest)), 0);
	}
}

static struct kunit_case auth_cases[] = {
	KUNIT_CASE_PARAM(sign_gives_the_known_digest, vector_gen_params),
	KUNIT_CASE_PARAM(verify_accepts_the_known_digest, vector_gen_params),
	KUNIT_CASE_PARAM(verify_refuses_any_flipped_bit, vector_gen_params),
	KUNIT_CASE_PARAM(verify_refuses_another_vhid, vector_gen_params),
	KUNIT_CASE_PARAM(verify_refuses_another_key, vector_gen_params),
	KUNIT_CASE(nothing_is_recalled_that_was_not_found),
	KUNIT_CASE(the_last_of_each_kind_is_recalled),
	KUNIT_CASE_PARAM(verify_refuses_one_address_more, vector_gen_params),
	KUNIT_CASE(forms_differ_by_link_local_addresses_only),
	KUNIT_CASE(some_addresses_are_never_hashed),
	KUNIT_CASE(near_misses_of_those_are_hashed),
	KUNIT_CASE(addresses_are_sorted_whatever_the_order),
	KUNIT_CASE(what_is_left_of_addresses_is_sorted),
	KUNIT_CASE_PARAM(long_lists_give_the_known_digest, length_gen_params),
	KUNIT_CASE(sign_twice_gives_the_same),
	{}
};

static struct kunit_suite auth_suite = {
	.name = "carp-auth",
	.test_cases = auth_cases,
};

kunit_test_suite(auth_suite);
