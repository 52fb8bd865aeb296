// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of the election's rules, one by one */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../fsm.h"

#define SEC		CARP_NS_PER_SEC
#define SKEW		CARP_NS_PER_SKEW
#define NOW		(1000 * SEC)
#define TOLD_OFF	(CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE | \
			 CARP_ACT_CONFLICT)
#define TAKE_OVER	(CARP_ACT_STATE | CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE)

static const struct carp_prio bow_out = { 255, 255, 0 };

/* One of advbase 1, advskew 100, with IPv4 addresses, since @now. */
static struct carp_fsm make_with(enum carp_state state, u8 advbase, u8 advskew,
				 u64 now)
{
	struct carp_fsm fsm;

	carp_fsm_init(&fsm);
	carp_fsm_config(&fsm, advbase, advskew, now);
	carp_fsm_families(&fsm, true, false, now);
	if (state != CARP_STATE_INIT)
		carp_fsm_start(&fsm, now);
	if (state == CARP_STATE_MASTER)
		carp_fsm_force(&fsm, CARP_STATE_MASTER, now);
	return fsm;
}

static struct carp_fsm make(enum carp_state state)
{
	return make_with(state, 1, 100, NOW);
}

static struct carp_prio prio(u8 advbase, u8 advskew, u8 demote)
{
	struct carp_prio prio = { advbase, advskew, demote };

	return prio;
}

/* M; or that of a peer that is better, but speaks too rarely for M. */
static u64 wait_for(const struct carp_fsm *fsm, const struct carp_prio *peer)
{
	u64 interval = peer->advbase * SEC + peer->advskew * SKEW;
	struct carp_prio own = carp_fsm_prio(fsm);

	if (3 * interval <= 2 * carp_fsm_down_time(fsm) ||
	    (peer->demote >= own.demote &&
	     interval > own.advbase * SEC + own.advskew * SKEW))
		return carp_fsm_down_time(fsm);
	return peer->advbase ? interval + 2 * peer->advbase * SEC :
			       3 * interval;
}

/* --- arithmetic --------------------------------------------------------- */

struct time_case {
	u8 advbase;
	u8 advskew;
	u64 interval;
	u64 down;
};

static const struct time_case time_cases[] = {
	{ 1, 0, 1000000000, 3000000000 },
	{ 1, 1, 1003906250, 3003906250 },
	{ 1, 100, 1390625000, 3390625000 },
	{ 1, 200, 1781250000, 3781250000 },
	{ 1, 240, 1937500000, 3937500000 },
	{ 1, 254, 1992187500, 3992187500 },
	{ 20, 100, 20390625000, 60390625000 },
	{ 255, 254, 255992187500, 765992187500 },
	/* advbase 0: three intervals */
	{ 0, 1, 3906250, 11718750 },
	{ 0, 100, 390625000, 1171875000 },
	{ 0, 254, 992187500, 2976562500 },
	/* as a peer may send it */
	{ 0, 0, 3906250, 11718750 },
};

static void time_desc(const struct time_case *c, char *desc)
{
	sprintf(desc, "advbase %u advskew %u", c->advbase, c->advskew);
}

KUNIT_ARRAY_PARAM(time, time_cases, time_desc);

static void interval_is_base_and_256ths(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_prio p = prio(c->advbase, c->advskew, 0);

	KUNIT_EXPECT_EQ(test, carp_prio_interval(&p), c->interval);
}

static void down_time_is_three_bases_and_skew(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_INIT, c->advbase,
					c->advskew, NOW);

	KUNIT_EXPECT_EQ(test, carp_fsm_down_time(&fsm), c->down);
}

static void down_time_knows_no_demotion(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_INIT, c->advbase,
					c->advskew, NOW);

	carp_fsm_demote(&fsm, 50, NOW);
	KUNIT_EXPECT_EQ(test, carp_fsm_down_time(&fsm), c->down);
}

struct prio_case {
	u8 advbase;
	u8 advskew;
	s32 sum;
	u8 skew_sent;
	u8 demote_sent;
};

static const struct prio_case prio_cases[] = {
	{ 1, 0, 0, 0, 0 },
	{ 1, 100, 0, 100, 0 },
	{ 1, 100, 1, 101, 1 },
	{ 1, 100, 139, 239, 139 },
	{ 1, 100, 140, 240, 140 },
	{ 1, 100, 141, 240, 141 },
	{ 1, 0, 240, 240, 240 },
	{ 1, 0, 255, 240, 255 },
	{ 1, 0, 256, 240, 255 },
	{ 1, 0, S32_MAX, 240, 255 },
	/* 241 to 254 are cut even if not demoted */
	{ 1, 240, 0, 240, 0 },
	{ 1, 241, 0, 240, 0 },
	{ 1, 254, 0, 240, 0 },
	{ 1, 254, 1, 240, 1 },
	/* negative sums make a member more eager, not less demoted */
	{ 1, 100, -1, 99, 0 },
	{ 1, 100, -100, 0, 0 },
	{ 1, 100, -101, 0, 0 },
	{ 1, 254, -10, 240, 0 },
	{ 1, 254, -20, 234, 0 },
	{ 1, 254, -250, 4, 0 },
	{ 1, 254, S32_MIN, 0, 0 },
	/* but never to 0/0 */
	{ 0, 1, 0, 1, 0 },
	{ 0, 1, -1, 1, 0 },
	{ 0, 100, -200, 1, 0 },
	{ 0, 254, 0, 240, 0 },
};

static void prio_desc(const struct prio_case *c, char *desc)
{
	sprintf(desc, "%u/%u demoted by %d", c->advbase, c->advskew, c->sum);
}

KUNIT_ARRAY_PARAM(prio, prio_cases, prio_desc);

static void demotion_goes_into_skew_and_byte(struct kunit *test)
{
	const struct prio_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_INIT, c->advbase,
					c->advskew, NOW);
	struct carp_prio p;

	carp_fsm_demote(&fsm, c->sum, NOW);
	p = carp_fsm_prio(&fsm);
	KUNIT_EXPECT_EQ(test, p.advbase, c->advbase);
	KUNIT_EXPECT_EQ(test, p.advskew, c->skew_sent);
	KUNIT_EXPECT_EQ(test, p.demote, c->demote_sent);
}

static void any_demotion_is_the_highest_in_the_other_style(struct kunit *test)
{
	const struct prio_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_MASTER, c->advbase,
					c->advskew, NOW);
	u8 skew = c->sum > 0 ? 240 : c->skew_sent;
	struct carp_prio p;

	carp_fsm_demote(&fsm, c->sum, NOW);
	carp_fsm_demotestyle(&fsm, true, NOW);
	p = carp_fsm_prio(&fsm);
	KUNIT_EXPECT_EQ(test, p.advskew, skew);
	KUNIT_EXPECT_EQ(test, p.demote, c->demote_sent);
	carp_fsm_demotestyle(&fsm, false, NOW);
	p = carp_fsm_prio(&fsm);
	KUNIT_EXPECT_EQ(test, p.advskew, c->skew_sent);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_MASTER);
	KUNIT_EXPECT_LE(test, fsm.deadline, NOW + carp_prio_interval(&p));
}

struct tie_case {
	const char *desc;
	u8 a[4];
	u8 b[4];
	int cmp;
};

static const struct tie_case tie_cases[] = {
	{ "the same", { 10, 0, 0, 1 }, { 10, 0, 0, 1 }, 0 },
	{ "last octet", { 10, 0, 0, 1 }, { 10, 0, 0, 2 }, -1 },
	{ "last octet before first", { 200, 0, 0, 1 }, { 10, 0, 0, 2 }, -1 },
	{ "third before second", { 10, 9, 1, 5 }, { 10, 1, 2, 5 }, -1 },
	{ "second before first", { 11, 1, 2, 5 }, { 10, 2, 2, 5 }, -1 },
	{ "first octet", { 10, 2, 2, 5 }, { 11, 2, 2, 5 }, -1 },
	{ "unsigned", { 10, 0, 0, 127 }, { 10, 0, 0, 128 }, -1 },
};

