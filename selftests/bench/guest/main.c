// SPDX-License-Identifier: GPL-2.0-only
/* probe WORD ...: measures, inside the guest; see the functions of each word */

#include <stdio.h>
#include <string.h>

#include "probe.h"

static const struct {
	const char *word;
	int (*run)(int argc, char **argv);
} words[] = {
	{ "ask", ask },
	{ "busy", busy },
	{ "cost", cost },
	{ "echo", echo },
	{ "load", load },
	{ "pace", pace },
	{ "watch", watch },
};

int main(int argc, char **argv)
{
	int status = 2;

	for (size_t i = 0; argc > 1 && i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(argv[1], words[i].word))
			status = words[i].run(argc - 1, argv + 1);
	if (status == 2)
		fputs("usage: probe ask|busy|cost|echo|load|pace|watch ...\n",
		      stderr);
	return status;
}
