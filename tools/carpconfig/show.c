// SPDX-License-Identifier: GPL-2.0-only
/* Output for people, as ifconfig and netstat -s print it */

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "carp_names.h"
#include "group.h"
#include "show.h"

/* linux/if.h has it, but does not go together with net/if.h. */
#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP	0x10000
#endif

#define LLADDR_TEXT_LEN	(3 * LINK_LLADDR_MAX)

/* The numbers are those of the BSDs, which scripts know: 8843 is an interface
 * in good order.
 */
const struct bsd_flag bsd_flags[BSD_FLAG_COUNT] = {
	{ 0x0001, "UP" },
	{ 0x0002, "BROADCAST" },
	{ 0x0040, "RUNNING" },
	{ 0x0080, "NOARP" },
	{ 0x0100, "PROMISC" },
	{ 0x0200, "ALLMULTI" },
	{ 0x0800, "SIMPLEX" },
	{ 0x8000, "MULTICAST" },
};

/* Linux calls a dormant interface not RUNNING, but to ifconfig a BACKUP runs:
 * what counts is that its parent does. An Ethernet device does not hear itself.
 */
static bool is_running(unsigned int flags)
{
	return flags & IFF_UP && flags & (IFF_RUNNING | IFF_LOWER_UP);
}

/**
 * bsd_flag_bits - an interface's flags in the numbers of the BSDs
 * @link: the interface
 *
 * Return: an OR of the bits in bsd_flags.
 */
unsigned int bsd_flag_bits(const struct link *link)
{
	unsigned int bits = 0x0800;

	if (link->flags & IFF_UP)
		bits |= 0x0001;
	if (link->flags & IFF_BROADCAST)
		bits |= 0x0002;
	if (is_running(link->flags))
		bits |= 0x0040;
	if (link->flags & IFF_NOARP)
		bits |= 0x0080;
	if (link->flags & IFF_PROMISC)
		bits |= 0x0100;
	if (link->flags & IFF_ALLMULTI)
		bits |= 0x0200;
	if (link->flags & IFF_MULTICAST)
		bits |= 0x8000;
	return bits;
}

/**
 * carpdev_text - the name of the parent
 * @link: the interface
 * @buf: IF_NAMESIZE bytes
 *
 * Return: the name; "if" and a number for one in another network namespace,
 * "none" if it is gone.
 */
const char *carpdev_text(const struct link *link, char *buf)
{
	if (!link->carpdev)
		return "none";
	if (link->carpdev_elsewhere || !if_indextoname(link->carpdev, buf))
		snprintf(buf, IF_NAMESIZE, "if%d", link->carpdev);
	return buf;
}

/**
 * lladdr_text - the link-layer address with colons
 * @link: the interface
 * @buf: where
 * @size: bytes there
 */
void lladdr_text(const struct link *link, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < link->lladdr_len && used + 4 <= size; i++)
		used += snprintf(buf + used, size - used, i ? ":%02x" : "%02x",
				 link->lladdr[i]);
}

/**
 * peer_text - the peer of a family
 * @link: the interface; has a peer
 * @family: AF_INET or AF_INET6
 * @buf: INET6_ADDRSTRLEN bytes
 *
 * Return: @buf.
 */
const char *peer_text(const struct link *link, int family, char *buf)
{
	return inet_ntop(family, family == AF_INET ? link->peer : link->peer6,
			 buf, INET6_ADDRSTRLEN);
}

/**
 * time_text - local time to the microsecond, with its offset from UTC
 * @ns: since the epoch
 * @buf: where
 * @size: bytes there, TIME_TEXT_LEN suffice
 */
void time_text(uint64_t ns, char *buf, size_t size)
{
	time_t seconds = ns / 1000000000;
	char date[24] = "";
	char zone[8] = "";
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(buf, size, "%s.%06u%s", date,
		 (unsigned int)(ns % 1000000000 / 1000), zone);
}

