package p256verify

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"fmt"
	"math/big"
	"testing"
)

func benchmarkBatch(b *testing.B, s *signer) []Signed {
	r := source()
	batch := make([]Signed, 4096)
	for i := range batch {
		batch[i] = s.signed(random(r, orderBig), random(r, orderBig))
	}
	b.ResetTimer()
	return batch
}

func perSignature(b *testing.B, signatures int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(signatures), "ns/signature")
}

func BenchmarkVerifyBatch(b *testing.B) {
	s := newSigner(b, random(source(), orderBig))
	for _, n := range []int{1, 3, 16, 64, 256, 1024} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			batch := benchmarkBatch(b, s)
			bad := make([]int, 0, n)
			signatures := 0
			for b.Loop() {
				at := signatures % (len(batch) - n + 1)
				if bad, err := s.verifier.VerifyBatch(batch[at:at+n], bad); err != nil || len(bad) > 0 {
					b.Fatal(bad, err)
				}
				signatures += n
			}
			perSignature(b, signatures)
		})
	}
}

// BenchmarkStandard is crypto/ecdsa, with signatures that are in ASN.1 already.
func BenchmarkStandard(b *testing.B) {
	s := newSigner(b, random(source(), orderBig))
	batch := benchmarkBatch(b, s)
	for i := range batch {
		var err error
		batch[i].Signature, err = asn1.Marshal([]*big.Int{
			new(big.Int).SetBytes(batch[i].Signature[:32]), new(big.Int).SetBytes(batch[i].Signature[32:])})
		if err != nil {
			b.Fatal(err)
		}
	}
	signatures := 0
	for b.Loop() {
		one := &batch[signatures%len(batch)]
		if !ecdsa.VerifyASN1(s.verifier.public, one.Digest[:], one.Signature) {
			b.Fatal("refused")
		}
		signatures++
	}
	perSignature(b, signatures)
}

func BenchmarkNew(b *testing.B) {
	s := newSigner(b, random(source(), orderBig))
	for b.Loop() {
		if _, err := New(s.verifier.public); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMul(b *testing.B) {
	x, y := generator.point().x, generator.point().y
	for b.Loop() {
		mul(&x, &x, &y)
	}
}

func BenchmarkSquare(b *testing.B) {
	x := generator.point().x
	for b.Loop() {
		square(&x, &x)
	}
}
