// SPDX-License-Identifier: GPL-2.0-only
/* netlink_fuzz SEED ROUNDS [ROUND [step]]: any requests about carp devices
 *
 * Each round has a user and a network namespace of its own. What must hold:
 *
 * - Each request is answered, with 0 or with an errno of the usual ones. A
 *   change of a carp device that is refused comes with an explanation.
 * - A change is refused if an attribute is wrong, otherwise it is not.
 * - One that is refused changes nothing, one that is not, what it says.
 * - Each dump and each notification parses, holds every attribute once and in
 *   its range, and no passphrase.
 * - Whoever has no CAP_NET_ADMIN gets EPERM.
 * - A sysctl refuses what is out of its range, and keeps what it was then.
 * - Afterwards a new device becomes MASTER.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>

#include "request.h"
#include "setup.h"

#define REQUESTS	800
#define CARPS_MAX	6
#define ERRNO_MAX	EHWPOISON
#define MASTER_MS	20000

enum total {
	SENT,
	ACCEPTED_TOTAL,
	CHANGES,
	CHANGES_REFUSED,
	BATCHED,
	UNPRIVILEGED,
	SYSCTLS,
	NOTIFIED,
};

static const char *const totals[] = {
	"requests", "accepted", "foretold", "of them refused", "in batches",
	"unprivileged", "sysctl writes", "notifications", NULL,
};

static struct round *round;
static struct world world;
static struct nl nl, monitor;

static void count(enum total what)
{
	round->total[what]++;
}

/* Root in a user namespace: of this and its network namespace, no other. */
static void enter_namespaces(void)
{
	int err;

	if (unshare(CLONE_NEWUSER))
		fault("user namespace: %s", strerror(errno));
	put_file("/proc/self/setgroups", "deny");
	err = put_file("/proc/self/uid_map", "0 0 1");
	if (!err)
		err = put_file("/proc/self/gid_map", "0 0 1");
	if (err)
		fault("uid_map: %s", strerror(-err));
	if (unshare(CLONE_NEWNET))
		fault("network namespace: %s", strerror(errno));
}

static void world_setup(void)
{
	static const char *const names[] = {
		"lo", "p0", "p1", "p0.7", "p2", "br0", "v0",
	};

	nl_open(&nl, 0);
	nl_open(&monitor, RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
		RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
	setup_veth(&nl, "p0", "p1");
	setup_veth(&nl, "p2", "p3");
	setup_veth(&nl, "v0", "v1");
	setup_vlan(&nl, "p0.7", setup_index("p0"), 7);
	setup_bridge(&nl, "br0");
	setup_master(&nl, setup_index("p2"), setup_index("br0"));
	setup_up(&nl, setup_index("p3"), true);
	setup_up(&nl, setup_index("v1"), true);
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		world.lower[i] = setup_index(names[i]);
		setup_up(&nl, world.lower[i], true);
	}
	world.lowers = ARRAY_SIZE(names);
}

static void world_look(void)
{
	world.carps = link_dump(&nl, world.carp, ARRAY_SIZE(world.carp));
	if (world.carps > CARPS_MAX) {
		setup_delete(&nl, world.carp[rng_below(&round->rng,
						       world.carps)].ifindex);
		world_look();
	}
}

/* Notifications are judged by the parser. */
static void monitor_read(void)
{
	static u8 buf[1 << 17];
	struct nlmsghdr *nlh;
	struct link link;
	size_t n;

	while ((n = nl_receive(&monitor, buf, sizeof(buf), 0))) {
		for (nlh = (void *)buf; NLMSG_OK(nlh, n);
		     nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_type == RTM_NEWLINK ||
			    nlh->nlmsg_type == RTM_DELLINK)
				link_parse(nlh, &link);
			count(NOTIFIED);
		}
	}
}

static void blame(const struct request *request)
{
	hex("request", request->msg.data, request->msg.len);
}

static void check_reply(const struct request *request,
			const struct reply *reply)
{
	if (reply->err <= 0 && reply->err >= -ERRNO_MAX)
		return;
	/* The core's own, of some protocols. */
	if (reply->err == -524)
		return;
	blame(request);
	fault("errno %d %s", reply->err, reply->text);
}

/* Transitions since @before must not be the refused request's. */
static void check_history(const struct request *request,
			  const struct link *before, const struct link *after)
{
	u32 n = after->serial - before->serial;

	if (n > after->transitions)
		n = after->transitions;
	for (u32 i = after->transitions - n; i < after->transitions; i++) {
		if (after->reasons[i] != CARP_REASON_USER &&
		    after->reasons[i] != CARP_REASON_VHID)
			continue;
		blame(request);
		fault("a refused request led to a transition");
	}
}

