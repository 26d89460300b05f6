package zoneverify

import (
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// checkKeyPolicy holds each key against the limits.
func (v *verifier) checkKeyPolicy() {
	if len(v.limits.Algorithms) == 0 {
		return
	}
	for _, k := range v.keys {
		i := slices.IndexFunc(v.limits.Algorithms, func(l KeyLimit) bool { return l.Algorithm == k.Algorithm })
		if i < 0 {
			v.apex.add(keyPolicy, v.origin, rr.TypeDNSKEY, "key %d is of algorithm %s, which the limits do not allow", k.tag, dnssec.AlgorithmName(k.Algorithm))
			continue
		}
		limit := v.limits.Algorithms[i]
		bits, exponent, err := dnssec.KeyBits(k.DNSKEY)
		if err != nil || !dnssec.IsRSA(k.Algorithm) {
			continue // ZONE-KEY-FORM has it, or there is no choice
		}
		if bits < limit.MinBits || limit.MaxBits > 0 && bits > limit.MaxBits {
			v.apex.add(keyPolicy, v.origin, rr.TypeDNSKEY, "key %d has %d bits, want %d to %d", k.tag, bits, limit.MinBits, limit.MaxBits)
		}
		if len(limit.Exponents) > 0 && !slices.Contains(limit.Exponents, exponent) {
			v.apex.add(keyPolicy, v.origin, rr.TypeDNSKEY, "key %d has the exponent %d, want one of %d", k.tag, exponent, limit.Exponents)
		}
	}
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
	const header, question, record, edns = 12, 4, 10, 11
	owner := min(2, len(v.origin))
	size := header + len(v.origin) + question + edns
	for _, rdata := range set.Data {
		size += owner + record + len(rdata)
	}
	apex := v.zone.Node(0)
	for i := range apex.SignatureCount() {
		rdata, ttl := apex.Signature(i)
		if s, ok := readSignature(rdata, ttl); ok && s.covered == rr.TypeDNSKEY {
			size += owner + record + len(rdata)
		}
	}
	if size > limit {
		v.apex.add(dnskeySize, v.origin, rr.TypeDNSKEY, "the answer has %d octets, at most %d are allowed", size, limit)
	}
}
