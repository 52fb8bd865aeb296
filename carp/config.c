// SPDX-License-Identifier: GPL-2.0-only
/* CARP: a new configuration, asked for by netlink: checked, then put to use
 *
 * A request goes in two steps: carp_config_prepare() may refuse and allocate
 * and changes nothing that others can see, carp_config_commit() cannot fail. So
 * a change is all or nothing.
 */
#include <net/ipv6.h>
#include <net/netlink.h>

#include "config.h"
#include "key.h"
#include "port.h"
#include "track.h"
#include "vhost.h"

static int carp_config_parse_key(struct carp_config *cfg,
				 const struct nlattr *attr,
				 struct netlink_ext_ack *extack)
{
	if (nla_len(attr) > CARP_KEY_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: only 19 characters of a passphrase count, this one is longer");
		return -EINVAL;
	}
	if (memchr(nla_data(attr), 0, nla_len(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: a passphrase cannot contain a NUL");
		return -EINVAL;
	}

	memset(cfg->params.passphrase, 0, CARP_KEY_LEN);
	memcpy(cfg->params.passphrase, nla_data(attr), nla_len(attr));
	cfg->params.key_set = nla_len(attr);
	return 0;
}

static int carp_config_parse_peers(struct carp_config *cfg,
				   struct nlattr *data[],
				   struct netlink_ext_ack *extack)
{
	struct carp_params *params = &cfg->params;

	if (data[IFLA_CARP_PEER]) {
		params->peer4 = nla_get_in_addr(data[IFLA_CARP_PEER]);
		if (ipv4_is_multicast(params->peer4) ||
		    ipv4_is_lbcast(params->peer4)) {
			NL_SET_ERR_MSG_ATTR(extack, data[IFLA_CARP_PEER],
					    "carp: the peer must be a unicast address");
			return -EINVAL;
		}
	}
	if (data[IFLA_CARP_PEER6]) {
		params->peer6 = nla_get_in6_addr(data[IFLA_CARP_PEER6]);
		if (!IS_ENABLED(CONFIG_IPV6) &&
		    !ipv6_addr_any(&params->peer6)) {
			NL_SET_ERR_MSG_ATTR(extack, data[IFLA_CARP_PEER6],
					    "carp: this kernel has no IPv6");
			return -EAFNOSUPPORT;
		}
		if (ipv6_addr_is_multicast(&params->peer6)) {
			NL_SET_ERR_MSG_ATTR(extack, data[IFLA_CARP_PEER6],
					    "carp: the peer must be a unicast address");
			return -EINVAL;
		}
	}
	return 0;
}

static int carp_config_parse_demotion(struct carp_config *cfg,
				      struct nlattr *data[],
				      struct netlink_ext_ack *extack)
{
	s64 demotion = cfg->demotion;

	if (data[IFLA_CARP_DEMOTION])
		demotion = nla_get_s32(data[IFLA_CARP_DEMOTION]);
	if (data[IFLA_CARP_DEMOTE])
		demotion += nla_get_s32(data[IFLA_CARP_DEMOTE]);
	if (demotion < CARP_DEMOTION_MIN || demotion > CARP_DEMOTION_MAX) {
		NL_SET_ERR_MSG(extack,
			       "carp: the demotion count of a device must stay within -255..255");
		return -ERANGE;
	}
	cfg->demotion = demotion;

	if (data[IFLA_CARP_DEMOTESTYLE])
		cfg->demotestyle = nla_get_u32(data[IFLA_CARP_DEMOTESTYLE]);
	if (data[IFLA_CARP_SYNCGROUP])
		cfg->syncgroup = nla_get_u8(data[IFLA_CARP_SYNCGROUP]);
	if (data[IFLA_CARP_ANNOUNCE])
		cfg->announce = nla_get_u32(data[IFLA_CARP_ANNOUNCE]);
	return 0;
}

static int carp_config_check_interval(const struct carp_config *cfg,
				      struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; !cfg->advbase && i < cfg->nodes.conf.n; i++) {
		if (cfg->nodes.conf.node[i].advskew)
			continue;
		NL_SET_ERR_MSG(extack,
			       "carp: advbase and advskew cannot both be 0");
		return -EINVAL;
	}
	return 0;
}

/**
 * carp_config_parse - read a request
 * @cfg: what is there before; changed as far as the request says
 * @carp: the device, existing or not
 * @data: IFLA_CARP_*, or NULL
 * @extack: told what is wrong with it
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_config_parse(struct carp_config *cfg, struct carp_dev *carp,
		      struct nlattr *data[],
		      struct netlink_ext_ack *extack)
{
	int err;

	if (!data)
		return 0;

	err = carp_nodes_parse(&cfg->nodes.conf, data, extack);
	if (err)
		return err;
	if (data[IFLA_CARP_ADVBASE])
		cfg->advbase = nla_get_u8(data[IFLA_CARP_ADVBASE]);
	if (data[IFLA_CARP_STATE])
		cfg->state = nla_get_u32(data[IFLA_CARP_STATE]);
	if (data[IFLA_CARP_KEY]) {
		err = carp_config_parse_key(cfg, data[IFLA_CARP_KEY], extack);
		if (err)
			return err;
	}
	if (data[IFLA_CARP_CKSUM6])
		cfg->params.cksum6 = nla_get_u32(data[IFLA_CARP_CKSUM6]);
	if (data[IFLA_CARP_FORM])
		cfg->params.form = nla_get_u32(data[IFLA_CARP_FORM]);
	err = carp_config_parse_peers(cfg, data, extack);
	if (err)
		return err;
	err = carp_config_parse_demotion(cfg, data, extack);
	if (err)
		return err;
	if (data[IFLA_CARP_TRACK]) {
		err = carp_track_prepare(carp, data[IFLA_CARP_TRACK],
					 &cfg->tracks, extack);
		if (err)
			return err;
	}

	return carp_config_check_interval(cfg, extack);
}

static int carp_config_prepare_key(struct carp_config *cfg,
				   const struct carp_dev *carp)
{
	if (!cfg->nodes.changed &&
	    !memcmp(&cfg->params, &carp->params, sizeof(cfg->params)))
		return 0;

	cfg->key = carp_key_alloc(&cfg->nodes.conf, GFP_KERNEL_ACCOUNT);
	if (!cfg->key)
		return -ENOMEM;

	carp_key_prepare(carp, cfg->key, &cfg->params);
	return 0;
}

/**
 * carp_config_discard - free what of a request was not put to use
 * @cfg: the request, committed or not
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_config_discard(struct carp_config *cfg, struct carp_dev *carp)
{
	carp_nodes_discard(carp, &cfg->nodes);
	carp_track_discard(&cfg->tracks);
	carp_key_wipe(cfg->key);
	memzero_explicit(&cfg->params, sizeof(cfg->params));
}

/**
 * carp_config_check_mac - may a device have a MAC address of its own
 * @cfg: parsed
 * @own_mac: it has one
 * @mac: the one that is asked for, or NULL
 * @extack: told why not
 *
 * The core would refuse @mac too, but after the rest has been done.
 *
 * Return: 0 or -EINVAL.
 */
int carp_config_check_mac(const struct carp_config *cfg, bool own_mac,
			  const struct nlattr *mac,
			  struct netlink_ext_ack *extack)
{
	u8 follows[ETH_ALEN];

