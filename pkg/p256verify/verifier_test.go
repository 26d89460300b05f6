package p256verify

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// signer is a private key that can make a signature whose verification
// multiplies by given numbers.
type signer struct {
	d        *big.Int
	verifier *Verifier
}

func newSigner(t testing.TB, d *big.Int) *signer {
	t.Helper()
	d = new(big.Int).Mod(d, orderBig)
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), octets(d))
	if err != nil {
		t.Fatal(err)
	}
	v, err := New(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{d, v}
}

// signed is the digest and signature for which u1 and u2 are the factors of the
// generator and of the key: good, unless the sum of both is infinity.
func (s *signer) signed(u1, u2 *big.Int) Signed {
	k := new(big.Int).Mul(u2, s.d)
	k.Add(k, u1).Mod(k, orderBig)
	r := big.NewInt(1)
	if k.Sign() != 0 {
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), octets(k))
		if err != nil {
			panic(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			panic(err)
		}
		r.SetBytes(point[1:33]).Mod(r, orderBig)
	}
	return signedOf(u1, u2, r)
}

// signedOf is the digest and signature with these factors and this r.
func signedOf(u1, u2, r *big.Int) Signed {
	n := new(big.Int).ModInverse(u2, orderBig)
	n.Mul(n, r).Mod(n, orderBig)
	e := new(big.Int).Mul(u1, n)
	return join(e.Mod(e, orderBig), r, n)
}

func join(e, r, s *big.Int) Signed {
	return Signed{Digest: [32]byte(octets(e)), Signature: append(octets(r), octets(s)...)}
}

// compare holds the fast code alone to crypto/ecdsa, and to what is wanted.
func (s *signer) compare(t *testing.T, batch []Signed, want func(i int) bool) {
	t.Helper()
	compare(t, s.verifier, batch, want)
}

func compare(t *testing.T, v *Verifier, batch []Signed, want func(i int) bool) {
	t.Helper()
	g := new(group)
	for start := 0; start < len(batch); start += BatchSize {
		part := batch[start:min(start+BatchSize, len(batch))]
		var good [BatchSize]bool
		for i := range good {
			good[i] = true // of a batch before
		}
		g.verify(part, v.table, &good)
		for i := range part {
			standard := v.standard(&part[i])
			if good[i] != standard {
				t.Fatalf("signature %d, %x of %x: fast %v, crypto/ecdsa %v", start+i, part[i].Signature, part[i].Digest, good[i], standard)
			}
			if want != nil && standard != want(start+i) {
				t.Fatalf("signature %d, %x of %x is good: %v", start+i, part[i].Signature, part[i].Digest, standard)
			}
		}
	}
}

func all(int) bool  { return true }
func none(int) bool { return false }

// relations is keys that are small multiples of the generator, so that its
// multiples meet those of the key.
func relations() []*big.Int {
	var list []*big.Int
	for _, d := range []int64{1, 2, 3, half, half + 1, 2 * half} {
		list = append(list, big.NewInt(d), big.NewInt(-d))
	}
	return append(list, new(big.Int).ModInverse(big.NewInt(2), orderBig), random(source(), orderBig))
}

func TestRFC6979Signatures(t *testing.T) {
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4},
		octets(hexNumber("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6")),
		octets(hexNumber("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"))))
	if err != nil {
		t.Fatal(err)
	}
	v, err := New(public)
	if err != nil {
		t.Fatal(err)
	}
	batch := []Signed{
		{sha256.Sum256([]byte("sample")), append(
			octets(hexNumber("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716")),
			octets(hexNumber("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"))...)},
		{sha256.Sum256([]byte("test")), append(
			octets(hexNumber("F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367")),
			octets(hexNumber("019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"))...)},
	}
	compare(t, v, batch, all)
	batch[0].Digest, batch[1].Digest = batch[1].Digest, batch[0].Digest
	compare(t, v, batch, none)
}