static void tie_desc(const struct tie_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tie, tie_cases, tie_desc);

static void tie4_is_ucarps_order(struct kunit *test)
{
	const struct tie_case *c = test->param_value;
	int ab = carp_tie_cmp4(c->a, c->b), ba = carp_tie_cmp4(c->b, c->a);

	KUNIT_EXPECT_EQ(test, (ab > 0) - (ab < 0), c->cmp);
	KUNIT_EXPECT_EQ(test, (ba > 0) - (ba < 0), -c->cmp);
}

static void tie6_is_byte_order(struct kunit *test)
{
	u8 a[16] = { 0xfe, 0x80 }, b[16] = { 0xfe, 0x80 };
	int i;

	KUNIT_EXPECT_EQ(test, carp_tie_cmp6(a, b), 0);
	for (i = 0; i < 16; i++) {
		memset(a + i, 0xff, 16 - i);
		memset(b + i, 0, 16 - i);
		KUNIT_EXPECT_GT(test, carp_tie_cmp6(a, b), 0);
		KUNIT_EXPECT_LT(test, carp_tie_cmp6(b, a), 0);
		memcpy(a, b, sizeof(a));
	}
}

/* --- every event in every state ------------------------------------------ */

enum event {
	START,
	STOP,
	TIMER_EARLY,
	TIMER_DUE,
	ADVERT_FASTER,
	ADVERT_EQUAL_WE_LOSE,
	ADVERT_EQUAL_WE_WIN,
	ADVERT_SLOWER,
	ADVERT_BOW_OUT,
	ADVERT_DEMOTED,
	FORCE_INIT,
	FORCE_BACKUP,
	FORCE_MASTER,
	CONFIG,
	FAMILIES_BOTH,
	FAMILIES_NONE,
	DEMOTE,
	ANNOUNCE,
	PUT_OFF,
};

static u32 happen(struct carp_fsm *fsm, enum event event, u64 now)
{
	struct carp_prio faster = prio(1, 99, 0), equal = prio(1, 100, 0);
	struct carp_prio slower = prio(1, 101, 0), demoted = prio(1, 0, 1);

	switch (event) {
	case START:
		return carp_fsm_start(fsm, now);
	case STOP:
		return carp_fsm_stop(fsm, CARP_REASON_PARENT_DOWN);
	case TIMER_EARLY:
		return carp_fsm_timer(fsm, fsm->deadline - 1);
	case TIMER_DUE:
		return carp_fsm_timer(fsm, fsm->deadline);
	case ADVERT_FASTER:
		return carp_fsm_advert(fsm, CARP_INET, &faster, 0, now);
	case ADVERT_EQUAL_WE_LOSE:
		return carp_fsm_advert(fsm, CARP_INET, &equal, 1, now);
	case ADVERT_EQUAL_WE_WIN:
		return carp_fsm_advert(fsm, CARP_INET, &equal, -1, now);
	case ADVERT_SLOWER:
		return carp_fsm_advert(fsm, CARP_INET, &slower, 0, now);
	case ADVERT_BOW_OUT:
		return carp_fsm_advert(fsm, CARP_INET, &bow_out, 0, now);
	case ADVERT_DEMOTED:
		return carp_fsm_advert(fsm, CARP_INET, &demoted, 0, now);
	case FORCE_INIT:
		return carp_fsm_force(fsm, CARP_STATE_INIT, now);
	case FORCE_BACKUP:
		return carp_fsm_force(fsm, CARP_STATE_BACKUP, now);
	case FORCE_MASTER:
		return carp_fsm_force(fsm, CARP_STATE_MASTER, now);
	case CONFIG:
		return carp_fsm_config(fsm, 1, 50, now);
	case FAMILIES_BOTH:
		return carp_fsm_families(fsm, true, true, now);
	case FAMILIES_NONE:
		return carp_fsm_families(fsm, false, false, now);
	case DEMOTE:
		return carp_fsm_demote(fsm, 1, now);
	case ANNOUNCE:
		return carp_fsm_announce(fsm);
	case PUT_OFF:
		carp_fsm_put_off(fsm, now + SEC / 8);
		return 0;
	}
	return ~0U;
}

#define INIT	CARP_STATE_INIT
#define BACKUP	CARP_STATE_BACKUP
#define MASTER	CARP_STATE_MASTER
#define STATE	CARP_ACT_STATE
#define ADVERT	CARP_ACT_ADVERT
#define KEEP	__CARP_REASON_COUNT	/* no transition, the reason is kept */

struct event_case {
	const char *desc;
	enum event event;
	struct {
		enum carp_state state;
		u32 acts;
		enum carp_reason reason;
	} after[3];	/* from INIT, BACKUP, MASTER */
};

static const struct event_case event_cases[] = {
	{ "start", START, {
		{ BACKUP, STATE, CARP_REASON_INIT_COMPLETE },
		{ BACKUP, 0, KEEP },
		{ MASTER, 0, KEEP } } },
	{ "stop", STOP, {
		{ INIT, 0, KEEP },
		{ INIT, STATE, CARP_REASON_PARENT_DOWN },
		{ INIT, STATE | CARP_ACT_BOW_OUT, CARP_REASON_PARENT_DOWN } } },
	{ "timer, early", TIMER_EARLY, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, 0, KEEP } } },
	{ "timer", TIMER_DUE, {
		{ INIT, 0, KEEP },
		{ MASTER, TAKE_OVER, CARP_REASON_MASTER_TIMED_OUT },
		{ MASTER, ADVERT, KEEP } } },
	{ "faster advert", ADVERT_FASTER, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ BACKUP, STATE, CARP_REASON_MORE_FREQUENT } } },
	{ "equal advert, peer preferred", ADVERT_EQUAL_WE_LOSE, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ BACKUP, STATE, CARP_REASON_TIE } } },
	{ "equal advert, we are preferred", ADVERT_EQUAL_WE_WIN, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, TOLD_OFF, KEEP } } },
	{ "slower advert", ADVERT_SLOWER, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, TOLD_OFF, KEEP } } },
	{ "bow-out", ADVERT_BOW_OUT, {
		{ INIT, 0, KEEP },
		{ MASTER, TAKE_OVER, CARP_REASON_MASTER_BOW_OUT },
		{ MASTER, 0, KEEP } } },
	{ "advert of a demoted peer", ADVERT_DEMOTED, {
		{ INIT, 0, KEEP },
		{ MASTER, TAKE_OVER, CARP_REASON_MASTER_DEMOTED },
		{ MASTER, TOLD_OFF, KEEP } } },
	{ "forced to INIT", FORCE_INIT, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, 0, KEEP } } },
	{ "forced to BACKUP", FORCE_BACKUP, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ BACKUP, STATE, CARP_REASON_USER } } },
	{ "forced to MASTER", FORCE_MASTER, {
		{ INIT, 0, KEEP },
		{ MASTER, TAKE_OVER, CARP_REASON_USER },
		{ MASTER, 0, KEEP } } },
	{ "another advskew", CONFIG, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, 0, KEEP } } },
	{ "first IPv6 address", FAMILIES_BOTH, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, 0, KEEP } } },
	{ "last address removed", FAMILIES_NONE, {
		{ INIT, 0, KEEP },
		{ INIT, STATE, CARP_REASON_NO_ADDRESS },
		{ INIT, STATE | CARP_ACT_BOW_OUT, CARP_REASON_NO_ADDRESS } } },
	{ "demoted", DEMOTE, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, ADVERT, KEEP } } },
	{ "address added", ANNOUNCE, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, CARP_ACT_ANNOUNCE, KEEP } } },
	{ "put off", PUT_OFF, {
		{ INIT, 0, KEEP },
		{ BACKUP, 0, KEEP },
		{ MASTER, 0, KEEP } } },
};

