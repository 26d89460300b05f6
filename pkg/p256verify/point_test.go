package p256verify

import (
	"crypto/ecdh"
	"math/big"
	"slices"
	"testing"
)

// samples is points among which all cases of an addition occur.
func samples() []affine {
	var list []affine
	p := generator
	for range 6 {
		list = append(list, p, p.opposite())
		p = p.plus(generator)
	}
	r := source()
	for range 4 {
		list = append(list, generator.times(random(r, orderBig)))
	}
	zero, _ := lift(new(big.Int)) // x is 0, as in infinity
	return append(list, affine{}, zero, zero.opposite())
}

func TestAdderAgreesWithTheTextbookInAllCases(t *testing.T) {
	var a, b, want []point
	seen := make(map[kind]int)
	for _, p := range samples() {
		for _, q := range samples() {
			a, b, want = append(a, p.point()), append(b, q.point()), append(want, p.plus(q).point())
			var run element
			seen[kindOf(&run, &a[len(a)-1], &b[len(b)-1])]++
			if run.isZero() {
				t.Fatal("a denominator of 0")
			}
		}
	}
	for k := chord; k <= takeFirst; k++ {
		if seen[k] == 0 {
			t.Errorf("case %d does not occur", k)
		}
	}
	var ad adder
	for _, n := range []int{1, 2, len(a)} { // len(a) is more than lockstep or not
		out := make([]point, n)
		ad.add(out, a[:n], b[:n])
		for i := range out {
			if out[i] != want[i] {
				t.Fatalf("sum %d of %d is wrong", i, n)
			}
		}
	}
	for len(a) <= lockstep {
		a, b, want = append(a, a...), append(b, b...), append(want, want...)
	}
	ad.add(a, a, b)
	for i := range a {
		if a[i] != want[i] {
			t.Fatalf("sum %d in place is wrong", i)
		}
	}
}

func TestSumHasXAgreesWithTheTextbookInAllCases(t *testing.T) {
	xs := []*big.Int{new(big.Int)}
	for _, p := range samples() {
		if p.x != nil {
			xs = append(xs, p.x)
		}
	}
	for _, p := range samples() {
		for _, q := range samples() {
			a, b, s := p.point(), q.point(), p.plus(q)
			// What the formula for a tangent would give for two points that have none.
			tangent := new(big.Int)
			if p.x != nil {
				tangent.Mul(p.x, p.x).Sub(tangent, big.NewInt(1)).Mul(tangent, big.NewInt(3))
				tangent.Mul(tangent, tangent).Sub(tangent, p.x).Sub(tangent, p.x).Mod(tangent, prime)
			}
			candidates := append(slices.Clone(xs), tangent)
			if s.x != nil {
				candidates = append(candidates, s.x)
			}
			for _, x := range candidates {
				e := elementOf(ptr(limbs(x)))
				want := s.x != nil && s.x.Cmp(x) == 0
				if sumHasX(&a, &b, &e) != want {
					t.Fatalf("the sum of (%x, %x) and (%x, %x) has x %x: want %v", p.x, p.y, q.x, q.y, x, want)
				}
			}
		}
	}
}

// TestTableAgreesWithECDH compares each window's first and last multiples, and
// every 61st between them; and that all are on the curve.
func TestTableAgreesWithECDH(t *testing.T) {
	factor := random(source(), orderBig)
	for name, row := range map[string]struct {
		table  table
		factor *big.Int
	}{
		"generator": {generatorTable(), big.NewInt(1)},
		"key":       {newTable(generator.times(factor).point()), factor},
	} {
		if len(row.table) != windows*half {
			t.Fatalf("%s: %d entries", name, len(row.table))
		}
		for w := range windows {
			for d := 1; d <= half; d++ {
				got := row.table[w*half+d-1]
				if !got.isOnCurve() {
					t.Fatalf("%s: window %d, multiple %d is not on the curve", name, w, d)
				}
				if d > 16 && d < half-16 && d%61 != 0 {
					continue
				}
				k := new(big.Int).Lsh(big.NewInt(int64(d)), uint(w*windowBits))
				k.Mul(k, row.factor).Mod(k, orderBig)
				private, err := ecdh.P256().NewPrivateKey(octets(k))
				if err != nil {
					t.Fatal(err)
				}
				public := private.PublicKey().Bytes()
				if got != pointOf((*[32]byte)(public[1:33]), (*[32]byte)(public[33:])) {
					t.Fatalf("%s: window %d, multiple %d is wrong", name, w, d)
				}
			}
		}
	}
}

func TestLookUp(t *testing.T) {
	table := generatorTable()
	for _, digit := range []int16{-half, -half + 1, -2, -1, 0, 1, 2, half - 1, half} {
		var got point
		table.lookUp(&got, 1, digit)
		k := big.NewInt(int64(digit))
		if want := generator.times(k.Lsh(k, windowBits)).point(); got != want {
			t.Errorf("digit %d: wrong point", digit)
		}
	}
}
