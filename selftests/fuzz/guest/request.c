// SPDX-License-Identifier: GPL-2.0-only
/* Requests about links, addresses, routes and neighbours */
#define _GNU_SOURCE
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>

#include "request.h"

/* A u32 that some check may trip over. */
static u32 odd_u32(struct rng *rng)
{
	static const u32 odd[] = {
		0, 1, 2, 67, 68, 69, 255, 256, 1280, 1499, 1500, 1501, 65535,
		65536, 0x7fffffff, 0x80000000, 0xffffffff,
	};

	return one_in(rng, 4) ? rng_next(rng) :
			       odd[rng_below(rng, ARRAY_SIZE(odd))];
}

static const struct link *some_carp(struct rng *rng, const struct world *world)
{
	return world->carps ? &world->carp[rng_below(rng, world->carps)] : NULL;
}

static int some_link(struct rng *rng, const struct world *world)
{
	const struct link *carp = some_carp(rng, world);

	switch (rng_below(rng, 10)) {
	case 0:
		return world->lower[rng_below(rng, world->lowers)];
	case 1:
		return odd_u32(rng);
	default:
		return carp ? carp->ifindex : 0;
	}
}

static void put_junk(struct rng *rng, struct msg *msg, u16 type)
{
	u8 data[80];

	rng_bytes(rng, data, sizeof(data));
	msg_put(msg, type, data, rng_below(rng, 70));
}

/* Attributes of every link, of which carp knows some and the core all. */
static void put_core(struct rng *rng, const struct world *world,
		     struct msg *msg)
{
	static const u16 numbers[] = {
		IFLA_MTU, IFLA_LINK, IFLA_MASTER, IFLA_TXQLEN, IFLA_GROUP,
		IFLA_PROMISCUITY, IFLA_NUM_TX_QUEUES, IFLA_NUM_RX_QUEUES,
		IFLA_NET_NS_PID, IFLA_NET_NS_FD, IFLA_LINK_NETNSID,
		IFLA_NEW_IFINDEX, IFLA_GSO_MAX_SIZE, IFLA_GSO_MAX_SEGS,
		IFLA_MIN_MTU, IFLA_MAX_MTU, IFLA_EXT_MASK, IFLA_EVENT,
	};
	static const u16 bytes[] = {
		IFLA_OPERSTATE, IFLA_LINKMODE, IFLA_CARRIER, IFLA_PROTO_DOWN,
	};
	u8 mac[8];
	u8 byte;

	switch (rng_below(rng, 7)) {
	case 0:
		rng_bytes(rng, mac, sizeof(mac));
		msg_put(msg, one_in(rng, 4) ? IFLA_BROADCAST : IFLA_ADDRESS,
			mac, one_in(rng, 4) ? rng_below(rng, 8) : 6);
		break;
	case 1:
		byte = rng_below(rng, 8);
		msg_put(msg, bytes[rng_below(rng, ARRAY_SIZE(bytes))], &byte,
			1);
		break;
	case 2:
		msg_put_u32(msg, one_in(rng, 2) ? IFLA_LINK : IFLA_MASTER,
			    some_link(rng, world));
		break;
	case 3:
		put_junk(rng, msg, rng_below(rng, 80));
		break;
	case 4:
		msg_put_string(msg, one_in(rng, 3) ? IFLA_IFALIAS : IFLA_IFNAME,
			       one_in(rng, 2) ? "carp7" : "a/b c%d");
		break;
	default:
		msg_put_u32(msg, numbers[rng_below(rng, ARRAY_SIZE(numbers))],
			    odd_u32(rng));
	}
}

/* Where @data begins and how long it is, if the nest is as it should be. */
static bool put_linkinfo(struct rng *rng, struct msg *msg, u32 *data)
{
	bool regular = !one_in(rng, 10);
	u32 info;

	info = msg_nest(msg, IFLA_LINKINFO |
			(one_in(rng, 2) ? NLA_F_NESTED : 0));
	if (regular)
		msg_put_string(msg, IFLA_INFO_KIND, "carp");
	else if (one_in(rng, 2))
		msg_put(msg, IFLA_INFO_KIND, "carpcarpcarp",
			rng_below(rng, 12));
	*data = msg_nest(msg, IFLA_INFO_DATA |
			 (one_in(rng, 2) ? NLA_F_NESTED : 0));
	attributes_put(rng, msg);
	msg_nest_end(msg, *data);
	if (!regular && one_in(rng, 2))
		put_junk(rng, msg, rng_below(rng, 8));
	if (!regular && one_in(rng, 3))
		attributes_put(rng, msg);
	msg_nest_end(msg, info);
	return regular;
}

/* What carp checks before the core sets it, after carp has done its part. */
static void put_checked(struct rng *rng, const struct world *world,
			struct msg *msg)
{
	u8 mac[8];

