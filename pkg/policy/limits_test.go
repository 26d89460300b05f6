package policy_test

import (
	"strings"
	"testing"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

func TestProfilesMakeSense(t *testing.T) {
	for name, limits := range map[string]policy.Limits{
		"root": policy.RootLimits(), "com.": policy.TLDLimits("\x03com\x00"), "2010": historic(), "2009": historic2009(),
	} {
		if err := limits.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLimitsWithoutSenseAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*policy.Limits)
		want   string
	}{
		"no zone":               {func(l *policy.Limits) { l.Zone = "" }, "zone"},
		"text zone":             {func(l *policy.Limits) { l.Zone = "com." }, "zone"},
		"no format":             {func(l *policy.Limits) { l.Documents.Formats = nil }, "documents.formats"},
		"unknown format":        {func(l *policy.Limits) { l.Documents.Formats = []ksr.Format{"pdf"} }, "documents.formats"},
		"format twice":          {func(l *policy.Limits) { l.Documents.Formats = []ksr.Format{ksr.ICANN, ksr.ICANN} }, "twice"},
		"possession":            {func(l *policy.Limits) { l.Documents.Possession = "" }, "documents.possession"},
		"out of band for XML":   {func(l *policy.Limits) { l.Documents.Possession = policy.PossessionOutOfBand }, "documents.possession"},
		"stated exponent":       {func(l *policy.Limits) { l.Documents.StatedExponent = "x" }, "documents.stated_exponent"},
		"no bundles":            {func(l *policy.Limits) { l.Bundles.Count.Min = 0 }, "bundles.count"},
		"interval turned round": {func(l *policy.Limits) { l.Bundles.Interval.Min = 12 * day }, "bundles.interval"},
		"interval of nothing":   {func(l *policy.Limits) { l.Bundles.Interval.Min = 0 }, "bundles.interval"},
		"fraction of a second":  {func(l *policy.Limits) { l.Bundles.Horizon += time.Millisecond }, "bundles.horizon"},
		"overlap over validity": {func(l *policy.Limits) { l.Bundles.Overlap.Max = 21 * day }, "bundles.overlap"},
		"overlap cannot fit":    {func(l *policy.Limits) { l.Bundles.Overlap = policy.Range[time.Duration]{Min: 13 * day, Max: 14 * day} }, "bundles.overlap"},
		"cycle too short":       {func(l *policy.Limits) { l.Bundles.Cycle = policy.Range[time.Duration]{Min: day, Max: 2 * day} }, "bundles.cycle"},
		"cycle too long":        {func(l *policy.Limits) { l.Bundles.Cycle = policy.Range[time.Duration]{Min: 100 * day, Max: 101 * day} }, "bundles.cycle"},
		"near horizon":          {func(l *policy.Limits) { l.Bundles.Horizon = 100 * day }, "bundles.horizon"},
		"no TTL":                {func(l *policy.Limits) { l.Bundles.TTL = 0 }, "bundles.dnskey_ttl"},
		"TTL over validity": {func(l *policy.Limits) {
			l.Bundles.Validity = policy.Range[time.Duration]{Min: day, Max: 21 * day}
		}, "bundles.dnskey_ttl"},
		"answer":       {func(l *policy.Limits) { l.Bundles.AnswerSize = 100 }, "bundles.answer_size"},
		"no algorithm": {func(l *policy.Limits) { l.ZSK.Algorithms = nil }, "zsk.algorithms"},
		"RSA of 1023 bits": {func(l *policy.Limits) {
			l.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: 8, Bits: []int{1023}, Exponents: []int{65537}}}
		}, "zsk.algorithms"},
		"RSA of any size": {func(l *policy.Limits) { l.KSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: 8}} }, "ksk.algorithms"},
		"even exponent": {func(l *policy.Limits) {
			l.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: 8, Bits: []int{2048}, Exponents: []int{4}}}
		}, "exponent"},
		"ECDSA with bits":          {func(l *policy.Limits) { l.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: 13, Bits: []int{256}}} }, "zsk.algorithms"},
		"algorithm twice":          {func(l *policy.Limits) { l.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: 13}, {Algorithm: 13}} }, "twice"},
		"RSASHA1":                  {func(l *policy.Limits) { l.ZSK.Algorithms = []policy.AlgorithmLimit{{Algorithm: 5}} }, "zsk.algorithms"},
		"no keys":                  {func(l *policy.Limits) { l.ZSK.KeysPerBundle.Min = 0 }, "zsk.keys_per_bundle"},
		"fewer keys than bundles":  {func(l *policy.Limits) { l.ZSK.KeysPerBundle = policy.Range[int]{Min: 4, Max: 4} }, "zsk.distinct_keys"},
		"publish below TTL":        {func(l *policy.Limits) { l.ZSK.PublishSafety = day }, "zsk.publish_safety"},
		"negative retire":          {func(l *policy.Limits) { l.ZSK.RetireSafety = -day }, "zsk.retire_safety"},
		"retire below TTL of data": {func(l *policy.Limits) { l.ZSK.RetireSafety = 5 * day }, "zsk.retire_safety"},
		"revoked below TTL":        {func(l *policy.Limits) { l.KSK.RevokedFor = 0 }, "ksk.revoked_for"},
		"factors of two":           {func(l *policy.Limits) { l.WeakKeys.FactorsBelow = 3 }, "weak_keys.factors_below"},
		"one step":                 {func(l *policy.Limits) { l.WeakKeys.FermatSteps = 1 }, "weak_keys.fermat_steps"},
		"nothing remaining":        {func(l *policy.Limits) { l.Published.MinRemaining = 0 }, "published.min_remaining"},
		"nothing of one type":      {func(l *policy.Limits) { l.Published.RemainingOf[rr.TypeDNSKEY] = 0 }, "published.remaining_of.DNSKEY"},
		"max TTL below DNSKEY TTL": {func(l *policy.Limits) { l.Published.MaxTTL = 3600 }, "published.max_ttl"},
		"safety beyond the slots":  {func(l *policy.Limits) { l.ZSK.PublishSafety = 90 * day }, "longer than a cycle"},
		"KSK publish below TTL":    {func(l *policy.Limits) { l.KSK.PublishSafety = 0 }, "ksk.publish_safety"},
		"KSK retire below TTL":     {func(l *policy.Limits) { l.KSK.RetireSafety = day }, "ksk.retire_safety"},
		"KSK out of sight":         {func(l *policy.Limits) { l.KSK.PublishSafety = 200 * day }, "two cycles"},
		"withdrawal":               {func(l *policy.Limits) { l.KSK.Withdrawal = "" }, "ksk.withdrawal"},
		"factors":                  {func(l *policy.Limits) { l.WeakKeys.FactorsBelow = 0 }, "weak_keys.factors_below"},
		"steps":                    {func(l *policy.Limits) { l.WeakKeys.FermatSteps = 0 }, "weak_keys.fermat_steps"},
		"parent of the root":       {func(l *policy.Limits) { l.Parent = policy.ParentCDS }, "parent"},
		"parent":                   {func(l *policy.Limits) { l.Parent = "aunt" }, "parent"},
		"remaining over validity":  {func(l *policy.Limits) { l.Published.MinRemaining = 14 * day }, "published.min_remaining"},
		"remaining of one type":    {func(l *policy.Limits) { l.Published.RemainingOf = map[rr.Type]time.Duration{rr.TypeSOA: 14 * day} }, "published.remaining_of.SOA"},
		"remaining of RRSIG":       {func(l *policy.Limits) { l.Published.RemainingOf = map[rr.Type]time.Duration{rr.TypeRRSIG: day} }, "not a type that is signed"},
		"max TTL":                  {func(l *policy.Limits) { l.Published.MaxTTL = 0 }, "published.max_ttl"},
		"serial step":              {func(l *policy.Limits) { l.Published.SerialStep = 0 }, "published.serial_step"},
		"serial step of any size":  {func(l *policy.Limits) { l.Published.SerialStep = 1<<31 - 1 }, "published.serial_step"},
		"negative iterations":      {func(l *policy.Limits) { l.Published.NSEC3.Iterations = -1 }, "published.nsec3.iterations"},
		"many iterations":          {func(l *policy.Limits) { l.Published.NSEC3.Iterations = 101 }, "published.nsec3.iterations"},
		"negative salt":            {func(l *policy.Limits) { l.Published.NSEC3.Salt = -1 }, "published.nsec3.salt"},
		"salt too long":            {func(l *policy.Limits) { l.Published.NSEC3.Salt = 256 }, "published.nsec3.salt"},
		"percent":                  {func(l *policy.Limits) { l.Published.DS.Percent = 101 }, "published.changes.ds.percent"},
		"absolute":                 {func(l *policy.Limits) { l.Published.Names.Absolute = -1 }, "published.changes.names.absolute"},
	} {
		limits := policy.RootLimits()
		row.change(&limits)
		if err := limits.Validate(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, row.want)
		}
	}
}

