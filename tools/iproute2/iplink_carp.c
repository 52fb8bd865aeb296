// SPDX-License-Identifier: GPL-2.0-only
/* ip link ... type carp
 *
 * Written as files of iproute2, this one and iplink_carp_nodes.c, so that they
 * can be built there as they are; built here as link_carp.so, which ip(8) loads
 * when it meets the kind.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <arpa/inet.h>
#include <linux/if_carp.h>
#include <linux/if_link.h>
#include <linux/if.h>

#include "utils.h"
#include "rt_names.h"
#include "ip_common.h"
#include "carp_key.h"
#include "carp_names.h"
#include "iplink_carp.h"

#define CARP_GROUP_LEN	64

static void print_explain(FILE *f)
{
	fprintf(f,
		"Usage: ... carp [ vhid VHID ]\n"
		"		[ advbase SECONDS ] [ advskew SKEW ]\n"
		"		[ passfile FILE | pass PASSPHRASE | nopass ]\n"
		"		[ peer ADDRESS | nopeer ] [ peer6 ADDRESS6 | nopeer6 ]\n"
		"		[ cksum6 { plain | pseudo } ] [ form { nov6ll | orig } ]\n"
		"		[ state { master | backup } ]\n"
		"		[ demotion COUNT ] [ demotestyle { add | max } ]\n"
		"		[ syncgroup { on | off } ] [ announce INTERVAL ]\n"
		"		[ carpnodes VHID:SKEW[,VHID:SKEW]... ]\n"
		"		[ balancing { none | ip | ip-stealth | ip-unicast } ]\n"
		"		[ hash { xor | l3 | l4 } ]\n"
		"		[ track TRACKED [ weight WEIGHT ] ]... [ notrack TRACKED ]...\n"
		"\n"
		"Where:	VHID := 1-255\n"
		"	SECONDS := 0-255\n"
		"	SKEW := 0-254, in 1/256 of a second; the least is preferred\n"
		"	FILE := file whose first line is the passphrase, or -\n"
		"	PASSPHRASE := up to 19 characters; seen by others, see ip-link-carp(8)\n"
		"	ADDRESS, ADDRESS6 := of the only other member, IPv4 and IPv6\n"
		"	COUNT := -255-255\n"
		"	INTERVAL := 0-86400 seconds, 0 for never\n"
		"	TRACKED := { DEVICE | group GROUP }\n"
		"	WEIGHT := 1-255\n"
	);
}

/* Said here, because the kernel says "integer out of range" and not of what. */
static __u8 get_range(const char *what, const char *arg, __u8 min, __u8 max)
{
	static char msg[64];
	__u8 value;

	if (!get_u8(&value, arg, 10) && value >= min && value <= max)
		return value;
	snprintf(msg, sizeof(msg), "%s must be %u to %u", what, min, max);
	invarg(msg, arg);
}

static __u32 get_state(const char *arg)
{
	if (!strcasecmp(arg, "master"))
		return CARP_STATE_MASTER;
	if (!strcasecmp(arg, "backup"))
		return CARP_STATE_BACKUP;
	invarg("state can be set to master or backup", arg);
}

static __u32 get_cksum6(const char *arg)
{
	if (!strcmp(arg, carp_cksum6_name(CARP_CKSUM6_PLAIN)))
		return CARP_CKSUM6_PLAIN;
	if (!strcmp(arg, carp_cksum6_name(CARP_CKSUM6_PSEUDO)))
		return CARP_CKSUM6_PSEUDO;
	invarg("cksum6 must be plain or pseudo", arg);
}

static __u32 get_form(const char *arg)
{
	if (!strcmp(arg, carp_form_name(CARP_FORM_NOV6LL)))
		return CARP_FORM_NOV6LL;
	if (!strcmp(arg, carp_form_name(CARP_FORM_ORIG)))
		return CARP_FORM_ORIG;
	invarg("form must be nov6ll or orig", arg);
}

static void get_peer(struct in_addr *peer, const char *arg)
{
	__u32 addr;

	if (inet_pton(AF_INET, arg, peer) != 1)
		invarg("peer must be an IPv4 address", arg);
	addr = ntohl(peer->s_addr);
	if (!(addr >> 24) || addr >> 24 == 127 || addr >> 28 == 0xe ||
	    addr == 0xffffffff)
		invarg("peer must be the address of a member", arg);
}

