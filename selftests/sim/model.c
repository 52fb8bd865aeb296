// SPDX-License-Identifier: GPL-2.0-only
/* What may happen next in a small segment, and what comes of it */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "timeline.h"

void model_init(struct model *model, const struct setup *setup)
{
	u32 i;

	memset(model, 0, sizeof(*model));
	for (i = 0; i < setup->n; i++)
		carp_fsm_init(&model->fsm[i]);
	model->left.losses = setup->losses;
	model->left.dups = setup->dups;
	model->left.stops = setup->stops;
	model->left.starts = setup->starts;
	model->left.demotes = setup->demotes;
	model->window = setup->window;
	model->split = setup->split;
}

static void send_all(struct model *model, const struct setup *setup, u32 from,
		     enum message_kind kind)
{
	u32 to;

	for (to = 0; to < setup->n; to++) {
		if (to == from || !model->up[to] || model->split)
			continue;
		if (model->n_messages == MODEL_MESSAGES) {
			fprintf(stderr, "model: too many messages\n");
			abort();
		}
		model->messages[model->n_messages++] = (struct message) {
			.from = from, .to = to, .kind = kind,
		};
	}
}

static u32 act(struct model *model, const struct setup *setup, u32 i, u32 acts)
{
	if (acts & CARP_ACT_ADVERT)
		send_all(model, setup, i, model->fsm[i].demotion ?
			 MESSAGE_DEMOTED : MESSAGE_ADVERT);
	if (acts & CARP_ACT_BOW_OUT)
		send_all(model, setup, i, MESSAGE_BOW_OUT);
	return acts;
}

static struct carp_prio message_prio(const struct setup *setup,
				     const struct message *message)
{
	struct carp_fsm sender = {
		.advbase = setup->advbase,
		.advskew = setup->advskew[message->from],
		.demotion = message->kind == MESSAGE_DEMOTED ?
			    MODEL_DEMOTED : 0,
	};

	if (message->kind == MESSAGE_BOW_OUT)
		return (struct carp_prio) {
			.advbase = CARP_PRIO_BOW_OUT,
			.advskew = CARP_PRIO_BOW_OUT,
		};
	return carp_fsm_prio(&sender);
}

/* The source of member 0 is the smallest, and so on. */
static u32 hear(struct model *model, const struct setup *setup,
		const struct message *message)
{
	struct carp_prio prio = message_prio(setup, message);
	u8 own[4] = { 10, 0, 0, message->to };
	u8 peer[4] = { 10, 0, 0, message->from };
	struct carp_fsm *fsm = &model->fsm[message->to];

	fsm->preempt = setup->preempt;
	return act(model, setup, message->to,
		   carp_fsm_advert(fsm, CARP_INET, &prio,
				   carp_tie_cmp4(own, peer), MODEL_NOW));
}

static u32 start(struct model *model, const struct setup *setup, u32 i)
{
	struct carp_fsm *fsm = &model->fsm[i];

	if (model->started[i])
		model->left.starts--;
	model->started[i] = true;
	model->up[i] = true;
	carp_fsm_config(fsm, setup->advbase, setup->advskew[i], MODEL_NOW);
	carp_fsm_families(fsm, true, false, MODEL_NOW);
	return carp_fsm_start(fsm, MODEL_NOW);
}

/* What is on its way to it arrives nowhere. */
static void switch_off(struct model *model, u32 i)
{
	u32 m = 0;

	model->left.stops--;
	model->up[i] = false;
	carp_fsm_init(&model->fsm[i]);
	while (m < model->n_messages) {
		if (model->messages[m].to == i)
			model->messages[m] =
				model->messages[--model->n_messages];
		else
			m++;
	}
}

static struct message take_message(struct model *model, u32 m)
{
	struct message message = model->messages[m];

	model->messages[m] = model->messages[--model->n_messages];
	return message;
}

static u64 earlier_by_tick(u64 at)
{
	return at == CARP_NO_DEADLINE ? at : at - MODEL_TICK;
}

static void tick(struct model *model, const struct setup *setup)
{
	u32 i;

	for (i = 0; i < setup->n; i++) {
		struct carp_fsm *fsm = &model->fsm[i];

		fsm->advert_at = earlier_by_tick(fsm->advert_at);
		fsm->down_at[CARP_INET] =
			earlier_by_tick(fsm->down_at[CARP_INET]);
		fsm->deadline = earlier_by_tick(fsm->deadline);
		if (fsm->tied)
			fsm->tied_at -= MODEL_TICK;
		if (fsm->calm_until)
			fsm->calm_until -= MODEL_TICK;
	}
	for (i = 0; i < model->n_messages; i++)
		model->messages[i].age++;
	if (model->window)
		model->window--;
	if (model->quiet < model_bound(setup))
		model->quiet++;
}

static bool all_masters(const struct model *model, const struct setup *setup)
{
	u32 i;

	for (i = 0; i < setup->n; i++)
		if (model->fsm[i].state != CARP_STATE_MASTER)
			return false;
	return true;
}

static bool tick_possible(const struct model *model, const struct setup *setup)
{
	u32 i;

	for (i = 0; i < model->n_messages; i++)
		if (model->messages[i].age >= setup->delay)
			return false;
	for (i = 0; i < setup->n; i++) {
		if (!model->started[i] && !model->window)
			return false;
		if (model->up[i] && model->fsm[i].deadline !=
		    CARP_NO_DEADLINE && model->fsm[i].deadline +
		    setup->late * MODEL_TICK <= MODEL_NOW)
			return false;
	}
	/* The split lasts an interval in all phases, then it is over. */
	return !model->split || !all_masters(model, setup) ||
	       model->quiet < model_takeover_bound(setup) + MODEL_TICKS;
}

