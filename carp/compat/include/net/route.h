/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_COMPAT_NET_ROUTE_H
#define _CARP_COMPAT_NET_ROUTE_H

#include_next <net/route.h>

#ifdef COMPAT_RT_DST_NOPOLICY
/* Input policy was a property of the route as well. */
#define rt_dst_alloc(dev, flags, type, noxfrm)	\
	rt_dst_alloc(dev, flags, type, false, noxfrm)
#endif

#endif
