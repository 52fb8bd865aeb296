// SPDX-License-Identifier: GPL-2.0-only
/* The words about the interface itself, each with its argument; no I/O
 *
 * One function for each word; whether a word may stand where it stands is
 * parse.c's.
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "carp_names.h"
#include "parse_addr.h"
#include "parse_link.h"
#include "parse_nodes.h"

static bool parse_range(const char *what, const char *arg, unsigned long min,
			unsigned long max, uint8_t *value, char *err)
{
	unsigned long number;

	if (!parse_number(arg, min, max, &number))
		return refuse(err, "%s must be %lu to %lu, not \"%.40s\"", what,
			      min, max, arg);
	*value = number;
	return true;
}

static bool parse_vhid(struct request *req, char *arg, char *err)
{
	return parse_range("vhid", arg, CARP_VHID_MIN, CARP_VHID_MAX,
			   &req->vhid, err);
}

static bool parse_advbase(struct request *req, char *arg, char *err)
{
	return parse_range("advbase", arg, 0, CARP_ADVBASE_MAX,
			   &req->advbase, err);
}

static bool parse_advskew(struct request *req, char *arg, char *err)
{
	return parse_range("advskew", arg, 0, CARP_ADVSKEW_MAX,
			   &req->advskew, err);
}

static bool parse_mtu(struct request *req, char *arg, char *err)
{
	unsigned long number;

	if (!parse_number(arg, 68, 65535, &number))
		return refuse(err, "mtu must be 68 to 65535, not \"%.40s\"",
			      arg);
	req->mtu = number;
	return true;
}

static bool parse_carpdev(struct request *req, char *arg, char *err)
{
	if (!parse_ifname(arg, req->carpdev))
		return refuse(err, "carpdev: \"%.40s\" is not the name of an interface",
			      arg);
	if (!strcmp(req->carpdev, req->ifname))
		return refuse(err, "carpdev: %s cannot be its own parent", arg);
	return true;
}

static bool parse_state(struct request *req, char *arg, char *err)
{
	if (!strcasecmp(arg, "master"))
		req->state = CARP_STATE_MASTER;
	else if (!strcasecmp(arg, "backup"))
		req->state = CARP_STATE_BACKUP;
	else
		return refuse(err, "state can be set to master or backup, not to \"%.40s\"",
			      arg);
	return true;
}

/* The word is wiped at once, used or not: until then it is in the process list
 * for everybody to read.
 */
static bool parse_pass(struct request *req, char *arg, char *err)
{
	size_t len = strlen(arg);
	bool ok;

	if (!len)
		return refuse(err, "the passphrase is empty; -pass removes it");
	ok = carp_key_set(&req->key, arg, len, err);
	explicit_bzero(arg, len);
	return ok;
}

static bool parse_passfile(struct request *req, char *arg, char *err)
{
	req->passfile = arg;
	return true;
}

static bool parse_nopass(struct request *req, char *arg, char *err)
{
	req->key.len = 0;
	return true;
}

static bool parse_carppeer(struct request *req, char *arg, char *err)
{
	return parse_peer(req->peer, arg, AF_INET, err);
}

static bool parse_carppeer6(struct request *req, char *arg, char *err)
{
	return parse_peer(req->peer6, arg, AF_INET6, err);
}

static bool parse_mac(struct request *req, char *arg, char *err)
{
	req->own_lladdr = true;
	return parse_lladdr(req->lladdr, arg, err);
}

/* For -carppeer, -lladdr and their like: said, with a value of zero. */
static bool parse_default(struct request *req, char *arg, char *err)
{
	return true;
}

static bool parse_cksum6(struct request *req, char *arg, char *err)
{
	req->cksum6 = CARP_CKSUM6_PLAIN;
	if (!strcmp(arg, carp_cksum6_name(CARP_CKSUM6_PSEUDO)))
		req->cksum6 = CARP_CKSUM6_PSEUDO;
	else if (strcmp(arg, carp_cksum6_name(CARP_CKSUM6_PLAIN)))
		return refuse(err, "cksum6 must be plain or pseudo, not \"%.40s\"",
			      arg);
	return true;
}

static bool parse_form(struct request *req, char *arg, char *err)
{
	req->form = CARP_FORM_NOV6LL;
	if (!strcmp(arg, carp_form_name(CARP_FORM_ORIG)))
		req->form = CARP_FORM_ORIG;
	else if (strcmp(arg, carp_form_name(CARP_FORM_NOV6LL)))
		return refuse(err, "form must be nov6ll or orig, not \"%.40s\"",
			      arg);
	return true;
}

