package policy

import (
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

const day = iso8601.Day

// RootLimits are the limits of the root zone: a cycle of a calendar quarter,
// nine slots of ten days (the last of up to twelve), 21 days of validity. The
// sources are the practice statements of its two operators, and RFC 5011 for the
// KSK. The 30 days of KSK publish safety are the add hold-down time: a KSK that
// signs earlier signs for validators that do not know it yet.
func RootLimits() Limits {
	rsa := []AlgorithmLimit{{Algorithm: dnssec.RSASHA256, Bits: []int{2048}, Exponents: []int{65537}}}
	return Limits{
		Zone: rr.Root,
		Documents: DocumentLimits{
			Formats:        []ksr.Format{ksr.ICANN},
			Possession:     PossessionRequired,
			StatedExponent: StatedExponentMatch,
		},
		Bundles: BundleLimits{
			Count:      Range[int]{9, 9},
			Interval:   Range[time.Duration]{9 * day, 11 * day},
			Cycle:      Range[time.Duration]{79 * day, 81 * day},
			Overlap:    Range[time.Duration]{9 * day, 12 * day},
			Validity:   Range[time.Duration]{21 * day, 21 * day},
			Horizon:    180 * day,
			TTL:        172800,
			AnswerSize: 2048,
		},
		ZSK: ZSKLimits{
			Algorithms:    rsa,
			KeysPerBundle: Range[int]{1, 2},
			DistinctKeys:  Range[int]{3, 3},
			PublishSafety: 10 * day,
			RetireSafety:  10 * day,
		},
		KSK: KSKLimits{
			Algorithms:    rsa,
			PublishSafety: 30 * day,
			RetireSafety:  28 * day,
			Withdrawal:    RevokeFirst,
			RevokedFor:    30 * day,
		},
		WeakKeys: WeakKeyLimits{FactorsBelow: 65536, FermatSteps: 1000},
		Parent:   ParentNone,
		Published: PublishedLimits{
			MaxValidity:  14 * day,
			MinRemaining: 7 * day,
			RemainingOf:  map[rr.Type]time.Duration{rr.TypeDNSKEY: 9 * day},
			MaxTTL:       518400,
			SerialStep:   10_000_000,
			NSEC3:        NSEC3Limits{Iterations: 0, Salt: 0, OptOut: false},
			Names:        Change{Percent: 5, Absolute: 100},
			Delegations:  Change{Percent: 5, Absolute: 50},
			DS:           Change{Percent: 5, Absolute: 50},
		},
	}
}

// TLDLimits are limits to start from for a zone with a parent: the same slots,
// ECDSA P-256, a TTL of an hour, and KSKs whose successors validators learn of
// through the parent. All three formats are acceptable; a text KSR is refused
// until the limits say that possession is proved out of band.
func TLDLimits(zone rr.Name) Limits {
	ecdsa := []AlgorithmLimit{{Algorithm: dnssec.ECDSAP256SHA256}}
	l := RootLimits()
	l.Zone = zone
	l.Documents.Formats = []ksr.Format{ksr.ICANN, ksr.Knot, ksr.BIND}
	l.Bundles.Validity = Range[time.Duration]{20 * day, 22 * day}
	l.Bundles.Overlap = Range[time.Duration]{8 * day, 13 * day}
	l.Bundles.TTL = 3600
	l.Bundles.AnswerSize = 1232
	l.ZSK = ZSKLimits{
		Algorithms:    ecdsa,
		KeysPerBundle: Range[int]{1, 3},
		DistinctKeys:  Range[int]{1, 4},
		PublishSafety: 2 * day,
		RetireSafety:  8 * day,
	}
	l.KSK = KSKLimits{
		Algorithms:    ecdsa,
		PublishSafety: 7 * day,
		RetireSafety:  7 * day,
		Withdrawal:    Plain,
		RevokedFor:    0,
	}
	l.Parent = ParentCDS
	l.Published = PublishedLimits{
		MaxValidity:  15 * day,
		MinRemaining: 5 * day,
		RemainingOf:  map[rr.Type]time.Duration{rr.TypeDNSKEY: 9 * day},
		MaxTTL:       172800,
		SerialStep:   10_000_000,
		NSEC3:        NSEC3Limits{Iterations: 0, Salt: 0, OptOut: true},
		Names:        Change{Percent: 10, Absolute: 1000},
		Delegations:  Change{Percent: 10, Absolute: 1000},
		DS:           Change{Percent: 10, Absolute: 500},
	}
	return l
}
