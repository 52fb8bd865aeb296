// SPDX-License-Identifier: GPL-2.0-only
/* CARP: links whose state demotes a device
 *
 * A tracked link is known by its name and, while it is there, by its device.
 * One that was deleted or has left the namespace counts as down until a link of
 * that name comes. Nothing is kept alive by being tracked.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include "known.h"
#include "linkgroup.h"
#include "track.h"

/**
 * struct carp_track - one link, or the links of one group
 * @list: in carp_dev.tracks
 * @dev: the link while it is there; written under RTNL, read under RCU
 * @name: of the link, RTNL
 * @group: the group, or NULL where it is one link
 * @weight: demotion per link that is down
 * @rcu: frees it
 */
struct carp_track {
	struct list_head list;
	struct net_device __rcu *dev;
	char name[IFNAMSIZ];
	struct carp_linkgroup *group;
	u32 weight;
	struct rcu_head rcu;
};

static const struct nla_policy carp_track_policy[CARP_TRACK_MAX + 1] = {
	[CARP_TRACK_NAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[CARP_TRACK_GROUP] = { .type = NLA_U32 },
	[CARP_TRACK_WEIGHT] = NLA_POLICY_MAX(NLA_U32, CARP_TRACK_WEIGHT_MAX),
	[CARP_TRACK_DOWN] = { .type = NLA_REJECT },
};

static bool carp_track_same(const struct carp_track *a,
			    const struct carp_track *b)
{
	if (a->group || b->group)
		return a->group == b->group;
	return !strcmp(a->name, b->name);
}

static struct carp_track *carp_track_find(struct list_head *tracks,
					  const struct carp_track *wanted)
{
	struct carp_track *track;

	list_for_each_entry(track, tracks, list) {
		if (carp_track_same(track, wanted))
			return track;
	}
	return NULL;
}

static void carp_track_forget(struct carp_track *track)
{
	carp_linkgroup_put(track->group);
	kfree_rcu(track, rcu);
}

/* The link named must be there, or a slip of the pen would demote; unless it is
 * tracked already and has gone, for a configuration can be applied again.
 */
static int carp_track_find_link(struct carp_dev *carp, struct carp_track *track,
				const struct nlattr *attr,
				struct netlink_ext_ack *extack)
{
	struct net_device *dev = carp->dev;
	struct net_device *link;

	/* Known by what it is called first, whatever its other names. But one
	 * that has gone may have had a name that is one of another link's now.
	 */
	link = __dev_get_by_name(dev_net(dev), track->name);
	if (link && (track->weight || !carp_track_find(&carp->tracks, track)))
		strscpy(track->name, link->name, IFNAMSIZ);
	if (!track->weight)
		return 0;
	if (link == dev || !strcmp(track->name, dev->name)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: a device cannot track itself");
		return -EINVAL;
	}
	if (!link && carp_track_find(&carp->tracks, track))
		return 0;
	if (!link) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: no such link to track");
		return -ENODEV;
	}
	if (netdev_has_upper_dev(dev, link)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: a device cannot track what is on top of it");
		return -EINVAL;
	}
	RCU_INIT_POINTER(track->dev, link);
	return 0;
}

static int carp_track_parse(struct carp_dev *carp, struct carp_track *track,
			    const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct carp_net *cn = carp_pernet(dev_net(carp->dev));
	struct nlattr *tb[CARP_TRACK_MAX + 1];
	u32 number;
	int err;

	if (nla_type(attr) != CARP_TRACK_LINK) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: only links can be tracked");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, CARP_TRACK_MAX, attr, carp_track_policy,
			       extack);
	if (err)
		return err;
	if (!tb[CARP_TRACK_NAME] == !tb[CARP_TRACK_GROUP]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "carp: track either a link or a group");
		return -EINVAL;
	}

	track->weight = CARP_TRACK_WEIGHT_DEFAULT;
	if (tb[CARP_TRACK_WEIGHT])
		track->weight = nla_get_u32(tb[CARP_TRACK_WEIGHT]);
	if (tb[CARP_TRACK_GROUP]) {
		number = nla_get_u32(tb[CARP_TRACK_GROUP]);
		track->group = carp_linkgroup_get(cn, number);
		return track->group ? 0 : -ENOMEM;
	}
	strscpy(track->name, nla_data(tb[CARP_TRACK_NAME]), IFNAMSIZ);
	return carp_track_find_link(carp, track, attr, extack);
}

/* When all of @tracks that are before this one will have been done. */
static bool carp_track_is_known(struct carp_dev *carp, struct list_head *tracks,
				const struct carp_track *wanted)
{
	const struct carp_track *track = wanted;

	list_for_each_entry_continue_reverse(track, tracks, list) {
		if (carp_track_same(track, wanted))
			return track->weight;
	}
	return carp_track_find(&carp->tracks, wanted);
}

