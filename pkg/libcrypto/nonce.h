#ifndef COUNTERSIGN_NONCE_H
#define COUNTERSIGN_NONCE_H

#include <openssl/sha.h>

/* What of the nonces of RFC 6979 depends on the key only, for SHA-256 and a key
   of 32 octets. */
struct cs_nonce_key {
	unsigned char x[32];   /* the private key */
	SHA_LONG inner[8];     /* SHA-256 after K xor ipad and V | 00 | x[0..30] */
	SHA_LONG outer[8];     /* SHA-256 after K xor opad */
};

/* cs_nonce_init prepares the nonces of the key x. */
void cs_nonce_init(struct cs_nonce_key *key, const unsigned char x[32]);

/* cs_nonce writes the nonce for a digest: at least 1, less than below. The digest
   is reduced by the order already, bits2octets of RFC 6979. */
void cs_nonce(const struct cs_nonce_key *key, const unsigned char digest[32],
	const unsigned char below[32], unsigned char out[32]);

#endif
