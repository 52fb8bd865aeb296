/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: links whose state demotes a device */
#ifndef _CARP_TRACK_H
#define _CARP_TRACK_H

#include "carp.h"

struct netlink_ext_ack;
struct nlattr;

int carp_track_prepare(struct carp_dev *carp, const struct nlattr *nest,
		       struct list_head *tracks,
		       struct netlink_ext_ack *extack);
void carp_track_commit(struct carp_dev *carp, struct list_head *tracks);
void carp_track_discard(struct list_head *tracks);
void carp_track_free(struct carp_dev *carp);

s32 carp_track_demotion(const struct carp_dev *carp);
bool carp_track_event(struct carp_net *cn, struct net_device *dev,
		      unsigned long event);

size_t carp_track_size(const struct carp_dev *carp);
int carp_track_fill(struct sk_buff *skb, const struct carp_dev *carp);

#endif /* _CARP_TRACK_H */
