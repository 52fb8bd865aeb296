// SPDX-License-Identifier: GPL-2.0-only
/* What makes the host speak: neighbours that answer it, clients that ask it,
 * and programs of its own that use a virtual address.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"

static const u8 peer_mac[6] = { 0x02, 0, 0, 0, 0, 0x99 };

/* ARP or neighbour discovery, as it came out of the host: somebody has every
 * address there is.
 */
static void answer_arp(struct frame *f, const u8 *asked)
{
	u8 *p;

	frame_eth(f, asked + 8, peer_mac, 0x0806);
	p = frame_grow(f, 28);
	memcpy(p, "\0\1\x08\0\6\4\0\2", 8);
	memcpy(p + 8, peer_mac, 6);
	memcpy(p + 14, asked + 24, 4);
	memcpy(p + 18, asked + 8, 10);
}

static void answer_nd(struct frame *f, const u8 *eth, const u8 *asked)
{
	const u8 *target = asked + IP6_LEN + 8;
	u8 *ip, *p;

	frame_eth(f, eth + 6, peer_mac, 0x86dd);
	ip = frame_ip6(f, 58, target, asked + 8, 32);
	p = frame_grow(f, 32);
	memcpy(p, "\x88\0\0\0\x60\0\0\0", 8);
	memcpy(p + 8, target, 16);
	memcpy(p + 24, "\2\1", 2);
	memcpy(p + 26, peer_mac, 6);
	frame_sum6(f, ip, 58, 2);
}

static bool own_address(const struct host *host, const u8 *addr, bool v6)
{
	for (int i = 0; i < MEMBERS; i++) {
		const struct member *m = &host->member[i];

		for (u32 j = 0; j < (v6 ? m->input.n6 : m->input.n4); j++) {
			if (!memcmp(addr, v6 ? m->input.v6[j] :
				    m->input.v4[j], v6 ? 16 : 4))
				return true;
		}
	}
	return false;
}

void host_answer(struct host *host, const u8 *eth, const u8 *at, size_t left,
		 u16 type, u16 vid)
{
	static struct frame f;

	f.len = 0;
	if (type == 0x0806 && left >= 28 && get16(at + 6) == 1 &&
	    memcmp(at + 14, at + 24, 4) && !own_address(host, at + 24, false))
		answer_arp(&f, at);
	else if (type == 0x86dd && left >= IP6_LEN + 24 && at[6] == 58 &&
		 at[IP6_LEN] == 135 && at[8] &&
		 !own_address(host, at + IP6_LEN + 8, true))
		answer_nd(&f, eth, at);
	if (!f.len)
		return;
	if (vid) {
		memmove(f.data + 16, f.data + 12, f.len - 12);
		put16(f.data + 12, 0x8100);
		put16(f.data + 14, vid);
		f.len += 4;
	}
	host_write(host, f.data, f.len);
}

/* A program that has bound to a virtual address, MASTER or not. */
void host_speak(struct host *host)
{
	const struct member *m = &host->member[rng_below(host->rng, MEMBERS)];
	const struct port *port = &host->port[m->port];
	bool v6 = one_in(host->rng, 2);
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	socklen_t len = v6 ? sizeof(in6) : sizeof(in);
	void *addr = v6 ? (void *)&in6 : (void *)&in;
	u8 last = rng_next(host->rng);
	int on = 1, fd;

	if (!(v6 ? m->input.n6 : m->input.n4))
		return;
	memcpy(&in.sin_addr, m->input.v4[0], 4);
	memcpy(&in6.sin6_addr, m->input.v6[0], 16);
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, v6 ? SOL_IPV6 : SOL_IP,
		   v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, &on, sizeof(on));
	if (!bind(fd, addr, len)) {
		memcpy(&in.sin_addr, port->own4, 3);
		((u8 *)&in.sin_addr)[3] = last;
		memcpy(&in6.sin6_addr, port->own6, 16);
		in6.sin6_addr.s6_addr[15] = last;
		in.sin_port = htons(9);
		in6.sin6_port = htons(9);
		/* A BACKUP may not; what counts are the frames that come. */
		(void)!sendto(fd, "speak", 5, MSG_DONTWAIT, addr, len);
	}
	close(fd);
}

static const u8 *client_mac(struct batch *batch, const struct member *m,
			    bool vip)
{
	return vip && !one_in(batch->rng, 4) ? member_mac(m) :
		batch->host->port[m->port].mac;
}

/* Nothing wrong with it: an echo from a client to a virtual address, the host
 * or somebody behind it; or from a virtual address, which somebody else has
 * stolen.
 */
void client_any(struct batch *batch)
{
	const struct member *m = some_member(batch);
	const struct port *port = &batch->host->port[m->port];
	const struct port *other = &batch->host->port[rng_below(batch->rng,
								PORTS)];
	struct frame *f = frame_new(batch, "client", m);
	bool vip = one_in(batch->rng, 2), thief = one_in(batch->rng, 3);
	bool v6 = m->input.n6 && (!m->input.n4 || one_in(batch->rng, 2));
	u8 src[16], dst[16], *ip, *p;
	u32 at = v6 ? 15 : 3;

	memcpy(src, v6 ? port->own6 : port->own4, at + 1);
	memcpy(dst, v6 ? other->own6 : other->own4, at + 1);
	src[at] = rng_between(batch->rng, 9, 12);
	if (!one_in(batch->rng, 3))
		dst[at] = rng_between(batch->rng, 9, 12);
	if (thief)
		memcpy(src, v6 ? m->input.v6[0] : m->input.v4[0], at + 1);
	else if (vip)
		memcpy(dst, v6 ? m->input.v6[0] : m->input.v4[0], at + 1);
	frame_eth(f, client_mac(batch, m, vip && !thief), peer_mac,
		  v6 ? 0x86dd : 0x0800);
	ip = v6 ? frame_ip6(f, 58, src, dst, 32) :
		  frame_ip4(f, 1, src, dst, 32);
	p = frame_grow(f, 32);
	p[0] = v6 ? 128 : 8;
	if (v6)
		frame_sum6(f, ip, 58, 2);
	else
		put16(p + 2, sign_cksum(p, 32));
}
