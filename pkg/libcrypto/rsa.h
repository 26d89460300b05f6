#ifndef COUNTERSIGN_RSA_H
#define COUNTERSIGN_RSA_H

#include <stddef.h>

#include <openssl/types.h>

/* cs_rsa_new takes n, e, d, p, q, d mod p-1, d mod q-1 and 1/q mod p, each as size
   octets. It is NULL where memory is short. */
RSA *cs_rsa_new(const unsigned char *numbers, size_t size);

/* cs_rsa_sign makes count signatures of size octets (PKCS#1 v1.5) for digests of
   SHA-256 or SHA-512, which one their size tells. 1 is good; on 0 the signatures
   are zeros. For one thread at a time. */
int cs_rsa_sign(RSA *key, size_t count, const unsigned char *digests, size_t digest_size, unsigned char *signatures, size_t size);

#endif
