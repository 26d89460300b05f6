package zoneverify

import (
	"fmt"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// checkKeyPolicy holds each key against the limits: one that its algorithm has
// must allow it.
func (v *verifier) checkKeyPolicy() {
	if len(v.limits.Algorithms) == 0 {
		return
	}
	for _, k := range v.keys {
		var refused error
		allowed := false
		for _, limit := range v.limits.Algorithms {
			if limit.Algorithm != k.Algorithm {
				continue
			}
			if refused = limit.allows(k.DNSKEY); refused == nil {
				allowed = true
				break
			}
		}
		switch {
		case allowed:
		case refused != nil:
			v.apex.add(keyPolicy, v.origin, rr.TypeDNSKEY, "key %d %v", k.tag, refused)
		default:
			v.apex.add(keyPolicy, v.origin, rr.TypeDNSKEY, "key %d is of algorithm %s, which the limits do not allow", k.tag, dnssec.AlgorithmName(k.Algorithm))
		}
	}
}

// allows checks the size and exponent of a key of the limit's algorithm: nil is
// the yes. A malformed key is ZONE-KEY-FORM's, and only RSA has a choice.
func (l *KeyLimit) allows(k rr.DNSKEY) error {
	bits, exponent, err := dnssec.KeyBits(k)
	switch {
	case err != nil || !dnssec.IsRSA(k.Algorithm):
		return nil
	case bits < l.MinBits:
		return fmt.Errorf("has %d bits, want at least %d", bits, l.MinBits)
	case l.MaxBits > 0 && bits > l.MaxBits:
		return fmt.Errorf("has %d bits, want at most %d", bits, l.MaxBits)
	case len(l.Exponents) > 0 && !slices.Contains(l.Exponents, exponent):
		return fmt.Errorf("has the exponent %d, want one of %d", exponent, l.Exponents)
	}
	return nil
}

// checkDNSKEYSize works out how large the answer to a DNSKEY query is that asks
// for signatures: header, question, records whose owner is a pointer to the
// question, and EDNS. Signer names are not compressed.
func (v *verifier) checkDNSKEYSize() {
	limit := v.limits.MaxDNSKEYResponse
	set, ok := v.apexSet(rr.TypeDNSKEY)
	if limit == 0 || !ok {
		return
	}
	const header, question, fixed, edns = 12, 4, 10, 11
	owner := min(2, len(v.origin))
	size := header + len(v.origin) + question + edns
	for _, rdata := range set.Data {
		size += owner + fixed + len(rdata)
	}
	apex := v.zone.Node(0)
	for i := range apex.SignatureCount() {
		rdata, ttl := apex.Signature(i)
		if s, ok := readSignature(&record{rdata: rdata, ttl: ttl}); ok && s.covered == rr.TypeDNSKEY {
			size += owner + fixed + len(rdata)
		}
	}
	if size > limit {
		v.apex.add(dnskeySize, v.origin, rr.TypeDNSKEY, "the answer has %d octets, at most %d are allowed", size, limit)
	}
}
