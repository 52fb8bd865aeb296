/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the nodes of a device, as they are configured */
#ifndef _CARP_NODE_H
#define _CARP_NODE_H

#include "carp.h"

/**
 * struct carp_nodes_plan - a change of the nodes, checked and with its memory
 * @conf: what is to be
 * @fresh: struct carp_node that are to be added
 * @share: to be published, or NULL
 * @mac: the MAC address that follows, in the parent's filter by now
 * @changed: there is something to do
 * @filtered: @mac is in the filter because of this plan
 */
struct carp_nodes_plan {
	struct carp_nodes_conf conf;
	struct list_head fresh;
	struct carp_share *share;
	u8 mac[ETH_ALEN];
	bool changed;
	bool filtered;
};

int carp_node_init(struct carp_dev *carp);
void carp_node_free(struct carp_dev *carp);

int carp_nodes_parse(struct carp_nodes_conf *conf, struct nlattr *data[],
		     struct netlink_ext_ack *extack);
int carp_nodes_prepare(struct carp_dev *carp, struct carp_nodes_plan *plan);
int carp_nodes_filter(struct carp_dev *carp, struct carp_nodes_plan *plan);
void carp_nodes_discard(struct carp_dev *carp, struct carp_nodes_plan *plan);
void carp_nodes_retire(struct carp_dev *carp,
		       const struct carp_nodes_plan *plan);
void carp_nodes_commit(struct carp_dev *carp, struct carp_nodes_plan *plan,
		       u8 advbase);

#endif /* _CARP_NODE_H */
