// SPDX-License-Identifier: GPL-2.0-only
/* Nodes among which the load is shared: in netlink messages, and what follows
 * from them; no I/O
 */

#include <string.h>

#include "attr.h"
#include "nodes.h"
#include "parse_nodes.h"
#include "spread.h"

/**
 * nodes_decode - read the nodes of a link
 * @nest: IFLA_CARP_NODES, or NULL for none
 * @link: where it goes
 */
void nodes_decode(const struct nlattr *nest, struct link *link)
{
	const struct nlattr *tb[CARP_NODE_MAX + 1];
	const struct nlattr *attr;
	struct link_node *node;

	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) != CARP_NODES_NODE ||
		    link->n_nodes == CARP_NODES_MAX)
			continue;
		attr_nest(attr, tb, CARP_NODE_MAX);
		node = &link->nodes[link->n_nodes++];
		node->vhid = attr_u8(tb[CARP_NODE_VHID]);
		node->advskew = attr_u8(tb[CARP_NODE_ADVSKEW]);
		node->state = attr_u32(tb[CARP_NODE_STATE]);
		node->kept = attr_u64(tb[CARP_NODE_KEPT]);
		node->left = attr_u64(tb[CARP_NODE_LEFT]);
	}
}

/**
 * nodes_encode - put the nodes into a request
 * @nlh: the request, IFLA_INFO_DATA being open
 * @req: what was said
 */
void nodes_encode(struct nlmsghdr *nlh, const struct request *req)
{
	struct nlattr *list = mnl_attr_nest_start(nlh, IFLA_CARP_NODES);
	struct nlattr *nest;

	for (unsigned int i = 0; i < req->n_nodes; i++) {
		nest = mnl_attr_nest_start(nlh, CARP_NODES_NODE);
		mnl_attr_put_u8(nlh, CARP_NODE_VHID, req->nodes[i].vhid);
		mnl_attr_put_u8(nlh, CARP_NODE_ADVSKEW, req->nodes[i].advskew);
		mnl_attr_nest_end(nlh, nest);
	}
	mnl_attr_nest_end(nlh, list);
}

/**
 * nodes_spread - the nodes that carpnodes spread asks for
 * @req: the request; a vhid in it becomes that of the first node
 * @link: the interface, or NULL if it is to be created
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if there are vhids enough, or spread was not said.
 */
bool nodes_spread(struct request *req, const struct link *link, char *err)
{
	const struct request_spread *spread = &req->spread;
	uint8_t skews[CARP_NODES_MAX];
	unsigned int vhid = 1;

	if (!spread->nodes)
		return true;
	if (req->given & GIVEN_VHID)
		vhid = req->vhid;
	else if (link && link->vhid)
		vhid = link->vhid;
	if (!request_check_spread(req, vhid, err))
		return false;
	spread_skews(spread->nodes, spread->hosts, spread->host, skews);
	for (unsigned int i = 0; i < spread->nodes; i++) {
		req->nodes[i].vhid = vhid + i;
		req->nodes[i].advskew = skews[i];
	}
	req->n_nodes = spread->nodes;
	req->given &= ~GIVEN_VHID;
	return true;
}

/* Of the only node, once that has this vhid: one that was there keeps it. */
static uint8_t advskew_of(const struct link *link, uint8_t vhid)
{
	for (unsigned int i = 0; i < link->n_nodes; i++)
		if (link->nodes[i].vhid == vhid)
			return link->nodes[i].advskew;
	return link->advskew;
}

/**
 * nodes_least_advskew - the advskew of the most eager node
 * @req: a request whose nodes are known
 * @link: the interface as it was before
 *
 * Return: the advskew, as it will be.
 */
uint8_t nodes_least_advskew(const struct request *req, const struct link *link)
{
	uint8_t least;

	if (req->given & GIVEN_NODES)
		return request_least_advskew(req);
	if (req->given & GIVEN_ADVSKEW)
		return req->advskew;
	if (req->given & GIVEN_VHID)
		return advskew_of(link, req->vhid);
	least = link->advskew;
	for (unsigned int i = 0; i < link->n_nodes; i++)
		if (link->nodes[i].advskew < least)
			least = link->nodes[i].advskew;
	return least;
}

/**
 * nodes_several - will there be more than one node
 * @req: a request whose nodes are known
 * @link: the interface as it was before, or NULL if it is to be created
 *
 * Return: true if so.
 */
bool nodes_several(const struct request *req, const struct link *link)
{
	if (req->given & GIVEN_NODES)
		return req->n_nodes > 1;
	if (req->given & GIVEN_VHID)
		return false;
	return link && link->n_nodes > 1;
}

/**
 * nodes_lladdr - the MAC that follows from the vhid of a single node
 * @req: a request whose nodes are known
 * @link: the interface as it was before, or NULL if it is to be created
 * @mac: REQUEST_MAC_LEN bytes for it
 *
 * To the kernel it means that none is set.
 */
void nodes_lladdr(const struct request *req, const struct link *link,
		  uint8_t *mac)
{
	static const uint8_t prefix[] = { 0x00, 0x00, 0x5e, 0x00, 0x01 };

	memcpy(mac, prefix, sizeof(prefix));
	if (req->given & GIVEN_NODES)
		mac[5] = req->nodes[0].vhid;
	else if (req->given & GIVEN_VHID)
		mac[5] = req->vhid;
	else
		mac[5] = link ? link->vhid : 0;
}
