// SPDX-License-Identifier: GPL-2.0-only
/* Frames that come out of the host: nobody but the MASTER speaks for a virtual
 * address, and advertisements are as protocol.rst has them.
 */
#include <stdio.h>
#include <string.h>

#include "frame.h"

/* What is known of a frame on its way through. */
struct out {
	struct host *host;
	const u8 *frame;
	size_t len;
	const u8 *at;
	size_t left;
	int port;
	bool judge;
};

static void __attribute__((noreturn)) guilty(const struct out *o,
					     const struct member *m,
					     const char *why)
{
	hex("from the host", o->frame, o->len);
	fault("%s, in state %u, %s", m ? m->name : "nobody",
	      m ? m->state : 0, why);
}

/* Who has the address on this link, or NULL. */
static const struct member *owner(const struct out *o, const u8 *addr, bool v6)
{
	for (int i = 0; i < MEMBERS; i++) {
		const struct member *m = &o->host->member[i];
		u32 n = v6 ? m->input.n6 : m->input.n4;

		if (m->port != o->port)
			continue;
		for (u32 j = 0; j < n; j++) {
			if (!memcmp(addr, v6 ? m->input.v6[j] :
				    m->input.v4[j], v6 ? 16 : 4))
				return m;
		}
	}
	return NULL;
}

static void speaks_for(const struct out *o, const u8 *addr, bool v6)
{
	const struct member *m = owner(o, addr, v6);

	if (!m)
		return;
	if (m->state != CARP_STATE_MASTER)
		guilty(o, m, "speaks for its virtual address");
	if (memcmp(o->frame + 6, member_mac(m), 6))
		guilty(o, m, "speaks with another MAC address");
}

static struct member *by_vhid(const struct out *o, u8 vhid)
{
	for (int i = 0; i < MEMBERS; i++) {
		struct member *m = &o->host->member[i];

		if (m->port == o->port && m->input.vhid == vhid)
			return m;
	}
	return NULL;
}

static void see_advert(const struct out *o, const u8 *p, u8 ttl, bool v6)
{
	struct member *m = by_vhid(o, p[1]);
	bool valid = m && sign_verify(&m->sign, p + 8, p + 16);

	if (valid) {
		memcpy(m->cookie, p + 8, 8);
		m->cookie_known = true;
	}
	if (!o->judge)
		return;
	if (!valid || m->state != CARP_STATE_MASTER)
		guilty(o, m, "advertises");
	if (p[0] != 0x21 || p[3] != 7 || ttl != 255 || p[4])
		guilty(o, m, "advertises wrong constants");
	if (p[5] != m->config.advbase || p[2] != (m->config.advskew > 240 ?
						  240 : m->config.advskew))
		guilty(o, m, "advertises another interval");
	if (!v6 && sign_cksum(p, ADVERT_LEN))
		guilty(o, m, "advertises a wrong checksum");
}

/* Ours is whatever is so short; what others sent may be forwarded. */
static bool is_advert(const struct out *o, const u8 *addr, bool v6)
{
	static const u8 group4[4] = { 224, 0, 0, 18 };
	static const u8 group6[16] = { 0xff, 0x02, [15] = 0x12 };

	return !memcmp(addr, v6 ? group6 : group4, v6 ? 16 : 4) &&
		o->left >= ADVERT_LEN + (v6 ? IP6_LEN : IP4_LEN);
}

static void see_ip4(const struct out *o)
{
	if (o->left < IP4_LEN)
		return;
	if (o->at[9] == CARP && is_advert(o, o->at + 16, false)) {
		if (o->judge && o->at[0] != 0x45)
			guilty(o, NULL, "advertises with IP options");
		see_advert(o, o->at + IP4_LEN, o->at[8], false);
	}
	if (o->judge)
		speaks_for(o, o->at + 12, false);
}

static void see_ip6(const struct out *o)
{
	const u8 *icmp = o->at + IP6_LEN;

	if (o->left < IP6_LEN)
		return;
	if (o->at[6] == CARP && is_advert(o, o->at + 24, true))
		see_advert(o, icmp, o->at[7], true);
	if (!o->judge)
		return;
	speaks_for(o, o->at + 8, true);
	/* A neighbour advertisement says whose an address is. */
	if (o->at[6] == 58 && o->left >= IP6_LEN + 24 && icmp[0] == 136 &&
	    o->at[7] == 255)
		speaks_for(o, icmp + 8, true);
}

static void see_arp(const struct out *o)
{
	const struct member *m;

	if (!o->judge || o->left < 28)
		return;
	m = owner(o, o->at + 14, false);
	if (!m)
		return;
	speaks_for(o, o->at + 14, false);
	if (memcmp(o->at + 8, member_mac(m), 6))
		guilty(o, m, "tells another MAC address");
}

void judge_frame(struct host *host, const u8 *frame, size_t len, bool judge)
{
	struct out o = {
		.host = host,
		.frame = frame,
		.len = len,
		.at = frame + ETH_LEN,
		.left = len - ETH_LEN,
		.judge = judge,
	};
	u16 type;

	if (len < ETH_LEN)
		guilty(&o, NULL, "sends a runt");
	type = get16(frame + 12);
	if (type == 0x8100 && o.left >= 4) {
		o.port = (get16(o.at) & 0xfff) == HOST_VID;
		type = get16(o.at + 2);
		o.at += 4;
		o.left -= 4;
	}
	if (type == 0x0800)
		see_ip4(&o);
	else if (type == 0x86dd)
		see_ip6(&o);
	else if (type == 0x0806)
		see_arp(&o);
	if (judge)
		host_answer(host, frame, o.at, o.left, type,
			    o.port ? HOST_VID : 0);
}
