/* SPDX-License-Identifier: GPL-2.0-only */
/* The words about load balancing */
#ifndef CARPCONFIG_PARSE_NODES_H
#define CARPCONFIG_PARSE_NODES_H

#include "parse.h"

bool is_nodes(const char *word);
int parse_nodes(struct request *req, char **words, char *err);
bool parse_balancing(struct request *req, char *arg, char *err);
bool parse_hash(struct request *req, char *arg, char *err);
bool request_check_spread(const struct request *req, unsigned int vhid,
			  char *err);
uint8_t request_least_advskew(const struct request *req);
bool request_check_nodes(const struct request *req, char *err);

#endif /* CARPCONFIG_PARSE_NODES_H */
