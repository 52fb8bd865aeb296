// SPDX-License-Identifier: GPL-2.0-only
/* The dump of a carp device against the policy of the documentation: each
 * attribute once, of its width and in its range, none that is unknown.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_link.h>

#include "link.h"

#define BUFFER		(1 << 17)
#define ANSWER_MS	60000

struct attrs {
	const u8 *at;
	size_t left;
	u16 type;
	const u8 *data;
	size_t len;
};

/* The next attribute; false at the end, which must be an end. */
static bool attrs_next(struct attrs *a)
{
	const struct nlattr *nla = (const void *)a->at;
	size_t size;

	if (!a->left)
		return false;
	if (a->left < NLA_HDRLEN || nla->nla_len < NLA_HDRLEN ||
	    nla->nla_len > a->left)
		fault("a dump does not parse");
	a->type = nla->nla_type & NLA_TYPE_MASK;
	a->data = a->at + NLA_HDRLEN;
	a->len = nla->nla_len - NLA_HDRLEN;
	size = NLA_ALIGN(nla->nla_len);
	if (size > a->left)
		size = a->left;
	a->at += size;
	a->left -= size;
	return true;
}

static struct attrs attrs_in(const u8 *data, size_t len)
{
	return (struct attrs) { .at = data, .left = len };
}

static u64 value(const struct attrs *a, size_t width, u64 max)
{
	u64 v = 0;

	if (a->len != width)
		fault("dump: attribute %u has %zu bytes", a->type, a->len);
	memcpy(&v, a->data, width);
	if (v > max)
		fault("dump: attribute %u is %llu", a->type,
		      (unsigned long long)v);
	return v;
}

static void once(u64 *seen, u16 type)
{
	if (type > 63 || *seen & 1ULL << type)
		fault("dump: attribute %u is unknown or there twice", type);
	*seen |= 1ULL << type;
}

/* The serial of a transition. */
static u32 parse_transition(const struct attrs *outer, struct link *link)
{
	struct attrs a = attrs_in(outer->data, outer->len);
	u32 from = 0, to = 0, serial = 0;
	u64 seen = 0;

	while (attrs_next(&a)) {
		if (a.type == CARP_TRANSITION_PAD)
			continue;
		once(&seen, a.type);
		switch (a.type) {
		case CARP_TRANSITION_SERIAL:
			serial = value(&a, 4, ~0U);
			break;
		case CARP_TRANSITION_FROM:
			from = value(&a, 4, CARP_STATE_MASTER);
			break;
		case CARP_TRANSITION_TO:
			to = value(&a, 4, CARP_STATE_MASTER);
			break;
		case CARP_TRANSITION_REASON:
			link->reasons[link->transitions] =
				value(&a, 4, __CARP_REASON_COUNT - 1);
			break;
		case CARP_TRANSITION_TIME:
			value(&a, 8, ~0ULL);
			break;
		case CARP_TRANSITION_VHID:
			if (!value(&a, 1, CARP_VHID_MAX))
				fault("dump: transition of vhid 0");
			break;
		default:
			fault("dump: transition has attribute %u", a.type);
		}
	}
	if (seen != 0xfc || from == to)
		fault("dump: transition %u from %u to %u, attributes %llx",
		      serial, from, to, (unsigned long long)seen);
	return serial;
}

static void parse_history(const struct attrs *outer, struct link *link)
{
	struct attrs a = attrs_in(outer->data, outer->len);
	u32 serial, last = 0;

	while (attrs_next(&a)) {
		if (a.type != CARP_HISTORY_TRANSITION ||
		    link->transitions == CARP_HISTORY_MAX)
			fault("dump: history has attribute %u after %u", a.type,
			      link->transitions);
		serial = parse_transition(&a, link);
		if (link->transitions && serial != last + 1)
			fault("dump: transition %u after %u", serial, last);
		last = serial;
		link->transitions++;
	}
	if (last != link->serial)
		fault("dump: serial %u, last transition %u", link->serial,
		      last);
}