static void get_peer6(struct in6_addr *peer, const char *arg)
{
	if (strchr(arg, '%'))
		invarg("peer6 has no scope, it is looked for on the parent",
		       arg);
	if (inet_pton(AF_INET6, arg, peer) != 1)
		invarg("peer6 must be an IPv6 address", arg);
	if (IN6_IS_ADDR_UNSPECIFIED(peer) || IN6_IS_ADDR_LOOPBACK(peer) ||
	    IN6_IS_ADDR_MULTICAST(peer) || IN6_IS_ADDR_V4MAPPED(peer))
		invarg("peer6 must be the address of a member", arg);
}

static __s32 get_demotion(const char *arg)
{
	__s32 value;

	if (get_s32(&value, arg, 10) || value < CARP_DEMOTION_MIN ||
	    value > CARP_DEMOTION_MAX)
		invarg("demotion must be -255 to 255", arg);
	return value;
}

static __u32 get_demotestyle(const char *arg)
{
	if (!strcmp(arg, carp_demotestyle_name(CARP_DEMOTESTYLE_ADD)))
		return CARP_DEMOTESTYLE_ADD;
	if (!strcmp(arg, carp_demotestyle_name(CARP_DEMOTESTYLE_MAX)))
		return CARP_DEMOTESTYLE_MAX;
	invarg("demotestyle must be add or max", arg);
}

static __u8 get_on_off(const char *what, const char *arg)
{
	static char msg[64];

	if (!strcmp(arg, "on"))
		return 1;
	if (!strcmp(arg, "off"))
		return 0;
	snprintf(msg, sizeof(msg), "%s must be on or off", what);
	invarg(msg, arg);
}

static __u32 get_announce(const char *arg)
{
	__u32 value;

	if (get_u32(&value, arg, 10) || value > CARP_ANNOUNCE_MAX)
		invarg("announce must be 0 to 86400", arg);
	return value;
}

/**
 * struct carp_tracks - IFLA_CARP_TRACK in the making
 * @n: its length
 * @list: a message of its own, for the words come one by one
 */
struct carp_tracks {
	struct nlmsghdr n;
	char list[CARP_REQ_LEN];
};

/* TRACKED, and weight if the word was track. */
static void get_track(struct carp_tracks *tracks, int *argcp, char ***argvp)
{
	bool add = !strcmp(**argvp, "track");
	__u32 weight = add ? CARP_TRACK_WEIGHT_DEFAULT : 0;
	int argc = *argcp;
	char **argv = *argvp;
	struct rtattr *nest;
	__u32 group;

	NEXT_ARG();
	nest = addattr_nest(&tracks->n, sizeof(*tracks),
			    CARP_TRACK_LINK | NLA_F_NESTED);
	if (!strcmp(*argv, "group")) {
		NEXT_ARG();
		if (rtnl_group_a2n((int *)&group, *argv))
			invarg("no such group", *argv);
		addattr32(&tracks->n, sizeof(*tracks), CARP_TRACK_GROUP,
			  group);
	} else {
		if (!**argv || strlen(*argv) >= IFNAMSIZ)
			invarg("not the name of a device", *argv);
		addattr_l(&tracks->n, sizeof(*tracks), CARP_TRACK_NAME, *argv,
			  strlen(*argv) + 1);
	}
	if (add && argc > 1 && !strcmp(argv[1], "weight")) {
		NEXT_ARG();
		NEXT_ARG();
		weight = get_range("weight", *argv, 1, CARP_TRACK_WEIGHT_MAX);
	}
	if (addattr32(&tracks->n, sizeof(*tracks), CARP_TRACK_WEIGHT, weight))
		exit(-1);
	addattr_nest_end(&tracks->n, nest);
	*argcp = argc;
	*argvp = argv;
}

/* Return: false if the word is about something else. */
static bool parse_demotion(int *argcp, char ***argvp, struct nlmsghdr *n,
			   struct carp_tracks *tracks)
{
	const char *word = **argvp;
	int argc = *argcp;
	char **argv = *argvp;

	if (!strcmp(word, "track") || !strcmp(word, "notrack")) {
		get_track(tracks, argcp, argvp);
		return true;
	}
	if (strcmp(word, "demotion") && strcmp(word, "demotestyle") &&
	    strcmp(word, "syncgroup") && strcmp(word, "announce"))
		return false;

