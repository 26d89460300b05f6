package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/internal/testenv"
	"countersign/internal/zonefile"
	"countersign/pkg/rr"
)

// Each archived version of the root zone is signed, one after the other as they
// were published. All four checkers accept each, and each has exactly the NSEC
// records of the real one.
//
// "make test" signs with ECDSA P-256. The root's own RSASHA256 takes nearly twice
// as long: COUNTERSIGN_FULL=1 asks for it ("make test-full").
func TestEveryRootZone(t *testing.T) {
	t.Parallel()
	versions := testenv.Corpus(t, "root-zone/*.zone.gz") // by name, which is by serial
	testenv.Need(t, checkers...)
	algorithm := "ECDSAP256SHA256"
	if os.Getenv("COUNTERSIGN_FULL") == "1" {
		algorithm = "RSASHA256"
	}
	s := newSite(t, choice{zone: ".", algorithm: algorithm})
	s.genesis()
	for i, version := range versions {
		serial := strings.TrimSuffix(filepath.Base(version), ".zone.gz")
		t.Run(serial, func(t *testing.T) {
			s := &site{t: t, dir: s.dir, zone: s.zone}
			published := gunzip(t, version)
			write(t, s.path("real.zone"), published)
			if i%2 == 1 { // NSEC records that are there must not help
				published = nsecLine.ReplaceAll(published, nil)
			}
			write(t, s.path("unsigned.zone"), published)
			s.good("zskd", "sign", "-c", "zsk/zskd.yaml", "-o", "signed.zone", "unsigned.zone")
			s.accepted("signed.zone", "--skr", "present.skr")
			want, got := denials(t, s.path("real.zone")), denials(t, s.path("signed.zone"))
			if len(want) < 1000 || len(got) != len(want) {
				t.Errorf("%d NSEC records, the real zone has %d", len(got), len(want))
			}
			for owner, record := range want {
				if made := got[owner]; !record.Equal(&made) {
					t.Errorf("%s, want %s", presentation(made), presentation(record))
				}
			}
		})
	}
}

// presentation is the records of a set for people.
func presentation(set rr.Set) string {
	line := fmt.Appendf(nil, "%s %d %s", set.Owner, set.TTL, set.Type)
	for _, rdata := range set.Data {
		line = rr.AppendRdata(append(line, ' '), set.Type, rdata)
	}
	return string(line)
}

var nsecLine = regexp.MustCompile(`(?m)^\S+\s+\d+\s+IN\s+NSEC\s.*\n`)

func gunzip(t *testing.T, path string) []byte {
	t.Helper()
	in, err := gzip.NewReader(bytes.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// denials are the NSEC records of a zone, with their TTL, by owner name.
func denials(t *testing.T, path string) map[rr.Name]rr.Set {
	t.Helper()
	z, _, err := zonefile.Read(path, rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	records := map[rr.Name]rr.Set{}
	for i := range z.Len() {
		node := z.Node(i)
		if set, ok := node.Lookup(rr.TypeNSEC); ok {
			records[node.Owner()] = set
		}
	}
	return records
}
