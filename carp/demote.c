// SPDX-License-Identifier: GPL-2.0-only
/* CARP: what demotes a device, and by how much
 *
 * Causes are looked at anew each time and never added up over time, so nothing
 * is left when they are gone.
 */
#include <linux/hashtable.h>
#include <linux/minmax.h>
#include <linux/rtnetlink.h>

#include "demote.h"
#include "known.h"
#include "linkgroup.h"
#include "track.h"

/* No sum of counts is of use beyond this, and none overflows before it. */
#define CARP_DEMOTE_LIMIT	100000
/* A device of a syncgroup that takes no part */
#define CARP_DEMOTE_SYNC	240

static s32 carp_demote_ifdown(const struct carp_net *cn)
{
	return atomic_read(&cn->ifdowns) * READ_ONCE(cn->ifdown_factor);
}

static s32 carp_demote_senderr(const struct carp_net *cn)
{
	return atomic_read(&cn->senderrs) * READ_ONCE(cn->senderr_factor);
}

static s32 carp_demote_clamp(s64 sum)
{
	return clamp_t(s64, sum, -CARP_DEMOTE_LIMIT, CARP_DEMOTE_LIMIT);
}

/**
 * carp_demote_host - what all devices of a namespace are demoted by
 * @cn: the namespace
 *
 * Return: the sum that net.carp.demotion shows.
 */
s32 carp_demote_host(const struct carp_net *cn)
{
	return carp_demote_clamp((s64)READ_ONCE(cn->demotion) +
				 carp_demote_ifdown(cn) +
				 carp_demote_senderr(cn));
}

/**
 * carp_demote_add - add to what all devices of a namespace are demoted by
 * @cn: the namespace
 * @by: how much
 *
 * Context: RTNL. Return: 0, or -ERANGE if the sum would be of no use.
 */
int carp_demote_add(struct carp_net *cn, s32 by)
{
	s64 sum = (s64)cn->demotion + by;

	ASSERT_RTNL();

	if (sum != carp_demote_clamp(sum))
		return -ERANGE;

	WRITE_ONCE(cn->demotion, sum);
	return 0;
}

/**
 * carp_demote_group_count - the demotion count of a link group
 * @cn: the namespace
 * @group: the group
 *
 * Context: RCU or RTNL. Return: the count.
 */
u32 carp_demote_group_count(const struct carp_net *cn, u32 group)
{
	const struct carp_linkgroup *found = carp_linkgroup_find(cn, group);

	return found ? READ_ONCE(found->count) : 0;
}

/**
 * carp_demote_group_nth - walk through the groups that have a count
 * @cn: the namespace
 * @n: which, from 0
 * @group: told the group
 * @count: told its count
 *
 * Context: RCU. Return: 0, or -ENOENT if there are no more.
 */
int carp_demote_group_nth(const struct carp_net *cn, long n, u32 *group,
			  u32 *count)
{
	const struct carp_linkgroup *found;
	int i;

	hash_for_each_rcu(cn->linkgroups, i, found, node) {
		*count = READ_ONCE(found->count);
		if (!*count || n--)
			continue;
		*group = found->number;
		return 0;
	}
	return -ENOENT;
}

/**
 * carp_demote_group - add to the demotion count of a link group
 * @cn: the namespace
 * @group: the group
 * @by: how much
 *
 * Context: RTNL. Return: 0; -ERANGE if the count would leave 0..255, as
 * OpenBSD; -ENOSPC if CARP_GROUPS_MAX others have one; or -ENOMEM.
 */
int carp_demote_group(struct carp_net *cn, u32 group, s32 by)
{
	struct carp_linkgroup *found = carp_linkgroup_find(cn, group);
	u32 before = found ? found->count : 0;
	s64 count = (s64)before + by;

	ASSERT_RTNL();

	if (count < 0 || count > CARP_GROUP_DEMOTION_MAX)
		return -ERANGE;

	if (!before && count) {
		if (cn->n_counts == CARP_GROUPS_MAX)
			return -ENOSPC;
		found = carp_linkgroup_get(cn, group);
		if (!found)
			return -ENOMEM;
		cn->n_counts++;
	}
	if (found)
		WRITE_ONCE(found->count, count);
	if (before && !count) {
		cn->n_counts--;
		carp_linkgroup_put(found);
	}
	return 0;
}

static bool carp_demote_is_worse(const struct carp_worst *one,
				 const struct carp_worst *other)
{
	return !other->carp || one->own + one->track + one->sync >
			       other->own + other->track + other->sync;
}

