package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
	"countersign/pkg/keyfile"
	"countersign/pkg/ksr"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/pkg/zonesign"
)

const day = 24 * time.Hour

var schedule = rollover.Schedule{Slots: 9, Interval: 10 * day, Validity: 21 * day}

// save writes a configuration file in a folder of its own.
func save(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrittenConfigurationReadsBackEqual(t *testing.T) {
	const uri = "pkcs11:token=zsk%20one;serial=0123?module-path=/m.so"
	for name, row := range map[string]struct {
		zone rr.Name
		keys keystore.Config
	}{
		"root with RSA":      {rr.Root, keystore.Config{Directory: "keys", Algorithm: dnssec.RSASHA256, Bits: 2048}},
		"Go's crypto":        {rr.Root, keystore.Config{Directory: "keys", Backend: keyfile.Go, Algorithm: dnssec.RSASHA256, Bits: 2048}},
		"ECDSA":              {"\x07example\x03com\x00", keystore.Config{Directory: "keys", Algorithm: dnssec.ECDSAP256SHA256}},
		"token":              {rr.Root, keystore.Config{URI: uri, PassphraseFile: "/etc/pin", Algorithm: dnssec.ED25519}},
		"odd paths":          {rr.Root, keystore.Config{Directory: "/a \"b\"/\\c\t", PassphraseFile: "/ü: #", Algorithm: dnssec.ED25519}},
		"escapes in a name":  {"\x07a.b\\\" \xff\x03com\x00", keystore.Config{Directory: "keys", Algorithm: dnssec.ED25519}},
		"digits in a name":   {"\x041234\x00", keystore.Config{Directory: "keys", Algorithm: dnssec.ED25519}},
		"relative directory": {rr.Root, keystore.Config{Directory: "../keys", Algorithm: dnssec.ECDSAP384SHA384}},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := Write(Template{Zone: row.zone, Keys: row.keys, Schedule: schedule, Exchange: ksr.Knot, Validity: 13 * day, Refresh: 9 * day})
			if err != nil {
				t.Fatal(err)
			}
			path := save(t, string(text))
			got, err := Load(path)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			dir := filepath.Dir(path)
			keys, err := row.keys.Under(dir)
			if err != nil {
				t.Fatal(err)
			}
			want := Config{
				Zone: row.zone, Keys: keys, Schedule: schedule, Exchange: ksr.Knot,
				Limits:      filepath.Join(dir, "limits.yaml"),
				TrustAnchor: filepath.Join(dir, "trust-anchor.xml"),
				State:       filepath.Join(dir, "state"),
				Signing:     Signing{InceptionOffset: time.Hour, Validity: 13 * day, Refresh: 9 * day, Serial: zonesign.Keep, ZONEMD: true},
			}
			if !reflect.DeepEqual(*got, want) {
				t.Errorf("read %+v, want %+v", *got, want)
			}
		})
	}
}

// good is a configuration as a person may write it.
const good = `zone: example.com.
limits: limits.yaml
trust_anchor: /etc/anchor
state: ../state
keys:
  directory: keys
  passphrase_file: secret
  algorithm: RSASHA256
  bits: 2048
schedule:
  slots: 9
  interval: P10D
  validity: P21D
exchange:
  format: icann
signing:
  inception_offset: PT0S
  validity: P13D
  serial: increment
  zonemd: false
`

// withNSEC3 is the parameters, and what stands below them.
func withNSEC3(params string) string {
	return "  denial: nsec3\n  nsec3: {" + params + "}\n  serial:"
}

