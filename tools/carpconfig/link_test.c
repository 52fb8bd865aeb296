// SPDX-License-Identifier: GPL-2.0-only
/* Attributes written and read back, and read when they are not as expected */

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carp_names.h"
#include "json.h"
#include "link.h"
#include "nl.h"

#define BUF_LEN	8192

static void result(bool ok, const char *name)
{
	printf("%sok - link: %s\n", ok ? "" : "not ", name);
}

static void put_transition(struct nlmsghdr *nlh, uint32_t serial,
			   uint32_t from, uint32_t to)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CARP_HISTORY_TRANSITION);

	mnl_attr_put_u32(nlh, CARP_TRANSITION_SERIAL, serial);
	mnl_attr_put_u32(nlh, CARP_TRANSITION_FROM, from);
	mnl_attr_put_u32(nlh, CARP_TRANSITION_TO, to);
	mnl_attr_put_u32(nlh, CARP_TRANSITION_REASON,
			 CARP_REASON_MASTER_TIMED_OUT);
	mnl_attr_put_u64(nlh, CARP_TRANSITION_TIME, 1700000000123456789);
	mnl_attr_put_u8(nlh, CARP_TRANSITION_VHID, 7);
	mnl_attr_nest_end(nlh, nest);
}

/* Without a name it is group 7. */
static void put_track(struct nlmsghdr *nlh, const char *name, uint32_t weight,
		      uint32_t down)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CARP_TRACK_LINK);

	if (name)
		mnl_attr_put_strz(nlh, CARP_TRACK_NAME, name);
	else
		mnl_attr_put_u32(nlh, CARP_TRACK_GROUP, 7);
	mnl_attr_put_u32(nlh, CARP_TRACK_WEIGHT, weight);
	mnl_attr_put_u32(nlh, CARP_TRACK_DOWN, down);
	mnl_attr_nest_end(nlh, nest);
}

static void put_node(struct nlmsghdr *nlh, uint8_t vhid, uint32_t state)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CARP_NODES_NODE);

	mnl_attr_put_u8(nlh, CARP_NODE_VHID, vhid);
	mnl_attr_put_u8(nlh, CARP_NODE_ADVSKEW, 100 - vhid);
	mnl_attr_put_u32(nlh, CARP_NODE_STATE, state);
	mnl_attr_put_u64(nlh, CARP_NODE_KEPT, 0x100000000 + vhid);
	mnl_attr_put_u64(nlh, CARP_NODE_LEFT, 0x200000000 + vhid);
	mnl_attr_nest_end(nlh, nest);
}

static void put_balancing(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, IFLA_CARP_BALANCING, CARP_BALANCING_IP_STEALTH);
	mnl_attr_put_u32(nlh, IFLA_CARP_HASH, CARP_HASH_L4);
	nest = mnl_attr_nest_start(nlh, IFLA_CARP_NODES);
	put_node(nlh, 7, CARP_STATE_BACKUP);
	put_node(nlh, 9, CARP_STATE_MASTER);
	mnl_attr_nest_end(nlh, nest);
}

