/* SPDX-License-Identifier: GPL-2.0-only */
/* One carp device of the host, and what an administrator does to it */
#ifndef _FUZZ_MEMBER_H
#define _FUZZ_MEMBER_H

#include "host.h"

void member_create(struct host *host, struct member *m);
/* Its address that ends in @last: in the list, not yet on the device. */
void member_address(struct host *host, struct member *m, int family, u8 last);
void member_up(struct host *host, struct member *m, bool up);
bool member_has_peer6(const struct member *m);

#endif /* _FUZZ_MEMBER_H */
