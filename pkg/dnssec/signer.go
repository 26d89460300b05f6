package dnssec

import "countersign/pkg/rr"

// Signer signs with one private key. The key stores, packages hsm and keyfile,
// each provide one. It is safe for concurrent use: workers share it, and it
// spreads the load over the sessions or cores it has.
type Signer interface {
	// Key is the public key as a DNSKEY with Protocol 3 and Flags 256 or
	// 257, as the key was generated. It was recomputed from, or
	// test-signed by, the private key.
	Key() rr.DNSKEY

	// SignBatch makes signatures[i] for inputs[i], which SignInput
	// prepared: a digest, or for Ed25519 the data itself. Signatures are in
	// the form of an RRSIG record (RFC 3110, RFC 6605, RFC 8080). It uses
	// the capacity of signatures[i] where that suffices. On an error none
	// of the signatures may be used.
	SignBatch(inputs, signatures [][]byte) error
}
