package p256verify

import (
	"crypto/elliptic"
	"math/big"
	"math/rand/v2"
	"testing"
)

// The oracle of the tests: the curve in affine coordinates and math/big, as in a
// textbook.

var (
	prime    = elliptic.P256().Params().P
	orderBig = elliptic.P256().Params().N
	radix    = new(big.Int).Lsh(big.NewInt(1), 256)
)

// affine is a point; infinity has x nil.
type affine struct{ x, y *big.Int }

var generator = affine{elliptic.P256().Params().Gx, elliptic.P256().Params().Gy}

func (a affine) plus(b affine) affine {
	if a.x == nil {
		return b
	}
	if b.x == nil {
		return a
	}
	up, run := new(big.Int).Sub(b.y, a.y), new(big.Int).Sub(b.x, a.x)
	if run.Sign() == 0 {
		if up.Sign() != 0 {
			return affine{}
		}
		up.Mul(a.x, a.x).Sub(up, big.NewInt(1)).Mul(up, big.NewInt(3))
		run.Lsh(a.y, 1)
	}
	slope := up.Mul(up, run.ModInverse(run.Mod(run, prime), prime))
	x := new(big.Int).Mul(slope, slope)
	x.Sub(x, a.x).Sub(x, b.x).Mod(x, prime)
	y := new(big.Int).Sub(a.x, x)
	y.Mul(y, slope).Sub(y, a.y).Mod(y, prime)
	return affine{x, y}
}

func (a affine) times(k *big.Int) affine {
	k = new(big.Int).Mod(k, orderBig)
	var sum affine
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum = sum.plus(sum)
		if k.Bit(i) == 1 {
			sum = sum.plus(a)
		}
	}
	return sum
}

func (a affine) opposite() affine {
	if a.x == nil {
		return a
	}
	return affine{a.x, new(big.Int).Sub(prime, a.y)}
}

// lift is a point with this x coordinate, if there is one.
func lift(x *big.Int) (affine, bool) {
	square := new(big.Int).Exp(x, big.NewInt(3), prime)
	square.Sub(square, new(big.Int).Mul(x, big.NewInt(3))).Add(square, elliptic.P256().Params().B)
	y := square.ModSqrt(square.Mod(square, prime), prime)
	return affine{x, y}, y != nil
}

func (a affine) point() point {
	if a.x == nil {
		return point{}
	}
	return pointOf((*[32]byte)(octets(a.x)), (*[32]byte)(octets(a.y)))
}

func octets(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }

func limbs(n *big.Int) [4]uint64 { return limbsOf((*[32]byte)(octets(n))) }

func number(l [4]uint64) *big.Int {
	n := new(big.Int)
	for i := 3; i >= 0; i-- {
		n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(l[i]))
	}
	return n
}

func hexNumber(text string) *big.Int {
	n, ok := new(big.Int).SetString(text, 16)
	if !ok {
		panic("not a hexadecimal number: " + text)
	}
	return n
}

// source is the same in every run.
func source() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func random(r *rand.Rand, below *big.Int) *big.Int {
	n := number([4]uint64{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()})
	return n.Mod(n, below)
}

// edges is numbers below a modulus where carries are decided: at its ends, at the
// borders of limbs and half limbs, and full limbs.
func edges(modulus *big.Int, r *rand.Rand) []*big.Int {
	var list []*big.Int
	keep := func(n *big.Int) {
		if n.Sign() >= 0 && n.Cmp(modulus) < 0 {
			list = append(list, n)
		}
	}
	for _, around := range []*big.Int{new(big.Int), modulus, new(big.Int).Rsh(modulus, 1), new(big.Int).Mod(radix, modulus), prime, orderBig, radix} {
		for d := int64(-2); d <= 2; d++ {
			keep(new(big.Int).Add(around, big.NewInt(d)))
		}
	}
	for bit := uint(32); bit < 256; bit += 32 {
		for d := int64(-1); d <= 1; d++ {
			n := new(big.Int).Lsh(big.NewInt(1), bit)
			keep(n.Add(n, big.NewInt(d)))
		}
	}
	for mask := range 16 {
		var l [4]uint64
		for i := range l {
			l[i] = -uint64(mask >> i & 1)
		}
		keep(number(l))
	}
	for range 20 {
		keep(random(r, modulus))
	}
	return list
}

func wantNumber(t *testing.T, what string, got [4]uint64, want *big.Int, arguments ...*big.Int) {
	t.Helper()
	if number(got).Cmp(want) != 0 {
		t.Fatalf("%s of %x is %x, want %x", what, arguments, number(got), want)
	}
}