static void event_desc(const struct event_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(event, event_cases, event_desc);

static u64 nearest(const struct carp_fsm *fsm)
{
	if (fsm->state == CARP_STATE_INIT)
		return CARP_NO_DEADLINE;
	if (fsm->state == CARP_STATE_MASTER)
		return fsm->advert_at;
	return fsm->down_at[0] < fsm->down_at[1] ? fsm->down_at[0] :
						   fsm->down_at[1];
}

static void event_does_what_the_table_says(struct kunit *test)
{
	const struct event_case *c = test->param_value;
	enum carp_reason reason;
	struct carp_fsm fsm;
	u32 acts;
	int from;

	for (from = CARP_STATE_INIT; from <= CARP_STATE_MASTER; from++) {
		fsm = make(from);
		reason = c->after[from].reason;
		if (reason == KEEP)
			reason = fsm.reason;
		acts = happen(&fsm, c->event, NOW + SEC);
		KUNIT_EXPECT_EQ(test, fsm.state, c->after[from].state);
		KUNIT_EXPECT_EQ(test, acts, c->after[from].acts);
		KUNIT_EXPECT_EQ(test, fsm.reason, reason);
		KUNIT_EXPECT_EQ(test, fsm.deadline, nearest(&fsm));
	}
}

/* --- start and stop ------------------------------------------------------ */

static void new_one_takes_no_part(struct kunit *test)
{
	struct carp_fsm fsm;

	memset(&fsm, 0x5a, sizeof(fsm));
	carp_fsm_init(&fsm);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_INIT);
	KUNIT_EXPECT_EQ(test, fsm.reason, CARP_REASON_NONE);
	KUNIT_EXPECT_EQ(test, fsm.deadline, CARP_NO_DEADLINE);
	KUNIT_EXPECT_EQ(test, fsm.advbase, 1);
	KUNIT_EXPECT_EQ(test, fsm.advskew, 0);
	KUNIT_EXPECT_EQ(test, fsm.demotion, 0);
	KUNIT_EXPECT_FALSE(test, fsm.preempt);
}

static void start_without_address_does_nothing(struct kunit *test)
{
	struct carp_fsm fsm;

	carp_fsm_init(&fsm);
	KUNIT_EXPECT_EQ(test, carp_fsm_start(&fsm, NOW), 0);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_INIT);
	KUNIT_EXPECT_EQ(test, fsm.deadline, CARP_NO_DEADLINE);
}

static void start_runs_a_timer_per_family(struct kunit *test)
{
	u64 down = NOW + 3 * SEC;
	struct carp_fsm fsm;
	int f;

	for (f = 1; f < 4; f++) {
		carp_fsm_init(&fsm);
		carp_fsm_families(&fsm, f & 1, f & 2, NOW);
		KUNIT_EXPECT_EQ(test, carp_fsm_start(&fsm, NOW),
				CARP_ACT_STATE);
		KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET],
				f & 1 ? down : CARP_NO_DEADLINE);
		KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6],
				f & 2 ? down : CARP_NO_DEADLINE);
		KUNIT_EXPECT_EQ(test, fsm.deadline, down);
	}
}

static void start_again_restarts_the_wait(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);

	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 3 * SEC + 100 * SKEW);
	carp_fsm_start(&fsm, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 4 * SEC + 100 * SKEW);
}

static void start_again_leaves_a_master_alone(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER), before = fsm;

	carp_fsm_start(&fsm, NOW + SEC);
	KUNIT_EXPECT_EQ(test, memcmp(&fsm, &before, sizeof(fsm)), 0);
}

/* --- MASTER -------------------------------------------------------------- */

static void first_advert_delay_knows_no_demotion(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	u64 at;

	carp_fsm_demote(&fsm, 100, NOW);
	at = fsm.deadline;
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, at), TAKE_OVER);
	KUNIT_EXPECT_EQ(test, fsm.deadline, at + SEC + 100 * SKEW);
	at = fsm.deadline;
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, at), ADVERT);
	KUNIT_EXPECT_EQ(test, fsm.deadline, at + SEC + 200 * SKEW);
}

/* 241 to 254 are waited for before the first, cut to 240 after it. */
static void skew_above_240_is_cut_in_later_adverts(struct kunit *test)
{
	struct carp_fsm fsm = make_with(CARP_STATE_MASTER, 1, 254, NOW);
	u64 at = fsm.deadline;

	KUNIT_EXPECT_EQ(test, at, NOW + SEC + 254 * SKEW);
	carp_fsm_timer(&fsm, at);
	KUNIT_EXPECT_EQ(test, fsm.deadline, at + SEC + 240 * SKEW);
}

static void late_advert_timer_catches_up_once(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	u64 late = fsm.deadline + 10 * SEC;

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, late), ADVERT);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_MASTER);
	KUNIT_EXPECT_EQ(test, fsm.deadline, late + SEC + 100 * SKEW);
}

static void advert_that_was_put_off_moves_those_after_it(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	u64 at = fsm.deadline + SEC / 8;

	carp_fsm_put_off(&fsm, at);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, at - 1), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, at);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, at), ADVERT);
	KUNIT_EXPECT_EQ(test, fsm.deadline, at + SEC + 100 * SKEW);
}

static void nobody_but_a_master_puts_anything_off(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	u64 at = fsm.deadline;

	carp_fsm_put_off(&fsm, at + SEC);
	KUNIT_EXPECT_EQ(test, fsm.deadline, at);
}

static void announcement_is_repeated_once_two_adverts_later(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	int i;

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline), TAKE_OVER);
	for (i = 1; i <= 10; i++)
		KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline),
				i == 2 ? ADVERT | CARP_ACT_ANNOUNCE : ADVERT);
}

static void announcement_is_not_repeated_after_yielding(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio faster = prio(1, 0, 0);

	carp_fsm_advert(&fsm, CARP_INET, &faster, 0, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.announce, 0);
}

/* A rival that gives way may have told clients another MAC address. */
static void rival_is_told_off_at_once_and_clients_twice(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio slower = prio(1, 101, 0);
	u64 now;
	int i;

	for (i = 0; i < 5; i++)
		carp_fsm_timer(&fsm, fsm.deadline);
	for (i = 0; i < 2; i++) {
		now = fsm.deadline - SEC;
		KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &slower,
						      0, now), TOLD_OFF);
		/* whatever it sends before our next */
		KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &slower,
						      0, now + 1), 0);
		KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline),
				ADVERT | CARP_ACT_ANNOUNCE);
	}
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline), ADVERT);
}

/* Right after a takeover as well, whose own announcements are still to come. */
static void rival_of_a_new_master_is_told_off_at_once(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	struct carp_prio slower = prio(1, 101, 0);
	u64 now = fsm.deadline;

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, now), TAKE_OVER);
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &slower, 0,
					      now + 1), TOLD_OFF);
	KUNIT_EXPECT_EQ(test, fsm.announce, CARP_ANNOUNCE_REPEAT);
}

/* What a MASTER makes of an advert. @sum demotes us by so much, which also
 * raises our advskew of 100.
 */
struct master_case {
	const char *desc;
	s32 sum;
	struct carp_prio peer;
	int tie;
	enum carp_reason reason;	/* KEEP: stays MASTER */
};

