package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rr"
)

const (
	day        = 24 * time.Hour
	dnskeyTTL  = 3600
	cycleSlots = 9
)

// memoryKey is an ECDSA P-256 key pair in memory.
type memoryKey struct {
	name    string
	key     rr.DNSKEY
	private *ecdsa.PrivateKey
}

func newKey(t *testing.T, name string, flags uint16) *memoryKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := dnssec.EncodePublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return &memoryKey{name, rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: dnssec.ECDSAP256SHA256, PublicKey: public}, private}
}

func (k *memoryKey) Key() rr.DNSKEY { return k.key }

func (k *memoryKey) SignBatch(inputs, signatures [][]byte) error {
	for i, input := range inputs {
		r, s, err := ecdsa.Sign(rand.Reader, k.private, input)
		if err != nil {
			return err
		}
		signatures[i] = make([]byte, 64)
		r.FillBytes(signatures[i][:32])
		s.FillBytes(signatures[i][32:])
	}
	return nil
}

// exchange is two cycles of example.com. as files.
type exchange struct {
	dir, limits, anchor string
	ksr, skr            string // of the first quarter of 2027, in XML
	nextKSR, nextSKR    string // of the second
	zsk, nextZSK, ksk   *memoryKey
}

var (
	firstQuarter  = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	secondQuarter = time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)
	exampleCom    = rr.Name("\x07example\x03com\x00")
)

func newExchange(t *testing.T) *exchange {
	t.Helper()
	e := &exchange{dir: t.TempDir(), zsk: newKey(t, "zsk-1", 256), nextZSK: newKey(t, "zsk-2", 256), ksk: newKey(t, "ksk-1", 257)}
	for e.zsk.key.KeyTag() == e.nextZSK.key.KeyTag() || e.ksk.key.Revoked().KeyTag() == e.zsk.key.KeyTag() {
		e.zsk = newKey(t, "zsk-1", 256)
	}
	limits := policy.TLDLimits(exampleCom)
	limits.Parent = policy.ParentManual
	text, err := policyfile.Format(limits)
	if err != nil {
		t.Fatal(err)
	}
	e.limits = e.write(t, "limits.yaml", text)
	ds, err := dnssec.NewDS(exampleCom, e.ksk.key, dnssec.DigestSHA256)
	if err != nil {
		t.Fatal(err)
	}
	e.anchor = e.write(t, "anchor.txt", fmt.Appendf(nil, "example.com. IN DS %s\n", rr.AppendRdata(nil, rr.TypeDS, ds.Append(nil))))

	one, both, next := []*memoryKey{e.zsk}, []*memoryKey{e.zsk, e.nextZSK}, []*memoryKey{e.nextZSK}
	first := e.request(t, "q1", firstQuarter, [cycleSlots][]*memoryKey{one, one, one, one, one, one, one, one, both})
	second := e.request(t, "q2", secondQuarter, [cycleSlots][]*memoryKey{both, next, next, next, next, next, next, next, next})
	e.ksr = e.write(t, "q1.ksr.xml", encodeRequest(t, first))
	e.skr = e.write(t, "q1.skr.xml", encodeResponse(t, e.respond(t, first), ksr.ICANN))
	e.nextKSR = e.write(t, "q2.ksr.xml", encodeRequest(t, second))
	e.nextSKR = e.write(t, "q2.skr.xml", encodeResponse(t, e.respond(t, second), ksr.ICANN))
	return e
}

func (e *exchange) write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(e.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var statedPolicy = ksr.StatedPolicy{
	PublishSafety: 2 * day, RetireSafety: 8 * day, MaxSignatureValidity: 21 * day, MinSignatureValidity: 21 * day,
	MaxValidityOverlap: 12 * day, MinValidityOverlap: 9 * day,
	Algorithms: []ksr.StatedAlgorithm{{Algorithm: dnssec.ECDSAP256SHA256, Bits: 256}},
}

func (e *exchange) request(t *testing.T, id string, start time.Time, zsks [cycleSlots][]*memoryKey) *ksr.Request {
	t.Helper()
	draft := ksr.Draft{
		ID: id, Serial: 1, Zone: exampleCom, Timestamp: start.Add(-31 * day), Policy: statedPolicy, TTL: dnskeyTTL,
		ProofInception: start.Add(-31 * day), ProofExpiration: start.Add(-1 * day),
	}
	for i, keys := range zsks {
		inception := start.Add(time.Duration(i) * 10 * day)
		b := ksr.DraftBundle{ID: fmt.Sprintf("%s-%d", id, i+1), Inception: inception, Expiration: inception.Add(21 * day)}
		for _, k := range keys {
			b.ZSKs = append(b.ZSKs, ksr.DraftKey{Identifier: k.name, Signer: k})
		}
		draft.Bundles = append(draft.Bundles, b)
	}
	r, err := ksr.NewRequest(draft)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// respond answers a KSR: every bundle with the KSK, signed by it.
func (e *exchange) respond(t *testing.T, r *ksr.Request) *ksr.Response {
	t.Helper()
	out := &ksr.Response{ID: r.ID, Serial: r.Serial, Zone: r.Zone, KSKPolicy: statedPolicy, ZSKPolicy: r.Policy}
	out.KSKPolicy.PublishSafety, out.KSKPolicy.RetireSafety = 7*day, 7*day
	for _, asked := range r.Bundles {
		b := ksr.Bundle{ID: asked.ID, Inception: asked.Inception, Expiration: asked.Expiration}
		b.Keys = append(b.Keys, asked.Keys...)
		b.Keys = append(b.Keys, ksr.Key{Identifier: e.ksk.name, Tag: e.ksk.key.KeyTag(), TTL: dnskeyTTL, DNSKEY: e.ksk.key})
		sig, err := dnssec.Sign(b.DNSKEYSet(r.Zone), e.ksk, dnssec.Params{
			Inception: b.Inception, Expiration: b.Expiration, SignerName: r.Zone, KeyTag: e.ksk.key.KeyTag(),
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Signatures = []ksr.Signature{{KeyIdentifier: e.ksk.name, TTL: dnskeyTTL, RRSIG: sig}}
		b.Sort()
		out.Bundles = append(out.Bundles, b)
	}
	return out
}

func encodeRequest(t *testing.T, r *ksr.Request) []byte {
	t.Helper()
	doc, err := ksr.EncodeRequest(r, ksr.ICANN)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func encodeResponse(t *testing.T, r *ksr.Response, f ksr.Format) []byte {
	t.Helper()
	doc, err := ksr.EncodeResponse(r, f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// keyIndex is where a bundle has a key.
func keyIndex(b *ksr.Bundle, identifier string) int {
	return slices.IndexFunc(b.Keys, func(k ksr.Key) bool { return k.Identifier == identifier })
}
