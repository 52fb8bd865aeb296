// SPDX-License-Identifier: GPL-2.0-only
/* The words of the command line, as a request; no I/O
 *
 * Words come in any order, as with ifconfig(8). Only netmask, broadcast and the
 * alias words are tied to the address they stand beside.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "parse.h"
#include "parse_addr.h"
#include "parse_link.h"
#include "parse_nodes.h"
#include "parse_track.h"

/**
 * struct parser - where we are in the command line
 * @req: the request being filled
 * @argv: the words
 * @argc: how many
 * @pos: the word being read
 * @addr: the address that the word before belonged to, or NULL
 * @op_given: an alias word was said for @addr
 * @expect: an address has to follow, and this word is why
 * @expect_family: AF_UNSPEC, or what inet or inet6 said
 * @expect_op: 0, or the alias word that was said before the address
 * @err: REQUEST_ERR_LEN bytes for the refusal
 */
struct parser {
	struct request *req;
	char **argv;
	int argc;
	int pos;
	struct request_addr *addr;
	bool op_given;
	const char *expect;
	int expect_family;
	char expect_op;
	char *err;
};

/**
 * refuse - say why a word is not taken
 * @err: REQUEST_ERR_LEN bytes for it
 * @format: as printf()
 *
 * Return: false, which is 0 words.
 */
bool refuse(char *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(err, REQUEST_ERR_LEN, format, ap);
	va_end(ap);
	return false;
}

/**
 * parse_ifname - check that a word can be the name of an interface
 * @word: the word
 * @ifname: IFNAMSIZ bytes for a copy
 *
 * Return: true if it can.
 */
bool parse_ifname(const char *word, char *ifname)
{
	size_t len = strlen(word);

	if (!len || len >= IFNAMSIZ || !strcmp(word, ".") ||
	    !strcmp(word, "..") || word[0] == '-' ||
	    strpbrk(word, "/: \t\n\v\f\r"))
		return false;
	memcpy(ifname, word, len + 1);
	return true;
}

/**
 * request_check_interval - an interval of nothing is no interval
 * @advbase: seconds
 * @advskew: 1/256 s
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true unless both are 0.
 */
bool request_check_interval(uint8_t advbase, uint8_t advskew, char *err)
{
	if (advbase || advskew)
		return true;
	return refuse(err, "advbase and advskew cannot both be 0: advertisements would never stop");
}

/* The rules that need all that was said about an address. */
static bool close_addr(struct parser *p)
{
	struct request_addr *other;
	struct request_addr *a = p->addr;

	if (!a)
		return true;
	p->addr = NULL;
	for (other = p->req->addrs; other < a; other++)
		if (other->family == a->family &&
		    !memcmp(other->addr, a->addr, sizeof(a->addr)))
			return refuse(p->err, "the same address is given twice");
	return a->remove || addr_check(a, p->err);
}

static bool take_addr(struct parser *p, const char *word)
{
	struct request_addr *a;

	if (!close_addr(p))
		return false;
	if (p->req->n_addrs == REQUEST_ADDR_MAX)
		return refuse(p->err, "more than %d addresses in one command",
			      REQUEST_ADDR_MAX);
	a = &p->req->addrs[p->req->n_addrs];
	if (!parse_addr(a, word, p->expect_family, p->req->ifname, p->err))
		return false;
	p->req->n_addrs++;
	a->remove = p->expect_op == '-';
	p->op_given = p->expect_op;
	p->addr = a;
	p->expect = NULL;
	p->expect_family = AF_UNSPEC;
	p->expect_op = 0;
	return true;
}

/* An alias word belongs to the address it directly follows, else to the one
 * that follows it: both orders are in use among the BSDs.
 */
static bool take_op(struct parser *p, const char *word)
{
	char op = strcmp(word, "alias") ? '-' : '+';

	if (p->addr && !p->op_given) {
		p->addr->remove = op == '-';
		p->op_given = true;
		return true;
	}
	if (p->expect_op)
		return refuse(p->err, "%s: an address has to follow %s", word,
			      p->expect);
	p->expect_op = op;
	p->expect = word;
	return close_addr(p);
}

static bool take_family(struct parser *p, const char *word)
{
	if (p->expect_family != AF_UNSPEC)
		return refuse(p->err, "%s: an address has to follow %s", word,
			      p->expect);
	p->expect_family = strcmp(word, "inet") ? AF_INET6 : AF_INET;
	p->expect = word;
	return close_addr(p);
}