static void parse_demotion(const struct attrs *a, struct link_config *c)
{
	switch (a->type) {
	case IFLA_CARP_DEMOTION:
		c->demotion = value(a, 4, ~0U);
		if (c->demotion < CARP_DEMOTION_MIN ||
		    c->demotion > CARP_DEMOTION_MAX)
			fault("dump: demotion %d", c->demotion);
		break;
	case IFLA_CARP_DEMOTED:
		value(a, 4, ~0U);
		break;
	case IFLA_CARP_DEMOTESTYLE:
		c->demotestyle = value(a, 4, CARP_DEMOTESTYLE_MAX);
		break;
	case IFLA_CARP_SYNCGROUP:
		c->syncgroup = value(a, 1, 1);
		break;
	case IFLA_CARP_ANNOUNCE:
		c->announce = value(a, 4, CARP_ANNOUNCE_MAX);
		break;
	default:
		fault("dump: attribute %u has no place in it", a->type);
	}
}

/* A list of links, each with its weight and how many are down. */
static void parse_track(const struct attrs *outer)
{
	struct attrs list = attrs_in(outer->data, outer->len);
	struct attrs a;

	while (attrs_next(&list)) {
		if (list.type != CARP_TRACK_LINK)
			fault("dump: tracks a %u", list.type);
		for (a = attrs_in(list.data, list.len); attrs_next(&a);)
			if (a.type == CARP_TRACK_WEIGHT &&
			    !value(&a, 4, CARP_TRACK_WEIGHT_MAX))
				fault("dump: tracks with weight 0");
	}
}

static void parse_node(const struct attrs *outer, struct link_node *node)
{
	struct attrs a = attrs_in(outer->data, outer->len);
	u64 seen = 0;

	while (attrs_next(&a)) {
		if (a.type == CARP_NODE_PAD)
			continue;
		once(&seen, a.type);
		switch (a.type) {
		case CARP_NODE_VHID:
			node->vhid = value(&a, 1, CARP_VHID_MAX);
			break;
		case CARP_NODE_ADVSKEW:
			node->advskew = value(&a, 1, CARP_ADVSKEW_MAX);
			break;
		case CARP_NODE_STATE:
			value(&a, 4, CARP_STATE_MASTER);
			break;
		case CARP_NODE_KEPT:
		case CARP_NODE_LEFT:
			value(&a, 8, ~0ULL);
			break;
		default:
			fault("dump: node has attribute %u", a.type);
		}
	}
	if (seen != 0x7c)
		fault("dump: node %u has attributes %llx", node->vhid,
		      (unsigned long long)seen);
}

static void parse_nodes(const struct attrs *outer, struct link_config *c)
{
	struct attrs a = attrs_in(outer->data, outer->len);
	u8 last = 0;

	while (attrs_next(&a)) {
		if (a.type != CARP_NODES_NODE || c->nodes == CARP_NODES_MAX)
			fault("dump: nodes have attribute %u after %u", a.type,
			      c->nodes);
		parse_node(&a, &c->node[c->nodes]);
		if (c->node[c->nodes].vhid <= last)
			fault("dump: vhid %u after %u",
			      c->node[c->nodes].vhid, last);
		last = c->node[c->nodes++].vhid;
	}
	if (!c->nodes)
		fault("dump: no nodes");
}

/* The first node is the leader, and several are there to balance. */
static void check_nodes(const struct link_config *c)
{
	if (!c->vhid != !c->nodes)
		fault("dump: vhid %u and %u nodes", c->vhid, c->nodes);
	if (c->nodes && (c->node[0].vhid != c->vhid ||
			 c->node[0].advskew != c->advskew))
		fault("dump: vhid %u advskew %u, of the first node %u %u",
		      c->vhid, c->advskew, c->node[0].vhid,
		      c->node[0].advskew);
	if (c->nodes > 1 ? c->balancing == CARP_BALANCING_NONE :
			   c->balancing != CARP_BALANCING_NONE)
		fault("dump: %u nodes, balancing %u", c->nodes, c->balancing);
	if (!c->advbase && !c->advskew)
		fault("dump: advbase and advskew are 0");
	for (u32 i = 0; !c->advbase && i < c->nodes; i++)
		if (!c->node[i].advskew)
			fault("dump: advbase and an advskew are 0");
}

