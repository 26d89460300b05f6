package published

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/faulttest"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

var moment = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

func version(serial uint32) Version { return Version{serial, [32]byte{1, 2, 3}} }

func TestVersionReadsBack(t *testing.T) {
	dir := t.TempDir()
	if last, err := Last(dir); err != nil || last != nil {
		t.Fatalf("before the first: %v, %v", last, err)
	}
	for _, serial := range []uint32{2026112200, 0, 1<<32 - 1} {
		if err := Save(dir, version(serial), moment); err != nil {
			t.Fatal(err)
		}
		if got, err := Last(dir); err != nil || got == nil || *got != version(serial) {
			t.Errorf("read %v, %v; want %v", got, err, version(serial))
		}
	}
}

func TestDamagedFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := Save(dir, version(7), moment); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{string(good), ""}, {string(good), "~\n"}, {string(good), "{}\n"},
		{"serial: 7\n", "serial: -1\n"}, {"serial: 7\n", "serial: 4294967296\n"}, {"serial: 7\n", "serial: 7\nserial: 8\n"},
		{"serial: 7\n", ""}, {"at: ", "# "}, {"data: ", "# "}, {`data: "01`, `data: "`}, {`data: "01`, `data: "xy`},
	} {
		text := strings.Replace(string(good), change[0], change[1], 1)
		if text == string(good) {
			t.Fatalf("%q changed nothing", change)
		}
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if last, err := Last(dir); err == nil {
			t.Errorf("%q is read as %v", text, *last)
		}
	}
}

func TestSaveLeavesOldOrNewAtEveryStep(t *testing.T) {
	faulttest.Each(t,
		func(t *testing.T) string {
			dir := t.TempDir()
			if err := Save(dir, version(1), moment); err != nil {
				t.Fatal(err)
			}
			return dir
		},
		func(dir string) error { return Save(dir, version(2), moment) },
		func(t *testing.T, dir string, err error) {
			got, readErr := Last(dir)
			if readErr != nil || got == nil {
				t.Fatalf("read %v, %v", got, readErr)
			}
			if *got != version(1) && *got != version(2) || err == nil && *got != version(2) {
				t.Errorf("error %v, and the version is %v", err, *got)
			}
		})
}

func TestCopiesOfAVersionAreTheSame(t *testing.T) {
	const (
		soa = "example. 3600 IN SOA ns.example. h.example. 7 1 1 1 1\n"
		ns  = "example. 3600 IN NS ns.example.\nns.example. 3600 IN A 192.0.2.1\n"
	)
	zoneOf := func(text string) *zone.Zone {
		t.Helper()
		origin, err := rr.ParseName("example.")
		if err != nil {
			t.Fatal(err)
		}
		z, _, err := zone.Parse([]byte(text), zone.ParseOptions{Origin: origin})
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	of := func(text string, serial uint32) Version {
		t.Helper()
		v, err := VersionOf(zoneOf(text), serial)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// What files of earlier versions hold.
	if text := string(zoneOf(soa + ns).Append(nil)); of(soa+ns, 7) != (Version{7, sha256.Sum256([]byte(text))}) {
		t.Error("the digest is not that of the text")
	}
	want := of(soa+ns, 7)
	for name, row := range map[string]struct {
		text string
		same bool
	}{
		"another order":     {ns + soa, true},
		"signed":            {soa + ns + "example. 3600 IN NSEC ns.example. NS SOA NSEC\nexample. 3600 IN DNSKEY 256 3 15 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", true},
		"a record more":     {soa + ns + "ns.example. 3600 IN A 192.0.2.2\n", false},
		"a delegation more": {soa + ns + "evil.example. 3600 IN NS ns.example.\n", false},
		"another TTL":       {soa + strings.ReplaceAll(ns, "3600", "60"), false},
		"another serial":    {strings.ReplaceAll(soa, " 7 ", " 8 ") + ns, false},
	} {
		serial := uint32(7)
		if strings.Contains(row.text, " 8 ") {
			serial = 8
		}
		if got := of(row.text, serial); (got == want) != row.same {
			t.Errorf("%s: same %t, want %t", name, got == want, row.same)
		}
		// The unsigned zone has another serial, where the signer counts.
		if got := of(strings.ReplaceAll(row.text, " 7 ", " 6 "), serial); (got == want) != row.same {
			t.Errorf("%s, with another serial to begin with: same %t, want %t", name, got == want, row.same)
		}
	}
}
