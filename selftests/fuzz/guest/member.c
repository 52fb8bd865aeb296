// SPDX-License-Identifier: GPL-2.0-only
/* One carp device: created, and changed in every way while frames come */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>

#include "member.h"
#include "setup.h"

#define VIPS_MAX	3

bool member_has_peer6(const struct member *m)
{
	static const u8 any[16];

	return memcmp(m->config.peer6, any, 16);
}

void member_address(struct host *host, struct member *m, int family, u8 last)
{
	const struct port *port = &host->port[m->port];

	if (family == AF_INET) {
		memcpy(m->input.v4[m->input.n4], port->own4, 3);
		m->input.v4[m->input.n4++][3] = last;
	} else {
		memcpy(m->input.v6[m->input.n6], port->own6, 15);
		m->input.v6[m->input.n6++][15] = last;
	}
}

/* What is signed, as the device says now. */
static void look(struct host *host, struct member *m)
{
	u8 virtual[6] = { 0, 0, 0x5e, 0, 1, m->input.vhid };
	struct link link;

	if (!link_get(&host->nl, m->ifindex, &link))
		fault("%s has gone", m->name);
	memcpy(m->input.mac, link.mac, 6);
	m->input.own_mac = memcmp(link.mac, virtual, 6) &&
		memcmp(link.mac, host->port[m->port].mac, 6);
	sign_prepare(&m->sign, &m->input);
}

/* All addresses stay, link-local ones too. */
void member_up(struct host *host, struct member *m, bool up)
{
	setup_up(&host->nl, m->ifindex, up);
	m->up = up;
	if (!up)
		look(host, m);
}

static void put_key(struct carp_msg *cm, const struct member *m)
{
	msg_put(&cm->msg, IFLA_CARP_KEY, m->input.key,
		strlen((const char *)m->input.key));
}

void member_create(struct host *host, struct member *m)
{
	struct carp_msg cm;
	u32 i;

	/* What its predecessor said last must not be taken for its own. */
	host_read(host, false);
	memset(&m->config, 0, sizeof(m->config));
	m->config.advbase = 60;
	m->cookie_known = false;
	setup_carp_start(&cm, 0, m->name, host->port[m->port].ifindex);
	msg_put(&cm.msg, IFLA_CARP_VHID, &m->input.vhid, 1);
	msg_put(&cm.msg, IFLA_CARP_ADVBASE, &m->config.advbase, 1);
	put_key(&cm, m);
	setup_carp_end(&cm);
	nl_must(&host->nl, &cm.msg, m->name);
	m->ifindex = setup_index(m->name);
	for (i = 0; i < m->input.n4; i++)
		setup_addr(&host->nl, true, m->ifindex, AF_INET,
			   m->input.v4[i], 24);
	for (i = 0; i < m->input.n6; i++)
		setup_addr(&host->nl, true, m->ifindex, AF_INET6,
			   m->input.v6[i], 64);
	setup_up(&host->nl, m->ifindex, true);
	m->up = true;
	look(host, m);
}

static void change(struct host *host, struct member *m, u16 type,
		   const void *data, size_t len)
{
	struct carp_msg cm;

	setup_carp_start(&cm, m->ifindex, NULL, 0);
	msg_put(&cm.msg, type, data, len);
	setup_carp_end(&cm);
	nl_must(&host->nl, &cm.msg, "change");
}

static void change_key(struct host *host, struct member *m)
{
	memset(m->input.key, 0, SIGN_KEY);
	if (!one_in(host->rng, 4))
		snprintf((char *)m->input.key, SIGN_KEY, NL_SECRET "%llu",
			 (unsigned long long)rng_below(host->rng, 1 << 30));
	change(host, m, IFLA_CARP_KEY, m->input.key,
	       strlen((const char *)m->input.key));
}

static void change_vhid(struct host *host, struct member *m)
{
	/* Those of the others end in another digit. */
	u8 vhid = m->input.vhid % 10 + 10 * rng_below(host->rng, 25);

	change(host, m, IFLA_CARP_VHID, &vhid, 1);
	m->input.vhid = vhid;
}

static void change_peer(struct host *host, struct member *m)
{
	static const u8 any[16];
	u8 peer[16];
	bool set = !m->config.peer && !member_has_peer6(m);

	memcpy(peer, host->port[m->port].own4, 4);
	peer[3] = 9;
	if (!set)
		memset(peer, 0, 4);
	change(host, m, IFLA_CARP_PEER, peer, 4);
	memcpy(&m->config.peer, peer, 4);
	memcpy(peer, host->port[m->port].own6, 16);
	peer[15] = 9;
	memcpy(m->config.peer6, set ? peer : any, 16);
	change(host, m, IFLA_CARP_PEER6, m->config.peer6, 16);
}

static void change_form(struct host *host, struct member *m)
{
	m->config.form = rng_below(host->rng, 2);
	m->config.cksum6 = rng_below(host->rng, 2);
	change(host, m, IFLA_CARP_FORM, &m->config.form, 4);
	change(host, m, IFLA_CARP_CKSUM6, &m->config.cksum6, 4);
}

