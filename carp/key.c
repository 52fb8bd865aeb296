// SPDX-License-Identifier: GPL-2.0-only
/* CARP: the prepared key of a virtual host
 *
 * Whatever is hashed and does not change from one advertisement to the next is
 * hashed when the configuration changes, and published for senders and
 * receivers.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "key.h"

static void carp_key_free_rcu(struct rcu_head *head)
{
	carp_key_wipe(container_of(head, struct carp_key, rcu));
}

/* OpenBSD hashes the MAC address of an interface if the administrator chose
 * it, unless it is the parent's own, or that of the vhid, which may be new.
 */
static const u8 *carp_key_hashed_mac(const struct carp_dev *carp,
				     const struct carp_key *key)
{
	u8 virtual[ETH_ALEN];

	carp_proto_mac(key->node[0]->vhid, virtual);
	if (!carp->own_mac ||
	    ether_addr_equal(carp->dev->dev_addr, virtual) ||
	    ether_addr_equal(carp->dev->dev_addr, carp->lower->dev_addr))
		return NULL;
	return carp->dev->dev_addr;
}

/**
 * carp_key_alloc - memory for a key
 * @nodes: the nodes it is for
 * @gfp: how to allocate
 *
 * Context: as @gfp says. Return: the key, or NULL; free it wiped.
 */
struct carp_key *carp_key_alloc(const struct carp_nodes_conf *nodes, gfp_t gfp)
{
	struct carp_key *key;
	unsigned int i;

	key = kzalloc(struct_size(key, node, nodes->n), gfp);
	if (!key)
		return NULL;

	key->n = nodes->n;
	for (i = 0; i < key->n; i++) {
		key->node[i] = kzalloc(sizeof(*key->node[i]), gfp);
		if (!key->node[i]) {
			carp_key_wipe(key);
			return NULL;
		}
		key->node[i]->vhid = nodes->node[i].vhid;
		spin_lock_init(&key->node[i]->memo_lock);
	}
	return key;
}

/**
 * carp_key_wipe - wipe a key that nobody sees and free it
 * @key: the key, or NULL
 *
 * Context: any.
 */
void carp_key_wipe(struct carp_key *key)
{
	unsigned int i;

	if (!key)
		return;

	for (i = 0; i < key->n; i++)
		kfree_sensitive(key->node[i]);
	kfree_sensitive(key);
}

/**
 * carp_key_prepare - hash whatever does not change per advertisement
 * @carp: the device with its sorted addresses
 * @key: where to
 * @params: the configuration
 *
 * Context: RTNL.
 */
void carp_key_prepare(const struct carp_dev *carp, struct carp_key *key,
		      const struct carp_params *params)
{
	enum carp_auth_form form = params->form == CARP_FORM_ORIG ?
				   CARP_AUTH_ORIG : CARP_AUTH_NOV6LL;
	struct carp_node_key *node;
	unsigned int i;

	key->peer4 = params->peer4;
	key->peer6 = params->peer6;
	key->cksum6 = params->cksum6;
	memcpy(key->counter, carp->counter, sizeof(key->counter));
	carp_balance_mac_prepare(&key->mac, params->passphrase);

	for (i = 0; i < key->n; i++) {
		node = key->node[i];
		carp_auth_prepare(&node->auth, params->passphrase, node->vhid,
				  carp_key_hashed_mac(carp, key), &carp->addrs);
		carp_auth_sign(&node->auth, form, key->counter, node->digest);
	}
}

/**
 * carp_key_verify - does an advertisement prove that its sender knows the key
 * @part: what is prepared for its vhid
 * @adv: the advertisement
 *
 * Context: softirq, RCU. Return: true if it does.
 */
bool carp_key_verify(struct carp_node_key *part, const struct carp_advert *adv)
{
	bool known, proven;

	spin_lock(&part->memo_lock);
	known = carp_auth_recall(&part->memo, adv->counter, adv->digest,
				 &proven);
	spin_unlock(&part->memo_lock);
	if (known)
		return proven;

	proven = carp_auth_verify(&part->auth, adv->counter, adv->digest);
	spin_lock(&part->memo_lock);
	carp_auth_remember(&part->memo, adv->counter, adv->digest, proven);
	spin_unlock(&part->memo_lock);
	return proven;
}

/**
 * carp_key_publish - publish a prepared key
 * @carp: the device
 * @key: the key, ours from now on
 *
 * Context: RTNL.
 */
void carp_key_publish(struct carp_dev *carp, struct carp_key *key)
{
	struct carp_key *old;

	old = rcu_replace_pointer(carp->vhost.key, key,
				  lockdep_rtnl_is_held());
	if (old)
		call_rcu(&old->rcu, carp_key_free_rcu);
}

/**
 * carp_key_free - free the published key
 * @vhost: the virtual host, out of everybody's reach
 *
 * Context: process.
 */
void carp_key_free(struct carp_vhost *vhost)
{
	carp_key_wipe(rcu_dereference_protected(vhost->key, 1));
}
