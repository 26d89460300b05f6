//go:build libcrypto && cgo

/* RSASSA-PKCS1-v1_5 (RFC 8017, Section 8.2). */

#include "rsa.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

RSA *cs_rsa_new(const unsigned char *numbers, size_t size)
{
	BIGNUM *n[8];
	int all = 1;

	for (size_t i = 0; i < 8; i++) {
		n[i] = BN_bin2bn(numbers + i*size, (int)size, NULL);
		all = all && n[i] != NULL;
	}
	/* Each set0 that succeeds takes what it was given. */
	RSA *key = all ? RSA_new() : NULL;
	if (key != NULL && RSA_set0_key(key, n[0], n[1], n[2])) {
		n[0] = n[1] = n[2] = NULL;
		if (RSA_set0_factors(key, n[3], n[4])) {
			n[3] = n[4] = NULL;
			if (RSA_set0_crt_params(key, n[5], n[6], n[7]))
				return key;
		}
	}
	RSA_free(key); /* clears its numbers */
	for (int i = 0; i < 8; i++)
		BN_clear_free(n[i]);
	ERR_clear_error();
	return NULL;
}

int cs_rsa_sign(RSA *key, size_t count, const unsigned char *digests, size_t digest_size, unsigned char *signatures, size_t size)
{
	int type = digest_size == 32 ? NID_sha256 : NID_sha512;
	int good = (digest_size == 32 || digest_size == 64) && (size_t)RSA_size(key) == size;

	for (size_t i = 0; good && i < count; i++) {
		unsigned int length = 0;
		good = RSA_sign(type, digests + i*digest_size, (unsigned int)digest_size, signatures + i*size, &length, key)
			&& length == size;
	}
	if (!good) {
		OPENSSL_cleanse(signatures, count*size);
		ERR_clear_error();
	}
	return good;
}
