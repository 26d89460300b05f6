package zoneverify_test

import (
	"compress/gzip"
	"io"
	"os"
	"testing"
	"time"

	"countersign/internal/testenv"
	"countersign/pkg/rr"
	"countersign/pkg/trustanchor"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// rootAnchors is what IANA publishes: KSK-2017 and KSK-2024.
const rootAnchors = `
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
`

func readRoot(t testing.TB, path string) *zone.Zone {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	z, _, err := zone.Parse(text, zone.ParseOptions{Origin: rr.Root, Name: path})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// soaInception is when the zone's SOA began to be valid, and so a moment at
// which it was published.
func soaInception(t testing.TB, z *zone.Zone) time.Time {
	t.Helper()
	apex := z.Node(0)
	for i := range apex.SignatureCount() {
		rdata, _ := apex.Signature(i)
		sig, err := rr.ParseRRSIG(rdata)
		if err != nil {
			t.Fatal(err)
		}
		if sig.TypeCovered == rr.TypeSOA {
			return sig.Inception
		}
	}
	t.Fatal("the SOA is not signed")
	return time.Time{}
}

// TestRealRootZones judges what the archive kept of the signatures, at the date
// of each zone and against the version before it.
func TestRealRootZones(t *testing.T) {
	paths := testenv.Corpus(t, "root-zone/*.zone.gz")
	if len(paths) != 24 {
		t.Errorf("%d zones, want 24", len(paths))
	}
	anchors, err := trustanchor.Parse([]byte(rootAnchors), rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	var before *zone.Zone
	for _, path := range paths {
		z := readRoot(t, path)
		c := zoneverify.Config{At: soaInception(t, z).Add(time.Hour), Anchors: anchors, ApexOnly: true, Published: before}
		r := zoneverify.Verify(z, c)
		if err := r.Err(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, f := range r.Findings {
			t.Errorf("%s: %s", path, f)
		}
		if r.Signatures != 2 {
			t.Errorf("%s: %d signatures, want those of SOA and DNSKEY", path, r.Signatures)
		}
		c.At = r.Expires
		expect(t, zoneverify.Verify(z, c), []string{"ZONE-RRSIG-TIME"}, "expired at")

		// The NSEC chain of the real zone is all there. What is missing is the
		// signatures, and so the digest.
		c.At, c.ApexOnly = soaInception(t, z).Add(time.Hour), false
		expect(t, zoneverify.Verify(z, c), []string{"ZONE-RRSIG-MISSING", "ZONE-ZONEMD"}, "not signed")
		before = z
	}
}
