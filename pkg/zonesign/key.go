package zonesign

import (
	"cmp"
	"fmt"
	"hash"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// key is a ZSK with all that does not change from one signature to the next.
type key struct {
	signer    dnssec.Signer
	tag       uint16
	algorithm uint8
	size      int      // of a signature, in octets
	blank     []byte   // room for a signature
	header    rr.RRSIG // without type, labels and original TTL
}

// newKeys are the ZSKs in the order of their RRSIG records: these differ first
// in the algorithm, then in the key tag.
func newKeys(c *Config, origin rr.Name) ([]key, error) {
	var keys []key
	for _, zsk := range c.ZSKs {
		size, err := signatureSize(zsk.Key)
		if err != nil {
			return nil, fmt.Errorf("ZSK %d: %w", zsk.Key.KeyTag(), err)
		}
		keys = append(keys, key{
			signer:    zsk.Signer,
			tag:       zsk.Key.KeyTag(),
			algorithm: zsk.Key.Algorithm,
			size:      size,
			blank:     make([]byte, size),
			header: rr.RRSIG{
				Algorithm:  zsk.Key.Algorithm,
				Expiration: c.expiration(),
				Inception:  c.inception(),
				KeyTag:     zsk.Key.KeyTag(),
				SignerName: origin,
			},
		})
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.algorithm != b.algorithm {
			return cmp.Compare(a.algorithm, b.algorithm)
		}
		return cmp.Compare(a.tag, b.tag)
	})
	return keys, nil
}

// headerSize is the length of RRSIG RDATA before the signature.
func (k *key) headerSize() int { return 18 + len(k.header.SignerName) }

// appendHeader appends RRSIG RDATA up to the signature.
func (k *key) appendHeader(dst []byte, t rr.Type, labels uint8, ttl uint32) []byte {
	sig := k.header
	sig.TypeCovered, sig.Labels, sig.OriginalTTL = t, labels, ttl
	return sig.AppendHeader(dst)
}

// appendInput appends what SignBatch takes for header and records: see
// dnssec.SignInput, which does the same for data in one piece.
func (k *key) appendInput(dst []byte, h hash.Hash, header, records []byte) []byte {
	if h == nil {
		return append(append(dst, header...), records...)
	}
	h.Reset()
	h.Write(header)
	h.Write(records)
	return h.Sum(dst)
}
