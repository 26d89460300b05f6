package policy

import (
	"fmt"
	"math"
	"slices"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

// slot is one bundle as the checks see it, whether it comes from a KSR, an SKR
// or a plan.
type slot struct {
	place      string
	line       int
	id         string
	request    bool      // of a KSR, whose keys are all meant as ZSKs
	from       time.Time // when it comes into force
	until      time.Time // when the next one does; zero for the last
	inception  time.Time // of the signatures
	expiration time.Time // of the signatures; zero in a text KSR
	keys       []ksr.Key
	signs      []bool       // which of keys sign, as far as that is proved
	bundle     *ksr.Bundle  // nil in a plan
	verdicts   []sigVerdict // of bundle.Signatures
}

// slotsOf is the bundles of a document in order of their inception. A bundle's
// place keeps its number in the document.
func slotsOf(zone rr.Name, bundles []ksr.Bundle, request bool) []slot {
	slots := make([]slot, 0, len(bundles))
	for i := range bundles {
		b := &bundles[i]
		s := slot{
			place: fmt.Sprintf("bundle %d", i+1), line: b.Line, id: b.ID,
			from: b.Inception, inception: b.Inception, expiration: b.Expiration,
			keys: b.Keys, bundle: b, request: request,
		}
		if b.ID != "" {
			s.place = "bundle " + printable(b.ID)
		}
		s.verdicts = judgeSignatures(zone, b)
		s.signs = make([]bool, len(b.Keys))
		for _, v := range s.verdicts {
			if v.verified {
				s.signs[v.key] = true
			}
		}
		slots = append(slots, s)
	}
	return inOrder(slots)
}

func inOrder(slots []slot) []slot {
	slices.SortStableFunc(slots, func(a, b slot) int { return a.from.Compare(b.from) })
	for i := range slots[:max(0, len(slots)-1)] {
		slots[i].until = slots[i+1].from
	}
	return slots
}

// zsks are the keys of a KSR, and those of an SKR without the SEP flag.
func (s *slot) zsks() []ksr.Key {
	var zsks []ksr.Key
	for _, key := range s.keys {
		if s.request || !key.IsSEP() {
			zsks = append(zsks, key)
		}
	}
	return zsks
}

// end is when the slot is no longer in force, for the last one when its
// signatures expire.
func (s *slot) end() time.Time {
	if s.until.IsZero() {
		return s.expiration
	}
	return s.until
}

// keyID tells keys apart whatever their flags.
func keyID(key rr.DNSKEY) string {
	return string([]byte{key.Protocol, key.Algorithm}) + string(key.PublicKey)
}

// printable is an opaque string of a document, made safe to print.
func printable(text string) string {
	const most = 64
	clean := []rune(text)
	for i, r := range clean {
		if r < ' ' || r > '~' {
			clean[i] = '?'
		}
	}
	if len(clean) > most {
		return string(clean[:most]) + "..."
	}
	return string(clean)
}

// stamp is a time as people read it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// days is a duration as limits files have it, or with a sign if it is negative.
func days(d time.Duration) string {
	switch {
	case d == math.MinInt64: // where time.Time.Sub stops, and -d is d
		return "-" + days(math.MaxInt64)
	case d < 0:
		return "-" + days(-d)
	}
	return formatDuration(d.Truncate(time.Second))
}
