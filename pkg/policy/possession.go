package policy

import (
	"countersign/pkg/dnssec"
)

var ksrBundlePOP = check{
	Check: Check{
		Name:     "KSR-BUNDLE-POP",
		Verifies: "every key of a bundle signed the bundle once, every signature verifies, and no other key signed: the proof of possession",
		Source:   "root KSK operator's KSR validation",
		Limits:   []string{"documents.possession"},
	},
	run: func(j *judgement) {
		if j.isText() {
			if j.limits.Documents.Possession == PossessionOutOfBand {
				j.inapplicable("text KSRs have no room for it: possession is proved out of band")
				return
			}
			j.violate("no proof of possession: a KSR in the %s format has no room for it", j.request.Format)
			j.hint("ask for a KSR in XML, or state possession: out-of-band in the limits and compare digests over another channel")
			return
		}
		for i := range j.asked {
			j.possessed(&j.asked[i])
		}
	},
}

// possessed judges one bundle. Signatures whose fields are wrong, and keys that
// cannot be decoded, are reported elsewhere.
func (j *judgement) possessed(s *slot) {
	signatures := make([]int, len(s.keys))
	for _, v := range s.verdicts {
		if v.key < 0 {
			j.violateAt(s, v.sig.Line, "%s", v.foreign)
			continue
		}
		signatures[v.key]++
		key := s.keys[v.key]
		if _, err := dnssec.PublicKey(key.DNSKEY); err == nil && key.Protocol == 3 && v.err != nil {
			j.violateAt(s, v.sig.Line, "signature by key %d: %v", key.KeyTag(), v.err)
		}
	}
	for i, n := range signatures {
		key := s.keys[i]
		switch {
		case n == 0:
			j.violateAt(s, key.Line, "no signature by key %d", key.KeyTag())
		case n > 1:
			j.violateAt(s, key.Line, "%d signatures by key %d, want one", n, key.KeyTag())
		}
	}
}
