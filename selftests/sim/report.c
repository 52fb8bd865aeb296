// SPDX-License-Identifier: GPL-2.0-only
/* TAP. No line at all is a failure: what was asked for does not exist. */

#include <stdarg.h>
#include <stdio.h>

#include "report.h"

static unsigned int passed;
static unsigned int failed;

void report(bool ok, const char *format, ...)
{
	va_list args;

	if (ok)
		passed++;
	else
		failed++;
	printf("%s %u - ", ok ? "ok" : "not ok", passed + failed);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* Return: exit status */
int report_end(void)
{
	printf("1..%u\n", passed + failed);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
