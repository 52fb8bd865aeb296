/* SPDX-License-Identifier: GPL-2.0-only */
/* Links, addresses and sysctls of a round's own network namespace */
#ifndef _FUZZ_SETUP_H
#define _FUZZ_SETUP_H

#include <linux/if_carp.h>

#include "nl.h"

/* Any of them is a fault when it fails. */
void setup_veth(struct nl *nl, const char *name, const char *peer);
void setup_bridge(struct nl *nl, const char *name);
void setup_vlan(struct nl *nl, const char *name, int lower, u16 vid);
void setup_master(struct nl *nl, int ifindex, int master);
void setup_up(struct nl *nl, int ifindex, bool up);
/* Without duplicate address detection; @family tells how long @addr is. */
void setup_addr(struct nl *nl, bool add, int ifindex, int family,
		const void *addr, u8 plen);
void setup_delete(struct nl *nl, int ifindex);
int setup_index(const char *name);
/* Below /proc/sys/net of this namespace. */
void setup_sysctl(const char *name, const char *value);

/* A message about carp device @ifindex, or to create @name on @lower; what is
 * put into it until setup_carp_end() goes to IFLA_INFO_DATA.
 */
struct carp_msg {
	struct msg msg;
	u32 info;
	u32 data;
};

void setup_carp_start(struct carp_msg *cm, int ifindex, const char *name,
		      int lower);
void setup_carp_end(struct carp_msg *cm);

#endif /* _FUZZ_SETUP_H */
