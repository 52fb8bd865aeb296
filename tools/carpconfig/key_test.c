// SPDX-License-Identifier: GPL-2.0-only
/* Passphrases as they are found in files */

#include "carp_key.h"

static void result(bool ok, const char *name)
{
	printf("%sok - %s\n", ok ? "" : "not ", name);
}

struct key_row {
	const char *name;
	const char *bytes;
	size_t len;
	const char *key;	/* NULL: refused */
	const char *err;
};

#define BYTES(s) s, sizeof(s) - 1

static const struct key_row key_table[] = {
	{ "the first line counts", BYTES("secret\nmore\n"), "secret", NULL },
	{ "the last line may lack its end", BYTES("secret"), "secret", NULL },
	{ "blanks belong to it", BYTES(" a b \n"), " a b ", NULL },
	{ "19 characters fit", BYTES("1234567890123456789\n"),
	  "1234567890123456789", NULL },
	{ "20 characters are refused", BYTES("12345678901234567890\n"), NULL,
	  "only 19 characters" },
	{ "an empty line is refused", BYTES("\nsecret\n"), NULL, "is empty" },
	{ "a carriage return is refused", BYTES("secret\r\n"), NULL,
	  "carriage return" },
	{ "a NUL is refused", BYTES("sec\0ret\n"), NULL, "NUL" },
};

static void test_key_row(const struct key_row *row)
{
	char err[CARP_KEY_ERR_LEN] = "";
	struct carp_key key = { 0 };
	char name[128];
	FILE *in;
	bool ok;

	in = fmemopen((void *)row->bytes, row->len, "r");
	ok = carp_key_read(&key, in, "keyfile", err);
	fclose(in);
	if (row->key)
		ok = ok && key.len == strlen(row->key) &&
		     !memcmp(key.data, row->key, key.len);
	else
		ok = !ok && strstr(err, row->err) && !strstr(err, "secret");
	snprintf(name, sizeof(name), "passfile: %s", row->name);
	result(ok, name);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(key_table) / sizeof(key_table[0]); i++)
		test_key_row(&key_table[i]);
	return 0;
}
