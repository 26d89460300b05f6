package dnssec

import (
	"fmt"
	"slices"
	"time"

	"countersign/pkg/rr"
)

// MinRSABits is the least size of an RSA key that the key stores make or use;
// MaxRSABits the greatest (RFC 5702, Section 2).
const (
	MinRSABits = 2048
	MaxRSABits = 4096
)

// Backup says how a private key may leave the store it was made in.
type Backup string

// The ways. A store refuses the one it does not have.
const (
	BackupNone    Backup = "none"    // it never leaves
	BackupWrapped Backup = "wrapped" // it leaves only encrypted under a wrapping key of the token
)

// KeyParams say what key pair a store is to generate or import.
type KeyParams struct {
	Zone      rr.Name // owner of the DNSKEY
	Label     string  // its name in the store, unique there
	ID        []byte  // CKA_ID on a token: nil to have one chosen; a software key has none
	Algorithm uint8
	Bits      int    // of an RSA key; 0 for the other algorithms
	Flags     uint16 // 256 or 257

	// Avoid are the key tags that neither the new key nor its revoked form
	// may have: those of every key the published zone knows, in both forms.
	// The store adds those of its own keys.
	Avoid []uint16

	Created  time.Time // the moment, for the stores that note it
	TestOnly bool      // mark as a test key, for the stores that keep marks
	Backup   Backup    // for the stores that have a choice; "" is none
}

// Check checks what every store must refuse. It does not look at Label.
func (p KeyParams) Check() error {
	switch {
	case p.Zone == "":
		return fmt.Errorf("key %q has no zone", p.Label)
	case p.Flags != rr.FlagZone && p.Flags != rr.FlagZone|rr.FlagSEP:
		return fmt.Errorf("key %q has flags %d, want 256 or 257", p.Label, p.Flags)
	case mnemonics[p.Algorithm] == "":
		return fmt.Errorf("key %q: algorithm %d is not supported", p.Label, p.Algorithm)
	case p.Backup != "" && p.Backup != BackupNone && p.Backup != BackupWrapped:
		return fmt.Errorf("key %q: backup %q is neither none nor wrapped", p.Label, p.Backup)
	}
	return nil
}

// CheckBits checks the size of a key to be generated: RSA in steps of 8 bits
// from MinRSABits to MaxRSABits, and nothing to choose for the others.
func (p KeyParams) CheckBits() error {
	switch {
	case IsRSA(p.Algorithm) && (p.Bits < MinRSABits || p.Bits > MaxRSABits || p.Bits%8 != 0):
		return fmt.Errorf("key %q: RSA of %d bits, want %d to %d", p.Label, p.Bits, MinRSABits, MaxRSABits)
	case !IsRSA(p.Algorithm) && p.Bits != 0:
		return fmt.Errorf("key %q: %s has no size to choose", p.Label, AlgorithmName(p.Algorithm))
	}
	return nil
}

// KeyRef names one key pair in a store, and says what the caller takes it for.
type KeyRef struct {
	Label string
	ID    []byte // CKA_ID on a token; nil to find it by its label alone

	// Algorithm and Flags are noted by a software store, and refused if they
	// differ; 0 takes what is noted. A token knows neither, and needs both.
	Algorithm uint8
	Flags     uint16
}

// KeyInfo is what a store knows of one key pair without using the private key.
type KeyInfo struct {
	Label string
	ID    []byte  // CKA_ID on a token
	Zone  rr.Name // "" if the store does not know

	// Key is the public key. Where the store does not know them, Flags is 0,
	// and so is Algorithm for an RSA key.
	Key      rr.DNSKEY
	Kind     string    // "RSA", "P-256", "P-384" or "Ed25519"
	Bits     int       // the size of the key
	Exponent int       // of an RSA key
	Created  time.Time // zero if the store does not know
	TestOnly bool
	Custody  string // a sentence: where the private key is and how it could leave
}

// Tags are the key tags of the key as it stands and with the REVOKE flag.
// Without known flags and algorithm there are none: ok is false.
func (i KeyInfo) Tags() (plain, revoked uint16, ok bool) {
	if i.Key.Flags == 0 || i.Key.Algorithm == 0 {
		return 0, 0, false
	}
	return i.Key.KeyTag(), i.Key.Revoked().KeyTag(), true
}

// AllTags are the key tags the key can have, whatever of its flags and algorithm
// is not known.
func (i KeyInfo) AllTags() []uint16 {
	algorithms := []uint8{i.Key.Algorithm}
	if i.Key.Algorithm == 0 {
		algorithms = []uint8{RSASHA256, RSASHA512}
	}
	flags := []uint16{i.Key.Flags}
	if i.Key.Flags == 0 {
		flags = []uint16{rr.FlagZone, rr.FlagZone | rr.FlagSEP}
	}
	var tags []uint16
	for _, algorithm := range algorithms {
		for _, f := range flags {
			key := rr.DNSKEY{Flags: f, Protocol: 3, Algorithm: algorithm, PublicKey: i.Key.PublicKey}
			tags = append(tags, key.KeyTag(), key.Revoked().KeyTag())
		}
	}
	return tags
}

// AvoidsTags checks that neither key nor its revoked form has a tag of avoid:
// nil is the yes.
func AvoidsTags(key rr.DNSKEY, avoid []uint16) error {
	for _, tag := range []uint16{key.KeyTag(), key.Revoked().KeyTag()} {
		if slices.Contains(avoid, tag) {
			return fmt.Errorf("key tag %d is taken", tag)
		}
	}
	return nil
}