static void check_change(const struct request *request,
			 const struct reply *reply)
{
	const struct link *before = request->target;
	struct link after;

	count(CHANGES);
	if (reply->err)
		count(CHANGES_REFUSED);
	if (!link_get(&nl, before->ifindex, &after))
		fault("%s has gone", before->name);
	if (reply->err == -ENOMEM)
		return;
	if (request->foretold == REFUSED ? !reply->err :
	    request->foretold == ACCEPTED && reply->err) {
		blame(request);
		fault("%s: %d %s", request->foretold == REFUSED ?
		      "accepted" : "refused", reply->err, reply->text);
	}
	if (reply->err && !reply->explained && !request->core) {
		blame(request);
		fault("no explanation of errno %d", reply->err);
	}
	if (memcmp(&after.config, reply->err ? &before->config :
		   &request->after, sizeof(after.config))) {
		blame(request);
		hex("before", &before->config, sizeof(before->config));
		hex("foretold", &request->after, sizeof(request->after));
		hex("after", &after.config, sizeof(after.config));
		fault("%s request: the configuration is another, errno %d %s",
		      reply->err ? "refused" : "accepted", reply->err,
		      reply->text);
	}
	if (reply->err)
		check_history(request, before, &after);
}

static void one_request(void)
{
	struct request request;
	struct reply reply;

	world_look();
	request_make(&round->rng, &world, &request);
	nl_request(&nl, &request.msg, &reply);
	count(SENT);
	if (!reply.err)
		count(ACCEPTED_TOTAL);
	check_reply(&request, &reply);
	if (request.foretold != UNKNOWN)
		check_change(&request, &reply);
}

/* Several in one datagram: each is answered, or it and all after it are not. */
static void batch(void)
{
	static u8 all[16 * MSG_ROOM], buf[1 << 17];
	u32 n = rng_between(&round->rng, 2, 12), i, first = nl.seq + 1;
	struct request request;
	struct nlmsghdr *nlh;
	struct reply reply;
	size_t len = 0, got;

	world_look();
	for (i = 0; i < n; i++) {
		request_make(&round->rng, &world, &request);
		msg_head(&request.msg)->nlmsg_seq = ++nl.seq;
		memcpy(all + len, request.msg.data, request.msg.len);
		len += NLMSG_ALIGN(request.msg.len);
		count(BATCHED);
	}
	nl_send(&nl, all, len);
	while ((got = nl_receive(&nl, buf, sizeof(buf), 0))) {
		for (nlh = (void *)buf; NLMSG_OK(nlh, got);
		     nlh = NLMSG_NEXT(nlh, got)) {
			if (nlh->nlmsg_seq < first || nlh->nlmsg_seq > nl.seq)
				fault("an answer to nothing: %u",
				      nlh->nlmsg_seq);
			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			nl_reply(nlh, &reply);
			check_reply(&request, &reply);
		}
	}
}

static long read_sysctl(const char *path)
{
	char text[64], *end;
	long value;

	if (get_file(path, text, sizeof(text)))
		fault("cannot read %s", path);
	value = strtol(text, &end, 10);
	if (*end != '\n')
		fault("%s: %s", path, text);
	return value;
}

static const struct sysctl {
	const char *name;
	long min;
	long max;
} sysctls[] = {
	{ "allow", 0, 1 },
	{ "preempt", 0, 1 },
	{ "log", 0, 2 },
	{ "arpbalance", 0, 2 },
	{ "ifdown_demotion_factor", 0, 255 },
	{ "senderr_demotion_factor", 0, 255 },
	/* Writing adds. */
	{ "demotion", -100000, 100000 },
};

