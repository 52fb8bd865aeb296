/* SPDX-License-Identifier: GPL-2.0-only */
/* The words about the interface itself */
#ifndef CARPCONFIG_PARSE_LINK_H
#define CARPCONFIG_PARSE_LINK_H

#include "parse.h"

/**
 * struct keyword - a word and what it does
 * @word: the word
 * @parse: fill the request; the argument may be overwritten; false with a
 *	refusal in REQUEST_ERR_LEN bytes
 * @has_arg: the next word is its argument
 * @given: GIVEN_*, to be given once; or 0
 */
struct keyword {
	const char *word;
	bool (*parse)(struct request *req, char *arg, char *err);
	bool has_arg;
	unsigned int given;
};

const struct keyword *keyword_find(const char *word);
const char *keyword_given(unsigned int given);

#endif /* CARPCONFIG_PARSE_LINK_H */
