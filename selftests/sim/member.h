/* SPDX-License-Identifier: GPL-2.0-only */
/* One member: what carp/vhost.c and carp/rx.c are to the fsm in the kernel */
#ifndef _SIM_MEMBER_H
#define _SIM_MEMBER_H

#include "world.h"

void member_init(struct world *world, u32 i);
void member_start(struct world *world, u32 i);
void member_stop(struct world *world, u32 i);
void member_crash(struct world *world, u32 i);
void member_force(struct world *world, u32 i, enum carp_state state);
void member_config(struct world *world, u32 i, u8 advbase, u8 advskew);
void member_demote(struct world *world, u32 i, s32 sum);
void member_families(struct world *world, u32 i, bool inet, bool inet6);
void member_pause(struct world *world, u32 i, u64 time);

void member_timer(struct world *world, u32 i, u32 generation);
void member_hears(struct world *world, u32 i, const struct frame *frame);

u64 member_clock(const struct world *world, const struct member *member);
u64 member_time(const struct member *member, u64 local);

#endif /* _SIM_MEMBER_H */
