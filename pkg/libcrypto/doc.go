// Package libcrypto signs with RSA and with ECDSA on P-256 through OpenSSL's
// libcrypto, which is several times faster than package crypto and makes the same
// bytes: RSA is PKCS#1 v1.5, and the nonces of ECDSA are those of RFC 6979. It is
// built in with cgo and the build tag libcrypto, which make sets where
// tools/libcrypto.sh finds OpenSSL 3; see Built. Which keys sign with it is decided
// elsewhere.
//
// What protects a key in C:
//
//   - RSA is blinded by libcrypto, which also compares each signature with the
//     digest before it leaves the CRT, and computes anew without the CRT where
//     they differ. A fault so cannot show the primes.
//   - For ECDSA, libcrypto's multiplication by the base point, its Montgomery
//     multiplication and its exponentiation for secret exponents are put together
//     so that nothing branches or looks up by a bit of key or nonce. The inverses
//     of a group are one exponentiation (Fermat) by Montgomery's trick.
//   - An ECDSA signature is not verified here: that costs several times as much as
//     making it. A wrong one with a nonce that signs another time would tell the
//     key, so callers verify before they publish.
//   - Numbers of a key or a nonce are overwritten before their memory is freed;
//     those of nonces, after each call. The heap of C is not locked: swap is as it
//     is for the memory of Go.
//   - No configuration file of OpenSSL is read, so that none, and no variable of
//     the environment, loads code into a process that holds keys.
package libcrypto
