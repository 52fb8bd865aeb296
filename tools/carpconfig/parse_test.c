// SPDX-License-Identifier: GPL-2.0-only
/* The parser against a table of command lines, and against nonsense
 *
 * What was understood is written down again in one canonical form, so that a
 * row of the table is {accepted, words, canonical form or refusal}.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carp_names.h"
#include "parse.h"

#define WORDS_MAX	600
#define TEXT_MAX	4096

struct row {
	bool ok;
	const char *words;
	const char *expected;
};

static const struct row table[] = {
	/* show, create, destroy */
	{ true, "carp0", "show carp0" },
	{ true, "carp0 create carpdev eth0", "create carp0 carpdev=eth0" },
	{ true, "carp0 carpdev eth0 create", "create carp0 carpdev=eth0" },
	{ true, "carp0 create carpdev br0 vhid 7 192.0.2.1/24",
	  "create carp0 carpdev=br0 vhid=7 +192.0.2.1/24" },
	{ true, "carp0 destroy", "destroy carp0" },
	{ false, "carp0 create",
	  "create needs a parent: carpconfig carp0 create carpdev eth0" },
	{ false, "carp0 create create carpdev eth0", "create is given twice" },
	{ false, "carp0 destroy vhid 1", "destroy goes with no other word" },
	{ false, "carp0 create destroy", "destroy goes with no other word" },
	{ false, "carp0 create carpdev carp0",
	  "carpdev: carp0 cannot be its own parent" },
	{ false, "carp0 create carpdev a/b",
	  "carpdev: \"a/b\" is not the name of an interface" },
	{ false, "carp0carp0carp0carp0",
	  "\"carp0carp0carp0carp0\" is not the name of an interface" },
	{ false, "..", "\"..\" is not the name of an interface" },
	{ true, "abcdefghijklmno", "show abcdefghijklmno" },
	{ false, "abcdefghijklmnop",
	  "\"abcdefghijklmnop\" is not the name of an interface" },

	/* the example of the README */
	{ true, "carp0 vhid 1 advskew 100 advbase 1 pass changeme "
		"192.168.0.100/24",
	  "set carp0 vhid=1 advbase=1 advskew=100 key=changeme "
	  "+192.168.0.100/24" },

	/* ranges */
	{ true, "carp0 vhid 1", "set carp0 vhid=1" },
	{ true, "carp0 vhid 255", "set carp0 vhid=255" },
	{ false, "carp0 vhid 0", "vhid must be 1 to 255, not \"0\"" },
	{ false, "carp0 vhid 256", "vhid must be 1 to 255, not \"256\"" },
	{ false, "carp0 vhid one", "vhid must be 1 to 255, not \"one\"" },
	{ false, "carp0 vhid -1", "vhid must be 1 to 255, not \"-1\"" },
	{ false, "carp0 vhid +1", "vhid must be 1 to 255, not \"+1\"" },
	{ false, "carp0 vhid 0x1", "vhid must be 1 to 255, not \"0x1\"" },
	{ false, "carp0 vhid 1x", "vhid must be 1 to 255, not \"1x\"" },
	{ false, "carp0 vhid 4294967297",
	  "vhid must be 1 to 255, not \"4294967297\"" },
	{ true, "carp0 advskew 0", "set carp0 advskew=0" },
	{ true, "carp0 advskew 254", "set carp0 advskew=254" },
	{ false, "carp0 advskew 255",
	  "advskew must be 0 to 254, not \"255\"" },
	{ true, "carp0 advbase 0", "set carp0 advbase=0" },
	{ true, "carp0 advbase 255", "set carp0 advbase=255" },
	{ false, "carp0 advbase 256",
	  "advbase must be 0 to 255, not \"256\"" },
	{ false, "carp0 advbase 1.5",
	  "advbase must be 0 to 255, not \"1.5\"" },
	{ true, "carp0 advbase 0 advskew 1", "set carp0 advbase=0 advskew=1" },
	{ false, "carp0 advbase 0 advskew 0",
	  "advbase and advskew cannot both be 0: advertisements would never stop" },
	{ false, "carp0 advskew 0 advbase 0",
	  "advbase and advskew cannot both be 0: advertisements would never stop" },
	{ false, "carp0 create carpdev eth0 advbase 0",
	  "advbase and advskew cannot both be 0: advertisements would never stop" },
	{ true, "carp0 create carpdev eth0 advskew 0",
	  "create carp0 carpdev=eth0 advskew=0" },
	{ true, "carp0 mtu 1400", "set carp0 mtu=1400" },
	{ false, "carp0 mtu 67", "mtu must be 68 to 65535, not \"67\"" },
	{ false, "carp0 mtu 65536", "mtu must be 68 to 65535, not \"65536\"" },

	/* the key */
	{ true, "carp0 pass 1234567890123456789",
	  "set carp0 key=1234567890123456789" },
	{ false, "carp0 pass 12345678901234567890",
	  "only 19 characters of a passphrase count, this one has 20: shorten it on every member" },
	{ true, "carp0 passfile /etc/carp/carp0.key",
	  "set carp0 passfile=/etc/carp/carp0.key" },
	{ true, "carp0 passfile -", "set carp0 passfile=-" },
	{ true, "carp0 -pass", "set carp0 key=" },
	{ true, "carp0 pass pass", "set carp0 key=pass" },
	{ false, "carp0 pass", "pass needs an argument" },
	{ false, "carp0 passfile", "passfile needs an argument" },
	{ false, "carp0 pass a passfile b", "the passphrase is given twice" },
	{ false, "carp0 -pass pass b", "the passphrase is given twice" },

	/* state, up, down */
	{ true, "carp0 state master", "set carp0 state=2" },
	{ true, "carp0 state BACKUP", "set carp0 state=1" },
	{ false, "carp0 state init",
	  "state can be set to master or backup, not to \"init\"" },
	{ false, "carp0 state slave",
	  "state can be set to master or backup, not to \"slave\"" },
	{ true, "carp0 up", "set carp0 up" },
	{ true, "carp0 down", "set carp0 down" },
	{ false, "carp0 up down", "up or down is given twice" },

	/* addresses */
	{ true, "carp0 192.0.2.1", "set carp0 +192.0.2.1/32" },
	{ true, "carp0 inet 192.0.2.1/24", "set carp0 +192.0.2.1/24" },
	{ true, "carp0 192.0.2.1 netmask 255.255.255.0",
	  "set carp0 +192.0.2.1/24" },
	{ true, "carp0 192.0.2.1 netmask 0xffffff00",
	  "set carp0 +192.0.2.1/24" },
	{ true, "carp0 192.0.2.1 netmask 0xFFFFFFFF",
	  "set carp0 +192.0.2.1/32" },
	{ true, "carp0 192.0.2.1 prefixlen 24", "set carp0 +192.0.2.1/24" },
	{ true, "carp0 192.0.2.1/24 netmask 255.255.255.0",
	  "set carp0 +192.0.2.1/24" },
	{ false, "carp0 192.0.2.1/24 netmask 255.255.0.0",
	  "the prefix length is given twice, as 24 and as 16" },
	{ true, "carp0 192.0.2.1/24 broadcast 192.0.2.255",
	  "set carp0 +192.0.2.1/24 brd 192.0.2.255" },
	{ true, "carp0 192.0.2.1/24 alias", "set carp0 +192.0.2.1/24" },
	{ true, "carp0 192.0.2.1 -alias", "set carp0 -192.0.2.1" },
	{ true, "carp0 192.0.2.1/24 delete", "set carp0 -192.0.2.1/24" },
	{ true, "carp0 -alias 192.0.2.1", "set carp0 -192.0.2.1" },
	{ true, "carp0 inet -alias 192.0.2.1", "set carp0 -192.0.2.1" },
	{ true, "carp0 alias 192.0.2.1/24 alias 192.0.2.2/24",
	  "set carp0 +192.0.2.1/24 +192.0.2.2/24" },
	{ true, "carp0 192.0.2.1/24 -alias 192.0.2.2/24",
	  "set carp0 -192.0.2.1/24 +192.0.2.2/24" },
	{ true, "carp0 -alias 192.0.2.1 -alias 192.0.2.2",
	  "set carp0 -192.0.2.1 -192.0.2.2" },
	{ true, "carp0 192.0.2.1/24 vhid 3 -alias 192.0.2.2",
	  "set carp0 vhid=3 +192.0.2.1/24 -192.0.2.2" },
	{ true, "carp0 192.0.2.1 netmask 0xffffff00 -alias",
	  "set carp0 -192.0.2.1/24" },
	{ true, "carp0 192.0.2.0/31", "set carp0 +192.0.2.0/31" },
	{ true, "carp0 inet6 2001:db8::1/64", "set carp0 +2001:db8::1/64" },
	{ true, "carp0 2001:db8::1", "set carp0 +2001:db8::1/128" },
	{ true, "carp0 inet6 2001:db8::1 prefixlen 64",
	  "set carp0 +2001:db8::1/64" },
	{ true, "carp0 fe80::1%carp0/64", "set carp0 +fe80::1/64" },
	{ true, "carp0 inet6 2001:db8::1/64 -alias inet 192.0.2.1/24",
	  "set carp0 -2001:db8::1/64 +192.0.2.1/24" },
	{ false, "carp0 fe80::1%eth0/64",
	  "fe80::1%eth0/64: the scope is another interface" },
	{ false, "carp0 1.2.3", "\"1.2.3\" is not an IPv4 address" },
	{ false, "carp0 192.0.2.256",
	  "\"192.0.2.256\" is not an IPv4 address" },
	{ false, "carp0 192.0.2.1/33",
	  "the prefix length must be 1 to 32, not \"33\"" },
	{ false, "carp0 192.0.2.1/0",
	  "the prefix length must be 1 to 32, not \"0\"" },
	{ false, "carp0 192.0.2.1/",
	  "the prefix length must be 1 to 32, not \"\"" },
	{ false, "carp0 192.0.2.1/24/24",
	  "the prefix length must be 1 to 32, not \"24/24\"" },
	{ false, "carp0 2001:db8::1/129",
	  "the prefix length must be 1 to 128, not \"129\"" },
	{ false, "carp0 inet 2001:db8::1",
	  "\"2001:db8::1\" is not an IPv4 address" },
	{ false, "carp0 inet6 192.0.2.1",
	  "\"192.0.2.1\" is not an IPv6 address" },
	{ false, "carp0 2001:db8:::1",
	  "\"2001:db8:::1\" is not an IPv6 address" },
	{ false, "carp0 192.0.2.1 netmask 255.0.255.0",
	  "\"255.0.255.0\" is not a netmask, such as 255.255.255.0 or 0xffffff00" },
	{ false, "carp0 192.0.2.1 netmask 0.0.0.0",
	  "\"0.0.0.0\" is not a netmask, such as 255.255.255.0 or 0xffffff00" },
	{ false, "carp0 192.0.2.1 netmask 0xffff",
	  "\"0xffff\" is not a netmask, such as 255.255.255.0 or 0xffffff00" },
	{ false, "carp0 2001:db8::1 netmask 255.255.255.0",
	  "netmask 255.255.255.0: an IPv6 address takes a prefix length" },
	{ false, "carp0 2001:db8::1 broadcast 192.0.2.255",
	  "broadcast 192.0.2.255: IPv6 has no broadcast" },
	{ false, "carp0 netmask 255.255.255.0",
	  "netmask has to follow an address" },
	{ false, "carp0 192.0.2.1 vhid 1 netmask 255.255.255.0",
	  "netmask has to follow an address" },
	{ false, "carp0 192.0.2.1 netmask", "netmask needs an argument" },
	{ false, "carp0 -alias", "-alias needs an address" },
	{ false, "carp0 inet", "inet needs an address" },
	{ false, "carp0 inet vhid 1", "\"vhid\" is not an IPv4 address" },
	{ false, "carp0 -alias alias 192.0.2.1",
	  "alias: an address has to follow -alias" },
	{ false, "carp0 inet inet6 ::1",
	  "inet6: an address has to follow inet" },
	{ false, "carp0 192.0.2.1 192.0.2.1 -alias",
	  "the same address is given twice" },
	{ false, "carp0 224.0.0.18",
	  "224.0.0.18/32 is a multicast address and cannot be a virtual address" },
	{ false, "carp0 255.255.255.255",
	  "255.255.255.255/32 is the broadcast address and cannot be a virtual address" },
	{ false, "carp0 192.0.2.255/24",
	  "192.0.2.255/24 is the broadcast address of its subnet and cannot be a virtual address" },
	{ false, "carp0 192.0.2.0/24",
	  "192.0.2.0/24 is the address of its subnet itself and cannot be a virtual address" },
	{ false, "carp0 0.0.0.0",
	  "0.0.0.0/32 is in 0.0.0.0/8 and cannot be a virtual address" },
	{ false, "carp0 127.0.0.1/8",
	  "127.0.0.1/8 is a loopback address and cannot be a virtual address" },
	{ false, "carp0 ff02::12",
	  "ff02::12/128 is a multicast address and cannot be a virtual address" },
	{ false, "carp0 ::",
	  "::/128 is the unspecified address and cannot be a virtual address" },

	/* more of IPv6 */
	{ true, "carp0 inet6 2001:db8::1 -alias", "set carp0 -2001:db8::1" },
	{ true, "carp0 inet6 -alias 2001:db8::1/64",
	  "set carp0 -2001:db8::1/64" },
	{ true, "carp0 2001:db8::1/64 delete", "set carp0 -2001:db8::1/64" },
	{ true, "carp0 inet6 fe80::1%carp0 prefixlen 64 -alias",
	  "set carp0 -fe80::1/64" },
	{ true, "carp0 192.0.2.1/24 inet6 2001:db8::1/64 alias",
	  "set carp0 +192.0.2.1/24 +2001:db8::1/64" },
	{ false, "carp0 2001:db8::1/64 prefixlen 48",
	  "the prefix length is given twice, as 64 and as 48" },
	{ false, "carp0 2001:db8::1/0",
	  "the prefix length must be 1 to 128, not \"0\"" },
	{ false, "carp0 2001:db8::1 2001:DB8:0::1",
	  "the same address is given twice" },
	{ false, "carp0 ::1",
	  "::1/128 is the loopback address and cannot be a virtual address" },
	{ false, "carp0 ::ffff:192.0.2.1",
	  "::ffff:192.0.2.1/128 is an IPv4-mapped address and cannot be a virtual address" },

	/* peers */
	{ true, "carp0 carppeer 192.0.2.2", "set carp0 peer=192.0.2.2" },
	{ true, "carp0 -carppeer", "set carp0 peer=0.0.0.0" },
	{ true, "carp0 carppeer6 2001:db8::2", "set carp0 peer6=2001:db8::2" },
	{ true, "carp0 carppeer6 fe80::2", "set carp0 peer6=fe80::2" },
	{ true, "carp0 -carppeer6 -carppeer",
	  "set carp0 peer=0.0.0.0 peer6=::" },
	{ true, "carp0 192.0.2.1/24 carppeer 192.0.2.2 vhid 1",
	  "set carp0 vhid=1 peer=192.0.2.2 +192.0.2.1/24" },
	{ true, "carp0 carppeer 198.51.100.224",
	  "set carp0 peer=198.51.100.224" },
	{ false, "carp0 carppeer", "carppeer needs an argument" },
	{ false, "carp0 carppeer 192.0.2.2 -carppeer",
	  "carppeer is given twice" },
	{ false, "carp0 carppeer6 fe80::2 carppeer6 fe80::3",
	  "carppeer6 is given twice" },
	{ false, "carp0 carppeer 2001:db8::2",
	  "carppeer: 2001:db8::2 is an IPv6 address, for carppeer6" },
	{ false, "carp0 carppeer6 192.0.2.2",
	  "carppeer6: 192.0.2.2 is an IPv4 address, for carppeer" },
	{ false, "carp0 carppeer 192.0.2",
	  "\"192.0.2\" is not an IPv4 address" },
	{ false, "carp0 carppeer 192.0.2.2/24",
	  "\"192.0.2.2/24\" is not an IPv4 address" },
	{ false, "carp0 carppeer host2",
	  "\"host2\" is not an IPv4 address" },
	{ false, "carp0 carppeer6 host2",
	  "\"host2\" is not an IPv6 address" },
	{ false, "carp0 carppeer6 fe80::2%eth0",
	  "\"fe80::2%eth0\": a peer has no scope, it is looked for on the parent" },
	{ false, "carp0 carppeer 0.0.0.0",
	  "0.0.0.0 is in 0.0.0.0/8 and cannot be a peer" },
	{ false, "carp0 carppeer 127.0.0.1",
	  "127.0.0.1 is a loopback address and cannot be a peer" },
	{ false, "carp0 carppeer 224.0.0.18",
	  "224.0.0.18 is a multicast address and cannot be a peer" },
	{ false, "carp0 carppeer 255.255.255.255",
	  "255.255.255.255 is the broadcast address and cannot be a peer" },
	{ false, "carp0 carppeer6 ::",
	  ":: is the unspecified address and cannot be a peer" },
	{ false, "carp0 carppeer6 ::1",
	  "::1 is the loopback address and cannot be a peer" },
	{ false, "carp0 carppeer6 ff02::12",
	  "ff02::12 is a multicast address and cannot be a peer" },
	{ false, "carp0 carppeer6 ::ffff:192.0.2.2",
	  "::ffff:192.0.2.2 is an IPv4-mapped address and cannot be a peer" },

	/* the MAC address */
	{ true, "carp0 lladdr 02:00:00:00:00:0A",
	  "set carp0 lladdr=02:00:00:00:00:0a" },
	{ true, "carp0 lladdr 2:0:0:0:0:a",
	  "set carp0 lladdr=02:00:00:00:00:0a" },
	{ true, "carp0 create carpdev eth0 vhid 1 lladdr 02:00:00:00:00:01",
	  "create carp0 carpdev=eth0 vhid=1 lladdr=02:00:00:00:00:01" },
	{ true, "carp0 -lladdr", "set carp0 lladdr=vhid" },
	{ false, "carp0 lladdr", "lladdr needs an argument" },
	{ false, "carp0 lladdr 02:00:00:00:00:01 -lladdr",
	  "lladdr is given twice" },
	{ false, "carp0 lladdr 02:00:00:00:00",
	  "\"02:00:00:00:00\" is not a MAC address, such as 02:00:00:00:00:01" },
	{ false, "carp0 lladdr 02:00:00:00:00:01:02",
	  "\"02:00:00:00:00:01:02\" is not a MAC address, such as 02:00:00:00:00:01" },
	{ false, "carp0 lladdr 02:00:00:00:00:001",
	  "\"02:00:00:00:00:001\" is not a MAC address, such as 02:00:00:00:00:01" },
	{ false, "carp0 lladdr 02:00:00:00:00:",
	  "\"02:00:00:00:00:\" is not a MAC address, such as 02:00:00:00:00:01" },
	{ false, "carp0 lladdr 02-00-00-00-00-01",
	  "\"02-00-00-00-00-01\" is not a MAC address, such as 02:00:00:00:00:01" },
	{ false, "carp0 lladdr 02:00:00:00:00:0g",
	  "\"02:00:00:00:00:0g\" is not a MAC address, such as 02:00:00:00:00:01" },
	{ false, "carp0 lladdr 0x2:0:0:0:0:1",
	  "\"0x2:0:0:0:0:1\" is not a MAC address, such as 02:00:00:00:00:01" },
	{ false, "carp0 lladdr 01:00:5e:00:00:12",
	  "lladdr: 01:00:5e:00:00:12 is a multicast address" },
	{ false, "carp0 lladdr ff:ff:ff:ff:ff:ff",
	  "lladdr: ff:ff:ff:ff:ff:ff is a multicast address" },
	{ false, "carp0 lladdr 00:00:00:00:00:00",
	  "lladdr: 00:00:00:00:00:00 is nobody's address" },

	/* what the others of the group speak */
	{ true, "carp0 cksum6 pseudo form orig",
	  "set carp0 cksum6=pseudo form=orig" },
	{ true, "carp0 cksum6 plain form nov6ll",
	  "set carp0 cksum6=plain form=nov6ll" },
	{ false, "carp0 cksum6 none",
	  "cksum6 must be plain or pseudo, not \"none\"" },
	{ false, "carp0 form both",
	  "form must be nov6ll or orig, not \"both\"" },
	{ false, "carp0 form", "form needs an argument" },
	{ false, "carp0 cksum6 plain cksum6 plain",
	  "cksum6 is given twice" },

	/* all or nothing, and what is not known */
	{ false, "carp0 vhid 1 advskew 100 foo", "unknown word \"foo\"" },
	{ false, "carp0 vhid", "vhid needs an argument" },
	{ false, "carp0 vhid 1 vhid 2", "vhid is given twice" },
	{ false, "carp0 monitor", "unknown word \"monitor\"" },
	{ false, "carp0 arpbalance", "unknown word \"arpbalance\"" },
};

