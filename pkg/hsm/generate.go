//go:build cgo

package hsm

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/miekg/pkcs11"

	"countersign/pkg/dnssec"
)

// maxTries bounds the search for a key whose tags are free. With a hundred tags
// to avoid, one try in three hundred fails.
const maxTries = 16

// idSize is the length of the CKA_ID of a new key in octets. It is random, and
// not the customary hash of the public key, because it has to be known before
// the key is: some tokens do not let it be set afterwards.
const idSize = 16

// Generate makes a key pair in the token. The private key can sign and nothing
// else; it is sensitive, and extractable only with p.Backup wrapped: then it can
// leave the token encrypted under a wrapping key, where the token supports it
// only under one that the security officer has marked as trusted. KeyInfo.Custody
// says which it is. In the clear it never leaves.
//
// Label and id must be free on the token; without p.ID one is chosen. The pair
// is destroyed again if the token did not do as it was told, if a test signature
// does not verify, or if a key tag is taken.
func (t *Token) Generate(p dnssec.KeyParams) (dnssec.KeyInfo, error) {
	if err := p.CheckBits(); err != nil {
		return dnssec.KeyInfo{}, err
	}
	create := func(c *connection, s pkcs11.SessionHandle, p dnssec.KeyParams) (objects, error) {
		return c.generate(s, p)
	}
	return t.add(p, maxTries, create, func(k custody) error { return k.check(p, true) })
}

// Import takes in a private key that was made elsewhere, for tests and for
// moving. On the token it is kept like a generated one, but it cannot be known
// who else has it. The rules for labels, ids and key tags are those of Generate.
func (t *Token) Import(p dnssec.KeyParams, private crypto.Signer) (dnssec.KeyInfo, error) {
	if err := p.Check(); err != nil {
		return dnssec.KeyInfo{}, err
	}
	if _, err := dnssec.NewKey(private.Public(), p.Algorithm, p.Flags); err != nil {
		return dnssec.KeyInfo{}, fmt.Errorf("importing key %q: %w", p.Label, err)
	}
	create := func(c *connection, s pkcs11.SessionHandle, p dnssec.KeyParams) (objects, error) {
		return c.create(s, p, private)
	}
	return t.add(p, 1, create, func(k custody) error { return k.check(p, false) })
}

// add makes a pair, checks it, and destroys it if it cannot stay; tries times as
// long as only its key tags are taken. create gets p with the id that was chosen.
func (t *Token) add(p dnssec.KeyParams, tries int, create func(*connection, pkcs11.SessionHandle, dnssec.KeyParams) (objects, error), check func(custody) error) (dnssec.KeyInfo, error) {
	if err := p.Check(); err != nil {
		return dnssec.KeyInfo{}, err
	}
	if p.Label == "" {
		return dnssec.KeyInfo{}, errors.New("a key on a token needs a label")
	}
	ref := dnssec.KeyRef{Label: p.Label, ID: p.ID, Algorithm: p.Algorithm, Flags: p.Flags}
	if len(ref.ID) == 0 {
		ref.ID = newID()
	}
	p.ID = ref.ID
	var info dnssec.KeyInfo
	err := t.once(func(c *connection) error {
		return c.write(func(s pkcs11.SessionHandle) error {
			avoid, err := c.taken(s, p)
			if err != nil {
				return err
			}
			for range tries {
				var pair objects
				if pair, err = create(c, s, p); err != nil {
					return err
				}
				info, err = t.accept(c, s, ref, pair, check, avoid)
				if err == nil {
					return nil
				}
				if e := c.destroy(s, ref, pair.private, pair.public); e != nil {
					return fmt.Errorf("%w (and the new key could not be destroyed: %v)", err, e)
				}
				if !errors.Is(err, errTag) {
					return err
				}
			}
			return fmt.Errorf("no key with a free key tag in %d tries, the last one: %w", tries, err)
		})
	})
	if err != nil {
		return dnssec.KeyInfo{}, fmt.Errorf("adding key %s: %w", name(ref), err)
	}
	info.Zone = p.Zone
	return info, nil
}

func newID() []byte {
	id := make([]byte, idSize)
	rand.Read(id) // never fails
	return id
}

// taken checks that label and id are free, and returns the key tags that a new
// key must not have.
func (c *connection) taken(s pkcs11.SessionHandle, p dnssec.KeyParams) ([]uint16, error) {
	if err := c.absent(s, dnssec.KeyRef{Label: p.Label}, "is already"); err != nil {
		return nil, err
	}
	if err := c.absent(s, dnssec.KeyRef{ID: p.ID}, "is already"); err != nil {
		return nil, err
	}
	known, _, err := c.list(s)
	if err != nil {
		return nil, err
	}
	avoid := append([]uint16(nil), p.Avoid...)
	for _, info := range known {
		if info.Key.PublicKey != nil {
			avoid = append(avoid, info.AllTags()...)
		}
	}
	return avoid, nil
}

