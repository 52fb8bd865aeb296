// SPDX-License-Identifier: GPL-2.0-only
/* A carp link and its addresses, to and from netlink messages; no I/O
 *
 * Every length is checked: a kernel newer than this program may send what it
 * does not expect, and then shows less rather than nonsense.
 */

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "attr.h"
#include "link.h"
#include "nodes.h"
#include "track.h"

#define CARP_KIND	"carp"

static bool copy_payload(const struct nlattr *attr, void *to, size_t size)
{
	if (!attr || mnl_attr_get_payload_len(attr) != size)
		return false;
	memcpy(to, mnl_attr_get_payload(attr), size);
	return true;
}

static bool has_kind(const struct nlattr *linkinfo)
{
	const struct nlattr *tb[IFLA_INFO_MAX + 1];
	const struct nlattr *kind;

	attr_nest(linkinfo, tb, IFLA_INFO_MAX);
	kind = tb[IFLA_INFO_KIND];
	return kind && !mnl_attr_validate(kind, MNL_TYPE_NUL_STRING) &&
	       !strcmp(mnl_attr_get_str(kind), CARP_KIND);
}

static void decode_history(const struct nlattr *nest, struct link *link)
{
	const struct nlattr *tb[CARP_TRANSITION_MAX + 1];
	const struct nlattr *attr;
	struct transition *t;

	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) != CARP_HISTORY_TRANSITION ||
		    link->n_history == CARP_HISTORY_MAX)
			continue;
		attr_nest(attr, tb, CARP_TRANSITION_MAX);
		t = &link->history[link->n_history++];
		t->serial = attr_u32(tb[CARP_TRANSITION_SERIAL]);
		t->from = attr_u32(tb[CARP_TRANSITION_FROM]);
		t->to = attr_u32(tb[CARP_TRANSITION_TO]);
		t->reason = attr_u32(tb[CARP_TRANSITION_REASON]);
		t->time = attr_u64(tb[CARP_TRANSITION_TIME]);
		t->vhid = attr_u8(tb[CARP_TRANSITION_VHID]);
	}
}

static void decode_data(const struct nlattr *nest, struct link *link)
{
	const struct nlattr *tb[IFLA_CARP_MAX + 1];

	attr_nest(nest, tb, IFLA_CARP_MAX);
	link->vhid = attr_u8(tb[IFLA_CARP_VHID]);
	link->advbase = attr_u8(tb[IFLA_CARP_ADVBASE]);
	link->advskew = attr_u8(tb[IFLA_CARP_ADVSKEW]);
	link->key_set = attr_u8(tb[IFLA_CARP_KEY_SET]);
	copy_payload(tb[IFLA_CARP_PEER], link->peer, sizeof(link->peer));
	copy_payload(tb[IFLA_CARP_PEER6], link->peer6, sizeof(link->peer6));
	link->cksum6 = attr_u32(tb[IFLA_CARP_CKSUM6]);
	link->form = attr_u32(tb[IFLA_CARP_FORM]);
	link->state = attr_u32(tb[IFLA_CARP_STATE]);
	link->reason = attr_u32(tb[IFLA_CARP_REASON]);
	link->serial = attr_u32(tb[IFLA_CARP_SERIAL]);
	link->demotion = attr_u32(tb[IFLA_CARP_DEMOTION]);
	link->demoted = attr_u32(tb[IFLA_CARP_DEMOTED]);
	link->demotestyle = attr_u32(tb[IFLA_CARP_DEMOTESTYLE]);
	link->syncgroup = attr_u8(tb[IFLA_CARP_SYNCGROUP]);
	link->announce = attr_u32(tb[IFLA_CARP_ANNOUNCE]);
	track_decode(tb[IFLA_CARP_TRACK], link);
	link->balancing = attr_u32(tb[IFLA_CARP_BALANCING]);
	link->hash = attr_u32(tb[IFLA_CARP_HASH]);
	nodes_decode(tb[IFLA_CARP_NODES], link);
	decode_history(tb[IFLA_CARP_HISTORY], link);
}

