package ceremony

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

// inceptionOffset is how long before a bundle comes into force its signatures
// begin, where the KSR does not say: an hour, for validators whose clock is slow,
// as BIND has it.
const inceptionOffset = time.Hour

// NewPlan is the SKR to make of a KSR with these KSKs. Where the KSR says when
// each bundle begins and ends, as ICANN's does, there is one planned bundle for
// each of its own. A KSR of Knot or BIND only says from when which ZSKs are
// published: then bundles are cut at those moments, at the dates of the KSKs,
// and as often as the limits want signatures renewed. until is the end of the
// period such a KSR is for, where that is later than its last bundle: BIND's form
// does not tell; zero is that last bundle.
func NewPlan(request *ksr.Request, ksks []rollover.KSK, limits policy.Limits, until time.Time) (policy.Plan, error) {
	if err := rollover.ValidKSKs(ksks); err != nil {
		return nil, err
	}
	if limits.Parent == policy.ParentCDS {
		if err := rollover.CheckParent(ksks, limits.KSK.PublishSafety); err != nil {
			return nil, err
		}
	}
	if len(request.Bundles) == 0 {
		return nil, errors.New("the KSR has no bundles")
	}
	if err := distinct(request, ksks); err != nil {
		return nil, err
	}
	bundles := slices.Clone(request.Bundles)
	slices.SortStableFunc(bundles, func(a, b ksr.Bundle) int { return a.Inception.Compare(b.Inception) })
	var plan policy.Plan
	if statesExpirations(bundles) {
		for _, bundle := range bundles {
			plan = append(plan, policy.PlannedBundle{
				ID: bundle.ID, From: bundle.Inception, Inception: bundle.Inception, Expiration: bundle.Expiration,
			})
		}
	} else {
		var err error
		if plan, err = cut(bundles, ksks, limits, until); err != nil {
			return nil, err
		}
	}
	for i := range plan {
		for _, role := range rollover.RolesAt(ksks, plan[i].From) {
			plan[i].KSKs = append(plan[i].KSKs, policy.PlannedKSK{Label: role.KSK.Label, Key: role.Key, Signs: role.Signs})
		}
	}
	return plan, nil
}

// distinct refuses a KSR that calls a ZSK by the label of a KSK. In the SKR both
// would go under one identifier; to people the ZSK would look as if it signed, and
// the SKR would be found bad only after the KSK had signed it.
func distinct(request *ksr.Request, ksks []rollover.KSK) error {
	labels := map[string]bool{}
	for _, ksk := range ksks {
		labels[ksk.Label] = true
	}
	for _, bundle := range request.Bundles {
		for _, key := range bundle.Keys {
			if key.Identifier != "" && labels[key.Identifier] {
				return fmt.Errorf("key %d of the KSR goes under %q, which is the label of a KSK", key.KeyTag(), key.Identifier)
			}
		}
	}
	return nil
}

func statesExpirations(bundles []ksr.Bundle) bool {
	return !slices.ContainsFunc(bundles, func(b ksr.Bundle) bool { return b.Expiration.IsZero() })
}

// maxPlan bounds the bundles that one KSR can make us sign: a year of days.
const maxPlan = 400

// cut is the plan of a KSR that only says from when which ZSKs are published.
func cut(bundles []ksr.Bundle, ksks []rollover.KSK, limits policy.Limits, until time.Time) (policy.Plan, error) {
	last := bundles[len(bundles)-1].Inception
	if until.IsZero() {
		until = last
	}
	if until.Before(last) {
		return nil, fmt.Errorf("the KSR has a bundle of %s, after the end of its period", last.Format(time.RFC3339))
	}
	moments := rollover.Dates(ksks, bundles[0].Inception, until)
	for _, bundle := range bundles {
		moments = append(moments, bundle.Inception)
	}
	moments = append(moments, until)
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	interval := limits.Bundles.Interval.Max
	if interval <= 0 || until.Sub(bundles[0].Inception)/interval > maxPlan {
		return nil, errors.New("the period of the KSR is too long to sign")
	}
	var plan policy.Plan
	for i, from := range moments {
		next := from.Add(1)
		if i+1 < len(moments) {
			next = moments[i+1]
		}
		for ; from.Before(next); from = from.Add(interval) {
			inception := from.Add(-inceptionOffset)
			plan = append(plan, policy.PlannedBundle{
				From: from, Inception: inception, Expiration: inception.Add(limits.Bundles.Validity.Max),
			})
		}
	}
	return plan, nil
}

// keysOf is the DNSKEY RRset of a planned bundle: the ZSKs of the KSR and the
// KSKs.
func keysOf(request *ksr.Request, planned policy.PlannedBundle, ttl uint32) []ksr.Key {
	keys := make([]ksr.Key, 0, len(planned.KSKs)+2)
	if asked := request.BundleAt(planned.From); asked != nil {
		for _, zsk := range asked.Keys {
			keys = append(keys, ksr.Key{Identifier: zsk.Identifier, Tag: zsk.KeyTag(), TTL: ttl, DNSKEY: zsk.DNSKEY})
		}
	}
	for _, ksk := range planned.KSKs {
		keys = append(keys, ksr.Key{Identifier: ksk.Label, Tag: ksk.Key.KeyTag(), TTL: ttl, DNSKEY: ksk.Key})
	}
	return keys
}

// Preview is the bundles of the SKR that an approved KSR will get, for people to
// look at: a signature names the key that will make it, and is empty otherwise.
func Preview(approved *policy.Approved) []ksr.Bundle {
	var bundles []ksr.Bundle
	for _, planned := range approved.Plan() {
		bundle := ksr.Bundle{
			ID:         planned.ID,
			Inception:  planned.Inception,
			Expiration: planned.Expiration,
			Keys:       keysOf(approved.Request(), planned, approved.Limits().Bundles.TTL),
		}
		for _, ksk := range planned.KSKs {
			if ksk.Signs {
				bundle.Signatures = append(bundle.Signatures, ksr.Signature{
					KeyIdentifier: ksk.Label,
					RRSIG:         rr.RRSIG{TypeCovered: rr.TypeDNSKEY, Algorithm: ksk.Key.Algorithm, KeyTag: ksk.Key.KeyTag()},
				})
			}
		}
		bundle.Sort()
		bundles = append(bundles, bundle)
	}
	return bundles
}

// publicKeys are the KSKs of a plan as they were generated, each once.
func publicKeys(plan policy.Plan) []rr.DNSKEY {
	var keys []rr.DNSKEY
	seen := map[string]bool{}
	for _, bundle := range plan {
		for _, ksk := range bundle.KSKs {
			key := ksk.Key
			key.Flags &^= rr.FlagRevoke
			if id := string(key.Append(nil)); !seen[id] {
				seen[id] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}
