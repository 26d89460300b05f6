package p256verify

import "math/bits"

// scalar is a number modulo n, the order of the curve, lowest limb first and
// below n. Whether it is in Montgomery's form (times 2^256) its name says.
type scalar [4]uint64

var (
	order      = scalar{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}
	oneN       = scalar{0x0c46353d039cdaaf, 0x4319055258e8617b, 0x0000000000000000, 0x00000000ffffffff} // 2^256
	rSquaredN  = scalar{0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620} // 2^512
	orderLess2 = scalar{0xf3b9cac2fc63254f, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000} // n - 2
)

// minusInverseN is -1/n modulo 2^64.
const minusInverseN = 0xccd1c8aaee00bc4f

// isBelowOrder says whether limbs are a scalar.
func isBelowOrder(limbs *[4]uint64) bool {
	_, b := bits.Sub64(limbs[0], order[0], 0)
	_, b = bits.Sub64(limbs[1], order[1], b)
	_, b = bits.Sub64(limbs[2], order[2], b)
	_, b = bits.Sub64(limbs[3], order[3], b)
	return b != 0
}

// addOrder is r + n, if that is below p.
func addOrder(r *scalar) ([4]uint64, bool) {
	t0, c := bits.Add64(r[0], order[0], 0)
	t1, c := bits.Add64(r[1], order[1], c)
	t2, c := bits.Add64(r[2], order[2], c)
	t3, c := bits.Add64(r[3], order[3], c)
	_, b := bits.Sub64(t0, p0, 0)
	_, b = bits.Sub64(t1, p1, b)
	_, b = bits.Sub64(t2, p2, b)
	_, b = bits.Sub64(t3, p3, b)
	return [4]uint64{t0, t1, t2, t3}, c == 0 && b == 1
}

// mulScalar sets z to x * y / 2^256 modulo n, below n, if one of the factors is
// below n and the other below 2^256.
func mulScalar(z, x, y *scalar) {
	var t0, t1, t2, t3, t4, t5 uint64 // t4 is at most 1 after each round: t is below n + 2^256
	for i := range 4 {
		b := y[i]
		h0, l0 := bits.Mul64(x[0], b)
		h1, l1 := bits.Mul64(x[1], b)
		h2, l2 := bits.Mul64(x[2], b)
		h3, l3 := bits.Mul64(x[3], b)
		l1, c := bits.Add64(l1, h0, 0)
		l2, c = bits.Add64(l2, h1, c)
		l3, c = bits.Add64(l3, h2, c)
		h3 += c
		t0, c = bits.Add64(t0, l0, 0)
		t1, c = bits.Add64(t1, l1, c)
		t2, c = bits.Add64(t2, l2, c)
		t3, c = bits.Add64(t3, l3, c)
		t4, t5 = bits.Add64(t4, h3, c)

		m := t0 * minusInverseN
		h0, l0 = bits.Mul64(m, order[0])
		h1, l1 = bits.Mul64(m, order[1])
		h2, l2 = bits.Mul64(m, order[2])
		h3, l3 = bits.Mul64(m, order[3])
		l1, c = bits.Add64(l1, h0, 0)
		l2, c = bits.Add64(l2, h1, c)
		l3, c = bits.Add64(l3, h2, c)
		h3 += c
		_, c = bits.Add64(t0, l0, 0)
		t0, c = bits.Add64(t1, l1, c)
		t1, c = bits.Add64(t2, l2, c)
		t2, c = bits.Add64(t3, l3, c)
		t3, c = bits.Add64(t4, h3, c)
		t4 = t5 + c
	}
	r0, b := bits.Sub64(t0, order[0], 0)
	r1, b := bits.Sub64(t1, order[1], b)
	r2, b := bits.Sub64(t2, order[2], b)
	r3, b := bits.Sub64(t3, order[3], b)
	if _, b = bits.Sub64(t4, 0, b); b != 0 {
		r0, r1, r2, r3 = t0, t1, t2, t3
	}
	z[0], z[1], z[2], z[3] = r0, r1, r2, r3
}

// invertScalar sets z to 1/x, both in Montgomery's form, and to 0 if x is:
// x^(n-2).
func invertScalar(z, x *scalar) {
	t := oneN
	for i := 255; i >= 0; i-- {
		mulScalar(&t, &t, &t)
		if orderLess2[i/64]>>(i%64)&1 == 1 {
			mulScalar(&t, &t, x)
		}
	}
	*z = t
}