	switch (rng_below(rng, 3)) {
	case 0:
		msg_put_u32(msg, IFLA_MTU, odd_u32(rng));
		break;
	case 1:
		msg_put_u32(msg, IFLA_LINK, some_link(rng, world));
		break;
	default:
		rng_bytes(rng, mac, sizeof(mac));
		if (one_in(rng, 4))
			memset(mac, 0, sizeof(mac));
		msg_put(msg, IFLA_ADDRESS, mac, one_in(rng, 4) ?
			rng_below(rng, 9) : 6);
	}
}

/* Change one carp device and nothing else: that can be foretold. */
static void make_change(struct rng *rng, const struct world *world,
			struct request *request)
{
	const struct link *target = some_carp(rng, world);
	struct ifinfomsg ifi = {};
	u32 data, end;
	bool regular;

	ifi.ifi_index = target ? target->ifindex : 1;
	msg_start(&request->msg, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	regular = put_linkinfo(rng, &request->msg, &data);
	if (!target || !regular)
		return;
	request->target = target;
	end = data + ((struct nlattr *)(request->msg.data + data))->nla_len;
	request->foretold = attributes_foretell(request->msg.data + data +
						NLA_HDRLEN,
						end - data - NLA_HDRLEN,
						target, &request->after);
	if (one_in(rng, 4)) {
		put_checked(rng, world, &request->msg);
		request->core = true;
		if (request->foretold == ACCEPTED)
			request->foretold = DEPENDS;
	}
}

static void make_create(struct rng *rng, const struct world *world,
			struct request *request)
{
	struct msg *msg = &request->msg;
	struct ifinfomsg ifi = {};
	u32 data;
	char name[16];

	msg_start(msg, RTM_NEWLINK, NLM_F_CREATE |
		  (one_in(rng, 2) ? NLM_F_EXCL : 0), &ifi, sizeof(ifi));
	snprintf(name, sizeof(name), "carp%u", (u32)rng_below(rng, 12));
	if (!one_in(rng, 6))
		msg_put_string(msg, IFLA_IFNAME, name);
	if (!one_in(rng, 8))
		msg_put_u32(msg, IFLA_LINK, one_in(rng, 6) ?
			    some_link(rng, world) :
			    world->lower[rng_below(rng, world->lowers)]);
	while (one_in(rng, 4))
		put_core(rng, world, msg);
	put_linkinfo(rng, msg, &data);
}

static void make_link(struct rng *rng, const struct world *world,
		      struct request *request)
{
	static const u16 types[] = {
		RTM_NEWLINK, RTM_NEWLINK, RTM_SETLINK, RTM_GETLINK, RTM_DELLINK,
	};
	struct msg *msg = &request->msg;
	struct ifinfomsg ifi = {};
	u32 data;

	ifi.ifi_index = some_link(rng, world);
	if (one_in(rng, 2)) {
		ifi.ifi_flags = rng_next(rng);
		ifi.ifi_change = one_in(rng, 2) ? IFF_UP : rng_next(rng);
	}
	if (one_in(rng, 8))
		ifi.ifi_family = rng_next(rng);
	msg_start(msg, types[rng_below(rng, one_in(rng, 6) ? 5 : 4)],
		  one_in(rng, 3) ? rng_next(rng) & 0xf00 : 0, &ifi,
		  sizeof(ifi));
	while (one_in(rng, 2))
		put_core(rng, world, msg);
	if (one_in(rng, 3))
		put_linkinfo(rng, msg, &data);
}

static void some_address(struct rng *rng, bool v6, u8 *addr)
{
	memset(addr, 0, 16);
	if (one_in(rng, 6)) {
		rng_bytes(rng, addr, 16);
	} else if (v6) {
		memcpy(addr, one_in(rng, 4) ? "\xfe\x80\0\0" :
		       "\x20\x01\x0d\xb8", 4);
		addr[15] = rng_between(rng, 1, 8);
	} else {
		memcpy(addr, "\xc0\x00\x02", 3);
		addr[3] = rng_between(rng, 100, 108);
	}
}

static void make_addr(struct rng *rng, const struct world *world,
		      struct request *request)
{
	static const u16 types[] = { RTM_NEWADDR, RTM_NEWADDR, RTM_DELADDR,
				     RTM_GETADDR };
	bool v6 = one_in(rng, 2);
	struct ifaddrmsg ifa = {
		.ifa_family = v6 ? AF_INET6 : AF_INET,
		.ifa_prefixlen = one_in(rng, 3) ? rng_next(rng) :
						  v6 ? 64 : 24,
		.ifa_flags = one_in(rng, 3) ? rng_next(rng) : 0,
		.ifa_scope = one_in(rng, 4) ? rng_next(rng) : 0,
		.ifa_index = some_link(rng, world),
	};
	struct msg *msg = &request->msg;
	u8 addr[16];

