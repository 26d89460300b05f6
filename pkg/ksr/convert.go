package ksr

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// Options are the options of a conversion.
type Options struct {
	// Drop names the losses that are accepted. Only those that leave a
	// document of use can be: see Loss.Droppable.
	Drop []string
}

// ConvertRequest writes a KSR that was read in another format. A KSR from text
// can become another text, but not XML: nobody but the holder of the ZSKs can
// supply the proofs of possession. What the format cannot carry is a
// *CarryError unless it is to be dropped.
func ConvertRequest(r *Request, to Format, o Options) ([]byte, error) {
	c := *r
	c.Bundles = slices.Clone(r.Bundles)
	rest, err := dropLosses(c.Bundles, requestLosses(r, to), o.Drop)
	if err != nil {
		return nil, err
	}
	if err := carryError(KSR, to, rest); err != nil {
		return nil, err
	}
	return EncodeRequest(&c, to)
}

// ConvertResponse writes an SKR that was read in another format. What XML needs
// and a text SKR lacks is derived, always in the same way:
//
//   - ids of the document and its bundles from the SHA-256 of the document (UUID
//     version 8, RFC 9562, Section 5.8); a key's identifier from the key, the
//     same before and after it is revoked;
//   - the stated policies from the bundles: how long they are valid and overlap
//     at the least and the most, and which algorithms the keys have (with the SEP
//     flag for the KSK, without for the ZSK). The safety intervals are PT0S,
//     since nothing is known of them.
//
// What the format cannot carry is a *CarryError unless it is to be dropped.
func ConvertResponse(r *Response, to Format, o Options) ([]byte, error) {
	c := *r
	c.Bundles = slices.Clone(r.Bundles)
	if to == ICANN && r.Format != ICANN {
		completeResponse(&c)
	}
	rest, err := dropLosses(c.Bundles, responseLosses(&c, to), o.Drop)
	if err != nil {
		return nil, err
	}
	if err := carryError(SKR, to, rest); err != nil {
		return nil, err
	}
	return EncodeResponse(&c, to)
}

// dropLosses takes out of the bundles what is named in drop and returns the
// losses that stay. The slice is the caller's, what it points to is not.
func dropLosses(bundles []Bundle, losses []Loss, drop []string) ([]Loss, error) {
	for _, name := range drop {
		if dropping[name] == nil {
			return nil, fmt.Errorf("%q is not something that can be dropped", name)
		}
	}
	var rest []Loss
	for _, loss := range losses {
		if loss.Droppable && slices.Contains(drop, loss.Name) {
			dropping[loss.Name](bundles)
		} else {
			rest = append(rest, loss)
		}
	}
	return rest, nil
}

var dropping = map[string]func([]Bundle){
	LossPossession: func(bundles []Bundle) {
		for i := range bundles {
			bundles[i].Signatures = nil
		}
	},
	LossCDS: func(bundles []Bundle) {
		for i := range bundles {
			b := &bundles[i]
			b.CDS, b.CDNSKEY, b.CDSSignatures = nil, nil, nil
		}
	},
	LossSigners: func(bundles []Bundle) {
		for i := range bundles {
			bundles[i].Signers = nil
		}
	},
	LossKeyTag: func(bundles []Bundle) {
		for i := range bundles {
			bundles[i].Keys = slices.Clone(bundles[i].Keys)
			for k := range bundles[i].Keys {
				key := &bundles[i].Keys[k]
				key.Tag = key.KeyTag()
			}
		}
	},
	LossOrder: func(bundles []Bundle) {
		slices.SortStableFunc(bundles, func(a, b Bundle) int { return a.Inception.Compare(b.Inception) })
	},
}

// Sort puts keys and signatures in the order that ICANN's signer writes: by key
// tag. Where tags are equal the rest of the record decides, so that the order
// never depends on how the bundle came about.
func (b *Bundle) Sort() {
	slices.SortFunc(b.Keys, func(x, y Key) int {
		return cmp.Or(cmp.Compare(x.Tag, y.Tag), bytes.Compare(x.Append(nil), y.Append(nil)))
	})
	bySigner := func(x, y Signature) int {
		return cmp.Or(cmp.Compare(x.KeyTag, y.KeyTag), bytes.Compare(x.Append(nil), y.Append(nil)))
	}
	slices.SortFunc(b.Signatures, bySigner)
	slices.SortFunc(b.CDSSignatures, bySigner)
}

