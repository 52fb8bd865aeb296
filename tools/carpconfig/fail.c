// SPDX-License-Identifier: GPL-2.0-only
/* The one form of an error message */

#include <stdarg.h>
#include <stdio.h>

#include "main.h"

/**
 * fail - say why not
 * @ifname: whom it is about, or NULL
 * @format: the reason, as for printf()
 *
 * Return: EXIT_REFUSED.
 */
int fail(const char *ifname, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "carpconfig: %s%s", ifname ? ifname : "",
		ifname ? ": " : "");
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_REFUSED;
}
