package newzone

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

const exampleCom = rr.Name("\x07example\x03com\x00")

// choose gives a command line to a command with the flags.
func choose(t *testing.T, line string) (Choice, error) {
	t.Helper()
	var f Flags
	cmd := &cobra.Command{Use: "init", SilenceUsage: true, SilenceErrors: true, RunE: func(*cobra.Command, []string) error { return nil }}
	f.Add(cmd)
	cmd.SetArgs(strings.Fields(line))
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	return f.Choose()
}

func TestTheProfileFollowsFromTheZone(t *testing.T) {
	rootOf := policy.RootLimits()
	rootOf.Zone = exampleCom
	for line, want := range map[string]policy.Limits{
		"--zone .":                            policy.RootLimits(),
		"--zone example.com.":                 policy.TLDLimits(exampleCom),
		"--zone Example.COM.":                 policy.TLDLimits(exampleCom),
		"--zone . --profile tld":              policy.TLDLimits(rr.Root),
		"--zone example.com. --profile root":  rootOf,
		"--zone . --profile root --bits 2048": policy.RootLimits(),
	} {
		choice, err := choose(t, line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if !reflect.DeepEqual(choice.Limits, want) || choice.Zone != want.Zone {
			t.Errorf("%s: limits of another profile:\n%+v", line, choice.Limits)
		}
	}
}

func TestTheAlgorithmOverridesTheLimitsOfBothKeys(t *testing.T) {
	for line, want := range map[string]policy.AlgorithmLimit{
		"--zone .":                                   {Algorithm: dnssec.RSASHA256, Bits: []int{2048}, Exponents: []int{65537}},
		"--zone . --bits 3072":                       {Algorithm: dnssec.RSASHA256, Bits: []int{3072}, Exponents: []int{65537}},
		"--zone . --algorithm RSASHA512":             {Algorithm: dnssec.RSASHA512, Bits: []int{2048}, Exponents: []int{65537}},
		"--zone . --algorithm RSASHA512 --bits 4096": {Algorithm: dnssec.RSASHA512, Bits: []int{4096}, Exponents: []int{65537}},
		"--zone . --algorithm ED25519":               {Algorithm: dnssec.ED25519},
		"--zone example.com.":                        {Algorithm: dnssec.ECDSAP256SHA256},
		"--zone example.com. --algorithm 14":         {Algorithm: dnssec.ECDSAP384SHA384},
	} {
		choice, err := choose(t, line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		for key, limits := range map[string][]policy.AlgorithmLimit{"ZSK": choice.Limits.ZSK.Algorithms, "KSK": choice.Limits.KSK.Algorithms} {
			if !reflect.DeepEqual(limits, []policy.AlgorithmLimit{want}) {
				t.Errorf("%s: the limits of a %s are %+v, want %+v", line, key, limits, want)
			}
		}
		bits := 0
		if len(want.Bits) > 0 {
			bits = want.Bits[0]
		}
		if choice.Keys.Algorithm != want.Algorithm || choice.Keys.Bits != bits {
			t.Errorf("%s: new keys are of %d with %d bits", line, choice.Keys.Algorithm, choice.Keys.Bits)
		}
		if err := choice.Limits.Validate(); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestTheKeyStoreIsSoftwareOrAToken(t *testing.T) {
	const uri = "pkcs11:token=zsk?module-path=/usr/lib/softhsm/libsofthsm2.so"
	for line, want := range map[string]keystore.Config{
		"":                              {Directory: "keys"},
		"--keys softkeys":               {Directory: "keys"},
		"--passphrase-file secret":      {Directory: "keys", PassphraseFile: "secret"},
		"--keys " + uri:                 {URI: uri},
		"--keys=" + uri + " --profile=": {URI: uri},
	} {
		choice, err := choose(t, "--zone example.com. "+line)
		want.Algorithm = dnssec.ECDSAP256SHA256
		if err != nil || choice.Keys != want {
			t.Errorf("%q: %+v, %v; want %+v", line, choice.Keys, err, want)
		}
	}
}

func TestABadValueIsNamed(t *testing.T) {
	for line, want := range map[string][]string{
		"":                                    {"--zone"},
		"--zone example.com":                  {"--zone", "dot"},
		"--zone a..":                          {"--zone"},
		"--zone . --profile cctld":            {"--profile", "cctld", "root or tld"},
		"--zone . --keys hardware":            {"--keys", "hardware"},
		"--zone . --keys pkcs11:":             {"--keys", "token"},
		"--zone . --keys pkcs11:token=a":      {"--keys", "module-path"},
		"--zone . --algorithm RSASHA1":        {"--algorithm", "RSASHA1"},
		"--zone . --algorithm 5":              {"--algorithm", "5"},
		"--zone . --bits 1024":                {"--bits 1024", "2048 to 4096"},
		"--zone . --bits 8192":                {"--bits 8192"},
		"--zone . --bits 2049":                {"--bits 2049", "steps of 8"},
		"--zone . --bits -2048":               {"--bits -2048"},
		"--zone . --algorithm 13 --bits 256":  {"--bits", "ECDSAP256SHA256"},
		"--zone example.com. --bits 2048":     {"--bits", "ECDSAP256SHA256"},
		"--zone . --algorithm 15 --bits 2048": {"--bits", "ED25519"},
	} {
		_, err := choose(t, line)
		if err == nil || slices.ContainsFunc(want, func(part string) bool { return !strings.Contains(err.Error(), part) }) {
			t.Errorf("%q: %v, want an error with %q", line, err, want)
		}
	}
}

func TestAPINInTheURIIsRefusedAndNotRepeated(t *testing.T) {
	_, err := choose(t, "--zone . --keys pkcs11:token=a?module-path=/m.so&pin-value=1234")
	if err == nil || strings.Contains(err.Error(), "1234") {
		t.Errorf("got %v", err)
	}
}
