package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/dnssec"
)

// Metadata is one line of a BIND .private file that is not key material, such
// as "Publish: 20260101000000".
type Metadata struct {
	Name  string
	Value string
}

// Time is the moment of a line that holds one.
func (m Metadata) Time() (time.Time, bool) {
	if !slices.Contains(timeTags, m.Name) {
		return time.Time{}, false
	}
	t, err := time.Parse(timeLayout, m.Value)
	return t, err == nil
}

// timeTags and numberTags are the lines of format v1.3 that dnssec-keygen and
// dnssec-settime write after the key.
var (
	timeTags   = []string{"Created", "Publish", "Activate", "Revoke", "Inactive", "Delete", "DSPublish", "SyncPublish", "SyncDelete"}
	numberTags = []string{"Predecessor", "Successor", "MaxTTL", "RollPeriod"}
)

const bindFormat = "v1.3"

// rsaFields are the numbers of an RSA key in the order they are written.
var rsaFields = []string{"Modulus", "PublicExponent", "PrivateExponent", "Prime1", "Prime2", "Exponent1", "Exponent2", "Coefficient"}

// bindPrivate is the content of a .private file.
type bindPrivate struct {
	algorithm uint8
	key       crypto.Signer
	metadata  []Metadata
}

// parseBINDPrivate reads a .private file of format v1.3. The lines may come in
// any order after the first; unknown and repeated ones, ones that belong to
// another algorithm, and references to keys on a token (Engine, Label) are
// refused. No error holds a value of the file.
func parseBINDPrivate(text []byte) (bindPrivate, error) {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	values := map[string][]byte{}
	var p bindPrivate
	for n, line := range lines {
		tag, value, ok := bytes.Cut(line, []byte(": "))
		name := string(tag)
		if !ok || checkText(line) != nil || len(value) == 0 || len(bytes.TrimSpace(value)) != len(value) {
			return bindPrivate{}, fmt.Errorf("line %d is not a name, a colon, a space and a value", n+1)
		}
		if (n == 0) != (name == "Private-key-format") {
			return bindPrivate{}, fmt.Errorf("line %d: the line Private-key-format stands first, and once", n+1)
		}
		switch {
		case slices.Contains(timeTags, name) || slices.Contains(numberTags, name):
			m := Metadata{name, string(value)}
			if !m.valid() {
				return bindPrivate{}, fmt.Errorf("line %d: malformed %s", n+1, name)
			}
			if slices.ContainsFunc(p.metadata, func(o Metadata) bool { return o.Name == name }) {
				return bindPrivate{}, fmt.Errorf("line %d: a second %s", n+1, name)
			}
			p.metadata = append(p.metadata, m)
			continue
		case name == "Engine" || name == "Label":
			return bindPrivate{}, errors.New("the private key is on a token: the file only points to it")
		case name != "Private-key-format" && name != "Algorithm" && name != "PrivateKey" && !slices.Contains(rsaFields, name):
			return bindPrivate{}, fmt.Errorf("line %d: unknown name", n+1)
		}
		if _, twice := values[name]; twice {
			return bindPrivate{}, fmt.Errorf("line %d: a second %s", n+1, name)
		}
		values[name] = value
	}
	if string(values["Private-key-format"]) != bindFormat {
		return bindPrivate{}, errors.New("the format is not " + bindFormat)
	}
	var err error
	if p.algorithm, err = bindAlgorithm(string(values["Algorithm"])); err != nil {
		return bindPrivate{}, err
	}
	delete(values, "Private-key-format")
	delete(values, "Algorithm")
	p.key, err = bindKey(p.algorithm, values)
	if err != nil {
		return bindPrivate{}, err
	}
	return p, nil
}

func (m Metadata) valid() bool {
	if slices.Contains(timeTags, m.Name) {
		t, ok := m.Time()
		return ok && t.Format(timeLayout) == m.Value
	}
	_, err := strconv.ParseUint(m.Value, 10, 32)
	return slices.Contains(numberTags, m.Name) && err == nil
}

// bindAlgorithm reads "8 (RSASHA256)"; the name is a comment, but must be right.
func bindAlgorithm(value string) (uint8, error) {
	digits, comment, named := strings.Cut(value, " ")
	number, err := strconv.ParseUint(digits, 10, 8)
	if err != nil {
		return 0, errors.New("malformed Algorithm")
	}
	algorithm, err := dnssec.ParseAlgorithm(digits)
	if err != nil {
		return 0, err
	}
	if named && comment != "("+dnssec.AlgorithmName(algorithm)+")" {
		return 0, fmt.Errorf("the name of algorithm %d is wrong", number)
	}
	return algorithm, nil
}

