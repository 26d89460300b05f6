package policy

import (
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
)

var ksrKeyStated = check{
	Check: Check{
		Name:     "KSR-KEY-STATED",
		Verifies: "algorithm, size and exponent of every key are among those the KSR states",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"documents.stated_exponent"},
	},
	run: func(j *judgement) {
		if j.isBare() {
			j.inapplicable("such text KSRs state nothing")
			return
		}
		told := map[string]bool{}
		for i := range j.asked {
			s := &j.asked[i]
			for _, key := range s.keys {
				id := keyID(key.DNSKEY)
				bits, exponent, err := dnssec.KeyBits(key.DNSKEY)
				if err != nil || told[id] || j.stated(key.Algorithm, bits, exponent, j.request.Policy.Algorithms) {
					continue
				}
				told[id] = true
				if exponent == 0 {
					j.violateAt(s, key.Line, "key %d is %s, which the KSR does not state", key.KeyTag(), dnssec.AlgorithmName(key.Algorithm))
					continue
				}
				j.violateAt(s, key.Line, "key %d is %s of %d bits with exponent %d, which the KSR does not state", key.KeyTag(), dnssec.AlgorithmName(key.Algorithm), bits, exponent)
			}
		}
	},
}

func (j *judgement) stated(algorithm uint8, bits, exponent int, stated []ksr.StatedAlgorithm) bool {
	for _, s := range stated {
		if s.Algorithm != algorithm {
			continue
		}
		if !dnssec.IsRSA(algorithm) {
			return true
		}
		if s.Bits == bits && (s.Exponent == exponent || j.limits.Documents.StatedExponent == StatedExponentAny) {
			return true
		}
	}
	return false
}
