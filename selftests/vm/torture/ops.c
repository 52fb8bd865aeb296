// SPDX-License-Identifier: GPL-2.0-only
/* torture: the operations. Each is done with what was drawn for it, on names
 * that all actors share, so any of them may be refused; none may hang.
 */
#define _GNU_SOURCE
#include "torture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_carp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define KEY	"changeme"

static const char *const vips[] = {
	"192.0.2.100", "192.0.2.101", "2001:db8::100", "2001:db8::101",
};

static const char *name_of(char kind, uint32_t number)
{
	static char names[4][IFNAMSIZ];
	static unsigned int turn;
	char *name = names[turn++ % ARRAY_SIZE(names)];

	snprintf(name, IFNAMSIZ, "%c%u", kind, number % DEVICES);
	return name;
}

static const char *carp(uint32_t number)
{
	return name_of('c', number);
}

static const char *parent(uint32_t number)
{
	return name_of('p', number);
}

static int vip_prefix(unsigned int i)
{
	return strchr(vips[i], ':') ? 64 : 24;
}

/* Links that come and go, itself among them */
static void put_demotion(struct msg *m, const struct draw *d)
{
	struct nlattr *list, *link;

	msg_u32(m, IFLA_CARP_DEMOTION, (d->c >> 17) % 3);
	msg_u32(m, IFLA_CARP_DEMOTESTYLE, d->c >> 19 & 1);
	msg_u8(m, IFLA_CARP_SYNCGROUP, d->c >> 20 & 1);
	msg_u32(m, IFLA_CARP_ANNOUNCE, d->c >> 21 & 1);
	list = msg_nest(m, IFLA_CARP_TRACK);
	link = msg_nest(m, CARP_TRACK_LINK);
	if (d->c >> 22 & 1)
		msg_u32(m, CARP_TRACK_GROUP, 0);
	else
		msg_str(m, CARP_TRACK_NAME, parent(d->c >> 23));
	msg_u32(m, CARP_TRACK_WEIGHT, (d->c >> 26) % 3);
	msg_end(m, link);
	msg_end(m, list);
}

/* Many of these would be no election: most members agree on vhid and key, and
 * all are fast, so that timers and advertisements meet.
 */
static void put_config(struct msg *m, const struct draw *d)
{
	struct nlattr *info, *data;

	info = msg_nest(m, IFLA_LINKINFO);
	msg_str(m, IFLA_INFO_KIND, "carp");
	data = msg_nest(m, IFLA_INFO_DATA);
	if (d->c & 1)
		msg_u8(m, IFLA_CARP_VHID, 1 + (d->c >> 1) % 3);
	msg_u8(m, IFLA_CARP_ADVBASE, d->c % 16 == 15);
	msg_u8(m, IFLA_CARP_ADVSKEW, 1 + (d->c >> 4) % 12);
	msg_put(m, IFLA_CARP_KEY, KEY, d->c >> 8 & 15 ? strlen(KEY) : 3);
	if ((d->c >> 12) % 4 == 0)
		msg_u32(m, IFLA_CARP_STATE, 1 + (d->c >> 14) % 2);
	msg_u32(m, IFLA_CARP_CKSUM6, d->c >> 15 & 1);
	msg_u32(m, IFLA_CARP_FORM, d->c >> 16 & 1);
	put_demotion(m, d);
	msg_end(m, data);
	msg_end(m, info);
}

/* As a user sets one up: with all it needs to become MASTER. */
static int do_member(const struct draw *d)
{
	struct draw config = *d;
	struct msg m;
	size_t i;
	int lower, err;

	lower = link_index(parent(d->b));
	if (!lower)
		return -ENODEV;
	config.c |= 1;
	config.c |= 1U << 12;
	link_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	msg_str(&m, IFLA_IFNAME, carp(d->a));
	msg_u32(&m, IFLA_LINK, lower);
	put_config(&m, &config);
	err = msg_do(&m);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(vips); i++)
		if (d->d & 1 << i)
			address(RTM_NEWADDR, carp(d->a), vips[i],
				vip_prefix(i));
	return link_up(carp(d->a), 1);
}

