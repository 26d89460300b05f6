//go:build libcrypto && cgo

package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"testing"
)

func newHandle(t testing.TB, private crypto.Signer, hash crypto.Hash) *Handle {
	t.Helper()
	h, err := New(private, hash)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

func newP256Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func newRSAKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// digests are count different ones of a size.
func digests(count, size int) [][]byte {
	var all [][]byte
	for i := range count {
		sum := sha256.Sum256(fmt.Append(nil, i))
		all = append(all, append(sum[:], sum[:]...)[:size])
	}
	return all
}

// compare wants of both the same signatures.
func compare(t *testing.T, h *Handle, private crypto.Signer, hash crypto.Hash, inputs [][]byte) {
	t.Helper()
	signatures := make([][]byte, len(inputs))
	if err := h.Sign(inputs, signatures); err != nil {
		t.Fatal(err)
	}
	for i, input := range inputs {
		if want := byGo(t, private, hash, input); !bytes.Equal(signatures[i], want) {
			t.Fatalf("digest %x: signature %x, Go's is %x", input, signatures[i], want)
		}
	}
}

// byGo is the signature that package crypto makes, in the form of an RRSIG record.
func byGo(t *testing.T, private crypto.Signer, hash crypto.Hash, digest []byte) []byte {
	t.Helper()
	made, err := private.Sign(nil, digest, hash)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := private.(*ecdsa.PrivateKey); ok {
		return plain(t, made)
	}
	return made
}

func TestBatchesOfEverySize(t *testing.T) {
	rsaKey, p256Key := newRSAKey(t, 1024), newP256Key(t)
	byRSA, byP256 := newHandle(t, rsaKey, crypto.SHA256), newHandle(t, p256Key, crypto.SHA256)
	for _, count := range []int{0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000} {
		inputs := digests(count, 32)
		compare(t, byP256, p256Key, crypto.SHA256, inputs)
		compare(t, byRSA, rsaKey, crypto.SHA256, inputs[:min(count, 129)])
	}
}

func TestSignUsesTheRoomThereIs(t *testing.T) {
	h := newHandle(t, newP256Key(t), crypto.SHA256)
	inputs, signatures, room := digests(70, 32), make([][]byte, 70), make([]byte, 70*64)
	for i := range signatures {
		signatures[i] = room[i*64 : i*64 : (i+1)*64]
	}
	if n := testing.AllocsPerRun(2, func() {
		if err := h.Sign(inputs, signatures); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for i := range signatures {
		if &signatures[i][0] != &room[i*64] {
			t.Errorf("signature %d is elsewhere", i)
		}
	}
}

func TestSignRefusesWhatIsNoDigest(t *testing.T) {
	for _, h := range []*Handle{newHandle(t, newP256Key(t), crypto.SHA256), newHandle(t, newRSAKey(t, 1024), crypto.SHA256)} {
		for _, size := range []int{0, 20, 31, 33, 48, 64} {
			inputs := digests(3, 32)
			inputs[1] = make([]byte, size)
			if err := h.Sign(inputs, make([][]byte, 3)); err == nil {
				t.Errorf("a digest of %d octets was signed", size)
			}
		}
		if err := h.Sign(digests(3, 32), make([][]byte, 2)); err == nil {
			t.Error("a place too few was accepted")
		}
	}
}

func TestNewRefusesKeysOfOtherKinds(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	threePrimes, err := rsa.GenerateMultiPrimeKey(rand.Reader, 3, 1536) //lint:ignore SA1019 such keys exist
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		private crypto.Signer
		hash    crypto.Hash
	}{
		"P-384":         {p384, crypto.SHA384},
		"P-384 SHA-256": {p384, crypto.SHA256},
		"P-256 SHA-384": {newP256Key(t), crypto.SHA384},
		"Ed25519":       {edwards, 0},
		"three primes":  {threePrimes, crypto.SHA256},
		"RSA SHA-1":     {newRSAKey(t, 1024), crypto.SHA1},
		"RSA SHA-384":   {newRSAKey(t, 1024), crypto.SHA384},
		"nothing":       {nil, crypto.SHA256},
	} {
		if n := Group(row.private, row.hash); n != 0 {
			t.Errorf("%s: group of %d", name, n)
		}
		if _, err := New(row.private, row.hash); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestAClosedHandleSignsNothing(t *testing.T) {
	h := newHandle(t, newP256Key(t), crypto.SHA256)
	h.Close()
	h.Close()
	if err := h.Sign(digests(1, 32), make([][]byte, 1)); err == nil {
		t.Error("it signed")
	}
}

// What nobody closed is freed with the Go half; a wrong free would end the process.
func TestForgottenHandlesAreFreed(t *testing.T) {
	rsaKey, p256Key := newRSAKey(t, 1024), newP256Key(t)
	for range 20 {
		for _, private := range []crypto.Signer{rsaKey, p256Key} {
			h, err := New(private, crypto.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Sign(digests(2, 32), make([][]byte, 2)); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
	}
}

// Handles of one key do not know of each other.
func TestHandlesSignAtTheSameTime(t *testing.T) {
	rsaKey, p256Key := newRSAKey(t, 1024), newP256Key(t)
	var group sync.WaitGroup
	for range 4 {
		byRSA, byP256 := newHandle(t, rsaKey, crypto.SHA512), newHandle(t, p256Key, crypto.SHA256)
		group.Go(func() {
			for range 5 {
				runtime.Gosched() // to other threads
				compare(t, byP256, p256Key, crypto.SHA256, digests(100, 32))
				compare(t, byRSA, rsaKey, crypto.SHA512, digests(20, 64))
			}
		})
	}
	group.Wait()
}

func BenchmarkSign(b *testing.B) {
	p256Key := newP256Key(b)
	for _, count := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprintf("P256/%d", count), func(b *testing.B) { benchmark(b, p256Key, count) })
	}
	for _, bits := range []int{2048, 4096} {
		private := newRSAKey(b, bits)
		b.Run(fmt.Sprintf("RSA%d", bits), func(b *testing.B) { benchmark(b, private, Group(private, crypto.SHA256)) })
	}
}

func benchmark(b *testing.B, private crypto.Signer, count int) {
	h := newHandle(b, private, crypto.SHA256)
	inputs, signatures := digests(count, 32), make([][]byte, count)
	b.ReportAllocs()
	for b.Loop() {
		if err := h.Sign(inputs, signatures); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/signature")
}
