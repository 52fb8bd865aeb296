// SPDX-License-Identifier: GPL-2.0-only
/* CARP wire format: bytes to struct carp_advert and back
 *
 * Refuses what is no advertisement at all. Whether the version, the vhid and
 * the digest suit anybody is for the caller to find out, in that order.
 */

#include <linux/bits.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include "proto.h"

static_assert(sizeof(struct carp_hdr) == CARP_HDR_LEN);
static_assert(offsetof(struct carp_hdr, cksum) == 6);
static_assert(offsetof(struct carp_hdr, counter) == 8);
static_assert(offsetof(struct carp_hdr, digest) == 16);

/**
 * carp_proto_cksum - Internet checksum (RFC 1071)
 * @data: any alignment
 * @len: in bytes; an odd last byte counts as if followed by a zero
 *
 * Return: the checksum in host order. Over data that holds its own correct
 * checksum it is 0.
 */
u16 carp_proto_cksum(const void *data, size_t len)
{
	const u8 *p = data;
	u64 sum = 0;
	size_t i;

	/* Carries gather in the upper half: there is room for 2^32 of them. */
	for (i = 0; i + 4 <= len; i += 4)
		sum += get_unaligned_be32(p + i);
	if (len & 2) {
		sum += get_unaligned_be16(p + i);
		i += 2;
	}
	if (len & 1)
		sum += p[i] << 8;

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/**
 * carp_proto_parse - take an advertisement apart
 * @data: first byte after the IP header, any alignment
 * @len: bytes there; those after the 36th are ignored, as by all other
 *	implementations
 * @adv: filled in if the verdict is CARP_PARSE_OK, else untouched
 *
 * The type nibble and authlen are not looked at: no implementation does, and
 * the digest covers constants in their place.
 *
 * Return: enum carp_parse
 */
enum carp_parse carp_proto_parse(const void *data, size_t len,
				 struct carp_advert *adv)
{
	const struct carp_hdr *hdr = data;

	if (len < CARP_HDR_LEN)
		return CARP_PARSE_SHORT;
	if (carp_proto_cksum(data, CARP_HDR_LEN))
		return CARP_PARSE_BADSUM;

	adv->version = hdr->version_type >> 4;
	adv->vhid = hdr->vhid;
	adv->advbase = hdr->advbase;
	adv->advskew = hdr->advskew;
	adv->demote = hdr->demote;
	memcpy(adv->counter, hdr->counter, CARP_COUNTER_LEN);
	memcpy(adv->digest, hdr->digest, CARP_DIGEST_LEN);
	return CARP_PARSE_OK;
}

/**
 * carp_proto_build - put an advertisement together
 * @adv: its version is taken as it is, so that tests can build wrong ones
 * @hdr: all 36 bytes are written, the checksum last
 */
void carp_proto_build(const struct carp_advert *adv, struct carp_hdr *hdr)
{
	hdr->version_type = (adv->version << 4) | CARP_TYPE_ADVERT;
	hdr->vhid = adv->vhid;
	hdr->advskew = adv->advskew;
	hdr->authlen = CARP_AUTHLEN;
	hdr->demote = adv->demote;
	hdr->advbase = adv->advbase;
	hdr->cksum = 0;
	memcpy(hdr->counter, adv->counter, CARP_COUNTER_LEN);
	memcpy(hdr->digest, adv->digest, CARP_DIGEST_LEN);
	put_unaligned_be16(carp_proto_cksum(hdr, CARP_HDR_LEN), &hdr->cksum);
}