// completeResponse derives what the XML needs. The bundles are the caller's,
// what they point to is not.
func completeResponse(r *Response) {
	if r.ID == "" {
		r.ID = derivedID(r.Digest, "document")
	}
	for i := range r.Bundles {
		b := &r.Bundles[i]
		b.Keys, b.Signatures = slices.Clone(b.Keys), slices.Clone(b.Signatures)
		if b.ID == "" {
			b.ID = derivedID(r.Digest, "bundle "+iso(b.Inception))
		}
		for k := range b.Keys {
			if key := &b.Keys[k]; key.Identifier == "" {
				key.Identifier = derivedKeyIdentifier(key.DNSKEY)
			}
		}
		for s := range b.Signatures {
			if sig := &b.Signatures[s]; sig.KeyIdentifier == "" {
				sig.KeyIdentifier = b.signerOf(sig, r.Zone)
			}
		}
		b.Sort()
	}
	if r.KSKPolicy.isZero() {
		r.KSKPolicy = derivedPolicy(r.Bundles, true)
	}
	if r.ZSKPolicy.isZero() {
		r.ZSKPolicy = derivedPolicy(r.Bundles, false)
	}
}

// derivedID is a UUID made of a name. See RFC 9562, Section 5.8 and Appendix
// B.2.
func derivedID(d Digest, name string) string {
	sum := sha256.Sum256(append(d[:], name...))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// derivedKeyIdentifier is 128 bits of the SHA-256 of the DNSKEY RDATA without
// the REVOKE flag.
func derivedKeyIdentifier(k rr.DNSKEY) string {
	k.Flags &^= rr.FlagRevoke
	sum := sha256.Sum256(k.Append(nil))
	return hex.EncodeToString(sum[:16])
}

// signerOf is the identifier of the key that made a signature, or "" if it is
// not in the bundle. Only where several keys share the tag is the signature
// verified to tell them apart.
func (b *Bundle) signerOf(s *Signature, zone rr.Name) string {
	var candidates []*Key
	for i := range b.Keys {
		if k := &b.Keys[i]; k.KeyTag() == s.KeyTag && k.Algorithm == s.Algorithm {
			candidates = append(candidates, k)
		}
	}
	if len(candidates) == 1 {
		return candidates[0].Identifier
	}
	set := b.DNSKEYSet(zone)
	for _, k := range candidates {
		if dnssec.Verify(set, &s.RRSIG, k.DNSKEY) == nil {
			return k.Identifier
		}
	}
	return ""
}

// derivedPolicy states what the bundles are. It has no algorithms if a key
// cannot be understood.
func derivedPolicy(bundles []Bundle, sep bool) StatedPolicy {
	var p StatedPolicy
	for i := range bundles {
		validity := bundles[i].Expiration.Sub(bundles[i].Inception)
		widen(&p.MinSignatureValidity, &p.MaxSignatureValidity, validity, i == 0)
		if i > 0 {
			overlap := max(0, bundles[i-1].Expiration.Sub(bundles[i].Inception))
			widen(&p.MinValidityOverlap, &p.MaxValidityOverlap, overlap, i == 1)
		}
	}
	p.Algorithms = algorithmsOf(bundles, func(k *Key) bool { return k.IsSEP() == sep })
	if len(p.Algorithms) == 0 {
		// One key does both jobs, or one kind is missing: what is there
		// says it all.
		p.Algorithms = algorithmsOf(bundles, func(*Key) bool { return true })
	}
	return p
}

func widen(least, most *time.Duration, d time.Duration, first bool) {
	if first {
		*least, *most = d, d
	}
	*least, *most = min(*least, d), max(*most, d)
}

// algorithmsOf lists the algorithms and sizes of the wanted keys, in ascending
// order. It is empty if one of the keys is malformed.
func algorithmsOf(bundles []Bundle, want func(*Key) bool) []StatedAlgorithm {
	var list []StatedAlgorithm
	for i := range bundles {
		for j := range bundles[i].Keys {
			key := &bundles[i].Keys[j]
			if !want(key) {
				continue
			}
			bits, exponent, err := dnssec.KeyBits(key.DNSKEY)
			if err != nil {
				return nil
			}
			a := StatedAlgorithm{Algorithm: key.Algorithm, Bits: bits, Exponent: exponent}
			if !slices.Contains(list, a) {
				list = append(list, a)
			}
		}
	}
	slices.SortFunc(list, func(a, b StatedAlgorithm) int {
		return cmp.Or(cmp.Compare(a.Algorithm, b.Algorithm), cmp.Compare(a.Bits, b.Bits), cmp.Compare(a.Exponent, b.Exponent))
	})
	return list
}