/* The end of an address that neither it nor another member has. */
static u8 free_last(const struct member *m, bool v6)
{
	u32 n = v6 ? m->input.n6 : m->input.n4, i = 0;
	u8 last = 120 + m->input.vhid % 10;

	while (i < n) {
		if ((v6 ? m->input.v6[i][15] : m->input.v4[i][3]) == last) {
			last += 10;
			i = 0;
		} else {
			i++;
		}
	}
	return last;
}

static void change_address4(struct host *host, struct member *m)
{
	bool add = m->input.n4 < VIPS_MAX && one_in(host->rng, 2);

	if (m->input.n4 < 2 && !add)
		return;
	if (add)
		member_address(host, m, AF_INET, free_last(m, false));
	setup_addr(&host->nl, add, m->ifindex, AF_INET,
		   m->input.v4[m->input.n4 - 1], 24);
	if (!add)
		m->input.n4--;
}

static void change_address6(struct host *host, struct member *m)
{
	bool add = m->input.n6 < VIPS_MAX && one_in(host->rng, 2);

	if (m->input.n6 < 2 && !add)
		return;
	if (add)
		member_address(host, m, AF_INET6, free_last(m, true));
	/* A link-local one has two signatures. */
	if (add && one_in(host->rng, 2))
		memcpy(m->input.v6[m->input.n6 - 1], "\xfe\x80\0\0\0\0\0\0", 8);
	setup_addr(&host->nl, add, m->ifindex, AF_INET6,
		   m->input.v6[m->input.n6 - 1], 64);
	if (!add)
		m->input.n6--;
}

static void change_mac(struct host *host, struct member *m)
{
	struct ifinfomsg ifi = { .ifi_index = m->ifindex };
	u8 mac[6] = { 0, 0, 0x5e, 0, 1, m->input.vhid };
	struct msg msg;

	switch (rng_below(host->rng, 3)) {
	case 0:
		rng_bytes(host->rng, mac, 6);
		mac[0] = 2;
		break;
	case 1:
		memcpy(mac, host->port[m->port].mac, 6);
		break;
	}
	msg_start(&msg, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	msg_put(&msg, IFLA_ADDRESS, mac, 6);
	nl_must(&host->nl, &msg, "MAC address");
}

static void create_again(struct host *host, struct member *m)
{
	setup_delete(&host->nl, m->ifindex);
	member_create(host, m);
}

static void down_and_up(struct host *host, struct member *m)
{
	if (!m->up)
		return;
	member_up(host, m, false);
	host_read(host, false);
	member_up(host, m, true);
}

static void parent_down_and_up(struct host *host, struct member *m)
{
	(void)m;
	setup_up(&host->nl, host->port[0].ifindex, false);
	host_read(host, false);
	setup_up(&host->nl, host->port[0].ifindex, true);
	setup_up(&host->nl, host->port[1].ifindex, true);
	/* IPv6 forgets what it had on a parent that goes down. */
	for (int i = 0; i < PORTS; i++) {
		struct port *port = &host->port[i];

		setup_addr(&host->nl, true, port->ifindex, AF_INET6,
			   port->own6, 64);
	}
}

static void pull_cable(struct host *host, struct member *m)
{
	int carrier = 0;

	(void)m;
	if (ioctl(host->tap, TUNSETCARRIER, &carrier))
		fault("carrier: %s", strerror(errno));
	usleep(rng_below(host->rng, 2000));
	carrier = 1;
	if (ioctl(host->tap, TUNSETCARRIER, &carrier))
		fault("carrier: %s", strerror(errno));
}

static void change_sysctl(struct host *host, struct member *m)
{
	bool on = one_in(host->rng, 2);

	(void)m;
	switch (rng_below(host->rng, 5)) {
	case 0:
		host->allow = on || one_in(host->rng, 2);
		setup_sysctl("carp/allow", host->allow ? "1" : "0");
		break;
	case 1:
		setup_sysctl("carp/preempt", on ? "1" : "0");
		break;
	case 2:
		setup_sysctl("ipv4/ip_forward", on ? "1" : "0");
		break;
	case 3:
		setup_sysctl("ipv6/conf/all/forwarding", on ? "1" : "0");
		break;
	default:
		setup_sysctl("ipv4/conf/all/rp_filter", on ? "1" : "0");
	}
}

void host_act(struct host *host)
{
	static void (*const acts[])(struct host *host, struct member *m) = {
		change_key, change_vhid, change_peer, change_form,
		change_address4, change_address6, change_mac, create_again,
		down_and_up, parent_down_and_up, pull_cable, change_sysctl,
	};
	struct member *m = &host->member[rng_below(host->rng, MEMBERS)];

	/* Nobody is to stay away for the rest of the round. */
	if (!host->allow) {
		host->allow = true;
		setup_sysctl("carp/allow", "1");
	}
	acts[rng_below(host->rng, ARRAY_SIZE(acts))](host, m);
	look(host, m);
}
