// SPDX-License-Identifier: GPL-2.0-only
/* Nodes: words, what follows from them, attributes */

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nl.h"
#include "nodes.h"
#include "show.h"

#define BUF_LEN	8192

static void result(bool ok, const char *name)
{
	printf("%sok - nodes: %s\n", ok ? "" : "not ", name);
}

static bool parse_words(struct request *req, char words[][16], int n)
{
	char err[REQUEST_ERR_LEN];
	char *argv[17];

	for (int i = 0; i < n; i++)
		argv[i] = words[i];
	argv[n] = NULL;
	return parse_request(req, n, argv, err);
}

/* Is there any place in a request that is called so? */
static bool names(const struct nlmsghdr *nlh, const char *word)
{
	const char *name;

	for (uint32_t i = 0; i < nlh->nlmsg_len; i++) {
		name = link_attr_name(nlh, i);
		if (name && !strcmp(name, word))
			return true;
	}
	return false;
}

static void test_encode_nodes(void)
{
	char line[][16] = { "carp0", "carpnodes", "9:100,7:0", "balancing",
			    "ip-unicast", "hash", "l3" };
	static struct request req;
	struct nlmsghdr *nlh;
	struct link link;
	char buf[BUF_LEN];

	parse_words(&req, line, 7);
	nlh = nl_link_message(buf, RTM_NEWLINK, 0, 42);
	link_encode(nlh, &req, 0);
	result(link_decode(nlh, &link) && link.n_nodes == 2 &&
	       link.nodes[0].vhid == 7 && !link.nodes[0].advskew &&
	       link.nodes[1].vhid == 9 && link.nodes[1].advskew == 100 &&
	       link.balancing == CARP_BALANCING_IP_UNICAST &&
	       link.hash == CARP_HASH_L3, "the nodes sent are read back");
	result(names(nlh, "carpnodes") && !names(nlh, "vhid"),
	       "and named where the kernel points at one");
}

static void test_spread(void)
{
	char line[][16] = { "carp0", "carpnodes", "spread", "6", "host", "2",
			    "of", "3", "vhid", "10" };
	static const char beyond[] =
		"spread: 6 nodes from vhid 251 on would go beyond 255";
	static const uint8_t skews[] = { 50, 0, 100, 100, 0, 50 };
	struct link link = { .vhid = 20 };
	char err[REQUEST_ERR_LEN];
	static struct request req;
	bool ok;

	ok = parse_words(&req, line, 8) && nodes_spread(&req, NULL, err) &&
	     req.n_nodes == 6;
	for (unsigned int i = 0; i < 6; i++)
		ok &= req.nodes[i].vhid == 1 + i &&
		      req.nodes[i].advskew == skews[i];
	result(ok, "a spread begins with vhid 1");
	result(parse_words(&req, line, 8) && nodes_spread(&req, &link, err) &&
	       req.nodes[0].vhid == 20, "or with the vhid that there is");
	result(parse_words(&req, line, 10) && nodes_spread(&req, &link, err) &&
	       req.nodes[5].vhid == 15 && !(req.given & GIVEN_VHID),
	       "or with the vhid that is said, which is then not sent");
	link.vhid = 251;
	result(parse_words(&req, line, 8) && !nodes_spread(&req, &link, err) &&
	       !strcmp(err, beyond),
	       "and ends with 255");
}

static bool has_lladdr(char line[][16], int n, const struct link *link,
		       uint8_t last)
{
	const uint8_t expected[] = { 0x00, 0x00, 0x5e, 0x00, 0x01, last };
	static struct request req;
	uint8_t mac[REQUEST_MAC_LEN];
	char err[REQUEST_ERR_LEN];

	if (!parse_words(&req, line, n) || !nodes_spread(&req, link, err))
		return false;
	nodes_lladdr(&req, link, mac);
	return !memcmp(mac, expected, sizeof(mac));
}