	NEXT_ARG();
	if (!strcmp(word, "demotion"))
		addattr32(n, CARP_REQ_LEN, IFLA_CARP_DEMOTION,
			  get_demotion(*argv));
	else if (!strcmp(word, "demotestyle"))
		addattr32(n, CARP_REQ_LEN, IFLA_CARP_DEMOTESTYLE,
			  get_demotestyle(*argv));
	else if (!strcmp(word, "syncgroup"))
		addattr8(n, CARP_REQ_LEN, IFLA_CARP_SYNCGROUP,
			 get_on_off(word, *argv));
	else
		addattr32(n, CARP_REQ_LEN, IFLA_CARP_ANNOUNCE,
			  get_announce(*argv));
	*argcp = argc;
	*argvp = argv;
	return true;
}

/* Return: false if there are more than go into one message. */
static bool put_tracks(struct nlmsghdr *n, const struct carp_tracks *tracks)
{
	int len = tracks->n.nlmsg_len - NLMSG_LENGTH(0);

	return !len || !addattr_l(n, CARP_REQ_LEN,
				  IFLA_CARP_TRACK | NLA_F_NESTED,
				  tracks->list + NLMSG_LENGTH(0) -
				  sizeof(tracks->n), len);
}

static void refuse_key(const char *err)
{
	fprintf(stderr, "carp: %s\n", err);
	exit(-1);
}

/* The word is wiped, to be in the process list no longer than needed. */
static void get_pass(struct carp_key *key, char *arg)
{
	char err[CARP_KEY_ERR_LEN];
	bool ok;

	ok = carp_key_set(key, arg, strlen(arg), err);
	explicit_bzero(arg, strlen(arg));
	if (!ok)
		refuse_key(err);
}

static void get_passfile(struct carp_key *key, const char *arg)
{
	char err[CARP_KEY_ERR_LEN];

	if (!carp_key_load(key, arg, stderr, "carp", err))
		refuse_key(err);
}

static int carp_parse_opt(struct link_util *lu, int argc, char **argv,
			  struct nlmsghdr *n)
{
	struct carp_tracks tracks = { .n.nlmsg_len = NLMSG_LENGTH(0) };
	struct carp_key key = { 0 };
	struct in6_addr peer6 = { 0 };
	struct in_addr peer = { 0 };
	bool has_peer6 = false;
	bool has_peer = false;
	bool has_key = false;
	int advbase = -1;
	int advskew = -1;

	for (; argc > 0; argc--, argv++) {
		if (!strcmp(*argv, "help")) {
			print_explain(stderr);
			return -1;
		} else if (!strcmp(*argv, "vhid")) {
			NEXT_ARG();
			addattr8(n, CARP_REQ_LEN, IFLA_CARP_VHID,
				 get_range("vhid", *argv, CARP_VHID_MIN,
					   CARP_VHID_MAX));
		} else if (!strcmp(*argv, "advbase")) {
			NEXT_ARG();
			advbase = get_range("advbase", *argv, 0,
					    CARP_ADVBASE_MAX);
			addattr8(n, CARP_REQ_LEN, IFLA_CARP_ADVBASE, advbase);
		} else if (!strcmp(*argv, "advskew")) {
			NEXT_ARG();
			advskew = get_range("advskew", *argv, 0,
					    CARP_ADVSKEW_MAX);
			addattr8(n, CARP_REQ_LEN, IFLA_CARP_ADVSKEW, advskew);
		} else if (!strcmp(*argv, "pass") ||
			   !strcmp(*argv, "passfile") ||
			   !strcmp(*argv, "nopass")) {
			const char *word = *argv;

			if (has_key)
				duparg("pass", word);
			has_key = true;
			if (!strcmp(word, "nopass"))
				continue;
			NEXT_ARG();
			if (!strcmp(word, "pass"))
				get_pass(&key, *argv);
			else
				get_passfile(&key, *argv);
		} else if (!strcmp(*argv, "peer") ||
			   !strcmp(*argv, "nopeer")) {
			if (has_peer)
				duparg("peer", *argv);
			has_peer = true;
			if (!strcmp(*argv, "nopeer"))
				continue;
			NEXT_ARG();
			get_peer(&peer, *argv);
		} else if (!strcmp(*argv, "peer6") ||
			   !strcmp(*argv, "nopeer6")) {
			if (has_peer6)
				duparg("peer6", *argv);
			has_peer6 = true;
			if (!strcmp(*argv, "nopeer6"))
				continue;
			NEXT_ARG();
			get_peer6(&peer6, *argv);
		} else if (!strcmp(*argv, "cksum6")) {
			NEXT_ARG();
			addattr32(n, CARP_REQ_LEN, IFLA_CARP_CKSUM6,
				  get_cksum6(*argv));
		} else if (!strcmp(*argv, "form")) {
			NEXT_ARG();
			addattr32(n, CARP_REQ_LEN, IFLA_CARP_FORM,
				  get_form(*argv));
		} else if (!strcmp(*argv, "state")) {
			NEXT_ARG();
			addattr32(n, CARP_REQ_LEN, IFLA_CARP_STATE,
				  get_state(*argv));
		} else if (!parse_demotion(&argc, &argv, n, &tracks) &&
			   !carp_parse_nodes(&argc, &argv, n)) {
			fprintf(stderr, "carp: unknown word \"%s\"?\n", *argv);
			print_explain(stderr);
			return -1;
		}
	}

