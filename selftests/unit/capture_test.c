// SPDX-License-Identifier: GPL-2.0-only
/* Advertisements of NetBSD, FreeBSD and ucarp, as captured on the wire
 *
 * Reads files, hence not in carp/tests. The number of advertisements in each is
 * known, so that a reader that overlooks some is found out.
 */

#include <arpa/inet.h>
#include <kunit/test.h>
#include <stdlib.h>

#include "auth.h"
#include "proto.h"

#define PCAP_MAGIC_US	0xa1b2c3d4
#define PCAP_ETHERNET	1
#define MAX_FRAME	2048
#define MAX_ADVERTS	64
#define MAX_TEXT_ADDRS	3

struct capture {
	const char *file;
	const char *pass;
	u8 vhid;
	const char *addrs[MAX_TEXT_ADDRS];
	unsigned int adverts4;
	unsigned int adverts6;
	unsigned int bow_outs;
};

static const struct capture captures[] = {
	{ "nb-v1-changeme-1addr", "changeme", 1, { "192.168.0.100" },
	  12, 0, 1 },
	{ "nb-nb-takeover-v1", "changeme", 1, { "192.168.0.100" }, 21, 0, 2 },
	{ "fb-v1-changeme-1addr", "changeme", 1, { "192.168.0.100" }, 9, 0, 0 },
	{ "fb-v1-ipv4-ipv6", "changeme", 1,
	  { "192.168.0.100", "fd00:1::101", "fd00:1::100" }, 7, 7, 0 },
	{ "ucarp-v1-changeme-1addr", "changeme", 1, { "192.168.0.100" },
	  6, 0, 0 },
	{ "ucarp-v7-base2-skew100", "S3cret pass", 7, { "10.0.0.100" },
	  5, 0, 0 },
	{ "interop-nb-ucarp", "changeme", 1, { "192.168.0.100" }, 27, 0, 1 },
	{ "ucarp_capture", "secret", 7, { "10.9.0.100" }, 37, 0, 1 },
};

static void capture_desc(const struct capture *c, char *desc)
{
	strcpy(desc, c->file);
}

KUNIT_ARRAY_PARAM(capture, captures, capture_desc);

struct adverts {
	u8 bytes[MAX_ADVERTS][CARP_HDR_LEN];
	unsigned int n4;
	unsigned int n6;
};

/* Ethernet, IP header, and what is behind it if that is CARP. */
static const u8 *find_carp(const u8 *frame, size_t len, bool *inet6)
{
	size_t off;

	*inet6 = len >= 54 && frame[12] == 0x86 && frame[13] == 0xdd &&
		 frame[20] == CARP_PROTO_NUMBER;
	if (*inet6)
		return len >= 54 + CARP_HDR_LEN ? frame + 54 : NULL;
	if (len < 34 || frame[12] != 0x08 || frame[13] != 0x00 ||
	    frame[23] != CARP_PROTO_NUMBER)
		return NULL;
	off = 14 + (frame[14] & 0xf) * 4;
	return len >= off + CARP_HDR_LEN ? frame + off : NULL;
}

static bool read_frames(FILE *file, struct adverts *adverts)
{
	u8 frame[MAX_FRAME];
	u32 record[4];
	const u8 *carp;
	bool inet6;

	while (fread(record, sizeof(record), 1, file) == 1) {
		if (record[2] > sizeof(frame) ||
		    fread(frame, 1, record[2], file) != record[2])
			return false;
		carp = find_carp(frame, record[2], &inet6);
		if (!carp)
			continue;
		if (adverts->n4 + adverts->n6 == MAX_ADVERTS)
			return false;
		memcpy(adverts->bytes[adverts->n4 + adverts->n6], carp,
		       CARP_HDR_LEN);
		adverts->n4 += !inet6;
		adverts->n6 += inet6;
	}
	return feof(file);
}

