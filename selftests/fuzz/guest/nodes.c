// SPDX-License-Identifier: GPL-2.0-only
/* Nodes and how they share the work: any list, and whether it is right, by
 * Documentation/uapi.rst and by what strict validation means.
 */
#include <string.h>

#include "request.h"

#define UNKNOWN_TYPE	9

static void put_u8(struct msg *msg, u16 type, u8 value)
{
	msg_put(msg, type, &value, sizeof(value));
}

static void put_node(struct rng *rng, struct msg *msg, u8 vhid)
{
	u32 nest = msg_nest(msg, CARP_NODES_NODE | NLA_F_NESTED);

	put_u8(msg, CARP_NODE_VHID, vhid);
	if (!one_in(rng, 4))
		put_u8(msg, CARP_NODE_ADVSKEW, rng_below(rng, 255));
	msg_nest_end(msg, nest);
}

static void put_wrong_attribute(struct rng *rng, struct msg *msg)
{
	switch (rng_below(rng, 6)) {
	case 0:
		put_u8(msg, CARP_NODE_ADVSKEW, 255);
		break;
	case 1:
		msg_put_u32(msg, CARP_NODE_VHID, 5);
		break;
	case 2:
		put_u8(msg, CARP_NODE_ADVSKEW | NLA_F_NESTED, 5);
		break;
	case 3:
		msg_put_u32(msg, CARP_NODE_STATE, CARP_STATE_MASTER);
		break;
	default:
		put_u8(msg, rng_below(rng, UNKNOWN_TYPE), rng_next(rng));
	}
}

/* Not all that it makes is wrong. */
static void put_wrong_node(struct rng *rng, struct msg *msg, u8 vhid)
{
	u16 flag = one_in(rng, 6) ? 0 : NLA_F_NESTED;
	u32 nest = msg_nest(msg, CARP_NODES_NODE | flag);

	if (one_in(rng, 6))
		put_u8(msg, CARP_NODE_VHID, 0);
	if (!one_in(rng, 6))
		put_u8(msg, CARP_NODE_VHID, vhid);
	if (!one_in(rng, 4))
		put_wrong_attribute(rng, msg);
	msg_nest_end(msg, nest);
	if (one_in(rng, 6))
		put_node(rng, msg, vhid);
}

void nodes_put(struct rng *rng, struct msg *msg)
{
	/* None has a divisor in common with 255: no vhid comes twice. */
	static const u8 steps[] = { 1, 2, 7, 254 };
	u32 n = one_in(rng, 6) ? rng_between(rng, 30, 34) : rng_below(rng, 7);
	u32 step = steps[rng_below(rng, ARRAY_SIZE(steps))];
	u32 wrong = one_in(rng, 6) ? rng_below(rng, n + 1) : n;
	u32 list = msg_nest(msg, IFLA_CARP_NODES | NLA_F_NESTED);
	u32 vhid = rng_below(rng, one_in(rng, 4) ? 255 : 9);

	for (u32 i = 0; i < n; i++, vhid = (vhid + step) % 255) {
		if (i == wrong)
			put_wrong_node(rng, msg, vhid + 1);
		else
			put_node(rng, msg, vhid + 1);
	}
	msg_nest_end(msg, list);
	if (one_in(rng, 2))
		msg_put_u32(msg, IFLA_CARP_BALANCING, rng_below(rng, 4));
}

/**
 * struct span - attributes that may be anything
 * @at: the next one
 * @left: bytes
 */
struct span {
	const u8 *at;
	long left;
};

static struct span span_in(const struct nlattr *nla)
{
	return (struct span) { (const u8 *)(nla + 1),
			       nla->nla_len - NLA_HDRLEN };
}

/* NULL at the end, or at what is no attribute. */
static const struct nlattr *span_next(struct span *span)
{
	const struct nlattr *nla = (const void *)span->at;

	if (span->left < NLA_HDRLEN || nla->nla_len < NLA_HDRLEN ||
	    nla->nla_len > span->left)
		return NULL;
	span->at += NLA_ALIGN(nla->nla_len);
	span->left -= NLA_ALIGN(nla->nla_len);
	return nla;
}

