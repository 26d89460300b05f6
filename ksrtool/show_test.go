package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/internal/cli"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/pgpwords"
	"countersign/pkg/rr"
)

func TestShowKSR(t *testing.T) {
	e := newExchange(t)
	r, err := ksr.ParseRequest([]byte(read(t, e.ksr)))
	if err != nil {
		t.Fatal(err)
	}
	one, two := e.zsk.key.KeyTag(), e.nextZSK.key.KeyTag()
	got := ksrtool(t, "show", e.ksr)
	for _, want := range []string{
		"Document   KSR in the icann format\nZone       example.com.\nId         q1\nSerial     1\nTimestamp  2026-12-01T00:00:00Z\n",
		"SHA-256    " + r.Digest.String() + "\nPGP words  1  ",
		"\nStated policy of the ZSK\npublish safety     P2D\nretire safety      P8D\nvalidity           P21D to P21D\n" +
			"validity overlap   P9D to P12D\nalgorithm          ECDSAP256SHA256, 256 bits\n",
		fmt.Sprintf("\n 1  2027-01-01T00:00:00Z  2027-01-22T00:00:00Z  %d\n", one),
		fmt.Sprintf("\n 9  2027-03-22T00:00:00Z  2027-04-12T00:00:00Z  %d %d\n", one, two),
		"Proof of possession: a signature by every key over every bundle",
	} {
		got.want(t, cli.Good, want, "")
	}
	keys := rows(t, got.out, "\nKeys\n")
	if want := fmt.Sprint(one, " ZSK 256 ECDSAP256SHA256 256 bits 3600 1-9 zsk-1"); keys[1] != want {
		t.Errorf("key %q, want %q", keys[1], want)
	}
	if want := fmt.Sprint(two, " ZSK 256 ECDSAP256SHA256 256 bits 3600 9 zsk-2"); keys[2] != want {
		t.Errorf("key %q, want %q", keys[2], want)
	}
}

// rows is the lines after a title, with their columns one space apart.
func rows(t *testing.T, out, title string) []string {
	t.Helper()
	_, after, ok := strings.Cut(out, title)
	if !ok {
		t.Fatalf("no %q in\n%s", title, out)
	}
	var list []string
	for line := range strings.Lines(after) {
		list = append(list, strings.Join(strings.Fields(line), " "))
	}
	return list
}

func TestShowSKRHasTheDSOfItsKSKs(t *testing.T) {
	e := newExchange(t)
	got := ksrtool(t, "show", e.skr)
	got.want(t, cli.Good, "SKR in the icann format", "")
	got.want(t, cli.Good, "Stated policy of the KSK", "")
	got.want(t, cli.Good, fmt.Sprintf("  %d(ksk-1)/S\n", e.ksk.key.KeyTag()), "")
	got.want(t, cli.Good, "KSKs: S signs, P is published only", "")
	if ds := read(t, e.anchor); !strings.Contains(got.out, ds) {
		t.Errorf("no %q in\n%s", ds, got.out)
	}
}

func TestShowJSON(t *testing.T) {
	e := newExchange(t)
	got := ksrtool(t, "show", "--json", e.skr)
	var d description
	if err := json.Unmarshal([]byte(got.out), &d); err != nil || got.status != cli.Good {
		t.Fatalf("%v\n%s", err, got.out)
	}
	r, err := ksr.ParseResponse([]byte(read(t, e.skr)))
	if err != nil {
		t.Fatal(err)
	}
	if d.Kind != "skr" || d.Format != "icann" || d.Zone != "example.com." || d.ID != "q1" || d.Serial != 1 || d.SHA256 != r.Digest.String() ||
		d.Words != strings.Join(pgpwords.Words(r.Digest[:]), " ") || d.Warnings == nil || len(d.Bundles) != cycleSlots || len(d.Policies) != 2 {
		t.Errorf("%+v", d)
	}
	p := d.Policies[0]
	if p.Of != "KSK" || p.PublishSafety != "P7D" || p.RetireSafety != "P7D" || p.MaxSignatureValidity != "P21D" || p.MinSignatureValidity != "P21D" ||
		p.MaxValidityOverlap != "P12D" || p.MinValidityOverlap != "P9D" || len(p.Algorithms) != 1 || p.Algorithms[0] != (statedAlgorithm{13, 256, 0}) {
		t.Errorf("policy %+v", p)
	}
	last := d.Bundles[8]
	if last.Number != 9 || last.ID != "q1-9" || last.Inception != "2027-03-22T00:00:00Z" || last.Expiration != "2027-04-12T00:00:00Z" ||
		len(last.Keys) != 3 || !slices.Contains(last.Keys, bundleKey{e.ksk.key.KeyTag(), "ksk-1", "S"}) ||
		!slices.Contains(last.Keys, bundleKey{e.zsk.key.KeyTag(), "zsk-1", "P"}) ||
		len(last.Signatures) != 1 || last.Signatures[0].KeyTag != e.ksk.key.KeyTag() || last.Signatures[0].Inception != "2027-03-22T00:00:00Z" ||
		last.Signatures[0].TypeCovered != "DNSKEY" || last.Signatures[0].SignerName != "example.com." || last.Signatures[0].OriginalTTL != dnskeyTTL {
		t.Errorf("bundle %+v", last)
	}
	i := slices.IndexFunc(d.Keys, func(k keyDescription) bool { return k.Identifier == "ksk-1" })
	k := d.Keys[i]
	if k.Role != "KSK" || k.Flags != 257 || k.TTL != dnskeyTTL || len(k.Bundles) != cycleSlots || k.DS == "" ||
		k.PublicKey != base64.StdEncoding.EncodeToString(e.ksk.key.PublicKey) {
		t.Errorf("key %+v", k)
	}
}

