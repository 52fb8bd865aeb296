/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: handler of IP protocol 112 */
#ifndef _CARP_INET_H
#define _CARP_INET_H

int carp_inet_init(void);
void carp_inet_exit(void);

#endif /* _CARP_INET_H */
