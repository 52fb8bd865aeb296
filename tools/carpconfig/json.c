// SPDX-License-Identifier: GPL-2.0-only
/* Output for programs; the keys are an interface and do not change */

#include <arpa/inet.h>
#include <stdio.h>

#include "carp_names.h"
#include "json.h"
#include "show.h"

static json_t *json_flags(const struct link *link)
{
	unsigned int bits = bsd_flag_bits(link);
	json_t *flags = json_array();

	for (size_t i = 0; i < BSD_FLAG_COUNT; i++)
		if (bits & bsd_flags[i].bit)
			json_array_append_new(flags,
					      json_string(bsd_flags[i].name));
	return flags;
}

static json_t *json_vhid(uint8_t vhid)
{
	return vhid ? json_integer(vhid) : json_null();
}

static json_t *json_transition(const struct transition *t)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:o}",
			 "serial", (json_int_t)t->serial,
			 "from", carp_state_name(t->from),
			 "to", carp_state_name(t->to),
			 "reason", carp_reason_text(t->reason),
			 "time", (json_int_t)t->time,
			 "vhid", json_vhid(t->vhid));
}

static json_t *json_history(const struct link *link)
{
	json_t *history = json_array();

	for (unsigned int i = 0; i < link->n_history; i++)
		json_array_append_new(history,
				      json_transition(&link->history[i]));
	return history;
}

static json_t *json_addrs(const struct link *link, const struct state *state,
			  int family)
{
	char text[INET6_ADDRSTRLEN];
	const struct link_addr *a;
	json_t *addrs = json_array();
	json_t *addr;

	for (size_t i = 0; i < state->n_addrs; i++) {
		a = &state->addrs[i];
		if (a->ifindex != link->ifindex || a->family != family)
			continue;
		inet_ntop(family, a->addr, text, sizeof(text));
		addr = json_pack("{s:s, s:i}", "address", text,
				 "prefixlen", a->prefixlen);
		if (a->has_broadcast) {
			inet_ntop(AF_INET, a->broadcast, text, sizeof(text));
			json_object_set_new(addr, "broadcast",
					    json_string(text));
		}
		json_array_append_new(addrs, addr);
	}
	return addrs;
}

static json_t *json_peer(const struct link *link, int family)
{
	char text[INET6_ADDRSTRLEN];

	if (!link_has_peer(link, family))
		return json_null();
	return json_string(peer_text(link, family, text));
}

static json_t *json_stats(const struct link *link)
{
	const struct carp_stat_words *words;
	json_t *stats = json_object();

	for (unsigned int i = 0; i <= CARP_STAT_MAX; i++) {
		words = carp_stat_words(i);
		if (words && link->has_stat[i])
			json_object_set_new(stats, words->key,
					    json_integer(link->stats[i]));
	}
	return stats;
}

static json_t *json_tracks(const struct link *link)
{
	const struct link_track *track;
	json_t *tracks = json_array();
	json_t *json;

	for (unsigned int i = 0; i < link->n_tracks; i++) {
		track = &link->tracks[i];
		json = json_pack("{s:I, s:I}",
				 "weight", (json_int_t)track->weight,
				 "down", (json_int_t)track->down);
		if (track->name[0])
			json_object_set_new(json, "link",
					    json_string(track->name));
		else
			json_object_set_new(json, "group",
					    json_integer(track->group));
		json_array_append_new(tracks, json);
	}
	return tracks;
}

static void add_demotion(json_t *json, const struct link *link)
{
	const char *word;

	json_object_set_new(json, "group", json_integer(link->group));
	json_object_set_new(json, "demotion", json_integer(link->demotion));
	json_object_set_new(json, "demoted", json_integer(link->demoted));
	word = carp_demotestyle_name(link->demotestyle);
	json_object_set_new(json, "demotestyle", json_string(word));
	json_object_set_new(json, "syncgroup", json_boolean(link->syncgroup));
	json_object_set_new(json, "announce", json_integer(link->announce));
	json_object_set_new(json, "track", json_tracks(link));
}

