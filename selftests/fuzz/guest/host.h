/* SPDX-License-Identifier: GPL-2.0-only */
/* The host under test: a TAP device as its cable, four carp devices
 *
 *	carp0 vhid 1   carp1 vhid 2   carp3 vhid 3   carp2 vhid 1
 *	      \              |             /              |
 *	       +---------- eth0 ----------+            eth0.5
 *	                     |                            |
 *	                     +---- the file of the TAP ---+
 */
#ifndef _FUZZ_HOST_H
#define _FUZZ_HOST_H

#include "link.h"
#include "sign.h"

#define PORTS	2
#define MEMBERS	4
#define HOST_VID 5

/**
 * struct port - a parent
 * @name: its name
 * @ifindex: its number
 * @mac: its MAC address
 * @vid: its VLAN on the cable, or 0
 * @own4: the host's own address there
 * @own6: the same, IPv6
 */
struct port {
	const char *name;
	int ifindex;
	u8 mac[6];
	u16 vid;
	u8 own4[4];
	u8 own6[16];
};

/**
 * struct member - a carp device
 * @name: its name
 * @port: index of its parent
 * @ifindex: its number
 * @up: it is set up
 * @state: enum carp_state as it is known to be
 * @input: vhid, passphrase, addresses, MAC address
 * @config: the rest of what was set
 * @sign: prepared from @input
 * @cookie: its counter, as seen in its advertisements
 * @cookie_known: one has been seen
 * @before: as it was before the batch
 */
struct member {
	const char *name;
	int port;
	int ifindex;
	bool up;
	u32 state;
	struct sign_input input;
	struct link_config config;
	struct sign sign;
	u8 cookie[8];
	bool cookie_known;
	struct link before;
};

/**
 * struct host - all of it
 * @rng: chance
 * @pieces: chance of what depends on how often something is written
 * @nl: a socket
 * @tap: the file: what is written is received by eth0
 * @frags: what is written becomes a packet in pieces
 * @allow: sysctl net.carp.allow
 * @port: the parents
 * @member: the carp devices
 * @sent: frames that came out of the host
 */
struct host {
	struct rng *rng;
	struct rng pieces;
	struct nl nl;
	int tap;
	bool frags;
	bool allow;
	struct port port[PORTS];
	struct member member[MEMBERS];
	u64 sent;
};

void host_setup(struct host *host, struct rng *rng);
/* Something that an administrator, or a cable, does. */
void host_act(struct host *host);
/* Bring each member to a state that is known; some of them down. */
void host_settle(struct host *host);
/* Configure, be elected, go: everything still works. */
void host_teardown(struct host *host);
void host_write(struct host *host, const u8 *frame, size_t len);
/* Read what the host has sent; @judge it, if all states are known. */
void host_read(struct host *host, bool judge);
/* A frame with an advertisement that @m takes, of a member that is faster. */
size_t host_live_advert(const struct host *host, const struct member *m,
			bool v6, u8 *frame);

/* In speak.c: answer what came out of it, if it asks for an address. */
void host_answer(struct host *host, const u8 *eth, const u8 *at, size_t left,
		 u16 type, u16 vid);
/* Have it send something from a virtual address. */
void host_speak(struct host *host);

/* In judge.c: may the host have sent this? */
void judge_frame(struct host *host, const u8 *frame, size_t len, bool judge);

static inline const u8 *member_mac(const struct member *m)
{
	return m->input.mac;
}

#endif /* _FUZZ_HOST_H */