static void show_flags(const struct link *link)
{
	unsigned int bits = bsd_flag_bits(link);
	const char *comma = "";

	printf("%s: flags=%x<", link->ifname, bits);
	for (size_t i = 0; i < BSD_FLAG_COUNT; i++) {
		if (!(bits & bsd_flags[i].bit))
			continue;
		printf("%s%s", comma, bsd_flags[i].name);
		comma = ",";
	}
	printf("> mtu %" PRIu32 "\n", link->mtu);
}

/* What is not as by default, and whether it has an effect now. */
static void show_demotion(const struct link *link)
{
	if (link->demotestyle != CARP_DEMOTESTYLE_ADD)
		printf(" demotestyle %s",
		       carp_demotestyle_name(link->demotestyle));
	if (link->syncgroup)
		printf(" syncgroup");
	if (link->announce)
		printf(" announce %" PRIu32, link->announce);
	if (link->demotion)
		printf(" carpdemote %" PRId32, link->demotion);
	if (link->demoted)
		printf(" demoted %" PRId32, link->demoted);
}

static void show_tracks(const struct link *link)
{
	const struct link_track *track;
	char group[GROUP_NAME_LEN];

	for (unsigned int i = 0; i < link->n_tracks; i++) {
		track = &link->tracks[i];
		if (track->name[0])
			printf("\ttrack %s weight %" PRIu32 ": %s\n",
			       track->name, track->weight,
			       track->down ? "down" : "up");
		else
			printf("\ttrack group %s weight %" PRIu32 ": %" PRIu32 " down\n",
			       group_text(track->group, group), track->weight,
			       track->down);
	}
}

/* Several nodes have a line each, show_nodes(). */
static void show_election(const struct link *link)
{
	if (link->n_nodes > 1) {
		printf("advbase %u", link->advbase);
		return;
	}
	if (link->vhid)
		printf("vhid %u ", link->vhid);
	else
		printf("vhid none ");
	printf("advbase %u advskew %u", link->advbase, link->advskew);
}

static void show_balancing(const struct link *link)
{
	if (link->balancing != CARP_BALANCING_NONE)
		printf(" balancing %s", carp_balancing_name(link->balancing));
	if (link->n_nodes > 1 || link->hash != CARP_HASH_XOR)
		printf(" hash %s", carp_hash_name(link->hash));
}

static void show_nodes(const struct link *link)
{
	const struct link_node *node;
	double all;

	for (unsigned int i = 0; link->n_nodes > 1 && i < link->n_nodes; i++) {
		node = &link->nodes[i];
		all = (double)node->kept + node->left;
		printf("\tcarpnodes: %s vhid %u advskew %u kept %" PRIu64 " packets",
		       carp_state_name(node->state), node->vhid,
		       node->advskew, node->kept);
		if (all)
			printf(" (%.1f%%)", 100 * node->kept / all);
		printf("\n");
	}
}

static void show_carp(const struct link *link)
{
	static const char * const status[] = {
		[CARP_STATE_INIT] = "init",
		[CARP_STATE_BACKUP] = "backup",
		[CARP_STATE_MASTER] = "master",
	};
	char carpdev[IF_NAMESIZE];
	char peer[INET6_ADDRSTRLEN];

	printf("\tcarp: %s carpdev %s ", carp_state_name(link->state),
	       carpdev_text(link, carpdev));
	show_election(link);
	if (link_has_peer(link, AF_INET))
		printf(" carppeer %s", peer_text(link, AF_INET, peer));
	if (link_has_peer(link, AF_INET6))
		printf(" carppeer6 %s", peer_text(link, AF_INET6, peer));
	if (link->cksum6 != CARP_CKSUM6_PLAIN)
		printf(" cksum6 %s", carp_cksum6_name(link->cksum6));
	if (link->form != CARP_FORM_NOV6LL)
		printf(" form %s", carp_form_name(link->form));
	show_demotion(link);
	show_balancing(link);
	printf("\n");
	show_nodes(link);
	if (link->state < CARP_ARRAY_SIZE(status))
		printf("\tstatus: %s\n", status[link->state]);
}

