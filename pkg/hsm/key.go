//go:build cgo

package hsm

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/miekg/pkcs11"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// Key is a private key on a token. It implements dnssec.Signer.
type Key struct {
	token  *Token
	ref    dnssec.KeyRef
	dnskey rr.DNSKEY
	public crypto.PublicKey

	mu     sync.Mutex
	conn   *connection         // the one on which handle was found; guarded by mu
	handle pkcs11.ObjectHandle // of the private key; guarded by mu
}

// Open finds a key pair by label and id, of which both must agree if both are
// given, and one must be. It reads the public key, and has the private key sign
// a test. ref.Algorithm and ref.Flags are needed: a token knows neither.
//
// RSA keys below 2048 bits are refused, and keys that can be read from the token
// in the clear.
func (t *Token) Open(ref dnssec.KeyRef) (dnssec.Signer, error) {
	if ref.Algorithm == 0 || ref.Flags == 0 {
		return nil, fmt.Errorf("opening key %s: algorithm and flags are not given, and the token does not know them", name(ref))
	}
	var key *Key
	err := t.retry(func(c *connection) error {
		return c.use(func(s pkcs11.SessionHandle) (err error) {
			key, err = t.load(c, s, ref)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("opening key %s: %w", name(ref), err)
	}
	return key, nil
}

// load finds, checks and tests a key in a session.
func (t *Token) load(c *connection, s pkcs11.SessionHandle, ref dnssec.KeyRef) (*Key, error) {
	if ref.Label == "" && len(ref.ID) == 0 {
		return nil, errors.New("neither label nor id")
	}
	pair, err := c.pair(s, ref)
	if err != nil {
		return nil, err
	}
	info, err := c.publicKey(s, pair.public)
	if err != nil {
		return nil, err
	}
	if err := settle(ref, &info); err != nil {
		return nil, err
	}
	if info.Kind == "RSA" && info.Bits < dnssec.MinRSABits {
		return nil, fmt.Errorf("RSA of %d bits, want at least %d", info.Bits, dnssec.MinRSABits)
	}
	k, err := c.custody(s, pair.private)
	if err != nil {
		return nil, err
	}
	if k.inTheClear() {
		return nil, errors.New("the private key can be read from the token in the clear (CKA_SENSITIVE is false and CKA_EXTRACTABLE true)")
	}
	public, err := dnssec.PublicKey(info.Key)
	if err != nil {
		return nil, err
	}
	key := &Key{token: t, ref: ref, dnskey: info.Key, public: public, conn: c, handle: pair.private}
	err = dnssec.TestSign(inSession{key, c, s, pair.private})
	if errors.Is(err, errBadSignature) {
		return nil, fmt.Errorf("private and public key do not belong together: %w", err)
	}
	if err != nil {
		return nil, err
	}
	return key, nil
}

// errBadSignature is in the chain when what the token signed does not verify.
var errBadSignature = errors.New("the token gave a bad signature")

// Key is the public key as a DNSKEY, which the private key has proved to be its
// own.
func (k *Key) Key() rr.DNSKEY { return k.dnskey }

// SignBatch makes signatures[i] for inputs[i], in as many sessions as the token
// has. Each signature is verified before it is put in its place. A token that
// goes away is waited for, see Options.Patience; then what is still missing is
// signed. See dnssec.Signer.
func (k *Key) SignBatch(inputs, signatures [][]byte) error {
	if len(inputs) != len(signatures) {
		return fmt.Errorf("%d inputs and room for %d signatures", len(inputs), len(signatures))
	}
	done := make([]bool, len(inputs))
	err := k.token.retry(func(c *connection) error {
		handle, err := k.on(c)
		if err != nil {
			return err
		}
		return k.signAll(c, handle, inputs, signatures, done)
	})
	if err != nil {
		return fmt.Errorf("signing with key %s: %w", name(k.ref), err)
	}
	return nil
}

// on is the handle of the private key on a connection. On a new one the key is
// found again, must be the same key, and is tested again.
func (k *Key) on(c *connection) (handle pkcs11.ObjectHandle, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conn == c {
		return k.handle, nil
	}
	err = c.use(func(s pkcs11.SessionHandle) error {
		again, err := k.token.load(c, s, k.ref)
		if err != nil {
			return err
		}
		if !dnssec.SameKey(again.dnskey, k.dnskey) {
			return errors.New("the token came back with another key of that name")
		}
		k.conn, k.handle = c, again.handle
		return nil
	})
	return k.handle, err
}

// signAll makes the signatures that are not done. Workers take the next input
// until there is none or one has failed.
func (k *Key) signAll(c *connection, handle pkcs11.ObjectHandle, inputs, signatures [][]byte, done []bool) error {
	var next atomic.Int64
	work := func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(inputs) {
				return nil
			}
			if done[i] {
				continue
			}
			err := c.use(func(s pkcs11.SessionHandle) error {
				return inSession{k, c, s, handle}.sign(inputs[i], &signatures[i])
			})
			if err != nil {
				next.Store(int64(len(inputs)))
				return err
			}
			done[i] = true
		}
	}
	workers := min(len(c.sessions), len(inputs))
	if workers <= 1 {
		return work()
	}
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() { errs[w] = work() })
	}
	group.Wait()
	return first(errs)
}

// first is the error to report: one that is no loss of the token if there is
// one, so that it is not retried in vain.
func first(errs []error) (err error) {
	for _, e := range errs {
		if e != nil && (err == nil || !isLost(e)) {
			err = e
		}
	}
	return err
}

// inSession signs in one session that the caller holds.
type inSession struct {
	key    *Key
	c      *connection
	s      pkcs11.SessionHandle
	handle pkcs11.ObjectHandle
}

func (k inSession) Key() rr.DNSKEY { return k.key.dnskey }

// SignBatch signs one after the other.
func (k inSession) SignBatch(inputs, signatures [][]byte) error {
	for i := range inputs {
		if err := k.sign(inputs[i], &signatures[i]); err != nil {
			return err
		}
	}
	return nil
}

// DigestInfo without the digest. See RFC 8017, Section 9.2.
var digestInfo = map[crypto.Hash][]byte{
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

// sign makes and verifies one signature.
func (k inSession) sign(input []byte, signature *[]byte) error {
	hash := dnssec.Hash(k.key.dnskey.Algorithm)
	if hash != 0 && len(input) != hash.Size() {
		return fmt.Errorf("digest of %d octets, want %d", len(input), hash.Size())
	}
	mechanism, data := uint(ckmEdDSA), input
	switch k.key.dnskey.Algorithm {
	case dnssec.RSASHA256, dnssec.RSASHA512:
		mechanism, data = pkcs11.CKM_RSA_PKCS, bytes.Join([][]byte{digestInfo[hash], input}, nil)
	case dnssec.ECDSAP256SHA256, dnssec.ECDSAP384SHA384:
		mechanism = pkcs11.CKM_ECDSA
	}
	if err := k.c.module.ctx.SignInit(k.s, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, k.handle); err != nil {
		return err
	}
	raw, err := k.c.module.ctx.Sign(k.s, data)
	if err != nil {
		return err
	}
	if err := dnssec.VerifyInput(k.key.public, k.key.dnskey.Algorithm, input, raw); err != nil {
		return fmt.Errorf("%w: %v", errBadSignature, err)
	}
	*signature = append((*signature)[:0], raw...)
	return nil
}
