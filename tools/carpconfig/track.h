/* SPDX-License-Identifier: GPL-2.0-only */
/* Links whose state demotes an interface, to and from netlink messages */
#ifndef CARPCONFIG_TRACK_H
#define CARPCONFIG_TRACK_H

#include "link.h"

void track_decode(const struct nlattr *nest, struct link *link);
void track_encode(struct nlmsghdr *nlh, const struct request *req);

#endif /* CARPCONFIG_TRACK_H */