/* A message as the kernel sends it. */
static struct nlmsghdr *make_dump(void *buf, const char *kind,
				  unsigned int transitions)
{
	static const uint8_t mac[] = { 0, 0, 0x5e, 0, 1, 7 };
	static const uint8_t peer6[16] = { 0xfe, 0x80, [15] = 2 };
	static const uint8_t peer[] = { 192, 0, 2, 2 };
	struct nlattr *info, *data, *nest;
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;

	nlh = nl_link_message(buf, RTM_NEWLINK, 0, 42);
	ifi = mnl_nlmsg_get_payload(nlh);
	ifi->ifi_flags = IFF_UP | IFF_BROADCAST | IFF_MULTICAST | 0x10000;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "carp7");
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(mac), mac);
	mnl_attr_put_u32(nlh, IFLA_MTU, 1500);
	mnl_attr_put_u32(nlh, IFLA_LINK, 1);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u8(nlh, IFLA_CARP_VHID, 7);
	mnl_attr_put_u8(nlh, IFLA_CARP_ADVBASE, 1);
	mnl_attr_put_u8(nlh, IFLA_CARP_ADVSKEW, 100);
	mnl_attr_put_u8(nlh, IFLA_CARP_KEY_SET, 1);
	mnl_attr_put(nlh, IFLA_CARP_PEER, sizeof(peer), peer);
	mnl_attr_put(nlh, IFLA_CARP_PEER6, sizeof(peer6), peer6);
	mnl_attr_put_u32(nlh, IFLA_CARP_CKSUM6, CARP_CKSUM6_PSEUDO);
	mnl_attr_put_u32(nlh, IFLA_CARP_FORM, CARP_FORM_ORIG);
	mnl_attr_put_u32(nlh, IFLA_CARP_DEMOTION, -3);
	mnl_attr_put_u32(nlh, IFLA_CARP_DEMOTED, 237);
	mnl_attr_put_u32(nlh, IFLA_CARP_DEMOTESTYLE, CARP_DEMOTESTYLE_MAX);
	mnl_attr_put_u8(nlh, IFLA_CARP_SYNCGROUP, 1);
	mnl_attr_put_u32(nlh, IFLA_CARP_ANNOUNCE, 60);
	nest = mnl_attr_nest_start(nlh, IFLA_CARP_TRACK);
	put_track(nlh, "eth1", 240, 1);
	put_track(nlh, NULL, 10, 2);
	mnl_attr_nest_end(nlh, nest);
	put_balancing(nlh);
	mnl_attr_put_u32(nlh, IFLA_CARP_STATE, CARP_STATE_BACKUP);
	mnl_attr_put_u32(nlh, IFLA_CARP_REASON, CARP_REASON_INIT_COMPLETE);
	mnl_attr_put_u32(nlh, IFLA_CARP_SERIAL, transitions);
	nest = mnl_attr_nest_start(nlh, IFLA_CARP_HISTORY);
	for (unsigned int i = 1; i <= transitions; i++)
		put_transition(nlh, i, i % 2, 1 + i % 2);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, data);
	nest = mnl_attr_nest_start(nlh, IFLA_INFO_XSTATS);
	for (unsigned int i = CARP_STAT_PAD + 1; i <= CARP_STAT_MAX; i++)
		mnl_attr_put_u64(nlh, i, 1000 + i);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, info);
	return nlh;
}

static void test_decode(void)
{
	char buf[BUF_LEN];
	struct link link;
	bool ok;

	ok = link_decode(make_dump(buf, "carp", 16), &link);
	result(ok && !strcmp(link.ifname, "carp7") && link.ifindex == 42 &&
	       link.mtu == 1500 && link.lladdr_len == 6 &&
	       link.carpdev == 1 && link.vhid == 7 && link.advbase == 1 &&
	       link.advskew == 100 && link.key_set &&
	       link.state == CARP_STATE_BACKUP && link.serial == 16,
	       "a dump is read");
	result(link_has_peer(&link, AF_INET) && link.peer[3] == 2 &&
	       link_has_peer(&link, AF_INET6) && link.peer6[15] == 2 &&
	       link.cksum6 == CARP_CKSUM6_PSEUDO && link.form == CARP_FORM_ORIG,
	       "the peers and forms are read");
	result(link.demotion == -3 && link.demoted == 237 &&
	       link.demotestyle == CARP_DEMOTESTYLE_MAX && link.syncgroup &&
	       link.announce == 60, "the demotion is read");
	result(link.n_tracks == 2 && !strcmp(link.tracks[0].name, "eth1") &&
	       link.tracks[0].weight == 240 && link.tracks[0].down == 1 &&
	       !link.tracks[1].name[0] && link.tracks[1].group == 7 &&
	       link.tracks[1].down == 2, "what is tracked is read");
	result(link.balancing == CARP_BALANCING_IP_STEALTH &&
	       link.hash == CARP_HASH_L4 && link.n_nodes == 2 &&
	       link.nodes[0].vhid == 7 && link.nodes[1].vhid == 9 &&
	       link.nodes[1].advskew == 91 &&
	       link.nodes[1].state == CARP_STATE_MASTER &&
	       link.nodes[1].kept == 0x100000009 &&
	       link.nodes[1].left == 0x200000009, "the nodes are read");
	result(link.n_history == 16 && link.history[15].serial == 16 &&
	       link.history[15].from == CARP_STATE_INIT &&
	       link.history[15].to == CARP_STATE_BACKUP &&
	       link.history[0].time == 1700000000123456789 &&
	       link.history[0].vhid == 7,
	       "the history is read");
	result(link.stats[CARP_STAT_BADAUTH] == 1000 + CARP_STAT_BADAUTH &&
	       link.has_stat[CARP_STAT_MAX], "the counters are read");
	link_decode(make_dump(buf, "carp", 20), &link);
	result(link.n_history == CARP_HISTORY_MAX,
	       "a history longer than expected is cut");
	result(!link_decode(make_dump(buf, "vlan", 1), &link),
	       "another kind is not read");
}

