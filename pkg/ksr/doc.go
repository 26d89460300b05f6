// Package ksr is the two documents of the exchange, the key signing request
// (KSR) and the signed key response (SKR), in the three formats people use:
// ICANN's XML, Knot's text and BIND's text. It reads strictly and writes
// reproducibly. What a document may ask for is package policy's concern.
//
// A document is its bytes: it is parsed once by whoever receives it, carried and
// archived unchanged, and known by the SHA-256 of its bytes.
package ksr
