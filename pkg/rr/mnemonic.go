package rr

import "strconv"

// writtenTypes are the types written by mnemonic: those that every current name
// server and checker knows. All others are written as TYPEnnn with RDATA in the
// form of RFC 3597, Section 5, which any of them reads.
var writtenTypes = map[Type]string{
	1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO",
	14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 21: "RT", 28: "AAAA", 29: "LOC",
	33: "SRV", 35: "NAPTR", 36: "KX", 37: "CERT", 39: "DNAME", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY",
	46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA",
	59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 99: "SPF",
	104: "NID", 105: "L32", 106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 256: "URI", 257: "CAA",
}

// writtenName and typesByName are writtenTypes in the two directions that a
// million records need.
var writtenName, typesByName = func() (names [258]string, types map[string]Type) {
	types = make(map[string]Type, len(writtenTypes))
	for t, name := range writtenTypes {
		names[t], types[name] = name, t
	}
	return names, types
}()

// hasName says whether the type is written by mnemonic.
func (t Type) hasName() bool { return int(t) < len(writtenName) && writtenName[t] != "" }

// Append appends the type as a zone file has it. Unlike String it names only
// the types that every reader knows by name, and writes TYPEnnn for the others.
func (t Type) Append(dst []byte) []byte {
	if t.hasName() {
		return append(dst, writtenName[t]...)
	}
	return strconv.AppendUint(append(dst, "TYPE"...), uint64(t), 10)
}

// ParseTypeField is ParseType for those who read a million types: no error text
// is made where another field was expected.
func ParseTypeField(text []byte) (t Type, ok bool) {
	if t, ok := typesByName[string(text)]; ok {
		return t, true
	}
	if len(text) == 0 || text[0] >= '0' && text[0] <= '9' {
		return 0, false
	}
	t, err := ParseType(string(text))
	return t, err == nil
}
