// SPDX-License-Identifier: GPL-2.0-only
/* The attributes of IFLA_INFO_DATA: any of them, and whether they are right.
 *
 * What is right is told here by Documentation/uapi.rst and by what strict
 * validation means, not by the module's policy.
 */
#include <stdio.h>
#include <string.h>

#include "request.h"

struct kind {
	u8 width;
	bool settable;
	u64 min;
	u64 max;
};

static const struct kind kinds[IFLA_CARP_MAX + 1] = {
	[IFLA_CARP_VHID] = { 1, true, 1, 255 },
	[IFLA_CARP_ADVBASE] = { 1, true, 0, 255 },
	[IFLA_CARP_ADVSKEW] = { 1, true, 0, 254 },
	[IFLA_CARP_KEY] = { 0, true },
	[IFLA_CARP_KEY_SET] = { 1 },
	[IFLA_CARP_STATE] = { 4, true, 1, 2 },
	[IFLA_CARP_REASON] = { 4 },
	[IFLA_CARP_SERIAL] = { 4 },
	[IFLA_CARP_HISTORY] = { 0 },
	[IFLA_CARP_PAD] = { 0 },
	[IFLA_CARP_PEER] = { 4, true, 0, ~0U },
	[IFLA_CARP_PEER6] = { 16, true },
	[IFLA_CARP_CKSUM6] = { 4, true, 0, 1 },
	[IFLA_CARP_FORM] = { 4, true, 0, 1 },
	[IFLA_CARP_DEMOTION] = { 4, true, 0, ~0U },
	[IFLA_CARP_DEMOTE] = { 4, true, 0, ~0U },
	[IFLA_CARP_DEMOTED] = { 4 },
	[IFLA_CARP_DEMOTESTYLE] = { 4, true, 0, 1 },
	[IFLA_CARP_SYNCGROUP] = { 1, true, 0, 1 },
	[IFLA_CARP_ANNOUNCE] = { 4, true, 0, 86400 },
	[IFLA_CARP_TRACK] = { 0, true },
	[IFLA_CARP_BALANCING] = { 4, true, 0, 3 },
	[IFLA_CARP_HASH] = { 4, true, 0, 2 },
	[IFLA_CARP_NODES] = { 0, true },
};

static u64 some_number(struct rng *rng, const struct kind *kind)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return kind->min;
	case 1:
		return kind->max;
	case 2:
		return kind->max + 1;
	case 3:
		return kind->min - 1;
	case 4:
		return rng_next(rng);
	default:
		return rng_between(rng, kind->min, kind->max);
	}
}

static void put_key(struct rng *rng, struct msg *msg, u16 type)
{
	u8 key[80];
	size_t len;

	len = one_in(rng, 4) ? rng_below(rng, 70) : rng_between(rng, 6, 19);
	memset(key, 'k', sizeof(key));
	memcpy(key, NL_SECRET, strlen(NL_SECRET));
	for (size_t i = strlen(NL_SECRET); i < len; i++)
		key[i] = one_in(rng, 200) ? 0 : rng_between(rng, 1, 255);
	msg_put(msg, type, key, len);
}

static void put_peer6(struct rng *rng, struct msg *msg, u16 type)
{
	u8 addr[16] = {};

	if (!one_in(rng, 3))
		rng_bytes(rng, addr, sizeof(addr));
	if (one_in(rng, 4))
		addr[0] = 0xff;
	msg_put(msg, type, addr, sizeof(addr));
}

static void put_demotion(struct rng *rng, struct msg *msg, u16 type)
{
	int number = rng_below(rng, 600) - 300;

	if (one_in(rng, 8))
		number = rng_next(rng);
	msg_put(msg, type, &number, sizeof(number));
}

