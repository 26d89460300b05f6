package policy

import (
	"cmp"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// Limits are one zone's reviewed limits: a practice statement in numbers. The
// ZSK operator and the KSK operator each have their own. Durations are whole
// seconds.
type Limits struct {
	Zone      rr.Name
	Documents DocumentLimits
	Bundles   BundleLimits
	ZSK       ZSKLimits
	KSK       KSKLimits
	WeakKeys  WeakKeyLimits
	Parent    Parent
	Published PublishedLimits
}

// Range is what lies between Min and Max, both included.
type Range[T cmp.Ordered] struct {
	Min, Max T
}

// Contains says whether v is in the range.
func (r Range[T]) Contains(v T) bool { return v >= r.Min && v <= r.Max }

// within says whether all of r lies in o.
func (r Range[T]) within(o Range[T]) bool { return o.Contains(r.Min) && o.Contains(r.Max) }

// DocumentLimits are about documents as such.
type DocumentLimits struct {
	Formats        []ksr.Format // acceptable ones
	Possession     Possession
	StatedExponent StatedExponent
}

// Possession says how a ZSK operator proves that it holds the keys of a KSR.
type Possession string

// Required asks for a signature by every key over every bundle. OutOfBand lets
// text documents pass, which have no room for those signatures: people then
// compare the digest of the KSR over another channel. An XML document has to
// carry them all the same.
const (
	PossessionRequired  Possession = "required"
	PossessionOutOfBand Possession = "out-of-band"
)

// StatedExponent says whether an RSA exponent that a document states of its keys
// must be theirs.
type StatedExponent string

// Match is what a correct document does. Any is for the documents of 2009 and
// 2010, which state the exponent 3 and use 65537.
const (
	StatedExponentMatch StatedExponent = "match"
	StatedExponentAny   StatedExponent = "any"
)

// BundleLimits are about the bundles of a KSR and an SKR.
type BundleLimits struct {
	Count      Range[int]           // a genesis may have fewer
	Interval   Range[time.Duration] // from one inception to the next
	Cycle      Range[time.Duration] // from the first inception to the last
	Overlap    Range[time.Duration] // from an inception to the expiration before it
	Validity   Range[time.Duration] // from inception to expiration
	Horizon    time.Duration        // from now to the last expiration
	TTL        uint32               // of the DNSKEY RRset, seconds
	AnswerSize int                  // octets of the largest DNSKEY answer over UDP
}

// AlgorithmLimit is an acceptable algorithm. Bits and Exponents are for RSA and
// empty for the others, whose keys have no size to choose.
type AlgorithmLimit struct {
	Algorithm uint8
	Bits      []int
	Exponents []int
}

// ZSKLimits are about the zone signing keys.
type ZSKLimits struct {
	Algorithms    []AlgorithmLimit
	KeysPerBundle Range[int]
	DistinctKeys  Range[int]    // in one KSR; a genesis may have fewer
	PublishSafety time.Duration // how long a key is published before it may stand alone
	RetireSafety  time.Duration // how long after that its predecessor stays
}

// Withdrawal says how a KSK leaves the DNSKEY RRset.
type Withdrawal string

// RevokeFirst is for zones whose validators follow RFC 5011: a published KSK is
// revoked before it goes. Plain is for zones whose validators follow the DS
// records of the parent.
const (
	RevokeFirst Withdrawal = "revoke-first"
	Plain       Withdrawal = "plain"
)

// KSKLimits are about the key signing keys.
type KSKLimits struct {
	Algorithms    []AlgorithmLimit
	PublishSafety time.Duration // how long a key is published before it signs
	RetireSafety  time.Duration // how long it stays, not revoked, after it signed last
	Withdrawal    Withdrawal
	RevokedFor    time.Duration // how long a revoked key stays
}

// WeakKeyLimits say how hard to look for RSA keys that were made badly. Neither
// can be so low that nothing is looked for: see Limits.Validate.
type WeakKeyLimits struct {
	FactorsBelow int // a modulus has no prime factor below this
	FermatSteps  int // steps of Fermat's factorisation that must not succeed
}

// Parent says how the zone's parent learns of its KSKs.
type Parent string

// ParentNone is for the root, which has none. ParentCDS is for zones that
// publish CDS and CDNSKEY (RFC 7344), and ParentManual for those that do not.
const (
	ParentNone   Parent = "none"
	ParentCDS    Parent = "cds"
	ParentManual Parent = "manual"
)

// PublishedLimits are about the signed zone. Package policy keeps them for
// whoever judges zones.
type PublishedLimits struct {
	MaxValidity  time.Duration             // of a signature, from inception to expiration
	MinRemaining time.Duration             // how long a signature outlives the moment of publishing
	RemainingOf  map[rr.Type]time.Duration // the same for single types covered
	MaxTTL       uint32                    // of any RRset, seconds
	SerialStep   uint32                    // the most by which the serial grows from one version to the next
	NSEC3        NSEC3Limits
	Names        Change
	Delegations  Change
	DS           Change // delegations with DS records
}

// NSEC3Limits are what NSEC3 may be used with (RFC 9276, Section 3.1).
type NSEC3Limits struct {
	Iterations int  // the most additional ones
	Salt       int  // the most octets of it
	OptOut     bool // insecure delegations may be left out of the chain
}

// Change limits how much a count may change from one version of the zone to the
// next: a change larger than both is refused.
type Change struct {
	Percent  int // of the count before
	Absolute int
}

// Allows says whether the count may go from before to after.
func (c Change) Allows(before, after int) bool {
	moved := after - before
	if moved < 0 {
		moved = -moved
	}
	return moved <= c.Absolute || moved*100 <= before*c.Percent
}

// Remaining is how long a signature over the type must outlive the moment of
// publishing.
func (p PublishedLimits) Remaining(covered rr.Type) time.Duration {
	if d, ok := p.RemainingOf[covered]; ok {
		return d
	}
	return p.MinRemaining
}

// MostRemaining is the largest of the limits on how long signatures by a ZSK must
// outlive the moment of publishing.
func (p PublishedLimits) MostRemaining() time.Duration {
	most := p.MinRemaining
	for covered, d := range p.RemainingOf {
		if !signedByKSK(covered) {
			most = max(most, d)
		}
	}
	return most
}

// signedByKSK says whether the KSK operator signs RRsets of the type.
func signedByKSK(t rr.Type) bool {
	return t == rr.TypeDNSKEY || t == rr.TypeCDS || t == rr.TypeCDNSKEY
}

// allowing finds the limit for an algorithm.
func allowing(limits []AlgorithmLimit, algorithm uint8) (AlgorithmLimit, bool) {
	for _, limit := range limits {
		if limit.Algorithm == algorithm {
			return limit, true
		}
	}
	return AlgorithmLimit{}, false
}