static char *describe_addr(char *p, const struct request_addr *a)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(a->family, a->addr, text, sizeof(text));
	p += sprintf(p, " %c%s", a->remove ? '-' : '+', text);
	if (!a->remove || a->has_prefixlen)
		p += sprintf(p, "/%u", a->prefixlen);
	if (a->has_broadcast) {
		inet_ntop(AF_INET, a->broadcast, text, sizeof(text));
		p += sprintf(p, " brd %s", text);
	}
	return p;
}

static char *describe_peers(char *p, const struct request *req)
{
	char text[INET6_ADDRSTRLEN];

	if (req->given & GIVEN_PEER) {
		inet_ntop(AF_INET, req->peer, text, sizeof(text));
		p += sprintf(p, " peer=%s", text);
	}
	if (req->given & GIVEN_PEER6) {
		inet_ntop(AF_INET6, req->peer6, text, sizeof(text));
		p += sprintf(p, " peer6=%s", text);
	}
	return p;
}

static char *describe_lladdr(char *p, const struct request *req)
{
	if (!req->own_lladdr)
		return p + sprintf(p, " lladdr=vhid");
	p += sprintf(p, " lladdr");
	for (int i = 0; i < REQUEST_MAC_LEN; i++)
		p += sprintf(p, "%c%02x", i ? ':' : '=', req->lladdr[i]);
	return p;
}

