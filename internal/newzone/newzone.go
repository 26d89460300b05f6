// Package newzone is what "init" of both programs starts from: the flags that
// choose, and the limits and keys that follow from the choice.
package newzone

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// Flags are the flags of init that both programs have.
type Flags struct {
	zone           string
	profile        string
	keys           string
	algorithm      string
	bits           int
	passphraseFile string
}

// Add defines the flags of a command.
func (f *Flags) Add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.zone, "zone", "", "name of the zone, such as . or example.com. (required)")
	flags.StringVar(&f.profile, "profile", "", "limits to begin with: root or tld (default: root for ., tld for others)")
	flags.StringVar(&f.keys, "keys", "softkeys", "key store: softkeys, or a PKCS#11 URI that names the token")
	flags.StringVar(&f.algorithm, "algorithm", "", "of new keys (default: what the profile has)")
	flags.IntVar(&f.bits, "bits", 0, "size of new RSA keys (default: what the profile has)")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "file with the passphrase or PIN, mode 0600 (default: ask at the terminal)")
}

// Choice is what the flags chose. The path of the passphrase file is as it was
// given, relative to the working directory.
type Choice struct {
	Zone   rr.Name
	Limits policy.Limits
	Keys   keystore.Config
}

// Choose checks the flags.
func (f *Flags) Choose() (Choice, error) {
	if f.zone == "" {
		return Choice{}, fmt.Errorf("--zone is required")
	}
	zone, err := rr.ParseName(f.zone)
	if err != nil {
		return Choice{}, fmt.Errorf("--zone: %w", err)
	}
	limits, err := f.limits(zone)
	if err != nil {
		return Choice{}, err
	}
	keys, err := keystore.Parse(f.keys)
	if err != nil {
		return Choice{}, fmt.Errorf("--keys: %w", err)
	}
	keys.PassphraseFile = f.passphraseFile
	if err := f.chooseAlgorithm(&limits, &keys); err != nil {
		return Choice{}, err
	}
	return Choice{Zone: zone, Limits: limits, Keys: keys}, nil
}

func (f *Flags) limits(zone rr.Name) (policy.Limits, error) {
	profile := f.profile
	if profile == "" {
		profile = "tld"
		if zone == rr.Root {
			profile = "root"
		}
	}
	switch profile {
	case "root":
		limits := policy.RootLimits()
		limits.Zone = zone
		return limits, nil
	case "tld":
		return policy.TLDLimits(zone), nil
	}
	return policy.Limits{}, fmt.Errorf("--profile %q: want root or tld", profile)
}

// chooseAlgorithm makes the limits admit exactly the algorithm of the new keys.
func (f *Flags) chooseAlgorithm(limits *policy.Limits, keys *keystore.Config) error {
	of := limits.ZSK.Algorithms[0]
	if f.algorithm != "" {
		algorithm, err := dnssec.ParseAlgorithm(f.algorithm)
		if err != nil {
			return fmt.Errorf("--algorithm: %w", err)
		}
		of = policy.AlgorithmLimit{Algorithm: algorithm}
		if dnssec.IsRSA(algorithm) {
			of.Bits, of.Exponents = []int{2048}, []int{65537}
		}
	}
	if f.bits != 0 {
		if !dnssec.IsRSA(of.Algorithm) {
			return fmt.Errorf("--bits: %s keys have one size", dnssec.AlgorithmName(of.Algorithm))
		}
		if f.bits < dnssec.MinRSABits || f.bits > dnssec.MaxRSABits || f.bits%8 != 0 {
			return fmt.Errorf("--bits %d: want %d to %d in steps of 8", f.bits, dnssec.MinRSABits, dnssec.MaxRSABits)
		}
		of.Bits = []int{f.bits}
	}
	// A limit that the keys cannot keep would stop the first roll of a KSK.
	limits.Bundles.AnswerSize = max(limits.Bundles.AnswerSize, answerSize(limits.Zone, of))
	limits.ZSK.Algorithms = []policy.AlgorithmLimit{of}
	limits.KSK.Algorithms = []policy.AlgorithmLimit{of}
	keys.Algorithm = of.Algorithm
	if len(of.Bits) > 0 {
		keys.Bits = of.Bits[0]
	}
	return nil
}
