// Package ceremony turns an approved KSR into an SKR: it plans what each slot
// does with each KSK, signs what package policy approved and nothing else, and
// gives out an SKR only after its bytes were read back and judged. It opens no
// key, asks nobody and writes no file.
package ceremony
