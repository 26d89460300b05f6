//go:build libcrypto && cgo

/* ECDSA on P-256 (FIPS 186-5, Section 6.4.2) with the nonces of RFC 6979, a group
   of signatures at a time. The numbers that are secret are handled by functions of
   libcrypto that take the same time for all values: EC_POINT_mul of the generator,
   BN_mod_mul_montgomery, BN_mod_add_quick, BN_mod_exp_mont_consttime. */

#include "p256.h"
#include "nonce.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/opensslv.h>

#if !defined(OPENSSL_VERSION_MAJOR) || OPENSSL_VERSION_MAJOR < 3
#error "want OpenSSL 3"
#endif

/* A prime modulus m, and what inverting takes. */
struct modulus {
	BIGNUM *m, *exponent; /* m - 2 */
	BN_MONT_CTX *mont;
};

struct cs_p256 {
	EC_GROUP *group;
	BN_CTX *ctx;
	struct modulus field, order;
	unsigned char order_octets[32];
	struct cs_nonce_key nonces;
	BIGNUM *d;     /* the private key, in Montgomery's form */
	BIGNUM *r, *s; /* of one signature */
	BIGNUM *product;
	EC_POINT *point;
	BIGNUM *k[CS_P256_MOST];      /* nonces, then their inverses */
	BIGNUM *x[CS_P256_MOST];      /* X of kG */
	BIGNUM *z[CS_P256_MOST];      /* Z of kG, then their inverses */
	BIGNUM *prefix[CS_P256_MOST]; /* products, while inverting */
};

static int modulus_init(struct modulus *mod, BN_CTX *ctx)
{
	mod->exponent = BN_dup(mod->m);
	mod->mont = BN_MONT_CTX_new();
	return mod->exponent != NULL && mod->mont != NULL && BN_sub_word(mod->exponent, 2)
		&& BN_MONT_CTX_set(mod->mont, mod->m, ctx);
}

static void modulus_free(struct modulus *mod)
{
	BN_free(mod->m);
	BN_free(mod->exponent);
	BN_MONT_CTX_free(mod->mont);
}

/* load makes a number of 32 octets without looking at how many zeros lead: the
   leading zero octets that BN_bin2bn skips would show in its time. */
static int load(BIGNUM *number, const unsigned char octets[32])
{
	unsigned char longer[33];

	longer[0] = 1;
	memcpy(longer + 1, octets, 32);
	BIGNUM *made = BN_bin2bn(longer, sizeof longer, number);
	OPENSSL_cleanse(longer, sizeof longer);
	return made != NULL && BN_clear_bit(number, 256);
}

static int allocate(struct cs_p256 *s)
{
	s->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	s->ctx = BN_CTX_new();
	s->field.m = BN_new();
	s->order.m = BN_new();
	s->d = BN_new();
	s->r = BN_new();
	s->s = BN_new();
	s->product = BN_new();
	if (s->group == NULL || s->ctx == NULL || s->field.m == NULL || s->order.m == NULL
		|| s->d == NULL || s->r == NULL || s->s == NULL || s->product == NULL)
		return 0;
	for (int i = 0; i < CS_P256_MOST; i++) {
		s->k[i] = BN_new();
		s->x[i] = BN_new();
		s->z[i] = BN_new();
		s->prefix[i] = BN_new();
		if (s->k[i] == NULL || s->x[i] == NULL || s->z[i] == NULL || s->prefix[i] == NULL)
			return 0;
	}
	s->point = EC_POINT_new(s->group);
	return s->point != NULL;
}

static int set_key(struct cs_p256 *s, const unsigned char private_key[32])
{
	if (!EC_GROUP_get_curve(s->group, s->field.m, NULL, NULL, s->ctx)
		|| !EC_GROUP_get_order(s->group, s->order.m, s->ctx)
		|| !modulus_init(&s->field, s->ctx) || !modulus_init(&s->order, s->ctx)
		|| BN_bn2binpad(s->order.m, s->order_octets, 32) != 32
		|| !load(s->d, private_key)
		|| BN_is_zero(s->d) || BN_cmp(s->d, s->order.m) >= 0
		|| !BN_to_montgomery(s->d, s->d, s->order.mont, s->ctx))
		return 0;
	cs_nonce_init(&s->nonces, private_key);
	return 1;
}

struct cs_p256 *cs_p256_new(const unsigned char private_key[32])
{
	struct cs_p256 *s = OPENSSL_zalloc(sizeof *s);

	if (s == NULL || !allocate(s) || !set_key(s, private_key)) {
		cs_p256_free(s);
		ERR_clear_error();
		return NULL;
	}
	return s;
}

void cs_p256_free(struct cs_p256 *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < CS_P256_MOST; i++) {
		BN_clear_free(s->k[i]);
		BN_clear_free(s->x[i]);
		BN_clear_free(s->z[i]);
		BN_clear_free(s->prefix[i]);
	}
	EC_POINT_clear_free(s->point);
	BN_clear_free(s->product);
	BN_clear_free(s->s);
	BN_clear_free(s->r);
	BN_clear_free(s->d);
	modulus_free(&s->order);
	modulus_free(&s->field);
	BN_CTX_free(s->ctx); /* clears its numbers */
	EC_GROUP_free(s->group);
	OPENSSL_clear_free(s, sizeof *s);
}

