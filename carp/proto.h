/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP wire format: the 36-byte advertisement of IP protocol 112
 *
 * Pure: knows bytes, no skb, no clock, no lock. What a field means in the
 * election is fsm.h's business, the digest is auth.h's.
 */
#ifndef _CARP_PROTO_H
#define _CARP_PROTO_H

#include <linux/types.h>

#define CARP_PROTO_NUMBER	112
#define CARP_VERSION		2
#define CARP_TYPE_ADVERT	1
#define CARP_AUTHLEN		7	/* in words, after the first two */
#define CARP_TTL		255
#define CARP_COUNTER_LEN	8
#define CARP_DIGEST_LEN		20
#define CARP_HDR_LEN		36
/* advbase and advskew of the goodbye that a master sends when it goes away */
#define CARP_BOW_OUT		255

/**
 * struct carp_hdr - advertisement as it stands on the wire, network order
 * @version_type: version in the high nibble, type in the low one
 * @vhid: virtual host id
 * @advskew: 1/256 s added to @advbase
 * @authlen: CARP_AUTHLEN; not checked by any implementation
 * @demote: demotion count (OpenBSD), 0 from all others
 * @advbase: seconds between advertisements
 * @cksum: RFC 1071 checksum of these 36 bytes
 * @counter: opaque to the receiver
 * @digest: HMAC-SHA1, see auth.h
 */
struct carp_hdr {
	u8 version_type;
	u8 vhid;
	u8 advskew;
	u8 authlen;
	u8 demote;
	u8 advbase;
	__be16 cksum;
	u8 counter[CARP_COUNTER_LEN];
	u8 digest[CARP_DIGEST_LEN];
} __packed;

/**
 * struct carp_advert - an advertisement, taken apart
 * @version: the version nibble
 * @vhid: virtual host id
 * @advbase: seconds
 * @advskew: 1/256 s
 * @demote: demotion count
 * @counter: as in the packet
 * @digest: as in the packet
 */
struct carp_advert {
	u8 version;
	u8 vhid;
	u8 advbase;
	u8 advskew;
	u8 demote;
	u8 counter[CARP_COUNTER_LEN];
	u8 digest[CARP_DIGEST_LEN];
};

/**
 * enum carp_parse - verdict of carp_proto_parse()
 * @CARP_PARSE_OK: well-formed; version and digest are still to be checked
 * @CARP_PARSE_SHORT: fewer than 36 bytes
 * @CARP_PARSE_BADSUM: the checksum does not match
 */
enum carp_parse {
	CARP_PARSE_OK,
	CARP_PARSE_SHORT,
	CARP_PARSE_BADSUM,
};

/**
 * carp_proto_mac - the virtual MAC address, of IPv4 and IPv6 alike
 * @vhid: virtual host id
 * @mac: where to, 6 bytes
 */
static inline void carp_proto_mac(u8 vhid, u8 *mac)
{
	mac[0] = 0x00;
	mac[1] = 0x00;
	mac[2] = 0x5e;
	mac[3] = 0x00;
	mac[4] = 0x01;
	mac[5] = vhid;
}

u16 carp_proto_cksum(const void *data, size_t len);
enum carp_parse carp_proto_parse(const void *data, size_t len,
				 struct carp_advert *adv);
void carp_proto_build(const struct carp_advert *adv, struct carp_hdr *hdr);

#endif /* _CARP_PROTO_H */
