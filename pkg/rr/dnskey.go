package rr

import (
	"encoding/binary"
	"errors"
)

// The flags of a DNSKEY. See RFC 4034, Section 2.1.1, and RFC 5011, Section 3.
const (
	FlagZone   uint16 = 0x0100
	FlagRevoke uint16 = 0x0080
	FlagSEP    uint16 = 0x0001
)

// DNSKEY is the RDATA of a DNSKEY or CDNSKEY record. PublicKey is in the form
// of its algorithm (RFC 3110, RFC 6605, RFC 8080) and belongs to the holder.
type DNSKEY struct {
	Flags     uint16
	Protocol  uint8 // always 3
	Algorithm uint8
	PublicKey []byte
}

// Append appends the RDATA.
func (k DNSKEY) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, k.Flags)
	dst = append(dst, k.Protocol, k.Algorithm)
	return append(dst, k.PublicKey...)
}

// ParseDNSKEY reads RDATA. PublicKey shares memory with rdata.
func ParseDNSKEY(rdata []byte) (DNSKEY, error) {
	if len(rdata) < 5 {
		return DNSKEY{}, errors.New("DNSKEY RDATA shorter than five octets")
	}
	return DNSKEY{
		Flags:     binary.BigEndian.Uint16(rdata),
		Protocol:  rdata[2],
		Algorithm: rdata[3],
		PublicKey: rdata[4:],
	}, nil
}

// KeyTag is computed over the RDATA. See RFC 4034, Appendix B. (RSA/MD5, which
// has a rule of its own, is not supported.)
func (k DNSKEY) KeyTag() uint16 {
	sum := uint32(k.Flags) + uint32(k.Protocol)<<8 + uint32(k.Algorithm)
	for i, c := range k.PublicKey {
		if i&1 == 0 {
			sum += uint32(c) << 8
		} else {
			sum += uint32(c)
		}
	}
	return uint16(sum + sum>>16)
}

// IsSEP says whether the secure entry point flag is set: a KSK by convention.
func (k DNSKEY) IsSEP() bool { return k.Flags&FlagSEP != 0 }

// IsRevoked says whether the REVOKE flag is set.
func (k DNSKEY) IsRevoked() bool { return k.Flags&FlagRevoke != 0 }

// Revoked is the key with the REVOKE flag set.
func (k DNSKEY) Revoked() DNSKEY {
	k.Flags |= FlagRevoke
	return k
}
