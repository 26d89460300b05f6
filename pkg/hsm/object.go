//go:build cgo

package hsm

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/big"

	"github.com/miekg/pkcs11"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// Names of PKCS#11 3.0, which the binding does not have.
const (
	ckkECEdwards           = 0x40
	ckmECEdwardsKeyPairGen = 0x1055
	ckmEdDSA               = 0x1057
)

// The values of CKA_EC_PARAMS. Ed25519 has two: the name, which SoftHSM wants,
// and the object identifier of RFC 8410.
var (
	oidP256     = []byte{0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}
	oidP384     = []byte{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22}
	nameEd25519 = append([]byte{0x13, 0x0c}, "edwards25519"...)
	oidEd25519  = []byte{0x06, 0x03, 0x2b, 0x65, 0x70}
)

// objects are the handles of one key pair, on one connection.
type objects struct {
	private, public pkcs11.ObjectHandle
}

// pair finds both halves of a key pair; each must be there once.
func (c *connection) pair(s pkcs11.SessionHandle, ref dnssec.KeyRef) (objects, error) {
	private, err := c.one(s, pkcs11.CKO_PRIVATE_KEY, "private", ref)
	if err != nil {
		return objects{}, err
	}
	public, err := c.one(s, pkcs11.CKO_PUBLIC_KEY, "public", ref)
	if err != nil {
		return objects{}, err
	}
	return objects{private, public}, nil
}

// one finds the only object of a class that has the label and id of ref, those
// that are given.
func (c *connection) one(s pkcs11.SessionHandle, class uint, kind string, ref dnssec.KeyRef) (pkcs11.ObjectHandle, error) {
	handles, err := c.find(s, class, ref)
	switch {
	case err != nil:
		return 0, err
	case len(handles) == 0:
		return 0, fmt.Errorf("no %s key %s on token %q: %w", kind, name(ref), c.label, fs.ErrNotExist)
	case len(handles) > 1:
		return 0, fmt.Errorf("%d %s keys %s on token %q: give label and id", len(handles), kind, name(ref), c.label)
	}
	return handles[0], nil
}

// name is how messages call a key.
func name(ref dnssec.KeyRef) string {
	switch {
	case len(ref.ID) == 0:
		return fmt.Sprintf("%q", ref.Label)
	case ref.Label == "":
		return "with id " + hex.EncodeToString(ref.ID)
	}
	return fmt.Sprintf("%q with id %s", ref.Label, hex.EncodeToString(ref.ID))
}

// find are all objects of a class with label and id of ref, those that are given.
func (c *connection) find(s pkcs11.SessionHandle, class uint, ref dnssec.KeyRef) ([]pkcs11.ObjectHandle, error) {
	template := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, class),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
	}
	if ref.Label != "" {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_LABEL, ref.Label))
	}
	if len(ref.ID) != 0 {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_ID, ref.ID))
	}
	if err := c.module.ctx.FindObjectsInit(s, template); err != nil {
		return nil, fmt.Errorf("finding keys: %w", err)
	}
	var found []pkcs11.ObjectHandle
	for {
		handles, _, err := c.module.ctx.FindObjects(s, 100)
		if err != nil {
			c.module.ctx.FindObjectsFinal(s)
			return nil, fmt.Errorf("finding keys: %w", err)
		}
		if len(handles) == 0 {
			break
		}
		found = append(found, handles...)
	}
	if err := c.module.ctx.FindObjectsFinal(s); err != nil {
		return nil, fmt.Errorf("finding keys: %w", err)
	}
	if class != pkcs11.CKO_PRIVATE_KEY {
		return found, nil
	}
	// Without a login private keys are not refused but unseen: a token that
	// lost the login must not look as if it had lost the key.
	info, err := c.module.ctx.GetSessionInfo(s)
	if err == nil && !isLoggedIn(info) {
		err = pkcs11.Error(pkcs11.CKR_USER_NOT_LOGGED_IN)
	}
	if err != nil {
		return nil, fmt.Errorf("finding keys: %w", err)
	}
	return found, nil
}

// attribute reads one attribute: asked for several, a token without one of them
// gives none.
func (c *connection) attribute(s pkcs11.SessionHandle, object pkcs11.ObjectHandle, kind uint) ([]byte, error) {
	attributes, err := c.module.ctx.GetAttributeValue(s, object, []*pkcs11.Attribute{pkcs11.NewAttribute(kind, nil)})
	if err != nil {
		return nil, fmt.Errorf("reading attribute 0x%x: %w", kind, err)
	}
	if len(attributes) != 1 {
		return nil, fmt.Errorf("reading attribute 0x%x: %d values", kind, len(attributes))
	}
	return attributes[0].Value, nil
}

