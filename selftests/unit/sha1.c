// SPDX-License-Identifier: GPL-2.0-only
/* SHA-1's compression function, from FIPS 180-4 section 6.1.3 */

#include <crypto/sha1.h>
#include <linux/types.h>
#include <linux/unaligned.h>

unsigned long sha1_compressions;

static u32 rotl(u32 x, int n)
{
	return x << n | x >> (32 - n);
}

void sha1_init(__u32 *state)
{
	state[0] = 0x67452301;
	state[1] = 0xefcdab89;
	state[2] = 0x98badcfe;
	state[3] = 0x10325476;
	state[4] = 0xc3d2e1f0;
}

static u32 round_function(int t, u32 b, u32 c, u32 d)
{
	if (t < 20)
		return ((b & c) ^ (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

/* The schedule word of round @t, the last 16 of which are kept. */
static u32 schedule(int t, const char *block, __u32 *w)
{
	if (t < 16)
		w[t] = get_unaligned_be32(block + 4 * t);
	else
		w[t & 15] = rotl(w[(t + 13) & 15] ^ w[(t + 8) & 15] ^
				 w[(t + 2) & 15] ^ w[t & 15], 1);
	return w[t & 15];
}

void sha1_transform(__u32 *state, const char *block, __u32 *workspace)
{
	u32 a = state[0], b = state[1], c = state[2], d = state[3];
	u32 e = state[4], sum;
	int t;

	sha1_compressions++;
	for (t = 0; t < 80; t++) {
		sum = rotl(a, 5) + round_function(t, b, c, d) + e +
		      schedule(t, block, workspace);
		e = d;
		d = c;
		c = rotl(b, 30);
		b = a;
		a = sum;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}
