// Package ksr is the two documents of the exchange, the key signing request
// (KSR) and the signed key response (SKR), in the three formats people use:
// ICANN's XML, Knot's text and BIND's text. It reads strictly and writes
// reproducibly. What a document may ask for is package policy's concern.
//
// A document is its bytes: it is parsed once by whoever receives it, carried and
// archived unchanged, and known by the SHA-256 of its bytes.
//
// Which format carries what:
//
//	                                       icann   knot, bind   knot, bind
//	                                               by us        by others
//	DNSKEY RRset of each bundle            yes     yes          yes
//	signatures of the KSKs (SKR)           yes     yes          yes
//	when a bundle begins                   yes     yes          yes
//	when a bundle expires                  yes     header       SKR: earliest RRSIG
//	id, serial, ids of the bundles         yes     header       no
//	stated policies                        yes     header       no
//	key identifiers                        yes     comment      no
//	when the document was made             yes     header       Knot: trailer
//	Signer elements (KSR)                  yes     header       no
//	proof of possession (KSR)              yes     no           no
//	CDS, CDNSKEY, their signatures (SKR)   no      yes          yes
//	EdDSA in the stated policy             ours    yes          -
//
// "Header" and "comment" are places where text is free; Knot and BIND skip what
// we write there. A key's stated tag is kept by XML only; in text it is computed.
// EdDSA is an extension: <EdDSA size="256"/> in SignatureAlgorithm, after the
// schema of 2010, which is older than RFC 8080. Requests that go to ICANN should
// have no Timestamp: its reader looks for that attribute in another element than
// its schema.
//
// In text a bundle begins when it is to be used, and its signatures are valid
// from somewhat earlier (BIND an hour, Knot 90 minutes); in XML both are one.
// BIND's SKRs may have two bundles that begin at one time: like BIND we use the
// second, with a warning. EncodeRequest and EncodeResponse refuse what the format
// cannot carry; ConvertRequest and ConvertResponse can be told to drop some of it.
package ksr
