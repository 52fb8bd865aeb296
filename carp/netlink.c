// SPDX-License-Identifier: GPL-2.0-only
/* CARP: rtnl link kind "carp"
 *
 * A request goes in two steps: carp_config_prepare() may refuse and allocate
 * and changes nothing that others can see, carp_config_commit() cannot fail. So
 * a change is all or nothing.
 */
#include <linux/rtnetlink.h>
#include <net/ipv6.h>
#include <net/rtnetlink.h>

#include "device.h"
#include "dump.h"
#include "key.h"
#include "netlink.h"
#include "node.h"
#include "port.h"
#include "track.h"
#include "vhost.h"

/* More than NLA_POLICY_MAX() can say; not const for older kernels. */
static struct netlink_range_validation carp_announce_range = {
	.max = CARP_ANNOUNCE_MAX,
};

static const struct nla_policy carp_policy[IFLA_CARP_MAX + 1] = {
	[IFLA_CARP_UNSPEC] = { .strict_start_type = IFLA_CARP_VHID },
	[IFLA_CARP_VHID] = NLA_POLICY_RANGE(NLA_U8, CARP_VHID_MIN,
					    CARP_VHID_MAX),
	[IFLA_CARP_ADVBASE] = { .type = NLA_U8 },
	[IFLA_CARP_ADVSKEW] = NLA_POLICY_MAX(NLA_U8, CARP_ADVSKEW_MAX),
	/* Its length is checked with a sentence. */
	[IFLA_CARP_KEY] = { .type = NLA_BINARY },
	[IFLA_CARP_KEY_SET] = { .type = NLA_REJECT },
	[IFLA_CARP_STATE] = NLA_POLICY_RANGE(NLA_U32, CARP_STATE_BACKUP,
					     CARP_STATE_MASTER),
	[IFLA_CARP_REASON] = { .type = NLA_REJECT },
	[IFLA_CARP_SERIAL] = { .type = NLA_REJECT },
	[IFLA_CARP_HISTORY] = { .type = NLA_REJECT },
	[IFLA_CARP_PEER] = { .type = NLA_U32 },
	[IFLA_CARP_PEER6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[IFLA_CARP_CKSUM6] = NLA_POLICY_MAX(NLA_U32, CARP_CKSUM6_PSEUDO),
	[IFLA_CARP_FORM] = NLA_POLICY_MAX(NLA_U32, CARP_FORM_ORIG),
	/* Their sum is checked with a sentence. */
	[IFLA_CARP_DEMOTION] = { .type = NLA_S32 },
	[IFLA_CARP_DEMOTE] = { .type = NLA_S32 },
	[IFLA_CARP_DEMOTED] = { .type = NLA_REJECT },
	[IFLA_CARP_DEMOTESTYLE] = NLA_POLICY_MAX(NLA_U32, CARP_DEMOTESTYLE_MAX),
	[IFLA_CARP_SYNCGROUP] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_CARP_ANNOUNCE] = NLA_POLICY_FULL_RANGE(NLA_U32,
						     &carp_announce_range),
	[IFLA_CARP_TRACK] = { .type = NLA_NESTED },
	[IFLA_CARP_BALANCING] = NLA_POLICY_MAX(NLA_U32,
					       CARP_BALANCING_IP_UNICAST),
	[IFLA_CARP_HASH] = NLA_POLICY_MAX(NLA_U32, CARP_HASH_L4),
	[IFLA_CARP_NODES] = { .type = NLA_NESTED },
};

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

static int carp_config_parse(struct carp_config *cfg, struct carp_dev *carp,
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

	cfg->key = carp_key_alloc(&cfg->nodes.conf, GFP_KERNEL);
	if (!cfg->key)
		return -ENOMEM;

	carp_key_prepare(carp, cfg->key, &cfg->params);
	return 0;
}

static void carp_config_discard(struct carp_config *cfg, struct carp_dev *carp)
{
	carp_nodes_discard(carp, &cfg->nodes);
	carp_track_discard(&cfg->tracks);
	carp_key_wipe(cfg->key);
	memzero_explicit(&cfg->params, sizeof(cfg->params));
}

/* @own_mac: the device has one of its own; @mac: the one asked for, or NULL. The
 * core would refuse that too, but after the rest has been done.
 */
static int carp_config_check_mac(const struct carp_config *cfg, bool own_mac,
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

/* For a device that exists. On success the parent's filter has the new MAC. */
static int carp_config_prepare(struct carp_config *cfg, struct carp_dev *carp,
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

static void carp_config_commit(struct carp_config *cfg, struct carp_dev *carp)
{
	bool new_mac = !ether_addr_equal(cfg->nodes.mac, carp->dev->dev_addr);

	carp_nodes_retire(carp, &cfg->nodes);
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

static int carp_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;

	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
	    !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS]))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "carp: the MAC address must be a unicast address of 6 bytes");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static struct net_device *carp_newlink_lower(struct net_device *dev,
					     struct rtnl_newlink_params *params,
					     struct netlink_ext_ack *extack)
{
	struct net *net = rtnl_newlink_link_net(params);
	struct net_device *lower;

	if (!params->tb[IFLA_LINK]) {
		NL_SET_ERR_MSG(extack,
			       "carp: a parent is required (ip link: link DEV, carpconfig: carpdev DEV)");
		return ERR_PTR(-EINVAL);
	}