static const struct master_case master_cases[] = {
	{ "faster by advskew", 0, { 1, 99, 0 }, -1,
	  CARP_REASON_MORE_FREQUENT },
	{ "faster by advbase", 0, { 0, 254, 0 }, -1,
	  CARP_REASON_MORE_FREQUENT },
	{ "0/0 is faster than anybody", 0, { 0, 0, 0 }, -1,
	  CARP_REASON_MORE_FREQUENT },
	{ "slower by advskew", 0, { 1, 101, 0 }, 1, KEEP },
	{ "slower by advbase", 0, { 2, 0, 0 }, 1, KEEP },
	{ "equal, peer preferred", 0, { 1, 100, 0 }, 1, CARP_REASON_TIE },
	{ "equal, cannot be told", 0, { 1, 100, 0 }, 0, CARP_REASON_TIE },
	{ "equal, we are preferred", 0, { 1, 100, 0 }, -1, KEEP },
	/* demotion before intervals */
	{ "faster, more demoted", 0, { 1, 0, 1 }, 1, KEEP },
	{ "equal, more demoted", 0, { 1, 100, 1 }, 1, KEEP },
	{ "slower, less demoted", 1, { 2, 0, 0 }, -1,
	  CARP_REASON_LESS_DEMOTED },
	{ "equal, less demoted", 1, { 1, 101, 0 }, -1,
	  CARP_REASON_LESS_DEMOTED },
	{ "faster, less demoted", 1, { 1, 0, 0 }, -1,
	  CARP_REASON_LESS_DEMOTED },
	{ "both demoted, slower", 50, { 1, 151, 50 }, 1, KEEP },
	{ "both demoted, equal", 50, { 1, 150, 50 }, 1, CARP_REASON_TIE },
	{ "both demoted, faster", 50, { 1, 149, 50 }, -1,
	  CARP_REASON_MORE_FREQUENT },
	{ "both at 255, faster", 1000, { 1, 239, 255 }, -1,
	  CARP_REASON_MORE_FREQUENT },
	{ "less demoted than 255", 1000, { 1, 240, 254 }, -1,
	  CARP_REASON_LESS_DEMOTED },
	/* a bow-out is no claim */
	{ "bow-out", 0, { 255, 255, 0 }, 1, KEEP },
	{ "bow-out of a less demoted peer", 9, { 255, 255, 0 }, 1, KEEP },
	{ "255/254 is no bow-out", 9, { 255, 254, 0 }, -1,
	  CARP_REASON_LESS_DEMOTED },
};

static void master_desc(const struct master_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(master, master_cases, master_desc);

static void master_yields_or_stays(struct kunit *test)
{
	const struct master_case *c = test->param_value;
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	u64 now = NOW + SEC;
	u32 acts;

	carp_fsm_demote(&fsm, c->sum, NOW);
	acts = carp_fsm_advert(&fsm, CARP_INET, &c->peer, c->tie, now);
	if (c->reason == KEEP) {
		KUNIT_EXPECT_EQ(test, acts, c->peer.advskew == 255 ? 0 :
				TOLD_OFF);
		KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_MASTER);
		return;
	}
	KUNIT_EXPECT_EQ(test, acts, CARP_ACT_STATE);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
	KUNIT_EXPECT_EQ(test, fsm.reason, c->reason);
	if (c->reason != CARP_REASON_TIE)
		KUNIT_EXPECT_EQ(test, fsm.deadline,
				now + wait_for(&fsm, &c->peer));
}

/* All demotions and priorities of a small domain. The two hear each other at
 * the same time and know who is preferred.
 */
static void exactly_one_of_two_masters_yields(struct kunit *test)
{
	static const struct carp_prio some[] = {
		{ 0, 1, 0 }, { 0, 254, 0 }, { 1, 0, 0 }, { 1, 100, 0 },
		{ 1, 254, 0 }, { 2, 0, 0 }, { 255, 254, 0 },
	};
	static const s32 sums[] = { -300, -1, 0, 1, 2, 240, 300 };
	unsigned int n = ARRAY_SIZE(some) * ARRAY_SIZE(sums), i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			const struct carp_prio *p = &some[i % ARRAY_SIZE(some)];
			const struct carp_prio *q = &some[j % ARRAY_SIZE(some)];
			struct carp_fsm a = make_with(CARP_STATE_MASTER,
						      p->advbase, p->advskew,
						      NOW);
			struct carp_fsm b = make_with(CARP_STATE_MASTER,
						      q->advbase, q->advskew,
						      NOW);
			struct carp_prio from_a, from_b;

			carp_fsm_demote(&a, sums[i / ARRAY_SIZE(some)], NOW);
			carp_fsm_demote(&b, sums[j / ARRAY_SIZE(some)], NOW);
			from_a = carp_fsm_prio(&a);
			from_b = carp_fsm_prio(&b);
			carp_fsm_advert(&a, CARP_INET, &from_b, -1, NOW + 1);
			carp_fsm_advert(&b, CARP_INET, &from_a, 1, NOW + 1);
			KUNIT_EXPECT_NE(test, a.state, b.state);
		}
	}
}

/* --- BACKUP -------------------------------------------------------------- */

static void backup_takes_over_when_silent(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_BACKUP, c->advbase,
					c->advskew, NOW);

	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + c->down);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, NOW + c->down - 1), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + c->down);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, NOW + c->down), TAKE_OVER);
	KUNIT_EXPECT_EQ(test, fsm.reason, CARP_REASON_MASTER_TIMED_OUT);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + c->down + c->interval);
}

static void advert_restarts_its_familys_timer_only(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	u64 down = carp_fsm_down_time(&fsm);
	struct carp_prio master = prio(1, 0, 0);

	carp_fsm_families(&fsm, true, true, NOW);
	carp_fsm_advert(&fsm, CARP_INET6, &master, 0, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET], NOW + down);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], NOW + SEC + down);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + down);
	carp_fsm_advert(&fsm, CARP_INET, &master, 0, NOW + 2 * SEC);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET], NOW + 2 * SEC + down);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], NOW + SEC + down);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + SEC + down);
}

static void either_family_silent_means_takeover(struct kunit *test)
{
	struct carp_prio master = prio(1, 0, 0);
	int talking, i;

	for (talking = 0; talking < CARP_FAMILIES; talking++) {
		struct carp_fsm fsm = make(CARP_STATE_BACKUP);

		carp_fsm_families(&fsm, true, true, NOW);
		for (i = 1; i <= 3; i++)
			carp_fsm_advert(&fsm, talking, &master, 0,
					NOW + i * SEC);
		KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline),
				TAKE_OVER);
	}
}

static void advert_of_a_family_without_address_runs_no_timer(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	struct carp_prio master = prio(1, 0, 0);

	carp_fsm_advert(&fsm, CARP_INET6, &master, 0, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], CARP_NO_DEADLINE);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + carp_fsm_down_time(&fsm));
}

/* What a BACKUP of advbase/advskew, demoted by @sum, makes of an advert. */
struct backup_case {
	const char *desc;
	u8 advbase;
	u8 advskew;
	s32 sum;
	bool preempt;
	struct carp_prio peer;
	enum carp_reason reason;	/* KEEP: stays BACKUP */
};