/**
 * carp_track_prepare - check a request, without any effect
 * @carp: the device, which need not be registered yet
 * @nest: IFLA_CARP_TRACK
 * @tracks: what was asked for is added here, also if the rest is refused
 * @extack: told what went wrong
 *
 * Context: RTNL. Return: 0 or a negative errno.
 */
int carp_track_prepare(struct carp_dev *carp, const struct nlattr *nest,
		       struct list_head *tracks, struct netlink_ext_ack *extack)
{
	unsigned int n_tracks = carp->n_tracks;
	struct carp_track *track;
	struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, nest, rem) {
		track = kzalloc(sizeof(*track), GFP_KERNEL_ACCOUNT);
		if (!track)
			return -ENOMEM;
		list_add_tail(&track->list, tracks);
		err = carp_track_parse(carp, track, attr, extack);
		if (err)
			return err;
	}

	list_for_each_entry(track, tracks, list) {
		n_tracks -= carp_track_is_known(carp, tracks, track);
		n_tracks += !!track->weight;
	}
	if (n_tracks <= CARP_TRACK_LIST_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nest,
			    "carp: a device can track 32 links and groups");
	return -ENOSPC;
}

static void carp_track_apply(struct carp_dev *carp, struct carp_track *track)
{
	struct carp_track *old = carp_track_find(&carp->tracks, track);

	if (old && track->weight) {
		WRITE_ONCE(old->weight, track->weight);
		rcu_assign_pointer(old->dev, rtnl_dereference(track->dev));
		carp_track_forget(track);
		return;
	}
	if (old) {
		list_del_rcu(&old->list);
		carp_track_forget(old);
		carp->n_tracks--;
	}
	if (track->weight) {
		list_add_tail_rcu(&track->list, &carp->tracks);
		carp->n_tracks++;
	} else {
		carp_track_forget(track);
	}
}

/**
 * carp_track_commit - put a request into effect
 * @carp: the device
 * @tracks: from carp_track_prepare(); empty afterwards
 *
 * Context: RTNL.
 */
void carp_track_commit(struct carp_dev *carp, struct list_head *tracks)
{
	struct carp_track *track, *next;

	ASSERT_RTNL();

	list_for_each_entry_safe(track, next, tracks, list) {
		list_del(&track->list);
		carp_track_apply(carp, track);
	}
}

/**
 * carp_track_discard - forget a request
 * @tracks: from carp_track_prepare()
 *
 * Context: RTNL.
 */
void carp_track_discard(struct list_head *tracks)
{
	struct carp_track *track, *next;

	list_for_each_entry_safe(track, next, tracks, list) {
		list_del(&track->list);
		carp_track_forget(track);
	}
}

/**
 * carp_track_free - track nothing any more
 * @carp: the device, which is going away
 *
 * Context: RTNL.
 */
void carp_track_free(struct carp_dev *carp)
{
	struct carp_track *track, *next;

	ASSERT_RTNL();

	list_for_each_entry_safe(track, next, &carp->tracks, list) {
		list_del_rcu(&track->list);
		carp_track_forget(track);
	}
	carp->n_tracks = 0;
}

/* The link's own word: linkwatch may be a second late. */
static bool carp_track_is_down(const struct net_device *link)
{
	return !link || !netif_running(link) || !netif_carrier_ok(link);
}

/* A carp device in a tracked group does not count, or the group of a syncgroup
 * could not be tracked.
 */
static unsigned int carp_track_look(const struct carp_net *cn, u32 group)
{
	const struct net_device *link;
	unsigned int down = 0;

	for_each_netdev_rcu(cn->net, link) {
		if (link->group == group && !netif_is_carp(link))
			down += carp_track_is_down(link);
	}
	return down;
}

static unsigned int carp_track_group_down(const struct carp_net *cn,
					  struct carp_linkgroup *group)
{
	unsigned int down;

	spin_lock_bh(&group->down_lock);
	if (!carp_known_is(&group->down_known, cn, ktime_get_ns())) {
		group->down = carp_track_look(cn, group->number);
		carp_known_now(&group->down_known);
	}
	down = group->down;
	spin_unlock_bh(&group->down_lock);
	return down;
}

/* How many are down. */
static unsigned int carp_track_down(const struct carp_dev *carp,
				    const struct carp_track *track)
{
	if (track->group)
		return carp_track_group_down(carp->cn, track->group);
	return carp_track_is_down(rcu_dereference(track->dev));
}

/**
 * carp_track_demotion - by how much tracked links demote a device
 * @carp: the device
 *
 * Context: RCU. Return: the sum of the weights of links that are down.
 */
