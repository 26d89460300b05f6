package p256verify

// group is the memory for up to BatchSize signatures that are verified in
// lockstep. The n that it holds have numbers in range; index says which of the
// batch they are.
type group struct {
	n       int
	index   [BatchSize]int
	e, r, s [BatchSize]scalar // e is the digest, which may be above the order
	product [BatchSize]scalar
	digits  [2 * windows * BatchSize]int16
	points  [2 * windows * BatchSize]point // a row for each window, a point in it for each signature
	adder   adder
	touched uint64
}

// verify says of each of up to BatchSize signatures whether the key with this
// table made it.
func (g *group) verify(part []Signed, key table, good *[BatchSize]bool) {
	g.n = 0
	for i := range part {
		g.add(i, &part[i])
	}
	if g.n > 0 {
		g.cut()
		g.gather(generatorTable(), 0)
		g.gather(key, windows)
		g.sumRows()
	}
	*good = [BatchSize]bool{}
	for i := range g.n {
		good[g.index[i]] = matches(&g.points[i], &g.points[g.n+i], &g.r[i])
	}
}

// add takes a signature in, unless its form is wrong: not 64 octets, or a number
// that is 0 or not below the order.
func (g *group) add(index int, s *Signed) {
	if len(s.Signature) != 64 {
		return
	}
	numbers := (*[64]byte)(s.Signature)
	e, r, t := limbsOf(&s.Digest), limbsOf((*[32]byte)(numbers[:32])), limbsOf((*[32]byte)(numbers[32:]))
	if !isBelowOrder(&r) || !isBelowOrder(&t) || r == [4]uint64{} || t == [4]uint64{} {
		return
	}
	g.index[g.n], g.e[g.n], g.r[g.n], g.s[g.n] = index, e, r, t
	g.n++
}

// cut sets the digits of u1 = e/s, for the generator, and of u2 = r/s, for the
// key. All s are inverted together.
func (g *group) cut() {
	all := oneN
	for i := range g.n {
		mulScalar(&g.s[i], &g.s[i], &rSquaredN)
		g.product[i] = all
		mulScalar(&all, &all, &g.s[i])
	}
	invertScalar(&all, &all)
	for i := g.n - 1; i >= 0; i-- {
		var inverse, u1, u2 scalar // the inverse in Montgomery's form, which multiplying takes away
		mulScalar(&inverse, &all, &g.product[i])
		mulScalar(&all, &all, &g.s[i])
		mulScalar(&u1, &g.e[i], &inverse)
		mulScalar(&u2, &g.r[i], &inverse)
		u1.digits(g.digits[i:], g.n)
		u2.digits(g.digits[windows*g.n+i:], g.n)
	}
}

// gather looks up the points of the windows of one table, as rows from first on.
func (g *group) gather(t table, first int) {
	for w := range windows {
		at := (first + w) * g.n
		digits, points := g.digits[at:at+g.n], g.points[at:at+g.n]
		g.touched ^= t.touch(w, digits)
		for i, d := range digits {
			t.lookUp(&points[i], w, d)
		}
	}
}

// sumRows adds rows to each other until the first two are left.
func (g *group) sumRows() {
	for rows := 2 * windows; rows > 2; {
		pairs := min(rows/2, rows-2)
		rest := rows - pairs
		first := g.points[:pairs*g.n]
		g.adder.add(first, first, g.points[rest*g.n:rows*g.n])
		rows = rest
	}
}

// matches says whether a + b has an x coordinate that is r modulo n. As x is
// below p, and p below 2n, that is r or r + n.
func matches(a, b *point, r *scalar) bool {
	x := elementOf((*[4]uint64)(r))
	if sumHasX(a, b, &x) {
		return true
	}
	wrapped, ok := addOrder(r)
	if !ok {
		return false
	}
	x = elementOf(&wrapped)
	return sumHasX(a, b, &x)
}