static int do_create(const struct draw *d)
{
	struct msg m;

	link_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	msg_str(&m, IFLA_IFNAME, carp(d->a));
	msg_u32(&m, IFLA_LINK, link_index(parent(d->b)));
	put_config(&m, d);
	return msg_do(&m);
}

static int do_configure(const struct draw *d)
{
	struct msg m;

	link_begin(&m, RTM_NEWLINK, 0, 0);
	msg_str(&m, IFLA_IFNAME, carp(d->a));
	put_config(&m, d);
	return msg_do(&m);
}

static int do_delete(const struct draw *d)
{
	return link_delete(carp(d->a));
}

static int do_updown(const struct draw *d)
{
	return link_up(carp(d->a), d->b % 4 != 0);
}

static int do_address_add(const struct draw *d)
{
	unsigned int i = d->b % ARRAY_SIZE(vips);

	return address(RTM_NEWADDR, carp(d->a), vips[i],
		       d->c % 4 ? vip_prefix(i) : 32);
}

static int do_address_del(const struct draw *d)
{
	unsigned int i = d->b % ARRAY_SIZE(vips);

	return address(RTM_DELADDR, carp(d->a), vips[i], vip_prefix(i));
}

static int do_parent_address(const struct draw *d)
{
	int type = d->b & 1 ? RTM_NEWADDR : RTM_DELADDR;

	return d->b & 2 ?
		address(type, parent(d->a), "192.0.2.1", 24) :
		address(type, parent(d->a), "2001:db8::1", 64);
}

static int rename_to(const char *old, const char *new)
{
	struct msg m;
	int err;

	link_up(old, 0);
	link_begin(&m, RTM_NEWLINK, 0, link_index(old));
	msg_str(&m, IFLA_IFNAME, new);
	err = msg_do(&m);
	link_up(err ? old : new, 1);
	return err;
}

static int do_rename(const struct draw *d)
{
	return rename_to(carp(d->a), carp(d->a + 1 + d->b % (DEVICES - 1)));
}

static int do_parent_rename(const struct draw *d)
{
	return rename_to(parent(d->a),
			 parent(d->a + 1 + d->b % (DEVICES - 1)));
}

static int move(const char *name, unsigned int space)
{
	char path[32];
	struct msg m;
	int fd, err;

	snprintf(path, sizeof(path), "/run/netns/t%u", space % SPACES);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	link_begin(&m, RTM_NEWLINK, 0, 0);
	msg_str(&m, IFLA_IFNAME, name);
	msg_u32(&m, IFLA_NET_NS_FD, fd);
	err = msg_do(&m);
	close(fd);
	return err;
}

static int do_move(const struct draw *d)
{
	return move(carp(d->a), d->space + 1);
}

static int do_parent_move(const struct draw *d)
{
	return move(parent(d->a), d->space + 1);
}

static int enslave(const char *name, const char *master)
{
	struct msg m;

	link_up(name, 0);
	link_begin(&m, RTM_NEWLINK, 0, 0);
	msg_str(&m, IFLA_IFNAME, name);
	msg_u32(&m, IFLA_MASTER, master ? link_index(master) : 0);
	return msg_do(&m);
}

/* Of every kind; what is not a veth lies on one, called q. */
static int do_parent_add(const struct draw *d)
{
	static const char *const kinds[] = {
		"veth", "veth", "vlan", "bridge", "bond", "macvlan", "dummy",
		"vrf",
	};
	const char *kind = kinds[d->b % ARRAY_SIZE(kinds)];
	const char *name = parent(d->a), *port = name_of('q', d->a);
	int err, above;

	if (!strcmp(kind, "veth")) {
		err = veth_new(name, d->space, d->a % DEVICES);
		return err ? err : link_up(name, 1);
	}
	veth_new(port, d->space, 5 + d->a % DEVICES);
	above = !strcmp(kind, "vlan") || !strcmp(kind, "macvlan");
	err = link_new(name, kind, above ? link_index(port) : 0);
	if (err)
		return err;
	if (!above && strcmp(kind, "dummy"))
		enslave(port, name);
	link_up(port, 1);
	return link_up(name, 1);
}

