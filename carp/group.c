// SPDX-License-Identifier: GPL-2.0-only
/* CARP: generic netlink family "carp", demotion of link groups
 *
 * A group has a count whether or not any link is in it, so it is not an
 * attribute of any link.
 */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "carp.h"
#include "demote.h"
#include "group.h"
#include "vhost.h"

static struct genl_family carp_genl_family;

static const struct nla_policy carp_group_policy[CARP_ATTR_MAX + 1] = {
	[CARP_ATTR_GROUP] = { .type = NLA_U32 },
	[CARP_ATTR_DEMOTE] = { .type = NLA_S32 },
	[CARP_ATTR_DEMOTION] = { .type = NLA_REJECT },
};

static int carp_group_fill(struct sk_buff *skb, u32 portid, u32 seq, int flags,
			   u32 group, u32 count)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &carp_genl_family, flags,
			  CARP_CMD_GET_GROUP);
	if (!hdr)
		return -EMSGSIZE;

	if (nla_put_u32(skb, CARP_ATTR_GROUP, group) ||
	    nla_put_u32(skb, CARP_ATTR_DEMOTION, count)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static bool carp_group_given(struct genl_info *info)
{
	if (info->attrs[CARP_ATTR_GROUP])
		return true;

	NL_SET_ERR_MSG(info->extack, "carp: a group is required");
	return false;
}

static int carp_group_get(struct sk_buff *request, struct genl_info *info)
{
	struct carp_net *cn = carp_pernet(genl_info_net(info));
	struct sk_buff *skb;
	u32 group, count;
	int err;

	if (!carp_group_given(info))
		return -EINVAL;

	group = nla_get_u32(info->attrs[CARP_ATTR_GROUP]);
	rcu_read_lock();
	count = carp_demote_group_count(cn, group);
	rcu_read_unlock();

	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	err = carp_group_fill(skb, info->snd_portid, info->snd_seq, 0, group,
			      count);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

static int carp_group_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct carp_net *cn = carp_pernet(sock_net(skb->sk));
	long at = cb->args[0];
	u32 group, count;

	rcu_read_lock();
	while (!carp_demote_group_nth(cn, at, &group, &count)) {
		if (carp_group_fill(skb, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI, group,
				    count))
			break;
		at++;
	}
	rcu_read_unlock();

	cb->args[0] = at;
	return skb->len;
}

static int carp_group_demote(struct sk_buff *skb, struct genl_info *info)
{
	struct carp_net *cn = carp_pernet(genl_info_net(info));
	int err;

	if (!carp_group_given(info))
		return -EINVAL;
	if (!info->attrs[CARP_ATTR_DEMOTE]) {
		NL_SET_ERR_MSG(info->extack, "carp: demote by how much?");
		return -EINVAL;
	}

	rtnl_lock();
	err = carp_demote_group(cn, nla_get_u32(info->attrs[CARP_ATTR_GROUP]),
				nla_get_s32(info->attrs[CARP_ATTR_DEMOTE]));
	rtnl_unlock();
	if (err == -ERANGE)
		NL_SET_ERR_MSG(info->extack,
			       "carp: the demotion count of a group must stay within 0..255");
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(info->extack,
			       "carp: 256 groups can have a demotion count");
	if (!err)
		carp_vhost_reweigh(cn);
	return err;
}

static const struct genl_ops carp_genl_ops[] = {
	{
		.cmd = CARP_CMD_GET_GROUP,
		.doit = carp_group_get,
		.dumpit = carp_group_dump,
	}, {
		.cmd = CARP_CMD_DEMOTE_GROUP,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = carp_group_demote,
	},
};

static struct genl_family carp_genl_family __ro_after_init = {
	.name = CARP_GENL_NAME,
	.version = CARP_GENL_VERSION,
	.maxattr = CARP_ATTR_MAX,
	.policy = carp_group_policy,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = carp_genl_ops,
	.n_ops = ARRAY_SIZE(carp_genl_ops),
};

/**
 * carp_group_init - make "carpconfig -g" work
 *
 * Return: 0 or a negative errno.
 */
int __init carp_group_init(void)
{
	return genl_register_family(&carp_genl_family);
}

/**
 * carp_group_exit - undo it
 */
void carp_group_exit(void)
{
	genl_unregister_family(&carp_genl_family);
}
