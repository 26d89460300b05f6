package keyfile

import (
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/libcrypto"
	"countersign/pkg/rr"
)

// Key is a private key in memory. It implements dnssec.Signer.
type Key struct {
	dnskey  rr.DNSKEY
	private crypto.Signer
	handles *handles // nil where Go's crypto signs
	closed  atomic.Bool
}

// Key is the public key as a DNSKEY; it was computed from the private key.
func (k *Key) Key() rr.DNSKEY { return k.dnskey }

// Open decrypts a key. The public key is computed again from the private one
// and must be the one of LABEL.key, and a test signature of the backend must verify.
// Close of the store ends the use of the key.
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
	key, err := s.load(info, passphrase)
	if err != nil {
		return nil, err
	}
	if err := key.signWith(s.backend); err != nil {
		key.close()
		return nil, fmt.Errorf("opening key %s: %w", ref.Label, err)
	}
	s.opened(key)
	return key, nil
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

// signWith chooses what signs, and tests it where that is not Go's crypto, which
// newKey tested.
func (k *Key) signWith(b Backend) error {
	if err := b.Check(); err != nil {
		return err
	}
	hash := dnssec.Hash(k.dnskey.Algorithm)
	group := libcrypto.Group(k.private, hash)
	if b == Go || group == 0 {
		return nil
	}
	k.handles = &handles{private: k.private, hash: hash, group: group}
	return dnssec.TestSign(k)
}

// close frees what libcrypto has of the key. A batch at work fails or ends well.
func (k *Key) close() {
	k.closed.Store(true)
	if k.handles != nil {
		k.handles.close()
	}
}
