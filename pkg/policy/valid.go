package policy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// year bounds every duration in the limits.
const year = 366 * day

// What lies below is no search for weak keys but a way to turn it off: 752 is
// above all primes that NIST SP 800-89, Section 5.3.3, asks for.
const (
	minFactors = 752
	minFermat  = 100
)

// minRemaining is the least time that a signature has to go on at the moment of
// publishing.
const minRemaining = time.Hour

// maxSerialStep is a hundred years of serials that are dates. More would admit
// every serial that RFC 1982 calls greater.
const maxSerialStep = 100_000_000

// maxIterations is the most additional iterations of NSEC3: validators may take a
// zone with more for insecure (RFC 9276, Section 3.2).
const maxIterations = 100

// Validate refuses limits that make no sense or could never be kept. The error
// joins all faults, each with the name the limit has in the limits file.
func (l Limits) Validate() error {
	v := &validator{}
	l.Documents.validate(v)
	l.Bundles.validate(v)
	l.ZSK.validate(v, l.Bundles, l.Published)
	l.KSK.validate(v, l.Bundles)
	l.Published.validate(v, l.Bundles)
	v.want(isName(l.Zone), "zone: not a name")
	v.want(l.WeakKeys.FactorsBelow >= minFactors && l.WeakKeys.FactorsBelow <= 1<<20, "weak_keys.factors_below: %d, want %d to %d", l.WeakKeys.FactorsBelow, minFactors, 1<<20)
	v.want(l.WeakKeys.FermatSteps >= minFermat && l.WeakKeys.FermatSteps <= 1_000_000, "weak_keys.fermat_steps: %d, want %d to 1000000", l.WeakKeys.FermatSteps, minFermat)
	v.want(l.Parent == ParentNone || l.Parent == ParentCDS || l.Parent == ParentManual, "parent: %q is not none, cds or manual", l.Parent)
	v.want((l.Zone == rr.Root) == (l.Parent == ParentNone), "parent: the root has none, and every other zone has one")
	return errors.Join(v.faults...)
}

type validator struct{ faults []error }

func (v *validator) want(ok bool, format string, a ...any) {
	if !ok {
		v.faults = append(v.faults, fmt.Errorf(format, a...))
	}
}

// isName says whether the whole of n is one well-formed name in lower case.
func isName(n rr.Name) bool {
	got, used, err := rr.UnpackName([]byte(n))
	return err == nil && used == len(n) && got == n
}

// span checks a duration: whole seconds between least and a year.
func (v *validator) span(name string, d, least time.Duration) {
	v.want(d >= least && d <= year && d%time.Second == 0, "%s: %v is not in whole seconds from %v to %v", name, d, least, time.Duration(year))
}

func (v *validator) spans(name string, r Range[time.Duration], least time.Duration) {
	v.span(name+".min", r.Min, least)
	v.span(name+".max", r.Max, least)
	ordered(v, name, r)
}

func ordered[T cmp.Ordered](v *validator, name string, r Range[T]) {
	v.want(r.Min <= r.Max, "%s: min %v is above max %v", name, r.Min, r.Max)
}

func (d DocumentLimits) validate(v *validator) {
	v.want(len(d.Formats) > 0, "documents.formats: none is acceptable")
	text := false
	for i, format := range d.Formats {
		v.want(format == ksr.ICANN || format == ksr.Knot || format == ksr.BIND, "documents.formats: %q is not icann, knot or bind", format)
		v.want(!slices.Contains(d.Formats[:i], format), "documents.formats: %q is there twice", format)
		text = text || format != ksr.ICANN
	}
	v.want(d.Possession == PossessionRequired || d.Possession == PossessionOutOfBand, "documents.possession: %q is not required or out-of-band", d.Possession)
	v.want(d.Possession != PossessionOutOfBand || text, "documents.possession: out-of-band is for the text formats, and none is acceptable")
	v.want(d.StatedExponent == StatedExponentMatch || d.StatedExponent == StatedExponentAny, "documents.stated_exponent: %q is not match or any", d.StatedExponent)
}

