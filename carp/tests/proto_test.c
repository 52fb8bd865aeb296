// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of the wire format */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../proto.h"

/* Of pass mekmitasdigoat, vhid 1, 192.168.1.1, counter 0123456789abcdef. */
#define V1_COUNTER { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef }
#define V1_DIGEST { \
	0x6d, 0xde, 0x1a, 0xbd, 0x2d, 0x60, 0x4d, 0xbb, 0x93, 0xa5, \
	0x38, 0x97, 0xd7, 0x27, 0x5e, 0xe1, 0x9c, 0x3f, 0xe9, 0xa9 }
#define V3_DIGEST { \
	0xbb, 0x26, 0x94, 0x40, 0xd3, 0x40, 0x7e, 0x58, 0x80, 0x73, \
	0xb0, 0x89, 0x01, 0x5e, 0xcb, 0xea, 0xb7, 0x67, 0xb3, 0xb8 }

struct header_case {
	const char *desc;
	struct carp_advert adv;
	u8 head[8];
};

static const struct header_case header_cases[] = {
	{
		"V1, advbase 1, advskew 0",
		{ 2, 1, 1, 0, 0, V1_COUNTER, V1_DIGEST },
		{ 0x21, 0x01, 0x00, 0x07, 0x00, 0x01, 0xb4, 0xea },
	}, {
		"V1, advskew 240, demoted by 33",
		{ 2, 1, 1, 240, 33, V1_COUNTER, V1_DIGEST },
		{ 0x21, 0x01, 0xf0, 0x07, 0x21, 0x01, 0xa3, 0xe9 },
	}, {
		"V1, bow-out",
		{ 2, 1, CARP_BOW_OUT, CARP_BOW_OUT, 0, V1_COUNTER, V1_DIGEST },
		{ 0x21, 0x01, 0xff, 0x07, 0x00, 0xff, 0xb4, 0xeb },
	}, {
		"V3, advbase 1, advskew 200",
		{ 2, 175, 1, 200, 0, V1_COUNTER, V3_DIGEST },
		{ 0x21, 0xaf, 0xc8, 0x07, 0x00, 0x01, 0x6d, 0xbb },
	}, {
		"another version is built as told",
		{ 3, 1, 1, 0, 0, V1_COUNTER, V1_DIGEST },
		{ 0x31, 0x01, 0x00, 0x07, 0x00, 0x01, 0xa4, 0xea },
	},
};

