// SPDX-License-Identifier: GPL-2.0-only
/* Link groups by name, as ip(8) knows them: a line "NUMBER NAME" for each
 *
 * What the administrator wrote in /etc goes before what came in /usr/share.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "group.h"

#define PATH_LEN	64

static const char * const places[] = {
	"/etc/iproute2/group", "/usr/share/iproute2/group",
};

/**
 * struct lookup - what is looked for
 * @name: the name, or NULL if that is wanted
 * @group: the number
 * @buf: GROUP_NAME_LEN bytes for the name, if that is wanted
 */
struct lookup {
	const char *name;
	uint32_t group;
	char *buf;
};

static bool parse_u32(const char *word, uint32_t *value)
{
	unsigned long long number;
	char *end;

	/* strtoull() would take a sign and spaces. */
	if (word[0] < '0' || word[0] > '9')
		return false;
	errno = 0;
	number = strtoull(word, &end, 0);
	if (errno || *end || number > UINT32_MAX)
		return false;
	*value = number;
	return true;
}

static bool take_line(const char *line, struct lookup *lookup)
{
	char number[16], name[GROUP_NAME_LEN];
	uint32_t group;

	if (sscanf(line, "%15s %63s", number, name) != 2 ||
	    number[0] == '#' || !parse_u32(number, &group))
		return false;
	if (lookup->name) {
		if (strcmp(name, lookup->name))
			return false;
		lookup->group = group;
		return true;
	}
	if (group != lookup->group)
		return false;
	strcpy(lookup->buf, name);
	return true;
}

static bool look_in_file(const char *path, struct lookup *lookup)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[256];

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = take_line(line, lookup);
	fclose(file);
	return found;
}

static bool look_in_directory(const char *path, struct lookup *lookup)
{
	DIR *dir = opendir(path);
	char file[PATH_LEN + sizeof(((struct dirent *)0)->d_name)];
	struct dirent *entry;
	bool found = false;
	const char *suffix;

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		suffix = strrchr(entry->d_name, '.');
		if (entry->d_name[0] == '.' || !suffix ||
		    strcmp(suffix, ".conf"))
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		found = look_in_file(file, lookup);
	}
	closedir(dir);
	return found;
}

static bool look(struct lookup *lookup)
{
	char dir[PATH_LEN];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (look_in_file(places[i], lookup))
			return true;
		snprintf(dir, sizeof(dir), "%s.d", places[i]);
		if (look_in_directory(dir, lookup))
			return true;
	}
	return false;
}

/**
 * group_number - the number of a link group
 * @word: its name or its number
 * @group: where it goes
 *
 * Return: false if there is no such name.
 */
bool group_number(const char *word, uint32_t *group)
{
	struct lookup lookup = { .name = word };

	if (look(&lookup))
		*group = lookup.group;
	else if (!strcmp(word, "default"))
		*group = 0;
	else
		return parse_u32(word, group);
	return true;
}

/**
 * group_text - a link group for people
 * @group: its number
 * @buf: GROUP_NAME_LEN bytes
 *
 * Return: its name, or the number if it has none.
 */
const char *group_text(uint32_t group, char *buf)
{
	struct lookup lookup = { .group = group, .buf = buf };

	if (!look(&lookup))
		snprintf(buf, GROUP_NAME_LEN, "%u", group);
	return buf;
}