static void sysctl_write(void)
{
	static const char *const junk[] = {
		"0", "1", "2", "3", "-1", "", "\n", "abc", "0x1", "1 0 2",
		"2147483647", "2147483648", "99999999999999999999",
		"-2147483649", "1abc", " 1 ", "00000000000000000000001",
		"1.5", "+1", "--1", "240", "255", "256", "-240", "99999",
		"-99999", "-2147483648",
	};
	const struct sysctl *sysctl =
		&sysctls[rng_below(&round->rng, ARRAY_SIZE(sysctls))];
	const char *text = junk[rng_below(&round->rng, ARRAY_SIZE(junk))];
	bool adds = !strcmp(sysctl->name, "demotion");
	long before, after;
	char path[64];
	int err;

	if (adds) {
		/* It shows what is down, too, which changes at any time. */
		setup_sysctl("carp/ifdown_demotion_factor", "0");
		setup_sysctl("carp/senderr_demotion_factor", "0");
	}
	snprintf(path, sizeof(path), "/proc/sys/net/carp/%s", sysctl->name);
	before = read_sysctl(path);
	err = put_file(path, text);
	after = read_sysctl(path);
	count(SYSCTLS);
	if (after < sysctl->min || after > sysctl->max)
		fault("%s is %ld after \"%s\"", path, after, text);
	if (err && after != before)
		fault("%s: refused \"%s\", and was %ld, is %ld", path, text,
		      before, after);
	if (!err && adds && after != before + strtol(text, NULL, 0))
		fault("%s: added \"%s\" to %ld, is %ld", path, text, before,
		      after);
	/* In INIT there is little to see. */
	setup_sysctl("carp/allow", "1");
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = {};

	if (syscall(SYS_capset, &head, none))
		fault("capset: %s", strerror(errno));
}

/* In a process of its own: whatever it asks for, it may not. */
static void unprivileged(void)
{
	struct link links[16];
	struct request request;
	struct reply reply;
	int status;
	pid_t pid;
	u16 type;

	world_look();
	fflush(stdout);
	pid = fork();
	if (pid) {
		if (waitpid(pid, &status, 0) != pid || status)
			_exit(1);
		/* What it drew it drew for itself. */
		rng_next(&round->rng);
		return;
	}
	drop_capabilities();
	nl_open(&nl, 0);
	for (u32 i = 0; i < 20; i++) {
		request_make(&round->rng, &world, &request);
		nl_request(&nl, &request.msg, &reply);
		count(UNPRIVILEGED);
		type = msg_head(&request.msg)->nlmsg_type;
		/* Reading is for all; without a family there is no request. */
		if ((type - RTM_BASE) % 4 == 2 ||
		    request.msg.len <= NLMSG_HDRLEN)
			continue;
		if (reply.err != -EPERM) {
			blame(&request);
			fault("unprivileged: errno %d", reply.err);
		}
	}
	if (link_dump(&nl, links, ARRAY_SIZE(links)) != world.carps)
		fault("unprivileged: another number of devices");
	_exit(0);
}

static void is_master(int ifindex)
{
	u64 end = now_ms() + MASTER_MS;
	struct link link;

	do {
		if (!link_get(&nl, ifindex, &link))
			fault("a new device has gone");
		if (link.state == CARP_STATE_MASTER)
			return;
		usleep(20000);
	} while (now_ms() < end);
	fault("a new device is in state %u, reason %u", link.state,
	      link.reason);
}

/* Whatever was done before, carp can be set up and works. */
static void still_works(void)
{
	static const u8 vip[4] = { 203, 0, 113, 100 };
	u8 vhid = 9, advskew = 10, advbase = 0;
	struct carp_msg cm;
	int ifindex;

	setup_veth(&nl, "fine0", "fine1");
	setup_up(&nl, setup_index("fine0"), true);
	setup_up(&nl, setup_index("fine1"), true);
	setup_carp_start(&cm, 0, "works", setup_index("fine0"));
	msg_put(&cm.msg, IFLA_CARP_VHID, &vhid, 1);
	msg_put(&cm.msg, IFLA_CARP_ADVBASE, &advbase, 1);
	msg_put(&cm.msg, IFLA_CARP_ADVSKEW, &advskew, 1);
	setup_carp_end(&cm);
	nl_must(&nl, &cm.msg, "a new device");
	ifindex = setup_index("works");
	setup_addr(&nl, true, ifindex, AF_INET, vip, 24);
	setup_up(&nl, ifindex, true);
	is_master(ifindex);
	setup_delete(&nl, ifindex);
}

static void netlink_round(struct round *this)
{
	round = this;
	enter_namespaces();
	world_setup();
	for (u32 i = 0; i < REQUESTS; i++) {
		snprintf(strchrnul(fuzz_where, ','), 24, ", request %u", i);
		switch (rng_below(&round->rng, 40)) {
		case 0:
			batch();
			break;
		case 1:
			sysctl_write();
			break;
		case 2:
			if (one_in(&round->rng, 4))
				unprivileged();
			break;
		default:
			one_request();
		}
		monitor_read();
	}
	still_works();
	while (world_look(), world.carps)
		setup_delete(&nl, world.carp[0].ifindex);
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {
		.name = "netlink_fuzz",
		.round = netlink_round,
		.totals = totals,
	};

	return rounds_main(&fuzzer, argc, argv);
}
