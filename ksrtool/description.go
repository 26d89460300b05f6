package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"countersign/internal/bundletable"
	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/pgpwords"
	"countersign/pkg/rr"
)

// description is what show says of a document. Its JSON is documented in
// ksrtool.1.md: names stay, new ones may come.
type description struct {
	File      string              `json:"file"`
	Kind      string              `json:"kind"`
	Format    string              `json:"format"`
	Zone      string              `json:"zone"`
	ID        string              `json:"id,omitempty"`
	Serial    uint64              `json:"serial"`
	Timestamp string              `json:"timestamp,omitempty"`
	SHA256    string              `json:"sha256"`
	Words     string              `json:"words"`
	Policies  []policyDescription `json:"policies"`
	Bundles   []bundleDescription `json:"bundles"`
	Keys      []keyDescription    `json:"keys"`
	Warnings  []warning           `json:"warnings"`
}

type warning struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

type policyDescription struct {
	Of                   string            `json:"of"` // "KSK" or "ZSK"
	PublishSafety        string            `json:"publish_safety"`
	RetireSafety         string            `json:"retire_safety"`
	MaxSignatureValidity string            `json:"max_signature_validity"`
	MinSignatureValidity string            `json:"min_signature_validity"`
	MaxValidityOverlap   string            `json:"max_validity_overlap"`
	MinValidityOverlap   string            `json:"min_validity_overlap"`
	Algorithms           []statedAlgorithm `json:"algorithms"`
}

type statedAlgorithm struct {
	Algorithm uint8 `json:"algorithm"`
	Bits      int   `json:"bits"`
	Exponent  int   `json:"exponent,omitempty"`
}

type bundleDescription struct {
	Number        int                    `json:"number"` // from 1, in the order of the document
	ID            string                 `json:"id,omitempty"`
	Inception     string                 `json:"inception"`
	Expiration    string                 `json:"expiration,omitempty"`
	Line          int                    `json:"line"`
	Signers       []string               `json:"signers,omitempty"`
	Keys          []bundleKey            `json:"keys"`
	Signatures    []signatureDescription `json:"signatures"`
	CDS           *parentSet             `json:"cds,omitempty"`
	CDNSKEY       *parentSet             `json:"cdnskey,omitempty"`
	CDSSignatures []signatureDescription `json:"cds_signatures,omitempty"`
}

type bundleKey struct {
	Tag        uint16 `json:"tag"`
	Identifier string `json:"identifier,omitempty"`
	Action     string `json:"action"` // S, P, R or RS, as in the table
}

type signatureDescription struct {
	TypeCovered   string `json:"type_covered"`
	Algorithm     uint8  `json:"algorithm"`
	Labels        uint8  `json:"labels"`
	OriginalTTL   uint32 `json:"original_ttl"`
	Inception     string `json:"inception"`
	Expiration    string `json:"expiration"`
	KeyTag        uint16 `json:"key_tag"`
	SignerName    string `json:"signer_name"`
	KeyIdentifier string `json:"key_identifier,omitempty"`
	TTL           uint32 `json:"ttl"`
}

// parentSet is a CDS or CDNSKEY RRset.
type parentSet struct {
	Type    string   `json:"type"`
	TTL     uint32   `json:"ttl"`
	Records []string `json:"records"` // RDATA as in a zone file
}

type keyDescription struct {
	Tag        uint16 `json:"tag"`
	StatedTag  uint16 `json:"stated_tag"`
	Role       string `json:"role"` // ZSK, KSK or "KSK revoked"
	Flags      uint16 `json:"flags"`
	Algorithm  uint8  `json:"algorithm"`
	Bits       int    `json:"bits"`
	Exponent   int    `json:"exponent,omitempty"`
	Fault      string `json:"fault,omitempty"` // why the size is not known
	TTL        uint32 `json:"ttl"`
	Identifier string `json:"identifier,omitempty"`
	PublicKey  string `json:"public_key"`   // base64
	DS         string `json:"ds,omitempty"` // SHA-256, of a KSK that is not revoked
	Bundles    []int  `json:"bundles"`
}

func describe(doc *document) *description {
	d := &description{
		File: doc.name, Kind: string(doc.kind), Format: string(doc.format), Zone: doc.zone.String(),
		ID: doc.id, Serial: doc.serial, Timestamp: moment(doc.timestamp),
		SHA256: doc.digest.String(), Words: strings.Join(pgpwords.Words(doc.digest[:]), " "),
		Policies: describePolicies(doc), Keys: describeKeys(doc), Bundles: []bundleDescription{}, Warnings: []warning{},
	}
	for i := range doc.bundles {
		d.Bundles = append(d.Bundles, describeBundle(i+1, &doc.bundles[i]))
	}
	for _, w := range doc.warnings {
		d.Warnings = append(d.Warnings, warning{w.Line, w.Text})
	}
	return d
}

