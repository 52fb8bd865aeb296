/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_COMPAT_NET_PROTOCOL_H
#define _CARP_COMPAT_NET_PROTOCOL_H

#include_next <net/protocol.h>

#ifdef COMPAT_NET_PROTOCOL_NETNS_OK
/* Protocols had to say that they know of namespaces, in the initializer. */
#define no_policy netns_ok = 1, .no_policy
#endif

#endif
