/* SPDX-License-Identifier: GPL-2.0-only */
/* sha1() and hmac_sha1_*() for kernels that have the compression only */
#ifndef _CARP_COMPAT_CRYPTO_SHA1_H
#define _CARP_COMPAT_CRYPTO_SHA1_H

#ifndef COMPAT_NO_CRYPTO_SHA1_H
#include_next <crypto/sha1.h>
#else
#include <crypto/sha.h>
#endif

#ifdef COMPAT_NO_HMAC_SHA1
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

struct sha1_block_state {
	u32 h[SHA1_DIGEST_SIZE / 4];
};

struct sha1_ctx {
	struct sha1_block_state state;
	u64 bytecount;
	u8 buf[SHA1_BLOCK_SIZE];
};

struct hmac_sha1_key {
	struct sha1_block_state istate;
	struct sha1_block_state ostate;
};

struct hmac_sha1_ctx {
	struct sha1_ctx sha_ctx;
	struct sha1_block_state ostate;
};

static inline void compat_sha1_block(struct sha1_block_state *state,
				     const u8 block[SHA1_BLOCK_SIZE])
{
	u32 workspace[SHA1_WORKSPACE_WORDS];

	sha1_transform(state->h, (const char *)block, workspace);
	memzero_explicit(workspace, sizeof(workspace));
}

static inline void compat_sha1_update(struct sha1_ctx *ctx, const u8 *data,
				      size_t len)
{
	size_t fill = ctx->bytecount % SHA1_BLOCK_SIZE;
	size_t n;

	ctx->bytecount += len;
	while (len) {
		n = SHA1_BLOCK_SIZE - fill;
		if (n > len)
			n = len;
		memcpy(ctx->buf + fill, data, n);
		data += n;
		len -= n;
		fill += n;
		if (fill == SHA1_BLOCK_SIZE) {
			compat_sha1_block(&ctx->state, ctx->buf);
			fill = 0;
		}
	}
}

static inline void compat_sha1_final(struct sha1_ctx *ctx,
				     u8 out[SHA1_DIGEST_SIZE])
{
	size_t fill = ctx->bytecount % SHA1_BLOCK_SIZE;
	unsigned int i;

	ctx->buf[fill++] = 0x80;
	if (fill > SHA1_BLOCK_SIZE - sizeof(u64)) {
		memset(ctx->buf + fill, 0, SHA1_BLOCK_SIZE - fill);
		compat_sha1_block(&ctx->state, ctx->buf);
		fill = 0;
	}
	memset(ctx->buf + fill, 0, SHA1_BLOCK_SIZE - fill);
	put_unaligned_be64(ctx->bytecount * 8,
			   ctx->buf + SHA1_BLOCK_SIZE - sizeof(u64));
	compat_sha1_block(&ctx->state, ctx->buf);
	for (i = 0; i < SHA1_DIGEST_SIZE / 4; i++)
		put_unaligned_be32(ctx->state.h[i], out + 4 * i);
}

static inline void sha1(const u8 *data, size_t len, u8 out[SHA1_DIGEST_SIZE])
{
	struct sha1_ctx ctx = {};

	sha1_init(ctx.state.h);
	compat_sha1_update(&ctx, data, len);
	compat_sha1_final(&ctx, out);
	memzero_explicit(&ctx, sizeof(ctx));
}

/* Keys longer than a block would have to be hashed first; CARP has none. */
static inline void hmac_sha1_preparekey(struct hmac_sha1_key *key,
					const u8 *raw_key, size_t raw_key_len)
{
	u8 pad[SHA1_BLOCK_SIZE] = {};
	unsigned int i;

	memcpy(pad, raw_key, raw_key_len);
	for (i = 0; i < SHA1_BLOCK_SIZE; i++)
		pad[i] ^= 0x36;
	sha1_init(key->istate.h);
	compat_sha1_block(&key->istate, pad);
	for (i = 0; i < SHA1_BLOCK_SIZE; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha1_init(key->ostate.h);
	compat_sha1_block(&key->ostate, pad);
	memzero_explicit(pad, sizeof(pad));
}

static inline void hmac_sha1_init(struct hmac_sha1_ctx *ctx,
				  const struct hmac_sha1_key *key)
{
	memset(ctx, 0, sizeof(*ctx));
	ctx->sha_ctx.state = key->istate;
	ctx->sha_ctx.bytecount = SHA1_BLOCK_SIZE;
	ctx->ostate = key->ostate;
}

static inline void hmac_sha1_update(struct hmac_sha1_ctx *ctx,
				    const u8 *data, size_t data_len)
{
	compat_sha1_update(&ctx->sha_ctx, data, data_len);
}

static inline void hmac_sha1_final(struct hmac_sha1_ctx *ctx,
				   u8 out[SHA1_DIGEST_SIZE])
{
	struct sha1_ctx *sha = &ctx->sha_ctx;

	compat_sha1_final(sha, sha->buf);
	sha->state = ctx->ostate;
	sha->bytecount = SHA1_BLOCK_SIZE + SHA1_DIGEST_SIZE;
	compat_sha1_final(sha, out);
	memzero_explicit(ctx, sizeof(*ctx));
}
#endif /* COMPAT_NO_HMAC_SHA1 */

#endif /* _CARP_COMPAT_CRYPTO_SHA1_H */
