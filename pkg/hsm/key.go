//go:build cgo

package hsm

import (
	"crypto"
	"errors"
	"fmt"
	"sync"

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
	form   form
	pace   *pace

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
	key.pace = t.paceOf(key)
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
	key := &Key{token: t, ref: ref, dnskey: info.Key, public: public, form: formOf(info.Key.Algorithm, public), conn: c, handle: pair.private}
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

// SignBatch makes signatures[i] for inputs[i], in as many sessions and helper
// processes as measurements found best, see Options.Sessions. A token that goes
// away is waited for, see Options.Patience; then what is still missing is signed.
// See dnssec.Signer.
//
// Of a batch of up to 32 every signature is verified before this returns. Of a
// larger one the first and the last are, and others at random: one in 8 of RSA,
// one in 128 of the rest, whose verification costs more beside a signature. A bad
// one fails the batch. That finds a token or a helper that signs wrongly, not one
// bad signature in thousands: zones have every signature verified before they are
// published (package zoneverify), and a caller that publishes otherwise must do so
// himself.
func (k *Key) SignBatch(inputs, signatures [][]byte) error {
	if err := k.signBatch(inputs, signatures, false); err != nil {
		return fmt.Errorf("signing with key %s: %w", name(k.ref), err)
	}
	return nil
}

// signBatch is SignBatch. A helper leaves the verification to the program it helps.
func (k *Key) signBatch(inputs, signatures [][]byte, unverified bool) error {
	if len(inputs) != len(signatures) {
		return fmt.Errorf("%d inputs and room for %d signatures", len(inputs), len(signatures))
	}
	if err := k.form.check(inputs); err != nil {
		return err
	}
	b := &batch{key: k, inputs: inputs, signatures: signatures, done: make([]bool, len(inputs)), unverified: unverified}
	return k.token.retry(func(c *connection) error {
		handle, err := k.on(c)
		if err != nil {
			return err
		}
		b.c, b.handle = c, handle
		err = k.pace.sign(b)
		b.again = true
		return err
	})
}

// id tells the key from others.
func (k *Key) id() string { return string(rune(k.dnskey.Algorithm)) + string(k.dnskey.PublicKey) }

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

// sign makes and verifies one signature.
func (k inSession) sign(input []byte, signature *[]byte) error {
	var r run
	k.key.form.add(&r, input)
	if _, err := r.sign(k.c.module.functions, k.s, k.key.form.mechanism, k.handle, k.key.form.size); err != nil {
		return err
	}
	raw := r.out[:k.key.form.size]
	if err := k.key.verify(input, raw); err != nil {
		return err
	}
	*signature = append((*signature)[:0], raw...)
	return nil
}

func (k *Key) verify(input, signature []byte) error {
	if err := dnssec.VerifyInput(k.public, k.dnskey.Algorithm, input, signature); err != nil {
		return fmt.Errorf("%w: %v", errBadSignature, err)
	}
	return nil
}
