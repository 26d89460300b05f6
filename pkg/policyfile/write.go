package policyfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// Format writes limits as a limits file that Parse reads back to the same, with
// a comment above each limit that says what it means.
func Format(l policy.Limits) ([]byte, error) {
	if err := l.Validate(); err != nil {
		return nil, fmt.Errorf("writing limits: %w", err)
	}
	w := &writer{}
	w.comment("", "The limits of "+l.Zone.String()+": a practice statement in numbers (RFC 6841). A document that",
		"breaks one is refused. There is no way to turn a check off; to change a limit,",
		"have the change reviewed by both operators. Durations are ISO 8601 (P10D), days",
		"have 24 hours, and min and max are themselves allowed.")
	w.line("zone: %s", quote(l.Zone.String()))
	w.documents(l.Documents)
	w.bundles(l.Bundles)
	w.zsk(l.ZSK)
	w.ksk(l.KSK)
	w.rest(l)
	return w.Bytes(), nil
}

type writer struct{ bytes.Buffer }

func (w *writer) line(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }

func (w *writer) comment(indent string, lines ...string) {
	for _, line := range lines {
		w.line("%s# %s", indent, line)
	}
}

func (w *writer) section(name string) { w.line("\n%s:", name) }

// limit writes one limit of a section below its explanation.
func (w *writer) limit(name, value string, explanation ...string) {
	w.comment("  ", explanation...)
	w.line("  %s: %s", name, value)
}

func (w *writer) documents(d policy.DocumentLimits) {
	formats := make([]string, len(d.Formats))
	for i, format := range d.Formats {
		formats[i] = string(format)
	}
	w.section("documents")
	w.limit("formats", "["+strings.Join(formats, ", ")+"]",
		"KSRs and SKRs are accepted in these formats: icann (XML), knot, bind (text).")
	w.limit("possession", string(d.Possession),
		"The ZSK operator proves that it holds each key by signing each bundle with it.",
		"required: a KSR without that is refused. out-of-band: text KSRs, which have no",
		"room for it, pass; people compare digests over another channel.")
	w.limit("stated_exponent", string(d.StatedExponent),
		"match: an RSA exponent that a KSR states is that of its keys. any: it is not",
		"compared, for the KSRs of 2009 and 2010, which state 3 and use 65537.")
}

func (w *writer) bundles(b policy.BundleLimits) {
	w.section("bundles")
	w.limit("count", numberRange(b.Count),
		"Bundles in a KSR. A genesis asks for what is left of the cycle, and may have fewer.")
	w.limit("interval", spanRange(b.Interval), "From one inception to the next.")
	w.limit("cycle", spanRange(b.Cycle), "From the first inception to the last.")
	w.limit("overlap", spanRange(b.Overlap),
		"From a bundle's inception to the expiration of the one before, also across KSRs:",
		"what is left if the next bundle cannot be published. In text, min only.")
	w.limit("validity", spanRange(b.Validity),
		"The validity period of signatures by the KSK. What a KSR states does not count.")
	w.limit("horizon", iso8601.FormatDuration(b.Horizon),
		"No signature by the KSK is valid longer than this from the day it is made.")
	w.limit("dnskey_ttl", fmt.Sprint(b.TTL), "The TTL of the DNSKEY RRset, in seconds.")
	w.limit("answer_size", fmt.Sprint(b.AnswerSize),
		"The largest answer with the DNSKEY RRset and its signatures, in octets (RFC 9715).")
}

func (w *writer) zsk(z policy.ZSKLimits) {
	w.section("zsk")
	w.algorithms(z.Algorithms, "Zone signing keys are of these algorithms.")
	w.limit("keys_per_bundle", numberRange(z.KeysPerBundle), "Zone signing keys in a bundle.")
	w.limit("distinct_keys", numberRange(z.DistinctKeys),
		"Different zone signing keys in a KSR: with a roll in each cycle, the last, the",
		"present and the next. A genesis may have fewer.")
	w.limit("publish_safety", iso8601.FormatDuration(z.PublishSafety),
		"A key is published this long before it may stand alone (RFC 7583, Section 3.2.1: Ipub).")
	w.limit("retire_safety", iso8601.FormatDuration(z.RetireSafety),
		"A key stays this long after a successor could relieve it (RFC 7583, Section 3.2.1: Iret).")
}