static const struct backup_case backup_cases[] = {
	{ "slower, no preempt", 1, 0, 0, false, { 1, 100, 0 }, KEEP },
	{ "slower, preempt", 1, 0, 0, true, { 1, 100, 0 },
	  CARP_REASON_PREEMPT },
	{ "slower by 1/256, preempt", 1, 0, 0, true, { 1, 1, 0 },
	  CARP_REASON_PREEMPT },
	{ "equal, preempt", 1, 100, 0, true, { 1, 100, 0 }, KEEP },
	{ "faster, preempt", 1, 100, 0, true, { 1, 99, 0 }, KEEP },
	/* preempting compares what is advertised, demotion included */
	{ "we are demoted", 1, 0, 1, true, { 1, 100, 0 }, KEEP },
	{ "we are demoted more", 1, 0, 2, true, { 1, 100, 1 }, KEEP },
	{ "both are demoted, slower", 1, 0, 1, true, { 1, 100, 1 },
	  CARP_REASON_PREEMPT },
	{ "both are demoted, effectively equal", 1, 0, 100, true,
	  { 1, 100, 100 }, KEEP },
	{ "skew cut to 240", 1, 254, 0, true, { 1, 241, 0 },
	  CARP_REASON_PREEMPT },
	{ "negative demotion", 1, 100, -50, true, { 1, 60, 0 },
	  CARP_REASON_PREEMPT },
	/* demoted more, without preempt and whatever the interval */
	{ "faster, demoted", 1, 100, 0, false, { 1, 0, 1 },
	  CARP_REASON_MASTER_DEMOTED },
	{ "slower, demoted", 1, 100, 0, false, { 1, 200, 1 },
	  CARP_REASON_MASTER_DEMOTED },
	{ "both are demoted, theirs more", 1, 0, 1, false, { 1, 0, 2 },
	  CARP_REASON_MASTER_DEMOTED },
	{ "preempting comes first", 1, 0, 0, true, { 1, 100, 1 },
	  CARP_REASON_PREEMPT },
	/* will time out: 3 * advbase + effective advskew < theirs */
	{ "as slow as M", 1, 0, 0, false, { 3, 0, 0 }, KEEP },
	{ "slower than M by 1/256", 1, 0, 0, false, { 3, 1, 0 },
	  CARP_REASON_MASTER_WILL_TIME_OUT },
	{ "as slow as M with skew", 1, 100, 0, false, { 3, 100, 0 }, KEEP },
	{ "slower than M with skew", 1, 100, 0, false, { 3, 101, 0 },
	  CARP_REASON_MASTER_WILL_TIME_OUT },
	{ "M with the effective skew",
		1, 100, 50, false, { 3, 150, 50 }, KEEP },
	{ "slower than that", 1, 100, 50, false, { 3, 151, 50 },
	  CARP_REASON_MASTER_WILL_TIME_OUT },
	{ "M with the skew cut to 240", 1, 254, 0, false, { 3, 241, 0 },
	  CARP_REASON_MASTER_WILL_TIME_OUT },
	{ "not if we are demoted", 1, 0, 9, false, { 200, 0, 0 }, KEEP },
	{ "demoted comes first", 1, 0, 0, false, { 200, 0, 1 },
	  CARP_REASON_MASTER_DEMOTED },
	{ "advbase 0, as slow as M", 0, 50, 0, false, { 0, 150, 0 }, KEEP },
	{ "advbase 0, slower", 0, 50, 0, false, { 0, 151, 0 },
	  CARP_REASON_MASTER_WILL_TIME_OUT },
	{ "advbase 0, effective skew", 0, 50, 30, false, { 0, 240, 30 }, KEEP },
	/* bow-out first of all */
	{ "bow-out, preempt", 1, 0, 0, true, { 255, 255, 0 },
	  CARP_REASON_MASTER_BOW_OUT },
	{ "bow-out of a demoted one", 1, 0, 0, false, { 255, 255, 9 },
	  CARP_REASON_MASTER_BOW_OUT },
	{ "bow-out while demoted", 1, 0, 9, false, { 255, 255, 0 },
	  CARP_REASON_MASTER_BOW_OUT },
	{ "255/254 is no bow-out", 86, 0, 0, false, { 255, 254, 0 }, KEEP },
	{ "nor is 254/255", 86, 0, 0, false, { 254, 255, 0 }, KEEP },
	{ "0/0 of a peer is 1/256", 1, 0, 0, false, { 0, 0, 0 }, KEEP },
};

static void backup_desc(const struct backup_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(backup, backup_cases, backup_desc);

static void backup_takes_over_or_waits(struct kunit *test)
{
	const struct backup_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_BACKUP, c->advbase,
					c->advskew, NOW);
	u64 now = NOW + SEC / 256;
	u32 acts;

	fsm.preempt = c->preempt;
	carp_fsm_demote(&fsm, c->sum, NOW);
	acts = carp_fsm_advert(&fsm, CARP_INET, &c->peer, 0, now);
	if (c->reason == KEEP) {
		KUNIT_EXPECT_EQ(test, acts, 0);
		KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
		KUNIT_EXPECT_EQ(test, fsm.deadline,
				now + wait_for(&fsm, &c->peer));
		return;
	}
	KUNIT_EXPECT_EQ(test, acts, TAKE_OVER);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_MASTER);
	KUNIT_EXPECT_EQ(test, fsm.reason, c->reason);
}

/* The others honour it for advbase up to 85 only, as "will time out". */
static void bow_out_is_honoured_whatever_advbase(struct kunit *test)
{
	int advbase, advskew, family;

	for (advbase = 0; advbase <= 255; advbase++) {
		for (advskew = 1; advskew <= 254; advskew++) {
			struct carp_fsm fsm = make_with(CARP_STATE_BACKUP,
							advbase, advskew, NOW);

			family = advskew % 2;
			KUNIT_EXPECT_EQ(test,
					carp_fsm_advert(&fsm, family, &bow_out,
							0, NOW + 1),
					TAKE_OVER);
			KUNIT_EXPECT_EQ(test, fsm.reason,
					CARP_REASON_MASTER_BOW_OUT);
		}
	}
}

/* --- a host that stood still --------------------------------------------- */

static void late_timer_is_given_grace(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_BACKUP, c->advbase,
					c->advskew, NOW);
	u64 late = fsm.deadline + c->interval + 1;

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, late), CARP_ACT_GRACE);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
	KUNIT_EXPECT_EQ(test, fsm.deadline, late + c->interval);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline), TAKE_OVER);
	KUNIT_EXPECT_EQ(test, fsm.reason, CARP_REASON_MASTER_TIMED_OUT);
}

/* Of a host that stood still from one advertisement on until shortly after M,
 * when it is about to read the next one.
 */
static void timer_less_late_waits_as_long_again(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_BACKUP, c->advbase,
					c->advskew, NOW);
	u64 late = fsm.deadline + c->interval / 3;

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, late), 0);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
	KUNIT_EXPECT_EQ(test, fsm.deadline, late + c->interval / 3);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline + 9 * SEC),
			TAKE_OVER);
}

static void timer_late_by_one_interval_is_not_told_of(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_BACKUP, c->advbase,
					c->advskew, NOW);

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline + c->interval),
			0);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline), TAKE_OVER);
}

static void timer_in_time_takes_over(struct kunit *test)
{
	const struct time_case *c = test->param_value;
	struct carp_fsm fsm = make_with(CARP_STATE_BACKUP, c->advbase,
					c->advskew, NOW);

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline), TAKE_OVER);
}

static void a_little_late_is_late(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	u64 late = fsm.deadline + 1000;

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, late), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, late + 1000);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline + 1000),
			TAKE_OVER);
}

static void grace_is_given_once_per_silence(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline + 9 * SEC),
			CARP_ACT_GRACE);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline + 9 * SEC),
			TAKE_OVER);
}

static void grace_is_given_again_after_an_advert(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	struct carp_prio master = prio(1, 0, 0);
	u64 now = fsm.deadline + 9 * SEC;

	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, now), CARP_ACT_GRACE);
	carp_fsm_advert(&fsm, CARP_INET, &master, 0, now + 1);
	KUNIT_EXPECT_EQ(test, fsm.deadline, now + 1 + 3 * SEC + 100 * SKEW);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline + 9 * SEC),
			CARP_ACT_GRACE);
}

static void grace_is_given_again_to_a_new_backup(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);

	carp_fsm_timer(&fsm, fsm.deadline + 9 * SEC);
	carp_fsm_stop(&fsm, CARP_REASON_DOWN);
	carp_fsm_start(&fsm, NOW + 60 * SEC);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline + 9 * SEC),
			CARP_ACT_GRACE);
}

