package policy

import (
	"bytes"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// maxDistinct is the number of different keys that are worth looking at: far
// above what any limits allow.
const maxDistinct = 128

var ksrBundleKeys = check{
	Check: Check{
		Name:     "KSR-BUNDLE-KEYS",
		Verifies: "one identifier is one identical key in all bundles; flags are 256, protocol is 3, none is a KSK, stated key tags are right, and each is a key of its algorithm",
		Source:   "root KSK operator's KSR validation; RFC 4034, Section 2.1",
	},
	run: func(j *judgement) {
		j.coherentKeys(j.asked)
		for i := range j.asked {
			s := &j.asked[i]
			for _, key := range s.keys {
				if key.Flags != rr.FlagZone {
					j.violateAt(s, key.Line, "key %d has flags %d, want 256", key.KeyTag(), key.Flags)
				}
				if j.isKSK(key.DNSKEY) {
					j.violateAt(s, key.Line, "key %d is one of the KSKs", key.KeyTag())
				}
			}
		}
	},
}

// isKSK says whether a key is held by the KSK operator, whatever its flags here.
func (j *judgement) isKSK(key rr.DNSKEY) bool {
	for _, ksk := range j.held {
		if dnssec.SameKey(ksk, key) {
			return true
		}
	}
	return false
}

var skrBundleKeys = check{
	Check: Check{
		Name:     "SKR-BUNDLE-KEYS",
		Verifies: "one identifier is one key in all bundles and one key has one identifier; protocol is 3, stated key tags are right, and each is a key of its algorithm",
		Source:   "root KSK operator's KSR validation, mirrored; RFC 4034, Section 2.1",
	},
	run: func(j *judgement) {
		j.coherentKeys(j.answered)
		j.aliases(j.answered)
	},
}

// coherentKeys makes the checks on keys that KSR and SKR share. The REVOKE flag
// does not make another key: identifiers stay.
func (j *judgement) coherentKeys(slots []slot) {
	first := map[string]ksr.Key{}
	distinct := map[string]bool{}
	for i := range slots {
		s := &slots[i]
		inBundle := map[string]bool{}
		for _, key := range s.keys {
			id, tag := keyID(key.DNSKEY), key.KeyTag()
			name := key.Identifier
			if name == "" {
				name = id
			}
			distinct[id] = true
			if inBundle[name] {
				j.violateAt(s, key.Line, "key %d is there twice", tag)
			}
			inBundle[name] = true
			if known, seen := first[key.Identifier]; seen && key.Identifier != "" && !sameButRevoked(known.DNSKEY, key.DNSKEY) {
				j.violateAt(s, key.Line, "identifier %q is key %d here and another key, %d, elsewhere", printable(key.Identifier), tag, known.KeyTag())
			} else if !seen {
				first[key.Identifier] = key
			}
			if key.Protocol != 3 {
				j.violateAt(s, key.Line, "key %d has protocol %d, want 3", tag, key.Protocol)
			}
			if key.Tag != tag {
				j.violateAt(s, key.Line, "key %d is stated to have key tag %d", tag, key.Tag)
			}
			if err := malformed(key.DNSKEY); err != nil {
				j.violateAt(s, key.Line, "key %d: %v", tag, err)
			}
		}
	}
	if len(distinct) > maxDistinct {
		j.violate("%d different keys", len(distinct))
	}
}

func sameButRevoked(a, b rr.DNSKEY) bool {
	return a.Flags|rr.FlagRevoke == b.Flags|rr.FlagRevoke && a.Protocol == b.Protocol &&
		a.Algorithm == b.Algorithm && bytes.Equal(a.PublicKey, b.PublicKey)
}

// malformed says why a key of a supported algorithm is not in the form of that
// algorithm. Keys that have the form and should not be used are for KEY-WEAK,
// other algorithms for KEY-ALG.
func malformed(key rr.DNSKEY) error {
	if !supported(key.Algorithm) {
		return nil
	}
	if dnssec.IsRSA(key.Algorithm) {
		_, _, err := rsaNumbers(key.PublicKey)
		return err
	}
	_, err := dnssec.PublicKey(key)
	return err
}

func supported(algorithm uint8) bool {
	_, err := dnssec.ParseAlgorithm(dnssec.AlgorithmName(algorithm))
	return err == nil
}
