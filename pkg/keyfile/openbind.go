package keyfile

import (
	"fmt"

	"countersign/pkg/dnssec"
)

// OpenBIND opens the pair stem.key and stem.private of dnssec-keygen where it is,
// without taking it in: a benchmark signs with the very files that other signers
// read. The pair is held to what Open holds a key of the store to.
func (s *Store) OpenBIND(stem string) (dnssec.Signer, error) {
	public, private, err := readBIND(stem)
	if err != nil {
		return nil, err
	}
	key, err := newKey(private.key, private.algorithm, public.key.Flags, false)
	if err != nil {
		return nil, fmt.Errorf("opening %s.private: %w", stem, err)
	}
	if err := key.signWith(s.backend); err != nil {
		return nil, fmt.Errorf("opening %s.private: %w", stem, err)
	}
	return key, nil
}
