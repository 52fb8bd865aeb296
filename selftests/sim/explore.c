// SPDX-License-Identifier: GPL-2.0-only
/* Breadth first through all states of a small segment
 *
 * There is no horizon unless one is hit: time is relative and the age of the
 * quiet is counted up to the bound only, so the states are finite, and a run
 * that visits all of them has seen every interleaving of any length.
 */

#include <linux/kernel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "model.h"
#include "report.h"
#include "timeline.h"

/* Below 2.5 GiB; all but one of the setups are content with a tenth */
#define STATES_MAX	(40U << 20)
#define NO_STATE	(~0U)

static const struct setup setups[] = {
	{ .name = "2-equal", .set = "quick", .n = 2, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK,
	  .delay = 1, .late = 1, .window = 6, .losses = 3 },
	{ .name = "2-split", .set = "quick", .n = 2, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK, .split = true,
	  .delay = 1, .window = 6, .losses = 2 },
	{ .name = "2-stop", .set = "quick", .n = 2, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK, .advskew = { 0, 128 },
	  .delay = 1, .window = 4, .losses = 1, .stops = 2, .starts = 2 },
	{ .name = "2-preempt", .set = "quick", .n = 2, .advbase = 1,
	  .changes_break = INV_PREEMPT, .advskew = { 0, 64 }, .preempt = true,
	  .delay = 1, .window = 4, .losses = 2, .dups = 1, .stops = 2,
	  .starts = 2 },
	{ .name = "2-demote", .set = "quick", .n = 2, .advbase = 1,
	  .changes_break = INV_DEMOTION,
	  .delay = 1, .window = 2, .demotes = 2 },

	{ .name = "2-equal-lossy", .set = "default", .n = 2, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK,
	  .delay = 2, .late = 1, .window = 6, .losses = 7, .dups = 2 },
	{ .name = "2-demote-lossy", .set = "default", .n = 2, .advbase = 1,
	  .changes_break = INV_DEMOTION,
	  .delay = 1, .window = 4, .losses = 1, .demotes = 3 },
	{ .name = "3-equal", .set = "default", .n = 3, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK,
	  .delay = 1, .late = 1, .window = 4, .losses = 2 },
	{ .name = "3-split", .set = "default", .n = 3, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK, .split = true,
	  .delay = 1, .window = 4, .losses = 1 },
	{ .name = "3-stop", .set = "default", .n = 3, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK, .advskew = { 0, 128, 128 },
	  .delay = 1, .window = 4, .stops = 1, .starts = 1 },
	{ .name = "3-preempt", .set = "default", .n = 3, .advbase = 1,
	  .changes_break = INV_PREEMPT, .advskew = { 0, 64, 128 },
	  .preempt = true,
	  .delay = 1, .window = 4, .losses = 1, .stops = 1, .starts = 1 },
	{ .name = "3-demote", .set = "default", .n = 3, .advbase = 1,
	  .changes_break = INV_DEMOTION,
	  .delay = 1, .demotes = 1 },
	{ .name = "3-equal-lossy", .set = "default", .n = 3, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK,
	  .delay = 1, .late = 1, .window = 4, .losses = 4 },

	{ .name = "3-stop-lossy", .set = "long", .n = 3, .advbase = 1,
	  .changes_break = INV_NO_LIVELOCK, .advskew = { 0, 128, 128 },
	  .delay = 1, .window = 4, .losses = 1, .stops = 2, .starts = 1 },
	{ .name = "3-demote-late", .set = "long", .n = 3, .advbase = 1,
	  .changes_break = INV_DEMOTION,
	  .delay = 1, .window = 2, .demotes = 2 },
};

/**
 * struct node - a state that has been reached
 * @key: the state
 * @parent: from which one
 * @action: by what
 */
struct node {
	u8 key[MODEL_KEY];
	u32 parent;
	struct action action;
};

/**
 * struct search - the states of one setup
 * @setup: which
 * @nodes: in the order in which they were reached
 * @n: how many
 * @room: for how many
 * @table: open hash table of indices into @nodes
 * @slots: in it, a power of two
 * @steps: from a state to a next one
 * @latest: last transition of a member, ticks after the last disturbance
 * @broken: bit per invariant
 * @text: of the first one
 */