/* All captures were written by a little-endian machine. */
static bool read_capture(const struct capture *c, struct adverts *adverts)
{
	char path[512];
	u32 header[6];
	bool ok = false;
	FILE *file;

	memset(adverts, 0, sizeof(*adverts));
	snprintf(path, sizeof(path), VECTORS "/%s.pcap", c->file);
	file = fopen(path, "rb");
	if (!file)
		return false;
	if (fread(header, sizeof(header), 1, file) == 1 &&
	    header[0] == PCAP_MAGIC_US && header[5] == PCAP_ETHERNET)
		ok = read_frames(file, adverts);
	fclose(file);
	return ok;
}

static void prepare(struct kunit *test, struct carp_auth *auth,
		    const struct capture *c)
{
	u8 v4[MAX_TEXT_ADDRS][CARP_IP4_LEN], v6[MAX_TEXT_ADDRS][CARP_IP6_LEN];
	struct carp_addrs addrs = { .v4 = v4, .v6 = v6 };
	u8 key[CARP_KEY_LEN] = {}, addr[CARP_IP6_LEN];
	int i;

	for (i = 0; i < MAX_TEXT_ADDRS && c->addrs[i]; i++) {
		if (inet_pton(AF_INET, c->addrs[i], addr) == 1)
			carp_addrs_add4(&addrs, addr);
		else if (inet_pton(AF_INET6, c->addrs[i], addr) == 1)
			carp_addrs_add6(&addrs, addr);
	}
	KUNIT_ASSERT_EQ(test, addrs.n4 + addrs.n6, i);
	memcpy(key, c->pass, strlen(c->pass));
	carp_auth_prepare(auth, key, c->vhid, NULL, &addrs);
}

static void every_advert_parses_and_verifies(struct kunit *test)
{
	const struct capture *c = test->param_value;
	unsigned int bow_outs = 0, i;
	struct carp_advert adv;
	struct adverts adverts;
	struct carp_auth auth;

	KUNIT_ASSERT_TRUE(test, read_capture(c, &adverts));
	KUNIT_EXPECT_EQ(test, adverts.n4, c->adverts4);
	KUNIT_EXPECT_EQ(test, adverts.n6, c->adverts6);
	prepare(test, &auth, c);
	for (i = 0; i < adverts.n4 + adverts.n6; i++) {
		KUNIT_ASSERT_EQ(test, carp_proto_parse(adverts.bytes[i],
						       CARP_HDR_LEN, &adv),
				CARP_PARSE_OK);
		KUNIT_EXPECT_EQ(test, adv.version, CARP_VERSION);
		KUNIT_EXPECT_EQ(test, adv.vhid, c->vhid);
		KUNIT_EXPECT_EQ(test, adv.demote, 0);
		KUNIT_EXPECT_TRUE(test, carp_auth_verify(&auth, adv.counter,
							 adv.digest));
		bow_outs += adv.advbase == CARP_BOW_OUT &&
			    adv.advskew == CARP_BOW_OUT;
	}
	KUNIT_EXPECT_EQ(test, bow_outs, c->bow_outs);
}

/* Same counter, same everything: the same 36 bytes. */
static void we_would_have_built_the_same(struct kunit *test)
{
	const struct capture *c = test->param_value;
	struct carp_advert adv;
	struct adverts adverts;
	struct carp_auth auth;
	struct carp_hdr hdr;
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, read_capture(c, &adverts));
	prepare(test, &auth, c);
	for (i = 0; i < adverts.n4 + adverts.n6; i++) {
		KUNIT_ASSERT_EQ(test, carp_proto_parse(adverts.bytes[i],
						       CARP_HDR_LEN, &adv),
				CARP_PARSE_OK);
		memset(adv.digest, 0, sizeof(adv.digest));
		carp_auth_sign(&auth, CARP_AUTH_ORIG, adv.counter, adv.digest);
		carp_proto_build(&adv, &hdr);
		KUNIT_EXPECT_EQ(test, memcmp(&hdr, adverts.bytes[i],
					     CARP_HDR_LEN), 0);
	}
}

