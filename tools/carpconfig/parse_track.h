/* SPDX-License-Identifier: GPL-2.0-only */
/* The words whose arguments may be left out, or are several */
#ifndef CARPCONFIG_PARSE_TRACK_H
#define CARPCONFIG_PARSE_TRACK_H

#include "parse.h"

bool is_demote(const char *word);
bool is_phrase(const char *word);
int parse_phrase(struct request *req, char **words, char *err);
int parse_demote(int32_t *demote, char **words, char *err);

#endif /* CARPCONFIG_PARSE_TRACK_H */
