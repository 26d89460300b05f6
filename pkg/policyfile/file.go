package policyfile

import (
	"fmt"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/iso8601"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

// file is the limits file as YAML has it. Every field is a pointer or a slice,
// so that one that is not there is told from one that is zero.
type file struct {
	Zone      *string    `yaml:"zone"`
	Documents *documents `yaml:"documents"`
	Bundles   *bundles   `yaml:"bundles"`
	ZSK       *zsk       `yaml:"zsk"`
	KSK       *ksk       `yaml:"ksk"`
	WeakKeys  *weakKeys  `yaml:"weak_keys"`
	Parent    *string    `yaml:"parent"`
	Published *published `yaml:"published"`
}

type documents struct {
	Formats        []string `yaml:"formats"`
	Possession     *string  `yaml:"possession"`
	StatedExponent *string  `yaml:"stated_exponent"`
}

type bundles struct {
	Count      *numbers `yaml:"count"`
	Interval   *spans   `yaml:"interval"`
	Cycle      *spans   `yaml:"cycle"`
	Overlap    *spans   `yaml:"overlap"`
	Validity   *spans   `yaml:"validity"`
	Horizon    *span    `yaml:"horizon"`
	TTL        *uint32  `yaml:"dnskey_ttl"`
	AnswerSize *int     `yaml:"answer_size"`
}

type zsk struct {
	Algorithms    []algorithm `yaml:"algorithms"`
	KeysPerBundle *numbers    `yaml:"keys_per_bundle"`
	DistinctKeys  *numbers    `yaml:"distinct_keys"`
	PublishSafety *span       `yaml:"publish_safety"`
	RetireSafety  *span       `yaml:"retire_safety"`
}

type ksk struct {
	Algorithms    []algorithm `yaml:"algorithms"`
	PublishSafety *span       `yaml:"publish_safety"`
	RetireSafety  *span       `yaml:"retire_safety"`
	Withdrawal    *string     `yaml:"withdrawal"`
	RevokedFor    *span       `yaml:"revoked_for"`
}

type weakKeys struct {
	FactorsBelow *int `yaml:"factors_below"`
	FermatSteps  *int `yaml:"fermat_steps"`
}

type published struct {
	MaxValidity  *span           `yaml:"max_validity"`
	MinRemaining *span           `yaml:"min_remaining"`
	RemainingOf  map[string]span `yaml:"remaining_of"`
	MaxTTL       *uint32         `yaml:"max_ttl"`
	SerialStep   *uint32         `yaml:"serial_step"`
	NSEC3        *nsec3          `yaml:"nsec3"`
	Changes      *changes        `yaml:"changes"`
}

type nsec3 struct {
	Iterations *int  `yaml:"iterations"`
	Salt       *int  `yaml:"salt"`
	OptOut     *bool `yaml:"opt_out"`
}

type changes struct {
	Names       *change `yaml:"names"`
	Delegations *change `yaml:"delegations"`
	DS          *change `yaml:"ds"`
}

type change struct {
	Percent  *int `yaml:"percent"`
	Absolute *int `yaml:"absolute"`
}

type algorithm struct {
	Name      *string `yaml:"algorithm"`
	Bits      []int   `yaml:"bits"`
	Exponents []int   `yaml:"exponents"`
}

type numbers struct {
	Min *int `yaml:"min"`
	Max *int `yaml:"max"`
}

type spans struct {
	Min *span `yaml:"min"`
	Max *span `yaml:"max"`
}

// span is a duration in ISO 8601.
type span time.Duration

// UnmarshalText reads it.
func (s *span) UnmarshalText(text []byte) error {
	d, err := iso8601.ParseDuration(string(text))
	if err != nil {
		return err
	}
	*s = span(d)
	return nil
}

// collector takes values out of the file and notes which are not there.
type collector struct{ absent []string }

// take is the value, and section the struct, that the pointer leads to; the zero
// value, and a note, if it is not there.
func take[T any](c *collector, name string, value *T) T {
	var zero T
	if value == nil {
		c.absent = append(c.absent, name)
		return zero
	}
	return *value
}

func list[T any](c *collector, name string, values []T) []T {
	if len(values) == 0 {
		c.absent = append(c.absent, name)
	}
	return values
}

// words appends text as values of a named string type.
func words[T ~string](dst []T, text []string) []T {
	for _, word := range text {
		dst = append(dst, T(word))
	}
	return dst
}

func (c *collector) span(name string, value *span) time.Duration {
	return time.Duration(take(c, name, value))
}

func (c *collector) spans(name string, value *spans) policy.Range[time.Duration] {
	if value == nil {
		c.absent = append(c.absent, name)
		return policy.Range[time.Duration]{}
	}
	return policy.Range[time.Duration]{Min: c.span(name+".min", value.Min), Max: c.span(name+".max", value.Max)}
}

func (c *collector) numbers(name string, value *numbers) policy.Range[int] {
	if value == nil {
		c.absent = append(c.absent, name)
		return policy.Range[int]{}
	}
	return policy.Range[int]{Min: take(c, name+".min", value.Min), Max: take(c, name+".max", value.Max)}
}

func (c *collector) change(name string, value *change) policy.Change {
	if value == nil {
		c.absent = append(c.absent, name)
		return policy.Change{}
	}
	return policy.Change{Percent: take(c, name+".percent", value.Percent), Absolute: take(c, name+".absolute", value.Absolute)}
}

func (c *collector) nsec3(name string, value *nsec3) policy.NSEC3Limits {
	if value == nil {
		c.absent = append(c.absent, name)
		return policy.NSEC3Limits{}
	}
	return policy.NSEC3Limits{
		Iterations: take(c, name+".iterations", value.Iterations),
		Salt:       take(c, name+".salt", value.Salt),
		OptOut:     take(c, name+".opt_out", value.OptOut),
	}
}

// limits is what the file says. A missing section counts as one missing limit.
func (f *file) limits() (policy.Limits, error) {
	c := &collector{}
	var l policy.Limits
	zone := take(c, "zone", f.Zone)
	d := take(c, "documents", f.Documents)
	b := take(c, "bundles", f.Bundles)
	z := take(c, "zsk", f.ZSK)
	k := take(c, "ksk", f.KSK)
	w := take(c, "weak_keys", f.WeakKeys)
	l.Parent = policy.Parent(take(c, "parent", f.Parent))
	p := take(c, "published", f.Published)
	if len(c.absent) > 0 {
		return l, fmt.Errorf("missing: %v", c.absent)
	}

	l.Documents.Formats = words(l.Documents.Formats, list(c, "documents.formats", d.Formats))
	l.Documents.Possession = policy.Possession(take(c, "documents.possession", d.Possession))
	l.Documents.StatedExponent = policy.StatedExponent(take(c, "documents.stated_exponent", d.StatedExponent))
	l.Bundles = policy.BundleLimits{
		Count:      c.numbers("bundles.count", b.Count),
		Interval:   c.spans("bundles.interval", b.Interval),
		Cycle:      c.spans("bundles.cycle", b.Cycle),
		Overlap:    c.spans("bundles.overlap", b.Overlap),
		Validity:   c.spans("bundles.validity", b.Validity),
		Horizon:    c.span("bundles.horizon", b.Horizon),
		TTL:        take(c, "bundles.dnskey_ttl", b.TTL),
		AnswerSize: take(c, "bundles.answer_size", b.AnswerSize),
	}
	l.ZSK = policy.ZSKLimits{
		KeysPerBundle: c.numbers("zsk.keys_per_bundle", z.KeysPerBundle),
		DistinctKeys:  c.numbers("zsk.distinct_keys", z.DistinctKeys),
		PublishSafety: c.span("zsk.publish_safety", z.PublishSafety),
		RetireSafety:  c.span("zsk.retire_safety", z.RetireSafety),
	}
	l.KSK = policy.KSKLimits{
		PublishSafety: c.span("ksk.publish_safety", k.PublishSafety),
		RetireSafety:  c.span("ksk.retire_safety", k.RetireSafety),
		Withdrawal:    policy.Withdrawal(take(c, "ksk.withdrawal", k.Withdrawal)),
		RevokedFor:    c.span("ksk.revoked_for", k.RevokedFor),
	}
	l.WeakKeys = policy.WeakKeyLimits{
		FactorsBelow: take(c, "weak_keys.factors_below", w.FactorsBelow),
		FermatSteps:  take(c, "weak_keys.fermat_steps", w.FermatSteps),
	}
	changes := take(c, "published.changes", p.Changes)
	l.Published = policy.PublishedLimits{
		MaxValidity:  c.span("published.max_validity", p.MaxValidity),
		MinRemaining: c.span("published.min_remaining", p.MinRemaining),
		MaxTTL:       take(c, "published.max_ttl", p.MaxTTL),
		SerialStep:   take(c, "published.serial_step", p.SerialStep),
		NSEC3:        c.nsec3("published.nsec3", p.NSEC3),
		Names:        c.change("published.changes.names", changes.Names),
		Delegations:  c.change("published.changes.delegations", changes.Delegations),
		DS:           c.change("published.changes.ds", changes.DS),
	}
	zskAlgorithms := list(c, "zsk.algorithms", z.Algorithms)
	kskAlgorithms := list(c, "ksk.algorithms", k.Algorithms)
	if len(c.absent) > 0 {
		return l, fmt.Errorf("missing: %v", c.absent)
	}

	var err error
	if l.Zone, err = rr.ParseName(zone); err != nil {
		return l, fmt.Errorf("zone: %w", err)
	}
	if l.ZSK.Algorithms, err = algorithms("zsk.algorithms", zskAlgorithms); err != nil {
		return l, err
	}
	if l.KSK.Algorithms, err = algorithms("ksk.algorithms", kskAlgorithms); err != nil {
		return l, err
	}
	if l.Published.RemainingOf, err = remaining(p.RemainingOf); err != nil {
		return l, err
	}
	return l, l.Validate()
}

func algorithms(name string, listed []algorithm) ([]policy.AlgorithmLimit, error) {
	var limits []policy.AlgorithmLimit
	for _, a := range listed {
		if a.Name == nil {
			return nil, fmt.Errorf("%s: an entry without algorithm", name)
		}
		number, err := dnssec.ParseAlgorithm(*a.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		limits = append(limits, policy.AlgorithmLimit{Algorithm: number, Bits: a.Bits, Exponents: a.Exponents})
	}
	return limits, nil
}

// remaining reads the only limits with a default: those of types that are not
// named.
func remaining(named map[string]span) (map[rr.Type]time.Duration, error) {
	if len(named) == 0 {
		return nil, nil
	}
	of := make(map[rr.Type]time.Duration, len(named))
	for name, d := range named {
		covered, err := rr.ParseType(name)
		if err != nil {
			return nil, fmt.Errorf("published.remaining_of: %w", err)
		}
		if _, twice := of[covered]; twice {
			return nil, fmt.Errorf("published.remaining_of: %s is there twice", covered)
		}
		of[covered] = time.Duration(d)
	}
	return of, nil
}
