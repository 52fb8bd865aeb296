/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes among which the load is shared */
#ifndef CARPCONFIG_NODES_H
#define CARPCONFIG_NODES_H

#include "link.h"

void nodes_decode(const struct nlattr *nest, struct link *link);
void nodes_encode(struct nlmsghdr *nlh, const struct request *req);
bool nodes_spread(struct request *req, const struct link *link, char *err);
uint8_t nodes_least_advskew(const struct request *req,
			    const struct link *link);
bool nodes_several(const struct request *req, const struct link *link);
void nodes_lladdr(const struct request *req, const struct link *link,
		  uint8_t *mac);

#endif /* CARPCONFIG_NODES_H */