static bool parse_demotestyle(struct request *req, char *arg, char *err)
{
	req->demotestyle = CARP_DEMOTESTYLE_ADD;
	if (!strcmp(arg, carp_demotestyle_name(CARP_DEMOTESTYLE_MAX)))
		req->demotestyle = CARP_DEMOTESTYLE_MAX;
	else if (strcmp(arg, carp_demotestyle_name(CARP_DEMOTESTYLE_ADD)))
		return refuse(err, "demotestyle must be add or max, not \"%.40s\"",
			      arg);
	return true;
}

static bool parse_syncgroup(struct request *req, char *arg, char *err)
{
	req->syncgroup = true;
	return true;
}

static bool parse_announce(struct request *req, char *arg, char *err)
{
	unsigned long number;

	if (!parse_number(arg, 1, CARP_ANNOUNCE_MAX, &number))
		return refuse(err, "announce must be 1 to %u seconds, not \"%.40s\"; -announce turns it off",
			      CARP_ANNOUNCE_MAX, arg);
	req->announce = number;
	return true;
}

static bool parse_up(struct request *req, char *arg, char *err)
{
	req->up = true;
	return true;
}

static bool parse_down(struct request *req, char *arg, char *err)
{
	req->up = false;
	return true;
}

static bool parse_create(struct request *req, char *arg, char *err)
{
	if (req->verb == REQUEST_CREATE)
		return refuse(err, "create is given twice");
	if (req->verb == REQUEST_DESTROY)
		return refuse(err, "destroy goes with no other word");
	req->verb = REQUEST_CREATE;
	return true;
}

static bool parse_destroy(struct request *req, char *arg, char *err)
{
	req->verb = REQUEST_DESTROY;
	return true;
}

static const struct keyword keywords[] = {
	{ "create", parse_create, false, 0 },
	{ "destroy", parse_destroy, false, 0 },
	{ "carpdev", parse_carpdev, true, GIVEN_CARPDEV },
	{ "vhid", parse_vhid, true, GIVEN_VHID },
	{ "advbase", parse_advbase, true, GIVEN_ADVBASE },
	{ "advskew", parse_advskew, true, GIVEN_ADVSKEW },
	{ "pass", parse_pass, true, GIVEN_KEY },
	{ "passfile", parse_passfile, true, GIVEN_KEY },
	{ "-pass", parse_nopass, false, GIVEN_KEY },
	{ "state", parse_state, true, GIVEN_STATE },
	{ "mtu", parse_mtu, true, GIVEN_MTU },
	{ "carppeer", parse_carppeer, true, GIVEN_PEER },
	{ "-carppeer", parse_default, false, GIVEN_PEER },
	{ "carppeer6", parse_carppeer6, true, GIVEN_PEER6 },
	{ "-carppeer6", parse_default, false, GIVEN_PEER6 },
	{ "lladdr", parse_mac, true, GIVEN_LLADDR },
	{ "-lladdr", parse_default, false, GIVEN_LLADDR },
	{ "cksum6", parse_cksum6, true, GIVEN_CKSUM6 },
	{ "form", parse_form, true, GIVEN_FORM },
	{ "demotestyle", parse_demotestyle, true, GIVEN_DEMOTESTYLE },
	{ "syncgroup", parse_syncgroup, false, GIVEN_SYNCGROUP },
	{ "-syncgroup", parse_default, false, GIVEN_SYNCGROUP },
	{ "announce", parse_announce, true, GIVEN_ANNOUNCE },
	{ "-announce", parse_default, false, GIVEN_ANNOUNCE },
	{ "balancing", parse_balancing, true, GIVEN_BALANCING },
	{ "-balancing", parse_default, false, GIVEN_BALANCING },
	{ "hash", parse_hash, true, GIVEN_HASH },
	{ "up", parse_up, false, GIVEN_UPDOWN },
	{ "down", parse_down, false, GIVEN_UPDOWN },
};

#define N_KEYWORDS (sizeof(keywords) / sizeof(keywords[0]))

/**
 * keyword_find - look up a word
 * @word: the word
 *
 * Return: what is known of it, or NULL.
 */
const struct keyword *keyword_find(const char *word)
{
	for (size_t i = 0; i < N_KEYWORDS; i++)
		if (!strcmp(word, keywords[i].word))
			return &keywords[i];
	return NULL;
}

/**
 * keyword_given - what to call that which is given twice
 * @given: GIVEN_*
 *
 * Return: a phrase, never NULL.
 */
const char *keyword_given(unsigned int given)
{
	switch (given) {
	case GIVEN_KEY:
		return "the passphrase";
	case GIVEN_UPDOWN:
		return "up or down";
	}
	for (size_t i = 0; i < N_KEYWORDS; i++)
		if (keywords[i].given == given)
			return keywords[i].word;
	return "";
}