/* Words about the address before them: netmask, prefixlen, broadcast. */
static bool take_detail(struct parser *p, const char *word)
{
	const char *arg = p->argv[++p->pos];

	if (!arg)
		return refuse(p->err, "%s needs an argument", word);
	if (!p->addr)
		return refuse(p->err, "%s has to follow an address", word);
	if (!strcmp(word, "netmask"))
		return parse_netmask(p->addr, arg, p->err);
	if (!strcmp(word, "prefixlen"))
		return parse_prefixlen(p->addr, arg, p->err);
	return parse_broadcast(p->addr, arg, p->err);
}

static bool take_keyword(struct parser *p, const struct keyword *k)
{
	char *arg = NULL;

	if (!close_addr(p))
		return false;
	if (k->has_arg) {
		arg = p->argv[++p->pos];
		if (!arg)
			return refuse(p->err, "%s needs an argument", k->word);
	}
	if (p->req->given & k->given)
		return refuse(p->err, "%s is given twice",
			      keyword_given(k->given));
	p->req->given |= k->given;
	return k->parse(p->req, arg, p->err);
}

static bool take_phrase(struct parser *p)
{
	int taken;

	if (!close_addr(p))
		return false;
	taken = parse_phrase(p->req, p->argv + p->pos, p->err);
	p->pos += taken - 1;
	return taken;
}

static bool is_one_of(const char *word, const char *a, const char *b,
		      const char *c)
{
	return !strcmp(word, a) || !strcmp(word, b) || (c && !strcmp(word, c));
}

static bool take_word(struct parser *p)
{
	const char *word = p->argv[p->pos];
	const struct keyword *keyword;

	if (is_one_of(word, "alias", "-alias", "delete"))
		return take_op(p, word);
	if (is_one_of(word, "inet", "inet6", NULL))
		return take_family(p, word);
	if (p->expect || looks_like_addr(word))
		return take_addr(p, word);
	if (is_one_of(word, "netmask", "prefixlen", "broadcast"))
		return take_detail(p, word);
	if (is_phrase(word))
		return take_phrase(p);
	keyword = keyword_find(word);
	if (keyword)
		return take_keyword(p, keyword);
	return refuse(p->err, "unknown word \"%.40s\"", word);
}

/* What can be said of the whole only. */
static bool check_request(struct parser *p)
{
	struct request *req = p->req;
	unsigned int both = GIVEN_ADVBASE | GIVEN_ADVSKEW;
	uint8_t advbase = CARP_ADVBASE_DEFAULT;

	if (req->verb == REQUEST_DESTROY && p->argc > 2)
		return refuse(p->err, "destroy goes with no other word");
	if (req->verb == REQUEST_CREATE && !(req->given & GIVEN_CARPDEV))
		return refuse(p->err, "create needs a parent: carpconfig %s create carpdev eth0",
			      req->ifname);
	if (req->given & GIVEN_ADVBASE)
		advbase = req->advbase;
	if (req->given & GIVEN_NODES)
		return request_check_nodes(req, p->err);
	/* Of an existing interface we do not know the other of the two. */
	if (req->verb == REQUEST_CREATE || (req->given & both) == both)
		return request_check_interval(advbase, req->advskew, p->err);
	return true;
}

/**
 * parse_request - understand a command line
 * @req: where it goes
 * @argc: number of words
 * @argv: the words, that of the interface first; NULL-terminated; the word
 *	after pass is overwritten
 * @err: REQUEST_ERR_LEN bytes for the refusal
 *
 * Return: true if every word was understood. Nothing in @req is of use if not.
 */
bool parse_request(struct request *req, int argc, char **argv, char *err)
{
	struct parser p = {
		.req = req,
		.argv = argv,
		.argc = argc,
		.err = err,
	};

	memset(req, 0, sizeof(*req));
	if (!parse_ifname(argv[0], req->ifname))
		return refuse(p.err, "\"%.40s\" is not the name of an interface",
			      argv[0]);
	req->verb = argc > 1 ? REQUEST_SET : REQUEST_SHOW;
	for (p.pos = 1; p.pos < argc; p.pos++)
		if (!take_word(&p))
			return false;
	if (p.expect)
		return refuse(p.err, "%s needs an address", p.expect);
	return close_addr(&p) && check_request(&p);
}
