package p256verify

import (
	"encoding/binary"
	"math/bits"
)

// element is a number modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, times 2^256
// (Montgomery's form), lowest limb first. It is always below p, so that equal
// numbers have equal limbs.
type element [4]uint64

// The limbs of p. The lowest is -1 modulo 2^64, so the factor by which p is added
// in a step of Montgomery's reduction is the lowest limb itself, and two of the
// four products in it are shifts.
const (
	p0 = 0xffffffffffffffff
	p1 = 0x00000000ffffffff
	p2 = 0
	p3 = 0xffffffff00000001
)

var (
	one       = element{0x0000000000000001, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe}
	rSquaredP = element{0x0000000000000003, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x00000004fffffffd} // 2^512
)

// elementOf is the number of 4 limbs, which must be below p, in Montgomery's form.
func elementOf(limbs *[4]uint64) element {
	var e element
	mul(&e, (*element)(limbs), &rSquaredP)
	return e
}

// limbsOf is the number that 32 octets are, the highest first.
func limbsOf(octets *[32]byte) [4]uint64 {
	return [4]uint64{
		binary.BigEndian.Uint64(octets[24:]),
		binary.BigEndian.Uint64(octets[16:]),
		binary.BigEndian.Uint64(octets[8:]),
		binary.BigEndian.Uint64(octets[:]),
	}
}

func (e *element) isZero() bool { return e[0]|e[1]|e[2]|e[3] == 0 }

// add sets z to x + y.
func add(z, x, y *element) {
	t0, c := bits.Add64(x[0], y[0], 0)
	t1, c := bits.Add64(x[1], y[1], c)
	t2, c := bits.Add64(x[2], y[2], c)
	t3, c := bits.Add64(x[3], y[3], c)
	subtractP(z, t0, t1, t2, t3, c)
}

// sub sets z to x - y.
func sub(z, x, y *element) {
	t0, b := bits.Sub64(x[0], y[0], 0)
	t1, b := bits.Sub64(x[1], y[1], b)
	t2, b := bits.Sub64(x[2], y[2], b)
	t3, b := bits.Sub64(x[3], y[3], b)
	below := -b // all ones if the difference is below 0
	t0, c := bits.Add64(t0, below, 0)
	t1, c = bits.Add64(t1, below&p1, c)
	t2, c = bits.Add64(t2, 0, c)
	t3, _ = bits.Add64(t3, below&p3, c)
	z[0], z[1], z[2], z[3] = t0, t1, t2, t3
}

// negateIf sets z to -x if all is all ones, and to x if it is 0. x is not 0.
func negateIf(z, x *element, all uint64) {
	t0, b := bits.Sub64(p0, x[0], 0)
	t1, b := bits.Sub64(p1, x[1], b)
	t2, b := bits.Sub64(p2, x[2], b)
	t3, _ := bits.Sub64(p3, x[3], b)
	z[0] = x[0] ^ (x[0]^t0)&all
	z[1] = x[1] ^ (x[1]^t1)&all
	z[2] = x[2] ^ (x[2]^t2)&all
	z[3] = x[3] ^ (x[3]^t3)&all
}

// subtractP sets z to t, which has 257 bits and is below 2p, modulo p.
func subtractP(z *element, t0, t1, t2, t3, t4 uint64) {
	r0, b := bits.Sub64(t0, p0, 0)
	r1, b := bits.Sub64(t1, p1, b)
	r2, b := bits.Sub64(t2, p2, b)
	r3, b := bits.Sub64(t3, p3, b)
	_, b = bits.Sub64(t4, 0, b)
	if b != 0 {
		r0, r1, r2, r3 = t0, t1, t2, t3
	}
	z[0], z[1], z[2], z[3] = r0, r1, r2, r3
}