func (b BundleLimits) validate(v *validator) {
	v.want(b.Count.Min >= 1 && b.Count.Max <= ksr.MaxBundles, "bundles.count: outside 1 to %d", ksr.MaxBundles)
	ordered(v, "bundles.count", b.Count)
	v.spans("bundles.interval", b.Interval, time.Second)
	v.spans("bundles.cycle", b.Cycle, 0)
	v.spans("bundles.overlap", b.Overlap, 0)
	v.spans("bundles.validity", b.Validity, time.Second)
	v.span("bundles.horizon", b.Horizon, time.Second)
	v.want(b.TTL >= 1 && b.TTL <= 7*86400, "bundles.dnskey_ttl: %d, want 1 to 604800 seconds", b.TTL)
	v.want(b.AnswerSize >= 512 && b.AnswerSize <= 65535, "bundles.answer_size: %d, want 512 to 65535 octets", b.AnswerSize)
	if len(v.faults) > 0 {
		return
	}
	v.want(b.Overlap.Max < b.Validity.Max, "bundles.overlap: %s is not shorter than the validity of %s", iso8601.FormatDuration(b.Overlap.Max), iso8601.FormatDuration(b.Validity.Max))
	v.want(b.Overlap.Min+b.Interval.Min <= b.Validity.Max, "bundles.overlap: min and the shortest interval do not fit the validity")
	v.want(time.Duration(b.TTL)*time.Second <= b.Validity.Min, "bundles.dnskey_ttl: longer than the validity")
	v.want(time.Duration(b.Count.Min-1)*b.Interval.Min <= b.Cycle.Max, "bundles.cycle: %d bundles do not fit max", b.Count.Min)
	v.want(time.Duration(b.Count.Max-1)*b.Interval.Max >= b.Cycle.Min, "bundles.cycle: %d bundles do not reach min", b.Count.Max)
	v.want(b.Horizon >= b.Cycle.Max+b.Validity.Max, "bundles.horizon: shorter than a cycle and the validity after it")
}

func (z ZSKLimits) validate(v *validator, b BundleLimits, p PublishedLimits) {
	validateAlgorithms(v, "zsk.algorithms", z.Algorithms)
	v.want(z.KeysPerBundle.Min >= 1 && z.KeysPerBundle.Max <= 16, "zsk.keys_per_bundle: outside 1 to 16")
	ordered(v, "zsk.keys_per_bundle", z.KeysPerBundle)
	v.want(z.DistinctKeys.Min >= 1 && z.DistinctKeys.Max <= 64, "zsk.distinct_keys: outside 1 to 64")
	ordered(v, "zsk.distinct_keys", z.DistinctKeys)
	v.want(z.DistinctKeys.Max >= z.KeysPerBundle.Min, "zsk.distinct_keys: max is below the keys of one bundle")
	v.span("zsk.publish_safety", z.PublishSafety, 0)
	v.span("zsk.retire_safety", z.RetireSafety, 0)
	v.want(z.PublishSafety >= time.Duration(b.TTL)*time.Second, "zsk.publish_safety: shorter than the TTL of the DNSKEY RRset: caches would not know the key")
	v.want(z.RetireSafety >= time.Duration(p.MaxTTL)*time.Second, "zsk.retire_safety: shorter than published.max_ttl: caches would still have signatures of the key")
	v.want(z.PublishSafety+z.RetireSafety <= b.Cycle.Max+b.Interval.Max, "zsk: publish_safety and retire_safety together are longer than a cycle: no key could ever be relieved")
}

func (k KSKLimits) validate(v *validator, b BundleLimits) {
	validateAlgorithms(v, "ksk.algorithms", k.Algorithms)
	v.span("ksk.publish_safety", k.PublishSafety, 0)
	v.span("ksk.retire_safety", k.RetireSafety, 0)
	v.span("ksk.revoked_for", k.RevokedFor, 0)
	v.want(k.PublishSafety >= time.Duration(b.TTL)*time.Second, "ksk.publish_safety: shorter than the TTL of the DNSKEY RRset: caches would not know the key")
	v.want(k.RetireSafety >= time.Duration(b.TTL)*time.Second, "ksk.retire_safety: shorter than the TTL of the DNSKEY RRset: caches would still need the key")
	v.want(k.Withdrawal == RevokeFirst || k.Withdrawal == Plain, "ksk.withdrawal: %q is not revoke-first or plain", k.Withdrawal)
	v.want(k.Withdrawal != RevokeFirst || k.RevokedFor >= time.Duration(b.TTL)*time.Second, "ksk.revoked_for: shorter than the TTL of the DNSKEY RRset: validators would not see the revocation")
	// A document shows no more than the cycle before it and its own.
	reach := 2 * (b.Cycle.Max + b.Interval.Max)
	v.want(k.PublishSafety <= reach && k.RetireSafety <= reach && k.RevokedFor <= reach, "ksk: a safety interval is longer than the two cycles that a check can see")
}

