// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes into the parser: what it takes, it gives back */

#include <stdlib.h>

#include "fuzz.h"
#include "proto.h"

/* RFC 1071 as its section 1 says it, and not as proto.c does. */
static bool sum_is_right(const u8 *p)
{
	unsigned long sum = 0;

	for (int i = 0; i < CARP_HDR_LEN; i += 2)
		sum += p[i] * 256UL + p[i + 1];
	return sum && sum % 0xffff == 0;
}

static void gives_back(const u8 *data, const struct carp_advert *adv)
{
	struct carp_advert again;
	struct carp_hdr hdr;
	u8 *bytes = (u8 *)&hdr;

	carp_proto_build(adv, &hdr);
	must(sum_is_right(bytes));
	must(carp_proto_parse(&hdr, sizeof(hdr), &again) == CARP_PARSE_OK);
	must(!memcmp(&again, adv, sizeof(again)));
	/* All but what is a constant when we send, and the checksum. */
	must(bytes[0] >> 4 == data[0] >> 4);
	must(!memcmp(bytes + 1, data + 1, 2));
	must(!memcmp(bytes + 4, data + 4, 2));
	must(!memcmp(bytes + 8, data + 8, CARP_HDR_LEN - 8));
}

static void judge(const u8 *data, size_t len)
{
	struct carp_advert adv, untouched;
	enum carp_parse verdict;

	memset(&adv, 0xa5, sizeof(adv));
	untouched = adv;
	verdict = carp_proto_parse(data, len, &adv);
	if (len < CARP_HDR_LEN)
		must(verdict == CARP_PARSE_SHORT);
	else if (!sum_is_right(data))
		must(verdict == CARP_PARSE_BADSUM);
	else
		must(verdict == CARP_PARSE_OK);
	if (verdict == CARP_PARSE_OK)
		gives_back(data, &adv);
	else
		must(!memcmp(&adv, &untouched, sizeof(adv)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	u8 *copy;

	/* Memory of its own, so that not one byte behind it may be read. */
	copy = malloc(len ? len : 1);
	if (len)
		memcpy(copy, data, len);
	judge(copy, len);
	if (len >= CARP_HDR_LEN) {
		/* The fuzzer does not find checksums. */
		copy[6] = 0;
		copy[7] = 0;
		put_sum(copy);
		judge(copy, len);
	}
	free(copy);
	return 0;
}