func TestRandomSignaturesAndDamagedOnes(t *testing.T) {
	r := source()
	for _, d := range relations() {
		s := newSigner(t, d)
		var batch []Signed
		for range BatchSize {
			batch = append(batch, s.signed(random(r, orderBig), random(r, orderBig)))
		}
		s.compare(t, batch, all)
		damaged := make([]Signed, len(batch))
		for i, b := range batch {
			damaged[i] = damage(b, batch[(i+1)%len(batch)], r)
		}
		s.compare(t, damaged, none)
		for i := range batch {
			if i%3 == 0 {
				batch[i] = damaged[i]
			}
		}
		s.compare(t, batch, func(i int) bool { return i%3 != 0 })
	}
}

// damage changes a signature or its digest.
func damage(s, other Signed, r *rand.Rand) Signed {
	d := Signed{s.Digest, bytes.Clone(s.Signature)}
	switch r.IntN(6) {
	case 0:
		d.Digest[r.IntN(32)] ^= 1 << r.IntN(8)
	case 1, 2:
		d.Signature[r.IntN(64)] ^= 1 << r.IntN(8)
	case 3:
		d.Digest = other.Digest
	case 4:
		copy(d.Signature[:32], other.Signature)
	case 5:
		copy(d.Signature, s.Signature[32:])
		copy(d.Signature[32:], s.Signature[:32])
	}
	return d
}

// TestFactorsThatMeet has the multiples of generator and key equal, opposite and
// cancelling in all windows.
func TestFactorsThatMeet(t *testing.T) {
	r := source()
	for _, d := range relations() {
		s := newSigner(t, d)
		var batch, infinite []Signed
		for _, u := range append(edges(orderBig, r), big.NewInt(half), big.NewInt(-half), big.NewInt(half+1)) {
			if u = new(big.Int).Mod(u, orderBig); u.Sign() == 0 {
				continue
			}
			opposite := new(big.Int).Sub(orderBig, u)
			toInfinity := new(big.Int).Mul(opposite, s.d)
			infinite = append(infinite,
				s.signed(toInfinity.Mod(toInfinity, orderBig), u),
				signedOf(toInfinity, u, random(r, orderBig)))
			equal := new(big.Int).Mul(u, s.d)
			for _, u1 := range []*big.Int{new(big.Int), u, opposite, equal.Mod(equal, orderBig), new(big.Int).Rsh(u, 1), random(r, orderBig)} {
				k := new(big.Int).Mul(u, s.d)
				if k.Add(k, u1).Mod(k, orderBig).Sign() != 0 {
					batch = append(batch, s.signed(u1, u))
				}
			}
		}
		s.compare(t, batch, all)
		s.compare(t, infinite, none)
	}
}

// TestPointsThatMeetAtEachLevel has the only points of a sum equal or opposite,
// for every pair of windows: so at each level at which rows are added, and at the
// last, which has no division.
func TestPointsThatMeetAtEachLevel(t *testing.T) {
	for shift := range windows {
		s := newSigner(t, new(big.Int).Lsh(big.NewInt(1), uint(shift*windowBits)))
		var equal, opposite, lone []Signed
		for w := range windows - 1 - shift {
			for _, digit := range []int64{1, 5, half - 1, half} {
				u2 := new(big.Int).Lsh(big.NewInt(digit), uint(w*windowBits))
				u1 := new(big.Int).Lsh(u2, uint(shift*windowBits))
				minus := new(big.Int).Sub(orderBig, u1)
				equal = append(equal, s.signed(u1, u2))
				opposite = append(opposite, s.signed(minus, u2), signedOf(minus, u2, generator.x))
				lone = append(lone, s.signed(new(big.Int), u2))
			}
		}
		s.compare(t, equal, all)
		s.compare(t, opposite, none)
		s.compare(t, lone, all)
	}
}

