package ksr

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/testenv"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"

	"github.com/miekg/dns"
)

// verify checks a signature over set by a key of the bundle with its tag.
func verify(set *rr.Set, s *Signature, keys []Key) bool {
	for i := range keys {
		if keys[i].KeyTag() == s.KeyTag && dnssec.Verify(set, &s.RRSIG, keys[i].DNSKEY) == nil {
			return true
		}
	}
	return false
}

// badSignatures counts the signatures that do not verify, and how many there are.
func badSignatures(zone rr.Name, bundles []Bundle) (bad, all int) {
	for i := range bundles {
		b := &bundles[i]
		set := b.DNSKEYSet(zone)
		for s := range b.Signatures {
			if all++; !verify(set, &b.Signatures[s], b.Keys) {
				bad++
			}
		}
		for s := range b.CDSSignatures {
			set := b.CDS
			if b.CDSSignatures[s].TypeCovered == rr.TypeCDNSKEY {
				set = b.CDNSKEY
			}
			if all++; set == nil || !verify(set, &b.CDSSignatures[s], b.Keys) {
				bad++
			}
		}
	}
	return bad, all
}

// What was read is right if all real signatures verify over it, those of the
// rewritten document too.
func TestSignaturesOfRealDocumentsVerify(t *testing.T) {
	for file, is := range corpus(t) {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			var zone rr.Name
			var bundles []Bundle
			if doc := read(t, file); is.kind == KSR {
				r := parsedRequest(t, doc)
				zone, bundles = r.Zone, parsedRequest(t, encodedRequest(t, r, is.format)).Bundles
			} else {
				r := parsedResponse(t, doc)
				zone, bundles = r.Zone, parsedResponse(t, encodedResponse(t, r, is.format)).Bundles
			}
			want := 0
			if strings.HasSuffix(file, ".bad.xml") {
				want = 2 // its fault: two proofs of possession are swapped
			}
			bad, all := badSignatures(zone, bundles)
			if bad != want || all == 0 && (is.kind == SKR || is.format == ICANN) {
				t.Errorf("%d of %d signatures do not verify, want %d", bad, all, want)
			}
			for _, b := range bundles {
				for _, k := range b.Keys {
					if k.Tag != k.KeyTag() {
						t.Errorf("key tag %d, computed %d", k.Tag, k.KeyTag())
					}
				}
			}
		})
	}
}

// records is the wire form of all records of a text document as miekg/dns reads
// it.
func records(t *testing.T, doc []byte) []string {
	t.Helper()
	var list []string
	p := dns.NewZoneParser(bytes.NewReader(doc), ".", "")
	for record, ok := p.Next(); ok; record, ok = p.Next() {
		wire := make([]byte, 4096)
		n, err := dns.PackRR(record, wire, 0, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(wire[:n]))
	}
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// A second reader sees the same records, in the same number, before and after
// we rewrote the document.
func TestAnotherReaderSeesTheSameRecords(t *testing.T) {
	for _, pattern := range []string{"knot/*.txt", "bind/*.txt", "lcd-ksr-unix.txt"} {
		for _, file := range testenv.Corpus(t, pattern) {
			t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
				doc := read(t, file)
				kind, format, err := Detect(doc)
				if err != nil {
					t.Fatal(err)
				}
				var again []byte
				if kind == KSR {
					again = encodedRequest(t, parsedRequest(t, doc), format)
				} else {
					r := parsedResponse(t, doc)
					if len(r.Warnings) > 0 {
						t.Skip("has bundles that are not used")
					}
					again = encodedResponse(t, r, format)
				}
				count := map[string]int{}
				for _, record := range records(t, doc) {
					count[record]++
				}
				for _, record := range records(t, again) {
					count[record]--
				}
				for record, n := range count {
					if n != 0 {
						t.Errorf("record %q: %+d", record, -n)
					}
				}
			})
		}
	}
}
