/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: what happens to our devices and to their parents */
#ifndef _CARP_EVENT_H
#define _CARP_EVENT_H

int carp_event_init(void);
void carp_event_exit(void);

#endif /* _CARP_EVENT_H */
