// SPDX-License-Identifier: GPL-2.0-only
/* frame_fuzz SEED ROUNDS [ROUND [step]]: any frames at a host with carp
 *
 * A batch of frames, then a look at every carp device. What must hold:
 *
 * - Counters only grow, and those of received advertisements by what was sent:
 *   each advertisement to the group moves the one counter that protocol.rst
 *   says, and one that the IP layer hands over moves one at most. Frames to the
 *   virtual MAC of who is not MASTER, and who asks for its addresses, likewise.
 * - Who has no passphrase moves no state. A BACKUP that hears its MASTER stays.
 * - Nobody but the MASTER speaks for a virtual address.
 * - Afterwards each device takes a good advertisement, obeys, can be deleted
 *   and made anew.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

#define BATCHES		60
#define FRAMES		48
#define FIRST		CARP_STAT_IPACKETS
#define LAST		CARP_STAT_LOOPED

enum total {
	FRAMES_SENT,
	FORETOLD,
	ACCEPTED,
	THROUGH_IP,
	DROPS,
	FROM_HOST,
};

static const char *const totals[] = {
	"frames", "advertisements foretold", "of them taken",
	"through the IP layer", "drops foretold", "frames from the host", NULL,
};

/**
 * struct tally - what the counters are to have grown by
 * @port: those of the parents
 * @member: those of the devices
 * @maybe: how many more there may be, of any sort
 * @maybe_drops: likewise, of frames that are dropped by who is not MASTER
 */
struct tally {
	u64 port[PORTS][__CARP_STAT_MAX];
	u64 member[MEMBERS][__CARP_STAT_MAX];
	u64 maybe;
	u64 maybe_drops;
};

static struct round *round;
static struct host host;
static struct batch batch;

static void blame(u32 from, u32 to)
{
	char what[64];

	for (u32 i = from; i < to; i++) {
		struct verdict v = verdict_of(&host, &batch.frame[i]);

		snprintf(what, sizeof(what), "%s (%d, %d, %d)",
			 batch.frame[i].kind, v.sure, v.stat, v.member);
		hex(what, batch.frame[i].data, batch.frame[i].len);
	}
}

static void tally_one(struct tally *tally, const struct verdict *v)
{
	switch (v->sure) {
	case NONE:
		break;
	case ONE:
		round->total[FORETOLD]++;
		if (v->stat <= CARP_STAT_IPACKETS6)
			round->total[ACCEPTED]++;
		if (v->member < 0)
			tally->port[v->port][v->stat]++;
		else
			tally->member[v->member][v->stat]++;
		break;
	case MAYBE:
		round->total[THROUGH_IP]++;
		tally->maybe++;
		break;
	}
}

static void tally_drop(struct tally *tally, const struct verdict *v)
{
	if (v->sure == MAYBE)
		tally->maybe_drops++;
	if (v->sure != ONE)
		return;
	round->total[DROPS]++;
	tally->member[v->member][v->stat]++;
}

static void look(void)
{
	for (int i = 0; i < MEMBERS; i++) {
		struct member *m = &host.member[i];

		if (!link_get(&host.nl, m->ifindex, &m->before))
			fault("%s has gone", m->name);
		if (m->before.state != m->state)
			fault("%s is in state %u, was %u", m->name,
			      m->before.state, m->state);
	}
}

static void show(const struct tally *tally, int i, const struct link *after)
{
	const struct member *m = &host.member[i];

	printf("# %s: counter, more, wanted:", m->name);
	for (int stat = FIRST; stat <= CARP_STAT_MAX; stat++)
		printf(" %d %llu %llu", stat,
		       (unsigned long long)(after->count[stat] -
					    m->before.count[stat]),
		       (unsigned long long)(tally->member[i][stat] +
					    tally->port[m->port][stat]));
	printf("\n");
}

