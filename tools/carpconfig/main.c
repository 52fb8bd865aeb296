// SPDX-License-Identifier: GPL-2.0-only
/* carpconfig: set up and show carp interfaces with the words of ifconfig(8)
 *
 * Options and the table of what they lead to; the words after the interface
 * are parse.c's.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "json.h"
#include "main.h"
#include "show.h"

#ifndef CARP_VERSION
#define CARP_VERSION	"unreleased"
#endif

/**
 * struct options - what stands before the interface
 * @json: -j
 * @stats: -s
 * @details: -v, or -s twice
 * @group: -g and the name of a group, or NULL
 */
struct options {
	bool json;
	bool stats;
	bool details;
	const char *group;
};

struct verb {
	const char *word;
	int (*run)(int argc, char **argv, bool json);
};

static const struct verb verbs[] = {
	{ "monitor", monitor },
	{ "wait", wait_state },
};

static const char usage_text[] =
"usage: carpconfig [-ajsv] [interface]\n"
"       carpconfig interface create carpdev parent [parameter ...]\n"
"       carpconfig interface parameter ...\n"
"       carpconfig interface destroy\n"
"       carpconfig -g group [[-]carpdemote [N]]\n"
"       carpconfig monitor [-j] [--exec DIR [--timeout N]] [interface]\n"
"       carpconfig wait interface master|backup|init [seconds]\n"
"\n"
"parameters, in any order:\n"
"  vhid 1..255          number of the virtual host\n"
"  advbase 0..255       seconds between advertisements\n"
"  advskew 0..254       1/256 seconds more; the least is preferred as master\n"
"  passfile FILE|-      passphrase from a file or standard input\n"
"  pass WORD            passphrase; others may see it\n"
"  -pass                no passphrase\n"
"  state master|backup  change over now\n"
"  carppeer ADDRESS     advertise to this member only; -carppeer: multicast\n"
"  carppeer6 ADDRESS    the same for IPv6; -carppeer6: multicast\n"
"  lladdr MAC           another MAC address; -lladdr: that of the vhid\n"
"  cksum6 plain|pseudo  IPv6 checksum sent; pseudo for recent NetBSD\n"
"  form nov6ll|orig     link-local addresses left out of what is signed, or not\n"
"  carpdemote [N]       demote by N (1) more; -carpdemote [N]: by less\n"
"  demotestyle add|max  demotion adds to advskew, or any makes it 240\n"
"  syncgroup            be demoted as the worst of the link group; -syncgroup\n"
"  track LINK|group G [weight N]\n"
"                       be demoted by N (240) while it is down; -track\n"
"  announce SECONDS     announce the addresses that often; -announce: never\n"
"  carpnodes VHID:ADVSKEW,...|spread NODES host K of H\n"
"                       several vhids that share the load\n"
"  balancing ip|ip-stealth|ip-unicast\n"
"                       which MAC they share; -balancing: none\n"
"  hash xor|l3|l4       what chooses among them\n"
"  mtu N\n"
"  up | down\n"
"  [inet|inet6] ADDRESS[/LENGTH] [netmask M|prefixlen N] [broadcast B]\n"
"                       [alias|-alias]\n"
"\n"
"  -a  all interfaces (default)   -j  JSON\n"
"  -s  counters                   -v  details and history\n"
"  -h  this help                  -V  version\n";

static void show_one(const struct link *link, const struct state *state,
		     const struct options *options)
{
	if (options->stats)
		show_stats(link);
	else
		show_link(link, state);
	if (options->details)
		show_details(link);
}

static int show_json(const struct state *state, const struct options *options)
{
	json_t *links = json_array();

	for (size_t i = 0; i < state->n_links; i++) {
		if (!json_array_append_new(links, json_link(&state->links[i],
							    state,
							    options->stats)))
			continue;
		json_decref(links);
		return fail(state->links[i].ifname,
			    "its name is no UTF-8, as JSON wants it");
	}
	if (!json_print(links, JSON_INDENT(2)))
		return fail(NULL, "%s", strerror(ENOMEM));
	return EXIT_OK;
}

