package ksr

import (
	"testing"
	"time"

	"countersign/pkg/rr"
)

// The encoders and the fuzz targets rely on difference to see everything.
func TestDifferenceSeesEveryField(t *testing.T) {
	later := func(t *time.Time) { *t = t.Add(time.Second) }
	onBundle := map[string]func(*Bundle){
		"id":                       func(b *Bundle) { b.ID += "x" },
		"inception":                func(b *Bundle) { later(&b.Inception) },
		"expiration":               func(b *Bundle) { later(&b.Expiration) },
		"signers":                  func(b *Bundle) { b.Signers = append(b.Signers, "x") },
		"number of keys":           func(b *Bundle) { b.Keys = b.Keys[:1] },
		"key identifier":           func(b *Bundle) { b.Keys[0].Identifier += "x" },
		"key tag":                  func(b *Bundle) { b.Keys[0].Tag++ },
		"key TTL":                  func(b *Bundle) { b.Keys[0].TTL++ },
		"flags":                    func(b *Bundle) { b.Keys[0].Flags++ },
		"protocol":                 func(b *Bundle) { b.Keys[0].Protocol++ },
		"key algorithm":            func(b *Bundle) { b.Keys[0].Algorithm++ },
		"public key":               func(b *Bundle) { b.Keys[0].PublicKey = []byte{1} },
		"number of signatures":     func(b *Bundle) { b.Signatures = nil },
		"signer's identifier":      func(b *Bundle) { b.Signatures[0].KeyIdentifier += "x" },
		"signature TTL":            func(b *Bundle) { b.Signatures[0].TTL++ },
		"type covered":             func(b *Bundle) { b.Signatures[0].TypeCovered++ },
		"signature algorithm":      func(b *Bundle) { b.Signatures[0].Algorithm++ },
		"labels":                   func(b *Bundle) { b.Signatures[0].Labels++ },
		"original TTL":             func(b *Bundle) { b.Signatures[0].OriginalTTL++ },
		"signature expiration":     func(b *Bundle) { later(&b.Signatures[0].Expiration) },
		"signature inception":      func(b *Bundle) { later(&b.Signatures[0].Inception) },
		"signature's key tag":      func(b *Bundle) { b.Signatures[0].KeyTag++ },
		"signer's name":            func(b *Bundle) { b.Signatures[0].SignerName = rr.Root },
		"signature data":           func(b *Bundle) { b.Signatures[0].Signature = []byte{1} },
		"CDS":                      func(b *Bundle) { b.CDS = nil },
		"CDS data":                 func(b *Bundle) { b.CDS.Data[0][5]++ },
		"CDNSKEY":                  func(b *Bundle) { b.CDNSKEY.TTL++ },
		"signatures over CDS":      func(b *Bundle) { b.CDSSignatures = b.CDSSignatures[:1] },
		"signature over a CDS":     func(b *Bundle) { b.CDSSignatures[1].KeyTag++ },
		"signature over a CDS, ID": func(b *Bundle) { b.CDSSignatures[1].KeyIdentifier = "x" },
	}
	// A response made anew each time, since the changes reach into it.
	for name, change := range onBundle {
		r := withCDS(sampleResponse())
		for i := range r.Bundles {
			r.Bundles[i].Keys = append([]Key(nil), r.Bundles[i].Keys...)
		}
		change(&r.Bundles[2])
		if r.difference(withCDS(sampleResponse())) == "" {
			t.Errorf("%s is not seen", name)
		}
	}
	onPolicy := map[string]func(*StatedPolicy){
		"publish safety": func(p *StatedPolicy) { p.PublishSafety++ },
		"retire safety":  func(p *StatedPolicy) { p.RetireSafety++ },
		"max validity":   func(p *StatedPolicy) { p.MaxSignatureValidity++ },
		"min validity":   func(p *StatedPolicy) { p.MinSignatureValidity++ },
		"max overlap":    func(p *StatedPolicy) { p.MaxValidityOverlap++ },
		"min overlap":    func(p *StatedPolicy) { p.MinValidityOverlap++ },
		"algorithm":      func(p *StatedPolicy) { p.Algorithms[0].Algorithm++ },
		"bits":           func(p *StatedPolicy) { p.Algorithms[0].Bits++ },
		"exponent":       func(p *StatedPolicy) { p.Algorithms[0].Exponent++ },
		"algorithms":     func(p *StatedPolicy) { p.Algorithms = nil },
	}
	for name, change := range onPolicy {
		r, ksk, zsk := sampleRequest(), sampleResponse(), sampleResponse()
		change(&r.Policy)
		change(&ksk.KSKPolicy)
		change(&zsk.ZSKPolicy)
		if r.difference(sampleRequest()) == "" || ksk.difference(sampleResponse()) == "" || zsk.difference(sampleResponse()) == "" {
			t.Errorf("%s is not seen", name)
		}
	}
	for name, change := range map[string]func(*Request, *Response){
		"id":        func(k *Request, s *Response) { k.ID, s.ID = "x", "x" },
		"serial":    func(k *Request, s *Response) { k.Serial, s.Serial = 1, 1 },
		"zone":      func(k *Request, s *Response) { k.Zone, s.Zone = rr.Root, rr.Root },
		"timestamp": func(k *Request, s *Response) { later(&k.Timestamp); later(&s.Timestamp) },
		"bundles":   func(k *Request, s *Response) { k.Bundles, s.Bundles = k.Bundles[:2], s.Bundles[:2] },
	} {
		k, s := sampleRequest(), sampleResponse()
		change(k, s)
		if k.difference(sampleRequest()) == "" || s.difference(sampleResponse()) == "" {
			t.Errorf("%s is not seen", name)
		}
	}
	if sampleRequest().difference(sampleRequest()) != "" || withCDS(sampleResponse()).difference(withCDS(sampleResponse())) != "" {
		t.Error("sees what is not there")
	}
}
