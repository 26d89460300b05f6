package zonesign

import (
	"errors"
	"fmt"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// Config says how to sign.
type Config struct {
	// Now is the moment of signing. Signatures are valid from Now minus
	// InceptionOffset until Now plus Validity, in whole seconds.
	Now             time.Time
	InceptionOffset time.Duration
	Validity        time.Duration

	// ZSKs sign every authoritative RRset, each of them. There is one for each
	// algorithm in the DNSKEY RRset, normally.
	ZSKs []ActiveKey

	// Bundle is the part of the SKR that is in force.
	Bundle Bundle

	Denial Denial
	NSEC3  NSEC3Params // for NSEC3 only

	// Refresh is how long a signature of an earlier version must still last to be
	// kept. What Sign makes does not depend on it.
	Refresh time.Duration

	// ZONEMD asks for a digest of the zone (RFC 8976): scheme SIMPLE, SHA-384.
	ZONEMD bool

	// Serial and LastSerial decide the SOA serial: see NextSerial.
	Serial     SerialPolicy
	LastSerial *uint32

	// MaxTTL is the largest TTL allowed in the signed zone, in seconds. 0 is no
	// limit.
	MaxTTL uint32

	// Workers is how many batches are signed at the same time. 0 is as many as
	// there are cores. The result does not depend on it, as far as the
	// signatures do not: some signers of ECDSA draw random numbers.
	Workers int
}

// ActiveKey is a ZSK that signs: the key as the DNSKEY RRset has it, and its
// private half.
type ActiveKey struct {
	Key    rr.DNSKEY
	Signer dnssec.Signer
}

// SignedSet is an RRset that comes with its signatures.
type SignedSet struct {
	Set        rr.Set
	Signatures []rr.RRSIG
}

// Bundle is the key sets that the KSK operator signed. CDS and CDNSKEY are for
// zones with a parent, and may be empty (RFC 7344).
type Bundle struct {
	DNSKEY  SignedSet
	CDS     SignedSet
	CDNSKEY SignedSet
}

// sets are the sets of the bundle that are there, ascending by type.
func (b *Bundle) sets() []SignedSet {
	sets := []SignedSet{b.DNSKEY}
	for _, s := range []SignedSet{b.CDS, b.CDNSKEY} {
		if len(s.Set.Data) > 0 {
			sets = append(sets, s)
		}
	}
	return sets
}

// check checks what must hold before the first signature is made. Nothing that
// is wrong with keys or times can be mended by signing.
func (c *Config) check(origin rr.Name) error {
	switch {
	case c.Validity <= 0:
		return fmt.Errorf("validity %s is not above zero", c.Validity)
	case c.InceptionOffset < 0:
		return fmt.Errorf("inception offset %s is below zero", c.InceptionOffset)
	case c.inception().Unix() < 0 || c.expiration().Unix() > 1<<32-1:
		return fmt.Errorf("signatures from %s to %s are not between 1970 and 2106", c.inception(), c.expiration())
	case !c.inception().Before(c.expiration()):
		return errors.New("signatures would be valid for less than a second")
	case c.Refresh < 0 || c.Refresh >= c.Validity:
		return fmt.Errorf("refresh %s is not between zero and the validity %s", c.Refresh, c.Validity)
	case c.Denial != NSEC && c.Denial != NSEC3:
		return fmt.Errorf("unknown kind of denial %d", c.Denial)
	case len(c.ZSKs) == 0:
		return errors.New("no ZSK to sign with")
	case len(c.Bundle.DNSKEY.Set.Data) == 0:
		return errors.New("no bundle: there is no signed DNSKEY RRset")
	}
	if err := c.NSEC3.check(); err != nil {
		return err
	}
	if size := 1 + hashLabel + len(origin); c.Denial == NSEC3 && size > maxName {
		return fmt.Errorf("the owners of NSEC3 records would have %d octets, at most %d are possible: the zone can have NSEC only", size, maxName)
	}
	keys, err := c.Bundle.keys()
	if err != nil {
		return err
	}
	if err := c.checkBundle(origin, keys); err != nil {
		return err
	}
	return c.checkZSKs(keys)
}

func (c *Config) inception() time.Time {
	return c.Now.Add(-c.InceptionOffset).UTC().Truncate(time.Second)
}

func (c *Config) expiration() time.Time {
	return c.Now.Add(c.Validity).UTC().Truncate(time.Second)
}

// keys are the keys of the DNSKEY RRset.
func (b *Bundle) keys() ([]rr.DNSKEY, error) {
	keys := make([]rr.DNSKEY, 0, len(b.DNSKEY.Set.Data))
	for _, rdata := range b.DNSKEY.Set.Data {
		key, err := rr.ParseDNSKEY(rdata)
		if err != nil {
			return nil, fmt.Errorf("bundle: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// checkZSKs checks that each ZSK is published and fit to sign, and that they
// cover all algorithms. RFC 4035, Section 2.2: "There MUST be an RRSIG for each
// RRset using at least one DNSKEY of each algorithm in the zone apex DNSKEY
// RRset."
func (c *Config) checkZSKs(published []rr.DNSKEY) error {
	signs := map[uint8]bool{}
	tags := map[[2]uint16]bool{}
	for _, zsk := range c.ZSKs {
		tag := zsk.Key.KeyTag()
		id := [2]uint16{tag, uint16(zsk.Key.Algorithm)}
		switch {
		case zsk.Signer == nil:
			return fmt.Errorf("ZSK %d has no signer", tag)
		case !dnssec.SameKey(zsk.Key, zsk.Signer.Key()):
			return fmt.Errorf("ZSK %d: the signer has another key", tag)
		case zsk.Key.Flags&rr.FlagZone == 0 || zsk.Key.IsRevoked():
			return fmt.Errorf("ZSK %d has flags %d: it is no zone key or is revoked", tag, zsk.Key.Flags)
		case !contains(published, zsk.Key):
			return fmt.Errorf("ZSK %d is not in the DNSKEY RRset of the bundle", tag)
		case tags[id]:
			return fmt.Errorf("ZSK %d is there twice", tag)
		}
		tags[id], signs[zsk.Key.Algorithm] = true, true
	}
	for _, key := range published {
		if !signs[key.Algorithm] {
			return fmt.Errorf("the DNSKEY RRset has a key of %s (%d), and no ZSK signs with it", dnssec.AlgorithmName(key.Algorithm), key.KeyTag())
		}
	}
	return nil
}

func contains(keys []rr.DNSKEY, key rr.DNSKEY) bool {
	for _, k := range keys {
		if k.Flags == key.Flags && dnssec.SameKey(k, key) {
			return true
		}
	}
	return false
}

// checkBundle checks each set of the bundle and its signatures.
func (c *Config) checkBundle(origin rr.Name, keys []rr.DNSKEY) error {
	want := []rr.Type{rr.TypeDNSKEY, rr.TypeCDS, rr.TypeCDNSKEY}
	for i, s := range []*SignedSet{&c.Bundle.DNSKEY, &c.Bundle.CDS, &c.Bundle.CDNSKEY} {
		set := &s.Set
		if len(set.Data) == 0 {
			if len(s.Signatures) > 0 {
				return fmt.Errorf("bundle: signatures over %s, and no records", want[i])
			}
			continue
		}
		switch {
		case set.Type != want[i]:
			return fmt.Errorf("bundle: a set of type %s in place of %s", set.Type, want[i])
		case set.Owner != origin:
			return fmt.Errorf("bundle: %s RRset of %s, want %s", set.Type, set.Owner, origin)
		case !set.IsCanonical():
			return fmt.Errorf("bundle: %s RRset not in canonical order", set.Type)
		case len(s.Signatures) == 0:
			return fmt.Errorf("bundle: %s RRset without a signature", set.Type)
		}
		signed := map[uint8]bool{}
		for k := range s.Signatures {
			if err := c.checkBundleSignature(set, &s.Signatures[k], origin, keys); err != nil {
				return err
			}
			signed[s.Signatures[k].Algorithm] = true
		}
		for _, key := range keys {
			if !signed[key.Algorithm] {
				return fmt.Errorf("bundle: no signature of %s over the %s RRset, and the DNSKEY RRset has a key of it", dnssec.AlgorithmName(key.Algorithm), set.Type)
			}
		}
	}
	return nil
}

func (c *Config) checkBundleSignature(set *rr.Set, sig *rr.RRSIG, origin rr.Name, keys []rr.DNSKEY) error {
	switch {
	case sig.SignerName != origin:
		return fmt.Errorf("bundle: signature over %s by %s, want %s", set.Type, sig.SignerName, origin)
	case c.Now.Before(sig.Inception) || !c.Now.Before(sig.Expiration):
		return fmt.Errorf("bundle: signature over %s is valid from %s to %s, not at %s", set.Type,
			sig.Inception.Format(time.RFC3339), sig.Expiration.Format(time.RFC3339), c.Now.UTC().Format(time.RFC3339))
	}
	err := errors.New("the DNSKEY RRset has no such key")
	for _, key := range keys {
		if key.KeyTag() == sig.KeyTag && key.Algorithm == sig.Algorithm {
			if err = dnssec.Verify(set, sig, key); err == nil {
				return nil
			}
		}
	}
	return fmt.Errorf("bundle: signature over %s by key %d: %w", set.Type, sig.KeyTag, err)
}

// signatureSize is the length of the signatures of a key, in octets.
func signatureSize(key rr.DNSKEY) (int, error) {
	bits, _, err := dnssec.KeyBits(key)
	if err != nil {
		return 0, err
	}
	switch key.Algorithm {
	case dnssec.ECDSAP256SHA256, dnssec.ECDSAP384SHA384, dnssec.ED25519:
		return 2 * bits / 8, nil
	}
	return (bits + 7) / 8, nil
}