static void any_changed_byte_is_a_bad_checksum(struct kunit *test)
{
	const struct capture *c = test->param_value;
	struct carp_advert adv;
	struct adverts adverts;
	unsigned int i, byte;

	KUNIT_ASSERT_TRUE(test, read_capture(c, &adverts));
	for (i = 0; i < adverts.n4 + adverts.n6; i++) {
		for (byte = 0; byte < CARP_HDR_LEN; byte++) {
			adverts.bytes[i][byte] ^= 0xff;
			KUNIT_EXPECT_EQ(test,
					carp_proto_parse(adverts.bytes[i],
							 CARP_HDR_LEN, &adv),
					CARP_PARSE_BADSUM);
			adverts.bytes[i][byte] ^= 0xff;
		}
	}
}

static void repair_cksum(u8 wire[CARP_HDR_LEN])
{
	u16 sum;

	wire[6] = 0;
	wire[7] = 0;
	sum = carp_proto_cksum(wire, CARP_HDR_LEN);
	wire[6] = sum >> 8;
	wire[7] = sum;
}

/* What a forger can change who repairs the checksum: the type nibble, advskew,
 * authlen, demote and advbase. The version is not in the digest either, but
 * the caller checks it; the vhid selects what the digest is checked against.
 */
static bool forgeable(unsigned int byte)
{
	return byte == 0 || (byte >= 2 && byte <= 5);
}

static void repaired_checksum_does_not_help_a_forger(struct kunit *test)
{
	const struct capture *c = test->param_value;
	struct carp_advert adv;
	struct adverts adverts;
	u8 wire[CARP_HDR_LEN];
	struct carp_auth auth;
	unsigned int i, byte;
	bool verified;

	KUNIT_ASSERT_TRUE(test, read_capture(c, &adverts));
	prepare(test, &auth, c);
	for (i = 0; i < adverts.n4 + adverts.n6; i++) {
		for (byte = 0; byte < CARP_HDR_LEN; byte++) {
			if (byte == 1 || byte == 6 || byte == 7)
				continue;
			memcpy(wire, adverts.bytes[i], sizeof(wire));
			wire[byte] ^= byte == 0 ? 0x0f : 0xff;
			repair_cksum(wire);
			KUNIT_ASSERT_EQ(test,
					carp_proto_parse(wire, sizeof(wire),
							 &adv),
					CARP_PARSE_OK);
			verified = carp_auth_verify(&auth, adv.counter,
						    adv.digest);
			KUNIT_EXPECT_EQ(test, verified, forgeable(byte));
		}
	}
}

/* The vhid is in the digest: an advertisement moved to another vhid, where key
 * and addresses are the same, is not accepted there.
 */
static void advert_moved_to_another_vhid_is_refused(struct kunit *test)
{
	const struct capture *c = test->param_value;
	struct capture other = *c;
	struct carp_advert adv;
	struct adverts adverts;
	struct carp_auth auth;
	unsigned int i;

	other.vhid++;
	KUNIT_ASSERT_TRUE(test, read_capture(c, &adverts));
	prepare(test, &auth, &other);
	for (i = 0; i < adverts.n4 + adverts.n6; i++) {
		adverts.bytes[i][1] = other.vhid;
		repair_cksum(adverts.bytes[i]);
		KUNIT_ASSERT_EQ(test, carp_proto_parse(adverts.bytes[i],
						       CARP_HDR_LEN, &adv),
				CARP_PARSE_OK);
		KUNIT_EXPECT_FALSE(test, carp_auth_verify(&auth, adv.counter,
							  adv.digest));
	}
}

static struct kunit_case capture_cases[] = {
	KUNIT_CASE_PARAM(every_advert_parses_and_verifies, capture_gen_params),
	KUNIT_CASE_PARAM(we_would_have_built_the_same, capture_gen_params),
	KUNIT_CASE_PARAM(any_changed_byte_is_a_bad_checksum,
			 capture_gen_params),
	KUNIT_CASE_PARAM(repaired_checksum_does_not_help_a_forger,
			 capture_gen_params),
	KUNIT_CASE_PARAM(advert_moved_to_another_vhid_is_refused,
			 capture_gen_params),
	{}
};

static struct kunit_suite capture_suite = {
	.name = "carp-capture",
	.test_cases = capture_cases,
};

kunit_test_suite(capture_suite);
