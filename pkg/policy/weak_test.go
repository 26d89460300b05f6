package policy

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math/big"
	"testing"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// For each listed key there are messages that a signature which anyone can write
// down is valid for: s is 0, and R is a point of small order.
func TestSmallOrderKeysCanBeForged(t *testing.T) {
	var points [][]byte
	for _, text := range smallOrders {
		point, err := hex.DecodeString(text)
		if err != nil || len(point) != 32 {
			t.Fatalf("%s: %v", text, err)
		}
		negative := bytes.Clone(point)
		negative[31] |= 0x80
		points = append(points, point, negative)
	}
	for _, public := range points {
		forged := false
		for n := 0; n < 200 && !forged; n++ {
			message := fmt.Appendf(nil, "message %d", n)
			for _, r := range points {
				forged = forged || ed25519.Verify(public, message, append(bytes.Clone(r), make([]byte, 32)...))
			}
		}
		key := rr.DNSKEY{Flags: 257, Protocol: 3, Algorithm: dnssec.ED25519, PublicKey: public}
		if weakness(key, WeakKeyLimits{}) == nil {
			t.Errorf("%x is taken for a good key", public)
		}
		// Two of the negative encodings are refused by the verifier itself.
		if !forged && public[31]&0x80 == 0 {
			t.Errorf("no signature by %x was forged: it has no small order", public)
		}
	}
}

func TestOrdinaryNumbersAreNotWeak(t *testing.T) {
	good, ok := new(big.Int).SetString("b3510a2bcd4ce644c5b594ae5059e12b2f054b658d5da5959a2fdf1871b808bc3df3e628d2792e51aad5c124b43bda453dca5cde4bcf28e7bd4effba0cb4b742bbb6d5a013cb63d1aa3a89e02627ef5398b52c0cfd97d208abeb8d7c9bce0bbeb019a86ddb589beb29a5b74bf861075c677c81d430f030c265247af9d3c9140ccb65309d07e0adc1efd15cf17e7b055d7da3868e4648cc3a180f0ee7f8e1e7b18098a3391b4ce7161e98d57af8a947e201a463e2d6bbca8059e5706e9dfed8f4856465ffa712ed1aa18e888d12dc6aa09ce95ecfca83cc5b0b15db09c8647f5d524c0f2e7620a3416b9623cadc0f097af573261c98c8400aa12af38e43cad84d", 16)
	if !ok {
		t.Fatal("not a number")
	}
	if isROCA(good) {
		t.Error("a good modulus has the fingerprint of ROCA")
	}
	if p := smallFactor(good, 65536); p != 0 {
		t.Errorf("a good modulus is divisible by %d", p)
	}
	if closeFactors(good, 1000) {
		t.Error("a good modulus has close factors")
	}
	for n, want := range map[int64]int{15: 3, 49: 7, 65521 * 65537: 65521, 65537 * 65539: 0} {
		if got := smallFactor(big.NewInt(n), 65536); got != want {
			t.Errorf("%d: small factor %d, want %d", n, got, want)
		}
	}
	for n, want := range map[int64]bool{65537 * 65539: true, 65537 * 65537: true, 3 * 1000003: false} {
		if got := closeFactors(big.NewInt(n), 100); got != want {
			t.Errorf("%d: close factors %v", n, got)
		}
	}
}

func TestRSAKeysInAWrongForm(t *testing.T) {
	for name, wire := range map[string][]byte{
		"short": {1, 3}, "ends in its exponent": {5, 1, 0, 1}, "zero before the exponent": {2, 0, 3, 0xc1},
		"zero before the modulus": {1, 3, 0, 0xc1}, "long form without need": {0, 0, 1, 3, 0xc1},
		"too long": append([]byte{1, 3}, bytes.Repeat([]byte{0xc1}, 513)...), "nothing": nil,
	} {
		if _, _, err := rsaNumbers(wire); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	long := append([]byte{0, 1, 0}, bytes.Repeat([]byte{0xc1}, 256+128)...)
	if e, n, err := rsaNumbers(long); err != nil || e.BitLen() != 2048 || n.BitLen() != 1024 {
		t.Errorf("exponent of 2048 bits: %v", err)
	}
}
