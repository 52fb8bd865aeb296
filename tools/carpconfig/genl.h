/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family "carp" */
#ifndef CARPCONFIG_GENL_H
#define CARPCONFIG_GENL_H

#include "nl.h"

int genl_demotion(struct nl *nl, uint32_t group, uint32_t *demotion);
int genl_demote(struct nl *nl, uint32_t group, int32_t by);

#endif /* CARPCONFIG_GENL_H */
