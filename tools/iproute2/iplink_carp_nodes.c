// SPDX-License-Identifier: GPL-2.0-only
/* ip link ... type carp: balancing, hash and carpnodes
 *
 * A file of its own for its length; see iplink_carp.c.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_carp.h>

#include "utils.h"
#include "carp_names.h"
#include "iplink_carp.h"

static __u32 get_balancing(const char *arg)
{
	__u32 mode;

	for (mode = CARP_BALANCING_NONE; mode <= CARP_BALANCING_IP_UNICAST;
	     mode++)
		if (!strcmp(arg, carp_balancing_name(mode)))
			return mode;
	invarg("balancing must be ip, ip-stealth, ip-unicast or none", arg);
}

static __u32 get_hash(const char *arg)
{
	__u32 hash;

	for (hash = CARP_HASH_XOR; hash <= CARP_HASH_L4; hash++)
		if (!strcmp(arg, carp_hash_name(hash)))
			return hash;
	invarg("hash must be xor, l3 or l4", arg);
}

static void put_node(struct nlmsghdr *n, char *arg)
{
	char *colon = strchr(arg, ':');
	struct rtattr *nest;
	__u8 advskew;
	__u8 vhid;

	if (!colon)
		invarg("carpnodes are VHID:SKEW,...", arg);
	*colon = '\0';
	if (get_u8(&vhid, arg, 10) || vhid < CARP_VHID_MIN)
		invarg("vhid must be 1 to 255", arg);
	if (get_u8(&advskew, colon + 1, 10) || advskew > CARP_ADVSKEW_MAX)
		invarg("advskew must be 0 to 254", colon + 1);
	nest = addattr_nest(n, CARP_REQ_LEN, CARP_NODES_NODE | NLA_F_NESTED);
	addattr8(n, CARP_REQ_LEN, CARP_NODE_VHID, vhid);
	if (addattr8(n, CARP_REQ_LEN, CARP_NODE_ADVSKEW, advskew))
		exit(-1);
	addattr_nest_end(n, nest);
}

static void put_nodes(struct nlmsghdr *n, char *arg)
{
	unsigned int count = 0;
	struct rtattr *list;
	char *next;

	list = addattr_nest(n, CARP_REQ_LEN, IFLA_CARP_NODES | NLA_F_NESTED);
	for (; arg; arg = next) {
		next = strchr(arg, ',');
		if (next)
			*next++ = '\0';
		if (count++ == CARP_NODES_MAX)
			invarg("more than 32 carpnodes", arg);
		put_node(n, arg);
	}
	addattr_nest_end(n, list);
}

/* Return: false if the word is about something else. */
bool carp_parse_nodes(int *argcp, char ***argvp, struct nlmsghdr *n)
{
	const char *word = **argvp;
	int argc = *argcp;
	char **argv = *argvp;

	if (strcmp(word, "balancing") && strcmp(word, "hash") &&
	    strcmp(word, "carpnodes"))
		return false;

	NEXT_ARG();
	if (!strcmp(word, "balancing"))
		addattr32(n, CARP_REQ_LEN, IFLA_CARP_BALANCING,
			  get_balancing(*argv));
	else if (!strcmp(word, "hash"))
		addattr32(n, CARP_REQ_LEN, IFLA_CARP_HASH, get_hash(*argv));
	else
		put_nodes(n, *argv);
	*argcp = argc;
	*argvp = argv;
	return true;
}

static __u64 node_u64(struct rtattr *tb[], int type)
{
	if (!tb[type] || RTA_PAYLOAD(tb[type]) < sizeof(__u64))
		return 0;
	return rta_getattr_u64(tb[type]);
}

static void print_node(const struct rtattr *nest, bool text)
{
	enum output_type type = text ? PRINT_ANY : PRINT_JSON;
	struct rtattr *tb[CARP_NODE_MAX + 1];

	parse_rtattr_nested(tb, CARP_NODE_MAX, nest);
	if (!tb[CARP_NODE_VHID] || !tb[CARP_NODE_ADVSKEW] ||
	    !tb[CARP_NODE_STATE])
		return;
	open_json_object(NULL);
	print_uint(type, "vhid", "carpnode %u",
		   rta_getattr_u8(tb[CARP_NODE_VHID]));
	print_uint(type, "advskew", ":%u ",
		   rta_getattr_u8(tb[CARP_NODE_ADVSKEW]));
	print_string(type, "state", "%s ",
		     carp_state_name(rta_getattr_u32(tb[CARP_NODE_STATE])));
	print_u64(type, "kept", "kept %llu ", node_u64(tb, CARP_NODE_KEPT));
	print_u64(type, "left", "left %llu ", node_u64(tb, CARP_NODE_LEFT));
	close_json_object();
}

static unsigned int count_nodes(const struct rtattr *list)
{
	const struct rtattr *attr = RTA_DATA(list);
	int len = RTA_PAYLOAD(list);
	unsigned int count = 0;

	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		count += (attr->rta_type & NLA_TYPE_MASK) == CARP_NODES_NODE;
	return count;
}

/* In text only if there are several: one is what vhid and advskew say. */
static void print_nodes(const struct rtattr *list)
{
	const struct rtattr *attr;
	bool text;
	int len;

	open_json_array(PRINT_JSON, "nodes");
	if (list) {
		text = count_nodes(list) > 1;
		attr = RTA_DATA(list);
		len = RTA_PAYLOAD(list);
		for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
			if ((attr->rta_type & NLA_TYPE_MASK) ==
			    CARP_NODES_NODE)
				print_node(attr, text);
	}
	close_json_array(PRINT_JSON, NULL);
}

/* In text only what is not as by default. */
void carp_print_nodes(struct rtattr *tb[])
{
	__u32 value;

	if (tb[IFLA_CARP_BALANCING]) {
		value = rta_getattr_u32(tb[IFLA_CARP_BALANCING]);
		print_string(PRINT_JSON, "balancing", NULL,
			     carp_balancing_name(value));
		if (value != CARP_BALANCING_NONE)
			print_string(PRINT_FP, NULL, "balancing %s ",
				     carp_balancing_name(value));
	}
	if (tb[IFLA_CARP_HASH]) {
		value = rta_getattr_u32(tb[IFLA_CARP_HASH]);
		print_string(PRINT_JSON, "hash", NULL, carp_hash_name(value));
		if (value != CARP_HASH_XOR)
			print_string(PRINT_FP, NULL, "hash %s ",
				     carp_hash_name(value));
	}
	print_nodes(tb[IFLA_CARP_NODES]);
}
