// SPDX-License-Identifier: GPL-2.0-only
/* CARP: rtnl link kind "carp"
 *
 * A request goes in two steps: carp_config_prepare() may refuse and allocate and
 * changes nothing that others can see, carp_config_commit() cannot fail. So a
 * change is all or nothing.
 */
#include <linux/rtnetlink.h>
#include <net/ipv6.h>
#include <net/rtnetlink.h>

#include "device.h"
#include "key.h"
#include "netlink.h"
#include "port.h"
#include "stats.h"
#include "vhost.h"

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
};

/**
 * struct carp_config - a request, checked and with its memory
 * @vhid: virtual host id, 0: none yet
 * @advbase: seconds
 * @advskew: 1/256 s
 * @params: the rest
 * @state: state to force, or CARP_STATE_INIT for none
 * @key: prepared for the new configuration, NULL if that is the old one
 */
struct carp_config {
	u8 vhid;
	u8 advbase;
	u8 advskew;
	struct carp_params params;
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
		if (!IS_ENABLED(CONFIG_IPV6)) {
			NL_SET_ERR_MSG_ATTR(extack, data[IFLA_CARP_PEER6],
					    "carp: this kernel has no IPv6");
			return -EAFNOSUPPORT;
		}
		params->peer6 = nla_get_in6_addr(data[IFLA_CARP_PEER6]);
		if (ipv6_addr_is_multicast(&params->peer6)) {
			NL_SET_ERR_MSG_ATTR(extack, data[IFLA_CARP_PEER6],
					    "carp: the peer must be a unicast address");
			return -EINVAL;
		}
	}
	return 0;
}

static int carp_config_parse(struct carp_config *cfg, struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	int err;

	if (!data)
		return 0;

	if (data[IFLA_CARP_VHID])
		cfg->vhid = nla_get_u8(data[IFLA_CARP_VHID]);
	if (data[IFLA_CARP_ADVBASE])
		cfg->advbase = nla_get_u8(data[IFLA_CARP_ADVBASE]);
	if (data[IFLA_CARP_ADVSKEW])
		cfg->advskew = nla_get_u8(data[IFLA_CARP_ADVSKEW]);
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

	if (!cfg->advbase && !cfg->advskew) {
		NL_SET_ERR_MSG(extack,
			       "carp: advbase and advskew cannot both be 0");
		return -EINVAL;
	}
	return 0;
}

static int carp_config_prepare_key(struct carp_config *cfg,
				   const struct carp_dev *carp)
{
	if (cfg->vhid == carp->vhid && rcu_access_pointer(carp->vhost.key) &&
	    !memcmp(&cfg->params, &carp->params, sizeof(cfg->params)))
		return 0;

	cfg->key = kzalloc(sizeof(*cfg->key), GFP_KERNEL);
	if (!cfg->key)
		return -ENOMEM;

	carp_key_prepare(carp, cfg->key, &cfg->params, cfg->vhid);
	return 0;
}

static void carp_config_discard(struct carp_config *cfg)
{
	kfree_sensitive(cfg->key);
	memzero_explicit(&cfg->params, sizeof(cfg->params));
}

/* For a device that exists. On success the parent's filter has the new MAC. */
static int carp_config_prepare(struct carp_config *cfg, struct carp_dev *carp,
			       struct nlattr *data[],
			       struct netlink_ext_ack *extack)
{
	u8 mac[ETH_ALEN];
	int err;

	cfg->vhid = carp->vhid;
	cfg->advbase = carp->vhost.fsm.advbase;
	cfg->advskew = carp->vhost.fsm.advskew;
	memcpy(&cfg->params, &carp->params, sizeof(cfg->params));

	err = carp_config_parse(cfg, data, extack);
	if (err)
		return err;
	err = carp_port_check_vhid(carp->lower, cfg->vhid, carp, extack);
	if (err)
		return err;
	if (cfg->state != CARP_STATE_INIT &&
	    READ_ONCE(carp->vhost.state) == CARP_STATE_INIT) {
		NL_SET_ERR_MSG(extack,
			       "carp: a state can be forced only while the device takes part in the election");
		return -ENETDOWN;
	}
	err = carp_config_prepare_key(cfg, carp);
	if (err)
		return err;
	if (cfg->vhid == carp->vhid)
		return 0;

