/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of link groups, from iproute2's libutil; see utils.h */
#ifndef CARP_SHIM_RT_NAMES_H
#define CARP_SHIM_RT_NAMES_H

const char *rtnl_group_n2a(int id, char *buf, int len);
int rtnl_group_a2n(int *id, const char *arg);

#endif /* CARP_SHIM_RT_NAMES_H */
