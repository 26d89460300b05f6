package policy

import (
	"fmt"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
)

// zskFault is a moment at which the ZSKs change too early.
type zskFault struct {
	slot    *slot
	line    int
	text    string
	publish bool // against publish safety; else against retire safety
}

// zskTimeline walks the DNSKEY RRsets of all slots and judges each change after
// the first of them. Which key signs the zone is not in the documents, so it
// judges what must hold whichever does:
//
//   - Publish safety: of each algorithm, one key has been published so long that
//     every cache knows it. A key never stands alone before that.
//   - Retire safety: a key that has been published so long, and so may have
//     signed, goes only when a key that is no older has been published for the
//     publish safety and then the retire safety: it could have relieved the
//     other, and since then no cache needs the other any more.
//
// The keys of the first slot are taken to have been published for ever: before
// the first slot that is given there is nothing to judge by.
func zskTimeline(slots []slot, limits ZSKLimits) []zskFault {
	var faults []zskFault
	since := map[string]time.Time{} // zero: for ever
	var last []ksr.Key
	for n := range slots {
		s := &slots[n]
		now := s.zsks()
		for _, key := range now {
			if !contains(last, key) {
				since[keyID(key.DNSKEY)] = s.from
				if n == 0 {
					since[keyID(key.DNSKEY)] = time.Time{}
				}
			}
		}
		if n > 0 {
			faults = append(faults, zskChange(s, last, now, since, limits)...)
		}
		last = now
	}
	return faults
}

func zskChange(s *slot, last, now []ksr.Key, since map[string]time.Time, limits ZSKLimits) []zskFault {
	old := func(key ksr.Key, age time.Duration) bool {
		return !since[keyID(key.DNSKEY)].Add(age).After(s.from)
	}
	unsafe := map[uint8]bool{}
	var faults []zskFault
	for _, algorithm := range algorithmsOf(last) {
		same := ofAlgorithm(now, algorithm)
		ready := false
		for _, key := range same {
			ready = ready || old(key, limits.PublishSafety)
		}
		if len(same) == 0 || ready {
			continue
		}
		unsafe[algorithm] = true
		faults = append(faults, zskFault{slot: s, line: same[0].Line, publish: true,
			text: fmt.Sprintf("no %s key has been published for %s: key %d would stand alone too early", dnssec.AlgorithmName(algorithm), days(limits.PublishSafety), same[0].KeyTag())})
	}
	for _, gone := range last {
		if contains(now, gone) || unsafe[gone.Algorithm] || !old(gone, limits.PublishSafety) {
			continue
		}
		heirs := ofAlgorithm(now, gone.Algorithm)
		if len(heirs) == 0 {
			heirs = now // the algorithm goes
		}
		relieved := false
		for _, heir := range heirs {
			younger := !since[keyID(heir.DNSKEY)].Before(since[keyID(gone.DNSKEY)])
			relieved = relieved || younger && old(heir, limits.PublishSafety+limits.RetireSafety)
		}
		if !relieved {
			faults = append(faults, zskFault{slot: s,
				text: fmt.Sprintf("key %d is gone, and no successor has been published for %s", gone.KeyTag(), days(limits.PublishSafety+limits.RetireSafety))})
		}
	}
	return faults
}

func contains(keys []ksr.Key, key ksr.Key) bool {
	for _, k := range keys {
		if dnssec.SameKey(k.DNSKEY, key.DNSKEY) {
			return true
		}
	}
	return false
}

func ofAlgorithm(keys []ksr.Key, algorithm uint8) []ksr.Key {
	var same []ksr.Key
	for _, key := range keys {
		if key.Algorithm == algorithm {
			same = append(same, key)
		}
	}
	return same
}

func algorithmsOf(keys []ksr.Key) []uint8 {
	var all []uint8
	for _, key := range keys {
		known := false
		for _, algorithm := range all {
			known = known || algorithm == key.Algorithm
		}
		if !known {
			all = append(all, key.Algorithm)
		}
	}
	return all
}