/* invert replaces the numbers, none of them zero, by their inverses in Montgomery's
   form. It needs one exponentiation and three multiplications a number. With R of
   Montgomery and MUL(a, b) = a b / R:

     prefix[i] = n[0] ... n[i] / R^i
     product   = R / prefix[last], then R^(i+1) / (n[0] ... n[i]) for i down to 0
     MUL(product, prefix[i-1]) = R / n[i] */
static int invert(struct cs_p256 *s, const struct modulus *mod, BIGNUM **n, size_t count)
{
	if (BN_copy(s->prefix[0], n[0]) == NULL)
		return 0;
	for (size_t i = 1; i < count; i++)
		if (!BN_mod_mul_montgomery(s->prefix[i], s->prefix[i - 1], n[i], mod->mont, s->ctx))
			return 0;
	if (!BN_mod_exp_mont_consttime(s->product, s->prefix[count - 1], mod->exponent, mod->m, s->ctx, mod->mont)
		|| !BN_to_montgomery(s->product, s->product, mod->mont, s->ctx))
		return 0;
	for (size_t i = count - 1; i > 0; i--) {
		BIGNUM *inverse = s->prefix[i]; /* no longer needed */
		if (!BN_mod_mul_montgomery(inverse, s->product, s->prefix[i - 1], mod->mont, s->ctx)
			|| !BN_mod_mul_montgomery(s->product, s->product, n[i], mod->mont, s->ctx))
			return 0;
		BN_swap(n[i], inverse);
	}
	return BN_copy(n[0], s->product) != NULL;
}

/* reduce is the digest modulo the order, which is above half of 2^256. */
static void reduce(const struct cs_p256 *s, const unsigned char digest[32], unsigned char out[32])
{
	unsigned borrow = 0;

	memcpy(out, digest, 32);
	if (memcmp(digest, s->order_octets, 32) < 0)
		return;
	for (int i = 31; i >= 0; i--) {
		unsigned difference = (unsigned)digest[i] - s->order_octets[i] - borrow;
		out[i] = (unsigned char)difference;
		borrow = difference >> 8 & 1;
	}
}

/* commit takes the nonce of signature i and computes its point. */
static int commit(struct cs_p256 *s, size_t i, const unsigned char digest[32])
{
	unsigned char reduced[32], nonce[32];

	reduce(s, digest, reduced);
	cs_nonce(&s->nonces, reduced, s->order_octets, nonce);
	int loaded = load(s->k[i], nonce);
	OPENSSL_cleanse(nonce, sizeof nonce);
	return loaded && EC_POINT_mul(s->group, s->point, s->k[i], NULL, NULL, s->ctx)
		&& EC_POINT_get_Jprojective_coordinates_GFp(s->group, s->point, s->x[i], NULL, s->z[i], s->ctx);
}

/* respond computes signature i from the inverses of nonce and Z. */
static int respond(struct cs_p256 *s, size_t i, const unsigned char digest[32], unsigned char signature[64])
{
	unsigned char reduced[32];
	BIGNUM *z = s->z[i];

	/* r = X / Z^2 mod p mod n; it is public, and p < 2n. */
	if (!BN_mod_mul_montgomery(z, z, z, s->field.mont, s->ctx)
		|| !BN_mod_mul_montgomery(s->r, s->x[i], z, s->field.mont, s->ctx)
		|| (BN_cmp(s->r, s->order.m) >= 0 && !BN_sub(s->r, s->r, s->order.m)))
		return 0;
	/* s = (e + r d) / k mod n. The digest is public too. */
	reduce(s, digest, reduced);
	if (BN_bin2bn(reduced, sizeof reduced, z) == NULL
		|| !BN_mod_mul_montgomery(s->s, s->r, s->d, s->order.mont, s->ctx)
		|| !BN_mod_add_quick(s->s, s->s, z, s->order.m)
		|| !BN_mod_mul_montgomery(s->s, s->s, s->k[i], s->order.mont, s->ctx))
		return 0;
	/* Zeros, which have a chance of one in 2^256, are refused as Go does. */
	return !BN_is_zero(s->r) && !BN_is_zero(s->s)
		&& BN_bn2binpad(s->r, signature, 32) == 32 && BN_bn2binpad(s->s, signature + 32, 32) == 32;
}

/* forget overwrites what tells nonces. */
static void forget(struct cs_p256 *s, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		BN_clear(s->k[i]);
		BN_clear(s->z[i]);
		BN_clear(s->prefix[i]);
	}
	BN_clear(s->product);
	BN_clear(s->s);
}

int cs_p256_sign(struct cs_p256 *s, size_t count, const unsigned char *digests, unsigned char *signatures)
{
	if (count == 0 || count > CS_P256_MOST)
		return 0;
	int good = 1;
	for (size_t i = 0; good && i < count; i++)
		good = commit(s, i, digests + 32*i);
	good = good && invert(s, &s->field, s->z, count) && invert(s, &s->order, s->k, count);
	for (size_t i = 0; good && i < count; i++)
		good = respond(s, i, digests + 32*i, signatures + 64*i);
	forget(s, count);
	if (!good) {
		OPENSSL_cleanse(signatures, 64*count);
		ERR_clear_error();
	}
	return good;
}

void cs_p256_nonce(const struct cs_p256 *s, const unsigned char digest[32], const unsigned char below[32], unsigned char out[32])
{
	cs_nonce(&s->nonces, digest, below, out);
}
