// Package dnssec signs and verifies one RRset at a stated time, and computes DS
// records. It reads no clock, and its signing and its verifying build the
// signed data by themselves, so that a mistake in one does not hide in the
// other.
package dnssec