static void check_counters(const struct tally *tally, int i,
			   const struct link *after, u32 from, u32 to)
{
	const struct member *m = &host.member[i];
	u64 grown, wanted, more = 0;

	for (int stat = FIRST; stat <= CARP_STAT_MAX; stat++) {
		if (after->count[stat] < m->before.count[stat])
			fault("%s: counter %d shrank", m->name, stat);
		grown = after->count[stat] - m->before.count[stat];
		if (stat > LAST)
			continue;
		wanted = tally->member[i][stat] + tally->port[m->port][stat];
		if (grown < wanted || grown > wanted + tally->maybe) {
			blame(from, to);
			show(tally, i, after);
			fault("%s: counter %d: %llu more, wanted %llu to %llu",
			      m->name, stat, (unsigned long long)grown,
			      (unsigned long long)wanted,
			      (unsigned long long)(wanted + tally->maybe));
		}
		more += grown - wanted;
	}
	if (more > tally->maybe) {
		blame(from, to);
		fault("%s: %llu counted, %llu were sent", m->name,
		      (unsigned long long)more,
		      (unsigned long long)tally->maybe);
	}
}

/* What leaves, and ARP on other links, may add to ARPDROP. */
static void check_drops(const struct tally *tally, int i,
			const struct link *after, u32 from, u32 to)
{
	static const int stats[] = { CARP_STAT_NOTMASTER, CARP_STAT_ARPDROP };
	const struct member *m = &host.member[i];
	u64 grown, wanted;

	for (u32 j = 0; j < ARRAY_SIZE(stats) && !batch.keyed; j++) {
		grown = after->count[stats[j]] - m->before.count[stats[j]];
		wanted = tally->member[i][stats[j]];
		if (grown >= wanted && (stats[j] == CARP_STAT_ARPDROP ||
					grown <= wanted + tally->maybe_drops))
			continue;
		blame(from, to);
		fault("%s: counter %d: %llu more, wanted %llu", m->name,
		      stats[j], (unsigned long long)grown,
		      (unsigned long long)wanted);
	}
}

static void check_state(const struct member *m, const struct link *after,
			u32 from, u32 to)
{
	if (batch.keyed || after->serial == m->before.serial)
		return;
	blame(from, to);
	fault("%s: from state %u to %u, reason %u, for no valid advertisement",
	      m->name, m->before.state, after->state, after->reason);
}

/* Frames @from to @to - 1, and what has become of them. */
static void run(u32 from, u32 to)
{
	struct tally tally = {};
	struct verdict v;
	struct link after;

	look();
	for (u32 i = from; i < to; i++) {
		v = verdict_of(&host, &batch.frame[i]);
		tally_one(&tally, &v);
		v = drop_of(&host, &batch.frame[i]);
		tally_drop(&tally, &v);
		host_write(&host, batch.frame[i].data, batch.frame[i].len);
		if (i % 8 == 0)
			host_speak(&host);
		host_read(&host, !batch.keyed);
		round->total[FRAMES_SENT]++;
	}
	for (int i = 0; i < MEMBERS; i++) {
		struct member *m = &host.member[i];

		link_get(&host.nl, m->ifindex, &after);
		check_counters(&tally, i, &after, from, to);
		check_drops(&tally, i, &after, from, to);
		check_state(m, &after, from, to);
		m->state = after.state;
	}
}

static void frame_round(struct round *this)
{
	round = this;
	host_setup(&host, &this->rng);
	batch.rng = &this->rng;
	batch.host = &host;
	for (u32 i = 0; i < BATCHES; i++) {
		snprintf(strchrnul(fuzz_where, ','), 24, ", batch %u", i);
		if (one_in(&this->rng, 2))
			host_act(&host);
		host_settle(&host);
		batch.keyed = one_in(&this->rng, 4);
		batch_fill(&batch, FRAMES);
		if (!this->step)
			run(0, batch.n);
		for (u32 n = 0; this->step && n < batch.n; n++)
			run(n, n + 1);
	}
	host_teardown(&host);
	round->total[FROM_HOST] += host.sent;
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {
		.name = "frame_fuzz",
		.round = frame_round,
		.totals = totals,
	};

	corpus_load(argv[0]);
	return rounds_main(&fuzzer, argc, argv);
}
