//go:build libcrypto && cgo

/* The nonces of RFC 6979, Section 3.2, with HMAC-SHA256. */

#include "nonce.h"

#include <string.h>

#include <openssl/crypto.h>

/* state is K and V of Section 3.2, and room to work. K is kept as the two states
   of SHA-256 that HMAC has after its key. */
struct state {
	SHA_LONG inner[8], outer[8];
	unsigned char v[32];
	unsigned char digest[32];
	unsigned char block[SHA256_CBLOCK];
	SHA256_CTX sha;
};

static void put(unsigned char out[32], const SHA_LONG h[8])
{
	for (int i = 0; i < 8; i++) {
		out[4*i] = (unsigned char)(h[i] >> 24);
		out[4*i + 1] = (unsigned char)(h[i] >> 16);
		out[4*i + 2] = (unsigned char)(h[i] >> 8);
		out[4*i + 3] = (unsigned char)h[i];
	}
}

/* end pads the last block, which holds used octets of a message that has length
   octets in all, and processes it. */
static void end(struct state *s, size_t used, unsigned length)
{
	memset(s->block + used, 0, sizeof s->block - used);
	s->block[used] = 0x80;
	s->block[62] = (unsigned char)(length * 8 >> 8);
	s->block[63] = (unsigned char)(length * 8);
	SHA256_Transform(&s->sha, s->block);
}

/* finish is the outer hash of HMAC: out = H(K xor opad | inner hash). */
static void finish(struct state *s, const SHA_LONG outer[8], unsigned char out[32])
{
	put(s->block, s->sha.h);
	memcpy(s->sha.h, outer, sizeof s->sha.h);
	end(s, 32, 64 + 32);
	put(out, s->sha.h);
}

static void pad(struct state *s, const unsigned char key[32], unsigned char with, SHA_LONG h[8])
{
	memset(s->block, with, sizeof s->block);
	for (int i = 0; i < 32; i++)
		s->block[i] ^= key[i];
	SHA256_Init(&s->sha);
	SHA256_Transform(&s->sha, s->block);
	memcpy(h, s->sha.h, sizeof s->sha.h);
}

static void set_key(struct state *s, const unsigned char key[32])
{
	pad(s, key, 0x36, s->inner);
	pad(s, key, 0x5c, s->outer);
}

/* V = HMAC_K(V) */
static void next(struct state *s)
{
	memcpy(s->sha.h, s->inner, sizeof s->inner);
	memcpy(s->block, s->v, 32);
	end(s, 32, 64 + 32);
	finish(s, s->outer, s->v);
}

/* K = HMAC_K(V | 01 | x | digest); V = HMAC_K(V): steps f and g */
static void mix(struct state *s, const unsigned char x[32], const unsigned char digest[32])
{
	memcpy(s->sha.h, s->inner, sizeof s->inner);
	memcpy(s->block, s->v, 32);
	s->block[32] = 1;
	memcpy(s->block + 33, x, 31);
	SHA256_Transform(&s->sha, s->block);
	s->block[0] = x[31];
	memcpy(s->block + 1, digest, 32);
	end(s, 33, 64 + 97);
	finish(s, s->outer, s->digest);
	set_key(s, s->digest);
	next(s);
}

/* K = HMAC_K(V | 00); V = HMAC_K(V): after a number out of range, step h.3 */
static void again(struct state *s)
{
	memcpy(s->sha.h, s->inner, sizeof s->inner);
	memcpy(s->block, s->v, 32);
	s->block[32] = 0;
	end(s, 33, 64 + 33);
	finish(s, s->outer, s->digest);
	set_key(s, s->digest);
	next(s);
}

/* in_range says whether 1 <= number < below. It takes the same time for all. */
static int in_range(const unsigned char number[32], const unsigned char below[32])
{
	unsigned borrow = 0, any = 0;
	for (int i = 31; i >= 0; i--) {
		borrow = ((unsigned)number[i] - below[i] - borrow) >> 8 & 1;
		any |= number[i];
	}
	return (int)(borrow & (any + 0xff) >> 8);
}

void cs_nonce_init(struct cs_nonce_key *key, const unsigned char x[32])
{
	static const unsigned char zero[32];
	struct state s;

	memcpy(key->x, x, 32);
	set_key(&s, zero); /* step c */
	memcpy(key->outer, s.outer, sizeof s.outer);
	memcpy(s.sha.h, s.inner, sizeof s.inner);
	memset(s.block, 1, 32); /* step b */
	s.block[32] = 0;
	memcpy(s.block + 33, x, 31);
	SHA256_Transform(&s.sha, s.block);
	memcpy(key->inner, s.sha.h, sizeof s.sha.h);
	OPENSSL_cleanse(&s, sizeof s);
}

void cs_nonce(const struct cs_nonce_key *key, const unsigned char digest[32],
	const unsigned char below[32], unsigned char out[32])
{
	struct state s;

	/* Steps d and e; the first block was processed by cs_nonce_init. */
	SHA256_Init(&s.sha);
	memcpy(s.sha.h, key->inner, sizeof key->inner);
	s.block[0] = key->x[31];
	memcpy(s.block + 1, digest, 32);
	end(&s, 33, 64 + 97);
	finish(&s, key->outer, s.digest);
	set_key(&s, s.digest);
	memset(s.v, 1, sizeof s.v);
	next(&s);
	mix(&s, key->x, digest);
	for (next(&s); !in_range(s.v, below); next(&s))
		again(&s);
	memcpy(out, s.v, 32);
	OPENSSL_cleanse(&s, sizeof s);
}
