package zoneverify_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/testenv"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// TestZonesSignedByBIND: what another project signs passes too.
func TestZonesSignedByBIND(t *testing.T) {
	testenv.Need(t, "dnssec-keygen", "dnssec-signzone")
	for _, row := range []struct {
		name string
		args []string
	}{
		{"NSEC", nil},
		{"NSEC3", []string{"-3", "-"}},
		{"NSEC3 opt-out", []string{"-3", "-", "-A"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			run := func(program string, args ...string) string {
				command := exec.Command(program, args...)
				command.Dir = dir
				out, err := command.Output()
				if err != nil {
					t.Fatalf("%s: %v", program, err)
				}
				return strings.TrimSpace(string(out))
			}
			text := unsigned
			for _, args := range [][]string{{"-f", "KSK"}, nil} {
				key := run("dnssec-keygen", append(append([]string{"-q", "-a", "ECDSAP256SHA256"}, args...), "example.")...)
				record, err := os.ReadFile(filepath.Join(dir, key+".key"))
				if err != nil {
					t.Fatal(err)
				}
				text += string(record)
			}
			if err := os.WriteFile(filepath.Join(dir, "unsigned"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			run("dnssec-signzone", append(row.args, "-x", "-P", "-s", begun.Format("20060102150405"), "-e", ends.Format("20060102150405"), "-o", "example.", "-f", "signed", "unsigned")...)
			signed, err := os.ReadFile(filepath.Join(dir, "signed"))
			if err != nil {
				t.Fatal(err)
			}
			z, _, err := zone.Parse(signed, zone.ParseOptions{Origin: origin})
			if err != nil {
				t.Fatal(err)
			}
			r := zoneverify.Verify(z, zoneverify.Config{At: at})
			if err := r.Err(); err != nil {
				t.Error(err, r.Findings)
			}
			if _, ok := z.Node(0).Lookup(rr.TypeNSEC3PARAM); ok != (row.args != nil) {
				t.Error("the zone was signed in another way")
			}
		})
	}
}
