package keyfile

import (
	"crypto"
	"errors"
	"fmt"
	"io/fs"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/rr"
)

// Key is a private key in memory. It implements dnssec.Signer.
type Key struct {
	dnskey  rr.DNSKEY
	private crypto.Signer
}

// Key is the public key as a DNSKEY; it was computed from the private key.
func (k *Key) Key() rr.DNSKEY { return k.dnskey }

// Open decrypts a key. The public key is computed again from the private one
// and must be the one of LABEL.key, and a test signature must verify.
func (s *Store) Open(ref dnssec.KeyRef) (dnssec.Signer, error) {
	info, err := s.Describe(ref)
	if err != nil {
		return nil, err
	}
	passphrase, err := s.ask()
	if err != nil {
		return nil, err
	}
	defer clear(passphrase)
	return s.load(info, passphrase)
}

// ask gets the passphrase; the caller clears it.
func (s *Store) ask() ([]byte, error) {
	if s.passphrase == nil {
		return nil, errors.New("the key store was opened without a passphrase")
	}
	passphrase, err := s.passphrase()
	if err != nil {
		return nil, fmt.Errorf("passphrase of %s: %w", s.dir, err)
	}
	return passphrase, nil
}

func (s *Store) load(info dnssec.KeyInfo, passphrase []byte) (*Key, error) {
	path := s.privatePath(info.Label)
	text, err := durable.ReadPrivate(path, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("key %s has no private half: %w", info.Label, err)
	}
	if err != nil {
		return nil, err
	}
	private, err := decrypt(text, passphrase)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	key, err := newKey(private, info.Key.Algorithm, info.Key.Flags, info.TestOnly)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if !dnssec.SameKey(key.dnskey, info.Key) {
		return nil, fmt.Errorf("opening %s: its public key is not the one of %s", path, s.publicPath(info.Label))
	}
	return key, nil
}

// newKey makes and tests a Key.
func newKey(private crypto.Signer, algorithm uint8, flags uint16, testOnly bool) (*Key, error) {
	dnskey, err := dnssec.NewKey(private.Public(), algorithm, flags)
	if err != nil {
		return nil, err
	}
	if err := checkPrivate(dnskey, testOnly); err != nil {
		return nil, err
	}
	key := &Key{dnskey: dnskey, private: private}
	if err := dnssec.TestSign(key); err != nil {
		return nil, err
	}
	return key, nil
}