static void grace_covers_both_families(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	struct carp_prio master = prio(1, 0, 0);
	u64 late, a = SEC + 100 * SKEW;

	carp_fsm_families(&fsm, true, true, NOW);
	carp_fsm_advert(&fsm, CARP_INET6, &master, 0, NOW + 2 * SEC);
	/* IPv6 would expire within the grace given to IPv4. */
	late = fsm.down_at[CARP_INET] + a + 1;
	KUNIT_ASSERT_LT(test, fsm.down_at[CARP_INET6], late + a);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, late), CARP_ACT_GRACE);
	KUNIT_EXPECT_EQ(test, fsm.deadline, late + a);
}

static void grace_starts_no_timer_without_address(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);

	carp_fsm_timer(&fsm, fsm.deadline + 9 * SEC);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], CARP_NO_DEADLINE);
}

/* --- ties ---------------------------------------------------------------- */

static void yielding_to_an_equal_waits_half_an_interval_more(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio equal = prio(1, 100, 0);

	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + SEC + 3 * SEC + 100 * SKEW +
					    (SEC + 100 * SKEW) / 2);
}

/* An equal peer's second advertisement may be under way when it yields. */
static void wait_stays_longer_until_the_tie_is_over(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio equal = prio(1, 100, 0);
	u64 down = carp_fsm_down_time(&fsm), half = (SEC + 100 * SKEW) / 2;
	u64 tied = NOW + SEC;

	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, tied);
	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, tied + 1);
	KUNIT_EXPECT_EQ(test, fsm.deadline, tied + 1 + down + half);
	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, tied + 2 * down);
	KUNIT_EXPECT_EQ(test, fsm.deadline, tied + 3 * down + half);
	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, tied + 2 * down + 1);
	KUNIT_EXPECT_EQ(test, fsm.deadline, tied + 3 * down + 1);
}

static void wait_grows_with_each_tie_up_to_a_limit(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio equal = prio(1, 100, 0);
	u64 down = carp_fsm_down_time(&fsm), half = (SEC + 100 * SKEW) / 2;
	u64 now = NOW;
	int i;

	for (i = 1; i < 20; i++) {
		now++;
		carp_fsm_advert(&fsm, CARP_INET, &equal, 1, now);
		KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
		KUNIT_EXPECT_EQ(test, fsm.deadline,
				now + down + (i < 4 ? i : 4) * half);
		KUNIT_EXPECT_LT(test, fsm.deadline, now + 2 * down);
		now = fsm.deadline;
		KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, now), TAKE_OVER);
	}
}

static void master_remembers_a_tie_for_four_down_times(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio equal = prio(1, 100, 0);
	u64 down = carp_fsm_down_time(&fsm), half = (SEC + 100 * SKEW) / 2;

	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, NOW);
	while (fsm.deadline <= NOW + 4 * down)
		carp_fsm_timer(&fsm, fsm.deadline);
	KUNIT_ASSERT_EQ(test, fsm.state, CARP_STATE_MASTER);
	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, NOW + 4 * down);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 5 * down + 2 * half);
}

static void undisputed_master_forgets_the_tie(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio equal = prio(1, 100, 0);
	u64 down = carp_fsm_down_time(&fsm), half = (SEC + 100 * SKEW) / 2;

	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, NOW);
	while (fsm.deadline <= NOW + 6 * down)
		carp_fsm_timer(&fsm, fsm.deadline);
	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, NOW + 6 * down);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 7 * down + half);
}

static void tie_is_forgotten_with_the_next_start(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio equal = prio(1, 100, 0);

	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, NOW);
	carp_fsm_stop(&fsm, CARP_REASON_DOWN);
	carp_fsm_start(&fsm, NOW);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + carp_fsm_down_time(&fsm));
}

static void ipv4_decides_a_tie_if_there_is_any(struct kunit *test)
{
	struct carp_prio equal = prio(1, 100, 0);
	struct carp_fsm fsm = make(CARP_STATE_MASTER);

	carp_fsm_families(&fsm, true, true, NOW);
	carp_fsm_advert(&fsm, CARP_INET6, &equal, 1, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_MASTER);
	carp_fsm_advert(&fsm, CARP_INET, &equal, 1, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
}

static void ipv6_decides_a_tie_where_it_is_alone(struct kunit *test)
{
	struct carp_prio equal = prio(1, 100, 0);
	struct carp_fsm fsm = make(CARP_STATE_MASTER);

	carp_fsm_families(&fsm, false, true, NOW);
	carp_fsm_advert(&fsm, CARP_INET6, &equal, -1, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_MASTER);
	carp_fsm_advert(&fsm, CARP_INET6, &equal, 1, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
}

/* --- the administrator --------------------------------------------------- */

static void forced_backup_waits_as_any_other(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);

	carp_fsm_force(&fsm, CARP_STATE_BACKUP, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 4 * SEC + 100 * SKEW);
	carp_fsm_force(&fsm, CARP_STATE_BACKUP, NOW + 2 * SEC);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 5 * SEC + 100 * SKEW);
}

static void forced_master_advertises_as_any_other(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);

	KUNIT_EXPECT_EQ(test, carp_fsm_force(&fsm, CARP_STATE_MASTER, NOW + 7),
			TAKE_OVER);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 7 + SEC + 100 * SKEW);
	KUNIT_EXPECT_EQ(test, fsm.announce, CARP_ANNOUNCE_REPEAT);
}

static void shorter_interval_brings_the_next_advert_forward(struct kunit *test)
{
	struct carp_fsm fsm = make_with(CARP_STATE_MASTER, 20, 0, NOW);

	KUNIT_EXPECT_EQ(test, carp_fsm_config(&fsm, 1, 0, NOW + SEC), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 2 * SEC);
}

static void longer_interval_does_not_put_it_off(struct kunit *test)
{
	struct carp_fsm fsm = make_with(CARP_STATE_MASTER, 1, 0, NOW);

	KUNIT_EXPECT_EQ(test, carp_fsm_config(&fsm, 20, 0, NOW + SEC / 2), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + SEC);
	carp_fsm_timer(&fsm, fsm.deadline);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 21 * SEC);
}

static void config_restarts_the_wait_with_new_values(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);

	carp_fsm_config(&fsm, 2, 50, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + SEC + 6 * SEC + 50 * SKEW);
}

static void same_config_again_changes_nothing(struct kunit *test)
{
	int state;

	for (state = CARP_STATE_INIT; state <= CARP_STATE_MASTER; state++) {
		struct carp_fsm fsm = make(state), before = fsm;

		KUNIT_EXPECT_EQ(test, carp_fsm_config(&fsm, 1, 100, NOW + SEC),
				0);
		KUNIT_EXPECT_EQ(test, memcmp(&fsm, &before, sizeof(fsm)), 0);
	}
}

/* --- addresses ----------------------------------------------------------- */

static void master_stays_while_any_family_is_left(struct kunit *test)
{
	static const bool steps[][2] = {
		{ true, true }, { false, true }, { true, true },
		{ true, false }, { false, true }, { true, false },
	};
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	u64 deadline = fsm.deadline;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		KUNIT_EXPECT_EQ(test, carp_fsm_families(&fsm, steps[i][0],
							steps[i][1], NOW + i),
				0);
		KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_MASTER);
		KUNIT_EXPECT_EQ(test, fsm.deadline, deadline);
	}
}

static void backup_starts_and_stops_one_familys_timer(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	u64 down = carp_fsm_down_time(&fsm);

	carp_fsm_families(&fsm, true, true, NOW + SEC);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET], NOW + down);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], NOW + SEC + down);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + down);
	carp_fsm_families(&fsm, false, true, NOW + 2 * SEC);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET], CARP_NO_DEADLINE);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], NOW + SEC + down);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + SEC + down);
	carp_fsm_families(&fsm, true, false, NOW + 3 * SEC);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET], NOW + 3 * SEC + down);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], CARP_NO_DEADLINE);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 3 * SEC + down);
}