func TestChangeIsRefusedBeyondBothLimits(t *testing.T) {
	c := policy.Change{Percent: 5, Absolute: 100}
	for _, row := range []struct {
		before, after int
		want          bool
	}{{1000, 1100, true}, {1000, 1101, false}, {1000, 899, false}, {10000, 10500, true}, {10000, 10501, false}, {10000, 9500, true}, {0, 100, true}, {0, 101, false}, {200, 0, false}} {
		if got := c.Allows(row.before, row.after); got != row.want {
			t.Errorf("%d to %d is allowed: %v", row.before, row.after, got)
		}
	}
}

func TestMostRemainingIsOfSignaturesByAZSK(t *testing.T) {
	p := policy.RootLimits().Published
	for _, row := range []struct {
		of   map[rr.Type]time.Duration
		want time.Duration
	}{
		{nil, 7 * day},
		{map[rr.Type]time.Duration{rr.TypeDNSKEY: 9 * day, rr.TypeCDS: 10 * day, rr.TypeCDNSKEY: 10 * day}, 7 * day},
		{map[rr.Type]time.Duration{rr.TypeDNSKEY: 9 * day, rr.TypeSOA: 8 * day, rr.TypeNSEC: day}, 8 * day},
	} {
		p.RemainingOf = row.of
		if got := p.MostRemaining(); got != row.want {
			t.Errorf("%v: %v, want %v", row.of, got, row.want)
		}
	}
}

func TestRemainingOfATypeOrOfAll(t *testing.T) {
	p := policy.RootLimits().Published
	if p.Remaining(rr.TypeDNSKEY) != 9*day || p.Remaining(rr.TypeSOA) != 7*day {
		t.Errorf("DNSKEY %v, SOA %v", p.Remaining(rr.TypeDNSKEY), p.Remaining(rr.TypeSOA))
	}
}
