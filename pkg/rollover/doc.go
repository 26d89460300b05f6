// Package rollover says what should hold at a moment: which slots a cycle has,
// in which state a key is, and what each slot publishes, signs with and revokes.
// Everything is computed from the dates of the keys and a stated time; nothing
// is stored and nobody writes slot tables by hand. It touches no key material.
//
// The states of a key are those of RFC 7583, Section 3.1:
//
//	 Generated ── Publish ──▶ Published ── publish safety ──▶ Ready
//	                                                            │ Activate
//	                                                            ▼
//	Removed ◀── Remove ── Dead ◀── retire safety ── Retired ◀─ Active
//	                                                   (Retire)
//
// A KSK that is withdrawn as RFC 5011 wants it is Revoked between Retired and
// Removed.
package rollover
