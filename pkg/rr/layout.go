package rr

// part is one piece of RDATA: how it stands on the wire and how it is written.
type part uint8

const (
	partU8        part = iota // decimal
	partU16                   // decimal
	partU32                   // decimal
	partPeriod                // 32 bits of seconds, units accepted
	partTime                  // 32 bits, YYYYMMDDHHmmSS (RFC 4034, Section 3.2)
	partType                  // a type, by mnemonic
	partAlgorithm             // 8 bits, DNSSEC mnemonics accepted
	partIPv4                  // 4 octets
	partIPv6                  // 16 octets
	part64                    // 8 octets, four groups of hex (RFC 6742, Section 2.1.2)
	partName                  // a name, lower case in canonical form
	partNameAsIs              // a name that keeps its case in canonical form
	partString                // a character-string
	partTag                   // a character-string, letters and digits only, at least one
	partSalt                  // length and octets, in hex or "-" (RFC 5155, Section 3.3)
	partHash                  // length and octets, in base32hex (RFC 5155, Section 3.3)
	partStrings               // the rest: one or more character-strings
	partText                  // the rest: one text without a length
	partHex                   // the rest: octets in hex, at least one
	partBase64                // the rest: octets in base64, at least one
	partBitmap                // the rest: type bitmap, which may be empty
)

// isRest says whether the part takes all that is left of the RDATA.
func (p part) isRest() bool { return p >= partStrings }

// layouts are the types read and written here. The names that canonical form
// wants in lower case are those of RFC 4034, Section 6.2, as RFC 6840, Section
// 5.1 amends it: not the next name of NSEC.
var layouts = map[Type][]part{
	1:  {partIPv4},                                                                                    // A
	2:  {partName},                                                                                    // NS
	3:  {partName},                                                                                    // MD
	4:  {partName},                                                                                    // MF
	5:  {partName},                                                                                    // CNAME
	6:  {partName, partName, partU32, partPeriod, partPeriod, partPeriod, partPeriod},                 // SOA
	7:  {partName},                                                                                    // MB
	8:  {partName},                                                                                    // MG
	9:  {partName},                                                                                    // MR
	12: {partName},                                                                                    // PTR
	13: {partString, partString},                                                                      // HINFO
	14: {partName, partName},                                                                          // MINFO
	15: {partU16, partName},                                                                           // MX
	16: {partStrings},                                                                                 // TXT
	17: {partName, partName},                                                                          // RP
	18: {partU16, partName},                                                                           // AFSDB
	21: {partU16, partName},                                                                           // RT
	25: {partU16, partU8, partAlgorithm, partBase64},                                                  // KEY
	26: {partU16, partName, partName},                                                                 // PX
	28: {partIPv6},                                                                                    // AAAA
	33: {partU16, partU16, partU16, partName},                                                         // SRV
	35: {partU16, partU16, partString, partString, partString, partName},                              // NAPTR
	36: {partU16, partName},                                                                           // KX
	39: {partName},                                                                                    // DNAME
	43: {partU16, partAlgorithm, partU8, partHex},                                                     // DS
	44: {partU8, partU8, partHex},                                                                     // SSHFP
	46: {partType, partAlgorithm, partU8, partU32, partTime, partTime, partU16, partName, partBase64}, // RRSIG
	47: {partNameAsIs, partBitmap},                                                                    // NSEC
	48: {partU16, partU8, partAlgorithm, partBase64},                                                  // DNSKEY
	50: {partU8, partU8, partU16, partSalt, partHash, partBitmap},                                     // NSEC3
	51: {partU8, partU8, partU16, partSalt},                                                           // NSEC3PARAM
	52: {partU8, partU8, partU8, partHex},                                                             // TLSA
	53: {partU8, partU8, partU8, partHex},                                                             // SMIMEA
	59: {partU16, partAlgorithm, partU8, partHex},                                                     // CDS
	60: {partU16, partU8, partAlgorithm, partBase64},                                                  // CDNSKEY
	61: {partBase64},                                                                                  // OPENPGPKEY
	62: {partU32, partU16, partBitmap},                                                                // CSYNC
	63: {partU32, partU8, partU8, partHex},                                                            // ZONEMD
	99: {partStrings},                                                                                 // SPF

	104: {partU16, part64},            // NID
	105: {partU16, partIPv4},          // L32
	106: {partU16, part64},            // L64
	107: {partU16, partNameAsIs},      // LP
	256: {partU16, partU16, partText}, // URI
	257: {partU8, partTag, partText},  // CAA
}

// layoutTable is layouts as a table, for speed.
var layoutTable = func() (table [258][]part) {
	for t, layout := range layouts {
		table[t] = layout
	}
	return table
}()

// layoutOf is nil for a type that is not read here.
func layoutOf(t Type) []part {
	if int(t) < len(layoutTable) {
		return layoutTable[t]
	}
	return nil
}
