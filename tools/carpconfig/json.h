/* SPDX-License-Identifier: GPL-2.0-only */
/* Output for programs */
#ifndef CARPCONFIG_JSON_H
#define CARPCONFIG_JSON_H

#include <jansson.h>

#include "state.h"

json_t *json_link(const struct link *link, const struct state *state,
		  bool stats);
json_t *json_event(const char *ifname, int ifindex,
		   const struct transition *t);
bool json_print(json_t *json, size_t format);

#endif /* CARPCONFIG_JSON_H */
