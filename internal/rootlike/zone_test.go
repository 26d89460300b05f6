package rootlike

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/testenv"

	"github.com/miekg/dns"
)

// small is the shapes at a size that tests can have many of.
var small = map[string]Options{
	"root":      {Delegations: 300},
	"tiny root": {Delegations: 1},
	"tld":       {Shape: TLD, Delegations: 300},
	"own tld":   {Shape: TLD, Origin: "co.example.", Delegations: 1},
	"unsorted":  {Shape: TLD, Delegations: 300, OwnServers: 3, Unsorted: true},
}

func TestSameOptionsSameBytes(t *testing.T) {
	for name, o := range small {
		first := sha256.Sum256(Zone(o))
		if sha256.Sum256(Zone(o)) != first {
			t.Errorf("%s: two runs differ", name)
		}
		o.Seed++
		if sha256.Sum256(Zone(o)) == first {
			t.Errorf("%s: another seed gives the same zone", name)
		}
	}
}

// TestRootShape compares with the root of August 2026: 1,438 delegations with
// 7,568 NS, 1,350 of them with 1,480 DS, 5,941 A and 5,646 AAAA.
func TestRootShape(t *testing.T) {
	counts := map[uint16]int{}
	for _, record := range parse(t, ".", Zone(Options{})) {
		counts[record.Header().Rrtype]++
	}
	for kind, real := range map[uint16]int{dns.TypeNS: 7581, dns.TypeDS: 1480, dns.TypeA: 5941, dns.TypeAAAA: 5646} {
		if got := counts[kind]; got < real*93/100 || got > real*107/100 {
			t.Errorf("%d %s, want about %d", got, dns.TypeToString[kind], real)
		}
	}
}

// TestTLDShape counts what the shape promises: two name servers each, a DS for
// one in five.
func TestTLDShape(t *testing.T) {
	const n = 5000
	counts := map[uint16]int{}
	for _, record := range parse(t, "example.", Zone(Options{Shape: TLD, Delegations: n})) {
		counts[record.Header().Rrtype]++
	}
	if want := 2*n + 4; counts[dns.TypeNS] != want { // the apex and nic. have two each
		t.Errorf("%d NS, want %d", counts[dns.TypeNS], want)
	}
	if got := counts[dns.TypeDS]; got < n*17/100 || got > n*23/100 {
		t.Errorf("%d DS, want about %d", got, n/5)
	}
	if counts[dns.TypeA] < n/10 {
		t.Errorf("%d A, want glue for one delegation in ten", counts[dns.TypeA])
	}
}

// TestUnsortedZoneHasTheSameNames: they come in another order, and glue stays with
// its delegation.
func TestUnsortedZoneHasTheSameNames(t *testing.T) {
	names := func(o Options) []string {
		var found []string
		for _, record := range parse(t, "example.", Zone(o)) {
			if name := record.Header().Name; record.Header().Rrtype == dns.TypeNS && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
		return found
	}
	o := Options{Shape: TLD, Delegations: 300}
	sorted := names(o)
	o.Unsorted = true
	unsorted := names(o)
	if slices.Equal(sorted, unsorted) {
		t.Error("the order is the same")
	}
	slices.Sort(sorted)
	slices.Sort(unsorted)
	if !slices.Equal(sorted, unsorted) {
		t.Error("the names differ")
	}
}

type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

func TestWriteTellsOfAFullDisk(t *testing.T) {
	for _, room := range []int{0, flushSize * 3 / 2} {
		if err := Write(&fullDisk{room}, Options{}); err == nil {
			t.Errorf("no error with room for %d octets", room)
		}
	}
}

// TestRecords holds every record to what the package says: below the origin,
// named once, delegations as many as asked, addresses of documentation, the
// times of the root, and glue for each name server in the zone.
func TestRecords(t *testing.T) {
	documentation := []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
	}
	for name, o := range small {
		origin := map[Shape]string{Root: ".", TLD: "example."}[o.Shape]
		if o.Origin != "" {
			origin = o.Origin
		}
		seen := map[string]bool{}
		delegations := map[string]bool{}
		var targets []string
		addresses := map[string]bool{}
		for i, record := range parse(t, origin, Zone(o)) {
			h := record.Header()
			if (i == 0) != (h.Rrtype == dns.TypeSOA) {
				t.Errorf("%s: record %d is %s", name, i, record)
			}
			if !dns.IsSubDomain(origin, h.Name) || seen[record.String()] {
				t.Errorf("%s: outside the zone or there twice: %s", name, record)
			}
			seen[record.String()] = true
			want := uint32(172800)
			var address string
			switch record := record.(type) {
			case *dns.SOA:
				want = 86400
			case *dns.DS:
				want = 86400
			case *dns.NS:
				targets = append(targets, record.Ns)
				if h.Name == origin && o.Shape == Root {
					want = 518400
				} else if h.Name != origin {
					delegations[h.Name] = true
				}
			case *dns.A:
				address = record.A.String()
				addresses[h.Name] = true
			case *dns.AAAA:
				address = record.AAAA.String()
			default:
				t.Errorf("%s: a type of no use here: %s", name, record)
			}
			if h.Ttl != want {
				t.Errorf("%s: TTL %d, want %d: %s", name, h.Ttl, want, record)
			}
			if address != "" && !within(documentation, address) {
				t.Errorf("%s: not an address of documentation: %s", name, record)
			}
		}
		delete(delegations, "nic."+origin)
		if len(delegations) != o.Delegations {
			t.Errorf("%s: %d delegations, want %d", name, len(delegations), o.Delegations)
		}
		for _, target := range targets {
			if dns.IsSubDomain(origin, target) && !addresses[target] {
				t.Errorf("%s: no glue for %s", name, target)
			}
		}
	}
}