// errTag is in the chain when a key tag is taken.
var errTag = errors.New("key tag collision")

// accept looks at a new pair before anybody uses it.
func (t *Token) accept(c *connection, s pkcs11.SessionHandle, ref dnssec.KeyRef, pair objects, check func(custody) error, avoid []uint16) (dnssec.KeyInfo, error) {
	kept, err := c.custody(s, pair.private)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	if err := check(kept); err != nil {
		return dnssec.KeyInfo{}, err
	}
	key, err := t.load(c, s, ref)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	if err := dnssec.AvoidsTags(key.dnskey, avoid); err != nil {
		return dnssec.KeyInfo{}, fmt.Errorf("%w: %v", errTag, err)
	}
	info, err := c.describe(s, pair)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	if err := settle(ref, &info); err != nil {
		return dnssec.KeyInfo{}, err
	}
	return info, nil
}

// check compares how the token keeps a new key with how it was told to.
func (k custody) check(p dnssec.KeyParams, made bool) error {
	extractable := p.Backup == dnssec.BackupWrapped
	for _, a := range []struct {
		name      string
		got, want bool
	}{
		{"CKA_TOKEN", k.token, true},
		{"CKA_PRIVATE", k.private, true},
		{"CKA_SIGN", k.sign, true},
		{"CKA_SENSITIVE", k.sensitive, true},
		{"CKA_EXTRACTABLE", k.extractable, extractable},
		{"CKA_LOCAL", k.local || !made, true},
		{"CKA_ALWAYS_SENSITIVE", k.alwaysSensitive || !made, true},
		{"CKA_NEVER_EXTRACTABLE", k.neverExtractable || !made || extractable, true},
		{"CKA_DECRYPT", k.decrypt, false},
		{"CKA_UNWRAP", k.unwrap, false},
		{"CKA_DERIVE", k.derive, false},
		{"CKA_SIGN_RECOVER", k.signRecover, false},
	} {
		if a.got != a.want {
			return fmt.Errorf("the token does not do as it is told: %s of the new key is %t, want %t", a.name, a.got, a.want)
		}
	}
	return nil
}

// privateTemplate is what every private key gets.
func privateTemplate(p dnssec.KeyParams, wrapWithTrusted bool) []*pkcs11.Attribute {
	wrapped := p.Backup == dnssec.BackupWrapped
	template := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, p.Label),
		pkcs11.NewAttribute(pkcs11.CKA_ID, p.ID),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, wrapped),
		pkcs11.NewAttribute(pkcs11.CKA_SIGN, true),
		pkcs11.NewAttribute(pkcs11.CKA_DECRYPT, false),
		pkcs11.NewAttribute(pkcs11.CKA_UNWRAP, false),
		pkcs11.NewAttribute(pkcs11.CKA_DERIVE, false),
		pkcs11.NewAttribute(pkcs11.CKA_SIGN_RECOVER, false),
	}
	if wrapped && wrapWithTrusted {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_WRAP_WITH_TRUSTED, true))
	}
	return template
}

// publicTemplate is what every public key gets: it can be read without a login,
// and verify.
func publicTemplate(p dnssec.KeyParams) []*pkcs11.Attribute {
	return []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, false),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, p.Label),
		pkcs11.NewAttribute(pkcs11.CKA_ID, p.ID),
		pkcs11.NewAttribute(pkcs11.CKA_VERIFY, true),
		pkcs11.NewAttribute(pkcs11.CKA_ENCRYPT, false),
		pkcs11.NewAttribute(pkcs11.CKA_WRAP, false),
	}
}

// variants runs f with each way of asking for the same thing, until the token
// knows one: Ed25519 by name or by identifier, with CKA_WRAP_WITH_TRUSTED or,
// where there is no such attribute, without.
func variants(p dnssec.KeyParams, f func(curve []byte, wrapWithTrusted bool) (objects, error)) (pair objects, err error) {
	curves := map[uint8][][]byte{
		dnssec.ECDSAP256SHA256: {oidP256},
		dnssec.ECDSAP384SHA384: {oidP384},
		dnssec.ED25519:         {nameEd25519, oidEd25519},
	}[p.Algorithm]
	if curves == nil {
		curves = [][]byte{nil} // RSA
	}
	for _, curve := range curves {
		for _, wrapWithTrusted := range []bool{true, false} {
			pair, err = f(curve, wrapWithTrusted)
			if err == nil || !isUnknown(err) {
				return pair, err
			}
		}
	}
	return pair, err
}

