// SPDX-License-Identifier: GPL-2.0-only
/* The state of a small segment as bytes, equal if and only if it behaves alike
 *
 * Left out is what has no influence on the election: the reason of the last
 * transition and when to repeat the announcement.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define MEMBER_KEY	6
#define NEVER		255
/* Timers may be overdue by so many ticks. */
#define OVERDUE		8
/* Ages of ties beyond any that the fsm tells apart */
#define TIED_AGE_MAX	200

/* A new field must be encoded here, or states that differ are taken for one. */
_Static_assert(sizeof(struct carp_fsm) == 72, "struct carp_fsm has changed");

static u8 encode_time(u64 at)
{
	u64 since = at - MODEL_NOW + OVERDUE * MODEL_TICK;

	if (at == CARP_NO_DEADLINE)
		return NEVER;
	if (since % MODEL_TICK || since / MODEL_TICK >= NEVER) {
		fprintf(stderr, "model: %llu ns are not in ticks\n",
			(unsigned long long)at);
		abort();
	}
	return since / MODEL_TICK;
}

/* The next tick is the first that notices. */
static u8 encode_calm(u64 until)
{
	u64 part = (until - MODEL_NOW) % MODEL_TICK;

	if (until <= MODEL_NOW)
		return NEVER;
	return encode_time(part ? until + MODEL_TICK - part : until);
}

static u64 decode_time(u8 code)
{
	if (code == NEVER)
		return CARP_NO_DEADLINE;
	return MODEL_NOW + code * MODEL_TICK - OVERDUE * MODEL_TICK;
}

static u8 encode_tied_age(const struct carp_fsm *fsm)
{
	u64 age;

	if (!fsm->tied)
		return 0;
	age = (MODEL_NOW - fsm->tied_at) / MODEL_TICK;
	return age < TIED_AGE_MAX ? age : TIED_AGE_MAX;
}

static void encode_member(const struct model *model, u32 i, u8 *key)
{
	const struct carp_fsm *fsm = &model->fsm[i];

	key[0] = fsm->state | model->up[i] << 2 | model->started[i] << 3 |
		 fsm->graced << 4 | (fsm->demotion != 0) << 5 |
		 fsm->answered << 6;
	key[1] = fsm->tied;
	key[2] = encode_tied_age(fsm);
	key[3] = encode_time(fsm->state == CARP_STATE_MASTER ?
			     fsm->advert_at : fsm->down_at[CARP_INET]);
	key[4] = encode_time(fsm->deadline);
	key[5] = encode_calm(fsm->calm_until);
}

static void decode_member(struct model *model, const struct setup *setup,
			  u32 i, const u8 *key)
{
	struct carp_fsm *fsm = &model->fsm[i];

	carp_fsm_init(fsm);
	fsm->state = key[0] & 3;
	model->up[i] = key[0] >> 2 & 1;
	model->started[i] = key[0] >> 3 & 1;
	fsm->graced = key[0] >> 4 & 1;
	fsm->demotion = key[0] >> 5 & 1 ? MODEL_DEMOTED : 0;
	fsm->answered = key[0] >> 6 & 1;
	fsm->tied = key[1];
	if (fsm->tied)
		fsm->tied_at = MODEL_NOW - key[2] * MODEL_TICK;
	if (fsm->state == CARP_STATE_MASTER)
		fsm->advert_at = decode_time(key[3]);
	else
		fsm->down_at[CARP_INET] = decode_time(key[3]);
	fsm->deadline = decode_time(key[4]);
	if (key[5] != NEVER)
		fsm->calm_until = decode_time(key[5]);
	if (!model->up[i])
		return;
	fsm->advbase = setup->advbase;
	fsm->advskew = setup->advskew[i];
	fsm->has_family[CARP_INET] = true;
}

static int by_value(const void *a, const void *b)
{
	return *(const u8 *)a - *(const u8 *)b;
}

/* Their order in the model means nothing. */
static void encode_messages(const struct model *model, u8 *key)
{
	u32 m;

	for (m = 0; m < model->n_messages; m++) {
		const struct message *message = &model->messages[m];

		key[m] = message->from | message->to << 2 |
			 message->kind << 4 | message->age << 6;
	}
	qsort(key, model->n_messages, 1, by_value);
}

void model_encode(const struct model *model, const struct setup *setup,
		  u8 key[MODEL_KEY])
{
	u32 i;

	memset(key, 0, MODEL_KEY);
	key[0] = model->n_messages;
	key[1] = model->left.losses | model->left.dups << 4;
	key[2] = model->left.stops | model->left.starts << 2 |
		 model->left.demotes << 4;
	key[3] = model->window << 1 | model->split;
	key[4] = model->quiet;
	for (i = 0; i < setup->n; i++)
		encode_member(model, i, &key[5 + i * MEMBER_KEY]);
	encode_messages(model, &key[5 + MODEL_MEMBERS * MEMBER_KEY]);
}

void model_decode(struct model *model, const struct setup *setup,
		  const u8 key[MODEL_KEY])
{
	const u8 *codes = &key[5 + MODEL_MEMBERS * MEMBER_KEY];
	u32 i;

	memset(model, 0, sizeof(*model));
	model->n_messages = key[0];
	model->left.losses = key[1] & 15;
	model->left.dups = key[1] >> 4;
	model->left.stops = key[2] & 3;
	model->left.starts = key[2] >> 2 & 3;
	model->left.demotes = key[2] >> 4;
	model->window = key[3] >> 1;
	model->split = key[3] & 1;
	model->quiet = key[4];
	for (i = 0; i < setup->n; i++)
		decode_member(model, setup, i, &key[5 + i * MEMBER_KEY]);
	for (i = 0; i < model->n_messages; i++)
		model->messages[i] = (struct message) {
			.from = codes[i] & 3,
			.to = codes[i] >> 2 & 3,
			.kind = codes[i] >> 4 & 3,
			.age = codes[i] >> 6,
		};
}