func (w *writer) ksk(k policy.KSKLimits) {
	w.section("ksk")
	w.algorithms(k.Algorithms, "Key signing keys are of these algorithms.")
	w.limit("publish_safety", iso8601.FormatDuration(k.PublishSafety),
		"A key is published this long, without a break, before it signs. For validators that",
		"follow RFC 5011 the add hold-down time of 30 days (Section 2.4.1).")
	w.limit("retire_safety", iso8601.FormatDuration(k.RetireSafety),
		"A key stays, not revoked, this long after the last bundle it signed.")
	w.limit("withdrawal", string(k.Withdrawal),
		"revoke-first: a published key is revoked before it goes (RFC 5011). plain: it goes,",
		"because validators follow the DS records of the parent.")
	w.limit("revoked_for", iso8601.FormatDuration(k.RevokedFor), "A revoked key stays published this long.")
}

func (w *writer) rest(l policy.Limits) {
	w.section("weak_keys")
	w.limit("factors_below", fmt.Sprint(l.WeakKeys.FactorsBelow),
		"The modulus of an RSA key has no prime factor below this (NIST SP 800-89, Section 5.3.3).")
	w.limit("fermat_steps", fmt.Sprint(l.WeakKeys.FermatSteps),
		"Steps of Fermat's factorisation that must not succeed (CVE-2022-26320).")
	w.line("")
	w.comment("", "How the parent learns of the KSKs. none: there is no parent. cds: the zone publishes",
		"CDS and CDNSKEY (RFC 7344), and text SKRs carry them. manual: by other means.")
	w.line("parent: %s", l.Parent)
	w.section("published")
	p := l.Published
	w.limit("max_validity", iso8601.FormatDuration(p.MaxValidity), "The longest validity period of a signature by a ZSK.")
	w.limit("min_remaining", iso8601.FormatDuration(p.MinRemaining),
		"Every signature outlives the moment of publishing by this, so that secondaries and",
		"caches that lose touch with us still have valid ones.")
	w.remaining(p.RemainingOf)
	w.limit("max_ttl", fmt.Sprint(p.MaxTTL), "The largest TTL in the zone, in seconds.")
	w.limit("serial_step", fmt.Sprint(p.SerialStep),
		"The most by which the SOA serial grows from one version to the next.")
	w.limit("nsec3", fmt.Sprintf("{iterations: %d, salt: %d, opt_out: %t}", p.NSEC3.Iterations, p.NSEC3.Salt, p.NSEC3.OptOut),
		"NSEC3 has at most these additional iterations and octets of salt; whether it may have",
		"opt-out, which leaves insecure delegations unproven (RFC 9276, Section 3.1).")
	w.comment("  ", "From one version of the zone to the next: a change that is larger than both the",
		"percentage and the number is refused.")
	w.line("  changes:")
	for _, c := range []struct {
		name string
		policy.Change
	}{{"names", p.Names}, {"delegations", p.Delegations}, {"ds", p.DS}} {
		w.line("    %s: {percent: %d, absolute: %d}", c.name, c.Percent, c.Absolute)
	}
}

func (w *writer) remaining(of map[rr.Type]time.Duration) {
	if len(of) == 0 {
		return
	}
	types := make([]rr.Type, 0, len(of))
	for covered := range of {
		types = append(types, covered)
	}
	slices.Sort(types)
	w.comment("  ", "The same for single types, by the type covered.")
	w.line("  remaining_of:")
	for _, covered := range types {
		w.line("    %s: %s", covered, iso8601.FormatDuration(of[covered]))
	}
}

func (w *writer) algorithms(limits []policy.AlgorithmLimit, explanation string) {
	w.comment("  ", explanation)
	w.line("  algorithms:")
	for _, limit := range limits {
		text := "algorithm: " + dnssec.AlgorithmName(limit.Algorithm)
		if dnssec.IsRSA(limit.Algorithm) {
			text += ", bits: " + integers(limit.Bits) + ", exponents: " + integers(limit.Exponents)
		}
		w.line("    - {%s}", text)
	}
}

func integers(values []int) string {
	return strings.ReplaceAll(fmt.Sprint(values), " ", ", ")
}

func numberRange(r policy.Range[int]) string {
	return fmt.Sprintf("{min: %d, max: %d}", r.Min, r.Max)
}

func spanRange(r policy.Range[time.Duration]) string {
	return fmt.Sprintf("{min: %s, max: %s}", iso8601.FormatDuration(r.Min), iso8601.FormatDuration(r.Max))
}

// quote makes any name a YAML string.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