s32 carp_track_demotion(const struct carp_dev *carp)
{
	const struct carp_track *track;
	s32 sum = 0;

	list_for_each_entry_rcu(track, &carp->tracks, list)
		sum += carp_track_down(carp, track) * READ_ONCE(track->weight);
	return sum;
}

/* It takes the place of one that has gone and had this name, or the link would
 * count twice.
 */
static void carp_track_rename(struct carp_dev *carp, struct carp_track *track,
			      const char *name)
{
	struct carp_track *other, *next;

	strscpy(track->name, name, IFNAMSIZ);
	list_for_each_entry_safe(other, next, &carp->tracks, list) {
		if (other == track || !carp_track_same(other, track))
			continue;
		list_del_rcu(&other->list);
		carp_track_forget(other);
		carp->n_tracks--;
	}
}

/* A link comes, goes, or changes its name. */
static void carp_track_follow(struct carp_dev *carp, struct carp_track *track,
			      struct net_device *dev, unsigned long event)
{
	bool ours = rcu_access_pointer(track->dev) == dev;

	if (ours && event == NETDEV_UNREGISTER)
		RCU_INIT_POINTER(track->dev, NULL);
	else if (ours && event == NETDEV_CHANGENAME)
		carp_track_rename(carp, track, dev->name);
	else if (event != NETDEV_UNREGISTER && dev != carp->dev &&
		 !rcu_access_pointer(track->dev) &&
		 !strcmp(track->name, dev->name))
		rcu_assign_pointer(track->dev, dev);
}

static bool carp_track_concerns(struct carp_dev *carp, struct carp_track *track,
				struct net_device *dev, unsigned long event)
{
	bool ours = rcu_access_pointer(track->dev) == dev;

	if (track->group)
		return !netif_is_carp(dev);

	carp_track_follow(carp, track, dev, event);
	return ours || rcu_access_pointer(track->dev) == dev;
}

/**
 * carp_track_event - something happened to a link
 * @cn: its namespace
 * @dev: the link
 * @event: NETDEV_*
 *
 * Context: RTNL. Return: whether it may demote some device, or no longer.
 */
bool carp_track_event(struct carp_net *cn, struct net_device *dev,
		      unsigned long event)
{
	struct carp_track *track;
	struct carp_dev *carp;
	bool tracked = false;

	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
	case NETDEV_CHANGENAME:
		break;
	default:
		return false;
	}

	list_for_each_entry(carp, &cn->devs, node) {
		list_for_each_entry(track, &carp->tracks, list)
			tracked |= carp_track_concerns(carp, track, dev,
						       event);
	}
	return tracked;
}

/**
 * carp_track_size - what carp_track_fill() needs at most
 * @carp: the device
 *
 * Return: bytes
 */
size_t carp_track_size(const struct carp_dev *carp)
{
	return nla_total_size(0) +	/* IFLA_CARP_TRACK */
	       READ_ONCE(carp->n_tracks) *
	       (nla_total_size(0) +	/* CARP_TRACK_LINK */
		nla_total_size(IFNAMSIZ) +	/* CARP_TRACK_NAME */
		2 * nla_total_size(sizeof(u32))); /* WEIGHT DOWN */
}

static int carp_track_fill_one(struct sk_buff *skb, const struct carp_dev *carp,
			       const struct carp_track *track)
{
	struct nlattr *nest;
	unsigned int down;

	rcu_read_lock();
	down = carp_track_down(carp, track);
	rcu_read_unlock();

	nest = nla_nest_start(skb, CARP_TRACK_LINK);
	if (!nest)
		return -EMSGSIZE;

	if ((track->group ?
	     nla_put_u32(skb, CARP_TRACK_GROUP, track->group->number) :
	     nla_put_string(skb, CARP_TRACK_NAME, track->name)) ||
	    nla_put_u32(skb, CARP_TRACK_WEIGHT, track->weight) ||
	    nla_put_u32(skb, CARP_TRACK_DOWN, down)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * carp_track_fill - put IFLA_CARP_TRACK into a message, if there is any
 * @skb: the message
 * @carp: the device
 *
 * Context: RTNL. Return: 0 or -EMSGSIZE.
 */
int carp_track_fill(struct sk_buff *skb, const struct carp_dev *carp)
{
	const struct carp_track *track;
	struct nlattr *nest;
	int err;

	if (list_empty(&carp->tracks))
		return 0;

	nest = nla_nest_start(skb, IFLA_CARP_TRACK);
	if (!nest)
		return -EMSGSIZE;

	list_for_each_entry(track, &carp->tracks, list) {
		err = carp_track_fill_one(skb, carp, track);
		if (err) {
			nla_nest_cancel(skb, nest);
			return err;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}