static void test_lladdr(void)
{
	char spread[][16] = { "carp0", "-lladdr", "carpnodes", "spread", "3",
			      "host", "1", "of", "2" };
	char nodes[][16] = { "carp0", "-lladdr", "carpnodes", "4:0,3:0" };
	char vhid[][16] = { "carp0", "-lladdr", "vhid", "5" };
	struct link link = { .vhid = 9, .n_nodes = 2,
			     .balancing = CARP_BALANCING_IP };

	result(has_lladdr(vhid, 2, &link, 9) &&
	       has_lladdr(vhid, 4, &link, 5) && has_lladdr(vhid, 4, NULL, 5) &&
	       has_lladdr(nodes, 4, &link, 3) &&
	       has_lladdr(spread, 9, &link, 9) &&
	       has_lladdr(spread, 9, NULL, 1),
	       "the MAC follows from the first vhid");
}

static void test_least_advskew(void)
{
	char line[][16] = { "carp0", "carpnodes", "1:9,2:8,3:7" };
	char word[][16] = { "carp0", "advbase", "0", "advskew", "3" };
	struct link link = { .advskew = 6, .n_nodes = 2,
			     .nodes = { { 1, 6, 0, 0, 0 },
					{ 2, 5, 0, 0, 0 } } };
	char vhid[][16] = { "carp0", "vhid", "2", "advbase", "0" };
	struct link apart = { .advskew = 4, .n_nodes = 2,
			      .nodes = { { 1, 4, 0, 0, 0 },
					 { 2, 100, 0, 0, 0 } } };
	static struct request req;

	result(parse_words(&req, vhid, 5) &&
	       nodes_least_advskew(&req, &apart) == 100,
	       "of nodes of which one stays, that one's");
	strcpy(vhid[2], "3");
	result(parse_words(&req, vhid, 5) &&
	       nodes_least_advskew(&req, &apart) == 4,
	       "and one with a new vhid has the first one's");
	result(parse_words(&req, line, 3) &&
	       nodes_least_advskew(&req, &link) == 7 &&
	       parse_words(&req, word, 3) &&
	       nodes_least_advskew(&req, &link) == 5 &&
	       parse_words(&req, word, 5) &&
	       nodes_least_advskew(&req, &link) == 3,
	       "the least advskew is that of all nodes");
}

/* What show_link() prints, without the first line. */
static void shown(const struct link *link, char *text, size_t size)
{
	struct state state = { 0 };
	int out = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	size_t len;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	show_link(link, &state);
	show_transition(stdout, NULL, link, &link->history[0]);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	rewind(file);
	len = fread(text, 1, size - 1, file);
	text[len] = '\0';
	fclose(file);
	close(out);
}

static void test_show(void)
{
	static const char expected[] =
		"\tcarp: MASTER carpdev none advbase 1 balancing ip hash xor\n"
		"\tcarpnodes: MASTER vhid 4 advskew 0 kept 2 packets (66.7%)\n"
		"\tcarpnodes: BACKUP vhid 5 advskew 9 kept 0 packets\n"
		"\tstatus: master\n";
	struct link link = {
		.ifname = "carp0", .vhid = 4, .advbase = 1, .n_nodes = 2,
		.balancing = CARP_BALANCING_IP, .state = CARP_STATE_MASTER,
		.nodes = { { 4, 0, CARP_STATE_MASTER, 2, 1 },
			   { 5, 9, CARP_STATE_BACKUP, 0, 0 } },
		.history = { { .serial = 3, .vhid = 5 } },
	};
	char text[1024];

	shown(&link, text, sizeof(text));
	result(strstr(text, expected), "several are shown a line each");
	result(strstr(text, " serial 3 vhid 5\n"),
	       "with several a transition says of which");
	link.n_nodes = 1;
	link.balancing = CARP_BALANCING_NONE;
	shown(&link, text, sizeof(text));
	result(strstr(text, "none vhid 4 advbase 1 advskew 0\n\tstatus") &&
	       strstr(text, " serial 3\n"), "one is shown as without nodes");
}

int main(void)
{
	test_encode_nodes();
	test_spread();
	test_lladdr();
	test_least_advskew();
	test_show();
	return 0;
}