static void same_families_again_change_nothing(struct kunit *test)
{
	int state;

	for (state = CARP_STATE_INIT; state <= CARP_STATE_MASTER; state++) {
		struct carp_fsm fsm = make(state), before = fsm;

		KUNIT_EXPECT_EQ(test, carp_fsm_families(&fsm, true, false,
							NOW + SEC), 0);
		KUNIT_EXPECT_EQ(test, memcmp(&fsm, &before, sizeof(fsm)), 0);
	}
}

static void addresses_in_init_are_remembered(struct kunit *test)
{
	struct carp_fsm fsm;

	carp_fsm_init(&fsm);
	KUNIT_EXPECT_EQ(test, carp_fsm_families(&fsm, false, true, NOW), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, CARP_NO_DEADLINE);
	carp_fsm_start(&fsm, NOW);
	KUNIT_EXPECT_EQ(test, fsm.down_at[CARP_INET6], NOW + 3 * SEC);
}

/* --- demotion ------------------------------------------------------------ */

static void master_tells_at_once_that_it_is_demoted(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	u64 now = NOW + SEC / 4;

	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, 10, now), ADVERT);
	KUNIT_EXPECT_EQ(test, fsm.deadline, now + SEC + 110 * SKEW);
	/* more of it is told with the next */
	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, 20, now + 1), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, now + SEC + 110 * SKEW);
	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, 0, now + 2), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, now + 2 + SEC + 100 * SKEW);
	/* and the next time it begins is told at once again */
	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, 1, now + 3), ADVERT);
}

static void negative_sums_are_not_demotion(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);

	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, -5, NOW), 0);
	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, -1, NOW), 0);
	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, 0, NOW), 0);
	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, -1, NOW), 0);
	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, 1, NOW), ADVERT);
}

static void demotion_advert_does_not_count_for_the_repeat(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);

	carp_fsm_demote(&fsm, 1, NOW + 1);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline), ADVERT);
	KUNIT_EXPECT_EQ(test, carp_fsm_timer(&fsm, fsm.deadline),
			ADVERT | CARP_ACT_ANNOUNCE);
}

static void demotion_does_not_touch_a_backups_timer(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_BACKUP);
	u64 deadline = fsm.deadline;

	KUNIT_EXPECT_EQ(test, carp_fsm_demote(&fsm, 10, NOW + SEC), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, deadline);
}

/* --- whatever happens ---------------------------------------------------- */

static u32 next_random(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static u32 random_event(struct carp_fsm *fsm, u32 *seed, u64 *now)
{
	struct carp_prio peer = prio(next_random(seed) % 4,
				     next_random(seed),
				     next_random(seed) % 8 ? 0 : 9);
	u32 event = next_random(seed) % 12;

	*now += next_random(seed) % 64 * (SEC / 64);
	fsm->preempt = next_random(seed) & 1;
	switch (event) {
	case 0:
		return carp_fsm_start(fsm, *now);
	case 1:
		return carp_fsm_stop(fsm, CARP_REASON_DOWN);
	case 2:
		return carp_fsm_config(fsm, next_random(seed) % 4,
				       1 + next_random(seed) % 254, *now);
	case 3:
		return carp_fsm_families(fsm, next_random(seed) & 1,
					 next_random(seed) & 1, *now);
	case 4:
		return carp_fsm_demote(fsm, (s32)(next_random(seed) % 600) -
				       300, *now);
	case 5:
		return carp_fsm_force(fsm, next_random(seed) % 3, *now);
	case 6:
		return carp_fsm_advert(fsm, next_random(seed) & 1, &bow_out, 0,
				       *now);
	case 7:
	case 8:
		return carp_fsm_advert(fsm, next_random(seed) & 1, &peer,
				       (int)(next_random(seed) % 3) - 1, *now);
	default:
		/* most often in time, sometimes very late */
		if (fsm->deadline != CARP_NO_DEADLINE && fsm->deadline > *now)
			*now = fsm->deadline;
		return carp_fsm_timer(fsm, *now);
	}
}

static void invariants_hold_whatever_happens(struct kunit *test)
{
	struct carp_fsm fsm, before;
	u32 seed = 112, acts;
	u64 now = NOW;
	int i;

	carp_fsm_init(&fsm);
	for (i = 0; i < 200000; i++) {
		before = fsm;
		acts = random_event(&fsm, &seed, &now);
		KUNIT_ASSERT_EQ(test, fsm.deadline, nearest(&fsm));
		KUNIT_ASSERT_EQ(test, fsm.deadline == CARP_NO_DEADLINE,
				fsm.state == CARP_STATE_INIT);
		/* no timer of another state is left */
		if (fsm.state != CARP_STATE_MASTER)
			KUNIT_ASSERT_EQ(test, fsm.advert_at, CARP_NO_DEADLINE);
		if (fsm.state != CARP_STATE_BACKUP) {
			KUNIT_ASSERT_EQ(test, fsm.down_at[CARP_INET],
					CARP_NO_DEADLINE);
			KUNIT_ASSERT_EQ(test, fsm.down_at[CARP_INET6],
					CARP_NO_DEADLINE);
		}
		/* nobody runs without an address */
		if (fsm.state != CARP_STATE_INIT)
			KUNIT_ASSERT_TRUE(test,
					  fsm.has_family[0] ||
					  fsm.has_family[1]);
		KUNIT_ASSERT_EQ(test, !!(acts & CARP_ACT_STATE),
				fsm.state != before.state);
		KUNIT_ASSERT_EQ(test, !!(acts & CARP_ACT_BOW_OUT),
				before.state == CARP_STATE_MASTER &&
				fsm.state == CARP_STATE_INIT);
		if (acts & CARP_ACT_STATE && fsm.state == CARP_STATE_MASTER)
			KUNIT_ASSERT_EQ(test, acts, TAKE_OVER);
		/* only a MASTER speaks */
		if (acts & (CARP_ACT_ADVERT | CARP_ACT_ANNOUNCE))
			KUNIT_ASSERT_EQ(test, fsm.state, CARP_STATE_MASTER);
		if (acts & CARP_ACT_GRACE)
			KUNIT_ASSERT_EQ(test, fsm.state, CARP_STATE_BACKUP);
		/* and nobody's silence lasts for ever */
		if (fsm.state != CARP_STATE_INIT)
			KUNIT_ASSERT_LE(test, fsm.deadline,
					now + 2 * 4 * 4 * SEC);
	}
}

/* Half a second after it has yielded. */
static void ignores_slower(struct kunit *test, struct carp_fsm *fsm,
			   const struct carp_prio *heeded,
			   const struct carp_prio *slower)
{
	fsm->preempt = true;
	carp_fsm_advert(fsm, CARP_INET, heeded, 1, NOW);
	KUNIT_ASSERT_EQ(test, fsm->state, CARP_STATE_BACKUP);

	KUNIT_EXPECT_EQ(test, carp_fsm_advert(fsm, CARP_INET, slower, 1,
					      NOW + SEC / 2), 0);
}

/* Several take over at once when a master says goodbye. What a slower one of
 * them sent before it yielded must not make this one take over again.
 */
static void one_that_has_yielded_leaves_slower_ones_alone(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio better = prio(1, 50, 0);
	struct carp_prio slower = prio(10, 0, 1);

	ignores_slower(test, &fsm, &better, &slower);
	KUNIT_EXPECT_EQ(test, fsm.deadline,
			NOW + 3 * SEC + SEC / 2 + 100 * SKEW);
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &slower, 1,
					      NOW + SEC / 2 + 25 * SKEW),
			TAKE_OVER);
}

/* Nor where it yielded to an equal, or many equals take turns at preempting
 * what slower ones have sent, each with an advertisement that the others hear.
 */
static void one_that_has_yielded_to_an_equal_does_too(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio equal = prio(1, 100, 0);
	struct carp_prio slower = prio(10, 0, 0);

	ignores_slower(test, &fsm, &equal, &slower);
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &slower, 1,
					      NOW + SEC / 2 + 50 * SKEW),
			TAKE_OVER);
}

