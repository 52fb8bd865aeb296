// SPDX-License-Identifier: GPL-2.0-only
/* carpdemote and track: words whose arguments may be left out, or are several;
 * no I/O
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "carp_names.h"
#include "parse_addr.h"
#include "parse_nodes.h"
#include "parse_track.h"

/**
 * is_demote - tell whether parse_demote() knows a word
 * @word: the word
 *
 * Return: true if it does.
 */
bool is_demote(const char *word)
{
	return !strcmp(word + (word[0] == '-'), "carpdemote");
}

static bool is_track(const char *word)
{
	return !strcmp(word + (word[0] == '-'), "track");
}

/**
 * is_phrase - tell whether parse_phrase() knows a word
 * @word: the word
 *
 * Return: true if it does.
 */
bool is_phrase(const char *word)
{
	return is_demote(word) || is_track(word) || is_nodes(word);
}

/* An address or another parameter may follow instead. */
static bool is_count(const char *word)
{
	if (!word || strpbrk(word, ".:/"))
		return false;
	return isdigit((unsigned char)word[word[0] == '-' || word[0] == '+']);
}

/**
 * parse_demote - [-]carpdemote [N]
 * @demote: where it goes, negative with the minus
 * @words: NULL-terminated, from the first on
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: how many words that was, 0 if it is refused.
 */
int parse_demote(int32_t *demote, char **words, char *err)
{
	unsigned long number = 1;
	bool given = is_count(words[1]);

	if (given && !parse_number(words[1], 0, CARP_DEMOTION_MAX, &number))
		return refuse(err, "%s must be 0 to %d, not \"%.40s\"",
			      words[0], CARP_DEMOTION_MAX, words[1]);
	*demote = words[0][0] == '-' ? -(int32_t)number : (int32_t)number;
	return 1 + given;
}

static bool is_same(const struct request_track *a,
		    const struct request_track *b)
{
	if (!a->group_word != !b->group_word)
		return false;
	if (a->group_word)
		return !strcmp(a->group_word, b->group_word);
	return !strcmp(a->name, b->name);
}

/* The link or group itself: one word, or two. */
static int parse_tracked(struct request_track *track, char **words, char *err)
{
	if (!words[1])
		return refuse(err, "%s needs the name of a link, or group and the name of a group",
			      words[0]);
	if (!strcmp(words[1], "group")) {
		if (!words[2] || !words[2][0])
			return refuse(err, "%s group needs the name or number of a group",
				      words[0]);
		track->group_word = words[2];
		return 3;
	}
	if (!parse_ifname(words[1], track->name))
		return refuse(err, "%s: \"%.40s\" is not the name of an interface",
			      words[0], words[1]);
	return 2;
}

static int parse_weight(struct request_track *track, char **words, int taken,
			char *err)
{
	unsigned long number;

	track->weight = CARP_TRACK_WEIGHT_DEFAULT;
	if (!words[taken] || strcmp(words[taken], "weight"))
		return taken;
	if (!words[taken + 1])
		return refuse(err, "weight needs an argument");
	if (!parse_number(words[taken + 1], 1, CARP_TRACK_WEIGHT_MAX, &number))
		return refuse(err, "weight must be 1 to %d, not \"%.40s\"",
			      CARP_TRACK_WEIGHT_MAX, words[taken + 1]);
	track->weight = number;
	return taken + 2;
}

static int parse_track(struct request *req, char **words, char *err)
{
	struct request_track track = { .weight = 0 };
	int taken;

	taken = parse_tracked(&track, words, err);
	if (taken && words[0][0] != '-')
		taken = parse_weight(&track, words, taken, err);
	if (!taken)
		return 0;
	if (!track.group_word && !strcmp(track.name, req->ifname))
		return refuse(err, "%s cannot track itself", req->ifname);
	for (unsigned int i = 0; i < req->n_tracks; i++)
		if (is_same(&req->tracks[i], &track))
			return refuse(err, "track %s%.40s is given twice",
				      track.group_word ? "group " : "",
				      track.group_word ?: track.name);
	if (req->n_tracks == REQUEST_TRACK_MAX)
		return refuse(err, "more than %d links to track in one command",
			      REQUEST_TRACK_MAX);
	req->tracks[req->n_tracks++] = track;
	req->given |= GIVEN_TRACK;
	return taken;
}

/**
 * parse_phrase - one of these words, with what belongs to it
 * @req: where it goes
 * @words: NULL-terminated, from the first on
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: how many words that was, 0 if it is refused.
 */
int parse_phrase(struct request *req, char **words, char *err)
{
	if (is_track(words[0]))
		return parse_track(req, words, err);
	if (is_nodes(words[0]))
		return parse_nodes(req, words, err);
	if (req->given & GIVEN_DEMOTE)
		return refuse(err, "carpdemote is given twice");
	req->given |= GIVEN_DEMOTE;
	return parse_demote(&req->demote, words, err);
}
