// SPDX-License-Identifier: GPL-2.0-only
/* The words about load balancing; no I/O */

#include <stdio.h>
#include <string.h>

#include "carp_names.h"
#include "parse_addr.h"
#include "parse_nodes.h"

/* "255:254", and its NUL */
#define NODE_TEXT_LEN	8

/**
 * is_nodes - tell whether parse_nodes() knows a word
 * @word: the word
 *
 * Return: true if it does.
 */
bool is_nodes(const char *word)
{
	return !strcmp(word, "carpnodes");
}

/* The list is kept in order, as the kernel gives it back. */
static bool add_node(struct request *req, uint8_t vhid, uint8_t advskew,
		     char *err)
{
	struct request_node *nodes = req->nodes;
	unsigned int i = req->n_nodes;

	if (i == CARP_NODES_MAX)
		return refuse(err, "carpnodes: more than %d nodes",
			      CARP_NODES_MAX);
	for (; i > 0 && nodes[i - 1].vhid >= vhid; i--) {
		if (nodes[i - 1].vhid == vhid)
			return refuse(err, "carpnodes: vhid %u is given twice",
				      vhid);
		nodes[i] = nodes[i - 1];
	}
	nodes[i].vhid = vhid;
	nodes[i].advskew = advskew;
	req->n_nodes++;
	return true;
}

static bool parse_node(struct request *req, const char *word, size_t len,
		       char *err)
{
	char text[NODE_TEXT_LEN] = "";
	unsigned long vhid;
	unsigned long advskew;
	char *colon;

	if (len < sizeof(text))
		memcpy(text, word, len);
	colon = strchr(text, ':');
	if (!colon)
		return refuse(err, "carpnodes: \"%.*s\" is not VHID:ADVSKEW, such as 1:0",
			      len < 40 ? (int)len : 40, word);
	*colon++ = '\0';
	if (!parse_number(text, CARP_VHID_MIN, CARP_VHID_MAX, &vhid))
		return refuse(err, "carpnodes: vhid must be %d to %d, not \"%s\"",
			      CARP_VHID_MIN, CARP_VHID_MAX, text);
	if (!parse_number(colon, 0, CARP_ADVSKEW_MAX, &advskew))
		return refuse(err, "carpnodes: advskew must be 0 to %d, not \"%s\"",
			      CARP_ADVSKEW_MAX, colon);
	return add_node(req, vhid, advskew, err);
}

static bool parse_list(struct request *req, const char *word, char *err)
{
	size_t len;

	for (;; word += len + 1) {
		len = strcspn(word, ",");
		if (!parse_node(req, word, len, err))
			return false;
		if (!word[len])
			return true;
	}
}

/* What follows spread: NODES host K of H */
static bool parse_spread(struct request *req, char **words, char *err)
{
	unsigned long nodes;
	unsigned long hosts;
	unsigned long host;

	if (!words[0] || !words[1] || strcmp(words[1], "host") || !words[2] ||
	    !words[3] || strcmp(words[3], "of") || !words[4])
		return refuse(err, "carpnodes spread needs numbers, such as: spread 8 host 1 of 3");
	if (!parse_number(words[0], 2, CARP_NODES_MAX, &nodes))
		return refuse(err, "spread: nodes must be 2 to %d, not \"%.40s\"",
			      CARP_NODES_MAX, words[0]);
	if (!parse_number(words[4], 2, CARP_NODES_MAX, &hosts))
		return refuse(err, "spread: hosts must be 2 to %d, not \"%.40s\"",
			      CARP_NODES_MAX, words[4]);
	if (!parse_number(words[2], 1, hosts, &host))
		return refuse(err, "spread: host must be 1 to %lu, not \"%.40s\"",
			      hosts, words[2]);
	if (hosts > nodes)
		return refuse(err, "spread: %lu nodes are too few for %lu hosts",
			      nodes, hosts);
	req->spread.nodes = nodes;
	req->spread.hosts = hosts;
	req->spread.host = host - 1;
	return true;
}

/**
 * parse_nodes - carpnodes, and the list or the numbers behind it
 * @req: where it goes
 * @words: NULL-terminated, from the first on
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: how many words that was, 0 if it is refused.
 */
int parse_nodes(struct request *req, char **words, char *err)
{
	if (req->given & GIVEN_NODES)
		return refuse(err, "carpnodes is given twice");
	req->given |= GIVEN_NODES;
	if (!words[1])
		return refuse(err, "carpnodes needs a list, such as 1:0,2:100, or spread");
	if (!strcmp(words[1], "spread"))
		return parse_spread(req, words + 2, err) ? 7 : 0;
	return parse_list(req, words[1], err) ? 2 : 0;
}

/**
 * parse_balancing - the argument of balancing
 * @req: where it goes
 * @arg: the word
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if it is a mode.
 */
bool parse_balancing(struct request *req, char *arg, char *err)
{
	for (req->balancing = CARP_BALANCING_NONE;
	     req->balancing <= CARP_BALANCING_IP_UNICAST; req->balancing++)
		if (!strcmp(arg, carp_balancing_name(req->balancing)))
			return true;
	return refuse(err, "balancing must be ip, ip-stealth, ip-unicast or none, not \"%.40s\"",
		      arg);
}

/**
 * parse_hash - the argument of hash
 * @req: where it goes
 * @arg: the word
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if it is a hash.
 */
bool parse_hash(struct request *req, char *arg, char *err)
{
	for (req->hash = CARP_HASH_XOR; req->hash <= CARP_HASH_L4; req->hash++)
		if (!strcmp(arg, carp_hash_name(req->hash)))
			return true;
	return refuse(err, "hash must be xor, l3 or l4, not \"%.40s\"", arg);
}

/**
 * request_check_spread - see whether there are vhids enough for a spread
 * @req: the request, in which spread may have been said
 * @vhid: that of the first node
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if there are.
 */
bool request_check_spread(const struct request *req, unsigned int vhid,
			  char *err)
{
	if (vhid + req->spread.nodes <= CARP_VHID_MAX + 1)
		return true;
	return refuse(err, "spread: %u nodes from vhid %u on would go beyond %d",
		      req->spread.nodes, vhid, CARP_VHID_MAX);
}

/**
 * request_least_advskew - the advskew of the most eager node of a list
 * @req: the request, in which there are nodes; those of a spread may be still
 *	to be computed, and it has an advskew of 0 on every host
 *
 * Return: the advskew.
 */
uint8_t request_least_advskew(const struct request *req)
{
	uint8_t least = req->spread.nodes ? 0 : req->nodes[0].advskew;

	for (unsigned int i = 1; i < req->n_nodes; i++)
		if (req->nodes[i].advskew < least)
			least = req->nodes[i].advskew;
	return least;
}

/**
 * request_check_nodes - see whether the nodes go with what else was said
 * @req: the request, in which there are nodes
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if they do.
 */
bool request_check_nodes(const struct request *req, char *err)
{
	if (req->given & GIVEN_ADVSKEW)
		return refuse(err, "advskew does not go with carpnodes: each node has its own");
	if (req->given & GIVEN_VHID && !req->spread.nodes)
		return refuse(err, "vhid does not go with carpnodes: each node has its own");
	if (req->given & GIVEN_VHID &&
	    !request_check_spread(req, req->vhid, err))
		return false;
	if (req->given & GIVEN_ADVBASE)
		return request_check_interval(req->advbase,
					      request_least_advskew(req), err);
	return true;
}