// mul sets z to x * y.
func mul(z, x, y *element) {
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	var c uint64
	b := y[0]
	h0, t0 := bits.Mul64(x0, b)
	h1, l1 := bits.Mul64(x1, b)
	h2, l2 := bits.Mul64(x2, b)
	h3, l3 := bits.Mul64(x3, b)
	t1, c := bits.Add64(l1, h0, 0)
	t2, c := bits.Add64(l2, h1, c)
	t3, c := bits.Add64(l3, h2, c)
	t4, _ := bits.Add64(h3, 0, c)

	b = y[1]
	h0, l0 := bits.Mul64(x0, b)
	h1, l1 = bits.Mul64(x1, b)
	h2, l2 = bits.Mul64(x2, b)
	h3, l3 = bits.Mul64(x3, b)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3, _ = bits.Add64(h3, 0, c)
	t1, c = bits.Add64(t1, l0, 0)
	t2, c = bits.Add64(t2, l1, c)
	t3, c = bits.Add64(t3, l2, c)
	t4, c = bits.Add64(t4, l3, c)
	t5, _ := bits.Add64(h3, 0, c)

	b = y[2]
	h0, l0 = bits.Mul64(x0, b)
	h1, l1 = bits.Mul64(x1, b)
	h2, l2 = bits.Mul64(x2, b)
	h3, l3 = bits.Mul64(x3, b)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3, _ = bits.Add64(h3, 0, c)
	t2, c = bits.Add64(t2, l0, 0)
	t3, c = bits.Add64(t3, l1, c)
	t4, c = bits.Add64(t4, l2, c)
	t5, c = bits.Add64(t5, l3, c)
	t6, _ := bits.Add64(h3, 0, c)

	b = y[3]
	h0, l0 = bits.Mul64(x0, b)
	h1, l1 = bits.Mul64(x1, b)
	h2, l2 = bits.Mul64(x2, b)
	h3, l3 = bits.Mul64(x3, b)
	l1, c = bits.Add64(l1, h0, 0)
	l2, c = bits.Add64(l2, h1, c)
	l3, c = bits.Add64(l3, h2, c)
	h3, _ = bits.Add64(h3, 0, c)
	t3, c = bits.Add64(t3, l0, 0)
	t4, c = bits.Add64(t4, l1, c)
	t5, c = bits.Add64(t5, l2, c)
	t6, c = bits.Add64(t6, l3, c)
	t7, _ := bits.Add64(h3, 0, c)
	reduce(z, t0, t1, t2, t3, t4, t5, t6, t7)
}

// square sets z to x * x.
func square(z, x *element) {
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	var c uint64
	h01, t1 := bits.Mul64(x0, x1)
	h02, l02 := bits.Mul64(x0, x2)
	h03, l03 := bits.Mul64(x0, x3)
	t2, c := bits.Add64(l02, h01, 0)
	t3, c := bits.Add64(l03, h02, c)
	t4, _ := bits.Add64(h03, 0, c)
	h12, l12 := bits.Mul64(x1, x2)
	h13, l13 := bits.Mul64(x1, x3)
	l13, c = bits.Add64(l13, h12, 0)
	h13, _ = bits.Add64(h13, 0, c)
	t3, c = bits.Add64(t3, l12, 0)
	t4, c = bits.Add64(t4, l13, c)
	h23, l23 := bits.Mul64(x2, x3)
	t5, c := bits.Add64(l23, h13, c)
	t6, _ := bits.Add64(h23, 0, c)
	t7 := t6 >> 63
	t6 = t6<<1 | t5>>63
	t5 = t5<<1 | t4>>63
	t4 = t4<<1 | t3>>63
	t3 = t3<<1 | t2>>63
	t2 = t2<<1 | t1>>63
	t1 = t1 << 1
	h0, t0 := bits.Mul64(x0, x0)
	h1, l1 := bits.Mul64(x1, x1)
	h2, l2 := bits.Mul64(x2, x2)
	h3, l3 := bits.Mul64(x3, x3)
	t1, c = bits.Add64(t1, h0, 0)
	t2, c = bits.Add64(t2, l1, c)
	t3, c = bits.Add64(t3, h1, c)
	t4, c = bits.Add64(t4, l2, c)
	t5, c = bits.Add64(t5, h2, c)
	t6, c = bits.Add64(t6, l3, c)
	t7 = t7 + h3 + c
	reduce(z, t0, t1, t2, t3, t4, t5, t6, t7)
}