static void describe(const struct request *req, char *p)
{
	static const char * const verbs[] = {
		[REQUEST_SHOW] = "show",
		[REQUEST_SET] = "set",
		[REQUEST_CREATE] = "create",
		[REQUEST_DESTROY] = "destroy",
	};

	p += sprintf(p, "%s %s", verbs[req->verb], req->ifname);
	if (req->given & GIVEN_CARPDEV)
		p += sprintf(p, " carpdev=%s", req->carpdev);
	if (req->given & GIVEN_VHID)
		p += sprintf(p, " vhid=%u", req->vhid);
	if (req->given & GIVEN_ADVBASE)
		p += sprintf(p, " advbase=%u", req->advbase);
	if (req->given & GIVEN_ADVSKEW)
		p += sprintf(p, " advskew=%u", req->advskew);
	if (req->passfile)
		p += sprintf(p, " passfile=%s", req->passfile);
	else if (req->given & GIVEN_KEY)
		p += sprintf(p, " key=%.*s", (int)req->key.len, req->key.data);
	if (req->given & GIVEN_STATE)
		p += sprintf(p, " state=%u", req->state);
	if (req->given & GIVEN_MTU)
		p += sprintf(p, " mtu=%u", req->mtu);
	p = describe_peers(p, req);
	if (req->given & GIVEN_LLADDR)
		p = describe_lladdr(p, req);
	if (req->given & GIVEN_CKSUM6)
		p += sprintf(p, " cksum6=%s", carp_cksum6_name(req->cksum6));
	if (req->given & GIVEN_FORM)
		p += sprintf(p, " form=%s", carp_form_name(req->form));
	if (req->given & GIVEN_UPDOWN)
		p += sprintf(p, " %s", req->up ? "up" : "down");
	for (unsigned int i = 0; i < req->n_addrs; i++)
		p = describe_addr(p, &req->addrs[i]);
}

