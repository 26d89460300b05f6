package p256verify

import (
	"math/big"
	"testing"
)

func TestScalarAgreesWithBigNumbers(t *testing.T) {
	r := source()
	inverse := new(big.Int).ModInverse(radix, orderBig)
	check := func(x, y *big.Int) {
		xs, ys := scalar(limbs(x)), scalar(limbs(y))
		var z scalar
		want := new(big.Int).Mul(x, y)
		want.Mul(want, inverse).Mod(want, orderBig)
		mulScalar(&z, &xs, &ys)
		wantNumber(t, "mulScalar", z, want, x, y)
		mulScalar(&z, &ys, &xs)
		wantNumber(t, "mulScalar the other way", z, want, x, y)
	}
	// One factor may be any number of 256 bits: a digest.
	below, any256 := edges(orderBig, r), edges(radix, r)
	for _, x := range below {
		for _, y := range any256 {
			check(x, y)
		}
	}
	for range 50000 {
		check(random(r, orderBig), random(r, radix))
	}
}

func TestInvertScalarAgreesWithBigNumbers(t *testing.T) {
	for _, x := range edges(orderBig, source()) {
		z := scalar(limbs(x))
		mulScalar(&z, &z, &rSquaredN)
		invertScalar(&z, &z)
		mulScalar(&z, &z, &scalar{1})
		want := new(big.Int)
		if x.Sign() != 0 {
			want.ModInverse(x, orderBig)
		}
		wantNumber(t, "inverse", z, want, x)
	}
}

func TestScalarConstants(t *testing.T) {
	wantNumber(t, "n", order, orderBig)
	wantNumber(t, "n-2", orderLess2, new(big.Int).Sub(orderBig, big.NewInt(2)))
	wantNumber(t, "2^256", oneN, new(big.Int).Mod(radix, orderBig))
	square := new(big.Int).Mul(radix, radix)
	wantNumber(t, "2^512", rSquaredN, square.Mod(square, orderBig))
	var low uint64 = minusInverseN
	if low*order[0] != ^uint64(0) {
		t.Error("minusInverseN is not -1/n")
	}
}

func TestIsBelowOrder(t *testing.T) {
	for _, x := range edges(radix, source()) {
		if got, want := isBelowOrder(ptr(limbs(x))), x.Cmp(orderBig) < 0; got != want {
			t.Errorf("%x is below the order: %v", x, got)
		}
	}
}

func TestAddOrder(t *testing.T) {
	values := edges(orderBig, source())
	for d := int64(-2); d <= 2; d++ {
		border := new(big.Int).Sub(prime, orderBig)
		values = append(values, border.Add(border, big.NewInt(d)))
	}
	for _, x := range values {
		got, ok := addOrder((*scalar)(ptr(limbs(x))))
		want := new(big.Int).Add(x, orderBig)
		if ok != (want.Cmp(prime) < 0) {
			t.Errorf("%x + n is below p: %v", x, ok)
		}
		if ok {
			wantNumber(t, "addOrder", got, want, x)
		}
	}
}

func TestDigitsAreTheScalar(t *testing.T) {
	r := source()
	values := edges(orderBig, r)
	for range 1000 {
		values = append(values, random(r, orderBig))
	}
	for _, x := range values {
		s := scalar(limbs(x))
		digits := make([]int16, 3*windows)
		s.digits(digits[1:], 3)
		sum := new(big.Int)
		for i := windows - 1; i >= 0; i-- {
			d := int64(digits[1+3*i])
			if d < -half || d > half {
				t.Fatalf("digit %d of %x is %d", i, x, d)
			}
			sum.Lsh(sum, windowBits).Add(sum, big.NewInt(d))
		}
		if sum.Cmp(x) != 0 {
			t.Fatalf("the digits of %x are those of %x", x, sum)
		}
	}
}