static void decode_stats(const struct nlattr *nest, struct link *link)
{
	const struct nlattr *tb[CARP_STAT_MAX + 1];

	attr_nest(nest, tb, CARP_STAT_MAX);
	for (unsigned int i = CARP_STAT_PAD + 1; i <= CARP_STAT_MAX; i++) {
		link->has_stat[i] = tb[i];
		link->stats[i] = attr_u64(tb[i]);
	}
}

static void decode_lladdr(const struct nlattr *attr, struct link *link)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len > sizeof(link->lladdr))
		len = 0;
	link->lladdr_len = len;
	if (len)
		memcpy(link->lladdr, mnl_attr_get_payload(attr), len);
}

/* Messages of a bridge about its ports are RTM_NEWLINK too. */
static const struct ifinfomsg *link_header(const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi) ||
	    ifi->ifi_family != AF_UNSPEC)
		return NULL;
	return ifi;
}

static void take_link(const struct nlmsghdr *nlh, const struct nlattr **tb)
{
	attr_message(nlh, sizeof(struct ifinfomsg), tb, IFLA_MAX);
}

/**
 * link_is_carp - tell whether a message is about a carp interface
 * @nlh: RTM_NEWLINK or RTM_DELLINK
 *
 * Return: true if it is.
 */
bool link_is_carp(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[IFLA_MAX + 1];

	if (!link_header(nlh))
		return false;
	take_link(nlh, tb);
	return has_kind(tb[IFLA_LINKINFO]);
}

/**
 * link_mtu - the MTU of an interface of any kind
 * @nlh: RTM_NEWLINK
 *
 * Return: the MTU, or 0.
 */
uint32_t link_mtu(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[IFLA_MAX + 1];

	if (!link_header(nlh))
		return 0;
	take_link(nlh, tb);
	return attr_u32(tb[IFLA_MTU]);
}

/**
 * link_decode - read a message about a carp interface
 * @nlh: RTM_NEWLINK or RTM_DELLINK
 * @link: where it goes
 *
 * Return: false if it is about something else; @link is then of no use.
 */
bool link_decode(const struct nlmsghdr *nlh, struct link *link)
{
	const struct ifinfomsg *ifi = link_header(nlh);
	const struct nlattr *info[IFLA_INFO_MAX + 1];
	const struct nlattr *tb[IFLA_MAX + 1];

	memset(link, 0, sizeof(*link));
	if (!ifi)
		return false;
	take_link(nlh, tb);
	if (!has_kind(tb[IFLA_LINKINFO]))
		return false;
	link->ifindex = ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	attr_name(tb[IFLA_IFNAME], link->ifname);
	decode_lladdr(tb[IFLA_ADDRESS], link);
	link->mtu = attr_u32(tb[IFLA_MTU]);
	link->carpdev = attr_u32(tb[IFLA_LINK]);
	link->group = attr_u32(tb[IFLA_GROUP]);
	link->carpdev_elsewhere = tb[IFLA_LINK_NETNSID];
	attr_nest(tb[IFLA_LINKINFO], info, IFLA_INFO_MAX);
	decode_data(info[IFLA_INFO_DATA], link);
	decode_stats(info[IFLA_INFO_XSTATS], link);
	return true;
}

/**
 * link_has_peer - tell whether advertisements go to one member only
 * @link: the interface
 * @family: AF_INET or AF_INET6
 *
 * Return: true if there is a peer; false if they are multicast.
 */
bool link_has_peer(const struct link *link, int family)
{
	static const uint8_t none[16];

	if (family == AF_INET)
		return memcmp(link->peer, none, sizeof(link->peer));
	return memcmp(link->peer6, none, sizeof(link->peer6));
}

