package policy

import (
	"fmt"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// sigVerdict is what is known of one signature of a bundle.
type sigVerdict struct {
	sig      *ksr.Signature
	key      int      // of the bundle's keys; -1 if none of them made it
	foreign  string   // why key is -1
	fields   []string // what is wrong in its fields
	err      error    // why it does not verify; nil if fields are wrong, which leaves it untried
	verified bool
}

// judgeSignatures looks at every signature over the DNSKEY RRset of a bundle.
// Times and TTLs are not looked at: they are limits.
func judgeSignatures(zone rr.Name, b *ksr.Bundle) []sigVerdict {
	verdicts := make([]sigVerdict, len(b.Signatures))
	set := b.DNSKEYSet(zone)
	for i := range b.Signatures {
		sig := &b.Signatures[i]
		v := &verdicts[i]
		v.sig = sig
		v.key, v.foreign = signerOf(b, sig)
		if v.key < 0 {
			continue
		}
		key := b.Keys[v.key].DNSKEY
		v.fields = fieldFaults(zone, sig.RRSIG, key)
		if len(v.fields) > 0 {
			continue
		}
		signed := *set
		signed.TTL = sig.OriginalTTL // another TTL is a fault of its own
		v.err = dnssec.Verify(&signed, &sig.RRSIG, key)
		v.verified = v.err == nil
	}
	return verdicts
}

// signerOf finds the key of the bundle that a signature claims to be by: the one
// with its identifier, in text formats the one with its key tag and algorithm.
func signerOf(b *ksr.Bundle, sig *ksr.Signature) (index int, why string) {
	index = -1
	for i, key := range b.Keys {
		mine := key.Identifier == sig.KeyIdentifier
		if sig.KeyIdentifier == "" {
			mine = key.KeyTag() == sig.KeyTag && key.Algorithm == sig.Algorithm
		}
		if !mine {
			continue
		}
		if index >= 0 && sig.KeyIdentifier == "" {
			continue // two keys with one tag: KEY-TAG says so
		}
		index = i
	}
	switch {
	case index >= 0:
		return index, ""
	case sig.KeyIdentifier != "":
		return -1, fmt.Sprintf("signature by key %q, which is not in the bundle", printable(sig.KeyIdentifier))
	}
	return -1, fmt.Sprintf("signature by key %d of algorithm %d, which is not in the bundle", sig.KeyTag, sig.Algorithm)
}

// fieldFaults compares the fields of a signature with what it covers and what
// made it. See RFC 4034, Section 3.1.
func fieldFaults(zone rr.Name, sig rr.RRSIG, key rr.DNSKEY) []string {
	var faults []string
	differ := func(ok bool, format string, a ...any) {
		if !ok {
			faults = append(faults, fmt.Sprintf(format, a...))
		}
	}
	tag := key.KeyTag()
	differ(sig.TypeCovered == rr.TypeDNSKEY, "signature by key %d: type covered is %s, want DNSKEY", tag, sig.TypeCovered)
	differ(sig.Algorithm == key.Algorithm, "signature by key %d: algorithm is %d, want %d", tag, sig.Algorithm, key.Algorithm)
	differ(sig.KeyTag == tag, "signature by key %d: key tag is %d", tag, sig.KeyTag)
	differ(sig.SignerName == zone, "signature by key %d: signer is %s, want %s", tag, sig.SignerName, zone)
	differ(sig.Labels == zone.SignatureLabels(), "signature by key %d: labels field is %d, want %d", tag, sig.Labels, zone.SignatureLabels())
	differ(sig.Inception.Before(sig.Expiration), "signature by key %d: inception is not before expiration", tag)
	return faults
}