	if (!advbase && !advskew) {
		fprintf(stderr,
			"carp: advbase and advskew cannot both be 0\n");
		return -1;
	}
	if (has_key)
		addattr_l(n, CARP_REQ_LEN, IFLA_CARP_KEY, key.data, key.len);
	explicit_bzero(&key, sizeof(key));
	if (has_peer)
		addattr_l(n, CARP_REQ_LEN, IFLA_CARP_PEER, &peer, sizeof(peer));
	if (has_peer6)
		addattr_l(n, CARP_REQ_LEN, IFLA_CARP_PEER6, &peer6,
			  sizeof(peer6));
	return put_tracks(n, &tracks) ? 0 : -1;
}

static __u32 transition_u32(struct rtattr *tb[], int type)
{
	if (!tb[type] || RTA_PAYLOAD(tb[type]) < sizeof(__u32))
		return 0;
	return rta_getattr_u32(tb[type]);
}

/* In text only the path through the states, in JSON all that is known. */
static void print_transition(struct rtattr *nest, bool first)
{
	struct rtattr *tb[CARP_TRANSITION_MAX + 1];
	__u64 time = 0;
	__u32 from;
	__u32 to;

	parse_rtattr_nested(tb, CARP_TRANSITION_MAX, nest);
	from = transition_u32(tb, CARP_TRANSITION_FROM);
	to = transition_u32(tb, CARP_TRANSITION_TO);
	if (tb[CARP_TRANSITION_TIME] &&
	    RTA_PAYLOAD(tb[CARP_TRANSITION_TIME]) >= sizeof(time))
		time = rta_getattr_u64(tb[CARP_TRANSITION_TIME]);

	open_json_object(NULL);
	print_uint(PRINT_JSON, "serial", NULL,
		   transition_u32(tb, CARP_TRANSITION_SERIAL));
	print_string(PRINT_JSON, "from", NULL, carp_state_name(from));
	print_string(PRINT_JSON, "to", NULL, carp_state_name(to));
	print_string(PRINT_JSON, "reason", NULL,
		     carp_reason_text(transition_u32(tb,
						     CARP_TRANSITION_REASON)));
	print_u64(PRINT_JSON, "time", NULL, time);
	if (tb[CARP_TRANSITION_VHID])
		print_uint(PRINT_JSON, "vhid", NULL,
			   rta_getattr_u8(tb[CARP_TRANSITION_VHID]));
	close_json_object();

	if (first)
		print_string(PRINT_FP, NULL, "history %s",
			     carp_state_name(from));
	print_string(PRINT_FP, NULL, ">%s", carp_state_name(to));
}

static void print_history(struct rtattr *history)
{
	struct rtattr *attr = RTA_DATA(history);
	int len = RTA_PAYLOAD(history);
	bool first = true;

	open_json_array(PRINT_JSON, "history");
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len)) {
		if ((attr->rta_type & NLA_TYPE_MASK) !=
		    CARP_HISTORY_TRANSITION)
			continue;
		print_transition(attr, first);
		first = false;
	}
	close_json_array(PRINT_JSON, NULL);
	if (!first)
		print_string(PRINT_FP, NULL, "%s", " ");
}

