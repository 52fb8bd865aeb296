// SPDX-License-Identifier: GPL-2.0-only
/* The host under test: made, brought to a known state, taken down */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>

#include "frame.h"
#include "setup.h"
#include "member.h"

#define WAIT_MS		30000
/* As long as a test without a frame of the master may take. */
#define BACKUP_ADVBASE	60

static void open_tap(struct host *host)
{
	struct ifreq ifr = { .ifr_name = "eth0" };

	ifr.ifr_flags = IFF_TAP | IFF_NO_PI |
		(host->frags ? IFF_NAPI | IFF_NAPI_FRAGS : 0);
	host->tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (host->tap < 0 || ioctl(host->tap, TUNSETIFF, &ifr))
		fault("tap: %s", strerror(errno));
}

static void setup_ports(struct host *host)
{
	static const u8 mac[6] = { 0x02, 0, 0, 0, 0, 1 };
	struct ifinfomsg ifi = {};
	struct msg msg;

	host->port[0] = (struct port) {
		.name = "eth0",
		.own4 = { 192, 0, 2, 1 },
		.own6 = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	};
	host->port[1] = (struct port) {
		.name = "eth0.5",
		.vid = HOST_VID,
		.own4 = { 198, 51, 100, 1 },
		.own6 = { 0x20, 0x01, 0x0d, 0xb8, 0, 5, [15] = 1 },
	};
	host->port[0].ifindex = setup_index("eth0");
	ifi.ifi_index = host->port[0].ifindex;
	msg_start(&msg, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	msg_put(&msg, IFLA_ADDRESS, mac, sizeof(mac));
	nl_must(&host->nl, &msg, "MAC address");
	setup_vlan(&host->nl, "eth0.5", host->port[0].ifindex, HOST_VID);
	host->port[1].ifindex = setup_index("eth0.5");
	for (int i = 0; i < PORTS; i++) {
		struct port *port = &host->port[i];

		memcpy(port->mac, mac, sizeof(mac));
		setup_up(&host->nl, port->ifindex, true);
		setup_addr(&host->nl, true, port->ifindex, AF_INET,
			   port->own4, 24);
		setup_addr(&host->nl, true, port->ifindex, AF_INET6,
			   port->own6, 64);
	}
}

static void setup_members(struct host *host)
{
	static const char *const names[] = {
		"carp0", "carp1", "carp2", "carp3",
	};
	static const int ports[] = { 0, 0, 1, 0 };
	static const u8 vhids[] = { 1, 2, 1, 3 };

	for (int i = 0; i < MEMBERS; i++) {
		struct member *m = &host->member[i];

		m->name = names[i];
		m->port = ports[i];
		m->input.vhid = vhids[i];
		snprintf((char *)m->input.key, SIGN_KEY, NL_SECRET "%d", i);
		/* One has no passphrase, one has IPv6 alone, one IPv4. */
		if (i == 1)
			memset(m->input.key, 0, SIGN_KEY);
		if (i != 3)
			member_address(host, m, AF_INET, 100 + i);
		if (i != 1)
			member_address(host, m, AF_INET6, 100 + i);
		member_create(host, m);
	}
}

void host_setup(struct host *host, struct rng *rng)
{
	memset(host, 0, sizeof(*host));
	host->rng = rng;
	host->pieces.state = rng_next(rng);
	host->allow = true;
	host->frags = one_in(rng, 3);
	nl_open(&host->nl, 0);
	setup_up(&host->nl, setup_index("lo"), true);
	setup_sysctl("ipv6/conf/default/accept_dad", "0");
	setup_sysctl("ipv4/ip_forward", one_in(rng, 2) ? "1" : "0");
	setup_sysctl("ipv6/conf/all/forwarding", one_in(rng, 2) ? "1" : "0");
	setup_sysctl("carp/preempt", one_in(rng, 2) ? "1" : "0");
	open_tap(host);
	setup_ports(host);
	setup_members(host);
}

/* What the host has sent and nobody read must not be in the way. */
void host_read(struct host *host, bool judge)
{
	static u8 frame[70000];
	ssize_t n;

	while ((n = read(host->tap, frame, sizeof(frame))) > 0) {
		host->sent++;
		judge_frame(host, frame, n, judge);
	}
	if (n < 0 && errno != EAGAIN && errno != EIO)
		fault("tap: read: %s", strerror(errno));
}

/* With pieces: the first holds at least the Ethernet header. */
static ssize_t write_frags(struct host *host, const u8 *frame, size_t len)
{
	struct iovec iov[16];
	size_t at = 0, size;
	int n;

	for (n = 0; n < 15 && at < len; n++) {
		size = n ? rng_between(&host->pieces, 1, 64) :
			   rng_between(&host->pieces, ETH_LEN, 128);
		if (n && len - at > 1000)
			size = 1000;
		if (size > len - at)
			size = len - at;
		iov[n].iov_base = (void *)(frame + at);
		iov[n].iov_len = size;
		at += size;
	}
	if (at < len) {
		size = len - at;
		/* More than a page is too much for one piece. */
		if (size > 4096)
			return write(host->tap, frame, len);
		iov[n].iov_base = (void *)(frame + at);
		iov[n++].iov_len = size;
	}
	return writev(host->tap, iov, n);
}

void host_write(struct host *host, const u8 *frame, size_t len)
{
	ssize_t n;

	if (host->frags)
		n = write_frags(host, frame, len);
	else
		n = write(host->tap, frame, len);
	if (n != (ssize_t)len)
		fault("tap: wrote %zd of %zu: %s", n, len, strerror(errno));
}

static void expect(struct host *host, struct member *m, bool runs)
{
	u64 end = now_ms() + WAIT_MS;
	struct link link;

	do {
		host_read(host, false);
		if (!link_get(&host->nl, m->ifindex, &link))
			fault("%s has gone", m->name);
		if (link.state == CARP_STATE_INIT ? !runs : runs)
			return;
		usleep(5000);
	} while (now_ms() < end);
	fault("%s is in state %u, reason %u", m->name, link.state,
	      link.reason);
}

/* The digest follows IPv6 addresses a little later: until a good advertisement
 * is taken.
 */
static void heard(struct host *host, struct member *m)
{
	enum carp_stat stat = m->input.n4 ? CARP_STAT_IPACKETS :
					    CARP_STAT_IPACKETS6;
	u64 end = now_ms() + WAIT_MS, before;
	struct link link;
	u8 frame[128];
	size_t len;

	link_get(&host->nl, m->ifindex, &link);
	before = link.count[stat];
	len = host_live_advert(host, m, !m->input.n4, frame);
	do {
		host_write(host, frame, len);
		link_get(&host->nl, m->ifindex, &link);
		if (link.count[stat] > before)
			return;
		usleep(5000);
		host_read(host, false);
	} while (now_ms() < end);
	fault("%s does not take a good advertisement", m->name);
}

/* Both in one request: a backup that waits for long, a master that speaks. */
static void drive(struct host *host, struct member *m)
{
	bool master = one_in(host->rng, 2);
	struct carp_msg cm;
	struct link link;
	u8 advskew = rng_below(host->rng, 255);

	m->config.advbase = master ? 1 : BACKUP_ADVBASE;
	m->config.advskew = advskew;
	m->state = master ? CARP_STATE_MASTER : CARP_STATE_BACKUP;
	setup_carp_start(&cm, m->ifindex, NULL, 0);
	msg_put(&cm.msg, IFLA_CARP_ADVBASE, &m->config.advbase, 1);
	msg_put(&cm.msg, IFLA_CARP_ADVSKEW, &advskew, 1);
	msg_put_u32(&cm.msg, IFLA_CARP_STATE, m->state);
	setup_carp_end(&cm);
	nl_must(&host->nl, &cm.msg, "state");
	link_get(&host->nl, m->ifindex, &link);
	if (link.state != m->state)
		fault("%s was forced to %u, is %u", m->name, m->state,
		      link.state);
}

void host_settle(struct host *host)
{
	bool runs;

	for (int i = 0; i < MEMBERS; i++) {
		struct member *m = &host->member[i];

		if (one_in(host->rng, 8) || (!m->up && one_in(host->rng, 2)))
			member_up(host, m, !m->up);
		runs = m->up && host->allow;
		expect(host, m, runs);
		m->state = CARP_STATE_INIT;
		if (!runs)
			continue;
		heard(host, m);
		drive(host, m);
	}
	host_read(host, false);
}

void host_teardown(struct host *host)
{
	host->allow = true;
	setup_sysctl("carp/allow", "1");
	host_settle(host);
	for (int i = 0; i < MEMBERS; i++)
		setup_delete(&host->nl, host->member[i].ifindex);
	for (int i = 0; i < MEMBERS; i++)
		member_create(host, &host->member[i]);
	host_settle(host);
	host_read(host, false);
	close(host->tap);
	nl_close(&host->nl);
}
