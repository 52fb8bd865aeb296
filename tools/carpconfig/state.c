// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel has now: all carp interfaces and all addresses */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_link.h>

#include "state.h"

/* Growth by doubling, so that a thousand interfaces cost ten copies. */
static void *grow(void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	return reallocarray(array, n ? 2 * n : 1, size);
}

static void forget_links(void *data)
{
	struct state *state = data;

	state->n_links = 0;
}

static void forget_addrs(void *data)
{
	struct state *state = data;

	state->n_addrs = 0;
}

static int take_link(const struct nlmsghdr *nlh, void *data)
{
	struct state *state = data;
	struct link *links;
	struct link link;

	if (nlh->nlmsg_type != RTM_NEWLINK || !link_decode(nlh, &link))
		return MNL_CB_OK;
	for (size_t i = 0; i < state->n_links; i++)
		if (state->links[i].ifindex == link.ifindex) {
			state->links[i] = link;
			return MNL_CB_OK;
		}
	links = grow(state->links, state->n_links, sizeof(link));
	if (!links)
		return MNL_CB_ERROR;
	state->links = links;
	state->links[state->n_links++] = link;
	return MNL_CB_OK;
}

static bool same_addr(const struct link_addr *a, const struct link_addr *b)
{
	return a->ifindex == b->ifindex && a->family == b->family &&
	       a->prefixlen == b->prefixlen &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static int take_addr(const struct nlmsghdr *nlh, void *data)
{
	struct state *state = data;
	struct link_addr *addrs;
	struct link_addr addr;

	if (!addr_decode(nlh, &addr))
		return MNL_CB_OK;
	for (size_t i = 0; i < state->n_addrs; i++)
		if (same_addr(&state->addrs[i], &addr))
			return MNL_CB_OK;
	addrs = grow(state->addrs, state->n_addrs, sizeof(addr));
	if (!addrs)
		return MNL_CB_ERROR;
	state->addrs = addrs;
	state->addrs[state->n_addrs++] = addr;
	return MNL_CB_OK;
}

/**
 * state_links - read all carp interfaces
 * @nl: the socket
 * @state: where they go
 *
 * Return: 0 or a negative errno.
 */
int state_links(struct nl *nl, struct state *state)
{
	char buf[MNL_NLMSG_HDRLEN + 256];
	struct nlmsghdr *nlh;
	struct nlattr *info;

	nlh = nl_link_message(buf, RTM_GETLINK, 0, 0);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "carp");
	mnl_attr_nest_end(nlh, info);
	return nl_dump(nl, nlh, forget_links, take_link, state);
}

struct one_link {
	struct state *state;
	bool *is_carp;
};

static int take_one_link(const struct nlmsghdr *nlh, void *data)
{
	struct one_link *one = data;

	*one->is_carp = link_is_carp(nlh);
	return take_link(nlh, one->state);
}

static int ask_one_link(struct nl *nl, struct nlmsghdr *nlh,
			struct state *state, bool *is_carp)
{
	struct one_link one = { state, is_carp };

	*is_carp = false;
	return nl_talk(nl, nlh, take_one_link, &one);
}

/**
 * state_link - read one interface
 * @nl: the socket
 * @ifname: its name
 * @state: where it goes, if it is a carp interface
 * @is_carp: whether it is one
 *
 * Return: 0, or a negative errno; -ENODEV if there is no such interface.
 */
int state_link(struct nl *nl, const char *ifname, struct state *state,
	       bool *is_carp)
{
	char buf[MNL_NLMSG_HDRLEN + 256];
	struct nlmsghdr *nlh;

	nlh = nl_link_message(buf, RTM_GETLINK, 0, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, ifname);
	return ask_one_link(nl, nlh, state, is_carp);
}

/**
 * state_link_again - read one interface, whatever its name is by now
 * @nl: the socket
 * @ifindex: its index
 * @state: where it goes, if it is a carp interface
 * @is_carp: whether it is one
 *
 * Return: 0, or a negative errno; -ENODEV if there is no such interface.
 */
int state_link_again(struct nl *nl, int ifindex, struct state *state,
		     bool *is_carp)
{
	char buf[MNL_NLMSG_HDRLEN + 256];

	return ask_one_link(nl, nl_link_message(buf, RTM_GETLINK, 0, ifindex),
			    state, is_carp);
}

static int take_mtu(const struct nlmsghdr *nlh, void *data)
{
	uint32_t *mtu = data;

	*mtu = link_mtu(nlh);
	return MNL_CB_OK;
}

/**
 * state_mtu - read the MTU of any interface
 * @nl: the socket
 * @ifindex: the interface
 * @mtu: where it goes
 *
 * Return: 0 or a negative errno.
 */
int state_mtu(struct nl *nl, int ifindex, uint32_t *mtu)
{
	char buf[MNL_NLMSG_HDRLEN + 256];

	return nl_talk(nl, nl_link_message(buf, RTM_GETLINK, 0, ifindex),
		       take_mtu, mtu);
}

/**
 * state_addrs - read the addresses of all interfaces
 * @nl: the socket
 * @state: where they go
 *
 * Return: 0 or a negative errno.
 */
int state_addrs(struct nl *nl, struct state *state)
{
	char buf[MNL_NLMSG_HDRLEN + 256];
	struct nlmsghdr *nlh;

	nlh = nl_addr_message(buf, RTM_GETADDR, 0);
	return nl_dump(nl, nlh, forget_addrs, take_addr, state);
}

/**
 * state_free - give the memory back
 * @state: the dump
 */
void state_free(struct state *state)
{
	free(state->links);
	free(state->addrs);
	memset(state, 0, sizeof(*state));
}
