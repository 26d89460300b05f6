package policy

import (
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

var skrSize = check{
	Check: Check{
		Name:     "SKR-SIZE",
		Verifies: "the answer with the DNSKEY RRset and its signatures fits what travels over UDP",
		Source:   "RFC 9715; the root's revocation of 2019",
		Limits:   []string{"bundles.answer_size"},
	},
	run: func(j *judgement) {
		for i := range j.answered {
			s := &j.answered[i]
			if size := answerSize(j.limits.Zone, s); size > j.limits.Bundles.AnswerSize {
				j.violateAt(s, 0, "a DNSKEY answer of %d octets, want %d at most", size, j.limits.Bundles.AnswerSize)
			}
		}
	},
}

// answerSize is the size of a response with the DNSKEY RRset and the signatures
// over it: header, question, records with compressed owner names, and OPT.
func answerSize(zone rr.Name, s *slot) int {
	const header, question, opt, record = 12, 4, 11, 12
	size := header + len(zone) + question + opt
	if len(s.verdicts) > 0 {
		for _, v := range s.verdicts {
			size += record + len(v.sig.Append(nil))
		}
	}
	for i, key := range s.keys {
		size += record + len(key.Append(nil))
		if len(s.verdicts) == 0 && s.signs[i] {
			size += record + 18 + len(zone) + signatureSize(key.DNSKEY)
		}
	}
	return size
}

// signatureSize is the length of a signature that the key makes.
func signatureSize(key rr.DNSKEY) int {
	bits, _, err := dnssec.KeyBits(key)
	switch {
	case err != nil:
		return 0
	case dnssec.IsRSA(key.Algorithm):
		return (bits + 7) / 8
	}
	return 2 * bits / 8
}