// publicKey describes a public key object. Flags are 0, and so is the algorithm
// of an RSA key: the token does not know them.
func (c *connection) publicKey(s pkcs11.SessionHandle, object pkcs11.ObjectHandle) (dnssec.KeyInfo, error) {
	var info dnssec.KeyInfo
	label, err := c.attribute(s, object, pkcs11.CKA_LABEL)
	if err != nil {
		return info, err
	}
	info.Label = string(label)
	if info.ID, err = c.attribute(s, object, pkcs11.CKA_ID); err != nil {
		return info, err
	}
	kind, err := c.attribute(s, object, pkcs11.CKA_KEY_TYPE)
	if err != nil {
		return info, err
	}
	number, err := ulong(kind)
	if err != nil {
		return info, err
	}
	switch number {
	case pkcs11.CKK_RSA:
		err = c.rsaPublic(s, object, &info)
	case pkcs11.CKK_EC:
		err = c.ecPublic(s, object, &info)
	case ckkECEdwards:
		err = c.edPublic(s, object, &info)
	default:
		err = unsupportedKind(fmt.Sprintf("key type 0x%x", number))
	}
	if err != nil {
		return info, fmt.Errorf("public key %q: %w", info.Label, err)
	}
	info.Key.Protocol = 3
	return info, nil
}

// unsupportedKind is a key that DNSSEC or this package has no use for.
type unsupportedKind string

func (u unsupportedKind) Error() string { return string(u) + " is not supported" }

func (c *connection) rsaPublic(s pkcs11.SessionHandle, object pkcs11.ObjectHandle, info *dnssec.KeyInfo) error {
	modulus, err := c.attribute(s, object, pkcs11.CKA_MODULUS)
	if err != nil {
		return err
	}
	exponent, err := c.attribute(s, object, pkcs11.CKA_PUBLIC_EXPONENT)
	if err != nil {
		return err
	}
	e := new(big.Int).SetBytes(exponent)
	if e.BitLen() > 31 {
		return unsupportedKind("an RSA exponent above 2^31-1")
	}
	pub := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(e.Int64())}
	key, err := dnssec.NewKey(pub, dnssec.RSASHA256, 0)
	if err != nil {
		return err
	}
	info.Key = key
	info.Key.Algorithm = 0 // the token does not know which of the two
	info.Kind, info.Bits, info.Exponent = dnssec.Kind(pub)
	return nil
}

func (c *connection) ecPublic(s pkcs11.SessionHandle, object pkcs11.ObjectHandle, info *dnssec.KeyInfo) error {
	params, err := c.attribute(s, object, pkcs11.CKA_EC_PARAMS)
	if err != nil {
		return err
	}
	curve, algorithm := elliptic.P256(), dnssec.ECDSAP256SHA256
	switch string(params) {
	case string(oidP256):
	case string(oidP384):
		curve, algorithm = elliptic.P384(), dnssec.ECDSAP384SHA384
	default:
		return unsupportedKind("the curve")
	}
	size := (curve.Params().BitSize + 7) / 8
	point, err := c.point(s, object, 1+2*size)
	if err != nil {
		return err
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return err
	}
	info.Kind, info.Bits, _ = dnssec.Kind(pub)
	info.Key, err = dnssec.NewKey(pub, algorithm, 0)
	return err
}

func (c *connection) edPublic(s pkcs11.SessionHandle, object pkcs11.ObjectHandle, info *dnssec.KeyInfo) error {
	params, err := c.attribute(s, object, pkcs11.CKA_EC_PARAMS)
	if err != nil {
		return err
	}
	if string(params) != string(nameEd25519) && string(params) != string(oidEd25519) {
		return unsupportedKind("the Edwards curve")
	}
	point, err := c.point(s, object, ed25519.PublicKeySize)
	if err != nil {
		return err
	}
	pub := ed25519.PublicKey(point)
	info.Kind, info.Bits, _ = dnssec.Kind(pub)
	info.Key, err = dnssec.NewKey(pub, dnssec.ED25519, 0)
	return err
}

// point reads CKA_EC_POINT of size octets. Some tokens give it as it is, most
// as a DER OCTET STRING; the two differ in length.
func (c *connection) point(s pkcs11.SessionHandle, object pkcs11.ObjectHandle, size int) ([]byte, error) {
	value, err := c.attribute(s, object, pkcs11.CKA_EC_POINT)
	if err != nil {
		return nil, err
	}
	return unwrapPoint(value, size)
}

