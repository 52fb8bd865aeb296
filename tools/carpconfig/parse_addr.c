// SPDX-License-Identifier: GPL-2.0-only
/* Addresses, netmasks, prefix lengths and MACs as people type them; no I/O */

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse_addr.h"

#define ADDR_WORD_MAX	128

/**
 * parse_number - a decimal number and nothing else
 * @word: digits; no sign, space, or other base
 * @min: least allowed value
 * @max: greatest allowed value
 * @value: where it goes
 *
 * Return: true if @word is a number in the range.
 */
bool parse_number(const char *word, unsigned long min, unsigned long max,
		  unsigned long *value)
{
	size_t len = strlen(word);

	if (!len || len > 9 || strspn(word, "0123456789") != len)
		return false;
	*value = strtoul(word, NULL, 10);
	return *value >= min && *value <= max;
}

/**
 * looks_like_addr - tell an address, be it malformed, from a keyword
 * @word: a word of the command line
 *
 * Return: true if no keyword can look like this.
 */
bool looks_like_addr(const char *word)
{
	return isdigit((unsigned char)word[0]) || strchr(word, ':');
}

static unsigned int family_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

static bool set_prefixlen(struct request_addr *a, unsigned int prefixlen,
			  char *err)
{
	if (a->has_prefixlen && a->prefixlen != prefixlen) {
		snprintf(err, REQUEST_ERR_LEN,
			 "the prefix length is given twice, as %u and as %u",
			 a->prefixlen, prefixlen);
		return false;
	}
	a->has_prefixlen = true;
	a->prefixlen = prefixlen;
	return true;
}

/**
 * parse_prefixlen - a prefix length in decimal
 * @a: the address it belongs to
 * @word: the digits
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if it was understood.
 */
bool parse_prefixlen(struct request_addr *a, const char *word, char *err)
{
	unsigned long value;

	if (!parse_number(word, 1, family_bits(a->family), &value)) {
		snprintf(err, REQUEST_ERR_LEN,
			 "the prefix length must be 1 to %u, not \"%.40s\"",
			 family_bits(a->family), word);
		return false;
	}
	return set_prefixlen(a, value, err);
}

static bool parse_mask_bits(const char *word, uint32_t *mask)
{
	struct in_addr dotted;
	size_t len;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		word += 2;
		len = strlen(word);
		if (len != 8 || strspn(word, "0123456789abcdefABCDEF") != len)
			return false;
		*mask = strtoul(word, NULL, 16);
		return true;
	}
	if (inet_pton(AF_INET, word, &dotted) != 1)
		return false;
	*mask = ntohl(dotted.s_addr);
	return true;
}

/**
 * parse_netmask - a netmask, dotted or in hexadecimal
 * @a: the address it belongs to
 * @word: such as 255.255.255.0 or 0xffffff00
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if it was understood.
 */
bool parse_netmask(struct request_addr *a, const char *word, char *err)
{
	uint32_t mask;

	if (a->family != AF_INET)
		return refuse(err, "netmask %.40s: an IPv6 address takes a prefix length",
			      word);
	if (!parse_mask_bits(word, &mask) || !mask || (~mask & (~mask + 1)))
		return refuse(err, "\"%.40s\" is not a netmask, such as 255.255.255.0 or 0xffffff00",
			      word);
	return set_prefixlen(a, __builtin_popcount(mask), err);
}

/**
 * parse_broadcast - a broadcast address
 * @a: the address it belongs to
 * @word: dotted
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if it was understood.
 */
bool parse_broadcast(struct request_addr *a, const char *word, char *err)
{
	if (a->family != AF_INET)
		return refuse(err, "broadcast %.40s: IPv6 has no broadcast",
			      word);
	if (a->has_broadcast)
		return refuse(err, "broadcast %.40s: broadcast is given twice",
			      word);
	if (inet_pton(AF_INET, word, a->broadcast) != 1)
		return refuse(err, "\"%.40s\" is not an IPv4 address", word);
	a->has_broadcast = true;
	return true;
}

/* ifconfig prints a link-local address with its scope, so one that was copied
 * from there must be understood.
 */
static bool strip_scope(char *addr, const char *ifname)
{
	char *scope = strchr(addr, '%');

	if (!scope)
		return true;
	if (strcmp(scope + 1, ifname))
		return false;
	*scope = '\0';
	return true;
}

/**
 * parse_addr - an address with or without a prefix length
 * @a: where it goes
 * @word: such as 192.0.2.1/24
 * @family: AF_INET, AF_INET6, or AF_UNSPEC to tell by the looks
 * @ifname: the only scope that is accepted after a %
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if it was understood.
 */
bool parse_addr(struct request_addr *a, const char *word, int family,
		const char *ifname, char *err)
{
	char addr[ADDR_WORD_MAX];
	size_t len = strcspn(word, "/");

	memset(a, 0, sizeof(*a));
	if (family == AF_UNSPEC)
		family = strchr(word, ':') ? AF_INET6 : AF_INET;
	a->family = family;
	a->prefixlen = family_bits(family);
	if (len >= sizeof(addr))
		return refuse(err, "\"%.40s...\" is not an address", word);
	memcpy(addr, word, len);
	addr[len] = '\0';
	if (family == AF_INET6 && !strip_scope(addr, ifname))
		return refuse(err, "%.60s: the scope is another interface",
			      word);
	if (inet_pton(family, addr, a->addr) != 1)
		return refuse(err, family == AF_INET ?
			      "\"%.60s\" is not an IPv4 address" :
			      "\"%.60s\" is not an IPv6 address", word);
	if (word[len] == '/')
		return parse_prefixlen(a, word + len + 1, err);
	return true;
}

