package ksrfixture

import (
	"crypto"
	"crypto/rand"
	"encoding/hex"
	"io"
	"math/big"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// textbook signs with RSA by the book, because crypto/rsa refuses keys as bad as
// those below.
type textbook struct{ n, d *big.Int }

func (t textbook) Public() crypto.PublicKey { return nil }

// sha256Info is the DigestInfo of SHA-256. See RFC 8017, Section 9.2.
const sha256Info = "3031300d060960864801650304020105000420"

func (t textbook) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	info, err := hex.DecodeString(sha256Info)
	if err != nil {
		return nil, err
	}
	size := (t.n.BitLen() + 7) / 8
	block := make([]byte, size)
	block[1] = 1
	tail := append(info, digest...)
	for i := 2; i < size-len(tail)-1; i++ {
		block[i] = 0xff
	}
	copy(block[size-len(tail):], tail)
	m := new(big.Int).Exp(new(big.Int).SetBytes(block), t.d, t.n)
	return m.FillBytes(make([]byte, size)), nil
}

var one = big.NewInt(1)

// rsaOf is the RSA/SHA-256 key with these primes.
func rsaOf(name string, flags uint16, exponent int64, primes ...*big.Int) *Key {
	n, phi := big.NewInt(1), big.NewInt(1)
	for _, p := range primes {
		n.Mul(n, p)
		phi.Mul(phi, new(big.Int).Sub(p, one))
	}
	e := big.NewInt(exponent)
	d := new(big.Int).ModInverse(e, phi)
	if d == nil {
		return nil
	}
	key := rr.DNSKEY{Flags: flags, Protocol: 3, Algorithm: dnssec.RSASHA256, PublicKey: rsaWire(e, n)}
	return &Key{Name: name, key: key, signer: textbook{n, d}, primes: primes}
}

func rsaWire(e, n *big.Int) []byte {
	exponent := e.Bytes()
	return append(append([]byte{byte(len(exponent))}, exponent...), n.Bytes()...)
}

// until makes keys until one has a modulus of 2048 bits.
func until(make func() *Key) *Key {
	for {
		if key := make(); key != nil && new(big.Int).SetBytes(key.key.PublicKey[1+int(key.key.PublicKey[0]):]).BitLen() == 2048 {
			return key
		}
	}
}

func prime(bits int) *big.Int {
	p, err := rand.Prime(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return p
}

// ExponentThree has the exponent 3.
func ExponentThree(name string) *Key {
	return until(func() *Key { return rsaOf(name, 256, 3, prime(1024), prime(1024)) })
}

// SmallFactor has a modulus divisible by 65521.
func SmallFactor(name string) *Key {
	return until(func() *Key { return rsaOf(name, 256, 65537, big.NewInt(65521), prime(1016), prime(1016)) })
}

// CloseFactors has two primes next to each other.
func CloseFactors(name string) *Key {
	return until(func() *Key {
		p := prime(1024)
		q := new(big.Int).Add(p, big.NewInt(2))
		for !q.ProbablyPrime(20) {
			q.Add(q, big.NewInt(2))
		}
		return rsaOf(name, 256, 65537, p, q)
	})
}

// SharedFactor shares a prime with another RSA key.
func SharedFactor(name string, other *Key) *Key {
	return until(func() *Key { return rsaOf(name, 256, 65537, other.primes[0], prime(1024)) })
}

// SameModulus is another RSA key with another exponent, which it returns.
func SameModulus(name string, other *Key) (*Key, int) {
	for exponent := int64(3); ; exponent += 2 {
		if key := rsaOf(name, 256, exponent, other.primes...); key != nil {
			return key, int(exponent)
		}
	}
}

// ROCA has primes as the generator of CVE-2017-15361 made them: k*M + (65537^a
// mod M), with M the product of the first 39 primes.
func ROCA(name string, flags uint16) *Key {
	m := big.NewInt(1)
	for p := int64(2); p <= 167; p++ {
		if big.NewInt(p).ProbablyPrime(0) {
			m.Mul(m, big.NewInt(p))
		}
	}
	// k is such that p has its two highest bits set.
	top := new(big.Int).Lsh(one, 1022)
	below := new(big.Int).Div(top, m)
	floor := new(big.Int).Div(new(big.Int).Mul(top, big.NewInt(3)), m)
	bad := func() *big.Int {
		for {
			a, err := rand.Int(rand.Reader, m)
			if err != nil {
				panic(err)
			}
			p := new(big.Int).Exp(big.NewInt(65537), a, m)
			k, err := rand.Int(rand.Reader, below)
			if err != nil {
				panic(err)
			}
			k.Add(k, floor)
			p.Add(p, k.Mul(k, m))
			if p.BitLen() == 1024 && p.ProbablyPrime(10) {
				return p
			}
		}
	}
	return until(func() *Key { return rsaOf(name, flags, 65537, bad(), bad()) })
}

// Even has an even modulus and so cannot sign.
func Even(name string) *Key {
	n := new(big.Int).Lsh(new(big.Int).Mul(prime(1024), prime(1023)), 1)
	return &Key{Name: name, key: rr.DNSKEY{Flags: 256, Protocol: 3, Algorithm: dnssec.RSASHA256, PublicKey: rsaWire(big.NewInt(65537), n)}}
}

// SameTag generates keys of a fast algorithm until two have one tag.
func SameTag(first, second string, algorithm uint8, flags uint16) (*Key, *Key) {
	seen := map[uint16]*Key{}
	for {
		key := NewKey(first, algorithm, 0, flags)
		if other := seen[key.key.KeyTag()]; other != nil {
			key.Name = second
			return other, key
		}
		seen[key.key.KeyTag()] = key
	}
}
