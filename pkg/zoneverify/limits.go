package zoneverify

import (
	"maps"
	"slices"
	"time"

	"countersign/pkg/rr"
)

// Limits is the operator's policy for a zone. Of each field the zero value
// means that the limits do not say: what needs it is then not checked.
type Limits struct {
	// MaxValidity is the longest from inception to expiration, by type.
	MaxValidity PerType

	// MinRemaining is how long a signature must outlive the moment of
	// publishing, by type. Secondaries serve a zone until SOA expire and
	// caches for the TTL after that, which is more than some zones sign for.
	MinRemaining PerType

	// InceptionSkew is how long before the moment of publishing a signature
	// must have begun, for validators whose clocks are slow.
	InceptionSkew time.Duration

	// Algorithms is the algorithms a key may have, and the sizes of each. Of
	// several for one algorithm it is enough that one allows a key.
	Algorithms []KeyLimit

	// MaxDNSKEYResponse is the largest answer to a DNSKEY query with
	// signatures, in octets.
	MaxDNSKEYResponse int

	// MaxTTL is in seconds.
	MaxTTL uint32

	// NSEC3 is what NSEC3 may be used with.
	NSEC3 *NSEC3Limits

	// RequireZONEMD makes a zone without a ZONEMD record a fault.
	RequireZONEMD bool

	// MaxSerialStep is the most by which the serial may grow from the
	// published version.
	MaxSerialStep uint32

	// Change limits what may differ from the published version.
	Change ChangeLimits

	// AllowApexNSChange lets the apex NS RRset differ from the published one.
	AllowApexNSChange bool

	// AllowDeleteCDS lets the zone ask its parent to remove all DS records
	// (RFC 8078, Section 4).
	AllowDeleteCDS bool
}

// PerType is a duration that depends on the type of an RRset.
type PerType struct {
	Default time.Duration // of the types not in Types; 0: the limits do not say
	Types   map[rr.Type]time.Duration
}

// For is the duration for a type, or 0.
func (p PerType) For(t rr.Type) time.Duration {
	if d, ok := p.Types[t]; ok {
		return d
	}
	return p.Default
}

func (p PerType) isZero() bool { return p.Default == 0 && len(p.Types) == 0 }

// KeyLimit is the keys of one algorithm that may be used.
type KeyLimit struct {
	Algorithm uint8
	MinBits   int   // RSA only; 0: any size
	MaxBits   int   // RSA only; 0: any size
	Exponents []int // RSA only; empty: any exponent
}

// NSEC3Limits is what NSEC3 may be used with. See RFC 9276, Section 3.1.
type NSEC3Limits struct {
	MaxIterations uint16 // additional ones
	MaxSalt       int    // octets
	OptOut        bool   // opt-out may be used
}

// ChangeLimits is how much a version may differ from the one before it. A limit
// that is nil is not checked.
type ChangeLimits struct {
	Names       *ChangeLimit // authoritative owner names, added or removed
	Delegations *ChangeLimit // added or removed
	Glue        *ChangeLimit // owner names of glue, added or removed
	DS          *ChangeLimit // DS RRsets added or altered
	DSLoss      *ChangeLimit // secure delegations that are no longer
}

// ChangeLimit allows so many changes: the greater of Count and Percent of what
// was published.
type ChangeLimit struct {
	Percent int
	Count   int
}

func (l *ChangeLimit) allows(published int) int {
	return max(l.Count, published*l.Percent/100)
}

// clone is a copy that shares no memory.
func (l *Limits) clone() *Limits {
	if l == nil {
		return nil
	}
	c := *l
	c.MaxValidity.Types, c.MinRemaining.Types = maps.Clone(l.MaxValidity.Types), maps.Clone(l.MinRemaining.Types)
	c.Algorithms = slices.Clone(l.Algorithms)
	for i := range c.Algorithms {
		c.Algorithms[i].Exponents = slices.Clone(c.Algorithms[i].Exponents)
	}
	c.NSEC3 = clonePointer(l.NSEC3)
	for _, limit := range [...]**ChangeLimit{&c.Change.Names, &c.Change.Delegations, &c.Change.Glue, &c.Change.DS, &c.Change.DSLoss} {
		*limit = clonePointer(*limit)
	}
	return &c
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
