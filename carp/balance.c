// SPDX-License-Identifier: GPL-2.0-only
/* CARP load balancing: which of several hosts is to act, as pure arithmetic
 *
 * The formulas are part of the protocol between the members: changing one
 * makes old and new members disagree. Documentation/protocol.rst has them.
 */

#include <crypto/sha1.h>
#include <linux/string.h>
#include <linux/types.h>

#include "balance.h"

#define BALANCE_GOLDEN	0x9e3779b9

static unsigned int flow_words(const struct carp_flow *flow)
{
	return flow->family == CARP_INET ? 1 : CARP_IP6_LEN / 4;
}

/* A bijection in which each bit of the word changes each bit of the result
 * with a probability of nearly one half (the finalizer of MurmurHash3).
 */
static u32 mix(u32 x)
{
	x ^= x >> 16;
	x *= 0x85ebca6b;
	x ^= x >> 13;
	x *= 0xc2b2ae35;
	return x ^ x >> 16;
}

/* One end of the conversation: its address and its port, 0 for none. */
static u32 mix_end(const u32 *addr, unsigned int words, u16 port)
{
	u32 x = mix(port + BALANCE_GOLDEN);
	unsigned int i;

	for (i = 0; i < words; i++)
		x = mix(x + addr[i] + BALANCE_GOLDEN);
	return x;
}

/* OpenBSD's: both addresses, all words of them, one over the other. */
static u32 balance_xor(const struct carp_flow *flow)
{
	unsigned int words = flow_words(flow);
	unsigned int i;
	u32 x = 0;

	for (i = 0; i < words; i++)
		x ^= flow->src[i] ^ flow->dst[i];
	return x;
}

/* The sum makes it the same in both directions. */
static u32 balance_mix(const struct carp_flow *flow, bool ports)
{
	unsigned int words = flow_words(flow);
	u32 x;

	x = mix_end(flow->src, words, ports ? flow->sport : 0) +
	    mix_end(flow->dst, words, ports ? flow->dport : 0);
	return mix(x + (ports ? flow->proto : 0));
}

/**
 * carp_balance_node - which node's master keeps a packet
 * @hash: how to choose; fragments are chosen for by address with every one
 * @flow: the conversation
 * @nodes: how many nodes there are, at least 1
 *
 * The same for both directions of a conversation.
 *
 * Return: 0..@nodes - 1, the node's place in ascending order of vhids
 */
unsigned int carp_balance_node(enum carp_hash hash,
			       const struct carp_flow *flow, unsigned int nodes)
{
	if (hash == CARP_HASH_XOR)
		return balance_xor(flow) % nodes;
	return balance_mix(flow, hash == CARP_HASH_L4 && flow->whole) % nodes;
}

/**
 * carp_balance_addr4 - who answers an IPv4 host, arpbalance 1
 * @addr: the asker, network order
 * @n: how many can, at least 1
 *
 * FreeBSD's up to version 9.
 *
 * Return: 0..@n - 1
 */
unsigned int carp_balance_addr4(const u8 addr[CARP_IP4_LEN], unsigned int n)
{
	u32 x = (u32)addr[0] << 24 | addr[1] << 16 | addr[2] << 8 | addr[3];

	return x % n;
}

/**
 * carp_balance_addr6 - the same for IPv6, where nobody else balances
 * @addr: the asker, network order
 * @n: how many can, at least 1
 *
 * Return: 0..@n - 1
 */
unsigned int carp_balance_addr6(const u8 addr[CARP_IP6_LEN], unsigned int n)
{
	u8 x[CARP_IP4_LEN] = {};
	unsigned int i;

	for (i = 0; i < CARP_IP6_LEN; i++)
		x[i % CARP_IP4_LEN] ^= addr[i];
	return carp_balance_addr4(x, n);
}

/**
 * carp_balance_mac_prepare - hash what depends on the key alone
 * @hash: filled in; secret as the key is
 * @key: the passphrase, zero-padded
 *
 * NetBSD's arpbalance and OpenBSD's up to 4.2: the words of a SHA-1 are read as
 * they lie in memory, so members must be of one endianness.
 */
void carp_balance_mac_prepare(struct carp_machash *hash,
			      const u8 key[CARP_KEY_LEN])
{
	u8 block[SHA1_BLOCK_SIZE + 2] = {};
	u8 digest[SHA1_DIGEST_SIZE];
	u32 w[4];
	unsigned int i;

	memcpy(block, key, CARP_KEY_LEN);
	for (i = 0; i < SHA1_BLOCK_SIZE; i++)
		block[i] ^= 0x36;
	block[SHA1_BLOCK_SIZE] = CARP_VERSION;
	block[SHA1_BLOCK_SIZE + 1] = CARP_TYPE_ADVERT;
	sha1(block, sizeof(block), digest);
	memcpy(w, digest, sizeof(w));

	hash->k[0] = BALANCE_GOLDEN;
	hash->k[1] = w[0] ^ w[1];
	hash->k[2] = (w[2] ^ w[3]) + ((u32)key[3] << 24 | key[2] << 16 |
				      key[1] << 8 | key[0]);
	memzero_explicit(block, sizeof(block));
	memzero_explicit(digest, sizeof(digest));
	memzero_explicit(w, sizeof(w));
}

/**
 * carp_balance_mac - the hash of a MAC address under a key, arpbalance 2
 * @hash: prepared
 * @mac: whose
 *
 * Return: any number; modulo how many can answer it says who does
 */
u32 carp_balance_mac(const struct carp_machash *hash,
		     const u8 mac[CARP_MAC_LEN])
{
	static const u8 shift[3][3] = {
		{ 13, 8, 13 }, { 12, 16, 5 }, { 3, 10, 15 }
	};
	u32 a = hash->k[0] + ((u32)mac[3] << 24 | mac[2] << 16 | mac[1] << 8 |
			      mac[0]);
	u32 b = hash->k[1] + (mac[5] << 8 | mac[4]);
	u32 c = hash->k[2];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		a = (a - b - c) ^ c >> shift[i][0];
		b = (b - c - a) ^ a << shift[i][1];
		c = (c - a - b) ^ b >> shift[i][2];
	}
	return c;
}
