/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules for a passphrase, and reading one from a file
 *
 * Shared by carpconfig and the iproute2 plugin, header only so that either can
 * be built by itself. Refusals are sentences in the caller's buffer.
 */
#ifndef CARP_KEY_H
#define CARP_KEY_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <linux/if_carp.h>

/* Room for the longest refusal with a file name in it. */
#define CARP_KEY_ERR_LEN 256

/**
 * struct carp_key - a passphrase
 * @len: bytes that count, 0 for none
 * @data: the bytes, not NUL-terminated
 */
struct carp_key {
	size_t len;
	char data[CARP_KEY_MAX];
};

/**
 * carp_key_set - check a passphrase and keep it
 * @key: where to keep it
 * @text: the bytes
 * @len: how many
 * @err: CARP_KEY_ERR_LEN bytes for the refusal
 *
 * A longer passphrase is refused and not cut: one implementation cuts and
 * another refuses, and whoever typed 25 characters believes in all of them.
 *
 * Return: true if it may be used.
 */
static inline bool carp_key_set(struct carp_key *key, const char *text,
				size_t len, char *err)
{
	if (!len) {
		snprintf(err, CARP_KEY_ERR_LEN, "the passphrase is empty");
		return false;
	}
	if (len > CARP_KEY_MAX) {
		snprintf(err, CARP_KEY_ERR_LEN,
			 "only %d characters of a passphrase count, this one has %zu: shorten it on every member",
			 CARP_KEY_MAX, len);
		return false;
	}
	memcpy(key->data, text, len);
	key->len = len;
	return true;
}

/**
 * carp_key_read - take the first line of a stream as passphrase
 * @key: where to keep it
 * @in: the stream; unbuffered by this function, so that no copy is left
 * @name: what to call it in a refusal
 * @err: CARP_KEY_ERR_LEN bytes for the refusal
 *
 * Return: true if it may be used.
 */
static inline bool carp_key_read(struct carp_key *key, FILE *in,
				 const char *name, char *err)
{
	char line[CARP_KEY_MAX];
	size_t len = 0;
	bool ok = false;
	bool nul = false;
	char last = 0;
	int c;

	setvbuf(in, NULL, _IONBF, 0);
	while ((c = getc(in)) != EOF && c != '\n') {
		if (len < sizeof(line))
			line[len] = c;
		nul |= c == 0;
		last = c;
		len++;
	}
	if (ferror(in))
		snprintf(err, CARP_KEY_ERR_LEN, "%.128s: cannot be read: %s",
			 name, strerror(errno));
	else if (!len)
		snprintf(err, CARP_KEY_ERR_LEN,
			 "%.128s: the first line, which is the passphrase, is empty",
			 name);
	else if (nul || last == '\r')
		snprintf(err, CARP_KEY_ERR_LEN,
			 "%.128s: the passphrase %s", name,
			 nul ? "contains a NUL byte" :
			 "ends in a carriage return: save the file with Unix line ends");
	else
		ok = carp_key_set(key, line, len, err);
	explicit_bzero(line, sizeof(line));
	return ok;
}

/**
 * carp_key_load - read the passphrase from a file or from standard input
 * @key: where to keep it
 * @name: path, or "-"
 * @warn: where to complain about a file that others can read
 * @prefix: what to put before the complaint
 * @err: CARP_KEY_ERR_LEN bytes for the refusal
 *
 * Return: true if it may be used.
 */
static inline bool carp_key_load(struct carp_key *key, const char *name,
				 FILE *warn, const char *prefix, char *err)
{
	struct stat st;
	FILE *in;
	bool ok;

	if (!strcmp(name, "-"))
		return carp_key_read(key, stdin, "standard input", err);
	in = fopen(name, "re");
	if (!in) {
		snprintf(err, CARP_KEY_ERR_LEN, "%.128s: cannot be opened: %s",
			 name, strerror(errno));
		return false;
	}
	if (!fstat(fileno(in), &st) && S_ISREG(st.st_mode) &&
	    st.st_mode & 0044)
		fprintf(warn,
			"%s: warning: %s can be read by others: chmod 600 %s\n",
			prefix, name, name);
	ok = carp_key_read(key, in, name, err);
	fclose(in);
	return ok;
}

#endif /* CARP_KEY_H */