/* No reading beyond the message, however it is cut or garbled. */
static void test_garbled(void)
{
	struct nlmsghdr *nlh;
	char good[BUF_LEN];
	unsigned int seed = 112;
	struct link link;
	uint32_t len;
	char *bad;

	len = make_dump(good, "carp", 16)->nlmsg_len;
	for (uint32_t cut = sizeof(*nlh); cut <= len; cut++) {
		bad = malloc(cut);
		memcpy(bad, good, cut);
		nlh = (struct nlmsghdr *)bad;
		nlh->nlmsg_len = cut;
		link_decode(nlh, &link);
		free(bad);
	}
	for (int i = 0; i < 20000; i++) {
		bad = malloc(len);
		memcpy(bad, good, len);
		for (int j = 0; j < 4; j++)
			bad[sizeof(*nlh) + rand_r(&seed) %
			    (len - sizeof(*nlh))] = rand_r(&seed);
		link_decode((struct nlmsghdr *)bad, &link);
		link_attr_name((struct nlmsghdr *)bad, rand_r(&seed) % len);
		free(bad);
	}
	result(true, "cut and garbled messages do no harm");
}

static const struct nlattr *find(const struct nlmsghdr *nlh, unsigned int type)
{
	const struct nlattr *info, *data, *attr;

	mnl_attr_for_each(info, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(info) != IFLA_LINKINFO)
			continue;
		mnl_attr_for_each_nested(data, info)
			if (mnl_attr_get_type(data) == IFLA_INFO_DATA)
				mnl_attr_for_each_nested(attr, data)
					if (mnl_attr_get_type(attr) == type)
						return attr;
	}
	return NULL;
}

static void test_encode(void)
{
	static struct request req;
	char line[][16] = { "carp0", "create", "carpdev", "eth0", "vhid",
			    "9", "advskew", "3", "pass", "abc", "state",
			    "master" };
	const struct nlattr *attr;
	char err[REQUEST_ERR_LEN];
	struct nlmsghdr *nlh;
	char *argv[13];
	char buf[BUF_LEN];

	for (int i = 0; i < 12; i++)
		argv[i] = line[i];
	argv[12] = NULL;
	parse_request(&req, 12, argv, err);
	nlh = nl_link_message(buf, RTM_NEWLINK, NLM_F_CREATE, 0);
	link_encode(nlh, &req, 5);
	attr = find(nlh, IFLA_CARP_KEY);
	result(attr && mnl_attr_get_payload_len(attr) == 3 &&
	       !memcmp(mnl_attr_get_payload(attr), "abc", 3),
	       "the key is sent without its NUL");
	attr = find(nlh, IFLA_CARP_VHID);
	result(attr && mnl_attr_get_payload_len(attr) == 1 &&
	       mnl_attr_get_u8(attr) == 9, "the vhid is sent as a byte");
	attr = find(nlh, IFLA_CARP_STATE);
	result(attr && mnl_attr_get_payload_len(attr) == 4 &&
	       mnl_attr_get_u32(attr) == CARP_STATE_MASTER,
	       "the state is sent as a word");
	result(!find(nlh, IFLA_CARP_ADVBASE), "what was not said is not sent");
	attr = find(nlh, IFLA_CARP_ADVSKEW);
	result(attr && !strcmp(link_attr_name(nlh, (char *)attr - buf),
			       "advskew") &&
	       !link_attr_name(nlh, 4) && !link_attr_name(nlh, 60000),
	       "the attribute the kernel points at is named");
}

