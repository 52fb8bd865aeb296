/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the prepared key of a virtual host */
#ifndef _CARP_KEY_H
#define _CARP_KEY_H

#include "carp.h"

struct carp_key *carp_key_alloc(const struct carp_nodes_conf *nodes, gfp_t gfp);
void carp_key_wipe(struct carp_key *key);
void carp_key_prepare(const struct carp_dev *carp, struct carp_key *key,
		      const struct carp_params *params);
bool carp_key_verify(struct carp_node_key *part, const struct carp_advert *adv);
void carp_key_publish(struct carp_dev *carp, struct carp_key *key);
void carp_key_free(struct carp_vhost *vhost);

/* What of it is one vhid's, or NULL: for a moment, while the nodes change, a
 * node may have none. Context: RCU.
 */
static inline struct carp_node_key *
carp_key_node(const struct carp_key *key, u8 vhid)
{
	unsigned int i;

	for (i = 0; i < key->n; i++)
		if (key->node[i]->vhid == vhid)
			return key->node[i];
	return NULL;
}

#endif /* _CARP_KEY_H */
