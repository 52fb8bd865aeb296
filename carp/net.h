/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: state of a network namespace, sysctl net.carp */
#ifndef _CARP_NET_H
#define _CARP_NET_H

int carp_net_init(void);
void carp_net_exit(void);

#endif /* _CARP_NET_H */
