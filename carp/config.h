/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: a new configuration, asked for by netlink: checked, then put to use */
#ifndef _CARP_CONFIG_H
#define _CARP_CONFIG_H

#include "node.h"

struct carp_key;

/**
 * struct carp_config - a request, checked and with its memory
 * @nodes: vhids and advskews, how they share the work
 * @advbase: seconds
 * @params: what advertisements are to look like
 * @demotion: the device's own count
 * @demotestyle: enum carp_demotestyle
 * @syncgroup: demoted as the worst of its group
 * @announce: seconds, 0: none
 * @tracks: links to track or to track no more
 * @state: state to force, or CARP_STATE_INIT for none
 * @key: prepared for the new configuration, NULL if that is the old one
 */
struct carp_config {
	struct carp_nodes_plan nodes;
	u8 advbase;
	struct carp_params params;
	s32 demotion;
	u8 demotestyle;
	bool syncgroup;
	u32 announce;
	struct list_head tracks;
	enum carp_state state;
	struct carp_key *key;
};

int carp_config_parse(struct carp_config *cfg, struct carp_dev *carp,
		      struct nlattr *data[], struct netlink_ext_ack *extack);
int carp_config_check_mac(const struct carp_config *cfg, bool own_mac,
			  const struct nlattr *mac,
			  struct netlink_ext_ack *extack);
int carp_config_prepare(struct carp_config *cfg, struct carp_dev *carp,
			struct nlattr *tb[], struct nlattr *data[],
			struct netlink_ext_ack *extack);
void carp_config_commit(struct carp_config *cfg, struct carp_dev *carp);
void carp_config_discard(struct carp_config *cfg, struct carp_dev *carp);

#endif /* _CARP_CONFIG_H */
