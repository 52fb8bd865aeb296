// SPDX-License-Identifier: GPL-2.0-only
/* KUnit tests of what equal members make of each other
 *
 * Two or three members with the same advbase and advskew on one segment, in a
 * virtual clock that has no jitter: what real clocks separate by luck has to be
 * separated by rule here. The others are modelled after what is known of them:
 *
 * BSD		FreeBSD, NetBSD: yields to every equal advertisement
 * OPENBSD	the same, with a master-down time of three whole intervals
 * UCARP	the smaller source wins, last octet first; advertises once more
 *		before it yields
 */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "../fsm.h"

#define MS		1000000ULL
#define MAX_NODES	3
#define MAX_FRAMES	64

enum kind {
	OURS,
	BSD,
	OPENBSD,
	UCARP,
};

/* @fsm is what runs in OURS, and where the others keep state and timers. */
struct node {
	enum kind kind;
	struct carp_fsm fsm;
	u8 src4[4];
	u8 src6[16];
	u64 latency;	/* of what is sent to it */
};

struct frame {
	u64 at;
	int from;
	int to;
	enum carp_family family;
	struct carp_prio prio;
};

struct segment {
	struct node nodes[MAX_NODES];
	int n_nodes;
	struct frame frames[MAX_FRAMES];
	int n_frames;
	bool overrun;
	bool split;
	u64 now;
	unsigned int changes;
	u64 last_change;
};

static void advertise(struct segment *seg, int from)
{
	struct node *node = &seg->nodes[from];
	int to, family;

	for (family = 0; family < CARP_FAMILIES; family++) {
		if (!node->fsm.has_family[family] || seg->split)
			continue;
		for (to = 0; to < seg->n_nodes; to++) {
			if (to == from)
				continue;
			if (seg->n_frames == MAX_FRAMES) {
				seg->overrun = true;
				return;
			}
			seg->frames[seg->n_frames++] = (struct frame) {
				.at = seg->now + seg->nodes[to].latency,
				.from = from,
				.to = to,
				.family = family,
				.prio = carp_fsm_prio(&node->fsm),
			};
		}
	}
}

static u64 interval(const struct node *node)
{
	struct carp_prio prio = carp_fsm_prio(&node->fsm);

	return carp_prio_interval(&prio);
}

static u64 foreign_down_time(const struct node *node)
{
	if (node->kind == OPENBSD)
		return 3 * interval(node);
	return carp_fsm_down_time(&node->fsm);
}

static void foreign_back_up(struct node *node, u64 now)
{
	int family;

	node->fsm.state = CARP_STATE_BACKUP;
	for (family = 0; family < CARP_FAMILIES; family++)
		node->fsm.down_at[family] = node->fsm.has_family[family] ?
			now + foreign_down_time(node) : CARP_NO_DEADLINE;
}

static void foreign_timer(struct segment *seg, int i)
{
	struct node *node = &seg->nodes[i];

	node->fsm.state = CARP_STATE_MASTER;
	node->fsm.advert_at = seg->now + interval(node);
	advertise(seg, i);
}

static void foreign_hears(struct segment *seg, const struct frame *frame)
{
	struct node *from = &seg->nodes[frame->from];
	struct node *node = &seg->nodes[frame->to];
	u64 theirs = carp_prio_interval(&frame->prio);

	if (node->fsm.state == CARP_STATE_BACKUP) {
		node->fsm.down_at[frame->family] =
			seg->now + foreign_down_time(node);
		return;
	}
	if (interval(node) < theirs)
		return;
	if (node->kind == UCARP && interval(node) == theirs) {
		if (carp_tie_cmp4(node->src4, from->src4) < 0)
			return;
		advertise(seg, frame->to);
	}
	foreign_back_up(node, seg->now);
}

static int our_tie(const struct node *own, const struct node *peer,
		   enum carp_family family)
{
	if (family == CARP_INET6)
		return carp_tie_cmp6(own->src6, peer->src6);
	return carp_tie_cmp4(own->src4, peer->src4);
}

static void our_actions(struct segment *seg, int i, u32 acts)
{
	if (acts & CARP_ACT_ADVERT)
		advertise(seg, i);
}

