/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP authentication: HMAC-SHA1 over the vhid and the virtual addresses
 *
 * Pure: knows the key and the sorted address list, no skb, no clock, no lock.
 * Whatever is the same for every advertisement is hashed once, when the
 * configuration changes.
 */
#ifndef _CARP_AUTH_H
#define _CARP_AUTH_H

#include <linux/types.h>
#include <crypto/sha1.h>

#include "proto.h"

/* The key is a zero-padded buffer; 19 characters and a NUL come from a user. */
#define CARP_KEY_LEN	20
#define CARP_IP4_LEN	4
#define CARP_IP6_LEN	16
#define CARP_MAC_LEN	6

/**
 * enum carp_auth_form - which addresses the digest covers
 * @CARP_AUTH_NOV6LL: all but IPv6 link-local ones (what OpenBSD sends)
 * @CARP_AUTH_ORIG: all (what FreeBSD and NetBSD send)
 * @CARP_AUTH_FORMS: number of forms
 */
enum carp_auth_form {
	CARP_AUTH_NOV6LL,
	CARP_AUTH_ORIG,
	CARP_AUTH_FORMS
};

/**
 * struct carp_addrs - the virtual addresses of one vhid, sorted
 * @v4: @n4 IPv4 addresses of 4 bytes, ascending, no duplicates
 * @v6: @n6 IPv6 addresses of 16 bytes, ascending, no duplicates
 * @n4: number of IPv4 addresses
 * @n6: number of IPv6 addresses
 *
 * The caller owns the memory and sees to it that there is room for one more
 * before it calls carp_addrs_add4() or carp_addrs_add6().
 */
struct carp_addrs {
	u8 (*v4)[CARP_IP4_LEN];
	u8 (*v6)[CARP_IP6_LEN];
	unsigned int n4;
	unsigned int n6;
};

/**
 * struct carp_auth - everything hashed that does not change per advertisement
 * @prefix: HMAC state after version, type, vhid and addresses, per form
 * @forms_differ: an IPv6 link-local address is among the addresses
 */
struct carp_auth {
	struct hmac_sha1_ctx prefix[CARP_AUTH_FORMS];
	bool forms_differ;
};

/**
 * struct carp_auth_memo - what was found of digests, for one struct carp_auth
 * @pair: counter and digest of the last one that was refused, and of the last
 *	one that was proven
 * @known: there was such a one
 *
 * Zeroed, it knows nothing. With a new struct carp_auth it begins anew.
 */
struct carp_auth_memo {
	u8 pair[2][CARP_COUNTER_LEN + CARP_DIGEST_LEN];
	bool known[2];
};

void carp_addrs_add4(struct carp_addrs *addrs, const u8 addr[CARP_IP4_LEN]);
void carp_addrs_del4(struct carp_addrs *addrs, const u8 addr[CARP_IP4_LEN]);
void carp_addrs_add6(struct carp_addrs *addrs, const u8 addr[CARP_IP6_LEN]);
void carp_auth_prepare(struct carp_auth *auth, const u8 key[CARP_KEY_LEN],
		       u8 vhid, const u8 *lladdr,
		       const struct carp_addrs *addrs);
void carp_auth_sign(const struct carp_auth *auth, enum carp_auth_form form,
		    const u8 counter[CARP_COUNTER_LEN],
		    u8 digest[CARP_DIGEST_LEN]);
bool carp_auth_verify(const struct carp_auth *auth,
		      const u8 counter[CARP_COUNTER_LEN],
		      const u8 digest[CARP_DIGEST_LEN]);
bool carp_auth_recall(const struct carp_auth_memo *memo,
		      const u8 counter[CARP_COUNTER_LEN],
		      const u8 digest[CARP_DIGEST_LEN], bool *proven);
void carp_auth_remember(struct carp_auth_memo *memo,
			const u8 counter[CARP_COUNTER_LEN],
			const u8 digest[CARP_DIGEST_LEN], bool proven);

#endif /* _CARP_AUTH_H */