func unwrapPoint(value []byte, size int) ([]byte, error) {
	switch {
	case len(value) == size:
		return value, nil
	case len(value) == size+2 && value[0] == 0x04 && int(value[1]) == size:
		return value[2:], nil
	}
	return nil, fmt.Errorf("point of %d octets, want %d, or %d with a DER header", len(value), size, size+2)
}

// ulong reads a CK_ULONG in the byte order of this machine.
func ulong(value []byte) (uint64, error) {
	switch len(value) {
	case 8:
		return binary.NativeEndian.Uint64(value), nil
	case 4:
		return uint64(binary.NativeEndian.Uint32(value)), nil
	}
	return 0, fmt.Errorf("number of %d octets", len(value))
}

// custody is how the token keeps a private key.
type custody struct {
	token, private, sign, local          bool
	sensitive, alwaysSensitive           bool
	extractable, neverExtractable        bool
	wrapWithTrusted                      bool
	decrypt, unwrap, derive, signRecover bool
}

// custody reads the attributes of a private key. One that the token does not
// have counts as the worse of its two values.
func (c *connection) custody(s pkcs11.SessionHandle, object pkcs11.ObjectHandle) (custody, error) {
	var k custody
	for _, a := range []struct {
		kind  uint
		value *bool
		worse bool
	}{
		{pkcs11.CKA_TOKEN, &k.token, false},
		{pkcs11.CKA_PRIVATE, &k.private, false},
		{pkcs11.CKA_SIGN, &k.sign, false},
		{pkcs11.CKA_LOCAL, &k.local, false},
		{pkcs11.CKA_SENSITIVE, &k.sensitive, false},
		{pkcs11.CKA_ALWAYS_SENSITIVE, &k.alwaysSensitive, false},
		{pkcs11.CKA_EXTRACTABLE, &k.extractable, true},
		{pkcs11.CKA_NEVER_EXTRACTABLE, &k.neverExtractable, false},
		{pkcs11.CKA_WRAP_WITH_TRUSTED, &k.wrapWithTrusted, false},
		{pkcs11.CKA_DECRYPT, &k.decrypt, false},
		{pkcs11.CKA_UNWRAP, &k.unwrap, false},
		{pkcs11.CKA_DERIVE, &k.derive, false},
		{pkcs11.CKA_SIGN_RECOVER, &k.signRecover, false},
	} {
		value, err := c.attribute(s, object, a.kind)
		switch {
		case errors.Is(err, pkcs11.Error(pkcs11.CKR_ATTRIBUTE_TYPE_INVALID)) || err == nil && len(value) != 1:
			*a.value = a.worse
		case err != nil:
			return k, err
		default:
			*a.value = value[0] != 0
		}
	}
	return k, nil
}

// inTheClear says that the value of the private key can be read from the token.
func (k custody) inTheClear() bool { return !k.sensitive && k.extractable }

// String is a sentence for people who decide about the key.
func (k custody) String() string {
	text := "sensitive and not extractable: it never leaves the token"
	switch {
	case k.inTheClear():
		text = "NOT PROTECTED: it can be read from the token in the clear"
	case k.extractable && k.wrapWithTrusted:
		text = "sensitive, and leaves the token only encrypted under a wrapping key that the security officer has marked as trusted"
	case k.extractable:
		text = "sensitive, and leaves the token only encrypted, but under any wrapping key that a user of the token makes"
	}
	if !k.local || !k.alwaysSensitive {
		text += "; it was not made in the token, or not always protected so"
	}
	return text
}

// describe is what is known of a pair.
func (c *connection) describe(s pkcs11.SessionHandle, o objects) (dnssec.KeyInfo, error) {
	info, err := c.publicKey(s, o.public)
	if err != nil {
		return info, err
	}
	k, err := c.custody(s, o.private)
	if err != nil {
		return info, err
	}
	info.Custody = fmt.Sprintf("on token %q serial %s, %s", c.label, c.serial, k)
	return info, nil
}

// settle puts what the caller knows into info, and refuses what cannot be.
func settle(ref dnssec.KeyRef, info *dnssec.KeyInfo) error {
	if ref.Algorithm != 0 {
		if info.Key.Algorithm != 0 && info.Key.Algorithm != ref.Algorithm ||
			info.Key.Algorithm == 0 && !dnssec.IsRSA(ref.Algorithm) {
			return fmt.Errorf("key %s is %s, no key of %s", name(ref), info.Kind, dnssec.AlgorithmName(ref.Algorithm))
		}
		info.Key.Algorithm = ref.Algorithm
	}
	switch ref.Flags {
	case 0, rr.FlagZone, rr.FlagZone | rr.FlagSEP:
		info.Key.Flags = ref.Flags
		return nil
	}
	return fmt.Errorf("key %s: flags %d, want 256 or 257", name(ref), ref.Flags)
}
