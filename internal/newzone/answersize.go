package newzone

import (
	"countersign/pkg/dnssec"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// answerSize is the size in octets of the largest DNSKEY answer that a zone with
// keys of one algorithm has: while both keys roll, two ZSKs, and two KSKs that
// sign. Package policy counts in the same way.
func answerSize(zone rr.Name, of policy.AlgorithmLimit) int {
	const header, question, opt, record = 12, 4, 11, 12
	const keys, signatures = 4, 2
	public, signature := sizes(of)
	return header + question + len(zone) + opt +
		keys*(record+4+public) + signatures*(record+18+len(zone)+signature)
}

// sizes are the lengths of a public key and a signature (RFC 3110, RFC 6605,
// RFC 8080).
func sizes(of policy.AlgorithmLimit) (public, signature int) {
	switch of.Algorithm {
	case dnssec.ED25519:
		return 32, 64
	case dnssec.ECDSAP256SHA256:
		return 64, 64
	case dnssec.ECDSAP384SHA384:
		return 96, 96
	}
	const exponent = 4 // 65537 and its length
	return exponent + of.Bits[0]/8, of.Bits[0] / 8
}
