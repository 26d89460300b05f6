package ksr

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/testenv"
)

// knotSide is one half of Knot's offline KSK: a configuration and a key store in
// a directory of its own.
type knotSide struct {
	t   *testing.T
	dir string
}

func newKnotSide(t *testing.T, zone string) knotSide {
	k := knotSide{t: t, dir: t.TempDir()}
	conf := fmt.Sprintf(`server:
  rundir: %[1]q
database:
  storage: %[1]q
policy:
  - id: offline
    algorithm: ecdsap256sha256
    offline-ksk: on
    manual: on
    dnskey-ttl: 3600
    zone-max-ttl: 3600
    zsk-lifetime: 30d
    rrsig-lifetime: 14d
    rrsig-refresh: 7d
    propagation-delay: 1h
    cds-cdnskey-publish: always
zone:
  - domain: %[2]q
    dnssec-signing: on
    dnssec-policy: offline
    storage: %[1]q
`, k.dir, zone)
	k.write("knot.conf", []byte(conf))
	return k
}

// write makes a file in the directory and returns its path.
func (k knotSide) write(name string, data []byte) string {
	k.t.Helper()
	file := filepath.Join(k.dir, name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		k.t.Fatal(err)
	}
	return file
}

// keymgr returns what the command printed. Its exit status says little.
func (k knotSide) keymgr(zone string, args ...string) string {
	k.t.Helper()
	cmd := exec.Command("keymgr", append([]string{"-c", filepath.Join(k.dir, "knot.conf"), zone}, args...)...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil || strings.Contains(complaint.String(), "error") {
		k.t.Fatalf("keymgr %s: %v\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return string(out)
}

// A KSR of ours with all its metadata goes through Knot's KSK side, and the SKR
// through Knot's ZSK side, and nothing changes on the way.
func TestKnotTakesOurDocuments(t *testing.T) {
	testenv.Need(t, "keymgr")
	for _, zone := range []string{"example.com.", "."} {
		t.Run(zone, func(t *testing.T) {
			zsks, ksks := newKnotSide(t, zone), newKnotSide(t, zone)
			zsks.keymgr(zone, "pregenerate", "+90d")
			ksks.keymgr(zone, "generate", "ksk=yes", "created=-1d", "publish=-1d", "ready=-1d", "active=-1d")

			request := parsedRequest(t, []byte(zsks.keymgr(zone, "generate-ksr", "+0", "+60d")))
			sample := sampleRequest()
			request.ID, request.Serial, request.Policy = sample.ID, sample.Serial, sample.Policy
			for i := range request.Bundles {
				b := &request.Bundles[i]
				b.ID, b.Signers = fmt.Sprintf("bundle %d", i), []string{"Kjqmt7v"}
				for k := range b.Keys {
					b.Keys[k].Identifier = strings.Repeat("302c312a", 13)
				}
			}
			file := ksks.write("ksr", encodedRequest(t, request, Knot))
			response := parsedResponse(t, []byte(ksks.keymgr(zone, "sign-ksr", file)))
			for _, b := range request.Bundles {
				i := slices.IndexFunc(response.Bundles, func(s Bundle) bool { return s.Inception.Equal(b.Inception) })
				if i < 0 {
					t.Fatalf("Knot saw no bundle at %s", iso(b.Inception))
				}
				for _, k := range b.Keys {
					if !slices.ContainsFunc(response.Bundles[i].Keys, func(s Key) bool { return s.Tag == k.Tag && s.TTL == k.TTL }) {
						t.Errorf("Knot saw no key %d at %s", k.Tag, iso(b.Inception))
					}
				}
			}
			if len(response.Bundles) < len(request.Bundles) || response.Zone != request.Zone {
				t.Errorf("%d bundles of %s", len(response.Bundles), response.Zone)
			}

			response.ID, response.Serial = request.ID, request.Serial
			response.KSKPolicy, response.ZSKPolicy = request.Policy, request.Policy
			file = zsks.write("skr", encodedResponse(t, response, Knot))
			zsks.keymgr(zone, "validate-skr", file)
			zsks.keymgr(zone, "import-skr", file)

			// What Knot stored, in the form of an SKR.
			stored := strings.ReplaceAll(zsks.keymgr(zone, "show-offline"), ";; Offline records for ", ";; SignedKeyResponse 1.0 ")
			back := parsedResponse(t, []byte(stored+";; SignedKeyResponse 1.0 generated at now\n"))
			if what := differentBundles(response.Bundles, back.Bundles); what != "" {
				t.Errorf("Knot stored something else: %s", what)
			}
		})
	}
}