static json_t *json_nodes(const struct link *link)
{
	const struct link_node *node;
	json_t *nodes = json_array();
	json_t *json;

	for (unsigned int i = 0; i < link->n_nodes; i++) {
		node = &link->nodes[i];
		json = json_pack("{s:i, s:i, s:s, s:I, s:I}",
				 "vhid", node->vhid,
				 "advskew", node->advskew,
				 "state", carp_state_name(node->state),
				 "kept", (json_int_t)node->kept,
				 "left", (json_int_t)node->left);
		json_array_append_new(nodes, json);
	}
	return nodes;
}

static void add_balancing(json_t *json, const struct link *link)
{
	const char *word = carp_balancing_name(link->balancing);

	json_object_set_new(json, "balancing", json_string(word));
	json_object_set_new(json, "hash",
			    json_string(carp_hash_name(link->hash)));
	json_object_set_new(json, "nodes", json_nodes(link));
}

/**
 * json_link - an interface as an object
 * @link: the interface
 * @state: its addresses are in here
 * @stats: with the counters
 *
 * Return: the object, or NULL if its name is not UTF-8 or there is no memory.
 */
json_t *json_link(const struct link *link, const struct state *state,
		  bool stats)
{
	char lladdr[3 * LINK_LLADDR_MAX];
	char carpdev[IF_NAMESIZE];
	json_t *json;

	lladdr_text(link, lladdr, sizeof(lladdr));
	json = json_pack("{s:s, s:i, s:o, s:I, s:s, s:s, s:s, s:s}",
			 "ifname", link->ifname,
			 "ifindex", link->ifindex,
			 "flags", json_flags(link),
			 "mtu", (json_int_t)link->mtu,
			 "lladdr", lladdr,
			 "state", carp_state_name(link->state),
			 "reason", carp_reason_text(link->reason),
			 "carpdev", carpdev_text(link, carpdev));
	json_object_set_new(json, "vhid", json_vhid(link->vhid));
	json_object_set_new(json, "advbase", json_integer(link->advbase));
	json_object_set_new(json, "advskew", json_integer(link->advskew));
	json_object_set_new(json, "key_set", json_boolean(link->key_set));
	json_object_set_new(json, "peer", json_peer(link, AF_INET));
	json_object_set_new(json, "peer6", json_peer(link, AF_INET6));
	json_object_set_new(json, "cksum6",
			    json_string(carp_cksum6_name(link->cksum6)));
	json_object_set_new(json, "form",
			    json_string(carp_form_name(link->form)));
	add_demotion(json, link);
	add_balancing(json, link);
	json_object_set_new(json, "serial", json_integer(link->serial));
	json_object_set_new(json, "history", json_history(link));
	json_object_set_new(json, "inet", json_addrs(link, state, AF_INET));
	json_object_set_new(json, "inet6", json_addrs(link, state, AF_INET6));
	if (stats)
		json_object_set_new(json, "stats", json_stats(link));
	return json;
}

/**
 * json_event - a transition as an object of its own
 * @ifname: the interface
 * @ifindex: its index
 * @t: the transition
 *
 * Return: the object, or NULL without memory, or if the name is not UTF-8.
 */
json_t *json_event(const char *ifname, int ifindex,
		   const struct transition *t)
{
	json_t *json = json_transition(t);

	if (json_object_set_new(json, "ifname", json_string(ifname))) {
		json_decref(json);
		return NULL;
	}
	json_object_set_new(json, "ifindex", json_integer(ifindex));
	return json;
}

/**
 * json_print - print and free
 * @json: what
 * @format: jansson's flags
 *
 * Return: true if there was memory for it all.
 */
bool json_print(json_t *json, size_t format)
{
	char *text = json ? json_dumps(json, format) : NULL;

	json_decref(json);
	if (!text)
		return false;
	puts(text);
	free(text);
	return true;
}
