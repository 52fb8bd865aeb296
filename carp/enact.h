/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: what follows from an event, with the lock of the virtual host held */
#ifndef _CARP_ENACT_H
#define _CARP_ENACT_H

#include "carp.h"

/* Of our own, beside those of the fsm: look whether sending works again. */
#define CARP_ACT_PROBE		0x100

/**
 * struct carp_todo - what is left to do after unlocking
 * @act: CARP_ACT_*
 * @serial: the transition it belongs to
 * @prio: what to advertise
 * @family: which families have addresses
 * @reweigh: what demotes the other devices may have changed
 */
struct carp_todo {
	u32 act;
	u32 serial;
	struct carp_prio prio;
	bool family[CARP_FAMILIES];
	bool reweigh;
};

u32 carp_enact_weigh(struct carp_node *node, u64 now);
u32 carp_enact_check(struct carp_node *node, u64 now);
u32 carp_enact_stop(struct carp_node *node, enum carp_reason reason);
bool carp_enact_put_off(struct carp_node *node, u64 now);
u32 carp_enact_due(struct carp_node *node, u64 now);
struct carp_todo carp_enact_commit(struct carp_node *node, u32 act);
void carp_enact_sum_up(struct carp_dev *carp);

void carp_enact_sent(struct carp_node *node, bool ok);
void carp_enact_schedule_announce(struct carp_vhost *vhost, u64 now);
void carp_enact_arm(struct carp_node *node);

void carp_enact_shutdown(void);

#endif /* _CARP_ENACT_H */
