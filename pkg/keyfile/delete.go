package keyfile

import (
	"errors"
	"fmt"
	"io/fs"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
)

// Delete removes a key, or the orphan of that label, for good: there is no copy.
// It returns what was known of the key. First goes the public file: from then
// on the key is not there, and a Delete that stopped can be called again.
//
// The blocks on the disk are not overwritten: on today's disks that reaches
// nothing. What protects them is the passphrase.
func (s *Store) Delete(ref dnssec.KeyRef) (dnssec.KeyInfo, error) {
	if err := checkLabel(ref.Label); err != nil {
		return dnssec.KeyInfo{}, err
	}
	lock, err := durable.Lock(s.dir)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	defer lock.Unlock()

	info, err := s.Describe(ref)
	switch {
	case err == nil:
		if err := durable.Remove(s.publicPath(ref.Label)); err != nil {
			return info, fmt.Errorf("deleting key %s: %w", ref.Label, err)
		}
	case errors.Is(err, fs.ErrNotExist):
		info = dnssec.KeyInfo{Label: ref.Label}
		if durable.CheckPrivate(s.privatePath(ref.Label)) != nil {
			return info, err
		}
	default:
		return info, err
	}
	if err := durable.Remove(s.privatePath(ref.Label)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return info, fmt.Errorf("deleting the private half of key %s: %w", ref.Label, err)
	}
	return info, nil
}