void link_virtual_mac(const struct link_config *config, u8 *mac)
{
	memcpy(mac, "\0\0\x5e\0\1", 5);
	mac[0] = config->balancing == CARP_BALANCING_IP;
	mac[5] = config->vhid;
}

static void parse_number(const struct attrs *a, struct link *link)
{
	struct link_config *c = &link->config;

	switch (a->type) {
	case IFLA_CARP_VHID:
		c->vhid = value(a, 1, CARP_VHID_MAX);
		break;
	case IFLA_CARP_ADVBASE:
		c->advbase = value(a, 1, CARP_ADVBASE_MAX);
		break;
	case IFLA_CARP_ADVSKEW:
		c->advskew = value(a, 1, CARP_ADVSKEW_MAX);
		break;
	case IFLA_CARP_KEY_SET:
		c->key_set = value(a, 1, 1);
		break;
	case IFLA_CARP_STATE:
		link->state = value(a, 4, CARP_STATE_MASTER);
		break;
	case IFLA_CARP_REASON:
		link->reason = value(a, 4, __CARP_REASON_COUNT - 1);
		break;
	case IFLA_CARP_SERIAL:
		link->serial = value(a, 4, ~0U);
		break;
	case IFLA_CARP_PEER:
		c->peer = value(a, 4, ~0U);
		break;
	case IFLA_CARP_CKSUM6:
		c->cksum6 = value(a, 4, CARP_CKSUM6_PSEUDO);
		break;
	case IFLA_CARP_FORM:
		c->form = value(a, 4, CARP_FORM_ORIG);
		break;
	case IFLA_CARP_BALANCING:
		c->balancing = value(a, 4, CARP_BALANCING_IP_UNICAST);
		break;
	case IFLA_CARP_HASH:
		c->hash = value(a, 4, CARP_HASH_L4);
		break;
	default:
		parse_demotion(a, c);
		break;
	}
}

static void parse_data(const struct attrs *outer, struct link *link)
{
	struct attrs a = attrs_in(outer->data, outer->len);
	struct attrs history = {};
	const u64 always = ((2ULL << IFLA_CARP_MAX) - 1) &
		~(1ULL << IFLA_CARP_UNSPEC | 1ULL << IFLA_CARP_KEY |
		  1ULL << IFLA_CARP_PAD | 1ULL << IFLA_CARP_VHID |
		  1ULL << IFLA_CARP_DEMOTE | 1ULL << IFLA_CARP_TRACK |
		  1ULL << IFLA_CARP_NODES);
	u64 seen = 0;

	while (attrs_next(&a)) {
		once(&seen, a.type);
		if (a.type == IFLA_CARP_HISTORY) {
			history = a;
		} else if (a.type == IFLA_CARP_TRACK) {
			parse_track(&a);
		} else if (a.type == IFLA_CARP_NODES) {
			parse_nodes(&a, &link->config);
		} else if (a.type == IFLA_CARP_PEER6) {
			if (a.len != sizeof(link->config.peer6))
				fault("dump: peer6 has %zu bytes", a.len);
			memcpy(link->config.peer6, a.data, a.len);
		} else {
			parse_number(&a, link);
		}
	}
	if ((seen & always) != always)
		fault("dump: attributes are missing: %llx",
		      (unsigned long long)seen);
	if (seen & 1ULL << IFLA_CARP_VHID && !link->config.vhid)
		fault("dump: vhid 0");
	check_nodes(&link->config);
	parse_history(&history, link);
}