static void test_encode_peers(void)
{
	static struct request req;
	char line[][24] = { "carp0", "-carppeer", "carppeer6", "fe80::2",
			    "lladdr", "02:00:00:00:00:01", "cksum6", "pseudo" };
	const struct nlattr *attr;
	char err[REQUEST_ERR_LEN];
	struct nlmsghdr *nlh;
	struct link link;
	char buf[BUF_LEN];
	char *argv[9];

	for (int i = 0; i < 8; i++)
		argv[i] = line[i];
	argv[8] = NULL;
	parse_request(&req, 8, argv, err);
	nlh = nl_link_message(buf, RTM_NEWLINK, 0, 42);
	link_encode(nlh, &req, 0);
	attr = find(nlh, IFLA_CARP_PEER);
	result(attr && mnl_attr_get_payload_len(attr) == 4 &&
	       !mnl_attr_get_u32(attr), "no peer is sent as 0.0.0.0");
	result(link_decode(nlh, &link) && !link_has_peer(&link, AF_INET) &&
	       link_has_peer(&link, AF_INET6) && link.peer6[0] == 0xfe &&
	       link.peer6[15] == 2 && link.cksum6 == CARP_CKSUM6_PSEUDO &&
	       link.lladdr_len == 6 && link.lladdr[5] == 1,
	       "what is sent about peers and the MAC is read back");
	result(!find(nlh, IFLA_CARP_FORM), "a form not said is not sent");
	attr = find(nlh, IFLA_CARP_PEER6);
	result(attr && !strcmp(link_attr_name(nlh, (char *)attr - buf),
			       "carppeer6"), "a peer is named by its word");
}

static void test_encode_tracks(void)
{
	static struct request req;
	char line[][16] = { "carp0", "track", "eth1", "weight", "10", "-track",
			    "group", "7", "-carpdemote", "2", "syncgroup" };
	struct nlattr *attr;
	char err[REQUEST_ERR_LEN];
	struct nlmsghdr *nlh;
	struct link link;
	char buf[BUF_LEN];
	char *argv[12];

	for (int i = 0; i < 11; i++)
		argv[i] = line[i];
	argv[11] = NULL;
	parse_request(&req, 11, argv, err);
	req.tracks[1].group = 7;
	nlh = nl_link_message(buf, RTM_NEWLINK, 0, 42);
	link_encode(nlh, &req, 0);
	result(link_decode(nlh, &link) && link.n_tracks == 2 &&
	       !strcmp(link.tracks[0].name, "eth1") &&
	       link.tracks[0].weight == 10 && link.tracks[1].group == 7 &&
	       !link.tracks[1].weight && link.syncgroup,
	       "what is sent to be tracked is read back");
	attr = (struct nlattr *)find(nlh, IFLA_CARP_DEMOTE);
	result(attr && (int32_t)mnl_attr_get_u32(attr) == -2,
	       "-carpdemote is sent as a negative number");
	attr = (struct nlattr *)find(nlh, IFLA_CARP_TRACK);
	result(attr && attr->nla_type & NLA_F_NESTED &&
	       !strcmp(link_attr_name(nlh, (char *)attr - buf + 8), "track"),
	       "what the kernel points at inside a nest is named");
}

static void test_addr(void)
{
	struct request_addr a = { .family = AF_INET, .prefixlen = 24,
				  .addr = { 192, 0, 2, 1 } };
	struct link_addr got;
	struct nlmsghdr *nlh;
	char buf[BUF_LEN];

	nlh = nl_addr_message(buf, RTM_NEWADDR, 0);
	addr_encode(nlh, 42, &a);
	result(addr_decode(nlh, &got) && got.ifindex == 42 &&
	       got.prefixlen == 24 && !got.has_broadcast &&
	       !memcmp(got.addr, a.addr, 4), "an IPv4 address is read back");
	a.family = AF_INET6;
	a.addr[15] = 7;
	nlh = nl_addr_message(buf, RTM_NEWADDR, 0);
	addr_encode(nlh, 42, &a);
	result(addr_decode(nlh, &got) && got.family == AF_INET6 &&
	       !memcmp(got.addr, a.addr, 16), "an IPv6 address is read back");
}

