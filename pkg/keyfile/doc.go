// Package keyfile keeps software keys in a directory. A key is two files:
//
//	LABEL.pem   the private key, PKCS#8 encrypted with a passphrase
//	LABEL.key   the public key, a DNSKEY record in the form of BIND's .key files
//
// The first is written first, so a key exists when LABEL.key does; a LABEL.pem
// alone is what a crash left, see Orphans. The comments of LABEL.key hold what
// else is known: "; Created: 20260101000000" and, for a test key,
// "; Countersign-Test-Key: yes". Neither is secret and neither is signed: who
// can write in the directory can change them.
//
// The package also reads and writes BIND's pairs of .key and .private files. It
// decides nothing about the use of a key.
package keyfile
