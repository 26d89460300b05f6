package p256verify

import (
	"crypto/elliptic"
	"sync"
)

// A scalar is cut into windows of windowBits, each a digit of
// -half to half: sum of digit[i] * 2^(i*windowBits).
const (
	windowBits = 13
	windows    = (257 + windowBits - 1) / windowBits // one bit more than the scalar, for the last carry
	half       = 1 << (windowBits - 1)
)

// table has d * 2^(i*windowBits) * P for each window i and d of 1 to half, at
// [i*half+d-1].
type table []point

// newTable takes windows*half additions.
func newTable(p point) table {
	t := make(table, windows*half)
	var ad adder
	next := p
	for i := range windows {
		row := t[i*half : (i+1)*half]
		fillMultiples(row, next, &ad)
		last := row[half-1:]
		double := make([]point, 1)
		ad.add(double, last, last)
		next = double[0]
	}
	return t
}

// fillMultiples sets row to p, 2p, 3p and so on, doubling what it has: the second
// half is the first with its last point added to each.
func fillMultiples(row []point, p point, ad *adder) {
	row[0] = p
	for have := 1; have < len(row); have *= 2 {
		last := make([]point, have)
		for i := range last {
			last[i] = row[have-1]
		}
		ad.add(row[have:2*have], row[:have], last)
	}
}

// generatorTable is the table of the generator, which all keys share.
var generatorTable = sync.OnceValue(func() table {
	g := elliptic.P256().Params()
	var x, y [32]byte
	g.Gx.FillBytes(x[:])
	g.Gy.FillBytes(y[:])
	return newTable(pointOf(&x, &y))
})

// pointOf is the point with these coordinates, which must be below p.
func pointOf(x, y *[32]byte) point {
	xl, yl := limbsOf(x), limbsOf(y)
	return point{elementOf(&xl), elementOf(&yl)}
}

// digits cuts a scalar that is not in Montgomery's form: digit i goes to
// digits[i*stride].
func (s *scalar) digits(digits []int16, stride int) {
	carry := 0
	for i := range windows {
		d := s.bitsAt(i*windowBits) + carry
		carry = 0
		if d > half {
			d -= 2 * half
			carry = 1
		}
		digits[i*stride] = int16(d)
	}
}

// bitsAt is windowBits bits from a position on.
func (s *scalar) bitsAt(position int) int {
	limb, shift := position/64, position%64
	if limb > 3 {
		return 0
	}
	v := s[limb] >> shift
	if shift+windowBits > 64 && limb < 3 {
		v |= s[limb+1] << (64 - shift)
	}
	return int(v & (1<<windowBits - 1))
}

// lookUp sets z to the multiple that digit says of window i. The sign, which no
// processor can predict, is applied without a branch.
func (t table) lookUp(z *point, i int, digit int16) {
	if digit == 0 {
		*z = point{}
		return
	}
	sign := int(digit) >> 15 // -1 or 0
	p := &t[i*half+(int(digit)^sign)-sign-1]
	z.x = p.x
	negateIf(&z.y, &p.y, uint64(sign))
}

// touch reads one word of each point that will be looked up. The reads do not wait
// for each other, so the memory has begun to send all of them when the first is
// needed.
func (t table) touch(i int, digits []int16) uint64 {
	row := t[i*half : (i+1)*half]
	var words uint64
	for _, d := range digits {
		sign := int(d) >> 15
		words ^= row[((int(d)^sign)-sign-1)&(half-1)].x[0]
	}
	return words
}
