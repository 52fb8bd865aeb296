// SPDX-License-Identifier: GPL-2.0-only
/* Compiled apart from the rest, with the headers that stand in for the
 * kernel's.
 */
#include "auth.h"
#include "proto.h"
#include "sign.h"

static_assert(sizeof(struct carp_auth) <= sizeof(struct sign));

void sign_prepare(struct sign *sign, const struct sign_input *input)
{
	u8 v4[SIGN_ADDRS][CARP_IP4_LEN], v6[SIGN_ADDRS][CARP_IP6_LEN];
	struct carp_addrs addrs = { .v4 = v4, .v6 = v6 };

	for (unsigned int i = 0; i < input->n4; i++)
		carp_addrs_add4(&addrs, input->v4[i]);
	for (unsigned int i = 0; i < input->n6; i++)
		carp_addrs_add6(&addrs, input->v6[i]);
	carp_auth_prepare((struct carp_auth *)sign->room, input->key,
			  input->vhid, input->own_mac ? input->mac : NULL,
			  &addrs);
}

void sign_make(const struct sign *sign, int form, const uint8_t *counter,
	       uint8_t *digest)
{
	carp_auth_sign((const struct carp_auth *)sign->room, form, counter,
		       digest);
}

bool sign_verify(const struct sign *sign, const uint8_t *counter,
		 const uint8_t *digest)
{
	return carp_auth_verify((const struct carp_auth *)sign->room, counter,
				digest);
}

uint16_t sign_cksum(const void *data, size_t len)
{
	return carp_proto_cksum(data, len);
}
