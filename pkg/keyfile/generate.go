package keyfile

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
)

// maxTries bounds the search for a key whose tags are free. With a hundred tags
// to avoid, one try in three hundred fails.
const maxTries = 64

// Generate makes a key pair. Neither the key nor its revoked form has a key tag
// of p.Avoid or of a key in the store. A crash at any moment leaves no key or
// a whole one.
func (s *Store) Generate(p dnssec.KeyParams) (dnssec.KeyInfo, error) {
	if err := p.CheckBits(); err != nil {
		return dnssec.KeyInfo{}, err
	}
	return s.add(p, func(avoid []uint16) (*Key, error) {
		var err error
		for range maxTries {
			var private crypto.Signer
			if private, err = generate(p.Algorithm, p.Bits); err != nil {
				return nil, fmt.Errorf("generating a key: %w", err)
			}
			var key *Key
			if key, err = newKey(private, p.Algorithm, p.Flags, p.TestOnly); err != nil {
				return nil, fmt.Errorf("generating a key: %w", err)
			}
			if err = dnssec.AvoidsTags(key.dnskey, avoid); err == nil {
				return key, nil
			}
		}
		return nil, fmt.Errorf("no key with a free key tag in %d tries, the last one: %w", maxTries, err)
	})
}

func generate(algorithm uint8, bits int) (crypto.Signer, error) {
	switch algorithm {
	case dnssec.RSASHA256, dnssec.RSASHA512:
		return rsa.GenerateKey(rand.Reader, bits)
	case dnssec.ECDSAP256SHA256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case dnssec.ECDSAP384SHA384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case dnssec.ED25519:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
	return nil, fmt.Errorf("algorithm %d is not supported", algorithm)
}

// ImportPEM takes in a private key that is not encrypted, see ReadPEM. The file
// stays as it is: to destroy it is the caller's part.
func (s *Store) ImportPEM(p dnssec.KeyParams, path string) (dnssec.KeyInfo, error) {
	private, err := ReadPEM(path)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	return s.Import(p, private)
}

// Import takes in a private key. The same rules hold for its key tags as for a
// generated one.
func (s *Store) Import(p dnssec.KeyParams, private crypto.Signer) (dnssec.KeyInfo, error) {
	return s.add(p, func(avoid []uint16) (*Key, error) {
		key, err := newKey(private, p.Algorithm, p.Flags, p.TestOnly)
		if err != nil {
			return nil, err
		}
		return key, dnssec.AvoidsTags(key.dnskey, avoid)
	})
}

// add puts one key in the store under the lock. makeKey gets the key tags that
// are taken.
func (s *Store) add(p dnssec.KeyParams, makeKey func(avoid []uint16) (*Key, error)) (dnssec.KeyInfo, error) {
	fail := func(err error) (dnssec.KeyInfo, error) {
		return dnssec.KeyInfo{}, fmt.Errorf("adding key %s: %w", p.Label, err)
	}
	if err := checkAdd(p); err != nil {
		return dnssec.KeyInfo{}, err
	}
	lock, err := durable.Lock(s.dir)
	if err != nil {
		return fail(err)
	}
	defer lock.Unlock()
	if err := s.checkFree(p.Label); err != nil {
		return fail(err)
	}
	avoid, err := s.takenTags(p.Avoid)
	if err != nil {
		return fail(err)
	}
	passphrase, err := s.ask()
	if err != nil {
		return fail(err)
	}
	defer clear(passphrase)
	key, err := makeKey(avoid)
	if err != nil {
		return fail(err)
	}
	info, err := s.install(p, key, passphrase)
	if err != nil {
		return fail(err)
	}
	return info, nil
}

// takenTags are the key tags given and those of the keys in the store.
func (s *Store) takenTags(avoid []uint16) ([]uint16, error) {
	known, err := s.List()
	if err != nil {
		return nil, err
	}
	taken := append([]uint16(nil), avoid...)
	for _, info := range known {
		taken = append(taken, info.AllTags()...)
	}
	return taken, nil
}

func checkAdd(p dnssec.KeyParams) error {
	if err := p.Check(); err != nil {
		return err
	}
	switch {
	case len(p.ID) != 0:
		return fmt.Errorf("key %s: a software key has no id", p.Label)
	case p.Backup == dnssec.BackupWrapped:
		return fmt.Errorf("key %s: a software key is backed up by copying its files", p.Label)
	}
	return checkLabel(p.Label)
}

// checkFree checks that neither file of a label is there.
func (s *Store) checkFree(label string) error {
	if _, err := os.Lstat(s.publicPath(label)); !errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is a key of that label")
	}
	if _, err := os.Lstat(s.privatePath(label)); !errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is half a key of that label, left by a crash: complete or delete it first")
	}
	return nil
}

// install writes both files and opens what was written. The rename of the public
// file is the moment from which the key is there.
func (s *Store) install(p dnssec.KeyParams, key *Key, passphrase []byte) (dnssec.KeyInfo, error) {
	text, err := encrypt(key.private, passphrase)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	if err := durable.WriteNew(s.privatePath(p.Label), text, 0o600); err != nil {
		return dnssec.KeyInfo{}, err
	}
	public := newPublicFile(p.Zone, key.dnskey, p.Created, p.TestOnly)
	err = durable.Replace(s.publicPath(p.Label), public.append(nil), 0o644)
	var info dnssec.KeyInfo
	if err == nil {
		info, err = s.describe(p.Label)
	}
	if err == nil {
		_, err = s.load(info, passphrase)
	}
	if err != nil {
		return dnssec.KeyInfo{}, s.withdraw(p.Label, err)
	}
	return info, nil
}

// withdraw takes back a key that could not be added in full.
func (s *Store) withdraw(label string, cause error) error {
	for _, path := range []string{s.publicPath(label), s.privatePath(label)} {
		if err := durable.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			cause = fmt.Errorf("%w (and %s may be left: %v)", cause, path, err)
		}
	}
	return cause
}