static void result(bool ok, const char *name)
{
	printf("%sok - %s\n", ok ? "" : "not ", name);
}

/* Words are copied each into memory of its own, for ASan to see their ends. */
static int split(const char *words, char **argv)
{
	char *copy = strdup(words);
	char *save = NULL;
	int argc = 0;

	for (char *w = strtok_r(copy, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = strdup(w);
	argv[argc] = NULL;
	free(copy);
	return argc;
}

static void free_words(char **argv)
{
	for (; *argv; argv++)
		free(*argv);
}

static void test_row(const struct row *row)
{
	static struct request req;
	char err[REQUEST_ERR_LEN] = "";
	char *argv[WORDS_MAX];
	char got[TEXT_MAX];
	char name[TEXT_MAX];
	int argc = split(row->words, argv);
	bool ok;

	ok = parse_request(&req, argc, argv, err);
	if (ok)
		describe(&req, got);
	else
		snprintf(got, sizeof(got), "%s", err);
	free_words(argv);
	snprintf(name, sizeof(name), "parse: %s", row->words);
	if (ok == row->ok && !strcmp(got, row->expected)) {
		result(true, name);
		return;
	}
	result(false, name);
	printf("# expected %s: %s\n", row->ok ? "accepted" : "refused",
	       row->expected);
	printf("# got      %s: %s\n", ok ? "accepted" : "refused", got);
}

static void test_pass_is_wiped(const char *pass, bool ok, const char *name)
{
	static const char zero[64];
	static struct request req;
	char err[REQUEST_ERR_LEN];
	char line[128];
	char *argv[WORDS_MAX];
	bool wiped;
	int argc;

	snprintf(line, sizeof(line), "carp0 vhid 1 pass %s", pass);
	argc = split(line, argv);
	ok = parse_request(&req, argc, argv, err) == ok;
	wiped = !memcmp(argv[4], zero, strlen(pass));
	result(ok && wiped && !strstr(err, pass), name);
	free_words(argv);
}

static void test_empty_pass(void)
{
	static struct request req;
	char words[][8] = { "carp0", "pass", "" };
	char *argv[] = { words[0], words[1], words[2], NULL };
	char err[REQUEST_ERR_LEN];

	result(!parse_request(&req, 3, argv, err) &&
	       !strcmp(err, "the passphrase is empty; -pass removes it"),
	       "parse: an empty passphrase is refused");
}

static void test_too_many_addrs(void)
{
	static struct request req;
	char err[REQUEST_ERR_LEN];
	char *argv[WORDS_MAX];
	char word[32];
	bool fits;

	argv[0] = strdup("carp0");
	for (int i = 1; i <= REQUEST_ADDR_MAX + 1; i++) {
		snprintf(word, sizeof(word), "10.0.%d.%d", i / 256, i % 256);
		argv[i] = strdup(word);
	}
	argv[REQUEST_ADDR_MAX + 2] = NULL;
	fits = parse_request(&req, REQUEST_ADDR_MAX + 1, argv, err);
	result(fits && req.n_addrs == REQUEST_ADDR_MAX &&
	       !parse_request(&req, REQUEST_ADDR_MAX + 2, argv, err) &&
	       strstr(err, "more than"),
	       "parse: 256 addresses fit, one more is refused");
	free_words(argv);
}

/* Command lines of known words in nonsensical order: nothing to compare, but
 * the sanitizers watch, and what is accepted must obey its own limits.
 */
static bool fuzz_one(unsigned int *seed, const char * const *words, size_t n)
{
	static struct request req;
	char err[REQUEST_ERR_LEN];
	char *argv[WORDS_MAX];
	int argc = 1 + rand_r(seed) % 12;
	bool ok;

	argv[0] = strdup("carp0");
	for (int i = 1; i < argc; i++)
		argv[i] = strdup(words[rand_r(seed) % n]);
	argv[argc] = NULL;
	ok = parse_request(&req, argc, argv, err);
	free_words(argv);
	if (!ok)
		return err[0];
	return (!(req.given & GIVEN_VHID) || req.vhid) &&
	       (!(req.given & GIVEN_ADVSKEW) ||
		req.advskew <= CARP_ADVSKEW_MAX) &&
	       req.key.len <= CARP_KEY_MAX &&
	       req.n_addrs <= REQUEST_ADDR_MAX;
}

static void test_nonsense(void)
{
	static const char * const words[] = {
		"create", "destroy", "carpdev", "vhid", "advbase", "advskew",
		"pass", "passfile", "-pass", "state", "mtu", "up", "down",
		"inet", "inet6", "netmask", "broadcast", "prefixlen", "alias",
		"-alias", "delete", "", "0", "1", "255", "256", "-1",
		"master", "192.0.2.1", "192.0.2.2/24", "192.0.2.3/99",
		"2001:db8::1/64", "fe80::1%carp0", "%", ":", "/", "1/",
		"carppeer", "-carppeer", "carppeer6", "-carppeer6", "lladdr",
		"-lladdr", "cksum6", "form", "plain", "orig", "fe80::2",
		"02:00:00:00:00:01", "2:::::", "ff:ff:ff:ff:ff:fff",
		"255.255.255.0", "0xffffff00", "0x", "12345678901234567890",
		"9999999999999999999999999999999999999999999999999999999999",
		":::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::"
		":::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::"
		":::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::",
	};
	unsigned int seed = 112;
	bool ok = true;

	for (int i = 0; ok && i < 100000; i++)
		ok = fuzz_one(&seed, words, sizeof(words) / sizeof(words[0]));
	result(ok, "parse: 100000 nonsensical command lines do no harm");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		test_row(&table[i]);
	test_pass_is_wiped("changeme", true,
			   "parse: the word after pass is wiped");
	test_pass_is_wiped("a-passphrase-far-too-long", false,
			   "parse: the word after pass is wiped when refused");
	test_empty_pass();
	test_too_many_addrs();
	test_nonsense();
	return 0;
}