static int do_parent_del(const struct draw *d)
{
	return link_delete(d->b % 4 ? parent(d->a) : name_of('q', d->a));
}

static int do_parent_flap(const struct draw *d)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < 1 + d->b % 6 && !err; i++)
		err = link_up(parent(d->a), i % 2);
	return err ? err : link_up(parent(d->a), 1);
}

static int do_carrier_flap(const struct draw *d)
{
	unsigned int port = d->a % DEVICES + (d->c % 2 ? 5 : 0);
	uint32_t i;
	int err = 0;

	for (i = 0; i < 1 + d->b % 6 && !err; i++)
		err = port_up(d->space, port, i % 2);
	return err ? err : port_up(d->space, port, 1);
}

/* A parent gets a master, which takes its rx handler, or loses it. */
static int do_enslave(const struct draw *d)
{
	int err = enslave(parent(d->a), d->c % 2 ? parent(d->b) : NULL);

	link_up(parent(d->a), 1);
	return err;
}

static int do_parent_change(const struct draw *d)
{
	/* Below 68 it has no IPv4, and below 1280 no IPv6. */
	static const unsigned int mtu[] = { 67, 68, 1279, 1280, 1281, 1500,
					    1500, 1500 };
	unsigned char mac[6] = { 2, 0, 0, 0, d->space, d->c };
	struct msg m;

	link_begin(&m, RTM_NEWLINK, 0, 0);
	msg_str(&m, IFLA_IFNAME, parent(d->a));
	if (d->b & 1)
		msg_put(&m, IFLA_ADDRESS, mac, sizeof(mac));
	else
		msg_u32(&m, IFLA_MTU, mtu[d->c % ARRAY_SIZE(mtu)]);
	return msg_do(&m);
}

static int do_sysctl(const struct draw *d)
{
	static const char *const names[] = {
		"carp/allow", "carp/allow", "carp/preempt", "carp/preempt",
		"carp/log", "ipv4/ip_forward", "ipv6/conf/all/forwarding",
		"ipv6/conf/all/ignore_routes_with_linkdown",
		"ipv4/conf/all/rp_filter", "ipv6/conf/c0/disable_ipv6",
		"ipv6/conf/p0/disable_ipv6", "ipv4/conf/c1/rp_filter",
	};
	char path[96];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/%s",
		 names[d->a % ARRAY_SIZE(names)]);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* allow stays 1 more often, or there is no election. */
	if (write(fd, d->b % 3 ? "1" : "0", 1) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int do_route(const struct draw *d)
{
	struct rtmsg rt = {
		.rtm_family = d->b & 1 ? AF_INET : AF_INET6,
		.rtm_dst_len = d->b & 1 ? 24 : 64, .rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST,
		.rtm_scope = d->b & 1 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
	};
	unsigned char to[16] = { 10, d->c, d->d };
	int add = d->b & 6;
	struct msg m;

	if (rt.rtm_family == AF_INET6)
		to[0] = 0xfd;
	else
		to[2] &= 7;
	msg_begin(&m, add ? RTM_NEWROUTE : RTM_DELROUTE,
		  add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &rt, sizeof(rt));
	msg_put(&m, RTA_DST, to, d->b & 1 ? 4 : 16);
	msg_u32(&m, RTA_OIF, link_index(carp(d->a)));
	return msg_do(&m);
}

/* A host that speaks to the address, and one that listens on the device. */
static int do_talk(const struct draw *d)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 to6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(9),
	};
	int stream = d->b & 1, six = d->b & 2, fd, err = 0, i;
	static const char data[3000];

	fd = socket(six ? AF_INET6 : AF_INET, SOCK_CLOEXEC | SOCK_NONBLOCK |
		    (stream ? SOCK_STREAM : SOCK_DGRAM), 0);
	if (fd < 0)
		return -errno;
	inet_pton(AF_INET, vips[d->a % 2], &to.sin_addr);
	inet_pton(AF_INET6, vips[2 + d->a % 2], &to6.sin6_addr);
	if (six ? connect(fd, (void *)&to6, sizeof(to6)) :
		  connect(fd, (void *)&to, sizeof(to)))
		err = errno == EINPROGRESS ? 0 : -errno;
	for (i = 0; !err && !stream && i < 8; i++)
		if (send(fd, data, d->c % sizeof(data), 0) < 0)
			err = -errno;
	close(fd);
	return err;
}

