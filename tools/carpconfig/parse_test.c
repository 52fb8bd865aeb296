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
#include "parse_rows.h"

#define WORDS_MAX	600
#define TEXT_MAX	4096

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

static char *describe_demotion(char *p, const struct request *req)
{
	const struct request_track *track;

	if (req->given & GIVEN_DEMOTE)
		p += sprintf(p, " demote=%d", req->demote);
	if (req->given & GIVEN_DEMOTESTYLE)
		p += sprintf(p, " demotestyle=%s",
			     carp_demotestyle_name(req->demotestyle));
	if (req->given & GIVEN_SYNCGROUP)
		p += sprintf(p, req->syncgroup ? " syncgroup" :
						 " -syncgroup");
	if (req->given & GIVEN_ANNOUNCE)
		p += sprintf(p, " announce=%u", req->announce);
	for (unsigned int i = 0; i < req->n_tracks; i++) {
		track = &req->tracks[i];
		p += sprintf(p, track->group_word ? " track=[%s]/%u" :
						    " track=%s/%u",
			     track->group_word ?: track->name, track->weight);
	}
	return p;
}

static char *describe_nodes(char *p, const struct request *req)
{
	const struct request_spread *spread = &req->spread;

	if (req->given & GIVEN_BALANCING)
		p += sprintf(p, " balancing=%s",
			     carp_balancing_name(req->balancing));
	if (req->given & GIVEN_HASH)
		p += sprintf(p, " hash=%s", carp_hash_name(req->hash));
	if (req->given & GIVEN_NODES)
		p += sprintf(p, " nodes=");
	for (unsigned int i = 0; i < req->n_nodes; i++)
		p += sprintf(p, "%s%u:%u", i ? "," : "", req->nodes[i].vhid,
			     req->nodes[i].advskew);
	if (spread->nodes)
		p += sprintf(p, "%u/%u/%u", spread->nodes, spread->host,
			     spread->hosts);
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
	p = describe_demotion(p, req);
	p = describe_nodes(p, req);
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

static void test_too_many_tracks(void)
{
	static struct request req;
	char err[REQUEST_ERR_LEN];
	char *argv[WORDS_MAX];
	char word[32];
	bool fits;

	argv[0] = strdup("carp0");
	for (int i = 0; i <= REQUEST_TRACK_MAX; i++) {
		snprintf(word, sizeof(word), "eth%d", i);
		argv[2 * i + 1] = strdup("track");
		argv[2 * i + 2] = strdup(word);
	}
	argv[2 * REQUEST_TRACK_MAX + 3] = NULL;
	free(argv[2 * REQUEST_TRACK_MAX + 1]);
	argv[2 * REQUEST_TRACK_MAX + 1] = NULL;
	fits = parse_request(&req, 2 * REQUEST_TRACK_MAX + 1, argv, err);
	argv[2 * REQUEST_TRACK_MAX + 1] = strdup("track");
	result(fits && req.n_tracks == REQUEST_TRACK_MAX &&
	       !parse_request(&req, 2 * REQUEST_TRACK_MAX + 3, argv, err) &&
	       strstr(err, "more than"),
	       "parse: 64 links to track fit, one more is refused");
	free_words(argv);
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
	       req.n_addrs <= REQUEST_ADDR_MAX &&
	       req.n_tracks <= REQUEST_TRACK_MAX &&
	       req.n_nodes <= CARP_NODES_MAX &&
	       req.spread.hosts <= req.spread.nodes &&
	       req.spread.host < CARP_NODES_MAX;
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
		"carpdemote", "-carpdemote", "track", "-track", "weight",
		"carpnodes", "1:0,2:100", "3:0,3:0", "1:255", "spread", "host",
		"of", "8", "3", "balancing", "-balancing", "ip", "hash", "l4",
		"group", "syncgroup", "announce", "demotestyle", "max", "wan",
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
	test_too_many_tracks();
	test_nonsense();
	return 0;
}
