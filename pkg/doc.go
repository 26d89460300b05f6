// Package pkg is the map of the packages below it; it has no code of its own.
//
// # Core
//
// Core packages decide. Time, keys and bytes come in as arguments and results
// go out as values: a core package opens no file and no connection, logs
// nothing and reads no clock. So any decision can be taken again at any date.
//
//	package      its job                                                     source
//	rr           names, types and record data in wire form                   RFC 1035, 3597, 4034 6
//	iso8601      durations as files and documents write them                 ISO 8601
//	pgpwords     a digest as words to read aloud, and back                   PGP word list
//	p256verify   verify many ECDSA P-256 signatures by one key               FIPS 186-5, RFC 6605
//	dnssec       sign or verify one RRset at a stated time; DS; key tags     RFC 4034, 4035
//	zone         the records of one zone in canonical order; read and write  RFC 1035 5, 4034 6
//	trustanchor  the trust anchor document                                   RFC 9718
//	rollover     key timing to state at a moment; the slots of a cycle       RFC 7583, 6781, 5011
//	ksr          KSR and SKR: types, three formats, digest                   draft-icann-dnssec-keymgmt-01
//	policy       every check on a KSR and an SKR; makes Approved, Verified   RFC 6841, the root's DPSs
//	ceremony     approved KSR and KSKs to an SKR that is verified            the root KSK operator's DPS
//	zonesign     unsigned zone to signed zone, and its next versions         RFC 4034, 4035, 5155, 8976
//	zoneverify   the verdict on a signed zone, with no code of zonesign      RFC 4035, 6840, 8976
//
// # Edge
//
// Each edge package owns one way out of the process, and the library for it.
//
//	package      its job                                                     source
//	durable      write, fsync, rename, lock                                  POSIX
//	libcrypto    RSA and ECDSA signatures through OpenSSL                    RFC 8017, 6979
//	keyfile      software keys on disk, encrypted; BIND's private files      RFC 5958, 8018
//	hsm          a PKCS#11 token as a batch signer                           PKCS #11 2.40, RFC 7512
//	policyfile   the reviewed limits file to policy limits                   RFC 6841
//
// # Arrows
//
// Imports among these packages go down only. A package may import what its line
// says, of ours and of others, besides the standard library. The test beside this
// file holds the same table and fails on any other import.
//
//	rr          -> miekg/dns
//	iso8601     -> nothing
//	pgpwords    -> nothing
//	p256verify  -> nothing
//	dnssec      -> rr
//	zone        -> rr miekg/dns unsafe
//	trustanchor -> rr dnssec iso8601
//	rollover    -> rr dnssec iso8601
//	ksr         -> rr dnssec iso8601
//	policy      -> rr dnssec iso8601 trustanchor rollover ksr
//	ceremony    -> rr dnssec pgpwords rollover ksr policy
//	zonesign    -> rr dnssec zone
//	zoneverify  -> rr dnssec zone trustanchor ksr p256verify
//	durable     -> golang.org/x/sys/unix
//	libcrypto   -> nothing
//	keyfile     -> rr dnssec iso8601 durable libcrypto youmark/pkcs8 golang.org/x/sys/unix golang.org/x/term
//	hsm         -> rr dnssec durable internal/nodump miekg/pkcs11 stefanberger/go-pkcs11uri golang.org/x/sys/unix
//	policyfile  -> rr dnssec iso8601 policy internal/strictyaml
package pkg
