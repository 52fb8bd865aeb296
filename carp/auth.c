// SPDX-License-Identifier: GPL-2.0-only
/* CARP authentication: which bytes are hashed, and in which order
 *
 * The message is version, type, vhid, the IPv4 addresses in ascending order,
 * the IPv6 addresses in ascending order, the counter; nothing between them.
 * All but the counter stands still between two configuration changes, so with
 * a short address list one digest is two compressions: one of the block that
 * ends in the counter, one of the outer hash.
 */

#include <crypto/sha1.h>
#include <crypto/utils.h>
#include <linux/string.h>
#include <linux/types.h>

#include "auth.h"
#include "proto.h"

static_assert(CARP_DIGEST_LEN == SHA1_DIGEST_SIZE);

/* Where @addr belongs among @n sorted addresses of @size bytes. */
static unsigned int addr_place(const u8 *list, unsigned int n, size_t size,
			       const u8 *addr, bool *known)
{
	unsigned int low = 0, high = n, middle;
	int cmp;

	while (low < high) {
		middle = low + (high - low) / 2;
		cmp = memcmp(list + middle * size, addr, size);
		if (cmp < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*known = low < n && !memcmp(list + low * size, addr, size);
	return low;
}

static void addr_insert(u8 *list, unsigned int *n, size_t size, const u8 *addr)
{
	unsigned int i;
	bool known;

	i = addr_place(list, *n, size, addr, &known);
	if (known)
		return;
	memmove(list + (i + 1) * size, list + i * size, (*n - i) * size);
	memcpy(list + i * size, addr, size);
	(*n)++;
}

/**
 * carp_addrs_add4 - add an IPv4 address where it belongs
 * @addrs: has room for one more in @v4
 * @addr: network order; one that is there already is not added again
 */
void carp_addrs_add4(struct carp_addrs *addrs, const u8 addr[CARP_IP4_LEN])
{
	addr_insert((u8 *)addrs->v4, &addrs->n4, CARP_IP4_LEN, addr);
}

/**
 * carp_addrs_add6 - add an IPv6 address where it belongs
 * @addrs: has room for one more in @v6
 * @addr: network order; one that is there already is not added again
 */
void carp_addrs_add6(struct carp_addrs *addrs, const u8 addr[CARP_IP6_LEN])
{
	addr_insert((u8 *)addrs->v6, &addrs->n6, CARP_IP6_LEN, addr);
}

/**
 * carp_addrs_del4 - remove an IPv4 address
 * @addrs: where from
 * @addr: network order; one that is not there is no mistake
 */
void carp_addrs_del4(struct carp_addrs *addrs, const u8 addr[CARP_IP4_LEN])
{
	unsigned int i;
	bool known;

	i = addr_place((const u8 *)addrs->v4, addrs->n4, CARP_IP4_LEN, addr,
		       &known);
	if (!known)
		return;
	addrs->n4--;
	memmove(addrs->v4 + i, addrs->v4 + i + 1,
		(addrs->n4 - i) * CARP_IP4_LEN);
}

/* All zeros and all ones never enter a digest: the others look for "the
 * smallest one greater than the last", starting from the one and ending at
 * the other.
 */
static bool addr_hashed(const u8 *addr, size_t size)
{
	size_t i;

	if (addr[0] != 0x00 && addr[0] != 0xff)
		return true;
	for (i = 1; i < size; i++)
		if (addr[i] != addr[0])
			return true;
	return false;
}

/* fe80::/10 */
static bool addr_link_local(const u8 addr[CARP_IP6_LEN])
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/**
 * carp_auth_prepare - hash what does not change per advertisement
 * @auth: filled in; holds what the key can be attacked with: free it zeroed
 * @key: the passphrase, zero-padded
 * @vhid: virtual host id
 * @lladdr: the MAC address of an OpenBSD peer where one was set by hand, which
 *	it hashes too; NULL otherwise
 * @addrs: the addresses of this vhid, none is fine
 *
 * Context: any; as many compressions as the address list has blocks, per form
 */
void carp_auth_prepare(struct carp_auth *auth, const u8 key[CARP_KEY_LEN],
		       u8 vhid, const u8 *lladdr,
		       const struct carp_addrs *addrs)
{
	static const u8 head[] = { CARP_VERSION, CARP_TYPE_ADVERT };
	struct hmac_sha1_ctx *nov6ll = &auth->prefix[CARP_AUTH_NOV6LL];
	struct hmac_sha1_ctx *orig = &auth->prefix[CARP_AUTH_ORIG];
	struct hmac_sha1_key prepared;
	unsigned int i;

	hmac_sha1_preparekey(&prepared, key, CARP_KEY_LEN);
	hmac_sha1_init(orig, &prepared);
	memzero_explicit(&prepared, sizeof(prepared));

	hmac_sha1_update(orig, head, sizeof(head));
	if (lladdr)
		hmac_sha1_update(orig, lladdr, CARP_MAC_LEN);
	hmac_sha1_update(orig, &vhid, sizeof(vhid));
	for (i = 0; i < addrs->n4; i++)
		if (addr_hashed(addrs->v4[i], CARP_IP4_LEN))
			hmac_sha1_update(orig, addrs->v4[i], CARP_IP4_LEN);

	auth->forms_differ = false;
	*nov6ll = *orig;
	for (i = 0; i < addrs->n6; i++) {
		if (!addr_hashed(addrs->v6[i], CARP_IP6_LEN))
			continue;
		hmac_sha1_update(orig, addrs->v6[i], CARP_IP6_LEN);
		if (addr_link_local(addrs->v6[i]))
			auth->forms_differ = true;
		else
			hmac_sha1_update(nov6ll, addrs->v6[i], CARP_IP6_LEN);
	}
}

/**
 * carp_auth_sign - the digest that goes with a counter
 * @auth: prepared
 * @form: which addresses it covers
 * @counter: as it stands in the packet
 * @digest: filled in
 */
void carp_auth_sign(const struct carp_auth *auth, enum carp_auth_form form,
		    const u8 counter[CARP_COUNTER_LEN],
		    u8 digest[CARP_DIGEST_LEN])
{
	struct hmac_sha1_ctx ctx = auth->prefix[form];

	hmac_sha1_update(&ctx, counter, CARP_COUNTER_LEN);
	hmac_sha1_final(&ctx, digest);
}

static bool auth_matches(const struct carp_auth *auth, enum carp_auth_form form,
			 const u8 counter[CARP_COUNTER_LEN],
			 const u8 digest[CARP_DIGEST_LEN])
{
	u8 own[CARP_DIGEST_LEN];
	bool matches;

	carp_auth_sign(auth, form, counter, own);
	matches = !crypto_memneq(own, digest, CARP_DIGEST_LEN);
	/* A digest that a forger would need must not stay on the stack. */
	memzero_explicit(own, sizeof(own));
	return matches;
}

/**
 * carp_auth_verify - does a digest prove that the sender knows the key
 * @auth: prepared
 * @counter: as it stands in the packet
 * @digest: as it stands in the packet
 *
 * Either form is accepted, as by OpenBSD: with a link-local virtual address
 * FreeBSD and NetBSD send the one, OpenBSD and we the other.
 *
 * Return: true if it does
 */
bool carp_auth_verify(const struct carp_auth *auth,
		      const u8 counter[CARP_COUNTER_LEN],
		      const u8 digest[CARP_DIGEST_LEN])
{
	if (auth_matches(auth, CARP_AUTH_NOV6LL, counter, digest))
		return true;
	return auth->forms_differ &&
	       auth_matches(auth, CARP_AUTH_ORIG, counter, digest);
}

/**
 * carp_auth_recall - was just this digest verified before
 * @memo: what was found of others
 * @counter: as it stands in the packet
 * @digest: as it stands in the packet
 * @proven: set to what carp_auth_verify() found, if it was asked
 *
 * Whatever else is hashed stands still, so the answer is the same. OpenBSD's
 * counter and ours do not change either: the second advertisement of a peer
 * costs no compression, nor does the second one of a peer with another key.
 *
 * Return: true if it was
 */
bool carp_auth_recall(const struct carp_auth_memo *memo,
		      const u8 counter[CARP_COUNTER_LEN],
		      const u8 digest[CARP_DIGEST_LEN], bool *proven)
{
	const u8 *pair;
	int i;

	for (i = 1; i >= 0; i--) {
		pair = memo->pair[i];
		/* How much of it a forger has guessed must not take time. The
		 * counter is no secret.
		 */
		if (memo->known[i] &&
		    !memcmp(pair, counter, CARP_COUNTER_LEN) &&
		    !crypto_memneq(pair + CARP_COUNTER_LEN, digest,
				   CARP_DIGEST_LEN)) {
			*proven = i;
			return true;
		}
	}
	return false;
}

/**
 * carp_auth_remember - keep what carp_auth_verify() found
 * @memo: where; what it knows of the other kind stays
 * @counter: as it stands in the packet
 * @digest: as it stands in the packet
 * @proven: what was found
 */
void carp_auth_remember(struct carp_auth_memo *memo,
			const u8 counter[CARP_COUNTER_LEN],
			const u8 digest[CARP_DIGEST_LEN], bool proven)
{
	memcpy(memo->pair[proven], counter, CARP_COUNTER_LEN);
	memcpy(memo->pair[proven] + CARP_COUNTER_LEN, digest, CARP_DIGEST_LEN);
	memo->known[proven] = true;
}
