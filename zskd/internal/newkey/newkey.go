// Package newkey makes the ZSK of a cycle and notes it in the key index.
package newkey

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/zskd/internal/keyindex"
	"countersign/zskd/internal/state"
)

// Make makes the ZSK that signs during a cycle, if the index has none, and notes
// it with the dates of the schedule. Its tags, plain and revoked, are free among
// all keys that the index, the store and the installed SKRs know. made says
// whether there is a new one. The caller holds the lock of the state.
func Make(store keystore.Store, s *state.State, schedule rollover.Schedule, keys keystore.Config, cycle rollover.Cycle, now time.Time) (made bool, err error) {
	if len(s.Index.Of(cycle)) > 0 {
		return false, nil
	}
	return Add(s, schedule, keys, cycle, now, func(p dnssec.KeyParams) (dnssec.KeyInfo, error) {
		info, _, err := keystore.Make(store, p)
		return info, err
	})
}

// Add has bring put the ZSK of a cycle into the store, and notes it.
func Add(s *state.State, schedule rollover.Schedule, keys keystore.Config, cycle rollover.Cycle, now time.Time,
	bring func(dnssec.KeyParams) (dnssec.KeyInfo, error)) (made bool, err error) {
	label := Label(s.Zone, cycle)
	info, err := bring(dnssec.KeyParams{
		Zone: s.Zone, Label: label, Algorithm: keys.Algorithm, Bits: keys.Bits, Flags: rr.FlagZone,
		Avoid: s.KnownTags(), Created: now.UTC().Truncate(time.Second),
	})
	if err != nil {
		return false, fmt.Errorf("making the ZSK of %s: %w", cycle, err)
	}
	s.Index.Entries = append(s.Index.Entries, keyindex.Entry{
		Cycle: cycle,
		ZSK:   rollover.ZSK{Label: label, Key: info.Key, ZSKDates: schedule.ZSKDatesOf(cycle)},
	})
	if err := s.Index.Save(s.Dir); err != nil {
		return false, fmt.Errorf("noting ZSK %s: %w", label, err)
	}
	return true, nil
}

// most is the length of the longest name in a label, which has at most 64
// characters in a store.
const most = 40

// Label is the name of a ZSK in the store: zsk-root-2027Q1,
// zsk-example.com-2027Q1. Where the name of the zone does not fit a label, it is
// shortened and its characters replaced, and eight digits of its SHA-256 tell the
// zones apart that would then look the same.
func Label(zone rr.Name, cycle rollover.Cycle) string {
	return fmt.Sprintf("zsk-%s-%s", labelOf(zone), cycle)
}

func labelOf(zone rr.Name) string {
	if zone == rr.Root {
		return "root"
	}
	full := strings.TrimSuffix(zone.String(), ".")
	name := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, full)
	name = name[:min(len(name), most)]
	if name == full && name != "root" {
		return name
	}
	digest := sha256.Sum256([]byte(zone))
	return fmt.Sprintf("%s-%x", name, digest[:4])
}
