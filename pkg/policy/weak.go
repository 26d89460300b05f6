package policy

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/rr"
)

var ksrKeyWeak = check{
	Check: Check{
		Name:     "KSR-KEY-WEAK",
		Verifies: "no key is one that can be broken: even, with small, shared or close factors, with the modulus of another, from a broken generator (ROCA), of small order",
		Source:   "CVE-2017-15361; Heninger et al. 2012; NIST SP 800-89, Section 5.3.3; RFC 8032, Section 5.1.7",
		Limits:   []string{"weak_keys.factors_below", "weak_keys.fermat_steps"},
	},
	run: func(j *judgement) { j.strong(j.asked, ksrBundleKeys.Name, ksrPolicyKeys.Name) },
}

var skrKeyWeak = check{
	Check: Check{
		Name:     "SKR-KEY-WEAK",
		Verifies: "no key is one that can be broken: even, with small, shared or close factors, with the modulus of another, from a broken generator (ROCA), of small order",
		Source:   "CVE-2017-15361; Heninger et al. 2012; NIST SP 800-89, Section 5.3.3; RFC 8032, Section 5.1.7",
		Limits:   []string{"weak_keys.factors_below", "weak_keys.fermat_steps"},
	},
	run: func(j *judgement) { j.strong(j.answered, skrBundleKeys.Name) },
}

// strong looks at each key once. It waits for the checks that bound the number
// of keys, because it is the one that computes.
func (j *judgement) strong(slots []slot, after ...string) {
	if !j.after(after...) {
		return
	}
	moduli := map[string]modulus{}
	for _, s := range j.before {
		for _, key := range s.keys {
			if len(moduli) < maxDistinct {
				addModulus(moduli, key.DNSKEY)
			}
		}
	}
	for _, key := range j.held {
		addModulus(moduli, key)
	}
	seen := map[string]bool{}
	for i := range slots {
		s := &slots[i]
		for _, key := range s.keys {
			id := keyID(key.DNSKEY)
			if seen[id] {
				continue
			}
			seen[id] = true
			addModulus(moduli, key.DNSKEY)
			if err := weakness(key.DNSKEY, j.limits.WeakKeys); err != nil {
				j.violateAt(s, key.Line, "key %d: %v", key.KeyTag(), err)
				j.hint("destroy the key, and find out how it was generated")
				continue
			}
			j.unshared(s, key, moduli)
		}
	}
}

// modulus is that of an RSA key, and the first key that was seen with it.
type modulus struct {
	n  *big.Int
	id string // keyID
}

func addModulus(moduli map[string]modulus, key rr.DNSKEY) {
	if !dnssec.IsRSA(key.Algorithm) {
		return
	}
	if _, n, err := rsaNumbers(key.PublicKey); err == nil && n.Sign() > 0 {
		if _, seen := moduli[n.String()]; !seen {
			moduli[n.String()] = modulus{n, keyID(key)}
		}
	}
}

// unshared: the key has no prime in common with another, and is not another with
// a new exponent or algorithm: who has the one has the other.
func (j *judgement) unshared(s *slot, key ksr.Key, moduli map[string]modulus) {
	if !dnssec.IsRSA(key.Algorithm) {
		return
	}
	_, n, err := rsaNumbers(key.PublicKey)
	if err != nil {
		return
	}
	if moduli[n.String()].id != keyID(key.DNSKEY) {
		j.violateAt(s, key.Line, "key %d: its modulus is that of another key", key.KeyTag())
		j.hint("generate another key")
		return
	}
	for _, other := range moduli {
		if other.n.Cmp(n) != 0 && new(big.Int).GCD(nil, nil, n, other.n).Cmp(one) != 0 {
			j.violateAt(s, key.Line, "key %d: its modulus shares a factor with that of another key", key.KeyTag())
			j.hint("destroy both keys, and find out how they were generated")
			return
		}
	}
}

var one = big.NewInt(1)

// weakness says why a key should not be used. Keys in a wrong form are reported
// by BUNDLE-KEYS.
func weakness(key rr.DNSKEY, limits WeakKeyLimits) error {
	if key.Algorithm == dnssec.ED25519 {
		return smallOrder(key.PublicKey)
	}
	if !dnssec.IsRSA(key.Algorithm) {
		return nil // a point on a curve of prime order has no weak forms
	}
	exponent, n, err := rsaNumbers(key.PublicKey)
	if err != nil {
		return nil
	}
	switch {
	case n.Bit(0) == 0:
		return errors.New("its modulus is even")
	case exponent.Bit(0) == 0 || exponent.Cmp(big.NewInt(3)) < 0:
		return fmt.Errorf("its exponent %s is not an odd number above 2", short(exponent))
	}
	if p := smallFactor(n, limits.FactorsBelow); p != 0 {
		return fmt.Errorf("its modulus is divisible by %d", p)
	}
	if isROCA(n) {
		return errors.New("its modulus has the form of the broken generator of CVE-2017-15361 (ROCA)")
	}
	if closeFactors(n, limits.FermatSteps) {
		return errors.New("its modulus has two factors so close to each other that Fermat's method finds them")
	}
	return nil
}

// smallOrders are the encodings of the points of Ed25519 of order 1, 2, 4 and 8,
// the ones that are not canonical included, without the sign bit. Signatures by
// such a key can be made by anyone.
var smallOrders = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}

func smallOrder(public []byte) error {
	if len(public) != 32 {
		return nil
	}
	point := append([]byte(nil), public...)
	point[31] &= 0x7f
	text := hex.EncodeToString(point)
	for _, bad := range smallOrders {
		if text == bad {
			return errors.New("it is a point of small order")
		}
	}
	return nil
}