// reduce sets z to t / 2^256, where t is below p * 2^256. Each step adds the
// multiple of p that makes the lowest limb 0.
func reduce(z *element, t0, t1, t2, t3, t4, t5, t6, t7 uint64) {
	a0, a1, a2, a3 := t0, t1, t2, t3
	var c uint64
	h, l := bits.Mul64(a0, p3)
	a1, c = bits.Add64(a1, a0<<32, 0)
	a2, c = bits.Add64(a2, a0>>32, c)
	a3, c = bits.Add64(a3, l, c)
	a0, _ = bits.Add64(h, 0, c)
	h, l = bits.Mul64(a1, p3)
	a2, c = bits.Add64(a2, a1<<32, 0)
	a3, c = bits.Add64(a3, a1>>32, c)
	a0, c = bits.Add64(a0, l, c)
	a1, _ = bits.Add64(h, 0, c)
	h, l = bits.Mul64(a2, p3)
	a3, c = bits.Add64(a3, a2<<32, 0)
	a0, c = bits.Add64(a0, a2>>32, c)
	a1, c = bits.Add64(a1, l, c)
	a2, _ = bits.Add64(h, 0, c)
	h, l = bits.Mul64(a3, p3)
	a0, c = bits.Add64(a0, a3<<32, 0)
	a1, c = bits.Add64(a1, a3>>32, c)
	a2, c = bits.Add64(a2, l, c)
	a3, _ = bits.Add64(h, 0, c)
	a0, c = bits.Add64(a0, t4, 0)
	a1, c = bits.Add64(a1, t5, c)
	a2, c = bits.Add64(a2, t6, c)
	a3, a4 := bits.Add64(a3, t7, c)
	r0, c := bits.Sub64(a0, p0, 0)
	r1, c := bits.Sub64(a1, p1, c)
	r2, c := bits.Sub64(a2, p2, c)
	r3, c := bits.Sub64(a3, p3, c)
	_, c = bits.Sub64(a4, 0, c)
	if c != 0 {
		r0 = a0
	}
	if c != 0 {
		r1 = a1
	}
	if c != 0 {
		r2 = a2
	}
	if c != 0 {
		r3 = a3
	}
	z[0], z[1], z[2], z[3] = r0, r1, r2, r3
}

// squareTimes squares z n times.
func squareTimes(z *element, n int) {
	for range n {
		square(z, z)
	}
}

// invert sets z to 1/x, and to 0 if x is: x^(p-2), where p-2 is
// ffffffff 00000001 00000000 00000000 00000000 ffffffff ffffffff fffffffd.
func invert(z, x *element) {
	var x2, x4, x8, x16, x32, t element // xN is x^(2^N-1)
	double := func(to, from *element, n int) {
		*to = *from
		squareTimes(to, n)
		mul(to, to, from)
	}
	double(&x2, x, 1)
	double(&x4, &x2, 2)
	double(&x8, &x4, 4)
	double(&x16, &x8, 8)
	double(&x32, &x16, 16)

	t = x32
	squareTimes(&t, 32)
	mul(&t, &t, x) // ffffffff 00000001
	squareTimes(&t, 128)
	mul(&t, &t, &x32) // and 00000000 00000000 00000000 ffffffff
	squareTimes(&t, 32)
	mul(&t, &t, &x32) // and ffffffff
	squareTimes(&t, 16)
	mul(&t, &t, &x16)
	squareTimes(&t, 8)
	mul(&t, &t, &x8)
	squareTimes(&t, 4)
	mul(&t, &t, &x4)
	squareTimes(&t, 2)
	mul(&t, &t, &x2)
	squareTimes(&t, 2)
	mul(&t, &t, x) // and fffffffd
	*z = t
}
