// SPDX-License-Identifier: GPL-2.0-only
/* Links, addresses and sysctls by rtnetlink: an exec costs an emulated CPU as
 * much as a thousand frames.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/veth.h>

#include "setup.h"

static u32 start_kind(struct msg *msg, const char *name, const char *kind)
{
	struct ifinfomsg ifi = {};
	u32 nest;

	msg_start(msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi,
		  sizeof(ifi));
	msg_put_string(msg, IFLA_IFNAME, name);
	nest = msg_nest(msg, IFLA_LINKINFO);
	msg_put_string(msg, IFLA_INFO_KIND, kind);
	return nest;
}

void setup_veth(struct nl *nl, const char *name, const char *peer)
{
	struct ifinfomsg ifi = {};
	u32 info, data, other;
	struct msg msg;

	info = start_kind(&msg, name, "veth");
	data = msg_nest(&msg, IFLA_INFO_DATA);
	other = msg_nest(&msg, VETH_INFO_PEER);
	memcpy(msg.data + msg.len, &ifi, sizeof(ifi));
	msg.len += sizeof(ifi);
	msg_put_string(&msg, IFLA_IFNAME, peer);
	msg_nest_end(&msg, other);
	msg_nest_end(&msg, data);
	msg_nest_end(&msg, info);
	nl_must(nl, &msg, name);
}

void setup_bridge(struct nl *nl, const char *name)
{
	struct msg msg;

	msg_nest_end(&msg, start_kind(&msg, name, "bridge"));
	nl_must(nl, &msg, name);
}

void setup_vlan(struct nl *nl, const char *name, int lower, u16 vid)
{
	struct msg msg;
	u32 info, data;

	info = start_kind(&msg, name, "vlan");
	data = msg_nest(&msg, IFLA_INFO_DATA);
	msg_put(&msg, IFLA_VLAN_ID, &vid, sizeof(vid));
	msg_nest_end(&msg, data);
	msg_nest_end(&msg, info);
	msg_put_u32(&msg, IFLA_LINK, lower);
	nl_must(nl, &msg, name);
}

void setup_master(struct nl *nl, int ifindex, int master)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	struct msg msg;

	msg_start(&msg, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	msg_put_u32(&msg, IFLA_MASTER, master);
	nl_must(nl, &msg, "master");
}

void setup_up(struct nl *nl, int ifindex, bool up)
{
	struct ifinfomsg ifi = {
		.ifi_index = ifindex,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP,
	};
	struct msg msg;

	msg_start(&msg, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	nl_must(nl, &msg, up ? "up" : "down");
}

void setup_addr(struct nl *nl, bool add, int ifindex, int family,
		const void *addr, u8 plen)
{
	struct ifaddrmsg ifa = {
		.ifa_family = family,
		.ifa_prefixlen = plen,
		.ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_index = ifindex,
	};
	struct msg msg;

	msg_start(&msg, add ? RTM_NEWADDR : RTM_DELADDR,
		  add ? NLM_F_CREATE | NLM_F_EXCL : 0, &ifa, sizeof(ifa));
	msg_put(&msg, IFA_LOCAL, addr, family == AF_INET6 ? 16 : 4);
	nl_must(nl, &msg, add ? "address added" : "address deleted");
}

void setup_delete(struct nl *nl, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	struct msg msg;

	msg_start(&msg, RTM_DELLINK, 0, &ifi, sizeof(ifi));
	nl_must(nl, &msg, "delete");
}

int setup_index(const char *name)
{
	int ifindex = if_nametoindex(name);

	if (!ifindex)
		fault("there is no %s", name);
	return ifindex;
}

void setup_sysctl(const char *name, const char *value)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	err = put_file(path, value);
	if (err)
		fault("%s: %s", path, strerror(-err));
}

void setup_carp_start(struct carp_msg *cm, int ifindex, const char *name,
		      int lower)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };

	msg_start(&cm->msg, RTM_NEWLINK,
		  name ? NLM_F_CREATE | NLM_F_EXCL : 0, &ifi, sizeof(ifi));
	if (name) {
		msg_put_string(&cm->msg, IFLA_IFNAME, name);
		msg_put_u32(&cm->msg, IFLA_LINK, lower);
	}
	cm->info = msg_nest(&cm->msg, IFLA_LINKINFO);
	msg_put_string(&cm->msg, IFLA_INFO_KIND, "carp");
	cm->data = msg_nest(&cm->msg, IFLA_INFO_DATA);
}

void setup_carp_end(struct carp_msg *cm)
{
	msg_nest_end(&cm->msg, cm->data);
	msg_nest_end(&cm->msg, cm->info);
}