	carp_port_mac(cfg->vhid, mac);
	return dev_uc_add(carp->lower, mac);
}

static void carp_config_commit(struct carp_config *cfg, struct carp_dev *carp)
{
	bool new_vhid = cfg->vhid != carp->vhid;

	if (new_vhid) {
		carp_vhost_update(carp, CARP_REASON_VHID);
		carp_port_set_vhid(carp, cfg->vhid);
	}

	memcpy(&carp->params, &cfg->params, sizeof(cfg->params));
	if (cfg->key) {
		carp_key_publish(carp, cfg->key);
		cfg->key = NULL;
	}

	carp_vhost_config(carp, cfg->advbase, cfg->advskew);
	if (new_vhid)
		carp_vhost_update(carp, CARP_REASON_NONE);
	if (cfg->state != CARP_STATE_INIT)
		carp_vhost_force(carp, cfg->state);
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

/* The core would refuse it too, but after the rest has been done. */
static int carp_check_mtu(const struct net_device *lower, struct nlattr *tb[],
			  struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_MTU] || nla_get_u32(tb[IFLA_MTU]) <= lower->mtu)
		return 0;

	NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_MTU],
			    "carp: the MTU is greater than the parent's");
	return -EINVAL;
}

static int carp_newlink(struct net_device *dev,
			struct rtnl_newlink_params *params,
			struct netlink_ext_ack *extack)
{
	struct carp_config cfg = { .advbase = CARP_ADVBASE_DEFAULT };
	struct carp_dev *carp = netdev_priv(dev);
	struct net_device *lower;
	int err;

	lower = carp_newlink_lower(dev, params, extack);
	if (IS_ERR(lower))
		return PTR_ERR(lower);

	err = carp_port_check(lower, extack);
	if (err)
		return err;
	err = carp_config_parse(&cfg, params->data, extack);
	if (err)
		goto discard;
	err = carp_port_check_vhid(lower, cfg.vhid, NULL, extack);
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

	err = -ENOMEM;
	cfg.key = kzalloc(sizeof(*cfg.key), GFP_KERNEL);
	if (!cfg.key)
		goto discard;

	err = carp_device_create(dev, lower, cfg.vhid,
				 params->tb[IFLA_ADDRESS], extack);
	if (err)
		goto discard;

	carp_key_prepare(carp, cfg.key, &cfg.params, cfg.vhid);
	carp_config_commit(&cfg, carp);
discard:
	carp_config_discard(&cfg);
	return err;
}

static int carp_changelink(struct net_device *dev, struct nlattr *tb[],
			   struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	struct carp_dev *carp = netdev_priv(dev);
	struct carp_config cfg = {};
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

	err = carp_config_prepare(&cfg, carp, data, extack);
	if (!err)
		carp_config_commit(&cfg, carp);
	carp_config_discard(&cfg);
	return err;
}

static size_t carp_transition_size(void)
{
	return nla_total_size(0) +		/* CARP_HISTORY_TRANSITION */
	       4 * nla_total_size(sizeof(u32)) + /* SERIAL FROM TO REASON */
	       nla_total_size_64bit(sizeof(u64)); /* TIME */
}

static size_t carp_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u8)) +	/* IFLA_CARP_VHID */
	       nla_total_size(sizeof(u8)) +	/* IFLA_CARP_ADVBASE */
	       nla_total_size(sizeof(u8)) +	/* IFLA_CARP_ADVSKEW */
	       nla_total_size(sizeof(u8)) +	/* IFLA_CARP_KEY_SET */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_STATE */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_REASON */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_SERIAL */
	       nla_total_size(sizeof(__be32)) +	/* IFLA_CARP_PEER */
	       nla_total_size(sizeof(struct in6_addr)) + /* IFLA_CARP_PEER6 */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_CKSUM6 */
	       nla_total_size(sizeof(u32)) +	/* IFLA_CARP_FORM */
	       nla_total_size(0) +		/* IFLA_CARP_HISTORY */
	       CARP_HISTORY_MAX * carp_transition_size();
}

