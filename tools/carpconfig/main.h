/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of carpconfig share */
#ifndef CARPCONFIG_MAIN_H
#define CARPCONFIG_MAIN_H

#include <stdbool.h>

#define EXIT_OK		0
#define EXIT_REFUSED	1	/* by the kernel, or there is no such thing */
#define EXIT_USAGE	2
#define EXIT_TIMEOUT	3	/* of wait */

__attribute__((format(printf, 2, 3)))
int fail(const char *ifname, const char *format, ...);
int demote_group(const char *word, int argc, char **argv, bool json);
int wait_state(int argc, char **argv, bool json);
int monitor(int argc, char **argv, bool json);

#endif /* CARPCONFIG_MAIN_H */