	lower = __dev_get_by_index(net, nla_get_u32(params->tb[IFLA_LINK]));
	if (!lower) {
		NL_SET_ERR_MSG_ATTR(extack, params->tb[IFLA_LINK],
				    "carp: no such parent");
		return ERR_PTR(-ENODEV);
	}
	if (!net_eq(dev_net(lower), dev_net(dev))) {
		NL_SET_ERR_MSG(extack,
			       "carp: the parent must be in the same network namespace");
		return ERR_PTR(-EXDEV);
	}
	return lower;
}

/* The core would refuse them too, but after the rest has been done. */
static int carp_check_mtu(const struct net_device *lower, struct nlattr *tb[],
			  struct netlink_ext_ack *extack)
{
	u32 mtu;

	if (!tb[IFLA_MTU])
		return 0;

	mtu = nla_get_u32(tb[IFLA_MTU]);
	if (mtu > lower->mtu) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_MTU],
				    "carp: the MTU is greater than the parent's");
		return -EINVAL;
	}
	if (mtu < ETH_MIN_MTU) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_MTU],
				    "carp: the MTU is less than 68");
		return -EINVAL;
	}
	return 0;
}

static int carp_newlink(struct net_device *dev,
			struct rtnl_newlink_params *params,
			struct netlink_ext_ack *extack)
{
	struct carp_config cfg = {
		.advbase = CARP_ADVBASE_DEFAULT,
		.nodes.conf.n = 1,
		.nodes.fresh = LIST_HEAD_INIT(cfg.nodes.fresh),
		.tracks = LIST_HEAD_INIT(cfg.tracks),
	};
	struct carp_dev *carp = netdev_priv(dev);
	struct net_device *lower;
	int err;

	lower = carp_newlink_lower(dev, params, extack);
	if (IS_ERR(lower))
		return PTR_ERR(lower);

	err = carp_port_check(lower, extack);
	if (err)
		return err;
	err = carp_config_parse(&cfg, carp, params->data, extack);
	if (err)
		goto discard;
	err = carp_config_check_mac(&cfg, params->tb[IFLA_ADDRESS],
				    params->tb[IFLA_ADDRESS], extack);
	if (err)
		goto discard;
	err = carp_port_check_vhids(lower, &cfg.nodes.conf, carp, extack);
	if (err)
		goto discard;
	if (cfg.state != CARP_STATE_INIT) {
		NL_SET_ERR_MSG(extack,
			       "carp: a new device starts in INIT, its state cannot be forced");
		err = -EINVAL;
		goto discard;
	}
	err = carp_check_mtu(lower, params->tb, extack);
	if (err)
		goto discard;
	if (!params->tb[IFLA_MTU])
		dev->mtu = lower->mtu;

	/* It is made with the leader alone; the others follow. */
	carp->nodes.node[0] = cfg.nodes.conf.node[0];
	err = carp_nodes_prepare(carp, &cfg.nodes);
	if (err)
		goto discard;
	err = -ENOMEM;
	cfg.key = carp_key_alloc(&cfg.nodes.conf, GFP_KERNEL);
	if (!cfg.key)
		goto discard;

	err = carp_device_create(dev, lower, params->tb[IFLA_ADDRESS], extack);
	if (err)
		goto discard;
	err = carp_nodes_filter(carp, &cfg.nodes);
	if (err) {
		unregister_netdevice(dev);
		goto discard;
	}

	carp_key_prepare(carp, cfg.key, &cfg.params);
	carp_config_commit(&cfg, carp);
discard:
	carp_config_discard(&cfg, carp);
	return err;
}

static int carp_changelink(struct net_device *dev, struct nlattr *tb[],
			   struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	struct carp_dev *carp = netdev_priv(dev);
	struct carp_config cfg = {
		.nodes.fresh = LIST_HEAD_INIT(cfg.nodes.fresh),
		.tracks = LIST_HEAD_INIT(cfg.tracks),
	};
	int err;

	if (tb[IFLA_LINK] && nla_get_u32(tb[IFLA_LINK]) !=
			     carp->lower->ifindex) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "carp: the parent cannot be changed, delete the device and create it again");
		return -EOPNOTSUPP;
	}

	err = carp_check_mtu(carp->lower, tb, extack);
	if (err)
		return err;

	err = carp_config_prepare(&cfg, carp, tb, data, extack);
	if (!err)
		carp_config_commit(&cfg, carp);
	carp_config_discard(&cfg, carp);
	return err;
}

static struct net *carp_get_link_net(const struct net_device *dev)
{
	const struct carp_dev *carp = netdev_priv(dev);

	return dev_net(carp->lower);
}

static struct rtnl_link_ops carp_link_ops __read_mostly = {
	.kind = "carp",
	.maxtype = IFLA_CARP_MAX,
	.policy = carp_policy,
	.priv_size = sizeof(struct carp_dev),
	.setup = carp_device_setup,
	.validate = carp_validate,
	.newlink = carp_newlink,
	.changelink = carp_changelink,
	.dellink = unregister_netdevice_queue,
	.get_size = carp_dump_size,
	.fill_info = carp_dump_info,
	.get_xstats_size = carp_dump_xstats_size,
	.fill_xstats = carp_dump_xstats,
	.get_link_net = carp_get_link_net,
};

/**
 * carp_netlink_init - make "ip link add type carp" work
 *
 * Return: 0 or a negative errno.
 */
int carp_netlink_init(void)
{
	return rtnl_link_register(&carp_link_ops);
}

/**
 * carp_netlink_exit - delete all carp devices and the link kind
 *
 * Each master bows out.
 */
void carp_netlink_exit(void)
{
	rtnl_link_unregister(&carp_link_ops);
}