/* Timers and networks are not exact: the next advertisement of the better one
 * comes a little less than an interval after the first, and says that it is the
 * better one no longer.
 */
static void one_that_has_yielded_hears_the_better_ones_next(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio better = prio(1, 0, 0);

	carp_fsm_advert(&fsm, CARP_INET, &better, 1, NOW);
	KUNIT_ASSERT_EQ(test, fsm.state, CARP_STATE_BACKUP);

	better = prio(1, 240, 240);
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &better, 1,
					      NOW + SEC - SEC / 20),
			TAKE_OVER);
}

static void one_that_has_yielded_honours_a_goodbye(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio better = prio(1, 50, 0);

	carp_fsm_advert(&fsm, CARP_INET, &better, 1, NOW);
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &bow_out, 1,
					      NOW + 1), TAKE_OVER);
	/* And then it is over. */
	carp_fsm_force(&fsm, CARP_STATE_BACKUP, NOW + 2);
	better.demote = 1;
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &better, 1,
					      NOW + 3), TAKE_OVER);
}

/* Whoever speaks less often than M is not dead when M has passed. */
static void a_master_that_speaks_rarely_is_waited_for(struct kunit *test)
{
	struct carp_fsm fsm = make(CARP_STATE_MASTER);
	struct carp_prio rare = prio(10, 20, 0);

	carp_fsm_demote(&fsm, 5, NOW);
	carp_fsm_advert(&fsm, CARP_INET, &rare, 1, NOW);
	KUNIT_EXPECT_EQ(test, fsm.state, CARP_STATE_BACKUP);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 30 * SEC + 20 * SKEW);
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &rare, 1,
					      NOW + 10 * SEC), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 40 * SEC + 20 * SKEW);
}

static void demoted_members_of_advbase_0_wait_for_each_other(struct kunit *test)
{
	struct carp_fsm fsm = make_with(CARP_STATE_BACKUP, 0, 16, NOW);
	struct carp_prio demoted = prio(0, 240, 240);

	carp_fsm_demote(&fsm, 240, NOW);
	KUNIT_EXPECT_EQ(test, carp_fsm_advert(&fsm, CARP_INET, &demoted, 1,
					      NOW), 0);
	KUNIT_EXPECT_EQ(test, fsm.deadline, NOW + 3 * 240 * SKEW);
}

static struct kunit_case fsm_cases[] = {
	KUNIT_CASE_PARAM(interval_is_base_and_256ths, time_gen_params),
	KUNIT_CASE_PARAM(down_time_is_three_bases_and_skew, time_gen_params),
	KUNIT_CASE_PARAM(down_time_knows_no_demotion, time_gen_params),
	KUNIT_CASE_PARAM(demotion_goes_into_skew_and_byte, prio_gen_params),
	KUNIT_CASE_PARAM(any_demotion_is_the_highest_in_the_other_style,
			 prio_gen_params),
	KUNIT_CASE_PARAM(tie4_is_ucarps_order, tie_gen_params),
	KUNIT_CASE(tie6_is_byte_order),
	KUNIT_CASE_PARAM(event_does_what_the_table_says, event_gen_params),
	KUNIT_CASE(new_one_takes_no_part),
	KUNIT_CASE(start_without_address_does_nothing),
	KUNIT_CASE(start_runs_a_timer_per_family),
	KUNIT_CASE(start_again_restarts_the_wait),
	KUNIT_CASE(start_again_leaves_a_master_alone),
	KUNIT_CASE(first_advert_delay_knows_no_demotion),
	KUNIT_CASE(skew_above_240_is_cut_in_later_adverts),
	KUNIT_CASE(late_advert_timer_catches_up_once),
	KUNIT_CASE(advert_that_was_put_off_moves_those_after_it),
	KUNIT_CASE(nobody_but_a_master_puts_anything_off),
	KUNIT_CASE(announcement_is_repeated_once_two_adverts_later),
	KUNIT_CASE(announcement_is_not_repeated_after_yielding),
	KUNIT_CASE(rival_is_told_off_at_once_and_clients_twice),
	KUNIT_CASE(rival_of_a_new_master_is_told_off_at_once),
	KUNIT_CASE_PARAM(master_yields_or_stays, master_gen_params),
	KUNIT_CASE(exactly_one_of_two_masters_yields),
	KUNIT_CASE_PARAM(backup_takes_over_when_silent, time_gen_params),
	KUNIT_CASE(advert_restarts_its_familys_timer_only),
	KUNIT_CASE(either_family_silent_means_takeover),
	KUNIT_CASE(advert_of_a_family_without_address_runs_no_timer),
	KUNIT_CASE_PARAM(backup_takes_over_or_waits, backup_gen_params),
	KUNIT_CASE(bow_out_is_honoured_whatever_advbase),
	KUNIT_CASE_PARAM(late_timer_is_given_grace, time_gen_params),
	KUNIT_CASE_PARAM(timer_less_late_waits_as_long_again, time_gen_params),
	KUNIT_CASE_PARAM(timer_late_by_one_interval_is_not_told_of,
			 time_gen_params),
	KUNIT_CASE_PARAM(timer_in_time_takes_over, time_gen_params),
	KUNIT_CASE(a_little_late_is_late),
	KUNIT_CASE(grace_is_given_once_per_silence),
	KUNIT_CASE(grace_is_given_again_after_an_advert),
	KUNIT_CASE(grace_is_given_again_to_a_new_backup),
	KUNIT_CASE(grace_covers_both_families),
	KUNIT_CASE(grace_starts_no_timer_without_address),
	KUNIT_CASE(yielding_to_an_equal_waits_half_an_interval_more),
	KUNIT_CASE(wait_stays_longer_until_the_tie_is_over),
	KUNIT_CASE(wait_grows_with_each_tie_up_to_a_limit),
	KUNIT_CASE(master_remembers_a_tie_for_four_down_times),
	KUNIT_CASE(undisputed_master_forgets_the_tie),
	KUNIT_CASE(tie_is_forgotten_with_the_next_start),
	KUNIT_CASE(ipv4_decides_a_tie_if_there_is_any),
	KUNIT_CASE(ipv6_decides_a_tie_where_it_is_alone),
	KUNIT_CASE(forced_backup_waits_as_any_other),
	KUNIT_CASE(forced_master_advertises_as_any_other),
	KUNIT_CASE(shorter_interval_brings_the_next_advert_forward),
	KUNIT_CASE(longer_interval_does_not_put_it_off),
	KUNIT_CASE(config_restarts_the_wait_with_new_values),
	KUNIT_CASE(same_config_again_changes_nothing),
	KUNIT_CASE(master_stays_while_any_family_is_left),
	KUNIT_CASE(backup_starts_and_stops_one_familys_timer),
	KUNIT_CASE(same_families_again_change_nothing),
	KUNIT_CASE(addresses_in_init_are_remembered),
	KUNIT_CASE(master_tells_at_once_that_it_is_demoted),
	KUNIT_CASE(negative_sums_are_not_demotion),
	KUNIT_CASE(demotion_advert_does_not_count_for_the_repeat),
	KUNIT_CASE(demotion_does_not_touch_a_backups_timer),
	KUNIT_CASE(one_that_has_yielded_leaves_slower_ones_alone),
	KUNIT_CASE(one_that_has_yielded_to_an_equal_does_too),
	KUNIT_CASE(one_that_has_yielded_hears_the_better_ones_next),
	KUNIT_CASE(one_that_has_yielded_honours_a_goodbye),
	KUNIT_CASE(a_master_that_speaks_rarely_is_waited_for),
	KUNIT_CASE(demoted_members_of_advbase_0_wait_for_each_other),
	KUNIT_CASE(invariants_hold_whatever_happens),
	{}
};

static struct kunit_suite fsm_suite = {
	.name = "carp-fsm",
	.test_cases = fsm_cases,
};

kunit_test_suite(fsm_suite);