static int carp_fill_transition(struct sk_buff *skb,
				const struct carp_transition *t)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, CARP_HISTORY_TRANSITION);
	if (!nest)
		return -EMSGSIZE;

	if (nla_put_u32(skb, CARP_TRANSITION_SERIAL, t->serial) ||
	    nla_put_u32(skb, CARP_TRANSITION_FROM, t->from) ||
	    nla_put_u32(skb, CARP_TRANSITION_TO, t->to) ||
	    nla_put_u32(skb, CARP_TRANSITION_REASON, t->reason) ||
	    nla_put_u64_64bit(skb, CARP_TRANSITION_TIME, t->time,
			      CARP_TRANSITION_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int carp_fill_history(struct sk_buff *skb,
			     const struct carp_vhost *vhost)
{
	u32 serial = vhost->serial;
	struct nlattr *nest;
	int err = 0;
	u32 i;

	nest = nla_nest_start(skb, IFLA_CARP_HISTORY);
	if (!nest)
		return -EMSGSIZE;

	i = serial > CARP_HISTORY_MAX ? serial - CARP_HISTORY_MAX : 0;
	for (; i != serial && !err; i++)
		err = carp_fill_transition(skb, &vhost->history
					   [i % CARP_HISTORY_MAX]);
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

static int carp_fill_vhost(struct sk_buff *skb, struct carp_vhost *vhost)
{
	int err = -EMSGSIZE;

	spin_lock_bh(&vhost->lock);
	if (!nla_put_u8(skb, IFLA_CARP_ADVBASE, vhost->fsm.advbase) &&
	    !nla_put_u8(skb, IFLA_CARP_ADVSKEW, vhost->fsm.advskew) &&
	    !nla_put_u32(skb, IFLA_CARP_STATE, vhost->fsm.state) &&
	    !nla_put_u32(skb, IFLA_CARP_REASON, vhost->fsm.reason) &&
	    !nla_put_u32(skb, IFLA_CARP_SERIAL, vhost->serial))
		err = carp_fill_history(skb, vhost);
	spin_unlock_bh(&vhost->lock);
	return err;
}

static int carp_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct carp_dev *carp = netdev_priv(dev);
	const struct carp_params *params = &carp->params;

	if (carp->vhid && nla_put_u8(skb, IFLA_CARP_VHID, carp->vhid))
		return -EMSGSIZE;
	if (nla_put_u8(skb, IFLA_CARP_KEY_SET, params->key_set) ||
	    nla_put_in_addr(skb, IFLA_CARP_PEER, params->peer4) ||
	    nla_put_in6_addr(skb, IFLA_CARP_PEER6, &params->peer6) ||
	    nla_put_u32(skb, IFLA_CARP_CKSUM6, params->cksum6) ||
	    nla_put_u32(skb, IFLA_CARP_FORM, params->form))
		return -EMSGSIZE;
	return carp_fill_vhost(skb, &carp->vhost);
}

static size_t carp_get_xstats_size(const struct net_device *dev)
{
	return nla_total_size(0) +		/* IFLA_INFO_XSTATS */
	       CARP_STAT_MAX * nla_total_size_64bit(sizeof(u64));
}

static int carp_fill_xstats(struct sk_buff *skb, const struct net_device *dev)
{
	const struct carp_dev *carp = netdev_priv(dev);
	u64 sum[__CARP_STAT_MAX] = {};
	struct nlattr *nest;
	int i;

	nest = nla_nest_start_noflag(skb, IFLA_INFO_XSTATS);
	if (!nest)
		return -EMSGSIZE;

	carp_stats_add(carp->vhost.stats, sum);
	if (carp->port)
		carp_stats_add(carp->port->stats, sum);
	carp_stats_add(carp->cn->stats, sum);

	for (i = CARP_STAT_PAD + 1; i <= CARP_STAT_MAX; i++) {
		if (nla_put_u64_64bit(skb, i, sum[i], CARP_STAT_PAD)) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
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
	.get_size = carp_get_size,
	.fill_info = carp_fill_info,
	.get_xstats_size = carp_get_xstats_size,
	.fill_xstats = carp_fill_xstats,
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
