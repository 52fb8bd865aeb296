/* SPDX-License-Identifier: GPL-2.0-only */
/* Output, as ifconfig and netstat print it */
#ifndef CARPCONFIG_SHOW_H
#define CARPCONFIG_SHOW_H

#include <stdio.h>

#include "state.h"

#define TIME_TEXT_LEN	40
#define BSD_FLAG_COUNT	8

struct bsd_flag {
	unsigned int bit;
	const char *name;
};

extern const struct bsd_flag bsd_flags[BSD_FLAG_COUNT];

unsigned int bsd_flag_bits(const struct link *link);
const char *carpdev_text(const struct link *link, char *buf);
void lladdr_text(const struct link *link, char *buf, size_t size);
const char *peer_text(const struct link *link, int family, char *buf);
void time_text(uint64_t ns, char *buf, size_t size);

void show_link(const struct link *link, const struct state *state);
void show_stats(const struct link *link);
void show_details(const struct link *link);
void show_transition(FILE *out, const char *ifname, const struct link *link,
		     const struct transition *t);

#endif /* CARPCONFIG_SHOW_H */
