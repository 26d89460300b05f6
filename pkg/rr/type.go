package rr

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// Type is a resource record type.
type Type uint16

// The types the programs treat in some way of their own.
const (
	TypeA          Type = 1
	TypeNS         Type = 2
	TypeCNAME      Type = 5
	TypeSOA        Type = 6
	TypePTR        Type = 12
	TypeMX         Type = 15
	TypeTXT        Type = 16
	TypeAAAA       Type = 28
	TypeSRV        Type = 33
	TypeDNAME      Type = 39
	TypeDS         Type = 43
	TypeRRSIG      Type = 46
	TypeNSEC       Type = 47
	TypeDNSKEY     Type = 48
	TypeNSEC3      Type = 50
	TypeNSEC3PARAM Type = 51
	TypeCDS        Type = 59
	TypeCDNSKEY    Type = 60
	TypeCSYNC      Type = 62
	TypeZONEMD     Type = 63
)

// String is the mnemonic, or TYPEnnn as in RFC 3597, Section 5.
func (t Type) String() string {
	// "None" and "Reserved" are words of miekg/dns and no mnemonics.
	if s, ok := dns.TypeToString[uint16(t)]; ok && s == strings.ToUpper(s) {
		return s
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// ParseType reads a mnemonic in either case, or TYPEnnn.
func ParseType(text string) (Type, error) {
	up := strings.ToUpper(text)
	if t, ok := dns.StringToType[up]; ok {
		return Type(t), nil
	}
	if digits, ok := strings.CutPrefix(up, "TYPE"); ok {
		if n, err := strconv.ParseUint(digits, 10, 16); err == nil {
			return Type(n), nil
		}
	}
	return 0, fmt.Errorf("unknown type %q", text)
}

// IsMeta says whether t is a query or meta type that no zone can hold
// (RFC 6895, Section 3.1): 0, OPT, and 128 to 255.
func (t Type) IsMeta() bool {
	return t == 0 || t == 41 || t >= 128 && t <= 255
}