static void test_words(void)
{
	bool ok = true;

	for (unsigned int i = 0; i < __CARP_REASON_COUNT; i++)
		ok &= !!strcmp(carp_reason_text(i), "unknown reason");
	result(ok, "every reason has a text");
	ok = true;
	for (unsigned int i = CARP_STAT_PAD + 1; i <= CARP_STAT_MAX; i++)
		ok &= !!carp_stat_words(i);
	result(ok, "every counter has a text");
	result(!strcmp(carp_reason_text(999), "unknown reason") &&
	       !strcmp(carp_state_name(999), "UNKNOWN") &&
	       !carp_stat_words(999), "what is not known is called so");
}

static void test_json_nodes(const json_t *json)
{
	const json_t *nodes = json_object_get(json, "nodes");
	const json_t *node = json_array_get(nodes, 1);
	const json_t *t = json_array_get(json_object_get(json, "history"), 0);

	result(!strcmp(json_string_value(json_object_get(json, "balancing")),
		       "ip-stealth") &&
	       !strcmp(json_string_value(json_object_get(json, "hash")),
		       "l4") && json_array_size(nodes) == 2 &&
	       json_object_size(node) == 5 &&
	       json_integer_value(json_object_get(node, "vhid")) == 9 &&
	       json_integer_value(json_object_get(node, "advskew")) == 91 &&
	       !strcmp(json_string_value(json_object_get(node, "state")),
		       "MASTER") &&
	       json_integer_value(json_object_get(node, "kept")) ==
	       0x100000009 &&
	       json_integer_value(json_object_get(node, "left")) ==
	       0x200000009, "JSON has the nodes");
	result(json_integer_value(json_object_get(t, "vhid")) == 7,
	       "JSON has the vhid of a transition");
}

static void test_json(void)
{
	static const char * const keys[] = {
		"ifname", "ifindex", "flags", "mtu", "lladdr", "state",
		"reason", "carpdev", "vhid", "advbase", "advskew", "key_set",
		"serial", "history", "inet", "inet6", "stats", "peer",
		"peer6", "cksum6", "form", "group", "demotion", "demoted",
		"demotestyle", "syncgroup", "announce", "track", "balancing",
		"hash", "nodes",
	};
	struct state state = { 0 };
	char buf[BUF_LEN];
	struct link link;
	json_t *json;
	bool ok;

	link_decode(make_dump(buf, "carp", 2), &link);
	json = json_link(&link, &state, true);
	ok = json_object_size(json) == CARP_ARRAY_SIZE(keys);
	for (size_t i = 0; i < CARP_ARRAY_SIZE(keys); i++)
		ok &= !!json_object_get(json, keys[i]);
	result(ok, "JSON has the keys that were promised");
	result(json_array_size(json_object_get(json, "flags")) == 5,
	       "a dormant interface is shown as running");
	result(!strcmp(json_string_value(json_object_get(json, "peer6")),
		       "fe80::2") &&
	       !strcmp(json_string_value(json_object_get(json, "form")),
		       "orig"), "JSON has the peers and forms");
	result(json_integer_value(json_object_get(json, "demotion")) == -3 &&
	       json_array_size(json_object_get(json, "track")) == 2,
	       "JSON has the demotion and what is tracked");
	test_json_nodes(json);
	json_decref(json);
	memset(link.peer, 0, sizeof(link.peer));
	json = json_link(&link, &state, false);
	result(json_is_null(json_object_get(json, "peer")),
	       "JSON says null for no peer");
	json_decref(json);
	link.ifname[0] = (char)0xff;
	json = json_link(&link, &state, false);
	result(!json, "a name that is not UTF-8 makes no JSON");
	json_decref(json);
}

/* For check.sh to have ip(8) print. */
static int write_dump(const char *name)
{
	char buf[BUF_LEN];
	const struct nlmsghdr *nlh = make_dump(buf, "carp", 2);
	FILE *file = fopen(name, "w");

	if (!file || fwrite(nlh, nlh->nlmsg_len, 1, file) != 1)
		return 1;
	return fclose(file) ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return write_dump(argv[1]);
	test_decode();
	test_garbled();
	test_encode();
	test_encode_peers();
	test_encode_tracks();
	test_addr();
	test_words();
	test_json();
	return 0;
}