static void print_peer(const char *key, const char *format, int family,
		       const struct rtattr *attr)
{
	size_t len = family == AF_INET ? sizeof(struct in_addr) :
					 sizeof(struct in6_addr);
	static const struct in6_addr none;
	char addr[INET6_ADDRSTRLEN];

	if (!attr || RTA_PAYLOAD(attr) < len ||
	    !memcmp(RTA_DATA(attr), &none, len))
		return;
	inet_ntop(family, RTA_DATA(attr), addr, sizeof(addr));
	print_string(PRINT_ANY, key, format, addr);
}

/* In text only what is not as most have it. */
static void print_ipv6(struct rtattr *tb[])
{
	__u32 value;

	if (tb[IFLA_CARP_CKSUM6]) {
		value = rta_getattr_u32(tb[IFLA_CARP_CKSUM6]);
		print_string(PRINT_JSON, "cksum6", NULL,
			     carp_cksum6_name(value));
		if (value != CARP_CKSUM6_PLAIN)
			print_string(PRINT_FP, NULL, "cksum6 %s ",
				     carp_cksum6_name(value));
	}
	if (tb[IFLA_CARP_FORM]) {
		value = rta_getattr_u32(tb[IFLA_CARP_FORM]);
		print_string(PRINT_JSON, "form", NULL, carp_form_name(value));
		if (value != CARP_FORM_NOV6LL)
			print_string(PRINT_FP, NULL, "form %s ",
				     carp_form_name(value));
	}
}

static void print_track(const struct rtattr *nest)
{
	struct rtattr *tb[CARP_TRACK_MAX + 1];
	char group[CARP_GROUP_LEN];
	__u32 weight;
	__u32 down;

	parse_rtattr_nested(tb, CARP_TRACK_MAX, nest);
	if ((!tb[CARP_TRACK_NAME] && !tb[CARP_TRACK_GROUP]) ||
	    !tb[CARP_TRACK_WEIGHT] || !tb[CARP_TRACK_DOWN])
		return;
	weight = rta_getattr_u32(tb[CARP_TRACK_WEIGHT]);
	down = rta_getattr_u32(tb[CARP_TRACK_DOWN]);

	open_json_object(NULL);
	if (tb[CARP_TRACK_NAME]) {
		print_string(PRINT_ANY, "link", "track %s ",
			     RTA_DATA(tb[CARP_TRACK_NAME]));
		print_uint(PRINT_ANY, "weight", "weight %u ", weight);
		print_string(PRINT_FP, NULL, "%s ", down ? "down" : "up");
	} else {
		__u32 number = rta_getattr_u32(tb[CARP_TRACK_GROUP]);

		print_uint(PRINT_JSON, "group", NULL, number);
		print_string(PRINT_FP, NULL, "track group %s ",
			     rtnl_group_n2a(number, group, sizeof(group)));
		print_uint(PRINT_ANY, "weight", "weight %u ", weight);
		print_uint(PRINT_FP, NULL, "%u down ", down);
	}
	print_uint(PRINT_JSON, "down", NULL, down);
	close_json_object();
}

static void print_tracks(const struct rtattr *list)
{
	const struct rtattr *attr;
	int len;

	open_json_array(PRINT_JSON, "track");
	if (list) {
		attr = RTA_DATA(list);
		len = RTA_PAYLOAD(list);
		for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
			if ((attr->rta_type & NLA_TYPE_MASK) ==
			    CARP_TRACK_LINK)
				print_track(attr);
	}
	close_json_array(PRINT_JSON, NULL);
}

/* In JSON always, in text only what is not 0. */
static void print_count(const char *key, const char *format,
			const struct rtattr *attr)
{
	__s32 value;

	if (!attr)
		return;
	value = rta_getattr_u32(attr);
	print_int(PRINT_JSON, key, NULL, value);
	if (value)
		print_int(PRINT_FP, NULL, format, value);
}