bool model_possible(const struct model *model, const struct setup *setup,
		    struct action action)
{
	u8 arg = action.arg;
	bool member = arg < setup->n, up = member && model->up[arg];

	switch (action.kind) {
	case ACTION_TICK:
		return !arg && tick_possible(model, setup);
	case ACTION_TIMER:
		return up && model->fsm[arg].deadline <= MODEL_NOW;
	case ACTION_DELIVER:
		return arg < model->n_messages;
	case ACTION_LOSE:
		return arg < model->n_messages && model->left.losses;
	case ACTION_DUPLICATE:
		return arg < model->n_messages && model->left.dups;
	case ACTION_START:
		return member && !up &&
		       (!model->started[arg] || model->left.starts);
	case ACTION_CRASH:
	case ACTION_STOP:
		return up && model->left.stops && !model->split;
	case ACTION_DEMOTE:
		return up && model->left.demotes;
	case ACTION_HEAL:
		return !arg && model->split && all_masters(model, setup);
	}
	return false;
}

static u32 demote(struct model *model, const struct setup *setup, u32 i)
{
	struct carp_fsm *fsm = &model->fsm[i];

	model->left.demotes--;
	return act(model, setup, i,
		   carp_fsm_demote(fsm, fsm->demotion ? 0 : MODEL_DEMOTED,
				   MODEL_NOW));
}

static u32 disturb(struct model *model, const struct setup *setup,
		   struct action action)
{
	u32 i = action.arg, acts = 0;

	model->quiet = 0;
	switch (action.kind) {
	case ACTION_LOSE:
		model->left.losses--;
		take_message(model, i);
		break;
	case ACTION_START:
		acts = start(model, setup, i);
		break;
	case ACTION_STOP:
		acts = act(model, setup, i,
			   carp_fsm_stop(&model->fsm[i], CARP_REASON_DOWN));
		switch_off(model, i);
		break;
	case ACTION_CRASH:
		switch_off(model, i);
		break;
	case ACTION_DEMOTE:
		acts = demote(model, setup, i);
		break;
	case ACTION_HEAL:
		model->split = false;
		break;
	}
	return acts;
}

/**
 * model_apply - let something happen
 * @model: changes
 * @setup: what is explored
 * @action: is possible
 *
 * Return: CARP_ACT_*
 */
u32 model_apply(struct model *model, const struct setup *setup,
		struct action action)
{
	struct message message;
	struct carp_fsm *fsm;

	switch (action.kind) {
	case ACTION_TICK:
		tick(model, setup);
		return 0;
	case ACTION_TIMER:
		fsm = &model->fsm[action.arg];
		fsm->preempt = setup->preempt;
		return act(model, setup, action.arg,
			   carp_fsm_timer(fsm, MODEL_NOW));
	case ACTION_DELIVER:
		message = take_message(model, action.arg);
		return hear(model, setup, &message);
	case ACTION_DUPLICATE:
		model->left.dups--;
		message = model->messages[action.arg];
		return hear(model, setup, &message);
	default:
		return disturb(model, setup, action);
	}
}

static u32 ticks_of(u64 ns)
{
	return (ns + MODEL_TICK - 1) / MODEL_TICK;
}

/* As check_bound(), without drift. */
u32 model_takeover_bound(const struct setup *setup)
{
	u64 wait = 0, w;
	u32 i;

	for (i = 0; i < setup->n; i++) {
		w = check_down_time(setup->advbase, setup->advskew[i]) +
		    2 * check_interval(setup->advbase, setup->advskew[i]);
		if (w > wait)
			wait = w;
	}
	return ticks_of(wait) + setup->delay + setup->late;
}

u32 model_bound(const struct setup *setup)
{
	u64 interval = 0, a;
	u32 i;

	for (i = 0; i < setup->n; i++) {
		a = check_interval(setup->advbase, setup->advskew[i] +
				   (setup->demotes ? MODEL_DEMOTED : 0));
		if (a > interval)
			interval = a;
	}
	return model_takeover_bound(setup) + ticks_of(2 * interval) +
	       2 * setup->delay + 2 * setup->late;
}

static void describe_message(const struct model *before, u8 m, const char *what,
			     char *text, size_t size)
{
	static const char * const kinds[] = {
		"advertisement", "demoted advertisement", "goodbye",
	};
	const struct message *message = &before->messages[m];

	snprintf(text, size, "m%u %s %s of m%u", message->to, what,
		 kinds[message->kind], message->from);
}

void model_describe(const struct model *before, struct action action,
		    char *text, size_t size)
{
	static const char * const does[ACTIONS] = {
		[ACTION_TIMER] = "timer",
		[ACTION_START] = "starts",
		[ACTION_CRASH] = "crashes",
		[ACTION_STOP] = "is set down",
		[ACTION_DEMOTE] = "changes its demotion",
	};

	switch (action.kind) {
	case ACTION_DELIVER:
		describe_message(before, action.arg, "hears the", text, size);
		break;
	case ACTION_LOSE:
		describe_message(before, action.arg, "loses the", text, size);
		break;
	case ACTION_DUPLICATE:
		describe_message(before, action.arg, "hears a copy of",
				 text, size);
		break;
	case ACTION_HEAL:
		snprintf(text, size, "the split is over");
		break;
	default:
		snprintf(text, size, "m%u %s", action.arg, does[action.kind]);
	}
}
