/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: one virtual host: the election with its lock, timer and consequences */
#ifndef _CARP_VHOST_H
#define _CARP_VHOST_H

#include "carp.h"

int carp_vhost_init(struct carp_dev *carp);
void carp_vhost_kill(struct carp_dev *carp);
void carp_vhost_free(struct carp_dev *carp);

void carp_vhost_up(struct carp_dev *carp);
void carp_vhost_down(struct carp_dev *carp, enum carp_reason reason);
void carp_vhost_update(struct carp_dev *carp, enum carp_reason reason);
void carp_vhost_update_port(struct carp_port *port, enum carp_reason reason);
void carp_vhost_update_all(struct carp_net *cn);
void carp_vhost_force(struct carp_dev *carp, enum carp_state state);
void carp_vhost_set_demotestyle(struct carp_dev *carp, u8 style);
void carp_vhost_set_announce(struct carp_dev *carp, u32 seconds);
void carp_vhost_reweigh(struct carp_net *cn);
void carp_vhost_addresses(struct carp_dev *carp);
void carp_vhost_announce(struct carp_dev *carp);
void carp_vhost_announce_one(struct carp_dev *carp,
			     const struct carp_vip *vip);

enum hrtimer_restart carp_vhost_timer(struct hrtimer *timer);
bool carp_vhost_advert(struct carp_node *node, enum carp_family family,
		       const struct carp_advert *adv, int tie);
void carp_vhost_config(struct carp_node *node, u8 advbase, u8 advskew);
void carp_vhost_remove(struct carp_node *node);

#endif /* _CARP_VHOST_H */
