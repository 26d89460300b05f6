// Package hsm signs with keys on a PKCS#11 token, and makes, lists and destroys
// them. It is the only user of PKCS#11.
//
// A token is named by a URI (RFC 7512) with its label or serial number, never by
// its slot. Its module is initialised once in a process, its user logs in once,
// and signatures are spread over a pool of sessions whose size is measured. When the
// token goes away and comes back, sessions, login and key handles are made anew. Of
// small batches every signature is verified in software before it is handed out, of
// large ones a sample: see Key.SignBatch.
//
// Some tokens in software let one process use one core only. Where it is measured to
// help, the program starts itself again as a helper: it must call RunHelperIfAsked
// for that. A helper has a login of its own. It gets the PIN over a pipe, never as
// an argument or in its environment, leaves no core dump, and ends with its program.
//
// A token keeps neither the zone of a key, nor its flags, nor for RSA its DNSSEC
// algorithm, nor a mark that it is for tests only: the caller does.
//
// The PIN is cleared from memory here after each login. The copy that the cgo
// binding makes is freed without being cleared.
package hsm