/* Links that are there and that are not, itself, groups, both, and neither. */
static void put_track(struct rng *rng, struct msg *msg, u16 type)
{
	static const char *const names[] = { "eth0", "lo", "carp0", "none" };
	u32 n = rng_below(rng, one_in(rng, 8) ? 40 : 4);
	u32 list, link;

	list = msg_nest(msg, type | NLA_F_NESTED);
	while (n--) {
		link = msg_nest(msg, (one_in(rng, 8) ? rng_below(rng, 4) :
				      CARP_TRACK_LINK) | NLA_F_NESTED);
		if (one_in(rng, 2))
			msg_put_string(msg, CARP_TRACK_NAME,
				       names[rng_below(rng, 4)]);
		if (one_in(rng, 2))
			msg_put_u32(msg, CARP_TRACK_GROUP, rng_below(rng, 40));
		if (!one_in(rng, 3))
			msg_put_u32(msg, CARP_TRACK_WEIGHT,
				    rng_below(rng, 258));
		if (one_in(rng, 20))
			msg_put_u32(msg, CARP_TRACK_DOWN, 0);
		msg_nest_end(msg, link);
	}
	msg_nest_end(msg, list);
}

static void put_right(struct rng *rng, struct msg *msg, u16 type)
{
	const struct kind *kind = &kinds[type];
	u64 number;

	if (type == IFLA_CARP_KEY) {
		put_key(rng, msg, type);
	} else if (type == IFLA_CARP_PEER6) {
		put_peer6(rng, msg, type);
	} else if (type == IFLA_CARP_DEMOTION || type == IFLA_CARP_DEMOTE) {
		put_demotion(rng, msg, type);
	} else if (type == IFLA_CARP_TRACK) {
		put_track(rng, msg, type);
	} else if (type == IFLA_CARP_NODES) {
		nodes_put(rng, msg);
	} else {
		number = some_number(rng, kind);
		msg_put(msg, type, &number, kind->width);
	}
}

static void put_any(struct rng *rng, struct msg *msg, u16 type)
{
	u8 data[80];

	rng_bytes(rng, data, sizeof(data));
	if (one_in(rng, 2))
		memset(data, 0, sizeof(data));
	msg_put(msg, type, data, rng_below(rng, 70));
}

static u16 some_type(struct rng *rng)
{
	static const u16 settable[] = {
		IFLA_CARP_VHID, IFLA_CARP_ADVBASE, IFLA_CARP_ADVSKEW,
		IFLA_CARP_KEY, IFLA_CARP_STATE, IFLA_CARP_PEER,
		IFLA_CARP_PEER6, IFLA_CARP_CKSUM6, IFLA_CARP_FORM,
		IFLA_CARP_DEMOTION, IFLA_CARP_DEMOTE, IFLA_CARP_DEMOTESTYLE,
		IFLA_CARP_SYNCGROUP, IFLA_CARP_ANNOUNCE, IFLA_CARP_TRACK,
		IFLA_CARP_BALANCING, IFLA_CARP_HASH, IFLA_CARP_NODES,
		IFLA_CARP_NODES, IFLA_CARP_NODES,
	};

	if (!one_in(rng, 8))
		return settable[rng_below(rng, ARRAY_SIZE(settable))];
	if (!one_in(rng, 3))
		return rng_below(rng, IFLA_CARP_MAX + 8);
	return rng_next(rng) & NLA_TYPE_MASK;
}

void attributes_put(struct rng *rng, struct msg *msg)
{
	u32 n = rng_below(rng, one_in(rng, 8) ? 24 : 5);
	struct nlattr *nla;
	u16 type;

	while (n--) {
		nla = (struct nlattr *)(msg->data + msg->len);
		type = some_type(rng);
		if (type > IFLA_CARP_MAX || one_in(rng, 12))
			put_any(rng, msg, type);
		else
			put_right(rng, msg, type);
		if (one_in(rng, 40))
			nla->nla_type |= NLA_F_NESTED;
		if (one_in(rng, 40))
			nla->nla_type |= NLA_F_NET_BYTEORDER;
	}
}

static u64 number_of(const struct nlattr *nla)
{
	u64 v = 0;

	memcpy(&v, nla + 1, nla->nla_len - NLA_HDRLEN);
	return v;
}

