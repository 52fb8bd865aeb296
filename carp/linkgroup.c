// SPDX-License-Identifier: GPL-2.0-only
/* CARP: link groups, and what was found out about them a moment ago
 *
 * What demotes a device is looked at whenever something happens to it, and
 * hundreds of devices may look at the same hundreds of links. So it is kept
 * with the link group, until something that demotes may have changed; and for
 * a short time only, as nobody tells of a carrier while RTNL is held, nor of a
 * link that is down when it changes its group.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "linkgroup.h"

/**
 * carp_linkgroup_find - a link group that is in use
 * @cn: the namespace
 * @number: its number
 *
 * Context: RCU or RTNL. Return: the group or NULL.
 */
struct carp_linkgroup *carp_linkgroup_find(const struct carp_net *cn,
					   u32 number)
{
	struct carp_linkgroup *group;

	hash_for_each_possible_rcu(cn->linkgroups, group, node, number,
				   lockdep_rtnl_is_held()) {
		if (group->number == number)
			return group;
	}
	return NULL;
}

/**
 * carp_linkgroup_get - a link group is in use
 * @cn: the namespace
 * @number: its number
 *
 * Context: RTNL, may sleep. Return: the group, for carp_linkgroup_put(); or
 * NULL without memory.
 */
struct carp_linkgroup *carp_linkgroup_get(struct carp_net *cn, u32 number)
{
	struct carp_linkgroup *group = carp_linkgroup_find(cn, number);

	ASSERT_RTNL();

	if (group) {
		group->users++;
		return group;
	}

	group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (!group)
		return NULL;
	group->number = number;
	group->users = 1;
	spin_lock_init(&group->down_lock);
	spin_lock_init(&group->worst_lock);
	hash_add_rcu(cn->linkgroups, &group->node, number);
	return group;
}

/**
 * carp_linkgroup_put - no longer
 * @group: from carp_linkgroup_get(), or NULL
 *
 * Context: RTNL. Who has found it under RCU may still use it.
 */
void carp_linkgroup_put(struct carp_linkgroup *group)
{
	ASSERT_RTNL();

	if (!group || --group->users)
		return;
	hash_del_rcu(&group->node);
	kfree_rcu(group, rcu);
}

/**
 * carp_linkgroup_follow - look what link group a device is in
 * @carp: the device, which is not going away
 *
 * Context: RTNL, may sleep. Return: whether it is another one than it was.
 * Where there is no memory for it, it has none and asks again next time.
 */
bool carp_linkgroup_follow(struct carp_dev *carp)
{
	struct carp_linkgroup *old = rtnl_dereference(carp->linkgroup);
	u32 number = carp->dev->group;

	if (old && old->number == number)
		return false;
	rcu_assign_pointer(carp->linkgroup,
			   carp_linkgroup_get(carp->cn, number));
	carp_linkgroup_put(old);
	return true;
}

/**
 * carp_linkgroup_leave - a device is in none any more
 * @carp: the device
 *
 * Context: RTNL.
 */
void carp_linkgroup_leave(struct carp_dev *carp)
{
	carp_linkgroup_put(rtnl_dereference(carp->linkgroup));
	RCU_INIT_POINTER(carp->linkgroup, NULL);
}

/**
 * carp_linkgroup_net_init - a new namespace has none
 * @cn: the namespace, zeroed
 */
void carp_linkgroup_net_init(struct carp_net *cn)
{
	hash_init(cn->linkgroups);
	atomic_set(&cn->weighings, 1);
}

/**
 * carp_linkgroup_net_exit - free those that had a demotion count to the end
 * @cn: the namespace, without devices by now
 */
void carp_linkgroup_net_exit(struct carp_net *cn)
{
	struct carp_linkgroup *group;
	struct hlist_node *next;
	int i;

	hash_for_each_safe(cn->linkgroups, i, next, group, node) {
		hash_del(&group->node);
		kfree(group);
	}
}
