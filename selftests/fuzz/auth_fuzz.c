// SPDX-License-Identifier: GPL-2.0-only
/* Any key and any addresses, in any order, into the authenticator */

#include "auth.h"
#include "fuzz.h"

#define ROOM 64

struct list {
	u8 v4[ROOM][CARP_IP4_LEN];
	u8 v6[ROOM][CARP_IP6_LEN];
	struct carp_addrs addrs;
};

static void list_init(struct list *list)
{
	list->addrs = (struct carp_addrs) {
		.v4 = list->v4,
		.v6 = list->v6,
	};
}

static void is_sorted(const struct carp_addrs *a)
{
	for (unsigned int i = 1; i < a->n4; i++)
		must(memcmp(a->v4[i - 1], a->v4[i], CARP_IP4_LEN) < 0);
	for (unsigned int i = 1; i < a->n6; i++)
		must(memcmp(a->v6[i - 1], a->v6[i], CARP_IP6_LEN) < 0);
}

static bool has_link_local(const struct carp_addrs *a)
{
	for (unsigned int i = 0; i < a->n6; i++)
		if (a->v6[i][0] == 0xfe && (a->v6[i][1] & 0xc0) == 0x80)
			return true;
	return false;
}

/* The same addresses, last first: the digest must not see the difference. */
static void read_addresses(struct input *in, struct list *there,
			   struct list *back)
{
	u8 v4[ROOM][CARP_IP4_LEN], v6[ROOM][CARP_IP6_LEN];
	unsigned int n4 = take(in) % ROOM, n6 = take(in) % ROOM;

	for (unsigned int i = 0; i < n4; i++)
		take_all(in, v4[i], CARP_IP4_LEN);
	for (unsigned int i = 0; i < n6; i++)
		take_all(in, v6[i], CARP_IP6_LEN);

	for (unsigned int i = 0; i < n4; i++) {
		carp_addrs_add4(&there->addrs, v4[i]);
		carp_addrs_add4(&back->addrs, v4[n4 - 1 - i]);
	}
	for (unsigned int i = 0; i < n6; i++) {
		carp_addrs_add6(&there->addrs, v6[i]);
		carp_addrs_add6(&back->addrs, v6[n6 - 1 - i]);
	}
	is_sorted(&there->addrs);
	is_sorted(&back->addrs);
	must(there->addrs.n4 == back->addrs.n4);
	must(there->addrs.n6 == back->addrs.n6);
}

static void verifies(const struct carp_auth *auth, const u8 *counter,
		     const u8 *digest, u8 bit)
{
	u8 other[CARP_DIGEST_LEN];

	must(carp_auth_verify(auth, counter, digest));
	memcpy(other, digest, sizeof(other));
	other[bit / 8 % CARP_DIGEST_LEN] ^= 1 << (bit % 8);
	must(!carp_auth_verify(auth, counter, other));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	u8 key[CARP_KEY_LEN], mac[CARP_MAC_LEN], counter[CARP_COUNTER_LEN];
	u8 digest[CARP_AUTH_FORMS][CARP_DIGEST_LEN], same[CARP_DIGEST_LEN];
	struct input in = { .data = data, .len = len };
	struct carp_auth auth, mirrored;
	struct list there, back;
	const u8 *lladdr;
	u8 vhid, bit;

	list_init(&there);
	list_init(&back);
	vhid = take(&in);
	bit = take(&in);
	take_all(&in, counter, sizeof(counter));
	take_all(&in, mac, sizeof(mac));
	lladdr = mac[0] & 1 ? mac : NULL;
	take_all(&in, key, sizeof(key));
	read_addresses(&in, &there, &back);

	carp_auth_prepare(&auth, key, vhid, lladdr, &there.addrs);
	carp_auth_prepare(&mirrored, key, vhid, lladdr, &back.addrs);
	for (int form = 0; form < CARP_AUTH_FORMS; form++) {
		carp_auth_sign(&auth, form, counter, digest[form]);
		carp_auth_sign(&mirrored, form, counter, same);
		must(!memcmp(digest[form], same, sizeof(same)));
		verifies(&auth, counter, digest[form], bit);
	}
	must(!memcmp(digest[CARP_AUTH_ORIG], digest[CARP_AUTH_NOV6LL],
		     CARP_DIGEST_LEN) == !has_link_local(&there.addrs));

	/* Another key, another vhid, another counter. */
	key[bit % CARP_KEY_LEN] ^= 1;
	carp_auth_prepare(&mirrored, key, vhid, lladdr, &there.addrs);
	must(!carp_auth_verify(&mirrored, counter, digest[0]));
	carp_auth_prepare(&mirrored, key, vhid ^ 1, lladdr, &there.addrs);
	must(!carp_auth_verify(&mirrored, counter, digest[0]));
	counter[bit % CARP_COUNTER_LEN] ^= 1;
	must(!carp_auth_verify(&auth, counter, digest[0]));
	return 0;
}