static void encode_data(struct nlmsghdr *nlh, const struct request *req)
{
	if (req->given & GIVEN_VHID)
		mnl_attr_put_u8(nlh, IFLA_CARP_VHID, req->vhid);
	if (req->given & GIVEN_ADVBASE)
		mnl_attr_put_u8(nlh, IFLA_CARP_ADVBASE, req->advbase);
	if (req->given & GIVEN_ADVSKEW)
		mnl_attr_put_u8(nlh, IFLA_CARP_ADVSKEW, req->advskew);
	if (req->given & GIVEN_KEY)
		mnl_attr_put(nlh, IFLA_CARP_KEY, req->key.len, req->key.data);
	if (req->given & GIVEN_STATE)
		mnl_attr_put_u32(nlh, IFLA_CARP_STATE, req->state);
	if (req->given & GIVEN_PEER)
		mnl_attr_put(nlh, IFLA_CARP_PEER, sizeof(req->peer),
			     req->peer);
	if (req->given & GIVEN_PEER6)
		mnl_attr_put(nlh, IFLA_CARP_PEER6, sizeof(req->peer6),
			     req->peer6);
	if (req->given & GIVEN_CKSUM6)
		mnl_attr_put_u32(nlh, IFLA_CARP_CKSUM6, req->cksum6);
	if (req->given & GIVEN_FORM)
		mnl_attr_put_u32(nlh, IFLA_CARP_FORM, req->form);
	if (req->given & GIVEN_DEMOTE)
		mnl_attr_put_u32(nlh, IFLA_CARP_DEMOTE, req->demote);
	if (req->given & GIVEN_DEMOTESTYLE)
		mnl_attr_put_u32(nlh, IFLA_CARP_DEMOTESTYLE, req->demotestyle);
	if (req->given & GIVEN_SYNCGROUP)
		mnl_attr_put_u8(nlh, IFLA_CARP_SYNCGROUP, req->syncgroup);
	if (req->given & GIVEN_ANNOUNCE)
		mnl_attr_put_u32(nlh, IFLA_CARP_ANNOUNCE, req->announce);
	if (req->given & GIVEN_TRACK)
		track_encode(nlh, req);
	if (req->given & GIVEN_BALANCING)
		mnl_attr_put_u32(nlh, IFLA_CARP_BALANCING, req->balancing);
	if (req->given & GIVEN_HASH)
		mnl_attr_put_u32(nlh, IFLA_CARP_HASH, req->hash);
	if (req->given & GIVEN_NODES)
		nodes_encode(nlh, req);
}

/**
 * link_encode - put all that was said about a link into one request
 * @nlh: the RTM_NEWLINK begun; has the index, or is to create
 * @req: what was said
 * @carpdev: index of the parent, 0 to leave it
 *
 * One request, so that the kernel takes all of it or nothing.
 */
void link_encode(struct nlmsghdr *nlh, const struct request *req, int carpdev)
{
	struct nlattr *info;
	struct nlattr *data;

	if (req->verb == REQUEST_CREATE)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, req->ifname);
	if (carpdev)
		mnl_attr_put_u32(nlh, IFLA_LINK, carpdev);
	if (req->given & GIVEN_MTU)
		mnl_attr_put_u32(nlh, IFLA_MTU, req->mtu);
	if (req->given & GIVEN_LLADDR)
		mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(req->lladdr),
			     req->lladdr);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, CARP_KIND);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	encode_data(nlh, req);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

static size_t addr_size(int family)
{
	return family == AF_INET ? 4 : 16;
}

/**
 * addr_decode - read a message about an address
 * @nlh: RTM_NEWADDR
 * @addr: where it goes
 *
 * Return: false if it is neither IPv4 nor IPv6, or malformed.
 */
