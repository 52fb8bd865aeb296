/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: tells userland of transitions, outside the takeover path */
#ifndef _CARP_NOTIFY_H
#define _CARP_NOTIFY_H

#include "carp.h"

const char *carp_state_name(enum carp_state state);
const char *carp_reason_text(enum carp_reason reason);

void carp_notify_prepare(struct carp_dev *carp);
void carp_notify(struct carp_dev *carp);
void carp_notify_cancel(struct carp_dev *carp);

void carp_notify_net_init(struct carp_net *cn);
void carp_notify_net_exit(struct carp_net *cn);

int carp_notify_init(void);
void carp_notify_exit(void);

#endif /* _CARP_NOTIFY_H */