static void deliver(struct segment *seg, int f)
{
	struct frame frame = seg->frames[f];
	struct node *node = &seg->nodes[frame.to];
	enum carp_state before = node->fsm.state;
	int tie;

	seg->frames[f] = seg->frames[--seg->n_frames];
	if (node->kind == OURS) {
		tie = our_tie(node, &seg->nodes[frame.from], frame.family);
		our_actions(seg, frame.to,
			    carp_fsm_advert(&node->fsm, frame.family,
					    &frame.prio, tie, seg->now));
	} else {
		foreign_hears(seg, &frame);
	}
	if (node->fsm.state != before) {
		seg->changes++;
		seg->last_change = seg->now;
	}
}

static void fire(struct segment *seg, int i)
{
	struct node *node = &seg->nodes[i];
	enum carp_state before = node->fsm.state;

	if (node->kind == OURS)
		our_actions(seg, i, carp_fsm_timer(&node->fsm, seg->now));
	else
		foreign_timer(seg, i);
	if (node->fsm.state != before) {
		seg->changes++;
		seg->last_change = seg->now;
	}
}

static u64 node_deadline(const struct node *node)
{
	const struct carp_fsm *fsm = &node->fsm;

	if (node->kind == OURS)
		return fsm->deadline;
	if (fsm->state == CARP_STATE_MASTER)
		return fsm->advert_at;
	return fsm->down_at[CARP_INET] < fsm->down_at[CARP_INET6] ?
	       fsm->down_at[CARP_INET] : fsm->down_at[CARP_INET6];
}

/* Timers go before frames of the same time: what crosses, crosses. */
static void run_until(struct segment *seg, u64 end)
{
	u64 at, next;
	int i, who;

	for (;;) {
		next = CARP_NO_DEADLINE;
		who = 0;
		for (i = 0; i < seg->n_nodes + seg->n_frames; i++) {
			at = i < seg->n_nodes ? node_deadline(&seg->nodes[i]) :
			     seg->frames[i - seg->n_nodes].at;
			if (at < next) {
				next = at;
				who = i;
			}
		}
		if (next > end)
			break;
		seg->now = next;
		if (who < seg->n_nodes)
			fire(seg, who);
		else
			deliver(seg, who - seg->n_nodes);
	}
	seg->now = end;
}

/* A scenario: who there is, in the order in which ucarp prefers them, and with
 * which parameters.
 */
struct scenario {
	const enum kind *kinds;
	int n_nodes;
	u8 advbase;
	u8 advskew;
	bool inet6;		/* addresses of both families */
	bool inet6_reversed;	/* IPv6 sources in the opposite order */
	u64 latency;
	u64 phase;		/* between the nodes' timers */
};

static void set_up(struct segment *seg, const struct scenario *sc)
{
	int i;

	memset(seg, 0, sizeof(*seg));
	seg->now = 1000 * MS;
	seg->n_nodes = sc->n_nodes;
	for (i = 0; i < sc->n_nodes; i++) {
		struct node *node = &seg->nodes[i];

		node->kind = sc->kinds[i];
		node->latency = sc->latency;
		/* Not preferred if the first octet counted most. */
		node->src4[0] = 200 - i;
		node->src4[3] = i + 1;
		node->src6[15] = sc->inet6_reversed ? 200 - i : i + 1;
		carp_fsm_init(&node->fsm);
		carp_fsm_config(&node->fsm, sc->advbase, sc->advskew, seg->now);
		carp_fsm_families(&node->fsm, true, sc->inet6, seg->now);
		if (node->kind == OURS)
			carp_fsm_start(&node->fsm, seg->now + i * sc->phase);
		else
			foreign_back_up(node, seg->now + i * sc->phase);
	}
}

/* The split comes before anybody has spoken, so that all become MASTER, and
 * is over when all are; from then on they have to agree.
 */
static void split_and_heal(struct segment *seg, const struct scenario *sc)
{
	u64 master_after = 4 * foreign_down_time(&seg->nodes[0]);
	int i;

	seg->split = true;
	run_until(seg, seg->now + master_after);
	for (i = 0; i < seg->n_nodes; i++) {
		/* In step, or a phase apart from the one before. */
		seg->nodes[i].fsm.advert_at = seg->now + MS + i * sc->phase;
		seg->nodes[i].fsm.deadline = seg->nodes[i].fsm.advert_at;
	}
	seg->split = false;
	seg->changes = 0;
}

