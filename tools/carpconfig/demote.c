// SPDX-License-Identifier: GPL-2.0-only
/* carpconfig -g: demote all interfaces of a link group, as on OpenBSD */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "genl.h"
#include "group.h"
#include "json.h"
#include "main.h"
#include "parse_track.h"

static int complain(const struct nl *nl, const char *word, int err)
{
	if (err == -ENOENT)
		return fail(word, "the kernel does not know carp; try modprobe carp");
	return fail(word, "%s", nl->text[0] ? nl_sentence(nl) :
					      strerror(-err));
}

static int show(struct nl *nl, const char *word, uint32_t group, bool json)
{
	uint32_t demotion = 0;
	int err;

	err = genl_demotion(nl, group, &demotion);
	if (err)
		return complain(nl, word, err);
	if (!json)
		printf("%s: carp demote count %u\n", word, demotion);
	else if (!json_print(json_pack("{s:I, s:I}",
				       "group", (json_int_t)group,
				       "demotion", (json_int_t)demotion),
			     JSON_INDENT(2)))
		return fail(word, "%s", strerror(ENOMEM));
	return EXIT_OK;
}

static bool parse(int32_t *by, int argc, char **argv, char *err)
{
	int taken;

	if (!is_demote(argv[0])) {
		snprintf(err, REQUEST_ERR_LEN,
			 "a group knows carpdemote and -carpdemote only, not \"%.40s\"",
			 argv[0]);
		return false;
	}
	taken = parse_demote(by, argv, err);
	if (!taken || taken == argc)
		return taken;
	snprintf(err, REQUEST_ERR_LEN, "%s must be 0 to %d, not \"%.40s\"",
		 argv[0], CARP_DEMOTION_MAX, argv[taken]);
	return false;
}

static int demote(struct nl *nl, const char *word, uint32_t group, int32_t by)
{
	int err = genl_demote(nl, group, by);

	return err ? complain(nl, word, err) : EXIT_OK;
}

/**
 * demote_group - carpconfig -g
 * @word: name or number of the group
 * @argc: number of words after it
 * @argv: the words, NULL-terminated
 * @json: -j was said
 *
 * Return: an exit status.
 */
int demote_group(const char *word, int argc, char **argv, bool json)
{
	char err[REQUEST_ERR_LEN];
	int32_t by = 0;
	uint32_t group;
	struct nl *nl;
	int rc;

	if (argc && !parse(&by, argc, argv, err)) {
		fail(word, "%s", err);
		return EXIT_USAGE;
	}
	if (!group_number(word, &group))
		return fail(NULL, NO_GROUP, word);
	nl = nl_open_family(NETLINK_GENERIC, 0);
	if (!nl)
		return fail(NULL, "netlink: %s", strerror(errno));
	rc = argc ? demote(nl, word, group, by) : show(nl, word, group, json);
	nl_close(nl);
	return rc;
}
