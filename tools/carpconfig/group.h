/* SPDX-License-Identifier: GPL-2.0-only */
/* Link groups by name, as ip(8) knows them */
#ifndef CARPCONFIG_GROUP_H
#define CARPCONFIG_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#define GROUP_NAME_LEN	64
#define NO_GROUP	"\"%.60s\" is no group: it is neither a number nor in /etc/iproute2/group"

bool group_number(const char *word, uint32_t *group);
const char *group_text(uint32_t group, char *buf);

#endif /* CARPCONFIG_GROUP_H */