// bindKey makes the key from the lines that are left: no more, no fewer than
// its algorithm has.
func bindKey(algorithm uint8, values map[string][]byte) (crypto.Signer, error) {
	want := []string{"PrivateKey"}
	if dnssec.IsRSA(algorithm) {
		want = rsaFields
	}
	numbers := map[string][]byte{}
	defer func() {
		for _, raw := range numbers {
			clear(raw)
		}
	}()
	for _, name := range want {
		value, ok := values[name]
		if !ok {
			return nil, fmt.Errorf("no %s", name)
		}
		raw := make([]byte, base64.StdEncoding.DecodedLen(len(value)))
		n, err := base64.StdEncoding.Strict().Decode(raw, value)
		if err != nil || n == 0 || n > dnssec.MaxRSABits/8 {
			return nil, fmt.Errorf("malformed %s", name)
		}
		numbers[name] = raw[:n]
	}
	if len(values) != len(want) {
		return nil, fmt.Errorf("lines that no key of %s has", dnssec.AlgorithmName(algorithm))
	}
	switch algorithm {
	case dnssec.ECDSAP256SHA256:
		return scalarKey(elliptic.P256(), numbers["PrivateKey"])
	case dnssec.ECDSAP384SHA384:
		return scalarKey(elliptic.P384(), numbers["PrivateKey"])
	case dnssec.ED25519:
		if len(numbers["PrivateKey"]) != ed25519.SeedSize {
			return nil, fmt.Errorf("PrivateKey is not of %d octets", ed25519.SeedSize)
		}
		return ed25519.NewKeyFromSeed(numbers["PrivateKey"]), nil
	}
	return rsaKey(numbers)
}

// scalarKey makes an ECDSA key. A number shorter than the curve's is padded:
// old versions of BIND drop leading zeros.
func scalarKey(curve elliptic.Curve, scalar []byte) (crypto.Signer, error) {
	size := (curve.Params().BitSize + 7) / 8
	if len(scalar) > size {
		return nil, fmt.Errorf("PrivateKey is longer than %d octets", size)
	}
	padded := append(make([]byte, size-len(scalar)), scalar...)
	defer clear(padded)
	key, err := ecdsa.ParseRawPrivateKey(curve, padded)
	if err != nil {
		return nil, errors.New("PrivateKey is not a number below the order of the curve")
	}
	return key, nil
}

// rsaKey makes an RSA key. All eight numbers must fit each other.
func rsaKey(numbers map[string][]byte) (crypto.Signer, error) {
	number := func(name string) *big.Int { return new(big.Int).SetBytes(numbers[name]) }
	exponent := number("PublicExponent")
	if exponent.BitLen() > 31 {
		return nil, errors.New("PublicExponent above 2^31-1")
	}
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: number("Modulus"), E: int(exponent.Int64())},
		D:         number("PrivateExponent"),
		Primes:    []*big.Int{number("Prime1"), number("Prime2")},
	}
	if key.N.BitLen() < minTestBits {
		return nil, fmt.Errorf("RSA modulus below %d bits", minTestBits)
	}
	key.Precompute()
	if key.Validate() != nil {
		return nil, errors.New("the numbers of the RSA key do not belong together")
	}
	computed := key.Precomputed
	if computed.Dp.Cmp(number("Exponent1")) != 0 || computed.Dq.Cmp(number("Exponent2")) != 0 || computed.Qinv.Cmp(number("Coefficient")) != 0 {
		return nil, errors.New("the lines Exponent1, Exponent2 or Coefficient do not belong to the RSA key")
	}
	return key, nil
}

// append appends the text of the file.
func (p bindPrivate) append(dst []byte) ([]byte, error) {
	dst = fmt.Appendf(dst, "Private-key-format: %s\nAlgorithm: %d (%s)\n", bindFormat, p.algorithm, dnssec.AlgorithmName(p.algorithm))
	line := func(name string, raw []byte) {
		dst = append(dst, name+": "...)
		dst = append(base64.StdEncoding.AppendEncode(dst, raw), '\n')
		clear(raw)
	}
	switch key := p.key.(type) {
	case *rsa.PrivateKey:
		if len(key.Primes) != 2 {
			return nil, errors.New("an RSA key of more than two primes has no BIND form")
		}
		numbers := []*big.Int{
			key.N, big.NewInt(int64(key.E)), key.D, key.Primes[0], key.Primes[1],
			key.Precomputed.Dp, key.Precomputed.Dq, key.Precomputed.Qinv,
		}
		for i, number := range numbers {
			line(rsaFields[i], number.Bytes())
		}
	case *ecdsa.PrivateKey:
		scalar, err := key.Bytes()
		if err != nil {
			return nil, err
		}
		line("PrivateKey", bytes.Clone(scalar)) // it is what package ecdsa signs with
	case ed25519.PrivateKey:
		line("PrivateKey", key.Seed())
	default:
		return nil, fmt.Errorf("keys of type %T have no BIND form", key)
	}
	for _, m := range p.metadata {
		dst = fmt.Appendf(dst, "%s: %s\n", m.Name, m.Value)
	}
	return dst, nil
}
