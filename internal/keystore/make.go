package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"countersign/pkg/dnssec"
)

// Make generates a key pair, or takes over the one of that label that a run
// before this one made and did not get to note: adopted says so. A pair that is
// taken over has to be what a new one would be: the algorithm, the flags, a key
// tag that is free.
func Make(store Store, p dnssec.KeyParams) (info dnssec.KeyInfo, adopted bool, err error) {
	_, err = store.Describe(dnssec.KeyRef{Label: p.Label})
	switch {
	case err == nil:
		info, err = Adopt(store, p)
		return info, true, err
	case !errors.Is(err, fs.ErrNotExist):
		return dnssec.KeyInfo{}, false, err
	}
	orphans, err := store.Orphans()
	if err != nil {
		return dnssec.KeyInfo{}, false, err
	}
	if d, ok := store.(directory); ok && slices.Contains(orphans, p.Label) {
		info, err = d.Complete(p)
		return info, true, err
	}
	info, err = store.Generate(p)
	return info, false, err
}

// Adopt takes over a key pair that is in the store already, made there by
// another program or an earlier run.
func Adopt(store Store, p dnssec.KeyParams) (dnssec.KeyInfo, error) {
	ref := dnssec.KeyRef{Label: p.Label, ID: p.ID, Algorithm: p.Algorithm, Flags: p.Flags}
	info, err := store.Describe(ref)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	signer, err := store.Open(ref) // which makes a test signature
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	info.Key = signer.Key()
	if info.Zone != "" && info.Zone != p.Zone {
		return dnssec.KeyInfo{}, fmt.Errorf("key %s was made for zone %s, not %s", p.Label, info.Zone, p.Zone)
	}
	avoid, err := tagsOfOthers(store, p)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	if err := dnssec.AvoidsTags(info.Key, avoid); err != nil {
		return dnssec.KeyInfo{}, fmt.Errorf("key %s: %w by another key", p.Label, err)
	}
	if p.Bits != 0 && info.Bits != p.Bits {
		return dnssec.KeyInfo{}, fmt.Errorf("key %s has %d bits, want %d", p.Label, info.Bits, p.Bits)
	}
	return info, nil
}

// tagsOfOthers are the key tags to avoid and those of the other keys in the
// store, which a new key avoids too.
func tagsOfOthers(store Store, p dnssec.KeyParams) ([]uint16, error) {
	infos, err := store.List()
	if err != nil {
		return nil, err
	}
	avoid := slices.Clone(p.Avoid)
	for _, info := range infos {
		if info.Label != p.Label {
			avoid = append(avoid, info.AllTags()...)
		}
	}
	return avoid, nil
}
