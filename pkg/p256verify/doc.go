// Package p256verify verifies many ECDSA P-256 signatures by one public key, ten
// times as fast as crypto/ecdsa. All of it is public data: nothing here takes
// constant time, and no secret may be given to it. It knows no record and no
// zone, and makes no signature.
//
// # How it works
//
// A signature (r, s) of the digest e by the key Q is good if the x coordinate of
// (e/s)G + (r/s)Q is r modulo n (FIPS 186-5, Section 6.4.2). For G and for Q a
// table has every multiple d*2^(13i) with d to 4096, so a sum of 40 points of
// the tables is all there is to do. The points are affine, and the signatures of
// a batch are added in lockstep: an affine addition needs a division, but many
// divisions at once cost one inversion and three multiplications each, which is
// less than what projective coordinates cost.
//
// Points that are equal, opposite or at infinity are cases of their own in every
// addition, as one who chooses signatures can bring them about.
//
// # What it is not trusted with
//
// Whatever the fast code refuses crypto/ecdsa verifies again, and one accepted
// signature of each BatchSize as well. If the two disagree, the signature counts
// as bad and the error is ErrDisagreement.
package p256verify
