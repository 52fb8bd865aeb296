/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_COMPAT_LINUX_SYSCTL_H
#define _CARP_COMPAT_LINUX_SYSCTL_H

#include_next <linux/sysctl.h>

#ifdef COMPAT_NO_CONST_CTL_TABLE
/* Handlers took a table that they might change. The macros match a definition
 * and a call, not the use as an initializer; the first makes a wrapper of that
 * name with the old arguments.
 */
#define COMPAT_SYSCTL_HANDLER(name, a, b, c, d, e)			\
	compat_##name(a, b, c, d, e);					\
static int (name)(struct ctl_table *table, int write, void *buffer,	\
		  size_t *lenp, loff_t *ppos)				\
{									\
	return compat_##name(table, write, buffer, lenp, ppos);		\
}									\
static int compat_##name(a, b, c, d, e)

#define carp_net_sysctl_allow(a, b, c, d, e)				\
	COMPAT_SYSCTL_HANDLER(carp_net_sysctl_allow, a, b, c, d, e)
#define carp_net_sysctl_demotion(a, b, c, d, e)				\
	COMPAT_SYSCTL_HANDLER(carp_net_sysctl_demotion, a, b, c, d, e)

#define proc_dointvec_minmax(table, write, buffer, lenp, ppos)		\
	proc_dointvec_minmax((struct ctl_table *)(table), write,	\
			     buffer, lenp, ppos)
#endif

#endif
