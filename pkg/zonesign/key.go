package zonesign

import (
	"cmp"
	"fmt"
	"slices"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// key is a ZSK with all that does not change from one signature to the next.
type key struct {
	signer    dnssec.Signer
	tag       uint16
	algorithm uint8
	size      int    // of a signature, in octets
	blank     []byte // room for a signature
	header    []byte // of RRSIG RDATA, with zeros for type, labels and original TTL
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
			}.AppendHeader(nil),
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
func (k *key) headerSize() int { return len(k.header) }

// appendHeader appends RRSIG RDATA up to the signature. See RFC 4034, Section
// 3.1.
func (k *key) appendHeader(dst []byte, t rr.Type, labels uint8, ttl uint32) []byte {
	at := len(dst)
	dst = append(dst, k.header...)
	dst[at], dst[at+1], dst[at+3] = byte(t>>8), byte(t), labels
	dst[at+4], dst[at+5], dst[at+6], dst[at+7] = byte(ttl>>24), byte(ttl>>16), byte(ttl>>8), byte(ttl)
	return dst
}