// TestDenseFactorsThatMeet has random windows equal, opposite, or empty.
func TestDenseFactorsThatMeet(t *testing.T) {
	r := source()
	for _, d := range []int64{1, -1, 2, -2} {
		s := newSigner(t, big.NewInt(d))
		var batch []Signed
		for range BatchSize {
			u1, u2 := new(big.Int), new(big.Int)
			for w := range windows - 1 {
				digit := big.NewInt(int64(1 + r.IntN(half)))
				digit.Lsh(digit, uint(w*windowBits))
				switch r.IntN(5) {
				case 0:
					u1.Add(u1, digit)
					u2.Add(u2, digit)
				case 1:
					u1.Add(u1, digit)
					u2.Sub(u2, digit)
				case 2:
					u1.Add(u1, digit)
				case 3:
					u2.Add(u2, digit)
				}
			}
			if u2.Mod(u2, orderBig).Sign() != 0 {
				batch = append(batch, s.signed(u1.Mod(u1, orderBig), u2))
			}
		}
		s.compare(t, batch, nil)
	}
}

func TestNumbersOutOfRangeAreRefused(t *testing.T) {
	s := newSigner(t, big.NewInt(7))
	r := source()
	good := s.signed(random(r, orderBig), random(r, orderBig))
	highest := new(big.Int).Sub(radix, big.NewInt(1))
	rr, ss := good.Signature[:32], good.Signature[32:]
	var batch []Signed
	for _, n := range []*big.Int{new(big.Int), orderBig, new(big.Int).Add(orderBig, big.NewInt(1)), prime, highest} {
		batch = append(batch,
			Signed{good.Digest, slices.Concat(octets(n), ss)},
			Signed{good.Digest, slices.Concat(rr, octets(n))},
			Signed{good.Digest, slices.Concat(octets(n), octets(n))})
	}
	for n := range 130 {
		if n != 64 {
			batch = append(batch, Signed{good.Digest, append(bytes.Clone(good.Signature), make([]byte, 66)...)[:n]})
		}
	}
	batch = append(batch, Signed{good.Digest, nil},
		Signed{good.Digest, slices.Concat(rr, []byte{0}, ss)},
		Signed{good.Digest, slices.Concat([]byte{0}, rr, ss)})
	for i := range batch {
		g := new(group)
		if g.add(i, &batch[i]); g.n != 0 {
			t.Errorf("%x is taken in", batch[i].Signature)
		}
	}
	s.compare(t, batch, none)
	// They do not disturb their neighbours.
	for i := range batch {
		if i%2 == 0 {
			batch[i] = good
		}
	}
	s.compare(t, batch, func(i int) bool { return i%2 == 0 })
}

