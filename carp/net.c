// SPDX-License-Identifier: GPL-2.0-only
/* CARP: state of a network namespace, sysctl net.carp
 *
 * Policy of a host, not of a link; what belongs to a link is a link attribute.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/sysctl.h>

#include "addr.h"
#include "demote.h"
#include "linkgroup.h"
#include "net.h"
#include "notify.h"
#include "route.h"
#include "stats.h"
#include "vhost.h"

unsigned int carp_net_id;

#ifdef CONFIG_SYSCTL
/* Written 0, every device bows out and stays silent. */
static int carp_net_sysctl_allow(const struct ctl_table *table, int write,
				 void *buffer, size_t *lenp, loff_t *ppos)
{
	struct carp_net *cn = container_of(table->data, struct carp_net, allow);
	int err;

	err = proc_dointvec_minmax(table, write, buffer, lenp, ppos);
	if (!err && write)
		carp_vhost_update_all(cn);
	return err;
}

/* As FreeBSD: what is written is added, what is read is the sum. */
static int carp_net_sysctl_demotion(const struct ctl_table *table, int write,
				    void *buffer, size_t *lenp, loff_t *ppos)
{
	struct carp_net *cn = container_of(table->data, struct carp_net,
					   demotion);
	int value = write ? 0 : carp_demote_host(cn);
	struct ctl_table copy = *table;
	int err;

	copy.data = &value;
	err = proc_dointvec(&copy, write, buffer, lenp, ppos);
	if (err || !write)
		return err;

	rtnl_lock();
	err = carp_demote_add(cn, value);
	rtnl_unlock();
	if (!err)
		carp_vhost_reweigh(cn);
	return err;
}

static int carp_net_factor_max = CARP_DEMOTION_MAX;

static const struct ctl_table carp_net_table[] = {
	{
		.procname = "allow",
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = carp_net_sysctl_allow,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	}, {
		.procname = "preempt",
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	}, {
		.procname = "log",
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,
	}, {
		.procname = "demotion",
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = carp_net_sysctl_demotion,
	}, {
		/* Heeded from the next timer or advertisement on. */
		.procname = "ifdown_demotion_factor",
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = &carp_net_factor_max,
	}, {
		.procname = "senderr_demotion_factor",
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = &carp_net_factor_max,
	}, {
		.procname = "arpbalance",
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,
	},
};

static int carp_net_sysctl_register(struct carp_net *cn)
{
	struct ctl_table *table;

	/* One more than there are: older kernels want an empty last one. */
	table = kcalloc(ARRAY_SIZE(carp_net_table) + 1, sizeof(*table),
			GFP_KERNEL);
	if (!table)
		return -ENOMEM;

	memcpy(table, carp_net_table, sizeof(carp_net_table));
	table[0].data = &cn->allow;
	table[1].data = &cn->preempt;
	table[2].data = &cn->log;
	table[3].data = &cn->demotion;
	table[4].data = &cn->ifdown_factor;
	table[5].data = &cn->senderr_factor;
	table[6].data = &cn->arpbalance;

	cn->sysctl = register_net_sysctl_sz(cn->net, "net/carp", table,
					    ARRAY_SIZE(carp_net_table));
	if (!cn->sysctl) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

static void carp_net_sysctl_unregister(struct carp_net *cn)
{
	const struct ctl_table *table = cn->sysctl->ctl_table_arg;

	unregister_net_sysctl_table(cn->sysctl);
	kfree(table);
}
#else
static int carp_net_sysctl_register(struct carp_net *cn)
{
	return 0;
}

static void carp_net_sysctl_unregister(struct carp_net *cn)
{
}
#endif /* CONFIG_SYSCTL */

static int __net_init carp_net_enter(struct net *net)
{
	struct carp_net *cn = carp_pernet(net);
	int err;

	cn->net = net;
	cn->allow = 1;
	cn->log = 1;
	cn->ifdown_factor = CARP_SKEW_DEMOTED;
	cn->senderr_factor = CARP_SKEW_DEMOTED;
	carp_linkgroup_net_init(cn);
	spin_lock_init(&cn->lock);
	INIT_LIST_HEAD(&cn->devs);
	spin_lock_init(&cn->vips_lock);
	hash_init(cn->vips);
	carp_addr_net_init(cn);
	carp_notify_net_init(cn);

	cn->stats = carp_stats_alloc();
	if (!cn->stats)
		return -ENOMEM;
	err = carp_net_sysctl_register(cn);
	if (err)
		goto err_stats;
	err = carp_route_net_init(cn);
	if (err)
		goto err_sysctl;
	return 0;

err_sysctl:
	carp_net_sysctl_unregister(cn);
err_stats:
	free_percpu(cn->stats);
	return err;
}

/* The devices are gone: the core deletes them before it comes here. */
static void __net_exit carp_net_leave(struct net *net)
{
	struct carp_net *cn = carp_pernet(net);

	carp_route_net_exit(cn);
	carp_net_sysctl_unregister(cn);
	carp_notify_net_exit(cn);
	carp_addr_net_exit(cn);
	carp_linkgroup_net_exit(cn);
	free_percpu(cn->stats);
}

static struct pernet_operations carp_net_ops = {
	.init = carp_net_enter,
	.exit = carp_net_leave,
	.id = &carp_net_id,
	.size = sizeof(struct carp_net),
};

/**
 * carp_net_init - add our state to every namespace
 *
 * Return: 0 or a negative errno.
 */
int carp_net_init(void)
{
	return register_pernet_subsys(&carp_net_ops);
}

/**
 * carp_net_exit - remove it again
 */
void carp_net_exit(void)
{
	unregister_pernet_subsys(&carp_net_ops);
}