static void header_desc(const struct header_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(header, header_cases, header_desc);

static void build_writes_every_byte(struct kunit *test)
{
	const struct header_case *c = test->param_value;
	u8 wire[CARP_HDR_LEN];

	memset(wire, 0x5a, sizeof(wire));
	carp_proto_build(&c->adv, (struct carp_hdr *)wire);
	KUNIT_EXPECT_EQ(test, memcmp(wire, c->head, 8), 0);
	KUNIT_EXPECT_EQ(test, memcmp(wire + 8, c->adv.counter, 8), 0);
	KUNIT_EXPECT_EQ(test, memcmp(wire + 16, c->adv.digest, 20), 0);
}

static void parse_reads_every_field(struct kunit *test)
{
	const struct header_case *c = test->param_value;
	struct carp_advert adv;
	u8 wire[CARP_HDR_LEN];

	memset(&adv, 0x5a, sizeof(adv));
	memcpy(wire, c->head, 8);
	memcpy(wire + 8, c->adv.counter, 8);
	memcpy(wire + 16, c->adv.digest, 20);
	KUNIT_EXPECT_EQ(test, carp_proto_parse(wire, sizeof(wire), &adv),
			CARP_PARSE_OK);
	KUNIT_EXPECT_EQ(test, memcmp(&adv, &c->adv, sizeof(adv)), 0);
}

static void parse_needs_36_bytes(struct kunit *test)
{
	struct carp_advert adv, before;
	struct carp_hdr hdr;
	size_t len;

	memset(&before, 0x5a, sizeof(before));
	adv = before;
	carp_proto_build(&header_cases[0].adv, &hdr);
	for (len = 0; len < CARP_HDR_LEN; len++)
		KUNIT_EXPECT_EQ(test, carp_proto_parse(&hdr, len, &adv),
				CARP_PARSE_SHORT);
	KUNIT_EXPECT_EQ(test, memcmp(&adv, &before, sizeof(adv)), 0);
}

static void parse_ignores_what_follows(struct kunit *test)
{
	u8 wire[CARP_HDR_LEN + 8];
	struct carp_advert adv;

	memset(wire, 0xff, sizeof(wire));
	carp_proto_build(&header_cases[0].adv, (struct carp_hdr *)wire);
	KUNIT_EXPECT_EQ(test, carp_proto_parse(wire, sizeof(wire), &adv),
			CARP_PARSE_OK);
	KUNIT_EXPECT_EQ(test, memcmp(&adv, &header_cases[0].adv, sizeof(adv)),
			0);
}

static void parse_takes_any_alignment(struct kunit *test)
{
	u8 buf[CARP_HDR_LEN + 8];
	struct carp_advert adv;
	struct carp_hdr hdr;
	int i;

	carp_proto_build(&header_cases[0].adv, &hdr);
	for (i = 0; i < 8; i++) {
		memcpy(buf + i, &hdr, sizeof(hdr));
		KUNIT_EXPECT_EQ(test,
				carp_proto_parse(buf + i, CARP_HDR_LEN, &adv),
				CARP_PARSE_OK);
	}
}

/* The checksum is the only thing that covers bytes 2 to 5. */
static void parse_refuses_any_flipped_bit(struct kunit *test)
{
	struct carp_advert adv, before;
	struct carp_hdr hdr;
	u8 *wire = (u8 *)&hdr;
	int bit;

	memset(&before, 0x5a, sizeof(before));
	adv = before;
	carp_proto_build(&header_cases[1].adv, &hdr);
	for (bit = 0; bit < 8 * CARP_HDR_LEN; bit++) {
		wire[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ(test,
				carp_proto_parse(wire, CARP_HDR_LEN, &adv),
				CARP_PARSE_BADSUM);
		wire[bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_EQ(test, memcmp(&adv, &before, sizeof(adv)), 0);
}

static void parse_refuses_any_changed_byte(struct kunit *test)
{
	struct carp_advert adv;
	struct carp_hdr hdr;
	u8 *wire = (u8 *)&hdr;
	int i, change;

	carp_proto_build(&header_cases[0].adv, &hdr);
	for (i = 0; i < CARP_HDR_LEN; i++) {
		for (change = 1; change < 256; change++) {
			wire[i] ^= change;
			KUNIT_EXPECT_EQ(test,
					carp_proto_parse(wire, CARP_HDR_LEN,
							 &adv),
					CARP_PARSE_BADSUM);
			wire[i] ^= change;
		}
	}
}

static void repair_cksum(struct carp_hdr *hdr)
{
	u8 *cksum = (u8 *)&hdr->cksum;
	u16 sum;

	cksum[0] = 0;
	cksum[1] = 0;
	sum = carp_proto_cksum(hdr, CARP_HDR_LEN);
	cksum[0] = sum >> 8;
	cksum[1] = sum;
}

/* No implementation checks them; a peer may set them to anything. */
static void parse_checks_neither_type_nor_authlen(struct kunit *test)
{
	struct carp_advert adv;
	struct carp_hdr hdr;
	int i;

	for (i = 0; i < 256; i++) {
		carp_proto_build(&header_cases[0].adv, &hdr);
		hdr.version_type = 0x20 | (i & 0xf);
		hdr.authlen = i;
		repair_cksum(&hdr);
		memset(&adv, 0x5a, sizeof(adv));
		KUNIT_EXPECT_EQ(test, carp_proto_parse(&hdr, sizeof(hdr), &adv),
				CARP_PARSE_OK);
		KUNIT_EXPECT_EQ(test, memcmp(&adv, &header_cases[0].adv,
					     sizeof(adv)), 0);
	}
}

static void parse_leaves_the_version_to_the_caller(struct kunit *test)
{
	struct carp_advert adv;
	struct carp_hdr hdr;
	int version;

	for (version = 0; version < 16; version++) {
		carp_proto_build(&header_cases[0].adv, &hdr);
		hdr.version_type = version << 4 | CARP_TYPE_ADVERT;
		repair_cksum(&hdr);
		KUNIT_EXPECT_EQ(test, carp_proto_parse(&hdr, sizeof(hdr), &adv),
				CARP_PARSE_OK);
		KUNIT_EXPECT_EQ(test, adv.version, version);
	}
}

struct cksum_case {
	const char *desc;
	u8 data[8];
	size_t len;
	u16 cksum;
};

static const struct cksum_case cksum_cases[] = {
	{ "nothing", {}, 0, 0xffff },
	{ "one byte", { 0x12 }, 1, 0xedff },
	{ "odd", { 0x12, 0x34, 0x56 }, 3, 0x97cb },
	/* The example of RFC 1071 section 3. */
	{ "RFC 1071", { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 }, 8,
	  0x220d },
	{ "one and a half words", { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5 }, 6,
	  0x1905 },
	{ "and an odd byte", { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6 }, 7,
	  0x2304 },
	{ "a carry that carries", { 0xff, 0xff, 0x00, 0x01 }, 4, 0xfffe },
	{ "an odd byte that carries", { 0xff, 0xff, 0x01 }, 3, 0xfeff },
	{ "all ones", { 0xff, 0xff, 0xff, 0xff }, 4, 0x0000 },
};

static void cksum_desc(const struct cksum_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(cksum, cksum_cases, cksum_desc);

static void cksum_is_rfc_1071(struct kunit *test)
{
	const struct cksum_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, carp_proto_cksum(c->data, c->len), c->cksum);
}

static struct kunit_case proto_cases[] = {
	KUNIT_CASE_PARAM(build_writes_every_byte, header_gen_params),
	KUNIT_CASE_PARAM(parse_reads_every_field, header_gen_params),
	KUNIT_CASE(parse_needs_36_bytes),
	KUNIT_CASE(parse_ignores_what_follows),
	KUNIT_CASE(parse_takes_any_alignment),
	KUNIT_CASE(parse_refuses_any_flipped_bit),
	KUNIT_CASE(parse_refuses_any_changed_byte),
	KUNIT_CASE(parse_checks_neither_type_nor_authlen),
	KUNIT_CASE(parse_leaves_the_version_to_the_caller),
	KUNIT_CASE_PARAM(cksum_is_rfc_1071, cksum_gen_params),
	{}
};

static struct kunit_suite proto_suite = {
	.name = "carp-proto",
	.test_cases = proto_cases,
};

kunit_test_suite(proto_suite);