static void parse_stats(const struct attrs *outer, struct link *link)
{
	struct attrs a = attrs_in(outer->data, outer->len);
	const u64 all = ((2ULL << CARP_STAT_MAX) - 1) & ~3ULL;
	u64 seen = 0;

	while (attrs_next(&a)) {
		if (a.type == CARP_STAT_PAD)
			continue;
		once(&seen, a.type);
		if (a.type > CARP_STAT_MAX)
			fault("dump: counter %u", a.type);
		link->count[a.type] = value(&a, 8, ~0ULL);
	}
	if (seen != all)
		fault("dump: counters %llx", (unsigned long long)seen);
}

static bool parse_info(const struct attrs *outer, struct link *link)
{
	struct attrs a = attrs_in(outer->data, outer->len);
	bool carp = false, data = false, stats = false;

	while (attrs_next(&a)) {
		if (a.type == IFLA_INFO_KIND)
			carp = a.len == 5 && !memcmp(a.data, "carp", 5);
		if (!carp)
			continue;
		if (a.type == IFLA_INFO_DATA) {
			parse_data(&a, link);
			data = true;
		} else if (a.type == IFLA_INFO_XSTATS) {
			parse_stats(&a, link);
			stats = true;
		}
	}
	if (carp && (!data || !stats))
		fault("dump: a carp device without data or counters");
	return carp;
}

bool link_parse(const struct nlmsghdr *nlh, struct link *link)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(nlh);
	struct attrs a = attrs_in((const u8 *)(ifi + 1),
				  nlh->nlmsg_len - NLMSG_LENGTH(sizeof(*ifi)));
	bool carp = false;
	u8 mac[6];

	memset(link, 0, sizeof(*link));
	link->ifindex = ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	while (attrs_next(&a)) {
		if (a.type == IFLA_IFNAME)
			snprintf(link->name, sizeof(link->name), "%.*s",
				 (int)a.len, a.data);
		else if (a.type == IFLA_ADDRESS && a.len == 6)
			memcpy(link->mac, a.data, 6);
		else if (a.type == IFLA_LINKINFO)
			carp = parse_info(&a, link);
	}
	link_virtual_mac(&link->config, mac);
	if (link->config.balancing && memcmp(mac, link->mac, sizeof(mac)))
		fault("dump: balancing with a MAC address of its own");
	return carp;
}

/* What comes until the end of the answer; how many carp devices were in it. */
static u32 links_read(struct nl *nl, struct link *links, u32 room)
{
	static u8 buf[BUFFER];
	struct nlmsghdr *nlh;
	struct link link;
	u32 found = 0;
	size_t n;

	for (;;) {
		n = nl_receive(nl, buf, sizeof(buf), ANSWER_MS);
		if (!n)
			fault("no answer to RTM_GETLINK");
		for (nlh = (void *)buf; NLMSG_OK(nlh, n);
		     nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_seq != nl->seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_DONE ||
			    nlh->nlmsg_type == NLMSG_ERROR)
				return found;
			if (nlh->nlmsg_type == RTM_NEWLINK &&
			    link_parse(nlh, &link) && found < room)
				links[found++] = link;
		}
	}
}

bool link_get(struct nl *nl, int ifindex, struct link *link)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	struct msg msg;

	msg_start(&msg, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	msg_head(&msg)->nlmsg_seq = ++nl->seq;
	nl_send(nl, msg.data, msg.len);
	return links_read(nl, link, 1);
}

u32 link_dump(struct nl *nl, struct link *links, u32 room)
{
	struct ifinfomsg ifi = {};
	struct msg msg;
	u32 info;

	msg_start(&msg, RTM_GETLINK, NLM_F_DUMP, &ifi, sizeof(ifi));
	msg_put_u32(&msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	info = msg_nest(&msg, IFLA_LINKINFO);
	msg_put_string(&msg, IFLA_INFO_KIND, "carp");
	msg_nest_end(&msg, info);
	msg_head(&msg)->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	msg_head(&msg)->nlmsg_seq = ++nl->seq;
	nl_send(nl, msg.data, msg.len);
	return links_read(nl, links, room);
}
