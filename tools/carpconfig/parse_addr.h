/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses, netmasks and prefix lengths as people type them; no I/O */
#ifndef CARPCONFIG_PARSE_ADDR_H
#define CARPCONFIG_PARSE_ADDR_H

#include "parse.h"

bool parse_number(const char *word, unsigned long min, unsigned long max,
		  unsigned long *value);
bool looks_like_addr(const char *word);
bool parse_addr(struct request_addr *a, const char *word, int family,
		const char *ifname, char *err);
bool parse_netmask(struct request_addr *a, const char *word, char *err);
bool parse_prefixlen(struct request_addr *a, const char *word, char *err);
bool parse_broadcast(struct request_addr *a, const char *word, char *err);
bool parse_peer(uint8_t *peer, const char *word, int family, char *err);
bool parse_lladdr(uint8_t *lladdr, const char *word, char *err);
bool addr_check(const struct request_addr *a, char *err);

#endif /* CARPCONFIG_PARSE_ADDR_H */
