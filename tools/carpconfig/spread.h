/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes for several hosts, so that each has its share whoever is there */
#ifndef CARPCONFIG_SPREAD_H
#define CARPCONFIG_SPREAD_H

#include <stdint.h>

void spread_skews(unsigned int nodes, unsigned int hosts, unsigned int host,
		  uint8_t *skews);

#endif /* CARPCONFIG_SPREAD_H */
