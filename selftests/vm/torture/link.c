// SPDX-License-Identifier: GPL-2.0-only
/* torture: links and addresses, by rtnetlink */
#define _GNU_SOURCE
#include "torture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void link_begin(struct msg *m, int type, int flags, int index)
{
	struct ifinfomsg info = { .ifi_index = index };

	msg_begin(m, type, flags, &info, sizeof(info));
}

/* 0 if there is none. Not by ioctl: it looks for a module of that name. */
int link_index(const char *name)
{
	struct msg m;
	int index;

	link_begin(&m, RTM_GETLINK, 0, 0);
	msg_str(&m, IFLA_IFNAME, name);
	index = msg_do(&m);
	return index > 0 ? index : 0;
}

int link_delete(const char *name)
{
	struct msg m;

	link_begin(&m, RTM_DELLINK, 0, 0);
	msg_str(&m, IFLA_IFNAME, name);
	return msg_do(&m);
}

int link_up(const char *name, int up)
{
	struct ifinfomsg info = {
		.ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP,
	};
	struct msg m;

	msg_begin(&m, RTM_NEWLINK, 0, &info, sizeof(info));
	msg_str(&m, IFLA_IFNAME, name);
	return msg_do(&m);
}

static void put_data(struct msg *m, const char *kind)
{
	struct nlattr *data = msg_nest(m, IFLA_INFO_DATA);
	uint16_t vlan = 7;

	if (!strcmp(kind, "vlan"))
		msg_put(m, IFLA_VLAN_ID, &vlan, sizeof(vlan));
	else if (!strcmp(kind, "bridge"))
		msg_u32(m, IFLA_BR_FORWARD_DELAY, 0);
	else if (!strcmp(kind, "bond"))
		msg_u8(m, IFLA_BOND_MODE, 1);
	else if (!strcmp(kind, "macvlan"))
		msg_u32(m, IFLA_MACVLAN_MODE, MACVLAN_MODE_PASSTHRU);
	else if (!strcmp(kind, "vrf"))
		msg_u32(m, IFLA_VRF_TABLE, 10);
	msg_end(m, data);
}

/* Any kind but carp and veth; @lower is an index or 0. */
int link_new(const char *name, const char *kind, int lower)
{
	struct nlattr *info;
	struct msg m;

	link_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	msg_str(&m, IFLA_IFNAME, name);
	if (lower)
		msg_u32(&m, IFLA_LINK, lower);
	info = msg_nest(&m, IFLA_LINKINFO);
	msg_str(&m, IFLA_INFO_KIND, kind);
	put_data(&m, kind);
	msg_end(&m, info);
	return msg_do(&m);
}

static const char *port_name(unsigned int space, unsigned int port)
{
	static char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "s%u%u", space % 10, port % 10);
	return name;
}

/* The other end of a veth, in seg: its carrier is that of the device. */
int port_up(unsigned int space, unsigned int port, int up)
{
	struct ifinfomsg info = {
		.ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP,
	};
	struct msg m;
	int err;

	err = seg_enter();
	if (err)
		return err;
	msg_begin(&m, RTM_NEWLINK, 0, &info, sizeof(info));
	msg_str(&m, IFLA_IFNAME, port_name(space, port));
	msg_u32(&m, IFLA_MASTER, link_index("br0"));
	return msg_do(&m);
}

/* In the namespace entered last, which is @space; joined to the segment. */
int veth_new(const char *name, unsigned int space, unsigned int port)
{
	struct nlattr *info, *data, *peer;
	struct ifinfomsg *head;
	struct msg m;
	int fd, err;

	fd = open("/run/netns/seg", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	link_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	msg_str(&m, IFLA_IFNAME, name);
	info = msg_nest(&m, IFLA_LINKINFO);
	msg_str(&m, IFLA_INFO_KIND, "veth");
	data = msg_nest(&m, IFLA_INFO_DATA);
	peer = msg_nest(&m, VETH_INFO_PEER);
	head = (void *)(peer + 1);
	memset(head, 0, sizeof(*head));
	m.head.nlmsg_len += sizeof(*head);
	msg_str(&m, IFLA_IFNAME, port_name(space, port));
	msg_u32(&m, IFLA_NET_NS_FD, fd);
	msg_end(&m, peer);
	msg_end(&m, data);
	msg_end(&m, info);
	err = msg_do(&m);
	close(fd);
	if (err)
		return err;
	err = port_up(space, port, 1);
	return err ? err : space_enter(space);
}

/* RTM_NEWADDR or RTM_DELADDR */
int address(int type, const char *name, const char *text, int prefix)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	struct ifaddrmsg info = {
		.ifa_family = family, .ifa_prefixlen = prefix,
		.ifa_index = link_index(name),
	};
	unsigned char raw[16];
	struct msg m;

	if (!info.ifa_index || inet_pton(family, text, raw) != 1)
		return -ENODEV;
	msg_begin(&m, type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0,
		  &info, sizeof(info));
	msg_put(&m, IFA_LOCAL, raw, family == AF_INET ? 4 : 16);
	msg_put(&m, IFA_ADDRESS, raw, family == AF_INET ? 4 : 16);
	return msg_do(&m);
}