struct search {
	const struct setup *setup;
	struct node *nodes;
	u32 n;
	u32 room;
	u32 *table;
	u32 slots;
	u64 steps;
	u32 latest;
	u32 broken;
	char text[CHECK_TEXT];
};

static u64 hash(const u8 key[MODEL_KEY])
{
	u64 h = 0, word;
	u32 i;

	for (i = 0; i + 4 <= MODEL_KEY; i += 4) {
		word = key[i] | key[i + 1] << 8 | key[i + 2] << 16 |
		       (u64)key[i + 3] << 24;
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return h;
}

static void insert(struct search *search, u32 i)
{
	u32 slot = hash(search->nodes[i].key) & (search->slots - 1);

	while (search->table[slot] != NO_STATE)
		slot = (slot + 1) & (search->slots - 1);
	search->table[slot] = i;
}

static void grow(struct search *search)
{
	u32 i;

	search->room = search->room ? 2 * search->room : 4096;
	search->slots = 2 * search->room;
	search->nodes = realloc(search->nodes,
				search->room * sizeof(*search->nodes));
	free(search->table);
	search->table = malloc(search->slots * sizeof(*search->table));
	if (!search->nodes || !search->table)
		abort();
	memset(search->table, 0xff, search->slots * sizeof(*search->table));
	for (i = 0; i < search->n; i++)
		insert(search, i);
}

static bool known(const struct search *search, const u8 key[MODEL_KEY])
{
	u32 slot = hash(key) & (search->slots - 1);

	while (search->table[slot] != NO_STATE) {
		if (!memcmp(search->nodes[search->table[slot]].key, key,
			    MODEL_KEY))
			return true;
		slot = (slot + 1) & (search->slots - 1);
	}
	return false;
}

static void reach(struct search *search, const struct model *model, u32 parent,
		  struct action action)
{
	struct node node = { .parent = parent, .action = action };

	model_encode(model, search->setup, node.key);
	if (search->n == search->room)
		grow(search);
	if (known(search, node.key))
		return;
	search->nodes[search->n] = node;
	insert(search, search->n++);
}

static void fail(struct search *search, enum invariant invariant,
		 const char *text)
{
	if (search->broken & 1 << invariant)
		return;
	search->broken |= 1 << invariant;
	snprintf(search->text, sizeof(search->text), "%s broken: %s",
		 check_name(invariant), text);
}

/* Who should be MASTER among those that are up, if anybody is wrong. */
static bool better_is_up(const struct search *search, const struct model *model,
			 u32 master, bool (*better)(const struct member *,
						    const struct member *))
{
	const struct setup *setup = search->setup;
	struct member members[MODEL_MEMBERS] = {};
	u32 i;

	for (i = 0; i < setup->n; i++) {
		members[i].advbase = setup->advbase;
		members[i].advskew = setup->advskew[i];
		members[i].demotion = model->fsm[i].demotion;
	}
	for (i = 0; i < setup->n; i++)
		if (model->up[i] && better(&members[i], &members[master]))
			return true;
	return false;
}

static bool less_demoted(const struct member *a, const struct member *b)
{
	return check_demote(a) < check_demote(b);
}

static void check_state(struct search *search, const struct model *model)
{
	const struct setup *setup = search->setup;
	u32 masters = 0, up = 0, master = 0, i;

	if (model->split)
		return;
	for (i = 0; i < setup->n; i++) {
		up += model->up[i];
		if (model->fsm[i].state != CARP_STATE_MASTER)
			continue;
		masters++;
		master = i;
	}
	if (up && !masters && model->quiet > model_takeover_bound(setup))
		fail(search, INV_TAKEOVER, "nobody is MASTER");
	if (model->quiet < model_bound(setup))
		return;
	if (masters > 1)
		fail(search, INV_ONE_MASTER, "more than one MASTER");
	if (!masters)
		return;
	if (setup->preempt && better_is_up(search, model, master, check_better))
		fail(search, INV_PREEMPT, "a better one is not MASTER");
	if (better_is_up(search, model, master, less_demoted))
		fail(search, INV_DEMOTION, "a less demoted one is not MASTER");
}

static bool disturbs(enum action_kind kind)
{
	return kind != ACTION_TICK && kind != ACTION_TIMER &&
	       kind != ACTION_DELIVER && kind != ACTION_DUPLICATE;
}

static void check_transition(struct search *search, const struct model *before)
{
	if (before->quiet > search->latest)
		search->latest = before->quiet;
	if (before->quiet >= model_bound(search->setup))
		fail(search, search->setup->changes_break,
		     "a transition in a settled segment");
}

static void step(struct search *search, u32 from, const struct model *before,
		 struct action action)
{
	struct model after = *before;
	u32 acts;

	acts = model_apply(&after, search->setup, action);
	search->steps++;
	if (acts & CARP_ACT_STATE && !before->split && !disturbs(action.kind))
		check_transition(search, before);
	check_state(search, &after);
	reach(search, &after, from, action);
}

static void expand(struct search *search, u32 from)
{
	struct action action;
	struct model before;

	model_decode(&before, search->setup, search->nodes[from].key);
	for (action.kind = 0; action.kind < ACTIONS; action.kind++)
		for (action.arg = 0; action.arg < MODEL_MESSAGES; action.arg++)
			if (model_possible(&before, search->setup, action))
				step(search, from, &before, action);
}

static void print_step(const struct search *search, u32 i, u32 ticks)
{
	struct model before, after;
	char text[96], states[64] = "";
	size_t length = 0;
	u32 m;

	model_decode(&before, search->setup,
		     search->nodes[search->nodes[i].parent].key);
	model_decode(&after, search->setup, search->nodes[i].key);
	model_describe(&before, search->nodes[i].action, text, sizeof(text));
	for (m = 0; m < search->setup->n; m++)
		length += snprintf(states + length, sizeof(states) - length,
				   " %-6s",
				   timeline_state(after.fsm[m].state));
	printf("#%12.2f %s  %s\n", ticks / (double)MODEL_TICKS, states, text);
}

static bool is_tick(const struct search *search, u32 i)
{
	return search->nodes[i].action.kind == ACTION_TICK;
}

/* The end of the shortest way to the last state. */
static void print_path(const struct search *search, u32 lines)
{
	u32 i, n = 0, steps = 0, ticks = 0, *path;

	path = malloc(search->n * sizeof(*path));
	if (!path)
		abort();
	for (i = search->n - 1; i; i = search->nodes[i].parent) {
		path[n++] = i;
		steps += !is_tick(search, i);
	}
	printf("#   time in s  all are now, and what happened\n");
	while (n--) {
		if (is_tick(search, path[n]))
			ticks++;
		else if (steps-- <= lines)
			print_step(search, path[n], ticks);
	}
	printf("# %s\n", search->text);
	free(path);
}

/* Until there is no new state, or what is looked for is found. */
static void search_all(struct search *search, u32 until)
{
	struct model model;
	u32 i;

	model_init(&model, search->setup);
	reach(search, &model, NO_STATE, (struct action) {});
	for (i = 0; i < search->n && search->n < STATES_MAX; i++) {
		expand(search, i);
		if (search->broken & until)
			break;
	}
}

static void explore(const struct setup *setup, const char *expect,
		    u32 timeline_lines)
{
	u32 until = expect ? 1 << check_by_name(expect) : ~0U;
	struct search search = { .setup = setup };
	clock_t begin = clock();
	bool closed, ok;

	search_all(&search, until);
	closed = search.n < STATES_MAX;
	ok = expect ? search.broken & until : closed && !search.broken;
	if (search.broken && (!ok || timeline_lines))
		print_path(&search, timeline_lines ? timeline_lines : 100);
	report(ok, "explore %s: %s%s, %u members, %u states, %llu steps, last transition %.2f s after a disturbance, bound %.2f s, %.1f s",
	       setup->name, expect ? "breaks " : closed ? "all of them" :
	       "too many", expect ? expect : "", setup->n, search.n,
	       (unsigned long long)search.steps,
	       search.latest / (double)MODEL_TICKS,
	       model_bound(setup) / (double)MODEL_TICKS,
	       (clock() - begin) / (double)CLOCKS_PER_SEC);
	free(search.nodes);
	free(search.table);
}

/**
 * explore_named - explore one setup, or a set of them
 * @name: of the setup, or "quick", "default" or "long"
 * @expect: an invariant that is to be broken, or NULL
 * @timeline_lines: of what led to it
 */
void explore_named(const char *name, const char *expect, u32 timeline_lines)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(setups); i++)
		if (!strcmp(name, setups[i].name) ||
		    !strcmp(name, setups[i].set))
			explore(&setups[i], expect, timeline_lines);
}
