package zoneverify

import (
	"crypto/ecdsa"

	"countersign/pkg/p256verify"
	"countersign/pkg/zone"
)

// ByChange is VerifyChange without a second look at what fails; nil where all has
// to be judged.
func ByChange(before *Judged, z *zone.Zone, c Config) *Report {
	v := newVerifier(z, c)
	if !v.follows(before) {
		return nil
	}
	v.before = before
	return v.byChange()
}

// VerifyWith is Verify with another cryptography for what ZSKs sign.
func VerifyWith(z *zone.Zone, c Config, batch func([]p256verify.Signed, []int) ([]int, error)) *Report {
	v := newVerifier(z, c)
	for _, k := range v.keys {
		if !k.IsSEP() {
			k.fast = batch
		}
	}
	return verify(z, c, v.keys)
}

// VerifyWithTables is Verify with tables for every key of P-256, however few
// signatures there are.
func VerifyWithTables(z *zone.Zone, c Config) *Report {
	v := newVerifier(z, c)
	for _, k := range v.keys {
		if public, ok := k.public.(*ecdsa.PublicKey); ok && public.Params().BitSize == 256 {
			if fast, err := p256verify.New(public); err == nil {
				k.fast = fast.VerifyBatch
			}
		}
	}
	return verify(z, c, v.keys)
}

// CloneLimits is what a proof keeps of limits.
func CloneLimits(l *Limits) *Limits { return l.clone() }
