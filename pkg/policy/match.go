package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var skrMatch = check{
	Check: Check{
		Name:     "SKR-MATCH",
		Verifies: "the SKR has everything our KSR asks for and nothing else: the same bundles with the same times and ZSKs, and KSKs besides; in text the same ZSKs at every instant",
		Source:   "SKR-MATCH of the root KSK operator's specification; faults that peers let through",
	},
	run: func(j *judgement) {
		planned := j.response == nil
		switch {
		case j.request == nil:
			j.missing("KSR")
		case !j.after(ksrBundleUnique.Name, ksrBundleOrder.Name, skrBundleUnique.Name):
		case planned && len(j.answered) == 0:
			j.violate("no bundles are planned")
		case planned && j.isBare():
			j.matchPlannedText()
		case j.request.ID != "" && (planned || !j.isBare()):
			j.matchBundles(planned)
		default:
			j.matchTimeline()
		}
		if j.request != nil && !planned {
			j.notOurZSKs() // of a plan KSR-BUNDLE-KEYS says so
		}
	},
}

// matchBundles compares bundle by bundle.
func (j *judgement) matchBundles(planned bool) {
	want := map[string]*slot{}
	for i := range j.asked {
		want[j.asked[i].id] = &j.asked[i]
	}
	have := map[string]bool{}
	for i := range j.answered {
		s := &j.answered[i]
		have[s.id] = true
		asked := want[s.id]
		if asked == nil {
			j.violateAt(s, 0, "the KSR has no such bundle")
			continue
		}
		if !s.from.Equal(asked.from) || !s.expiration.Equal(asked.expiration) {
			j.violateAt(s, 0, "from %s to %s, want %s to %s as in the KSR", stamp(s.from), stamp(s.expiration), stamp(asked.from), stamp(asked.expiration))
		}
		if s.inception.After(s.from) || !j.isText() && !s.inception.Equal(s.from) {
			j.violateAt(s, 0, "the signatures begin at %s, want %s", stamp(s.inception), stamp(s.from))
		}
		if !planned {
			j.matchKeys(s, asked)
		}
	}
	for i := range j.asked {
		if !have[j.asked[i].id] {
			j.violate("%s of the KSR is missing", j.asked[i].place)
		}
	}
	if !planned && !reflect.DeepEqual(j.request.Policy, j.response.ZSKPolicy) {
		j.violate("the ZSK policy is not the one that the KSR states")
	}
}

// matchKeys compares the ZSKs of a bundle with those asked for, identifiers
// included.
func (j *judgement) matchKeys(s, asked *slot) {
	for _, key := range asked.keys {
		found := false
		for _, got := range s.keys {
			sameName := got.Identifier == key.Identifier || got.Identifier == "" && j.isText()
			found = found || sameName && sameRecord(got.DNSKEY, key.DNSKEY)
		}
		if !found {
			j.violateAt(s, 0, "our key %d is missing", key.KeyTag())
		}
	}
	for _, got := range s.zsks() {
		if !contains(asked.keys, got) {
			j.violateAt(s, got.Line, "key %d is no KSK and none of ours", got.KeyTag())
		}
	}
}

// notOurZSKs: a key that we ask for as a ZSK is nowhere published as a KSK, not
// even where we do not ask for it: who holds our ZSKs could come to make DNSKEY
// RRsets.
func (j *judgement) notOurZSKs() {
	ours := map[string]bool{}
	for _, key := range keysOf(j.asked) {
		ours[keyID(key.DNSKEY)] = true
	}
	for i := range j.answered {
		s := &j.answered[i]
		for _, key := range s.keys {
			if key.IsSEP() && ours[keyID(key.DNSKEY)] {
				j.violateAt(s, key.Line, "key %d is our ZSK, published as a KSK", key.KeyTag())
			}
		}
	}
}

func sameRecord(a, b rr.DNSKEY) bool { return a.Flags == b.Flags && dnssec.SameKey(a, b) }

// matchTimeline compares the ZSKs at every instant from the first bundle of the
// KSR on: the signer of a text SKR cuts bundles as it likes.
func (j *judgement) matchTimeline() {
	if len(j.asked) == 0 || len(j.answered) == 0 {
		return
	}
	first, last := j.asked[0].from, j.asked[len(j.asked)-1].from
	if j.answered[0].from.After(first) {
		j.violate("it begins at %s, and the KSR at %s", stamp(j.answered[0].from), stamp(first))
	}
	if end := j.answered[len(j.answered)-1].expiration; !end.After(last) {
		j.violate("it ends at %s, and the last bundle of the KSR begins at %s", stamp(end), stamp(last))
	}
	for i := range j.answered {
		s := &j.answered[i]
		if s.from.Before(first) {
			j.violateAt(s, 0, "begins at %s, before the KSR does, %s", stamp(s.from), stamp(first))
			continue
		}
		j.matchKeys(s, inForce(j.asked, s.from))
	}
	for i := range j.asked {
		// Between two bundles of the SKR the set asked for must not change.
		asked := &j.asked[i]
		if s := inForce(j.answered, asked.from); s != nil && !s.from.Equal(asked.from) && !sameKeys(s.zsks(), asked.keys) {
			j.violateAt(s, 0, "still in force at %s, when the KSR asks for %s", stamp(asked.from), tags(asked.keys))
		}
	}
}

// matchPlannedText: each change of keys begins a bundle, so that the ZSKs of a
// planned bundle are those asked for as long as it is in force.
func (j *judgement) matchPlannedText() {
	starts := map[int64]bool{}
	for i := range j.answered {
		s := &j.answered[i]
		starts[s.from.Unix()] = true
		if len(j.asked) > 0 && s.from.Before(j.asked[0].from) {
			j.violateAt(s, 0, "begins before the KSR does")
		}
		if s.inception.After(s.from) || !s.expiration.After(s.from) {
			j.violateAt(s, 0, "the signatures would not be valid when it comes into force, %s", stamp(s.from))
		}
	}
	for i := range j.asked {
		if !starts[j.asked[i].from.Unix()] {
			j.violateAt(&j.asked[i], 0, "no planned bundle begins at %s", stamp(j.asked[i].from))
		}
	}
}

func sameKeys(a, b []ksr.Key) bool {
	for _, key := range a {
		if !contains(b, key) {
			return false
		}
	}
	for _, key := range b {
		if !contains(a, key) {
			return false
		}
	}
	return true
}

// tags lists keys by their tags.
func tags(keys []ksr.Key) string {
	if len(keys) == 0 {
		return "no keys"
	}
	all := make([]string, len(keys))
	for i, key := range keys {
		all[i] = fmt.Sprint(key.KeyTag())
	}
	slices.Sort(all)
	return strings.Join(all, " and ")
}
