package ceremony

import (
	"errors"
	"fmt"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// Signers opens the KSK with a label. It is asked once for each label.
type Signers func(label string) (dnssec.Signer, error)

// Signed is an SKR that was read back from its bytes and judged.
type Signed struct {
	Document []byte
	Verified *policy.Verified
}

// RejectedError says that the SKR just signed does not stand up to the checks an
// SKR has to stand up to. It must not be given out.
type RejectedError struct{ Report *policy.Report }

func (e *RejectedError) Error() string {
	return "the SKR just signed is not good: " + e.Report.Err().Error()
}

// Sign makes the SKR of an approved KSR in a format. Before it is returned its
// bytes are parsed and judged as the ZSK operator will judge them, every
// signature included, by code that did not make it. The bytes depend on the
// arguments alone where the signatures do.
func Sign(approved *policy.Approved, ksks []rollover.KSK, signers Signers, format ksr.Format) (*Signed, error) {
	if err := approved.Valid(); err != nil {
		return nil, err
	}
	response, err := sign(approved, ksks, signers)
	if err != nil {
		return nil, err
	}
	document, err := ksr.EncodeResponse(response, format)
	if err != nil {
		return nil, fmt.Errorf("writing the SKR: %w", err)
	}
	verified, err := Reread(approved, document)
	if err != nil {
		return nil, err
	}
	return &Signed{Document: document, Verified: verified}, nil
}

// Reread parses and judges the bytes of an SKR made for an approved KSR: what
// Sign does before it returns, and what its caller does again with what it wrote.
func Reread(approved *policy.Approved, document []byte) (*policy.Verified, error) {
	if err := approved.Valid(); err != nil {
		return nil, err
	}
	response, err := ksr.ParseResponse(document)
	if err != nil {
		return nil, fmt.Errorf("the SKR just signed cannot be read: %w", err)
	}
	verified, report := policy.CheckResponse(policy.ResponseInput{
		Response: response,
		Limits:   approved.Limits(),
		Now:      approved.Now(),
		Request:  approved.Request(),
		Genesis:  approved.Genesis(),
		Previous: approved.Previous(),
		Anchors:  anchors(publicKeys(approved.Plan())),
	})
	if verified == nil {
		return nil, &RejectedError{report}
	}
	return verified, nil
}

// anchors trusts exactly these keys.
func anchors(keys []rr.DNSKEY) policy.Anchors {
	return func(owner rr.Name, key rr.DNSKEY) error {
		for _, known := range keys {
			if dnssec.SameKey(known, key) {
				return nil
			}
		}
		return fmt.Errorf("key %d of %s is no KSK of the plan", key.KeyTag(), owner)
	}
}

func sign(approved *policy.Approved, ksks []rollover.KSK, signers Signers) (*ksr.Response, error) {
	request, limits := approved.Request(), approved.Limits()
	response := &ksr.Response{
		ID:        request.ID,
		Serial:    request.Serial,
		Zone:      request.Zone,
		ZSKPolicy: request.Policy,
	}
	var err error
	if response.KSKPolicy, err = stated(approved.Plan(), limits); err != nil {
		return nil, err
	}
	opened := opener(signers)
	for _, planned := range approved.Plan() {
		bundle, err := signBundle(request, planned, ksks, limits, opened)
		if err != nil {
			return nil, fmt.Errorf("bundle of %s: %w", planned.From.Format("2006-01-02"), err)
		}
		response.Bundles = append(response.Bundles, bundle)
	}
	return response, nil
}

// opener asks for each label once, and refuses a signer that is not the key of
// the plan.
func opener(signers Signers) func(policy.PlannedKSK) (dnssec.Signer, error) {
	opened := map[string]dnssec.Signer{}
	return func(ksk policy.PlannedKSK) (dnssec.Signer, error) {
		signer, ok := opened[ksk.Label]
		if !ok {
			var err error
			if signer, err = signers(ksk.Label); err != nil {
				return nil, fmt.Errorf("KSK %s: %w", ksk.Label, err)
			}
			opened[ksk.Label] = signer
		}
		if !dnssec.SameKey(signer.Key(), ksk.Key) {
			return nil, fmt.Errorf("KSK %s: the key in the store is not the one of the plan", ksk.Label)
		}
		return signer, nil
	}
}

func signBundle(request *ksr.Request, planned policy.PlannedBundle, ksks []rollover.KSK, limits policy.Limits,
	open func(policy.PlannedKSK) (dnssec.Signer, error)) (ksr.Bundle, error) {
	ttl := limits.Bundles.TTL
	bundle := ksr.Bundle{
		ID:         planned.ID,
		Inception:  planned.From,
		Expiration: planned.Expiration,
		Keys:       keysOf(request, planned, ttl),
	}
	if limits.Parent == policy.ParentCDS {
		if err := addParentSets(&bundle, request.Zone, ttl, rollover.ParentKSKs(ksks, planned.From)); err != nil {
			return ksr.Bundle{}, err
		}
	}
	for _, ksk := range planned.KSKs {
		if !ksk.Signs {
			continue
		}
		signer, err := open(ksk)
		if err != nil {
			return ksr.Bundle{}, err
		}
		if err := signSets(&bundle, request.Zone, planned, ksk, signer); err != nil {
			return ksr.Bundle{}, err
		}
	}
	if len(bundle.Signatures) == 0 {
		return ksr.Bundle{}, errors.New("no KSK signs")
	}
	bundle.Sort()
	return bundle, nil
}

// signSets adds the signatures of one KSK: over DNSKEY, and over CDS and CDNSKEY
// unless it is revoked (RFC 7344, Section 4.1).
func signSets(bundle *ksr.Bundle, zone rr.Name, planned policy.PlannedBundle, ksk policy.PlannedKSK, signer dnssec.Signer) error {
	dnskeys := bundle.DNSKEYSet(zone)
	sig, err := signVerified(dnskeys, zone, planned, ksk, signer)
	if err != nil {
		return err
	}
	bundle.Signatures = append(bundle.Signatures, sig)
	if ksk.Key.IsRevoked() {
		return nil
	}
	for _, set := range []*rr.Set{bundle.CDS, bundle.CDNSKEY} {
		if set == nil {
			continue
		}
		sig, err := signVerified(set, zone, planned, ksk, signer)
		if err != nil {
			return err
		}
		bundle.CDSSignatures = append(bundle.CDSSignatures, sig)
	}
	return nil
}

// signVerified makes one RRSIG and verifies it before it goes anywhere.
func signVerified(set *rr.Set, zone rr.Name, planned policy.PlannedBundle, ksk policy.PlannedKSK, signer dnssec.Signer) (ksr.Signature, error) {
	sig, err := dnssec.Sign(set, signer, dnssec.Params{
		Inception:  planned.Inception,
		Expiration: planned.Expiration,
		SignerName: zone,
		KeyTag:     ksk.Key.KeyTag(),
	})
	if err != nil {
		return ksr.Signature{}, fmt.Errorf("KSK %s: %w", ksk.Label, err)
	}
	if err := dnssec.Verify(set, &sig, ksk.Key); err != nil {
		return ksr.Signature{}, fmt.Errorf("KSK %s made a bad signature over %s: %w", ksk.Label, set.Type, err)
	}
	return ksr.Signature{KeyIdentifier: ksk.Label, TTL: set.TTL, RRSIG: sig}, nil
}

// addParentSets adds the CDS and CDNSKEY RRsets for the KSKs that the parent
// shall have.
func addParentSets(bundle *ksr.Bundle, zone rr.Name, ttl uint32, ksks []rollover.KSK) error {
	if len(ksks) == 0 {
		return errors.New("no KSK is meant for the parent: CDS would be empty")
	}
	bundle.CDS = &rr.Set{Owner: zone, Type: rr.TypeCDS, TTL: ttl}
	bundle.CDNSKEY = &rr.Set{Owner: zone, Type: rr.TypeCDNSKEY, TTL: ttl}
	for _, ksk := range ksks {
		ds, err := dnssec.NewDS(zone, ksk.Key, dnssec.DigestSHA256)
		if err != nil {
			return err
		}
		bundle.CDS.Data = append(bundle.CDS.Data, ds.Append(nil))
		bundle.CDNSKEY.Data = append(bundle.CDNSKEY.Data, ksk.Key.Append(nil))
	}
	bundle.CDS.Canonicalize()
	bundle.CDNSKEY.Canonicalize()
	return nil
}

// stated is what the SKR says of the limits it was made under.
func stated(plan policy.Plan, limits policy.Limits) (ksr.StatedPolicy, error) {
	p := ksr.StatedPolicy{
		PublishSafety:        limits.KSK.PublishSafety,
		RetireSafety:         limits.KSK.RetireSafety,
		MaxSignatureValidity: limits.Bundles.Validity.Max,
		MinSignatureValidity: limits.Bundles.Validity.Min,
		MaxValidityOverlap:   limits.Bundles.Overlap.Max,
		MinValidityOverlap:   limits.Bundles.Overlap.Min,
	}
	var err error
	p.Algorithms, err = ksr.StatedAlgorithms(publicKeys(plan))
	return p, err
}
