package ksr

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"countersign/pkg/rr"
)

// Kind is which of the two documents one is.
type Kind string

// The kinds.
const (
	KSR Kind = "ksr" // key signing request
	SKR Kind = "skr" // signed key response
)

func (k Kind) article() string {
	if k == KSR {
		return "a KSR"
	}
	return "an SKR"
}

// Format is the form a document is written in.
type Format string

// The formats. Which one a document has is recognised from its content.
const (
	ICANN Format = "icann" // XML of draft-icann-dnssec-keymgmt-01
	Knot  Format = "knot"  // text of Knot's keymgr, times in seconds since 1970
	BIND  Format = "bind"  // text of BIND's dnssec-ksr, times in 14 digits
)

// Digest is the SHA-256 of a document's bytes.
type Digest [sha256.Size]byte

// String is lower-case hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Request is a KSR. The text formats have no proofs of possession, and those that
// others wrote no ID, Serial, Policy and expirations: those fields are then zero.
// See the package comment for what each format carries.
type Request struct {
	Format    Format
	Digest    Digest
	ID        string
	Serial    uint64
	Zone      rr.Name
	Timestamp time.Time // when it was made; zero if it does not say
	Policy    StatedPolicy
	Bundles   []Bundle // in the order of the document
	Warnings  []Warning
}

// Response is an SKR. In a text that others wrote ID, Serial and the policies are
// zero. In any text a bundle's Inception is the moment from which it is to be
// used, which is later than the inception of its signatures.
type Response struct {
	Format    Format
	Digest    Digest
	ID        string
	Serial    uint64
	Zone      rr.Name
	Timestamp time.Time
	KSKPolicy StatedPolicy
	ZSKPolicy StatedPolicy
	Bundles   []Bundle
	Warnings  []Warning
}

// StatedPolicy is what a document says of the limits it was made under. Nobody
// is bound by it: the limits that count are the reader's own.
type StatedPolicy struct {
	PublishSafety        time.Duration
	RetireSafety         time.Duration
	MaxSignatureValidity time.Duration
	MinSignatureValidity time.Duration
	MaxValidityOverlap   time.Duration
	MinValidityOverlap   time.Duration
	Algorithms           []StatedAlgorithm
}

// StatedAlgorithm is one SignatureAlgorithm of a stated policy.
type StatedAlgorithm struct {
	Algorithm uint8
	Bits      int
	Exponent  int // 0 unless RSA
}

// Bundle is the DNSKEY RRset of one slot: in a KSR the ZSKs, in an SKR all keys
// with the signatures of the KSKs.
type Bundle struct {
	ID         string // "" in the text of others
	Inception  time.Time
	Expiration time.Time // if a text does not say: zero in a KSR, that of the earliest RRSIG over DNSKEY in an SKR
	Keys       []Key     // in the order of the document
	Signatures []Signature

	// Signers is what a KSR may say of who should sign: key identifiers
	// of KSKs. Nobody does, and nobody is bound by it.
	Signers []string

	// For zones with a parent (RFC 7344); only the text formats have room.
	CDS           *rr.Set // nil if there is none
	CDNSKEY       *rr.Set
	CDSSignatures []Signature // over CDS and CDNSKEY; TypeCovered says which

	Line int // where it begins in the document
}

// Key is a DNSKEY as a document has it.
type Key struct {
	Identifier string // opaque; "" in the text of others
	Tag        uint16 // as the document states it; computed in the text formats
	TTL        uint32 // seconds
	rr.DNSKEY
	Line int
}

// Signature is an RRSIG as a document has it.
type Signature struct {
	KeyIdentifier string // of the Key that made it; "" in the text of others
	TTL           uint32 // seconds
	rr.RRSIG
	Line int
}

// Warning is something odd that does no harm.
type Warning struct {
	Line int
	Text string
}

// DNSKEYSet is the DNSKEY RRset of the bundle at owner, canonical, with the TTL
// of its first key. Whether the keys agree on it is for package policy to check.
func (b *Bundle) DNSKEYSet(owner rr.Name) *rr.Set {
	set := &rr.Set{Owner: owner, Type: rr.TypeDNSKEY}
	for i, key := range b.Keys {
		if i == 0 {
			set.TTL = key.TTL
		}
		set.Data = append(set.Data, key.Append(nil))
	}
	set.Canonicalize()
	return set
}
