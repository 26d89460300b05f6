package keyfile

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"countersign/pkg/dnssec"
)

func fromHex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// RFC 6979, Appendix A.2.5 and A.2.6, message "sample".
func TestDeterministicECDSA(t *testing.T) {
	for _, c := range []struct {
		algorithm uint8
		curve     elliptic.Curve
		x, rs     string
	}{
		{dnssec.ECDSAP256SHA256, elliptic.P256(),
			"C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
			"EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" +
				"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
		{dnssec.ECDSAP384SHA384, elliptic.P384(),
			"6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
			"94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46" +
				"99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8"},
	} {
		private, err := ecdsa.ParseRawPrivateKey(c.curve, fromHex(t, c.x))
		if err != nil {
			t.Fatal(err)
		}
		key, err := newKey(private, c.algorithm, 257, false)
		if err != nil {
			t.Fatal(err)
		}
		input, _ := dnssec.SignInput(c.algorithm, []byte("sample"))
		signatures := make([][]byte, 1)
		if err := key.SignBatch([][]byte{input}, signatures); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(signatures[0], fromHex(t, c.rs)) {
			t.Errorf("%s: %X", dnssec.AlgorithmName(c.algorithm), signatures[0])
		}
	}
}

func TestECDSANumbersArePadded(t *testing.T) {
	got, err := appendFixed(nil, []byte{0x30, 7, 2, 1, 5, 2, 2, 0, 0x80}, 3)
	if want := []byte{0, 0, 5, 0, 0, 0x80}; err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, der := range [][]byte{nil, {0x30}, {0x30, 3, 2, 1, 5}, {0x31, 6, 2, 1, 5, 2, 1, 5}, {0x30, 6, 2, 1, 5, 2, 1, 5, 0}, {0x30, 9, 2, 1, 5, 2, 1, 5, 2, 1, 5}, {0x30, 9, 2, 4, 1, 1, 1, 1, 2, 1, 5}} {
		if got, err := appendFixed(nil, der, 3); err == nil {
			t.Errorf("% x gave % x", der, got)
		}
	}
}

func TestSignBatchFillsEveryPlace(t *testing.T) {
	for _, algorithm := range []uint8{dnssec.ECDSAP256SHA256, dnssec.ED25519} {
		private, err := generate(algorithm, 0)
		if err != nil {
			t.Fatal(err)
		}
		key, err := newKey(private, algorithm, 256, false)
		if err != nil {
			t.Fatal(err)
		}
		inputs, signatures := batch(t, algorithm, 100)
		arena := make([]byte, 0, 100)
		signatures[7] = arena
		if err := key.SignBatch(inputs, signatures); err != nil {
			t.Fatal(err)
		}
		for i := range inputs {
			if err := dnssec.VerifyInput(private.Public(), algorithm, inputs[i], signatures[i]); err != nil {
				t.Errorf("signature %d: %v", i, err)
			}
		}
		if &signatures[7][0] != &arena[:1][0] {
			t.Error("the capacity of the place was not used")
		}
		if err := key.SignBatch(inputs, signatures[1:]); err == nil {
			t.Error("a place too few was accepted")
		}
		inputs[50] = inputs[50][:10]
		if err := key.SignBatch(inputs, signatures); (err == nil) != (algorithm == dnssec.ED25519) {
			t.Errorf("a short input gave %v", err)
		}
	}
}

func batch(t testing.TB, algorithm uint8, n int) (inputs, signatures [][]byte) {
	for i := range n {
		input, err := dnssec.SignInput(algorithm, fmt.Appendf(nil, "record %d", i))
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, input)
	}
	return inputs, make([][]byte, n)
}

func BenchmarkSignBatch(b *testing.B) {
	for _, backend := range backends {
		if backend.Check() != nil {
			continue
		}
		for _, algorithm := range algorithms {
			b.Run(dnssec.AlgorithmName(algorithm)+"/"+backend.String(), func(b *testing.B) {
				key := keyWith(b, algorithm, backend)
				inputs, signatures := batch(b, algorithm, 256)
				b.ReportAllocs()
				for b.Loop() {
					if err := key.SignBatch(inputs, signatures); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N*len(inputs))/b.Elapsed().Seconds(), "signatures/s")
			})
		}
	}
}
