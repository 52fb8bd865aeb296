/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of the report, TAP */
#ifndef _SIM_REPORT_H
#define _SIM_REPORT_H

#include <linux/types.h>

void report(bool ok, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int report_end(void);

#endif /* _SIM_REPORT_H */
