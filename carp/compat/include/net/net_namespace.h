/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_COMPAT_NET_NET_NAMESPACE_H
#define _CARP_COMPAT_NET_NET_NAMESPACE_H

#include_next <net/net_namespace.h>

#ifdef COMPAT_NO_NET_SYSCTL_SZ
#define register_net_sysctl_sz(net, path, table, size)	\
	register_net_sysctl(net, path, table)
#endif

#endif