// isUnknown says that the token does not know an attribute or a curve.
func isUnknown(err error) bool {
	for _, code := range []pkcs11.Error{
		pkcs11.CKR_ATTRIBUTE_TYPE_INVALID, pkcs11.CKR_ATTRIBUTE_VALUE_INVALID,
		pkcs11.CKR_DOMAIN_PARAMS_INVALID, pkcs11.CKR_CURVE_NOT_SUPPORTED,
	} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// generate makes a pair in the token.
func (c *connection) generate(s pkcs11.SessionHandle, p dnssec.KeyParams) (objects, error) {
	return variants(p, func(curve []byte, wrapWithTrusted bool) (objects, error) {
		public, private := publicTemplate(p), privateTemplate(p, wrapWithTrusted)
		mechanism := uint(pkcs11.CKM_EC_KEY_PAIR_GEN)
		switch {
		case dnssec.IsRSA(p.Algorithm):
			mechanism = pkcs11.CKM_RSA_PKCS_KEY_PAIR_GEN
			public = append(public,
				pkcs11.NewAttribute(pkcs11.CKA_MODULUS_BITS, p.Bits),
				pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, []byte{1, 0, 1}))
		case p.Algorithm == dnssec.ED25519:
			mechanism = ckmECEdwardsKeyPairGen
			fallthrough
		default:
			public = append(public, pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, curve))
		}
		pub, priv, err := c.module.ctx.GenerateKeyPair(s, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, public, private)
		if err != nil {
			return objects{}, fmt.Errorf("generating a key pair: %w", err)
		}
		return objects{private: priv, public: pub}, nil
	})
}

// create puts a private key and its public one on the token.
func (c *connection) create(s pkcs11.SessionHandle, p dnssec.KeyParams, key crypto.Signer) (objects, error) {
	return variants(p, func(curve []byte, wrapWithTrusted bool) (objects, error) {
		public, private, err := keyValues(key, curve)
		if err != nil {
			return objects{}, err
		}
		defer func() {
			for _, a := range private {
				clear(a.Value)
			}
		}()
		privateAll := append(privateTemplate(p, wrapWithTrusted), private...)
		priv, err := c.module.ctx.CreateObject(s, append(privateAll, pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY)))
		if err != nil {
			return objects{}, fmt.Errorf("creating the private key: %w", err)
		}
		publicAll := append(publicTemplate(p), public...)
		pub, err := c.module.ctx.CreateObject(s, append(publicAll, pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY)))
		if err != nil {
			err = fmt.Errorf("creating the public key: %w", err)
			if e := c.module.ctx.DestroyObject(s, priv); e != nil {
				err = fmt.Errorf("%w (and the private key could not be destroyed: %v)", err, e)
			}
			return objects{}, err
		}
		return objects{private: priv, public: pub}, nil
	})
}

// keyValues are the attributes with the numbers of a key. The private ones are
// copies that the caller clears.
func keyValues(key crypto.Signer, curve []byte) (public, private []*pkcs11.Attribute, err error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if len(key.Primes) != 2 {
			return nil, nil, errors.New("an RSA key of more than two primes")
		}
		kind := pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_RSA)
		modulus := pkcs11.NewAttribute(pkcs11.CKA_MODULUS, key.N.Bytes())
		exponent := pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, big.NewInt(int64(key.E)).Bytes())
		return []*pkcs11.Attribute{kind, modulus, exponent}, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_RSA),
			pkcs11.NewAttribute(pkcs11.CKA_MODULUS, key.N.Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, big.NewInt(int64(key.E)).Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_PRIVATE_EXPONENT, key.D.Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_PRIME_1, key.Primes[0].Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_PRIME_2, key.Primes[1].Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_EXPONENT_1, key.Precomputed.Dp.Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_EXPONENT_2, key.Precomputed.Dq.Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_COEFFICIENT, key.Precomputed.Qinv.Bytes()),
		}, nil
	case *ecdsa.PrivateKey:
		scalar, err := key.Bytes()
		if err != nil {
			return nil, nil, err
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			return nil, nil, err
		}
		public, private = curveValues(pkcs11.CKK_EC, curve, point, bytes.Clone(scalar)) // it is what package ecdsa signs with
		return public, private, nil
	case ed25519.PrivateKey:
		public, private = curveValues(ckkECEdwards, curve, key.Public().(ed25519.PublicKey), key.Seed())
		return public, private, nil
	}
	return nil, nil, fmt.Errorf("keys of type %T are not supported", key)
}

func curveValues(kind uint, curve, point, scalar []byte) (public, private []*pkcs11.Attribute) {
	octets := append([]byte{0x04, byte(len(point))}, point...) // a DER OCTET STRING
	return []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, kind),
			pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, append([]byte(nil), curve...)),
			pkcs11.NewAttribute(pkcs11.CKA_EC_POINT, octets),
		}, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, kind),
			pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, append([]byte(nil), curve...)),
			pkcs11.NewAttribute(pkcs11.CKA_VALUE, scalar),
		}
}