static int read_state(struct nl *nl, const char *ifname, struct state *state)
{
	bool is_carp = true;
	int err;

	if (ifname)
		err = state_link(nl, ifname, state, &is_carp);
	else
		err = state_links(nl, state);
	if (!err)
		err = state_addrs(nl, state);
	if (err == -ENODEV)
		return fail(ifname, "no such interface");
	if (err)
		return fail(ifname, "%s", strerror(-err));
	if (!is_carp)
		return fail(ifname, "not a carp interface");
	return EXIT_OK;
}

static int show(struct nl *nl, const char *ifname,
		const struct options *options)
{
	struct state state = { 0 };
	int rc;

	rc = read_state(nl, ifname, &state);
	if (!rc && options->json)
		rc = show_json(&state, options);
	for (size_t i = 0; !rc && !options->json && i < state.n_links; i++)
		show_one(&state.links[i], &state, options);
	state_free(&state);
	return rc;
}

static int usage(FILE *out)
{
	fputs(usage_text, out);
	return out == stdout ? EXIT_OK : EXIT_USAGE;
}

static int run_request(struct request *req, const struct options *options,
		       bool all)
{
	struct nl *nl = nl_open(0);
	int rc;

	if (!nl)
		return fail(NULL, "netlink: %s", strerror(errno));
	if (req->verb == REQUEST_SHOW)
		rc = show(nl, all ? NULL : req->ifname, options);
	else
		rc = apply(nl, req);
	nl_close(nl);
	return rc;
}

static int run_words(int argc, char **argv, const struct options *options)
{
	static struct request req;
	char err[REQUEST_ERR_LEN];
	int rc;

	if (!argc)
		return run_request(&req, options, true);
	if (!parse_request(&req, argc, argv, err)) {
		explicit_bzero(&req.key, sizeof(req.key));
		fail(argv[0], "%s", err);
		return EXIT_USAGE;
	}
	if (req.verb != REQUEST_SHOW &&
	    (options->json || options->stats || options->details)) {
		fail(argv[0], "-j, -s and -v show, and go with no parameters");
		return EXIT_USAGE;
	}
	rc = run_request(&req, options, false);
	return rc;
}

/* Return: an exit status, or -1 to go on. */
static int parse_options(int argc, char **argv, struct options *options,
			 bool *all)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+ag:jsvhV", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			*all = true;
			break;
		case 'g':
			/* What follows may be -carpdemote, no option. */
			options->group = optarg;
			return -1;
		case 'j':
			options->json = true;
			break;
		case 's':
			options->details |= options->stats;
			options->stats = true;
			break;
		case 'v':
			options->details = true;
			break;
		case 'h':
			return usage(stdout);
		case 'V':
			puts("carpconfig " CARP_VERSION);
			return EXIT_OK;
		default:
			return usage(stderr);
		}
	}
	return -1;
}

/* A full disk or a closed pipe is a failure too. */
static int flush(int rc)
{
	if (fflush(stdout) || ferror(stdout))
		return rc ? rc : fail(NULL, "standard output: %s",
				      strerror(errno));
	return rc;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	bool all = false;
	int rc;

	rc = parse_options(argc, argv, &options, &all);
	if (rc >= 0)
		return flush(rc);
	argc -= optind;
	argv += optind;
	if (all && argc) {
		fail(NULL, "-a is all interfaces, and goes with none");
		return EXIT_USAGE;
	}
	if (options.group)
		return flush(demote_group(options.group, argc, argv,
					  options.json));
	for (size_t i = 0; argc && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(argv[0], verbs[i].word))
			return verbs[i].run(argc, argv, options.json);
	return flush(run_words(argc, argv, &options));
}
