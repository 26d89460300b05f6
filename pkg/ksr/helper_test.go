package ksr

import (
	"bytes"
	"testing"
	"time"

	"countersign/pkg/iso8601"
	"countersign/pkg/rr"
)

// filler is n octets that look like key material; they differ by seed.
func filler(seed byte, n int) []byte {
	data := make([]byte, n)
	x := uint32(seed) + 1
	for i := range data {
		x = x*1664525 + 1013904223
		data[i] = byte(x >> 24)
	}
	return data
}

// rsaKey is a key in the form of RFC 3110 with an odd modulus of 1024 bits.
func rsaKey(seed byte, flags uint16) rr.DNSKEY {
	modulus := filler(seed, 128)
	modulus[0] |= 0x80
	modulus[127] |= 1
	return rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: 8, PublicKey: append([]byte{3, 1, 0, 1}, modulus...)}
}

func edKey(seed byte, flags uint16) rr.DNSKEY {
	return rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: 15, PublicKey: filler(seed, 32)}
}

const ownerName rr.Name = "\x07example\x03com\x00"

func keyOf(identifier string, k rr.DNSKEY) Key {
	return Key{Identifier: identifier, Tag: k.KeyTag(), TTL: 172800, DNSKEY: k}
}

func signatureOf(k Key, begins, ends time.Time) Signature {
	return Signature{KeyIdentifier: k.Identifier, TTL: 172800, RRSIG: rr.RRSIG{
		TypeCovered: rr.TypeDNSKEY, Algorithm: k.Algorithm, Labels: 2, OriginalTTL: 172800,
		Expiration: ends, Inception: begins, KeyTag: k.DNSKEY.KeyTag(), SignerName: ownerName,
		Signature: filler(byte(k.Tag), 64),
	}}
}

func slot(i int) (begins, ends time.Time) {
	begins = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 10 * iso8601.Day)
	return begins, begins.Add(21 * iso8601.Day)
}

func samplePolicy(algorithms ...StatedAlgorithm) StatedPolicy {
	return StatedPolicy{
		PublishSafety: 10 * iso8601.Day, RetireSafety: 10 * iso8601.Day,
		MaxSignatureValidity: 21 * iso8601.Day, MinSignatureValidity: 20 * iso8601.Day,
		MaxValidityOverlap: 12 * iso8601.Day, MinValidityOverlap: time.Hour,
		Algorithms: algorithms,
	}
}

// sampleRequest is a KSR of three slots with all that XML can carry.
func sampleRequest() *Request {
	r := &Request{
		ID: "4fe9bb10-6f6b-4503-8575-7824e2d66925", Serial: 7, Zone: ownerName,
		Policy: samplePolicy(StatedAlgorithm{8, 1024, 65537}, StatedAlgorithm{15, 256, 0}),
	}
	old, next := keyOf("zsk <1> & \"co\"", rsaKey(1, 256)), keyOf("zsk-2", edKey(2, 256))
	for i, keys := range [][]Key{{old}, {old, next}, {next}} {
		begins, ends := slot(i)
		b := Bundle{ID: "bundle " + string(rune('a'+i)), Inception: begins, Expiration: ends, Keys: keys}
		for _, k := range keys {
			b.Signatures = append(b.Signatures, signatureOf(k, begins.Add(-40*iso8601.Day), begins))
		}
		r.Bundles = append(r.Bundles, b)
	}
	r.Bundles[0].Signers = []string{"Kjqmt7v", "KSK 2"}
	return r
}

// sampleResponse is an SKR of three slots without CDS.
func sampleResponse() *Response {
	r := &Response{
		ID: "4fe9bb10-6f6b-4503-8575-7824e2d66925", Serial: 7, Zone: ownerName,
		Timestamp: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC),
		KSKPolicy: samplePolicy(StatedAlgorithm{15, 256, 0}),
		ZSKPolicy: samplePolicy(StatedAlgorithm{8, 1024, 65537}),
	}
	ksk, zsk := keyOf("KSK", edKey(3, 257)), keyOf("ZSK", rsaKey(1, 256))
	for i := range 3 {
		begins, ends := slot(i)
		r.Bundles = append(r.Bundles, Bundle{
			ID: "b" + string(rune('1'+i)), Inception: begins, Expiration: ends,
			Keys: []Key{zsk, ksk}, Signatures: []Signature{signatureOf(ksk, begins, ends)},
		})
	}
	return r
}

// withCDS adds CDS and CDNSKEY for the KSK to all bundles of an SKR.
func withCDS(r *Response) *Response {
	for i := range r.Bundles {
		b := &r.Bundles[i]
		ksk := b.Keys[1]
		cds := append([]byte{byte(ksk.Tag >> 8), byte(ksk.Tag), ksk.Algorithm, 2}, filler(9, 32)...)
		b.CDS = &rr.Set{Owner: r.Zone, Type: rr.TypeCDS, TTL: 3600, Data: [][]byte{cds}}
		b.CDNSKEY = &rr.Set{Owner: r.Zone, Type: rr.TypeCDNSKEY, TTL: 3600, Data: [][]byte{ksk.Append(nil)}}
		for _, typ := range []rr.Type{rr.TypeCDS, rr.TypeCDNSKEY} {
			s := signatureOf(ksk, b.Inception, b.Expiration)
			s.TypeCovered, s.TTL, s.OriginalTTL = typ, 3600, 3600
			b.CDSSignatures = append(b.CDSSignatures, s)
		}
	}
	return r
}

// textRequest is a KSR of three slots as a text format can carry it.
func textRequest() *Request {
	r := sampleRequest()
	dropping[LossPossession](r.Bundles)
	return r
}

func encodedRequest(t testing.TB, r *Request, f Format) []byte {
	t.Helper()
	doc, err := EncodeRequest(r, f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func encodedResponse(t testing.TB, r *Response, f Format) []byte {
	t.Helper()
	doc, err := EncodeResponse(r, f)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func parsedRequest(t testing.TB, doc []byte) *Request {
	t.Helper()
	r, err := ParseRequest(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parsedResponse(t testing.TB, doc []byte) *Response {
	t.Helper()
	r, err := ParseResponse(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// replaced is doc with the first old made new, and the line of old.
func replaced(t testing.TB, doc []byte, old, new string) ([]byte, int) {
	t.Helper()
	before, after, ok := bytes.Cut(doc, []byte(old))
	if !ok {
		t.Fatalf("the document has no %q", old)
	}
	line := 1 + bytes.Count(before, []byte("\n"))
	return append(append(bytes.Clone(before), new...), after...), line
}