// TestOthersLoad lets two other implementations read the zones.
func TestOthersLoad(t *testing.T) {
	testenv.Need(t, "kzonecheck", "named-checkzone")
	for name, o := range small {
		origin := "."
		if o.Shape == TLD {
			origin = "example."
		}
		if o.Origin != "" {
			origin = o.Origin
		}
		file := filepath.Join(t.TempDir(), "zone")
		if err := os.WriteFile(file, Zone(o), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []*exec.Cmd{
			exec.CommandContext(t.Context(), "kzonecheck", "-o", origin, file),
			// "local" asks no name server about names outside the zone.
			exec.CommandContext(t.Context(), "named-checkzone", "-i", "local", origin, file),
		} {
			command.WaitDelay = time.Second
			out, err := command.CombinedOutput()
			if err != nil {
				t.Errorf("%s: %s: %v\n%s", name, command, err, out)
			}
			if strings.Contains(string(out), "warning") {
				t.Errorf("%s: %s warns:\n%s", name, command, out)
			}
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, o := range map[string]Options{
		"shape":          {Shape: 7},
		"negative":       {Delegations: -1},
		"big root":       {Delegations: maxRootDelegations + 1},
		"root elsewhere": {Origin: "example."},
		"relative":       {Shape: TLD, Origin: "example"},
		"root as tld":    {Shape: TLD, Origin: "."},
		"empty label":    {Shape: TLD, Origin: "a..b."},
		"two lines":      {Shape: TLD, Origin: "a\n."},
		"upper case":     {Shape: TLD, Origin: "Example."},
		"long label":     {Shape: TLD, Origin: strings.Repeat("a", 64) + "."},
		"sorted root":    {Unsorted: true},
		"own in root":    {OwnServers: 3},
		"too many own":   {Shape: TLD, OwnServers: 51},
		"long":           {Shape: TLD, Origin: strings.Repeat("abcdefg.", 20)},
	} {
		if err := o.Check(); err == nil {
			t.Errorf("%s: %+v passes", name, o)
		}
	}
}

func within(prefixes []netip.Prefix, text string) bool {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return false
	}
	for _, prefix := range prefixes {
		if prefix.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}

// parse reads the zone with an implementation that is not ours.
func parse(t *testing.T, origin string, text []byte) []dns.RR {
	t.Helper()
	var records []dns.RR
	parser := dns.NewZoneParser(bytes.NewReader(text), origin, "zone")
	for record, ok := parser.Next(); ok; record, ok = parser.Next() {
		records = append(records, record)
	}
	if err := parser.Err(); err != nil {
		t.Fatal(err)
	}
	return records
}

func BenchmarkRoot(b *testing.B) {
	for b.Loop() {
		Zone(Options{})
	}
}
