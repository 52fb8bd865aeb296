/* SPDX-License-Identifier: GPL-2.0-only */
/* Signatures, by the module's own core: the unit tests judge that one */
#ifndef _FUZZ_SIGN_H
#define _FUZZ_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGN_ADDRS	8
#define SIGN_KEY	20

/**
 * struct sign_input - what is signed besides the counter
 * @key: zero-padded
 * @vhid: virtual host id
 * @own_mac: @mac is signed
 * @mac: a MAC address that the administrator chose
 * @n4: how many addresses in @v4
 * @n6: how many in @v6
 * @v4: IPv4 addresses, in any order
 * @v6: IPv6 addresses, in any order
 */
struct sign_input {
	uint8_t key[SIGN_KEY];
	uint8_t vhid;
	bool own_mac;
	uint8_t mac[6];
	unsigned int n4;
	unsigned int n6;
	uint8_t v4[SIGN_ADDRS][4];
	uint8_t v6[SIGN_ADDRS][16];
};

/* A struct carp_auth, which only sign.c sees. */
struct sign {
	uint64_t room[64];
};

void sign_prepare(struct sign *sign, const struct sign_input *input);
void sign_make(const struct sign *sign, int form, const uint8_t *counter,
	       uint8_t *digest);
bool sign_verify(const struct sign *sign, const uint8_t *counter,
		 const uint8_t *digest);
/* RFC 1071, host order; 0 over what holds its own right sum. */
uint16_t sign_cksum(const void *data, size_t len);

#endif /* _FUZZ_SIGN_H */
