// SPDX-License-Identifier: GPL-2.0-only
/* CARP: rtnl link kind "carp"
 *
 * What is in a request, and what is made of it: config.c.
 */
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "addr6.h"
#include "config.h"
#include "device.h"
#include "dump.h"
#include "key.h"
#include "netlink.h"
#include "port.h"

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
	cfg.key = carp_key_alloc(&cfg.nodes.conf, GFP_KERNEL_ACCOUNT);
	if (!cfg.key)
		goto discard;

	err = carp_device_create(dev, lower, cfg.nodes.mac,
				 params->tb[IFLA_ADDRESS], extack);
	if (err)
		goto discard;

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

	carp_addr6_settle(carp);
	err = carp_config_prepare(&cfg, carp, tb, data, extack);
	if (!err)
		carp_config_commit(&cfg, carp);
	carp_config_discard(&cfg, carp);
	/* The core does it for one that is up. */
	if (!err && !(dev->flags & IFF_UP))
		call_netdevice_notifiers(NETDEV_CHANGEINFODATA, dev);
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
