package policy

import (
	"errors"
	"fmt"
	"math/big"
)

// rsaNumbers reads exponent and modulus of an RSA key without asking whether
// they are any good: RFC 3110, Section 2. Leading zero octets would give one key
// two forms and are refused.
func rsaNumbers(wire []byte) (exponent, modulus *big.Int, err error) {
	if len(wire) < 3 {
		return nil, nil, errors.New("RSA key too short")
	}
	n, rest := int(wire[0]), wire[1:]
	if n == 0 {
		n, rest = int(wire[1])<<8|int(wire[2]), wire[3:]
		if n < 256 {
			return nil, nil, errors.New("RSA exponent length in the long form without need")
		}
	}
	switch {
	case len(rest) <= n:
		return nil, nil, errors.New("RSA key ends within its exponent")
	case rest[0] == 0 || rest[n] == 0:
		return nil, nil, errors.New("RSA key with leading zero octets")
	case len(rest)-n > 512:
		return nil, nil, fmt.Errorf("RSA modulus of %d octets, want 512 at most", len(rest)-n)
	}
	return new(big.Int).SetBytes(rest[:n]), new(big.Int).SetBytes(rest[n:]), nil
}

// short is a number, or its size if it is too long to print.
func short(n *big.Int) string {
	if n.BitLen() > 64 {
		return fmt.Sprintf("of %d bits", n.BitLen())
	}
	return n.String()
}

// smallFactor is a prime below bound that divides n, or 0.
func smallFactor(n *big.Int, bound int) int {
	composite := make([]bool, bound)
	remainder, divisor := new(big.Int), new(big.Int)
	for p := 2; p < bound; p++ {
		if composite[p] {
			continue
		}
		for m := p * p; m < bound; m += p {
			composite[m] = true
		}
		if remainder.Mod(n, divisor.SetInt64(int64(p))).Sign() == 0 && n.Cmp(divisor) != 0 {
			return p
		}
	}
	return 0
}

// rocaPrimes are the primes by which the fingerprint is taken.
var rocaPrimes = []int64{
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73,
	79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
}

// isROCA says whether a modulus has the fingerprint of CVE-2017-15361: modulo
// each small prime it is a power of 65537, because the broken generator makes
// primes of the form k*M + (65537^a mod M). See Nemec et al., "The Return of
// Coppersmith's Attack", Section 2. By chance one key in 2^27 has it too.
func isROCA(n *big.Int) bool {
	remainder := new(big.Int)
	for _, p := range rocaPrimes {
		if !isPower(remainder.Mod(n, big.NewInt(p)).Int64(), p) {
			return false
		}
	}
	return true
}

// isPower says whether r is a power of 65537 modulo the prime p.
func isPower(r, p int64) bool {
	power := int64(1)
	for range p {
		if power == r {
			return true
		}
		power = power * 65537 % p
	}
	return false
}

// closeFactors tries to write n as a^2 - b^2 with a near the root of n: it
// succeeds if the two factors are close (CVE-2022-26320).
func closeFactors(n *big.Int, steps int) bool {
	a := new(big.Int).Sqrt(n)
	square, root := new(big.Int), new(big.Int)
	if square.Mul(a, a).Cmp(n) == 0 {
		return true
	}
	for range steps {
		a.Add(a, one)
		square.Mul(a, a)
		square.Sub(square, n)
		switch square.Bits()[0] & 15 {
		case 0, 1, 4, 9: // the only squares modulo 16
		default:
			continue
		}
		root.Sqrt(square)
		if root.Mul(root, root).Cmp(square) == 0 {
			return true
		}
	}
	return false
}