static const char *inet_unfit(const struct request_addr *a)
{
	uint32_t host_bits;
	uint32_t addr;

	memcpy(&addr, a->addr, sizeof(addr));
	addr = ntohl(addr);
	host_bits = a->prefixlen < 31 ? 0xffffffff >> a->prefixlen : 0;
	if (!(addr >> 24))
		return "is in 0.0.0.0/8";
	if (addr >> 24 == 127)
		return "is a loopback address";
	if (addr >> 28 == 0xe)
		return "is a multicast address";
	if (addr == 0xffffffff)
		return "is the broadcast address";
	if (host_bits && (addr & host_bits) == host_bits)
		return "is the broadcast address of its subnet";
	if (host_bits && !(addr & host_bits))
		return "is the address of its subnet itself";
	return NULL;
}

static const char *inet6_unfit(const struct request_addr *a)
{
	struct in6_addr addr;

	memcpy(&addr, a->addr, sizeof(addr));
	if (IN6_IS_ADDR_UNSPECIFIED(&addr))
		return "is the unspecified address";
	if (IN6_IS_ADDR_LOOPBACK(&addr))
		return "is the loopback address";
	if (IN6_IS_ADDR_MULTICAST(&addr))
		return "is a multicast address";
	if (IN6_IS_ADDR_V4MAPPED(&addr))
		return "is an IPv4-mapped address";
	return NULL;
}

static const char *addr_unfit(const struct request_addr *a)
{
	return a->family == AF_INET ? inet_unfit(a) : inet6_unfit(a);
}

/**
 * addr_check - refuse what no host can answer for
 * @a: an address to add, its length known
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if the address may be a virtual address.
 */
bool addr_check(const struct request_addr *a, char *err)
{
	char addr[INET6_ADDRSTRLEN];
	const char *unfit;

	unfit = addr_unfit(a);
	if (!unfit)
		return true;
	inet_ntop(a->family, a->addr, addr, sizeof(addr));
	snprintf(err, REQUEST_ERR_LEN,
		 "%s/%u %s and cannot be a virtual address", addr,
		 a->prefixlen, unfit);
	return false;
}

/**
 * parse_peer - the address of another member
 * @peer: where it goes, 4 or 16 bytes
 * @word: the address; no scope, as a peer is on the parent
 * @family: AF_INET or AF_INET6
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if a member can have it.
 */
bool parse_peer(uint8_t *peer, const char *word, int family, char *err)
{
	struct request_addr a = {
		.family = family,
		.prefixlen = family_bits(family),
	};
	int other = family == AF_INET ? AF_INET6 : AF_INET;
	const char *unfit;

	if (inet_pton(other, word, a.addr) == 1) {
		if (family == AF_INET)
			return refuse(err, "carppeer: %.60s is an IPv6 address, for carppeer6",
				      word);
		return refuse(err, "carppeer6: %.60s is an IPv4 address, for carppeer",
			      word);
	}
	if (strchr(word, '%'))
		return refuse(err, "\"%.60s\": a peer has no scope, it is looked for on the parent",
			      word);
	if (inet_pton(family, word, a.addr) != 1)
		return refuse(err, family == AF_INET ?
			      "\"%.60s\" is not an IPv4 address" :
			      "\"%.60s\" is not an IPv6 address", word);
	unfit = addr_unfit(&a);
	if (unfit) {
		snprintf(err, REQUEST_ERR_LEN, "%s %s and cannot be a peer",
			 word, unfit);
		return false;
	}
	memcpy(peer, a.addr, family_bits(family) / 8);
	return true;
}

static bool parse_mac(uint8_t *mac, const char *word)
{
	char *end;

	for (int i = 0; i < REQUEST_MAC_LEN; i++) {
		if (!isxdigit((unsigned char)word[0]))
			return false;
		mac[i] = strtoul(word, &end, 16);
		if (end - word > 2 || *end != (i < REQUEST_MAC_LEN - 1) * ':')
			return false;
		word = end + 1;
	}
	return true;
}

/**
 * parse_lladdr - a MAC address that a station can have
 * @lladdr: where it goes, REQUEST_MAC_LEN bytes
 * @word: with colons
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if it was understood.
 */
bool parse_lladdr(uint8_t *lladdr, const char *word, char *err)
{
	static const uint8_t zero[REQUEST_MAC_LEN];

	if (!parse_mac(lladdr, word))
		return refuse(err, "\"%.40s\" is not a MAC address, such as 02:00:00:00:00:01",
			      word);
	if (lladdr[0] & 1)
		return refuse(err, "lladdr: %s is a multicast address", word);
	if (!memcmp(lladdr, zero, sizeof(zero)))
		return refuse(err, "lladdr: %s is nobody's address", word);
	return true;
}