func (p PublishedLimits) validate(v *validator, b BundleLimits) {
	v.span("published.max_validity", p.MaxValidity, time.Second)
	v.span("published.min_remaining", p.MinRemaining, minRemaining)
	v.want(p.MinRemaining < p.MaxValidity, "published.min_remaining: not shorter than max_validity")
	for _, covered := range slices.Sorted(maps.Keys(p.RemainingOf)) {
		d := p.RemainingOf[covered]
		name := fmt.Sprintf("published.remaining_of.%s", covered)
		v.span(name, d, minRemaining)
		most := p.MaxValidity
		if signedByKSK(covered) {
			most = max(most, b.Validity.Max)
		}
		v.want(d < most, "%s: not shorter than the validity of its signatures", name)
		v.want(covered != 0 && !covered.IsMeta() && covered != rr.TypeRRSIG, "%s: not a type that is signed", name)
	}
	v.want(p.MaxTTL >= 1 && p.MaxTTL <= 1<<31-1, "published.max_ttl: %d, want 1 to %d seconds", p.MaxTTL, 1<<31-1)
	v.want(p.SerialStep >= 1 && p.SerialStep <= maxSerialStep, "published.serial_step: %d, want 1 to %d", p.SerialStep, maxSerialStep)
	v.want(p.NSEC3.Iterations >= 0 && p.NSEC3.Iterations <= maxIterations, "published.nsec3.iterations: %d, want 0 to %d", p.NSEC3.Iterations, maxIterations)
	v.want(p.NSEC3.Salt >= 0 && p.NSEC3.Salt <= 255, "published.nsec3.salt: %d, want 0 to 255 octets", p.NSEC3.Salt)
	v.want(p.MaxTTL >= b.TTL, "published.max_ttl: below bundles.dnskey_ttl: no DNSKEY RRset could be published")
	for _, change := range []struct {
		name string
		Change
	}{{"names", p.Names}, {"delegations", p.Delegations}, {"ds", p.DS}} {
		v.want(change.Percent >= 0 && change.Percent <= 100, "published.changes.%s.percent: %d, want 0 to 100", change.name, change.Percent)
		v.want(change.Absolute >= 0 && change.Absolute <= 1<<31-1, "published.changes.%s.absolute: %d is negative or too large", change.name, change.Absolute)
	}
}

func validateAlgorithms(v *validator, name string, limits []AlgorithmLimit) {
	v.want(len(limits) > 0, "%s: none is acceptable", name)
	seen := map[uint8]bool{}
	for _, limit := range limits {
		algorithm := dnssec.AlgorithmName(limit.Algorithm)
		v.want(!seen[limit.Algorithm], "%s: %s is there twice", name, algorithm)
		seen[limit.Algorithm] = true
		if _, err := dnssec.ParseAlgorithm(algorithm); err != nil {
			v.want(false, "%s: %v", name, err)
			continue
		}
		if !dnssec.IsRSA(limit.Algorithm) {
			v.want(len(limit.Bits) == 0 && len(limit.Exponents) == 0, "%s: %s has no bits or exponents to choose", name, algorithm)
			continue
		}
		v.want(len(limit.Bits) > 0 && len(limit.Exponents) > 0, "%s: %s needs bits and exponents", name, algorithm)
		for _, bits := range limit.Bits {
			v.want(bits >= 1024 && bits <= dnssec.MaxRSABits, "%s: RSA of %d bits, want 1024 to %d", name, bits, dnssec.MaxRSABits)
		}
		for _, exponent := range limit.Exponents {
			v.want(exponent >= 3 && exponent%2 == 1 && exponent <= 1<<31-1, "%s: exponent %d is not an odd number from 3 to 2^31-1", name, exponent)
		}
	}
}