// describePolicies leaves out the policies that are not stated: a stated one has
// an algorithm.
func describePolicies(doc *document) []policyDescription {
	policies := []policyDescription{}
	add := func(of string, p *ksr.StatedPolicy) {
		if len(p.Algorithms) == 0 {
			return
		}
		out := policyDescription{
			Of:                   of,
			PublishSafety:        duration(p.PublishSafety),
			RetireSafety:         duration(p.RetireSafety),
			MaxSignatureValidity: duration(p.MaxSignatureValidity),
			MinSignatureValidity: duration(p.MinSignatureValidity),
			MaxValidityOverlap:   duration(p.MaxValidityOverlap),
			MinValidityOverlap:   duration(p.MinValidityOverlap),
		}
		for _, a := range p.Algorithms {
			out.Algorithms = append(out.Algorithms, statedAlgorithm(a))
		}
		policies = append(policies, out)
	}
	if doc.kind == ksr.KSR {
		add("ZSK", &doc.request.Policy)
	} else {
		add("KSK", &doc.response.KSKPolicy)
		add("ZSK", &doc.response.ZSKPolicy)
	}
	return policies
}

func duration(d time.Duration) string { return iso8601.FormatDuration(d) }

func describeBundle(number int, b *ksr.Bundle) bundleDescription {
	out := bundleDescription{
		Number: number, ID: b.ID, Inception: moment(b.Inception), Expiration: moment(b.Expiration), Line: b.Line,
		Signers: b.Signers, Keys: []bundleKey{}, Signatures: describeSignatures(b.Signatures),
		CDS: describeSet(b.CDS), CDNSKEY: describeSet(b.CDNSKEY),
	}
	for i := range b.Keys {
		k := &b.Keys[i]
		out.Keys = append(out.Keys, bundleKey{Tag: k.KeyTag(), Identifier: k.Identifier, Action: bundletable.Action(b, k)})
	}
	if len(b.CDSSignatures) > 0 {
		out.CDSSignatures = describeSignatures(b.CDSSignatures)
	}
	return out
}

func describeSignatures(signatures []ksr.Signature) []signatureDescription {
	list := []signatureDescription{}
	for i := range signatures {
		s := &signatures[i]
		list = append(list, signatureDescription{
			TypeCovered: s.TypeCovered.String(), Algorithm: s.Algorithm, Labels: s.Labels, OriginalTTL: s.OriginalTTL,
			Inception: moment(s.Inception), Expiration: moment(s.Expiration), KeyTag: s.KeyTag,
			SignerName: s.SignerName.String(), KeyIdentifier: s.KeyIdentifier, TTL: s.TTL,
		})
	}
	return list
}

func describeSet(set *rr.Set) *parentSet {
	if set == nil {
		return nil
	}
	out := &parentSet{Type: set.Type.String(), TTL: set.TTL, Records: []string{}}
	for _, data := range set.Data {
		out.Records = append(out.Records, string(rr.AppendRdata(nil, set.Type, data)))
	}
	return out
}

// describeKeys lists every key once, in the order in which they appear. The same
// key under another identifier, tag or TTL is another entry: people should see
// that.
func describeKeys(doc *document) []keyDescription {
	keys := []keyDescription{}
	index := map[string]int{}
	for i := range doc.bundles {
		for k := range doc.bundles[i].Keys {
			key := &doc.bundles[i].Keys[k]
			id := fmt.Sprintf("%x %d %d %s", key.Append(nil), key.Tag, key.TTL, key.Identifier)
			at, known := index[id]
			if !known {
				at = len(keys)
				index[id] = at
				keys = append(keys, describeKey(doc.zone, key))
			}
			if n := len(keys[at].Bundles); n == 0 || keys[at].Bundles[n-1] != i+1 {
				keys[at].Bundles = append(keys[at].Bundles, i+1)
			}
		}
	}
	return keys
}

func describeKey(zone rr.Name, key *ksr.Key) keyDescription {
	out := keyDescription{
		Tag: key.KeyTag(), StatedTag: key.Tag, Role: role(key.DNSKEY), Flags: key.Flags, Algorithm: key.Algorithm,
		TTL: key.TTL, Identifier: key.Identifier, PublicKey: base64.StdEncoding.EncodeToString(key.PublicKey),
	}
	var err error
	if out.Bits, out.Exponent, err = dnssec.KeyBits(key.DNSKEY); err != nil {
		out.Fault = err.Error()
	}
	if key.IsSEP() && !key.IsRevoked() {
		if ds, err := dnssec.NewDS(zone, key.DNSKEY, dnssec.DigestSHA256); err == nil {
			out.DS = string(rr.AppendRdata(nil, rr.TypeDS, ds.Append(nil)))
		}
	}
	return out
}

// role is what the flags of a key say it is for.
func role(key rr.DNSKEY) string {
	switch {
	case key.IsSEP() && key.IsRevoked():
		return "KSK revoked"
	case key.IsSEP():
		return "KSK"
	case key.IsRevoked():
		return "ZSK revoked"
	}
	return "ZSK"
}
