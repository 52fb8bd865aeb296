// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family "carp": demotion counts of link groups */

#include <linux/genetlink.h>
#include <linux/if_carp.h>

#include "attr.h"
#include "genl.h"

#define MESSAGE_LEN	256

static struct nlmsghdr *genl_message(void *buf, uint16_t family, uint8_t cmd,
				     uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[CTRL_ATTR_FAMILY_ID + 1];
	uint16_t *family = data;

	attr_message(nlh, sizeof(struct genlmsghdr), tb, CTRL_ATTR_FAMILY_ID);
	if (tb[CTRL_ATTR_FAMILY_ID] &&
	    !mnl_attr_validate(tb[CTRL_ATTR_FAMILY_ID], MNL_TYPE_U16))
		*family = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	return MNL_CB_OK;
}

/* Asking for the family loads the module, if there is one. */
static int find_family(struct nl *nl, uint16_t *family)
{
	char buf[MESSAGE_LEN];
	struct nlmsghdr *nlh;

	*family = 0;
	nlh = genl_message(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, CARP_GENL_NAME);
	return nl_talk(nl, nlh, take_family, family);
}

static int take_demotion(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[CARP_ATTR_MAX + 1];
	uint32_t *demotion = data;

	attr_message(nlh, sizeof(struct genlmsghdr), tb, CARP_ATTR_MAX);
	*demotion = attr_u32(tb[CARP_ATTR_DEMOTION]);
	return MNL_CB_OK;
}

static int group_message(struct nl *nl, char *buf, uint8_t command,
			 uint32_t group, struct nlmsghdr **nlh)
{
	uint16_t family;
	int err;

	err = find_family(nl, &family);
	if (err)
		return err;
	*nlh = genl_message(buf, family, command, CARP_GENL_VERSION);
	mnl_attr_put_u32(*nlh, CARP_ATTR_GROUP, group);
	return 0;
}

/**
 * genl_demotion - read the demotion count of a group
 * @nl: a socket of NETLINK_GENERIC
 * @group: the group
 * @demotion: where it goes
 *
 * Return: 0 or a negative errno; -ENOENT if the kernel knows no carp.
 */
int genl_demotion(struct nl *nl, uint32_t group, uint32_t *demotion)
{
	char buf[MESSAGE_LEN];
	struct nlmsghdr *nlh;
	int err;

	err = group_message(nl, buf, CARP_CMD_GET_GROUP, group, &nlh);
	if (err)
		return err;
	return nl_talk(nl, nlh, take_demotion, demotion);
}

/**
 * genl_demote - add to the demotion count of a group
 * @nl: a socket of NETLINK_GENERIC
 * @group: the group
 * @by: how much
 *
 * Return: 0 or a negative errno; -ENOENT if the kernel knows no carp.
 */
int genl_demote(struct nl *nl, uint32_t group, int32_t by)
{
	char buf[MESSAGE_LEN];
	struct nlmsghdr *nlh;
	int err;

	err = group_message(nl, buf, CARP_CMD_DEMOTE_GROUP, group, &nlh);
	if (err)
		return err;
	mnl_attr_put_u32(nlh, CARP_ATTR_DEMOTE, by);
	return nl_talk(nl, nlh, NULL, NULL);
}
