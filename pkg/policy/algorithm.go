package policy

import (
	"fmt"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var ksrPolicyAlg = check{
	Check: Check{
		Name:     "KSR-POLICY-ALG",
		Verifies: "algorithm, size and exponent of every ZSK, and of those the KSR states, are the operator's",
		Source:   "root KSK operator's KSR validation; RFC 8624",
		Limits:   []string{"zsk.algorithms", "documents.stated_exponent"},
	},
	run: func(j *judgement) {
		for i := range j.asked {
			s := &j.asked[i]
			for _, key := range s.keys {
				j.allowed(s, key, j.limits.ZSK.Algorithms)
			}
		}
		for _, stated := range j.request.Policy.Algorithms {
			if err := j.statedAllowed(stated, j.limits.ZSK.Algorithms); err != nil {
				j.violate("the KSR states %v", err)
			}
		}
	},
}

var skrKeyAlg = check{
	Check: Check{
		Name:     "SKR-KEY-ALG",
		Verifies: "algorithm, size and exponent of every key are the operators'",
		Source:   "RFC 8624; practice statements",
		Limits:   []string{"zsk.algorithms", "ksk.algorithms"},
	},
	run: func(j *judgement) {
		for i := range j.answered {
			s := &j.answered[i]
			for _, key := range s.keys {
				switch {
				case key.IsSEP():
					j.allowed(s, key, j.limits.KSK.Algorithms)
				case j.response != nil:
					j.allowed(s, key, j.limits.ZSK.Algorithms)
				}
			}
		}
	},
}

func (j *judgement) allowed(s *slot, key ksr.Key, limits []AlgorithmLimit) {
	if err := allowedKey(key.DNSKEY, limits); err != nil {
		j.violateAt(s, key.Line, "key %d is %v", key.KeyTag(), err)
	}
}

// allowedKey compares a key with the limits. Keys that cannot be decoded are
// reported by BUNDLE-KEYS and KEY-WEAK.
func allowedKey(key rr.DNSKEY, limits []AlgorithmLimit) error {
	limit, ok := allowing(limits, key.Algorithm)
	if !ok {
		return fmt.Errorf("of algorithm %s, want %s", dnssec.AlgorithmName(key.Algorithm), names(limits))
	}
	if !dnssec.IsRSA(key.Algorithm) {
		return nil
	}
	exponent, modulus, err := rsaNumbers(key.PublicKey)
	if err != nil {
		return nil
	}
	if !slices.Contains(limit.Bits, modulus.BitLen()) {
		return fmt.Errorf("RSA of %d bits, want %v", modulus.BitLen(), limit.Bits)
	}
	if !exponent.IsInt64() || !slices.Contains(limit.Exponents, int(exponent.Int64())) {
		return fmt.Errorf("RSA with exponent %s, want %v", short(exponent), limit.Exponents)
	}
	return nil
}

func (j *judgement) statedAllowed(stated ksr.StatedAlgorithm, limits []AlgorithmLimit) error {
	limit, ok := allowing(limits, stated.Algorithm)
	switch {
	case !ok:
		return fmt.Errorf("algorithm %s, want %s", dnssec.AlgorithmName(stated.Algorithm), names(limits))
	case !dnssec.IsRSA(stated.Algorithm):
		return nil
	case !slices.Contains(limit.Bits, stated.Bits):
		return fmt.Errorf("RSA of %d bits, want %v", stated.Bits, limit.Bits)
	case j.limits.Documents.StatedExponent == StatedExponentMatch && !slices.Contains(limit.Exponents, stated.Exponent):
		return fmt.Errorf("RSA exponent %d, want %v", stated.Exponent, limit.Exponents)
	}
	return nil
}

func names(limits []AlgorithmLimit) string {
	text := ""
	for i, limit := range limits {
		if i > 0 {
			text += " or "
		}
		text += dnssec.AlgorithmName(limit.Algorithm)
	}
	return text
}