	if (cfg->nodes.conf.balancing == CARP_BALANCING_NONE)
		return 0;

	carp_port_mac(&cfg->nodes.conf, follows);
	if (!own_mac && (!mac || ether_addr_equal(nla_data(mac), follows)))
		return 0;

	NL_SET_ERR_MSG_ATTR(extack, mac,
			    "carp: with balancing the MAC address follows from the first vhid, it cannot be set");
	return -EINVAL;
}

/* The core would say that it is not supported, after the rest has been done. */
static int carp_config_check_port(const struct carp_config *cfg,
				  const struct carp_dev *carp,
				  const struct nlattr *mac,
				  struct netlink_ext_ack *extack)
{
	int err = 0;

	if (!carp->own_mac)
		err = carp_port_check_mac(carp->lower, cfg->nodes.mac, extack);
	if (!err && mac)
		err = carp_port_check_mac(carp->lower, nla_data(mac), extack);
	return err;
}

/**
 * carp_config_prepare - check a request for a device that exists
 * @cfg: filled in, with its lists initialized; discarded by the caller
 * @carp: the device
 * @tb: IFLA_*
 * @data: IFLA_CARP_*, or NULL
 * @extack: told what is wrong with it
 *
 * On success the parent's filter has the new MAC address.
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_config_prepare(struct carp_config *cfg, struct carp_dev *carp,
			struct nlattr *tb[], struct nlattr *data[],
			struct netlink_ext_ack *extack)
{
	const struct carp_fsm *fsm = &carp_leader(carp)->fsm;
	int err;

	cfg->nodes.conf = carp->nodes;
	cfg->advbase = fsm->advbase;
	memcpy(&cfg->params, &carp->params, sizeof(cfg->params));
	cfg->demotion = carp->demotion;
	cfg->demotestyle = fsm->demote_max;
	cfg->syncgroup = carp->syncgroup;
	cfg->announce = carp->vhost.announce;

	err = carp_config_parse(cfg, carp, data, extack);
	if (err)
		return err;
	err = carp_config_check_mac(cfg, carp->own_mac, tb[IFLA_ADDRESS],
				    extack);
	if (err)
		return err;
	err = carp_port_check_vhids(carp->lower, &cfg->nodes.conf, carp,
				    extack);
	if (err)
		return err;
	if (cfg->state != CARP_STATE_INIT &&
	    READ_ONCE(carp->vhost.state) == CARP_STATE_INIT) {
		NL_SET_ERR_MSG(extack,
			       "carp: a state can be forced only while the device takes part in the election");
		return -ENETDOWN;
	}
	err = carp_nodes_prepare(carp, &cfg->nodes);
	if (err)
		return err;
	err = carp_config_prepare_key(cfg, carp);
	if (err)
		return err;
	err = carp_config_check_port(cfg, carp, tb[IFLA_ADDRESS], extack);
	if (err)
		return err;
	return carp_nodes_filter(carp, &cfg->nodes);
}

static void carp_config_commit_demotion(struct carp_config *cfg,
					struct carp_dev *carp)
{
	WRITE_ONCE(carp->demotion, cfg->demotion);
	WRITE_ONCE(carp->syncgroup, cfg->syncgroup);
	carp_track_commit(carp, &cfg->tracks);
	carp_vhost_set_demotestyle(carp, cfg->demotestyle);
	carp_vhost_set_announce(carp, cfg->announce);
	carp_vhost_reweigh(carp->cn);
}

/* Devices of a syncgroup share the role, also the one that is asked for. */
static void carp_config_force(struct carp_dev *carp, enum carp_state state)
{
	struct carp_dev *other;

	carp_vhost_force(carp, state);
	if (!carp->syncgroup)
		return;

	list_for_each_entry(other, &carp->cn->devs, node) {
		if (other != carp && other->syncgroup &&
		    other->dev->group == carp->dev->group)
			carp_vhost_force(other, state);
	}
}

/**
 * carp_config_commit - put a request to use
 * @cfg: prepared
 * @carp: the device, registered
 *
 * Context: RTNL.
 */
void carp_config_commit(struct carp_config *cfg, struct carp_dev *carp)
{
	bool new_mac = !ether_addr_equal(cfg->nodes.mac, carp->dev->dev_addr);
	struct carp_net *cn = carp->cn;

	carp_nodes_retire(carp, &cfg->nodes);
	WRITE_ONCE(cn->n_peered, cn->n_peered -
		   carp_params_peered(&carp->params) +
		   carp_params_peered(&cfg->params));
	memcpy(&carp->params, &cfg->params, sizeof(cfg->params));
	if (cfg->key) {
		carp_key_publish(carp, cfg->key);
		cfg->key = NULL;
	}

	carp_nodes_commit(carp, &cfg->nodes, cfg->advbase);
	carp_config_commit_demotion(cfg, carp);
	if (cfg->nodes.changed) {
		/* Memory for another number of nodes. */
		carp_key_wipe(carp->spare_key);
		carp->spare_key = NULL;
		carp_vhost_addresses(carp);
		if (new_mac)
			carp_vhost_announce(carp);
	}
	if (cfg->state != CARP_STATE_INIT)
		carp_config_force(carp, cfg->state);
}
