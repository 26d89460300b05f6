// Package rr is names, types and record data in wire form: what a record is,
// its canonical order, and its presentation form. It knows no zone, no key and
// no time.
package rr
