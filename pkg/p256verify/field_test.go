package p256verify

import (
	"math/big"
	"testing"
)

func TestFieldAgreesWithBigNumbers(t *testing.T) {
	r := source()
	inverse := new(big.Int).ModInverse(radix, prime)
	check := func(x, y *big.Int) {
		xe, ye := element(limbs(x)), element(limbs(y))
		var z element
		want := new(big.Int)
		mod := func(n *big.Int) *big.Int { return n.Mod(n, prime) }
		mul(&z, &xe, &ye)
		wantNumber(t, "mul", z, mod(want.Mul(x, y).Mul(want, inverse)), x, y)
		add(&z, &xe, &ye)
		wantNumber(t, "add", z, mod(want.Add(x, y)), x, y)
		sub(&z, &xe, &ye)
		wantNumber(t, "sub", z, mod(want.Sub(x, y)), x, y)
		z = xe
		mul(&z, &z, &z)
		wantNumber(t, "mul in place", z, mod(want.Mul(x, x).Mul(want, inverse)), x)
		square(&z, &xe)
		wantNumber(t, "square", z, want, x)
	}
	values := edges(prime, r)
	for _, x := range values {
		for _, y := range values {
			check(x, y)
		}
	}
	for range 100000 {
		check(random(r, prime), random(r, prime))
	}
}

func TestNegateIf(t *testing.T) {
	for _, x := range edges(prime, source()) {
		if x.Sign() == 0 {
			continue // no point has a coordinate y of 0
		}
		e := element(limbs(x))
		var z element
		negateIf(&z, &e, 0)
		wantNumber(t, "nothing", z, x, x)
		negateIf(&z, &e, ^uint64(0))
		wantNumber(t, "negation", z, new(big.Int).Sub(prime, x), x)
	}
}

func TestInvertAgreesWithBigNumbers(t *testing.T) {
	for _, x := range edges(prime, source()) {
		var e, z element
		e = elementOf(ptr(limbs(x)))
		invert(&z, &e)
		mul(&z, &z, &element{1}) // out of Montgomery's form
		want := new(big.Int)
		if x.Sign() != 0 {
			want.ModInverse(x, prime)
		}
		wantNumber(t, "inverse", z, want, x)
	}
}

func TestFieldConstants(t *testing.T) {
	wantNumber(t, "p", [4]uint64{p0, p1, p2, p3}, prime)
	wantNumber(t, "one", one, new(big.Int).Mod(radix, prime))
	square := new(big.Int).Mul(radix, radix)
	wantNumber(t, "2^512", rSquaredP, square.Mod(square, prime))
	g := generator.point()
	if !g.isOnCurve() {
		t.Error("the generator is not on the curve")
	}
	g.x, g.y = g.y, g.x
	if g.isOnCurve() {
		t.Error("a point with its coordinates exchanged is on the curve")
	}
}

func ptr[T any](v T) *T { return &v }
