package ksr

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"countersign/pkg/rr"
)

// Two documents are the same if they say the same, whatever their format: the
// digest, the places and the warnings are not compared.

// difference names the first thing in which two KSRs differ, or is "".
func (r *Request) difference(o *Request) string {
	switch {
	case r.ID != o.ID:
		return "id"
	case r.Serial != o.Serial:
		return "serial"
	case r.Zone != o.Zone:
		return "zone"
	case !r.Timestamp.Equal(o.Timestamp):
		return "timestamp"
	case !r.Policy.samePolicy(&o.Policy):
		return "policy"
	}
	return differentBundles(r.Bundles, o.Bundles)
}

// difference names the first thing in which two SKRs differ, or is "".
func (r *Response) difference(o *Response) string {
	switch {
	case r.ID != o.ID:
		return "id"
	case r.Serial != o.Serial:
		return "serial"
	case r.Zone != o.Zone:
		return "zone"
	case !r.Timestamp.Equal(o.Timestamp):
		return "timestamp"
	case !r.KSKPolicy.samePolicy(&o.KSKPolicy):
		return "policy for the KSK"
	case !r.ZSKPolicy.samePolicy(&o.ZSKPolicy):
		return "policy for the ZSK"
	}
	return differentBundles(r.Bundles, o.Bundles)
}

func (p *StatedPolicy) samePolicy(o *StatedPolicy) bool {
	return slices.EqualFunc(p.fields(), o.fields(), func(a, b *time.Duration) bool { return *a == *b }) &&
		slices.Equal(p.Algorithms, o.Algorithms)
}

func differentBundles(a, b []Bundle) string {
	if len(a) != len(b) {
		return "number of bundles"
	}
	for i := range a {
		if what := a[i].difference(&b[i]); what != "" {
			return fmt.Sprintf("%s of bundle %d", what, i+1)
		}
	}
	return ""
}

func (b *Bundle) difference(o *Bundle) string {
	switch {
	case b.ID != o.ID:
		return "id"
	case !b.Inception.Equal(o.Inception):
		return "inception"
	case !b.Expiration.Equal(o.Expiration):
		return "expiration"
	case !slices.Equal(b.Signers, o.Signers):
		return "signers"
	case !slices.EqualFunc(b.Keys, o.Keys, sameKey):
		return "keys"
	case !slices.EqualFunc(b.Signatures, o.Signatures, sameSignature):
		return "signatures"
	case !sameSet(b.CDS, o.CDS), !sameSet(b.CDNSKEY, o.CDNSKEY):
		return "CDS or CDNSKEY"
	case !slices.EqualFunc(b.CDSSignatures, o.CDSSignatures, sameSignature):
		return "signatures over CDS or CDNSKEY"
	}
	return ""
}

func sameKey(a, b Key) bool {
	return a.Identifier == b.Identifier && a.Tag == b.Tag && a.TTL == b.TTL &&
		a.Flags == b.Flags && a.Protocol == b.Protocol && a.Algorithm == b.Algorithm &&
		bytes.Equal(a.PublicKey, b.PublicKey)
}

func sameSignature(a, b Signature) bool {
	return a.KeyIdentifier == b.KeyIdentifier && a.TTL == b.TTL &&
		a.TypeCovered == b.TypeCovered && a.Algorithm == b.Algorithm && a.Labels == b.Labels &&
		a.OriginalTTL == b.OriginalTTL && a.Expiration.Equal(b.Expiration) && a.Inception.Equal(b.Inception) &&
		a.KeyTag == b.KeyTag && a.SignerName == b.SignerName && bytes.Equal(a.Signature, b.Signature)
}

func sameSet(a, b *rr.Set) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(b)
}