static void show_addr(const struct link *link, const struct link_addr *a)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr in6;
	uint32_t mask;

	inet_ntop(a->family, a->addr, text, sizeof(text));
	if (a->family == AF_INET6) {
		memcpy(&in6, a->addr, sizeof(in6));
		printf("\tinet6 %s", text);
		if (IN6_IS_ADDR_LINKLOCAL(&in6))
			printf("%%%s", link->ifname);
		printf(" prefixlen %u\n", a->prefixlen);
		return;
	}
	mask = a->prefixlen ? 0xffffffff << (32 - a->prefixlen) : 0;
	printf("\tinet %s netmask 0x%08" PRIx32, text, mask);
	if (a->has_broadcast) {
		inet_ntop(AF_INET, a->broadcast, text, sizeof(text));
		printf(" broadcast %s", text);
	}
	printf("\n");
}

static void show_addrs(const struct link *link, const struct state *state,
		       int family)
{
	for (size_t i = 0; i < state->n_addrs; i++)
		if (state->addrs[i].ifindex == link->ifindex &&
		    state->addrs[i].family == family)
			show_addr(link, &state->addrs[i]);
}

/**
 * show_link - print an interface as ifconfig does
 * @link: the interface
 * @state: its addresses are in here
 */
void show_link(const struct link *link, const struct state *state)
{
	char lladdr[LLADDR_TEXT_LEN];
	char group[GROUP_NAME_LEN];

	show_flags(link);
	lladdr_text(link, lladdr, sizeof(lladdr));
	if (lladdr[0])
		printf("\tlladdr %s\n", lladdr);
	show_carp(link);
	if (link->group)
		printf("\tgroup: %s\n", group_text(link->group, group));
	show_tracks(link);
	show_addrs(link, state, AF_INET);
	show_addrs(link, state, AF_INET6);
}

/**
 * show_stats - print the counters as netstat -s -p carp does
 * @link: the interface
 */
void show_stats(const struct link *link)
{
	const struct carp_stat_words *words;

	printf("%s:\n", link->ifname);
	for (unsigned int i = 0; i <= CARP_STAT_MAX; i++) {
		words = carp_stat_words(i);
		if (!words || !link->has_stat[i])
			continue;
		printf("%s%" PRIu64 " %s\n", words->part ? "\t\t" : "\t",
		       link->stats[i],
		       link->stats[i] == 1 ? words->one : words->many);
	}
}

/**
 * show_transition - print one transition on one line
 * @out: where
 * @ifname: to begin with, or NULL to leave it out
 * @link: the interface
 * @t: the transition
 */
void show_transition(FILE *out, const char *ifname, const struct link *link,
		     const struct transition *t)
{
	char when[TIME_TEXT_LEN];

	time_text(t->time, when, sizeof(when));
	fprintf(out, "%s ", when);
	if (ifname)
		fprintf(out, "%s: ", ifname);
	fprintf(out, "%s -> %s (%s) serial %" PRIu32,
		carp_state_name(t->from), carp_state_name(t->to),
		carp_reason_text(t->reason), t->serial);
	if (link->n_nodes > 1)
		fprintf(out, " vhid %u", t->vhid);
	fprintf(out, "\n");
}

/**
 * show_details - print what ifconfig has no place for
 * @link: the interface
 */
void show_details(const struct link *link)
{
	printf("\tkey: %s\n", link->key_set ? "set" : "not set");
	printf("\ttransitions: %" PRIu32 ", last: %s\n", link->serial,
	       carp_reason_text(link->reason));
	for (unsigned int i = 0; i < link->n_history; i++) {
		printf("\t\t");
		show_transition(stdout, NULL, link, &link->history[i]);
	}
}