// textSKR is an SKR in text with what only text has.
func (e *exchange) textSKR(t *testing.T) *ksr.Response {
	t.Helper()
	r, err := ksr.ParseResponse([]byte(read(t, e.skr)))
	if err != nil {
		t.Fatal(err)
	}
	ds, err := dnssec.NewDS(exampleCom, e.ksk.key, dnssec.DigestSHA256)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Bundles {
		b := &r.Bundles[i]
		b.CDS = &rr.Set{Owner: exampleCom, Type: rr.TypeCDS, TTL: dnskeyTTL, Data: [][]byte{ds.Append(nil)}}
		b.CDNSKEY = &rr.Set{Owner: exampleCom, Type: rr.TypeCDNSKEY, TTL: dnskeyTTL, Data: [][]byte{e.ksk.key.Append(nil)}}
		for _, set := range []*rr.Set{b.CDS, b.CDNSKEY} {
			sig, err := dnssec.Sign(set, e.ksk, dnssec.Params{Inception: b.Inception, Expiration: b.Expiration, SignerName: exampleCom, KeyTag: e.ksk.key.KeyTag()})
			if err != nil {
				t.Fatal(err)
			}
			b.CDSSignatures = append(b.CDSSignatures, ksr.Signature{TTL: dnskeyTTL, RRSIG: sig})
		}
	}
	return r
}

func TestShowWhatIsForTheParent(t *testing.T) {
	e := newExchange(t)
	path := e.write(t, "skr.txt", encodeResponse(t, e.textSKR(t), ksr.Knot))
	got := ksrtool(t, "show", path)
	got.want(t, cli.Good, "SKR in the knot format", "")
	got.want(t, cli.Good, fmt.Sprintf("\nFor the parent\nbundles 1-9: example.com. 3600 IN CDS %d 13 2 ", e.ksk.key.KeyTag()), "")
	got.want(t, cli.Good, "\nbundles 1-9: example.com. 3600 IN CDNSKEY 257 3 13 ", "")
	got = ksrtool(t, "show", "--json", path)
	var d description
	if err := json.Unmarshal([]byte(got.out), &d); err != nil {
		t.Fatal(err)
	}
	if b := d.Bundles[0]; b.CDS == nil || b.CDNSKEY == nil || b.CDS.Type != "CDS" || b.CDS.TTL != dnskeyTTL || len(b.CDSSignatures) != 2 {
		t.Errorf("bundle %+v", b)
	}
}

func TestShowFindsOddities(t *testing.T) {
	e := newExchange(t)
	r := e.request(t, "q1", firstQuarter, sameKeys(e.zsk))
	r.Bundles[3].Keys[0].Tag++
	r.Bundles[5].Keys[0].PublicKey = r.Bundles[5].Keys[0].PublicKey[1:]
	r.Bundles[6].Signatures[0].KeyIdentifier = "nobody"
	r.Bundles[7].Signers = []string{"ksk-1"}
	got := ksrtool(t, "show", e.write(t, "odd.xml", encodeRequest(t, r)))
	tag := e.zsk.key.KeyTag()
	got.want(t, cli.Good, fmt.Sprintf("%d (stated %d)", tag, tag+1), "")
	got.want(t, cli.Good, "P-256 key of 63 octets, want 64", "")
	got.want(t, cli.Good, "Proof of possession: missing for 1 of 9 keys in bundles\n", "")
	got.want(t, cli.Good, "Bundle 8 asks for the signers [\"ksk-1\"]\n", "")
	text := strings.Replace(read(t, e.ksr), "<KSR ", "\ufeff<KSR ", 1)
	ksrtool(t, "show", e.write(t, "bom.xml", []byte("\ufeff"+strings.ReplaceAll(text, "\ufeff", "")))).
		want(t, cli.Good, "\nWarnings\nline 1: byte order mark\n", "")
}

func TestShowRefusesMalformedDocuments(t *testing.T) {
	e := newExchange(t)
	path := e.write(t, "bad.xml", []byte(strings.Replace(read(t, e.ksr), "<TTL>3600", "<TTL>x", 1)))
	got := ksrtool(t, "show", path)
	got.want(t, cli.Refused, "", "ksrtool: error: "+path+": line ")
	if got.out != "" {
		t.Errorf("output %q", got.out)
	}
	ksrtool(t, "show", e.write(t, "large", make([]byte, ksr.MaxDocument+1))).want(t, cli.Refused, "", "larger than 1048576 octets")
	ksrtool(t, "show", e.write(t, "empty", nil)).want(t, cli.Refused, "", "empty document")
}

func TestRanges(t *testing.T) {
	for want, numbers := range map[string][]int{"": nil, "1": {1}, "1-3": {1, 2, 3}, "1,3-4,9": {1, 3, 4, 9}} {
		if got := ranges(numbers); got != want {
			t.Errorf("%v is %q, want %q", numbers, got, want)
		}
	}
}
