package keyfile

import (
	"fmt"
	"io/fs"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
)

// Complete makes a whole key of an orphan, the half that a crash left: it writes
// the public file that belongs to the private one. What p asks for has to be what
// the private key is, and the rules for key tags are those of Generate. A private
// key is so never destroyed only because a program stopped at a bad moment. An
// orphan that is not there is fs.ErrNotExist.
func (s *Store) Complete(p dnssec.KeyParams) (dnssec.KeyInfo, error) {
	fail := func(err error) (dnssec.KeyInfo, error) {
		return dnssec.KeyInfo{}, fmt.Errorf("completing key %s: %w", p.Label, err)
	}
	if err := checkAdd(p); err != nil {
		return dnssec.KeyInfo{}, err
	}
	lock, err := durable.Lock(s.dir)
	if err != nil {
		return fail(err)
	}
	defer lock.Unlock()
	orphans, err := s.Orphans()
	if err != nil {
		return fail(err)
	}
	if !slices.Contains(orphans, p.Label) {
		return fail(fs.ErrNotExist)
	}
	key, err := s.openOrphan(p)
	if err != nil {
		return fail(err)
	}
	avoid, err := s.takenTags(p.Avoid)
	if err != nil {
		return fail(err)
	}
	if err := dnssec.AvoidsTags(key.dnskey, avoid); err != nil {
		return fail(err)
	}
	public := newPublicFile(p.Zone, key.dnskey, p.Created, p.TestOnly)
	if err := durable.Replace(s.publicPath(p.Label), public.append(nil), 0o644); err != nil {
		return fail(err)
	}
	info, err := s.describe(p.Label)
	if err != nil {
		return fail(err)
	}
	return info, nil
}

// openOrphan decrypts a private key that has no public file, and tests it.
func (s *Store) openOrphan(p dnssec.KeyParams) (*Key, error) {
	path := s.privatePath(p.Label)
	text, err := durable.ReadPrivate(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	passphrase, err := s.ask()
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	private, err := decrypt(text, passphrase)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	key, err := newKey(private, p.Algorithm, p.Flags, p.TestOnly)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if bits, _, err := dnssec.KeyBits(key.dnskey); err != nil || p.Bits != 0 && bits != p.Bits {
		return nil, fmt.Errorf("%s has %d bits, want %d", path, bits, p.Bits)
	}
	return key, nil
}
