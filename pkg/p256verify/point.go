package p256verify

// point is a point of the curve y^2 = x^3 - 3x + b in affine coordinates. The
// point at infinity is the zero point: no point of the curve has y = 0, because
// its order is odd.
type point struct{ x, y element }

// curveB is b in Montgomery's form.
var curveB = element{0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834}

func (p *point) isInfinity() bool { return p.y.isZero() }

func (p *point) isOnCurve() bool {
	var left, right, t element
	square(&left, &p.y)
	square(&right, &p.x)
	add(&t, &one, &one)
	add(&t, &t, &one)
	sub(&right, &right, &t)
	mul(&right, &right, &p.x)
	add(&right, &right, &curveB)
	return left == right
}

// kind is the case of an addition.
type kind uint8

const (
	chord      kind = iota // a line through two points
	tangent                // the points are equal: the line that touches
	vertical               // they are opposite: the sum is infinity
	takeSecond             // the first is infinity, and perhaps the second
	takeFirst              // only the second is infinity
)

// kindOf is the case of a + b, and sets run to the denominator of the slope, or
// to 1 if no slope is needed: never to 0, which would spoil the inversion for all
// that share it.
func kindOf(run *element, a, b *point) kind {
	sub(run, &b.x, &a.x)
	switch {
	case a.isInfinity():
		*run = one
		return takeSecond
	case b.isInfinity():
		*run = one
		return takeFirst
	case !run.isZero():
		return chord
	case a.y == b.y:
		add(run, &a.y, &a.y)
		return tangent
	}
	*run = one
	return vertical
}

// rise sets z to the numerator of the slope: the difference of y, or 3(x^2 - 1),
// the derivative.
func rise(z *element, k kind, a, b *point) {
	if k == chord {
		sub(z, &b.y, &a.y)
		return
	}
	var t element
	square(&t, &a.x)
	sub(&t, &t, &one)
	add(z, &t, &t)
	add(z, z, &t)
}

// lockstep is the number of additions that share an inversion: enough for it to
// cost little, and few enough for the memory to stay near.
const lockstep = 512

// adder adds points in lockstep.
type adder struct {
	runs     [lockstep]element // the denominators, then the x coordinates of the sums
	products [lockstep]element // of the denominators before each, then inverses, then slopes
	kinds    [lockstep]kind
}

// add sets each out[i] to a[i] + b[i]. They are of one length; out may be a or b.
func (ad *adder) add(out, a, b []point) {
	for len(out) > 0 {
		n := min(len(out), lockstep)
		ad.step(out[:n], a[:n], b[:n])
		out, a, b = out[n:], a[n:], b[n:]
	}
}

// step inverts the product of all denominators, and takes the inverse of each
// out of it from the last to the first (Montgomery's trick). It goes through the
// pairs once for each multiplication rather than once for all of them: those of
// neighbours do not wait for each other.
func (ad *adder) step(out, a, b []point) {
	runs, inverses, kinds := ad.runs[:len(out)], ad.products[:len(out)], ad.kinds[:len(out)]
	all := one
	for i := range runs {
		kinds[i] = kindOf(&runs[i], &a[i], &b[i])
		inverses[i] = all
		mul(&all, &all, &runs[i])
	}
	invert(&all, &all)
	for i := len(runs) - 1; i >= 0; i-- {
		mul(&inverses[i], &inverses[i], &all)
		mul(&all, &all, &runs[i])
	}
	slopes := inverses
	for i := range slopes {
		var up element
		rise(&up, kinds[i], &a[i], &b[i])
		mul(&slopes[i], &slopes[i], &up)
	}
	xs := runs
	for i := range xs {
		square(&xs[i], &slopes[i])
		sub(&xs[i], &xs[i], &a[i].x)
		sub(&xs[i], &xs[i], &b[i].x)
	}
	for i := range out {
		switch kinds[i] {
		case vertical:
			out[i] = point{}
		case takeFirst:
			out[i] = a[i]
		case takeSecond:
			out[i] = b[i]
		default:
			var y element
			sub(&y, &a[i].x, &xs[i])
			mul(&y, &y, &slopes[i])
			sub(&out[i].y, &y, &a[i].y)
			out[i].x = xs[i]
		}
	}
}

// sumHasX says whether the x coordinate of a + b is x, without a division: the
// square of the slope is x + a.x + b.x. Infinity has no x coordinate.
func sumHasX(a, b *point, x *element) bool {
	var run, left element
	k := kindOf(&run, a, b)
	switch k {
	case vertical:
		return false
	case takeFirst:
		return a.x == *x
	case takeSecond:
		return !b.isInfinity() && b.x == *x
	}
	var up element
	rise(&up, k, a, b)
	square(&up, &up)
	square(&run, &run)
	add(&left, x, &a.x)
	add(&left, &left, &b.x)
	mul(&left, &left, &run)
	return left == up
}
