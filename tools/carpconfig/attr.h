/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of a netlink message by number */
#ifndef CARPCONFIG_ATTR_H
#define CARPCONFIG_ATTR_H

#include <libmnl/libmnl.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

void attr_message(const struct nlmsghdr *nlh, unsigned int offset,
		  const struct nlattr **tb, unsigned int max);
void attr_nest(const struct nlattr *nest, const struct nlattr **tb,
	       unsigned int max);
bool attr_has(const struct nlattr *attr, const char *at);
uint8_t attr_u8(const struct nlattr *attr);
uint32_t attr_u32(const struct nlattr *attr);
uint64_t attr_u64(const struct nlattr *attr);
void attr_name(const struct nlattr *attr, char *name);

#endif /* CARPCONFIG_ATTR_H */
