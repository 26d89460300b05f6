//go:build libcrypto && cgo

package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"testing"
)

// plain is r | s of a signature in DER.
func plain(t *testing.T, der []byte) []byte {
	t.Helper()
	var signature struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &signature); err != nil || len(rest) != 0 {
		t.Fatalf("%x: %v", der, err)
	}
	out := make([]byte, 64)
	signature.R.FillBytes(out[:32])
	signature.S.FillBytes(out[32:])
	return out
}

func fromHex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// p256Of is the key whose private number is d.
func p256Of(t *testing.T, d []byte) *ecdsa.PrivateKey {
	t.Helper()
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// RFC 6979, Appendix A.2.5, with SHA-256.
func TestVectorsOfRFC6979(t *testing.T) {
	private := p256Of(t, fromHex(t, "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"))
	h := newHandle(t, private, crypto.SHA256)
	for message, want := range map[string]struct{ k, rs string }{
		"sample": {"A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
			"EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" +
				"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
		"test": {"D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0",
			"F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367" +
				"019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
	} {
		digest := sha256.Sum256([]byte(message))
		signatures := make([][]byte, 1)
		if err := h.Sign([][]byte{digest[:]}, signatures); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(signatures[0], fromHex(t, want.rs)) {
			t.Errorf("%s: signature %X", message, signatures[0])
		}
		if k := h.key.(*p256Key).nonce(digest[:], order()); !bytes.Equal(k, fromHex(t, want.k)) {
			t.Errorf("%s: nonce %X", message, k)
		}
	}
}

func order() []byte { return elliptic.P256().Params().N.Bytes() }

// edges are numbers at which arithmetic modulo the order breaks.
func edges() [][]byte {
	n := elliptic.P256().Params().N
	var all [][]byte
	for _, number := range []*big.Int{
		new(big.Int), big.NewInt(1), big.NewInt(255), big.NewInt(256), new(big.Int).Lsh(big.NewInt(1), 64), new(big.Int).Lsh(big.NewInt(1), 192),
		new(big.Int).Sub(n, big.NewInt(1)), n, new(big.Int).Add(n, big.NewInt(1)), elliptic.P256().Params().P,
		new(big.Int).Rsh(n, 1), new(big.Int).Lsh(big.NewInt(1), 255),
	} {
		all = append(all, number.FillBytes(make([]byte, 32)))
	}
	return append(all, bytes.Repeat([]byte{0xff}, 32))
}

func TestECDSASignaturesAreGos(t *testing.T) {
	private := newP256Key(t)
	h := newHandle(t, private, crypto.SHA256)
	compare(t, h, private, crypto.SHA256, edges())
	inputs := make([][]byte, 5000)
	for i := range inputs {
		inputs[i] = make([]byte, 32)
		rand.Read(inputs[i])
	}
	compare(t, h, private, crypto.SHA256, inputs)
}

// Keys with leading zeros, the least and the greatest.
func TestECDSAWithKeysAtTheEdges(t *testing.T) {
	n := elliptic.P256().Params().N
	for _, d := range edges() {
		if number := new(big.Int).SetBytes(d); number.Sign() == 0 || number.Cmp(n) >= 0 {
			continue
		}
		private := p256Of(t, d)
		h := newHandle(t, private, crypto.SHA256)
		compare(t, h, private, crypto.SHA256, append(edges(), digests(70, 32)...))
	}
}

func TestECDSAKeysOutOfRangeAreRefused(t *testing.T) {
	n := elliptic.P256().Params().N
	for name, d := range map[string]*big.Int{
		"zero": new(big.Int), "order": n, "above": new(big.Int).Add(n, big.NewInt(1)), "long": new(big.Int).Lsh(n, 8), "negative": big.NewInt(-1),
	} {
		private := *newP256Key(t)
		private.D = d //lint:ignore SA1019 there is no other way to a bad key
		if _, err := New(&private, crypto.SHA256); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// A nonce is out of range once in 2^32 signatures, which no test meets; with a
// lower bound it is many times in a row.
func TestNoncesOutOfRangeAreTriedAgain(t *testing.T) {
	private := newP256Key(t)
	d, err := private.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	k := newHandle(t, private, crypto.SHA256).key.(*p256Key)
	for shift := range uint(8) {
		below := new(big.Int).Rsh(elliptic.P256().Params().N, shift)
		again := 0
		for _, digest := range digests(100, 32) {
			want, tries := nonceOfRFC6979(d, digest, below)
			again += tries - 1
			if got := k.nonce(digest, below.FillBytes(make([]byte, 32))); !bytes.Equal(got, want) {
				t.Fatalf("digest %x below %x: nonce %x, want %x", digest, below, got, want)
			}
		}
		if again == 0 && shift > 0 {
			t.Errorf("no nonce was out of range below %x", below)
		}
	}
}

// nonceOfRFC6979 is Section 3.2 as it is written.
func nonceOfRFC6979(x, digest []byte, below *big.Int) (nonce []byte, tries int) {
	mac := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(sha256.New, key)
		for _, part := range parts {
			h.Write(part)
		}
		return h.Sum(nil)
	}
	v, k := bytes.Repeat([]byte{1}, 32), make([]byte, 32)
	k = mac(k, v, []byte{0}, x, digest)
	v = mac(k, v)
	k = mac(k, v, []byte{1}, x, digest)
	v = mac(k, v)
	for tries = 1; ; tries++ {
		v = mac(k, v)
		if number := new(big.Int).SetBytes(v); number.Sign() > 0 && number.Cmp(below) < 0 {
			return v, tries
		}
		k = mac(k, v, []byte{0})
		v = mac(k, v)
	}
}
