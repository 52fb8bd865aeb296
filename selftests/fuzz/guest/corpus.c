// SPDX-License-Identifier: GPL-2.0-only
/* What foreign implementations said, from the captures of selftests/unit: as it
 * was, or changed as all else.
 */
#define _GNU_SOURCE
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

#define CORPUS_MAX	256
#define CORPUS_ROOM	128
#define PCAP_HEAD	24
#define PCAP_RECORD	16

static struct {
	u8 len;
	u8 data[CORPUS_ROOM];
} corpus[CORPUS_MAX];
static u32 corpus_len;

/* Little-endian, Ethernet, as they all are. */
static void load(const char *path)
{
	u8 record[PCAP_RECORD], data[65536];
	u32 len;
	FILE *f;

	f = fopen(path, "r");
	if (!f || fseek(f, PCAP_HEAD, SEEK_SET))
		fault("%s: not a capture", path);
	while (corpus_len < CORPUS_MAX && fread(record, PCAP_RECORD, 1, f)) {
		memcpy(&len, record + 8, 4);
		if (len > sizeof(data) || fread(data, 1, len, f) != len)
			fault("%s: cut", path);
		if (len < ETH_LEN + IP4_LEN || len > CORPUS_ROOM)
			continue;
		corpus[corpus_len].len = len;
		memcpy(corpus[corpus_len++].data, data, len);
	}
	fclose(f);
}

void corpus_load(const char *program)
{
	char path[256];
	glob_t found;

	snprintf(path, sizeof(path), "%s", program);
	snprintf(path, sizeof(path), "%s/../vectors/*.pcap",
		 dirname(strdupa(path)));
	if (glob(path, 0, NULL, &found))
		fault("no captures: %s", path);
	for (size_t i = 0; i < found.gl_pathc; i++)
		load(found.gl_pathv[i]);
	globfree(&found);
}

void corpus_frame(struct batch *batch)
{
	struct frame *f = frame_new(batch, "capture", some_member(batch));
	u32 which = rng_below(batch->rng, corpus_len);

	memcpy(frame_grow(f, corpus[which].len), corpus[which].data,
	       corpus[which].len);
	/* One may be right for a member that has the same addresses. */
	f->is_signed = true;
}