func TestDenialAndRefreshHaveDefaults(t *testing.T) {
	for name, row := range map[string]struct {
		new  string
		want Signing
	}{
		"nothing said": {"  serial:", Signing{Refresh: 6*day + 12*time.Hour}},
		"refresh":      {"  refresh: P9D\n  serial:", Signing{Refresh: 9 * day}},
		"NSEC":         {"  denial: nsec\n  serial:", Signing{Refresh: 6*day + 12*time.Hour}},
		"NSEC3":        {"  denial: nsec3\n  serial:", Signing{Refresh: 6*day + 12*time.Hour, Denial: zonesign.NSEC3}},
		"NSEC3 with opt-out": {withNSEC3("iterations: 0, salt: '-', opt_out: true"),
			Signing{Refresh: 6*day + 12*time.Hour, Denial: zonesign.NSEC3, NSEC3: zonesign.NSEC3Params{OptOut: true}}},
		"NSEC3 with a salt": {withNSEC3("iterations: 10, salt: 1234abCD, opt_out: false"),
			Signing{Refresh: 6*day + 12*time.Hour, Denial: zonesign.NSEC3, NSEC3: zonesign.NSEC3Params{Iterations: 10, Salt: []byte{0x12, 0x34, 0xab, 0xcd}}}},
		"a salt of digits": {withNSEC3("iterations: 0, salt: 1234, opt_out: false"),
			Signing{Refresh: 6*day + 12*time.Hour, Denial: zonesign.NSEC3, NSEC3: zonesign.NSEC3Params{Salt: []byte{0x12, 0x34}}}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Load(save(t, strings.Replace(good, "  serial:", row.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			row.want.Validity, row.want.Serial = 13*day, zonesign.Increment
			if !reflect.DeepEqual(c.Signing, row.want) {
				t.Errorf("read %+v, want %+v", c.Signing, row.want)
			}
		})
	}
}

// The line that init writes as a comment is one that can be put to use.
func TestTheCommentOnNSEC3IsGood(t *testing.T) {
	text, err := Write(Template{Zone: rr.Root, Keys: keystore.Config{Directory: "keys", Algorithm: dnssec.ED25519}, Schedule: schedule, Exchange: ksr.Knot, Validity: 13 * day, Refresh: 7 * day})
	if err != nil {
		t.Fatal(err)
	}
	used := strings.NewReplacer("denial: nsec\n", "denial: nsec3\n", "# nsec3:", "nsec3:").Replace(string(text))
	c, err := Load(save(t, used))
	if err != nil || strings.Count(used, "\n  nsec3:") != 1 || c.Signing.Denial != zonesign.NSEC3 {
		t.Errorf("%+v, %v in\n%s", c, err, used)
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	path := save(t, good)
	dir := filepath.Dir(path)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.Limits: filepath.Join(dir, "limits.yaml"), c.TrustAnchor: "/etc/anchor", c.State: filepath.Join(filepath.Dir(dir), "state"),
		c.Keys.Directory: filepath.Join(dir, "keys"), c.Keys.PassphraseFile: filepath.Join(dir, "secret"),
	} {
		if got != want {
			t.Errorf("path %s, want %s", got, want)
		}
	}
	t.Chdir(dir)
	if c, err = Load(FileName); err != nil || c.Keys.Directory != "keys" {
		t.Errorf("from within the folder: %+v, %v", c, err)
	}
}

func TestEachFaultNamesTheFileAndTheKey(t *testing.T) {
	for name, row := range map[string]struct{ old, new, want string }{
		"no zone":               {"zone: example.com.", "", "zone"},
		"relative zone":         {"example.com.", "example.com", "zone"},
		"unknown key":           {"state:", "sate:", "line 4"},
		"unknown, nested":       {"  slots: 9", "  slits: 9", "line 11"},
		"repeated key":          {"state:", "limits: more\nstate:", "line 4"},
		"no limits":             {"limits: limits.yaml", "", "limits is not set"},
		"no trust anchor":       {"trust_anchor: /etc/anchor", "", "trust_anchor is not set"},
		"no state":              {"state: ../state", "", "state is not set"},
		"no key store":          {"  directory: keys\n", "", "keys: neither directory nor uri"},
		"two key stores":        {"  directory: keys\n", "  directory: keys\n  uri: pkcs11:token=a?module-path=/m.so\n", "keys: both directory and uri"},
		"bad uri":               {"directory: keys", "uri: pkcs11:token=a", "keys: uri"},
		"unknown algorithm":     {"RSASHA256", "RSASHA1", "keys: algorithm"},
		"bits for ECDSA":        {"RSASHA256", "ECDSAP256SHA256", "keys: bits"},
		"no bits for RSA":       {"  bits: 2048\n", "", "keys: bits"},
		"few bits":              {"2048", "1024", "keys: bits"},
		"odd bits":              {"2048", "2049", "keys: bits"},
		"bits are no number":    {"2048", "many", "line 9"},
		"no schedule":           {"  slots: 9", "  slots: 0", "schedule"},
		"slots do not fit":      {"  slots: 9", "  slots: 10", "schedule"},
		"duration with a space": {"P10D", "10 days", "10 days"},
		"validity too short":    {"P21D", "P10D", "schedule"},
		"unknown format":        {"icann", "xml", "exchange: format"},
		"no format":             {"  format: icann", "  format: ''", "exchange: format"},
		"no inception offset":   {"  inception_offset: PT0S\n", "", "signing: inception_offset"},
		"offset too long":       {"PT0S", "P13D", "signing: inception_offset"},
		"negative offset":       {"PT0S", "-PT1H", "-PT1H"},
		"zone validity short":   {"P13D", "PT1M", "signing: validity"},
		"no zone validity":      {"  validity: P13D\n", "", "signing: validity"},
		"refresh of nothing":    {"  serial:", "  refresh: PT0S\n  serial:", "signing: refresh"},
		"refresh too long":      {"  serial:", "  refresh: P13D\n  serial:", "signing: refresh"},
		"denial":                {"  serial:", "  denial: nsec5\n  serial:", "signing: denial"},
		"no denial":             {"  serial:", "  denial: ''\n  serial:", "signing: denial"},
		"NSEC3 for NSEC":        {"  serial:", "  nsec3: {iterations: 0, salt: '', opt_out: false}\n  serial:", "signing: nsec3"},
		"NSEC3 said to be NSEC": {"  serial:", "  denial: nsec\n  nsec3: {iterations: 0, salt: '', opt_out: false}\n  serial:", "signing: nsec3"},
		"no iterations":         {"  serial:", withNSEC3("salt: '', opt_out: false"), "signing: nsec3: iterations"},
		"no salt":               {"  serial:", withNSEC3("iterations: 0, opt_out: false"), "signing: nsec3: salt"},
		"no word on opt-out":    {"  serial:", withNSEC3("iterations: 0, salt: ''"), "signing: nsec3: opt_out"},
		"many iterations":       {"  serial:", withNSEC3("iterations: 101, salt: '', opt_out: false"), "signing: nsec3: iterations"},
		"negative iterations":   {"  serial:", withNSEC3("iterations: -1, salt: '', opt_out: false"), "line 20"},
		"salt is no hex":        {"  serial:", withNSEC3("iterations: 0, salt: xy, opt_out: false"), "signing: nsec3: salt"},
		"half an octet":         {"  serial:", withNSEC3("iterations: 0, salt: abc, opt_out: false"), "signing: nsec3: salt"},
		"salt too long":         {"  serial:", withNSEC3("iterations: 0, salt: " + strings.Repeat("ab", 256) + ", opt_out: false"), "signing: nsec3: salt"},
		"NSEC3 algorithm":       {"  serial:", withNSEC3("iterations: 0, salt: '', opt_out: false, algorithm: 2"), "line 20"},
		"serial policy":         {"increment", "random", "signing: serial"},
		"no serial policy":      {"  serial: increment\n", "", "signing: serial"},
		"no zonemd":             {"  zonemd: false\n", "", "signing: zonemd"},
		"zonemd is no bool":     {"zonemd: false", "zonemd: perhaps", "line 20"},
		"two documents":         {"zone: example.com.\n", "zone: example.com.\n---\n", "more than one document"},
		"list for a map":        {"  format: icann", "  - icann", "line 15"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, row.old, row.new, 1)
			if text == good {
				t.Fatal("nothing was changed")
			}
			path := save(t, text)
			_, err := Load(path)
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, want an error with %s and %q", err, path, row.want)
			}
		})
	}
}

func TestAnEmptyOrMissingFileIsNamed(t *testing.T) {
	for _, path := range []string{save(t, ""), save(t, "# nothing\n"), filepath.Join(t.TempDir(), FileName)} {
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%v, want an error with %s", err, path)
		}
	}
}
