package ksr

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

var textFormats = []Format{Knot, BIND}

func TestRequestsSurviveEveryFormat(t *testing.T) {
	for _, r := range []*Request{sampleRequest(), textRequest(), {
		Zone: rr.Root, Bundles: []Bundle{{Inception: time.Unix(0, 0), Keys: []Key{keyOf("", edKey(1, 256))}}},
	}} {
		for _, f := range []Format{ICANN, Knot, BIND} {
			doc, err := EncodeRequest(r, f)
			var carry *CarryError
			if errors.As(err, &carry) {
				continue // TestCarryErrors has these
			}
			if err != nil {
				t.Errorf("%s: %v", f, err)
				continue
			}
			back := parsedRequest(t, doc)
			if what := r.difference(back); what != "" || back.Format != f || len(back.Warnings) > 0 {
				t.Errorf("%s: reads back as %s with warnings %v; different: %s", f, back.Format, back.Warnings, what)
			}
			if again := encodedRequest(t, back, f); !bytes.Equal(doc, again) {
				t.Errorf("%s: written again it is different", f)
			}
		}
	}
}

func TestResponsesSurviveEveryFormat(t *testing.T) {
	early := withCDS(sampleResponse())
	early.Timestamp = time.Time{}
	early.Bundles[0].Expiration = early.Bundles[0].Expiration.Add(-time.Hour)
	for name, r := range map[string]*Response{"plain": sampleResponse(), "with CDS": withCDS(sampleResponse()), "ends early": early} {
		for _, f := range []Format{ICANN, Knot, BIND} {
			if f == ICANN && name != "plain" {
				continue
			}
			doc := encodedResponse(t, r, f)
			back := parsedResponse(t, doc)
			if what := r.difference(back); what != "" || back.Format != f || len(back.Warnings) > 0 {
				t.Errorf("%s as %s: reads back as %s with warnings %v; different: %s", name, f, back.Format, back.Warnings, what)
			}
			if again := encodedResponse(t, back, f); !bytes.Equal(doc, again) {
				t.Errorf("%s as %s: written again it is different", name, f)
			}
		}
	}
}

func TestTextIsWrittenForEveryReader(t *testing.T) {
	r := textRequest()
	r.Timestamp = time.Date(2026, 11, 22, 1, 25, 50, 0, time.UTC)
	lines := strings.Split(strings.TrimSuffix(string(encodedRequest(t, r, Knot)), "\n"), "\n")
	want := ";; KeySigningRequest 1.0 1798761600 (2027-01-01T00:00:00Z) Countersign id=4fe9bb10-6f6b-4503-8575-7824e2d66925 " +
		"serial=7 made=1795310750 policy=P10D,P10D,P21D,P20D,P12D,PT1H,8/1024/65537,15/256 bundle=bundle%20a expires=1800576000 " +
		"signers=Kjqmt7v,KSK%202"
	if lines[0] != want {
		t.Errorf("header\n%s\nwant\n%s", lines[0], want)
	}
	if !strings.HasPrefix(lines[1], "example.com. 172800 IN DNSKEY 256 3 8 AwEAA") || !strings.HasSuffix(lines[1], " ; Countersign key=zsk%20%3C1%3E%20%26%20%22co%22") {
		t.Errorf("record %s", lines[1])
	}
	if got, want := lines[len(lines)-1], ";; KeySigningRequest 1.0 generated at 2026-11-22T01:25:50Z by Countersign"; got != want {
		t.Errorf("trailer\n%s\nwant\n%s", got, want)
	}
	if len(lines) != 3+4+1 {
		t.Errorf("%d lines", len(lines))
	}
	bind := string(encodedRequest(t, r, BIND))
	if !strings.HasPrefix(bind, ";; KeySigningRequest 1.0 20270101000000 (") {
		t.Errorf("BIND's form begins %.80s", bind)
	}
}

func lossNames(err error) []string {
	var carry *CarryError
	if !errors.As(err, &carry) {
		return nil
	}
	var names []string
	for _, loss := range carry.Losses {
		names = append(names, loss.Name)
	}
	return names
}