static int masters(const struct segment *seg)
{
	int i, n = 0;

	for (i = 0; i < seg->n_nodes; i++)
		n += seg->nodes[i].fsm.state == CARP_STATE_MASTER;
	return n;
}

/* One MASTER, within @limit, and no change in a hundred intervals after it. */
static bool settles(struct segment *seg, u64 limit)
{
	u64 quiet = 100 * interval(&seg->nodes[0]);
	u64 settled = seg->now + limit;

	run_until(seg, settled + quiet);
	return !seg->overrun && masters(seg) == 1 &&
	       seg->last_change <= settled;
}

struct pair_case {
	const char *desc;
	enum kind kinds[2];
};

static const struct pair_case our_pairs[] = {
	{ "ours and ours", { OURS, OURS } },
	{ "ours, preferred, and a BSD", { OURS, BSD } },
	{ "ours and a BSD, preferred", { BSD, OURS } },
	{ "ours, preferred, and OpenBSD", { OURS, OPENBSD } },
	{ "ours and OpenBSD, preferred", { OPENBSD, OURS } },
	{ "ours, preferred, and ucarp", { OURS, UCARP } },
	{ "ours and ucarp, preferred", { UCARP, OURS } },
};

static void pair_desc(const struct pair_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(our_pair, our_pairs, pair_desc);

struct params {
	u8 advbase;
	u8 advskew;
};

/* With 1 and 85 OpenBSD's master-down time is ours and half an interval. */
static const struct params params[] = {
	{ 1, 0 }, { 1, 1 }, { 1, 84 }, { 1, 85 }, { 1, 86 }, { 1, 100 },
	{ 1, 240 }, { 1, 254 }, { 3, 0 }, { 20, 100 }, { 255, 254 },
	{ 0, 254 }, { 0, 100 }, { 0, 16 },
};

/* In 1024ths of the interval. */
static const unsigned int latencies[] = { 1, 10, 100, 307 };
static const unsigned int phases[] = { 0, 1, 5, 50, 256, 512, 900 };

static void settle_all(struct kunit *test, const enum kind *kinds, int n_nodes,
		       bool split, bool inet6, bool inet6_reversed)
{
	struct scenario sc = {
		.kinds = kinds,
		.n_nodes = n_nodes,
		.inet6 = inet6,
		.inet6_reversed = inet6_reversed,
	};
	struct segment seg;
	unsigned int p, l, f;
	struct carp_prio prio = {};
	u64 a, limit;

	for (p = 0; p < ARRAY_SIZE(params); p++) {
		prio.advbase = params[p].advbase;
		prio.advskew = params[p].advskew;
		sc.advbase = prio.advbase;
		sc.advskew = prio.advskew;
		a = carp_prio_interval(&prio);
		for (l = 0; l < ARRAY_SIZE(latencies); l++) {
			for (f = 0; f < ARRAY_SIZE(phases); f++) {
				sc.latency = a / 1024 * latencies[l];
				sc.phase = a / 1024 * phases[f];
				set_up(&seg, &sc);
				/* Master-down times, one crossing each. */
				limit = 4 * foreign_down_time(&seg.nodes[0]) +
					4 * a;
				if (split)
					split_and_heal(&seg, &sc);
				KUNIT_EXPECT_TRUE(test, settles(&seg, limit));
			}
		}
	}
}

static void equals_settle_after_starting_together(struct kunit *test)
{
	const struct pair_case *c = test->param_value;

	settle_all(test, c->kinds, 2, false, false, false);
}

static void equals_settle_after_a_split(struct kunit *test)
{
	const struct pair_case *c = test->param_value;

	settle_all(test, c->kinds, 2, true, false, false);
}

static const struct pair_case dual_stack_pairs[] = {
	{ "ours and ours", { OURS, OURS } },
	{ "ours, preferred, and a BSD", { OURS, BSD } },
	{ "ours and a BSD, preferred", { BSD, OURS } },
	{ "ours, preferred, and OpenBSD", { OURS, OPENBSD } },
	{ "ours and OpenBSD, preferred", { OPENBSD, OURS } },
};

KUNIT_ARRAY_PARAM(dual_stack, dual_stack_pairs, pair_desc);

static void equals_settle_with_both_families(struct kunit *test)
{
	const struct pair_case *c = test->param_value;

	settle_all(test, c->kinds, 2, false, true, false);
	settle_all(test, c->kinds, 2, true, true, false);
}

/* Each is preferred by the source of one family. */
static void equals_settle_if_families_disagree(struct kunit *test)
{
	const struct pair_case *c = test->param_value;

	settle_all(test, c->kinds, 2, false, true, true);
	settle_all(test, c->kinds, 2, true, true, true);
}

struct triple_case {
	const char *desc;
	enum kind kinds[3];
};

static const struct triple_case triples[] = {
	{ "three of ours", { OURS, OURS, OURS } },
	{ "a BSD last", { OURS, OURS, BSD } },
	{ "a BSD between", { OURS, BSD, OURS } },
	{ "a BSD first", { BSD, OURS, OURS } },
	{ "ucarp last", { OURS, OURS, UCARP } },
	{ "ucarp between", { OURS, UCARP, OURS } },
	{ "ucarp first", { UCARP, OURS, OURS } },
};

static void triple_desc(const struct triple_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(triple, triples, triple_desc);

static void three_equals_settle(struct kunit *test)
{
	const struct triple_case *c = test->param_value;

	settle_all(test, c->kinds, 3, false, false, false);
	settle_all(test, c->kinds, 3, true, false, false);
}

/* The preferred one of ours never leaves MASTER while a split heals, whatever
 * the other is; and one advertisement is enough for two of ours.
 */
static void preferred_stays_master_after_a_split(struct kunit *test)
{
	static const enum kind others[] = { OURS, BSD, OPENBSD, UCARP };
	struct scenario sc = {
		.n_nodes = 2, .advbase = 1, .latency = MS,
	};
	struct segment seg;
	unsigned int i, f;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		const enum kind kinds[] = { OURS, others[i] };

		for (f = 0; f < ARRAY_SIZE(phases); f++) {
			sc.kinds = kinds;
			sc.phase = phases[f] * MS;
			set_up(&seg, &sc);
			split_and_heal(&seg, &sc);
			run_until(&seg, seg.now + 1100 * MS);
			KUNIT_EXPECT_EQ(test, seg.changes, 1);
			KUNIT_EXPECT_EQ(test, seg.nodes[0].fsm.state,
					CARP_STATE_MASTER);
			KUNIT_EXPECT_EQ(test, seg.nodes[1].fsm.state,
					CARP_STATE_BACKUP);
		}
	}
}

/* That the model is not too kind: what is known to flap does so in it, and so
 * would we without the longer wait.
 */
static void known_flapping_pairs_flap(struct kunit *test)
{
	static const struct pair_case pairs[] = {
		{ "BSDs in step", { BSD, BSD } },
		{ "NetBSD and ucarp", { BSD, UCARP } },
	};
	struct scenario sc = {
		.n_nodes = 2, .advbase = 1, .latency = MS,
	};
	struct segment seg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		sc.kinds = pairs[i].kinds;
		set_up(&seg, &sc);
		split_and_heal(&seg, &sc);
		KUNIT_EXPECT_FALSE(test, settles(&seg, 60 * CARP_NS_PER_SEC));
		KUNIT_EXPECT_GT(test, seg.changes, 20);
	}
}

static struct kunit_case settle_cases[] = {
	KUNIT_CASE_PARAM(equals_settle_after_starting_together,
			 our_pair_gen_params),
	KUNIT_CASE_PARAM(equals_settle_after_a_split, our_pair_gen_params),
	KUNIT_CASE_PARAM(equals_settle_with_both_families,
			 dual_stack_gen_params),
	KUNIT_CASE_PARAM(equals_settle_if_families_disagree,
			 dual_stack_gen_params),
	KUNIT_CASE_PARAM(three_equals_settle, triple_gen_params),
	KUNIT_CASE(preferred_stays_master_after_a_split),
	KUNIT_CASE(known_flapping_pairs_flap),
	{}
};

static struct kunit_suite settle_suite = {
	.name = "carp-settle",
	.test_cases = settle_cases,
};

kunit_test_suite(settle_suite);