static bool parse_node(const struct nlattr *nest, struct link_node *node)
{
	struct span span = span_in(nest);
	const struct nlattr *nla;
	u8 value;

	if (!(nest->nla_type & NLA_F_NESTED))
		return false;
	while ((nla = span_next(&span))) {
		if (nla->nla_type & NLA_F_NESTED ||
		    nla->nla_len != NLA_HDRLEN + 1)
			return false;
		value = *(const u8 *)(nla + 1);
		switch (nla->nla_type & NLA_TYPE_MASK) {
		case CARP_NODE_VHID:
			node->vhid = value;
			if (!value)
				return false;
			break;
		case CARP_NODE_ADVSKEW:
			node->advskew = value;
			if (value > CARP_ADVSKEW_MAX)
				return false;
			break;
		default:
			return false;
		}
	}
	return span.left <= 0 && node->vhid;
}

/* Where it belongs; false if there is no place for it. */
static bool sort_in(struct link_config *after, const struct link_node *node)
{
	u32 i = after->nodes;

	if (i == CARP_NODES_MAX)
		return false;
	for (; i && after->node[i - 1].vhid > node->vhid; i--)
		after->node[i] = after->node[i - 1];
	after->node[i] = *node;
	after->nodes++;
	return !i || after->node[i - 1].vhid != node->vhid;
}

static bool apply_list(const struct nlattr *list, struct link_config *after)
{
	struct span span = span_in(list);
	const struct nlattr *nla;
	struct link_node node;

	memset(after->node, 0, sizeof(after->node));
	after->nodes = 0;
	while ((nla = span_next(&span))) {
		node = (struct link_node) {};
		if (!parse_node(nla, &node) || !sort_in(after, &node))
			return false;
	}
	after->vhid = after->node[0].vhid;
	after->advskew = after->node[0].advskew;
	return after->nodes;
}

static u32 u32_of(const struct nlattr *nla)
{
	u32 value;

	memcpy(&value, nla + 1, sizeof(value));
	return value;
}

/* One node, or none as long as there is no vhid. */
static bool apply_single(const struct nlattr *vhid,
			 const struct nlattr *advskew,
			 struct link_config *after)
{
	if (vhid) {
		after->vhid = *(const u8 *)(vhid + 1);
		for (u32 i = 0; i < after->nodes; i++)
			if (after->node[i].vhid == after->vhid)
				after->advskew = after->node[i].advskew;
	} else if (after->nodes > 1) {
		return !advskew;
	}
	if (advskew)
		after->advskew = *(const u8 *)(advskew + 1);
	after->nodes = !!after->vhid;
	memset(after->node, 0, sizeof(after->node));
	if (after->vhid)
		after->node[0] = (struct link_node) { after->vhid,
						      after->advskew };
	return true;
}

static bool apply_balancing(const struct nlattr *balancing,
			    const struct nlattr *hash,
			    struct link_config *after)
{
	if (hash)
		after->hash = u32_of(hash);
	if (balancing)
		after->balancing = u32_of(balancing);
	else if (after->nodes <= 1)
		after->balancing = CARP_BALANCING_NONE;
	else if (!after->balancing)
		after->balancing = CARP_BALANCING_IP;
	return (after->nodes > 1) == (after->balancing != CARP_BALANCING_NONE);
}

bool nodes_apply(const struct nlattr *const *last, const struct link *link,
		 struct link_config *after)
{
	const struct nlattr *list = last[IFLA_CARP_NODES];
	u8 mac[6];

	if (list ? last[IFLA_CARP_VHID] || last[IFLA_CARP_ADVSKEW] ||
	    !apply_list(list, after) :
	    !apply_single(last[IFLA_CARP_VHID], last[IFLA_CARP_ADVSKEW], after))
		return false;
	if (!apply_balancing(last[IFLA_CARP_BALANCING], last[IFLA_CARP_HASH],
			     after))
		return false;
	/* One that has a MAC address of its own cannot share another. */
	link_virtual_mac(&link->config, mac);
	if (after->balancing && memcmp(mac, link->mac, sizeof(mac)))
		return false;
	for (u32 i = 0; !after->advbase && i < after->nodes; i++)
		if (!after->node[i].advskew)
			return false;
	return after->advbase || after->advskew;
}

bool nodes_moved(const struct link_config *before,
		 const struct link_config *after)
{
	for (u32 i = 0; i < CARP_NODES_MAX; i++)
		if (after->node[i].vhid != before->node[i].vhid)
			return true;
	return false;
}
