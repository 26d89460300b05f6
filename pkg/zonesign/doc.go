// Package zonesign makes a signed zone of an unsigned one: NSEC records, RRSIG
// records by the ZSKs, the DNSKEY RRset of the bundle in force as it came signed
// by the KSK operator, ZONEMD, and a new SOA serial. It reads no clock and
// changes nothing it was given. It does not judge its own work: package
// zoneverify does, with other code.
package zonesign
