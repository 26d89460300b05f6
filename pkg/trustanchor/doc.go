// Package trustanchor is what a zone's signatures are judged against: the trust
// anchor document that IANA publishes for the root (RFC 9718, and RFC 7958
// before it), or DS and DNSKEY records in zone file text. It reads strictly,
// writes reproducibly and says which key an anchor is for. How a document came
// to be trusted is the caller's concern.
package trustanchor
