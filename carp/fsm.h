/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP election: events in, actions and the next deadline out
 *
 * Pure: the time is an argument (ns, any monotonic clock), what is to be done
 * is the return value. Knows no device, no packet, no lock; the caller
 * serialises all calls for one struct carp_fsm.
 */
#ifndef _CARP_FSM_H
#define _CARP_FSM_H

#include <linux/types.h>
#include <linux/if_carp.h>

#define CARP_NO_DEADLINE	(~0ULL)
#define CARP_NS_PER_SEC		1000000000ULL
/* advskew and A are counted in these; it is a whole number of nanoseconds. */
#define CARP_NS_PER_SKEW	(CARP_NS_PER_SEC / 256)
/* Highest advskew that is advertised while demoted or by configuration of
 * FreeBSD and OpenBSD 4.4; 241..254 are cut to it as FreeBSD does.
 */
#define CARP_SKEW_DEMOTED	240
/* The demote byte holds no more. */
#define CARP_DEMOTE_MAX		255
/* advbase and advskew of a peer that says goodbye */
#define CARP_PRIO_BOW_OUT	255
/* The gratuitous ARP is repeated with the second advertisement after it. */
#define CARP_ANNOUNCE_REPEAT	2

enum carp_family {
	CARP_INET,
	CARP_INET6,
	CARP_FAMILIES
};

/* What the caller is to do after an event, in this order. */
#define CARP_ACT_STATE		0x01	/* the state has changed */
#define CARP_ACT_ADVERT		0x02	/* send an advertisement per family */
#define CARP_ACT_ANNOUNCE	0x04	/* gratuitous ARP, unsolicited NA */
#define CARP_ACT_BOW_OUT	0x08	/* send the 255/255 advertisement */
#define CARP_ACT_GRACE		0x10	/* a late timer was given grace */
#define CARP_ACT_CONFLICT	0x20	/* another MASTER was told off */

/**
 * struct carp_prio - how eager a member is, from configuration or a packet
 * @advbase: seconds
 * @advskew: 1/256 s
 * @demote: demotion count as it stands in the packet
 */
struct carp_prio {
	u8 advbase;
	u8 advskew;
	u8 demote;
};

/**
 * struct carp_fsm - one virtual host's part in the election
 * @state: enum carp_state
 * @reason: enum carp_reason of the last transition
 * @advbase: configured, seconds
 * @advskew: configured, 1/256 s
 * @demotion: signed sum of all demotion counts
 * @demote_max: any demotion raises the advertised advskew to the highest
 * @preempt: take over from a slower master
 * @has_family: which families have addresses
 * @answered: a rival was told off since the last advertisement, MASTER
 * @announce: advertisements until the announcement is repeated, 0: none due
 * @graced: grace was given since the last advertisement heard
 * @tied: yielded to equal peers; wait so many half intervals longer
 * @tied_at: when that was
 * @calm_until: yielded to a better peer: heed no worse one until then, BACKUP
 * @advert_at: when to advertise, MASTER
 * @down_at: when the master is dead, per family, BACKUP
 * @deadline: the nearest of these or CARP_NO_DEADLINE; the caller's timer
 */
struct carp_fsm {
	enum carp_state state;
	enum carp_reason reason;
	u8 advbase;
	u8 advskew;
	s32 demotion;
	bool demote_max;
	bool preempt;
	bool answered;
	bool has_family[CARP_FAMILIES];
	u8 announce;
	bool graced;
	u8 tied;
	u64 tied_at;
	u64 calm_until;
	u64 advert_at;
	u64 down_at[CARP_FAMILIES];
	u64 deadline;
};

void carp_fsm_init(struct carp_fsm *fsm);
struct carp_prio carp_fsm_prio(const struct carp_fsm *fsm);
u64 carp_prio_interval(const struct carp_prio *prio);
u64 carp_fsm_down_time(const struct carp_fsm *fsm);
int carp_tie_cmp4(const u8 a[4], const u8 b[4]);
int carp_tie_cmp6(const u8 a[16], const u8 b[16]);

u32 carp_fsm_start(struct carp_fsm *fsm, u64 now);
u32 carp_fsm_stop(struct carp_fsm *fsm, enum carp_reason reason);
u32 carp_fsm_timer(struct carp_fsm *fsm, u64 now);
u32 carp_fsm_advert(struct carp_fsm *fsm, enum carp_family family,
		    const struct carp_prio *peer, int tie, u64 now);
u32 carp_fsm_force(struct carp_fsm *fsm, enum carp_state state, u64 now);
u32 carp_fsm_config(struct carp_fsm *fsm, u8 advbase, u8 advskew, u64 now);
u32 carp_fsm_families(struct carp_fsm *fsm, bool inet, bool inet6, u64 now);
u32 carp_fsm_demote(struct carp_fsm *fsm, s32 sum, u64 now);
void carp_fsm_demotestyle(struct carp_fsm *fsm, bool max, u64 now);
u32 carp_fsm_announce(struct carp_fsm *fsm);
void carp_fsm_put_off(struct carp_fsm *fsm, u64 until);

#endif /* _CARP_FSM_H */