// recovered is the key for which r and s sign e, if (e/s)G + (r/s)Q is to be the
// point: Q = (sR - eG)/r.
func recovered(t *testing.T, point affine, e, r, s *big.Int) *Verifier {
	t.Helper()
	q := point.times(s).plus(generator.times(e).opposite())
	q = q.times(new(big.Int).ModInverse(r, orderBig))
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, octets(q.x), octets(q.y)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := New(public)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// near is the first x coordinate of a point from a number on, going up or down.
func near(x *big.Int, step int64) affine {
	x = new(big.Int).Set(x)
	for {
		if p, ok := lift(x); ok {
			return p
		}
		x = new(big.Int).Add(x, big.NewInt(step))
	}
}

// TestEdgeValues signs with r and s at the ends of their range, digests outside
// it, and x coordinates that are not below n, with keys made for them.
func TestEdgeValues(t *testing.T) {
	one := big.NewInt(1)
	minus := func(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }
	highest := minus(radix, one)
	border := minus(prime, orderBig)
	digests := []*big.Int{new(big.Int), one, minus(orderBig, one), orderBig, new(big.Int).Add(orderBig, one), prime, highest}
	for name, point := range map[string]affine{
		"lowest r":                        near(one, 1),
		"highest r":                       near(minus(orderBig, one), -1),
		"highest x":                       near(minus(prime, one), -1),
		"x just above n":                  near(new(big.Int).Add(orderBig, one), 1),
		"r just below p-n":                near(minus(border, one), -1),
		"r just above p-n":                near(border, 1),
		"r of 128 bits":                   near(new(big.Int).Lsh(one, 127), 1),
		"y with the other sign, wrapping": near(new(big.Int).Add(orderBig, one), 1).opposite(),
	} {
		t.Run(name, func(t *testing.T) {
			r := new(big.Int).Mod(point.x, orderBig)
			for i, e := range digests {
				s := []*big.Int{one, minus(orderBig, one), big.NewInt(2), random(source(), orderBig)}[i%4]
				v := recovered(t, point, e, r, s)
				// With -s the sum is the opposite point, which has the same x.
				compare(t, v, []Signed{join(e, r, s), join(e, r, minus(orderBig, s))}, all)
				compare(t, v, []Signed{join(e, r, new(big.Int).Add(s, one)), join(new(big.Int).Xor(e, one), r, s)}, none)
				if other := new(big.Int).Add(s, orderBig); other.Cmp(radix) < 0 {
					compare(t, v, []Signed{join(e, r, other)}, none)
				}
				// x itself where it is above n, and r + n where x is below.
				other := new(big.Int).Add(r, orderBig)
				if other.Cmp(radix) < 0 {
					compare(t, v, []Signed{join(e, other, s)}, none)
				}
			}
		})
	}
}

// TestXDoesNotWrapAtP: where r + n is not below p, r + n - p is not the x wanted.
func TestXDoesNotWrapAtP(t *testing.T) {
	for _, start := range []int64{0, 1, 1000} {
		point := near(big.NewInt(start), 1)
		r := new(big.Int).Sub(prime, orderBig)
		r.Add(r, point.x)
		e, s := big.NewInt(12345), big.NewInt(67890)
		compare(t, recovered(t, point, e, r, s), []Signed{join(e, r, s)}, none)
	}
}

func TestVerifyBatchNamesTheBadOnes(t *testing.T) {
	s := newSigner(t, big.NewInt(99))
	r := source()
	var good []Signed
	for range 2*BatchSize + 3 {
		good = append(good, s.signed(random(r, orderBig), random(r, orderBig)))
	}
	for _, size := range []int{0, 1, 2, 3, 17, BatchSize - 1, BatchSize, BatchSize + 1, len(good)} {
		for _, spoilt := range [][]int{nil, {0}, {size - 1}, {size / 2, size - 1}, {1, 2, 3, 4}} {
			batch := slices.Clone(good[:size])
			want := []int{-7}
			for _, i := range spoilt {
				if i >= 0 && i < size && !slices.Contains(want, i) {
					batch[i].Signature = good[(i+1)%len(good)].Signature
					want = append(want, i)
				}
			}
			got, err := s.verifier.VerifyBatch(batch, []int{-7})
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("batch of %d: bad are %v, want %v, error %v", size, got, want, err)
			}
		}
	}
}

func TestVerifyBatchByManyAtOnce(t *testing.T) {
	s := newSigner(t, big.NewInt(99))
	r := source()
	var batch []Signed
	for range 40 {
		batch = append(batch, s.signed(random(r, orderBig), random(r, orderBig)))
	}
	batch[7].Digest[0]++
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 5 {
				if bad, err := s.verifier.VerifyBatch(batch, nil); err != nil || !slices.Equal(bad, []int{7}) {
					t.Errorf("bad are %v, error %v", bad, err)
				}
			}
		})
	}
	wait.Wait()
}

// broken is a verifier whose tables are for another key than its crypto/ecdsa.
func broken(t *testing.T) (v *Verifier, fast, standard *signer) {
	fast, standard = newSigner(t, big.NewInt(5)), newSigner(t, big.NewInt(6))
	return &Verifier{public: standard.verifier.public, table: fast.verifier.table}, fast, standard
}

func TestWronglyRefusedIsADisagreementAndBad(t *testing.T) {
	v, _, standard := broken(t)
	batch := make([]Signed, 5)
	for i := range batch {
		batch[i] = standard.signed(big.NewInt(int64(i+3)), big.NewInt(8))
	}
	bad, err := v.VerifyBatch(batch, nil)
	if !errors.Is(err, ErrDisagreement) || !slices.Equal(bad, []int{0, 1, 2, 3, 4}) {
		t.Errorf("bad are %v, error %v", bad, err)
	}
}

