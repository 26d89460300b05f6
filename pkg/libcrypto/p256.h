#ifndef COUNTERSIGN_P256_H
#define COUNTERSIGN_P256_H

#include <stddef.h>

/* The most signatures that one call makes: about half a millisecond. More gain
   nothing: the two inversions are shared by then. */
#define CS_P256_MOST 64

/* A private key on P-256, and room to sign with it. For one thread at a time. */
struct cs_p256;

/* cs_p256_new is NULL where the key is not in [1, n-1] or memory is short. */
struct cs_p256 *cs_p256_new(const unsigned char private_key[32]);
void cs_p256_free(struct cs_p256 *s);

/* cs_p256_sign makes count signatures, r | s, for the SHA-256 digests. 1 is good;
   on 0 the signatures are zeros. */
int cs_p256_sign(struct cs_p256 *s, size_t count, const unsigned char *digests, unsigned char *signatures);

/* cs_p256_nonce is the nonce for a digest, with another bound than the order: for
   tests of the numbers that are out of range. */
void cs_p256_nonce(const struct cs_p256 *s, const unsigned char digest[32], const unsigned char below[32], unsigned char out[32]);

#endif