/* What the kernel's validation says of one that it knows. */
static bool valid(const struct nlattr *nla, u16 type)
{
	const struct kind *kind = &kinds[type];
	u32 len = nla->nla_len - NLA_HDRLEN;

	if (!kind->settable)
		return false;
	/* What is in a track is not foretold, what is in a node is, later. */
	if (type == IFLA_CARP_TRACK || type == IFLA_CARP_NODES)
		return nla->nla_type & NLA_F_NESTED;
	if (nla->nla_type & NLA_F_NESTED)
		return false;
	if (type == IFLA_CARP_KEY)
		return true;
	if (len != kind->width)
		return false;
	return type == IFLA_CARP_PEER6 ||
	       (number_of(nla) >= kind->min && number_of(nla) <= kind->max);
}

static bool apply_key(const struct nlattr *nla, struct link_config *after)
{
	u32 len = nla->nla_len - NLA_HDRLEN;

	after->key_set = len > 0;
	return len <= CARP_KEY_MAX && !memchr(nla + 1, 0, len);
}

static bool apply_peers(const struct nlattr *peer, const struct nlattr *peer6,
			struct link_config *after)
{
	const u8 *p;

	if (peer) {
		p = (const u8 *)(peer + 1);
		memcpy(&after->peer, p, 4);
		if ((p[0] & 0xf0) == 0xe0 || after->peer == ~0U)
			return false;
	}
	if (peer6) {
		memcpy(after->peer6, peer6 + 1, 16);
		if (after->peer6[0] == 0xff)
			return false;
	}
	return true;
}

static bool apply_demotion(const struct nlattr *const *last,
			   struct link_config *after)
{
	long long demotion = after->demotion;

	if (last[IFLA_CARP_DEMOTION])
		demotion = (int)number_of(last[IFLA_CARP_DEMOTION]);
	if (last[IFLA_CARP_DEMOTE])
		demotion += (int)number_of(last[IFLA_CARP_DEMOTE]);
	if (last[IFLA_CARP_DEMOTESTYLE])
		after->demotestyle = number_of(last[IFLA_CARP_DEMOTESTYLE]);
	if (last[IFLA_CARP_SYNCGROUP])
		after->syncgroup = number_of(last[IFLA_CARP_SYNCGROUP]);
	if (last[IFLA_CARP_ANNOUNCE])
		after->announce = number_of(last[IFLA_CARP_ANNOUNCE]);
	after->demotion = demotion;
	return demotion >= CARP_DEMOTION_MIN && demotion <= CARP_DEMOTION_MAX;
}

static bool apply(const struct nlattr *const *last, const struct link *link,
		  struct link_config *after)
{
	if (last[IFLA_CARP_ADVBASE])
		after->advbase = number_of(last[IFLA_CARP_ADVBASE]);
	if (last[IFLA_CARP_CKSUM6])
		after->cksum6 = number_of(last[IFLA_CARP_CKSUM6]);
	if (last[IFLA_CARP_FORM])
		after->form = number_of(last[IFLA_CARP_FORM]);
	if (last[IFLA_CARP_KEY] && !apply_key(last[IFLA_CARP_KEY], after))
		return false;
	return apply_peers(last[IFLA_CARP_PEER], last[IFLA_CARP_PEER6],
			   after) && apply_demotion(last, after) &&
	       nodes_apply(last, link, after);
}

enum foretold attributes_foretell(const u8 *data, size_t len,
				  const struct link *link,
				  struct link_config *after)
{
	const struct nlattr *last[IFLA_CARP_MAX + 1] = {};
	const struct nlattr *nla;
	u16 type;

	*after = link->config;
	for (size_t at = 0; at < len; at += NLA_ALIGN(nla->nla_len)) {
		nla = (const struct nlattr *)(data + at);
		type = nla->nla_type & NLA_TYPE_MASK;
		/* Unknown ones are for newer kernels, as everywhere. */
		if (!type || type > IFLA_CARP_MAX)
			continue;
		if (!valid(nla, type))
			return REFUSED;
		last[type] = nla;
	}
	if (!apply(last, link, after))
		return REFUSED;
	return last[IFLA_CARP_STATE] || last[IFLA_CARP_TRACK] ||
	       nodes_moved(&link->config, after) ?
		DEPENDS : ACCEPTED;
}