static int do_listen(const struct draw *d)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = link_index(carp(d->a)),
	};
	struct packet_mreq promisc = {
		.mr_ifindex = to.sll_ifindex, .mr_type = PACKET_MR_PROMISC,
	};
	char frame[2048];
	int fd, i;

	if (!to.sll_ifindex)
		return -ENODEV;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    htons(ETH_P_ALL));
	if (fd < 0)
		return -errno;
	bind(fd, (void *)&to, sizeof(to));
	setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc,
		   sizeof(promisc));
	for (i = 0; i < 20; i++) {
		recv(fd, frame, sizeof(frame), 0);
		usleep(200);
	}
	close(fd);
	return 0;
}

/* A parent of each kind that one number gives, and a member on each. */
int populate(unsigned int space, uint64_t seed)
{
	struct draw d = { .space = space };
	int err = 0;

	for (d.a = 0; d.a < DEVICES && !err; d.a++) {
		d.b = d.a ? rng_next(&seed) : 0;
		err = do_parent_add(&d);
		/* Not every kind may have one. */
		d.b = d.a;
		d.c = rng_next(&seed);
		d.d = rng_next(&seed);
		do_member(&d);
	}
	return err;
}

/* A namespace goes, with all that is in it, and one of its name comes. */
static int do_space(const struct draw *d)
{
	int err = space_delete(d->space);

	if (!err)
		err = space_create(d->space);
	return err ? err : populate(d->space, d->c);
}

/* The module goes, with all that there is; creating one loads it again, and if
 * nobody has, this does.
 */
static int do_module(const struct draw *d)
{
	struct utsname uts;
	char path[200];
	int fd, err = 0;

	if (syscall(SYS_delete_module, "carp", O_NONBLOCK))
		err = -errno;
	usleep(d->a % 20000);
	uname(&uts);
	snprintf(path, sizeof(path),
		 "/lib/modules/%s/updates/carp/carp.ko", uts.release);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		err = -errno;
	close(fd);
	return err;
}

const struct op ops[] = {
	{ "member", 80, do_member, 0 },
	{ "create", 10, do_create, 0 },
	{ "configure", 80, do_configure, 0 },
	{ "delete", 10, do_delete, 0 },
	{ "updown", 40, do_updown, 0 },
	{ "address-add", 40, do_address_add, 0 },
	{ "address-del", 30, do_address_del, 0 },
	{ "parent-addr", 15, do_parent_address, 0 },
	{ "rename", 12, do_rename, 0 },
	{ "parent-name", 8, do_parent_rename, 0 },
	{ "move", 6, do_move, 1 },
	{ "parent-move", 4, do_parent_move, 0 },
	{ "parent-add", 40, do_parent_add, 0 },
	{ "parent-del", 5, do_parent_del, 0 },
	{ "parent-flap", 12, do_parent_flap, 0 },
	{ "carrier", 12, do_carrier_flap, 0 },
	{ "enslave", 6, do_enslave, 0 },
	{ "parent-set", 15, do_parent_change, 0 },
	{ "sysctl", 40, do_sysctl, 0 },
	{ "route", 40, do_route, 0 },
	{ "talk", 60, do_talk, 0 },
	{ "listen", 15, do_listen, 0 },
	{ "space", 1, do_space, 0 },
	{ "module", 1, do_module, 0 },
};

const unsigned int ops_count = ARRAY_SIZE(ops);

_Static_assert(ARRAY_SIZE(ops) <= OPS_MAX, "slots have room for all");
