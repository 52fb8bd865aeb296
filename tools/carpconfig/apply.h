/* SPDX-License-Identifier: GPL-2.0-only */
/* Carry out a request */
#ifndef CARPCONFIG_APPLY_H
#define CARPCONFIG_APPLY_H

#include "nl.h"
#include "parse.h"

int apply(struct nl *nl, struct request *req);

#endif /* CARPCONFIG_APPLY_H */