func TestCarryErrors(t *testing.T) {
	request := func(change func(*Request)) *Request { r := sampleRequest(); change(r); return r }
	for _, row := range []struct {
		name string
		r    *Request
		f    Format
		want []string
	}{
		{"XML to text", sampleRequest(), Knot, []string{LossPossession}},
		{"text to XML", parsedRequest(t, []byte(textKSR)), ICANN, []string{LossPossession, LossPolicy, LossIdentifiers, LossIdentifiers, LossExpiration}},
		{"CDS in a KSR", request(func(r *Request) { r.Bundles[0].CDS = &rr.Set{} }), ICANN, []string{LossCDS}},
		{"no bundle id", request(func(r *Request) { r.Bundles[0].ID = "" }), ICANN, []string{LossIdentifiers}},
		{"no key identifier", request(func(r *Request) { r.Bundles[2].Keys[0].Identifier = "" }), ICANN, []string{LossIdentifiers}},
		{"no signer's identifier", request(func(r *Request) { r.Bundles[0].Signatures[0].KeyIdentifier = "" }), ICANN, []string{LossIdentifiers}},
		{"twins", request(func(r *Request) {
			dropping[LossPossession](r.Bundles)
			r.Bundles[1].Inception = r.Bundles[0].Inception
		}), BIND, []string{LossInception}},
		{"out of order", request(func(r *Request) {
			dropping[LossPossession](r.Bundles)
			slices.Reverse(r.Bundles)
		}), BIND, []string{LossOrder}},
		{"wrong tag", request(func(r *Request) {
			dropping[LossPossession](r.Bundles)
			r.Bundles[1].Keys[0].Tag++
		}), BIND, []string{LossKeyTag}},
	} {
		_, err := EncodeRequest(row.r, row.f)
		if got := lossNames(err); !slices.Equal(got, row.want) {
			t.Errorf("%s: losses %v, want %v (%v)", row.name, got, row.want, err)
		}
	}
	skr := withCDS(sampleResponse())
	skr.Bundles[1].Signers = []string{"x"}
	_, err := EncodeResponse(skr, ICANN)
	if got, want := lossNames(err), []string{LossSigners, LossCDS}; !slices.Equal(got, want) {
		t.Errorf("SKR: losses %v, want %v", got, want)
	}
	want := "the icann format cannot carry this SKR:\n" +
		"signers: 1 of 3 bundles with Signer elements, which no SKR has (can be dropped)\n" +
		"cds: 3 of 3 bundles with CDS or CDNSKEY records (can be dropped)"
	if err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

// What no reader would take is not written.
func TestRefusesToWriteWhatCannotBeRead(t *testing.T) {
	for name, change := range map[string]func(*Request){
		"no bundles":             func(r *Request) { r.Bundles = nil },
		"no keys":                func(r *Request) { r.Bundles[0].Keys = nil },
		"empty key":              func(r *Request) { r.Bundles[0].Keys[0].PublicKey = nil },
		"no zone":                func(r *Request) { r.Zone = "" },
		"before 1970":            func(r *Request) { r.Bundles[0].Inception = time.Unix(-1, 0) },
		"after 2106":             func(r *Request) { r.Bundles[0].Expiration = time.Unix(maxTime+1, 0) },
		"half a second":          func(r *Request) { r.Bundles[0].Inception = r.Bundles[0].Inception.Add(time.Second / 2) },
		"line end in an id":      func(r *Request) { r.ID = "a\nb" },
		"long id":                func(r *Request) { r.ID = strings.Repeat("x", MaxAttribute+1) },
		"protocol 4":             func(r *Request) { r.Bundles[0].Keys[0].Protocol = 4 },
		"TTL above 2^31-1":       func(r *Request) { r.Bundles[0].Keys[0].TTL = 1 << 31 },
		"negative duration":      func(r *Request) { r.Policy.PublishSafety = -1 },
		"duration in fractions":  func(r *Request) { r.Policy.PublishSafety = time.Millisecond },
		"very long duration":     func(r *Request) { r.Policy.PublishSafety = maxDuration + time.Second },
		"RSA without exponent":   func(r *Request) { r.Policy.Algorithms[0].Exponent = 0 },
		"unknown algorithm":      func(r *Request) { r.Policy.Algorithms[0].Algorithm = 3 },
		"signature over another": func(r *Request) { r.Bundles[0].Signatures = []Signature{{RRSIG: rr.RRSIG{TypeCovered: rr.TypeSOA}}} },
	} {
		for _, f := range []Format{ICANN, Knot, BIND} {
			r := sampleRequest()
			r.Bundles[0].Keys = slices.Clone(r.Bundles[0].Keys)
			if f != ICANN {
				dropping[LossPossession](r.Bundles)
			}
			change(r)
			if doc, err := EncodeRequest(r, f); err == nil || doc != nil {
				t.Errorf("%s: written as %s", name, f)
			}
		}
	}
	if _, err := EncodeRequest(sampleRequest(), "der"); err == nil || !strings.Contains(err.Error(), "unknown") {
		t.Errorf("unknown format: %v", err)
	}
	r := withCDS(sampleResponse())
	r.Bundles[0].CDS.Data[0] = r.Bundles[0].CDS.Data[0][:3]
	if _, err := EncodeResponse(r, Knot); err == nil {
		t.Error("wrote an SKR with a malformed CDS record")
	}
	r = sampleResponse()
	r.Bundles[0].Signatures = nil
	if _, err := EncodeResponse(r, ICANN); err == nil {
		t.Error("wrote an SKR bundle without signatures")
	}
}

func TestConvertRequest(t *testing.T) {
	xml := encodedRequest(t, sampleRequest(), ICANN)
	if _, err := ConvertRequest(parsedRequest(t, xml), Knot, Options{}); !slices.Equal(lossNames(err), []string{LossPossession}) {
		t.Errorf("error %v", err)
	}
	r := parsedRequest(t, xml)
	doc, err := ConvertRequest(r, Knot, Options{Drop: []string{LossPossession}})
	if err != nil {
		t.Fatal(err)
	}
	if what := textRequest().difference(parsedRequest(t, doc)); what != "" {
		t.Errorf("more than the proofs was lost: %s", what)
	}
	if what := sampleRequest().difference(r); what != "" {
		t.Errorf("the original was changed: %s", what)
	}
	if _, err := ConvertRequest(parsedRequest(t, doc), ICANN, Options{Drop: []string{LossPossession}}); !slices.Equal(lossNames(err), []string{LossPossession}) {
		t.Errorf("made XML without proofs of possession: %v", err)
	}
	if _, err := ConvertRequest(r, Knot, Options{Drop: []string{LossExpiration}}); err == nil || !strings.Contains(err.Error(), "can be dropped") {
		t.Errorf("error %v", err)
	}
	bind, err := ConvertRequest(parsedRequest(t, doc), BIND, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if what := textRequest().difference(parsedRequest(t, bind)); what != "" {
		t.Errorf("lost between the text formats: %s", what)
	}
}

func TestConvertDropsOrderAndWrongTags(t *testing.T) {
	r := sampleResponse()
	slices.Reverse(r.Bundles)
	r.Bundles[0].Keys = slices.Clone(r.Bundles[0].Keys)
	r.Bundles[0].Keys[0].Tag++
	doc, err := ConvertResponse(r, BIND, Options{Drop: []string{LossOrder, LossKeyTag}})
	if err != nil {
		t.Fatal(err)
	}
	if what := sampleResponse().difference(parsedResponse(t, doc)); what != "" {
		t.Errorf("lost: %s", what)
	}
}

// A text SKR without ids and policies becomes XML that is always the same.
func TestConvertResponseDerivesWhatXMLNeeds(t *testing.T) {
	r := withCDS(sampleResponse())
	r.ID, r.Serial, r.KSKPolicy, r.ZSKPolicy = "", 0, StatedPolicy{}, StatedPolicy{}
	for i := range r.Bundles {
		b := &r.Bundles[i]
		b.ID, b.Keys[0].Identifier, b.Keys[1].Identifier, b.Signatures[0].KeyIdentifier = "", "", "", ""
		b.CDSSignatures[0].KeyIdentifier, b.CDSSignatures[1].KeyIdentifier = "", ""
	}
	revoked := keyOf("", rr.DNSKEY{Flags: 385, Protocol: 3, Algorithm: 15, PublicKey: r.Bundles[2].Keys[1].PublicKey})
	r.Bundles[2].Keys = []Key{r.Bundles[2].Keys[0], revoked}
	r.Bundles[2].Signatures = []Signature{signatureOf(revoked, r.Bundles[2].Inception, r.Bundles[2].Expiration)}
	text := parsedResponse(t, encodedResponse(t, r, Knot))

	if _, err := ConvertResponse(text, ICANN, Options{}); !slices.Equal(lossNames(err), []string{LossCDS}) {
		t.Errorf("error %v, want cds alone", err)
	}
	doc, err := ConvertResponse(text, ICANN, Options{Drop: []string{LossCDS}})
	if err != nil {
		t.Fatal(err)
	}
	if what := r.difference(text); what != "" {
		t.Errorf("the original was changed: %s", what)
	}
	again, err := ConvertResponse(text, ICANN, Options{Drop: []string{LossCDS}})
	if err != nil || !bytes.Equal(doc, again) {
		t.Errorf("not the same twice (%v)", err)
	}
	x := parsedResponse(t, doc)
	if len(x.ID) != 36 || x.ID[14] != '8' || strings.IndexByte("89ab", x.ID[19]) < 0 {
		t.Errorf("id %s is no UUID of version 8", x.ID)
	}
	if x.Bundles[0].ID == x.Bundles[1].ID || x.Bundles[0].ID == x.ID {
		t.Error("ids repeat")
	}
	p := x.KSKPolicy
	if p.MaxSignatureValidity != 21*24*time.Hour || p.MinSignatureValidity != 21*24*time.Hour ||
		p.MinValidityOverlap != 11*24*time.Hour || p.MaxValidityOverlap != 11*24*time.Hour || p.PublishSafety != 0 || p.RetireSafety != 0 {
		t.Errorf("policy %+v", p)
	}
	if !slices.Equal(p.Algorithms, []StatedAlgorithm{{15, 256, 0}}) || !slices.Equal(x.ZSKPolicy.Algorithms, []StatedAlgorithm{{8, 1024, 65537}}) {
		t.Errorf("algorithms %v and %v", p.Algorithms, x.ZSKPolicy.Algorithms)
	}
	before, after := x.Bundles[1].Signatures[0].KeyIdentifier, x.Bundles[2].Signatures[0].KeyIdentifier
	if before == "" || before != after {
		t.Errorf("the KSK is %q before and %q after it is revoked", before, after)
	}
	for _, b := range x.Bundles {
		if !slices.IsSortedFunc(b.Keys, func(a, b Key) int { return int(a.Tag) - int(b.Tag) }) {
			t.Error("keys are not in the order of their tags")
		}
	}
}

func TestConvertSaysWhenTheSignerIsUnknown(t *testing.T) {
	r := parsedResponse(t, []byte(strings.Replace(textSKR, "57774 example.com. jj", "57775 example.com. jj", 1)))
	_, err := ConvertResponse(r, ICANN, Options{Drop: []string{LossCDS}})
	if got := lossNames(err); !slices.Equal(got, []string{LossPolicy, LossIdentifiers}) && !slices.Equal(got, []string{LossIdentifiers}) {
		t.Errorf("error %v", err)
	}
}

// Every real SKR can go to every other format and back with nothing lost but
// what was dropped by name.
func TestRealResponsesConvert(t *testing.T) {
	for file, is := range corpus(t) {
		if is.kind != SKR {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			r := parsedResponse(t, read(t, file))
			for _, f := range textFormats {
				doc, err := ConvertResponse(r, f, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if what := r.difference(parsedResponse(t, doc)); what != "" {
					t.Errorf("as %s it differs: %s", f, what)
				}
			}
			doc, err := ConvertResponse(r, ICANN, Options{Drop: []string{LossCDS}})
			if err != nil {
				t.Fatal(err)
			}
			if x := parsedResponse(t, doc); len(x.Bundles) != len(r.Bundles) {
				t.Errorf("%d bundles, want %d", len(x.Bundles), len(r.Bundles))
			}
		})
	}
}

func TestRealRequestsConvert(t *testing.T) {
	for file, is := range corpus(t) {
		if is.kind != KSR {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			r := parsedRequest(t, read(t, file))
			for _, f := range textFormats {
				doc, err := ConvertRequest(r, f, Options{Drop: []string{LossPossession}})
				if err != nil {
					t.Fatal(err)
				}
				want := *r
				want.Bundles = slices.Clone(r.Bundles)
				dropping[LossPossession](want.Bundles)
				if what := want.difference(parsedRequest(t, doc)); what != "" {
					t.Errorf("as %s it differs: %s", f, what)
				}
			}
		})
	}
}

// BIND's SKRs repeat some bundle times: the later bundle is in force.
func TestLaterTwinWinsInRealBINDResponse(t *testing.T) {
	doc := read(t, filepath.Join(testenv.Dir(t), "bind/example.com-skr.txt"))
	r := parsedResponse(t, doc)
	if len(r.Bundles) != 8 || len(r.Warnings) != 2 {
		t.Fatalf("%d bundles, %d warnings, want 8 and 2", len(r.Bundles), len(r.Warnings))
	}
	if b := r.Bundles[3]; b.Line != 37 || len(b.Keys) != 2 {
		t.Errorf("bundle of line %d with %d keys, want line 37 with 2", b.Line, len(b.Keys))
	}
}

func BenchmarkParseICANN(b *testing.B) {
	doc := encodedResponse(b, bigResponse(), ICANN)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := ParseResponse(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseText(b *testing.B) {
	doc := encodedResponse(b, bigResponse(), Knot)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := ParseResponse(doc); err != nil {
			b.Fatal(err)
		}
	}
}

// The encoders parse what they wrote, so these cover both ways.
func BenchmarkEncodeICANN(b *testing.B) {
	r := bigResponse()
	for b.Loop() {
		encodedResponse(b, r, ICANN)
	}
}

func BenchmarkEncodeText(b *testing.B) {
	r := bigResponse()
	for b.Loop() {
		encodedResponse(b, r, Knot)
	}
}

// bigResponse is an SKR of nine slots like the root's.
func bigResponse() *Response {
	r := sampleResponse()
	for i := 3; i < 9; i++ {
		b := r.Bundles[0]
		b.Inception, b.Expiration = slot(i)
		b.Signatures = slices.Clone(b.Signatures)
		r.Bundles = append(r.Bundles, b)
	}
	return r
}

// edSigner signs in memory.
type edSigner struct {
	private ed25519.PrivateKey
	flags   uint16
}

func (s edSigner) Key() rr.DNSKEY {
	return rr.DNSKEY{Flags: s.flags, Protocol: 3, Algorithm: 15, PublicKey: s.private.Public().(ed25519.PublicKey)}
}

func (s edSigner) SignBatch(inputs, signatures [][]byte) error {
	for i := range inputs {
		signatures[i] = ed25519.Sign(s.private, inputs[i])
	}
	return nil
}

// twinSigners are two KSKs with one key tag.
func twinSigners(t *testing.T) (a, b edSigner) {
	t.Helper()
	seen := map[uint16]edSigner{}
	for i := range 1 << 16 {
		seed := make([]byte, ed25519.SeedSize)
		seed[0], seed[1] = byte(i), byte(i>>8)
		s := edSigner{ed25519.NewKeyFromSeed(seed), 257}
		if twin, ok := seen[s.Key().KeyTag()]; ok {
			return twin, s
		}
		seen[s.Key().KeyTag()] = s
	}
	t.Fatal("no two keys with one tag")
	return a, b
}

// Where two keys share a tag, the identifier in the XML is that of the key whose
// signature it is.
func TestConvertTellsTwinKeysApart(t *testing.T) {
	one, two := twinSigners(t)
	begins, ends := slot(0)
	for _, signer := range []edSigner{one, two} {
		b := Bundle{Inception: begins, Expiration: ends, Keys: []Key{keyOf("", one.Key()), keyOf("", two.Key())}}
		sig, err := dnssec.Sign(b.DNSKEYSet(ownerName), signer, dnssec.Params{
			Inception: begins, Expiration: ends, SignerName: ownerName, KeyTag: signer.Key().KeyTag(),
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Signatures = []Signature{{TTL: 172800, RRSIG: sig}}
		text := parsedResponse(t, encodedResponse(t, &Response{Zone: ownerName, Bundles: []Bundle{b}}, Knot))
		doc, err := ConvertResponse(text, ICANN, Options{})
		if err != nil {
			t.Fatal(err)
		}
		x := parsedResponse(t, doc)
		if got, want := x.Bundles[0].Signatures[0].KeyIdentifier, derivedKeyIdentifier(signer.Key()); got != want {
			t.Errorf("signed by %s, want %s", got, want)
		}
		if !slices.Equal(x.ZSKPolicy.Algorithms, x.KSKPolicy.Algorithms) {
			t.Errorf("without ZSKs the policy for them states %v", x.ZSKPolicy.Algorithms)
		}
	}
	// A signature by neither has no signer.
	b := Bundle{Inception: begins, Expiration: ends, Keys: []Key{keyOf("", one.Key()), keyOf("", two.Key())}}
	b.Signatures = []Signature{signatureOf(keyOf("", one.Key()), begins, ends)}
	text := parsedResponse(t, encodedResponse(t, &Response{Zone: ownerName, Bundles: []Bundle{b}}, Knot))
	if _, err := ConvertResponse(text, ICANN, Options{}); !slices.Equal(lossNames(err), []string{LossIdentifiers}) {
		t.Errorf("error %v", err)
	}
}

// A key that cannot be understood has no size to state.
func TestConvertNeedsKeysItUnderstands(t *testing.T) {
	r := sampleResponse()
	ksk := &r.Bundles[0].Keys[1]
	r.KSKPolicy, ksk.Algorithm = StatedPolicy{}, 99
	ksk.Tag = ksk.KeyTag()
	text := parsedResponse(t, encodedResponse(t, r, Knot))
	if _, err := ConvertResponse(text, ICANN, Options{}); !slices.Equal(lossNames(err), []string{LossPolicy}) {
		t.Errorf("error %v", err)
	}
	if _, err := ConvertResponse(text, "der", Options{}); err == nil {
		t.Error("converted to an unknown format")
	}
	if _, err := ConvertResponse(text, Knot, Options{Drop: []string{"everything"}}); err == nil {
		t.Error("dropped everything")
	}
}
