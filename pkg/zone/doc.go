// Package zone is the records of one zone in canonical order: read from and
// written to a master file (RFC 1035, Section 5), compared with another
// version, and asked where its cuts are. A zone does not change once it is
// built. The package opens no file, reads no clock, and does not judge
// signatures.
//
// A zone is pages of wire form, which its versions share where they are equal. A
// record costs its bytes and a name eight more; nothing is allocated for either
// alone.
package zone