static void carp_demote_look(const struct carp_net *cn, u32 group,
			     struct carp_worst worst[2])
{
	const struct carp_dev *carp;
	struct carp_worst this;

	worst[0].carp = NULL;
	worst[1].carp = NULL;
	list_for_each_entry_rcu(carp, &cn->devs, node) {
		if (!READ_ONCE(carp->syncgroup) || carp->dev->group != group)
			continue;

		this.carp = carp;
		this.own = READ_ONCE(carp->demotion);
		this.track = carp_demote_clamp(carp_track_demotion(carp));
		this.sync = READ_ONCE(carp->vhost.state) == CARP_STATE_INIT ?
			    CARP_DEMOTE_SYNC : 0;
		if (carp_demote_is_worse(&this, &worst[0])) {
			worst[1] = worst[0];
			worst[0] = this;
		} else if (carp_demote_is_worse(&this, &worst[1])) {
			worst[1] = this;
		}
	}
}

/* Of the other devices. */
static struct carp_worst carp_demote_worst(const struct carp_dev *carp)
{
	struct carp_linkgroup *group = rcu_dereference(carp->linkgroup);
	u32 number = carp->dev->group;
	struct carp_worst worst[2];

	/* Nobody has told of it yet, or there was no memory. */
	if (!group || group->number != number) {
		carp_demote_look(carp->cn, number, worst);
		return worst[worst[0].carp == carp];
	}

	spin_lock_bh(&group->worst_lock);
	if (!carp_known_is(&group->worst_known, carp->cn, ktime_get_ns())) {
		carp_demote_look(carp->cn, number, group->worst);
		carp_known_now(&group->worst_known);
	}
	worst[0] = group->worst[group->worst[0].carp == carp];
	spin_unlock_bh(&group->worst_lock);
	return worst[0];
}

/* Take over the parts of another device of the syncgroup if they are worse. */
static void carp_demote_sync(const struct carp_dev *carp,
			     struct carp_demotion *demotion)
{
	const struct carp_worst mine = {
		.carp = carp,
		.own = demotion->own,
		.track = demotion->track,
	};
	struct carp_worst worst = carp_demote_worst(carp);

	if (!worst.carp || !carp_demote_is_worse(&worst, &mine))
		return;
	demotion->own = worst.own;
	demotion->track = worst.track;
	demotion->sync = worst.sync;
}

/**
 * carp_demote_weigh - find out what demotes a device
 * @carp: the device
 * @demotion: told the parts
 *
 * Context: RCU.
 */
void carp_demote_weigh(const struct carp_dev *carp,
		       struct carp_demotion *demotion)
{
	const struct carp_net *cn = carp->cn;

	*demotion = (struct carp_demotion) {
		.host = READ_ONCE(cn->demotion),
		.ifdown = carp_demote_ifdown(cn),
		.senderr = carp_demote_senderr(cn),
		.own = READ_ONCE(carp->demotion),
		.group = carp_demote_group_count(cn, carp->dev->group),
		.track = carp_demote_clamp(carp_track_demotion(carp)),
	};
	if (READ_ONCE(carp->syncgroup))
		carp_demote_sync(carp, demotion);
}

/**
 * carp_demote_sum - how much that is
 * @demotion: the parts
 *
 * Return: the sum of all demotion counts, as the fsm takes it.
 */
s32 carp_demote_sum(const struct carp_demotion *demotion)
{
	return carp_demote_clamp((s64)demotion->host + demotion->ifdown +
				 demotion->senderr + demotion->own +
				 demotion->group + demotion->track +
				 demotion->sync);
}

/**
 * carp_demote_reason - what has changed, for people
 * @before: parts of the sum
 * @after: the same, later
 *
 * Return: a constant string.
 */
const char *carp_demote_reason(const struct carp_demotion *before,
			       const struct carp_demotion *after)
{
	if (before->ifdown != after->ifdown)
		return after->ifdown > before->ifdown ? "interface down" :
			"interface up";
	if (before->senderr != after->senderr)
		return after->senderr > before->senderr ? "send error" :
			"send ok";
	if (before->track != after->track)
		return after->track > before->track ? "tracked link down" :
			"tracked link up";
	if (before->sync != after->sync)
		return "syncgroup";
	if (before->group != after->group)
		return "group";
	return before->host != after->host ? "sysctl" : "user requested";
}
