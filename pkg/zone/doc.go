// Package zone is the records of one zone in canonical order: read from and
// written to a master file (RFC 1035, Section 5), compared with another
// version, and asked where its cuts are. A zone does not change once it is
// built. The package opens no file, reads no clock, and does not judge
// signatures.
//
// Names and record data are bytes of wire form in a few large arenas. A record
// costs its bytes and one slice header; nothing is allocated for it alone.
package zone
