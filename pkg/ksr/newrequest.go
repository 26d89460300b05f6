package ksr

import (
	"fmt"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// Draft is what a ZSK operator asks for, before it is signed.
type Draft struct {
	ID        string
	Serial    uint64
	Zone      rr.Name
	Timestamp time.Time
	Policy    StatedPolicy
	TTL       uint32 // of the DNSKEY RRset, seconds
	Bundles   []DraftBundle

	// The validity period of the proof of possession: when it was made and
	// a while on. It has nothing to do with that of the bundles.
	ProofInception  time.Time
	ProofExpiration time.Time
}

// DraftBundle is one slot with the ZSKs it publishes.
type DraftBundle struct {
	ID         string
	Inception  time.Time
	Expiration time.Time
	ZSKs       []DraftKey
}

// DraftKey is a ZSK that can prove its possession.
type DraftKey struct {
	Identifier string
	Signer     dnssec.Signer
}

// NewRequest makes the KSR of a draft. Every bundle is signed with every ZSK in
// it: the proof of possession. Its Format and Digest come when it is encoded and
// parsed.
func NewRequest(d Draft) (*Request, error) {
	request := &Request{ID: d.ID, Serial: d.Serial, Zone: d.Zone, Timestamp: d.Timestamp, Policy: d.Policy}
	for _, draft := range d.Bundles {
		bundle, err := d.bundle(draft)
		if err != nil {
			return nil, fmt.Errorf("bundle of %s: %w", draft.Inception.Format(time.RFC3339), err)
		}
		request.Bundles = append(request.Bundles, bundle)
	}
	return request, nil
}

func (d Draft) bundle(draft DraftBundle) (Bundle, error) {
	bundle := Bundle{ID: draft.ID, Inception: draft.Inception, Expiration: draft.Expiration}
	for _, zsk := range draft.ZSKs {
		key := zsk.Signer.Key()
		bundle.Keys = append(bundle.Keys, Key{Identifier: zsk.Identifier, Tag: key.KeyTag(), TTL: d.TTL, DNSKEY: key})
	}
	set := bundle.DNSKEYSet(d.Zone)
	for _, zsk := range draft.ZSKs {
		key := zsk.Signer.Key()
		sig, err := dnssec.Sign(set, zsk.Signer, dnssec.Params{
			Inception:  d.ProofInception,
			Expiration: d.ProofExpiration,
			SignerName: d.Zone,
			KeyTag:     key.KeyTag(),
		})
		if err != nil {
			return Bundle{}, err
		}
		bundle.Signatures = append(bundle.Signatures, Signature{KeyIdentifier: zsk.Identifier, TTL: d.TTL, RRSIG: sig})
	}
	return bundle, nil
}
