// Package pgpwords turns a digest into words that people read aloud, and back.
// It uses the PGP word list: octets at even positions have words of two
// syllables and octets at odd positions words of three, so that a word left
// out, said twice or swapped with its neighbour is noticed. What the digest is
// of is the caller's concern.
package pgpwords