func TestWronglyAcceptedIsFoundByTheSample(t *testing.T) {
	v, fast, _ := broken(t)
	batch := make([]Signed, 2*BatchSize)
	for i := range batch {
		batch[i] = fast.signed(big.NewInt(int64(i+3)), big.NewInt(8))
	}
	bad, err := v.VerifyBatch(batch, nil)
	if !errors.Is(err, ErrDisagreement) || len(bad) != 2 || bad[0] >= BatchSize || bad[1] < BatchSize {
		t.Errorf("bad are %v, error %v", bad, err)
	}
}

func TestSampleDependsOnTheWholeBatch(t *testing.T) {
	s := newSigner(t, big.NewInt(99))
	var batch []Signed
	for i := range 64 {
		batch = append(batch, s.signed(big.NewInt(int64(i+3)), big.NewInt(8)))
	}
	var good [BatchSize]bool
	for i := range batch {
		good[i] = i%2 == 1
	}
	seen := make(map[int]bool)
	for i := range batch {
		batch[i].Digest[31]++
		sample := sampleOf(batch, &good)
		if sample%2 != 1 || sample > 63 {
			t.Fatalf("sample %d is none of the good ones", sample)
		}
		seen[sample] = true
	}
	if len(seen) < 16 {
		t.Errorf("only %d different samples", len(seen))
	}
	if sample := sampleOf(batch, &[BatchSize]bool{}); sample != -1 {
		t.Errorf("sample %d of none", sample)
	}
}

func TestNewRefusesOtherKeys(t *testing.T) {
	p384, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), append(make([]byte, 47), 5))
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]*ecdsa.PublicKey{
		"no key": nil,
		"empty":  {},
		"P-384":  &p384.PublicKey,
	} {
		if v, err := New(key); err == nil || v != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, xy := range map[string][2]*big.Int{
		"off the curve": {generator.x, new(big.Int).Add(generator.y, big.NewInt(1))},
		"zero":          {new(big.Int), new(big.Int)},
		"x above p":     {new(big.Int).Add(prime, near(big.NewInt(1), 1).x), near(big.NewInt(1), 1).y},
		"negative":      {new(big.Int).Neg(generator.x), generator.y},
	} {
		if v, err := New(keyOf(xy[0], xy[1])); err == nil || v != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// FuzzAgreesWithECDSA chooses a key with a relation to the generator, the factors
// of the verification or the numbers themselves, and one change.
func FuzzAgreesWithECDSA(f *testing.F) {
	var signers []*signer
	for _, d := range relations() {
		signers = append(signers, newSigner(f, d))
	}
	f.Add(uint8(0), bytes.Repeat([]byte{1}, 96), uint16(0))
	f.Add(uint8(0x81), bytes.Repeat([]byte{0xff}, 96), uint16(500))
	g := new(group)
	f.Fuzz(func(t *testing.T, key uint8, numbers []byte, change uint16) {
		if len(numbers) < 96 {
			return
		}
		s := signers[int(key&0x7f)%len(signers)]
		a, b := new(big.Int).SetBytes(numbers[:32]), new(big.Int).SetBytes(numbers[32:64])
		raw := Signed{[32]byte(numbers[64:96]), numbers[:64]}
		a.Mod(a, orderBig)
		if b.Mod(b, orderBig).Sign() == 0 {
			b.SetInt64(1)
		}
		made := s.signed(a, b)
		changed := Signed{made.Digest, bytes.Clone(made.Signature)}
		if key&0x80 != 0 {
			changed.Signature[change/8%64] ^= 1 << (change % 8)
		} else {
			changed.Digest[change/8%32] ^= 1 << (change % 8)
		}
		batch := []Signed{raw, made, changed}
		var good [BatchSize]bool
		g.verify(batch, s.verifier.table, &good)
		for i := range batch {
			if standard := s.verifier.standard(&batch[i]); good[i] != standard {
				t.Fatal(fmt.Sprintf("%d: %x of %x", i, batch[i].Signature, batch[i].Digest), "fast", good[i], "crypto/ecdsa", standard)
			}
		}
	})
}

// keyOf is a key that no parser would make.
func keyOf(x, y *big.Int) *ecdsa.PublicKey {
	//lint:ignore SA1019 the way in for a point that is not on the curve
	return &ecdsa.PublicKey{Curve: elliptic.P256(), X: x, Y: y}
}