bool addr_decode(const struct nlmsghdr *nlh, struct link_addr *addr)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFA_MAX + 1];
	size_t size;

	memset(addr, 0, sizeof(*addr));
	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa))
		return false;
	if (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6)
		return false;
	attr_message(nlh, sizeof(*ifa), tb, IFA_MAX);
	addr->ifindex = ifa->ifa_index;
	addr->family = ifa->ifa_family;
	addr->prefixlen = ifa->ifa_prefixlen;
	size = addr_size(addr->family);
	addr->has_broadcast = copy_payload(tb[IFA_BROADCAST], addr->broadcast,
					   sizeof(addr->broadcast));
	/* With a peer, IFA_ADDRESS is the peer's. */
	return copy_payload(tb[IFA_LOCAL], addr->addr, size) ||
	       copy_payload(tb[IFA_ADDRESS], addr->addr, size);
}

/**
 * addr_encode - fill a request to add or remove an address
 * @nlh: the message begun with nl_addr_message()
 * @ifindex: the interface
 * @a: the address
 */
void addr_encode(struct nlmsghdr *nlh, int ifindex,
		 const struct request_addr *a)
{
	struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	size_t size = addr_size(a->family);

	ifa->ifa_family = a->family;
	ifa->ifa_prefixlen = a->prefixlen;
	ifa->ifa_index = ifindex;
	mnl_attr_put(nlh, IFA_LOCAL, size, a->addr);
	mnl_attr_put(nlh, IFA_ADDRESS, size, a->addr);
	if (a->has_broadcast && !a->remove)
		mnl_attr_put(nlh, IFA_BROADCAST, sizeof(a->broadcast),
			     a->broadcast);
}

static const char *link_word(unsigned int type)
{
	switch (type) {
	case IFLA_IFNAME:
		return "interface name";
	case IFLA_LINK:
		return "carpdev";
	case IFLA_MTU:
		return "mtu";
	case IFLA_ADDRESS:
		return "lladdr";
	}
	return NULL;
}

static const char *data_word(unsigned int type)
{
	switch (type) {
	case IFLA_CARP_VHID:
		return "vhid";
	case IFLA_CARP_ADVBASE:
		return "advbase";
	case IFLA_CARP_ADVSKEW:
		return "advskew";
	case IFLA_CARP_KEY:
		return "pass";
	case IFLA_CARP_STATE:
		return "state";
	case IFLA_CARP_PEER:
		return "carppeer";
	case IFLA_CARP_PEER6:
		return "carppeer6";
	case IFLA_CARP_CKSUM6:
		return "cksum6";
	case IFLA_CARP_FORM:
		return "form";
	case IFLA_CARP_DEMOTESTYLE:
		return "demotestyle";
	case IFLA_CARP_SYNCGROUP:
		return "syncgroup";
	case IFLA_CARP_ANNOUNCE:
		return "announce";
	case IFLA_CARP_TRACK:
		return "track";
	case IFLA_CARP_BALANCING:
		return "balancing";
	case IFLA_CARP_HASH:
		return "hash";
	case IFLA_CARP_NODES:
		return "carpnodes";
	}
	return NULL;
}

static const char *data_attr_name(const struct nlattr *data, const char *at)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		if (attr_has(attr, at))
			return data_word(mnl_attr_get_type(attr));
	}
	return NULL;
}

/**
 * link_attr_name - the word for the attribute the kernel complains about
 * @nlh: the request that was sent
 * @offset: NLMSGERR_ATTR_OFFS, from the start of the message
 *
 * A refusal by policy says only "integer out of range"; this says of what.
 *
 * Return: the word of the command line, or NULL.
 */
const char *link_attr_name(const struct nlmsghdr *nlh, uint32_t offset)
{
	const char *at = (const char *)nlh + offset;
	const struct nlattr *data;
	const struct nlattr *info;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return NULL;
	mnl_attr_for_each(info, nlh, sizeof(struct ifinfomsg)) {
		if ((const char *)info == at)
			return link_word(mnl_attr_get_type(info));
		if (mnl_attr_get_type(info) != IFLA_LINKINFO)
			continue;
		mnl_attr_for_each_nested(data, info) {
			if (mnl_attr_get_type(data) == IFLA_INFO_DATA)
				return data_attr_name(data, at);
		}
	}
	return NULL;
}