static void print_demotion(struct rtattr *tb[])
{
	__u32 value;

	print_count("demotion", "demotion %d ", tb[IFLA_CARP_DEMOTION]);
	print_count("demoted", "demoted %d ", tb[IFLA_CARP_DEMOTED]);
	if (tb[IFLA_CARP_DEMOTESTYLE]) {
		value = rta_getattr_u32(tb[IFLA_CARP_DEMOTESTYLE]);
		print_string(PRINT_JSON, "demotestyle", NULL,
			     carp_demotestyle_name(value));
		if (value != CARP_DEMOTESTYLE_ADD)
			print_string(PRINT_FP, NULL, "demotestyle %s ",
				     carp_demotestyle_name(value));
	}
	if (tb[IFLA_CARP_SYNCGROUP]) {
		value = rta_getattr_u8(tb[IFLA_CARP_SYNCGROUP]);
		print_bool(PRINT_JSON, "syncgroup", NULL, value);
		if (value)
			print_string(PRINT_FP, NULL, "%s ", "syncgroup on");
	}
	print_count("announce", "announce %d ", tb[IFLA_CARP_ANNOUNCE]);
	print_tracks(tb[IFLA_CARP_TRACK]);
}

static void carp_print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	if (!tb)
		return;

	if (tb[IFLA_CARP_STATE]) {
		__u32 state = rta_getattr_u32(tb[IFLA_CARP_STATE]);

		print_string(PRINT_ANY, "state", "state %s ",
			     carp_state_name(state));
	}
	if (tb[IFLA_CARP_VHID])
		print_uint(PRINT_ANY, "vhid", "vhid %u ",
			   rta_getattr_u8(tb[IFLA_CARP_VHID]));
	if (tb[IFLA_CARP_ADVBASE])
		print_uint(PRINT_ANY, "advbase", "advbase %u ",
			   rta_getattr_u8(tb[IFLA_CARP_ADVBASE]));
	if (tb[IFLA_CARP_ADVSKEW])
		print_uint(PRINT_ANY, "advskew", "advskew %u ",
			   rta_getattr_u8(tb[IFLA_CARP_ADVSKEW]));
	if (tb[IFLA_CARP_KEY_SET]) {
		bool key_set = rta_getattr_u8(tb[IFLA_CARP_KEY_SET]);

		print_bool(PRINT_JSON, "key_set", NULL, key_set);
		print_string(PRINT_FP, NULL, "%s ",
			     key_set ? "pass" : "nopass");
	}
	print_peer("peer", "peer %s ", AF_INET, tb[IFLA_CARP_PEER]);
	print_peer("peer6", "peer6 %s ", AF_INET6, tb[IFLA_CARP_PEER6]);
	print_ipv6(tb);
	print_demotion(tb);
	carp_print_nodes(tb);
	if (tb[IFLA_CARP_SERIAL])
		print_uint(PRINT_ANY, "serial", "serial %u ",
			   rta_getattr_u32(tb[IFLA_CARP_SERIAL]));
	if (tb[IFLA_CARP_REASON]) {
		__u32 reason = rta_getattr_u32(tb[IFLA_CARP_REASON]);

		print_string(PRINT_ANY, "reason", "reason \"%s\" ",
			     carp_reason_text(reason));
	}
	if (tb[IFLA_CARP_HISTORY])
		print_history(tb[IFLA_CARP_HISTORY]);
}

static void carp_print_xstats(struct link_util *lu, FILE *f,
			      struct rtattr *xstats)
{
	struct rtattr *tb[CARP_STAT_MAX + 1];
	const struct carp_stat_words *words;
	unsigned int i;
	__u64 value;

	if (!xstats)
		return;

	/* A line for each kind of thing counted, its parts behind it. */
	parse_rtattr_nested(tb, CARP_STAT_MAX, xstats);
	for (i = 0; i <= CARP_STAT_MAX; i++) {
		words = carp_stat_words(i);
		if (!words || !tb[i] || RTA_PAYLOAD(tb[i]) < sizeof(value))
			continue;
		value = rta_getattr_u64(tb[i]);
		print_string(PRINT_FP, NULL, words->part ? "%s " : "\n    %s ",
			     words->key);
		print_u64(PRINT_ANY, words->key, "%llu ", value);
	}
}

static void carp_print_help(struct link_util *lu, int argc, char **argv,
			    FILE *f)
{
	print_explain(f);
}

struct link_util carp_link_util = {
	.id		= "carp",
	.maxattr	= IFLA_CARP_MAX,
	.parse_opt	= carp_parse_opt,
	.print_opt	= carp_print_opt,
	.print_xstats	= carp_print_xstats,
	.print_help	= carp_print_help,
};