	if (one_in(rng, 20))
		ifa.ifa_family = rng_next(rng);
	msg_start(msg, types[rng_below(rng, 4)], one_in(rng, 2) ?
		  NLM_F_CREATE : rng_next(rng) & 0xf00, &ifa, sizeof(ifa));
	some_address(rng, v6, addr);
	if (!one_in(rng, 10))
		msg_put(msg, one_in(rng, 6) ? IFA_ADDRESS : IFA_LOCAL, addr,
			one_in(rng, 12) ? rng_below(rng, 17) : v6 ? 16 : 4);
	while (one_in(rng, 3))
		one_in(rng, 2) ? put_junk(rng, msg, rng_below(rng, 16)) :
			msg_put_u32(msg, rng_between(rng, 1, 12), odd_u32(rng));
}

static void make_route(struct rng *rng, const struct world *world,
		       struct request *request)
{
	bool v6 = one_in(rng, 2);
	struct rtmsg rtm = {
		.rtm_family = v6 ? AF_INET6 : AF_INET,
		.rtm_dst_len = v6 ? 64 : 24,
		.rtm_table = one_in(rng, 6) ? rng_next(rng) : RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_scope = one_in(rng, 3) ? rng_next(rng) : 0,
		.rtm_type = one_in(rng, 3) ? rng_below(rng, 13) : RTN_UNICAST,
	};
	struct msg *msg = &request->msg;
	u8 addr[16];

	if (one_in(rng, 3))
		rtm.rtm_dst_len = rng_next(rng);
	msg_start(msg, one_in(rng, 3) ? RTM_DELROUTE : RTM_NEWROUTE,
		  NLM_F_CREATE, &rtm, sizeof(rtm));
	some_address(rng, v6, addr);
	if (rtm.rtm_dst_len != 64)
		addr[3] = 0;
	msg_put(msg, RTA_DST, addr, v6 ? 16 : 4);
	msg_put_u32(msg, RTA_OIF, some_link(rng, world));
	some_address(rng, v6, addr);
	if (one_in(rng, 3))
		msg_put(msg, one_in(rng, 2) ? RTA_GATEWAY : RTA_PREFSRC, addr,
			v6 ? 16 : 4);
	while (one_in(rng, 3))
		one_in(rng, 2) ? put_junk(rng, msg, rng_below(rng, 32)) :
			msg_put_u32(msg, RTA_PRIORITY, odd_u32(rng));
}

static void make_neigh(struct rng *rng, const struct world *world,
		       struct request *request)
{
	bool v6 = one_in(rng, 2);
	struct ndmsg ndm = {
		.ndm_family = v6 ? AF_INET6 : AF_INET,
		.ndm_ifindex = some_link(rng, world),
		.ndm_state = one_in(rng, 3) ? rng_next(rng) : NUD_PERMANENT,
		.ndm_flags = one_in(rng, 3) ? rng_next(rng) : 0,
	};
	struct msg *msg = &request->msg;
	u8 addr[16];

	msg_start(msg, one_in(rng, 3) ? RTM_DELNEIGH : RTM_NEWNEIGH,
		  NLM_F_CREATE, &ndm, sizeof(ndm));
	some_address(rng, v6, addr);
	msg_put(msg, NDA_DST, addr, v6 ? 16 : 4);
	rng_bytes(rng, addr, 6);
	msg_put(msg, NDA_LLADDR, addr, 6);
	while (one_in(rng, 3))
		put_junk(rng, msg, rng_below(rng, 20));
}

/* Lengths that lie, bytes that were something else. */
static void mangle(struct rng *rng, struct request *request)
{
	struct msg *msg = &request->msg;
	u32 at;

	request->foretold = UNKNOWN;
	switch (rng_below(rng, 3)) {
	case 0:
		msg->len = rng_between(rng, NLMSG_HDRLEN, msg->len);
		msg_head(msg)->nlmsg_len = msg->len;
		break;
	case 1:
		at = rng_between(rng, NLMSG_HDRLEN, msg->len - 1);
		msg->data[at] ^= 1 << rng_below(rng, 8);
		break;
	default:
		at = rng_between(rng, NLMSG_HDRLEN, msg->len - 1);
		msg->data[at] = rng_next(rng);
	}
}

void request_make(struct rng *rng, const struct world *world,
		  struct request *request)
{
	static void (*const makers[])(struct rng *rng,
				      const struct world *world,
				      struct request *request) = {
		make_change, make_change, make_change, make_change,
		make_create, make_create, make_link, make_link, make_addr,
		make_addr, make_route, make_neigh,
	};

	request->foretold = UNKNOWN;
	request->target = NULL;
	request->core = false;
	makers[rng_below(rng, ARRAY_SIZE(makers))](rng, world, request);
	if (one_in(rng, 8))
		mangle(rng, request);
}
