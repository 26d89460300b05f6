// Package zoneverify judges a signed zone before it is published: whether a
// validator would believe all of it, and whether it is a sensible successor of
// the version in service. It finds all faults, each by the check for it, and
// the verdict is one AND.
//
// It shares no code with what signs: the signed data, the denial chains, the
// zone cuts and the zone's digest are worked out here once more, from RFCs and
// not from the signer. It reads no clock and no file.
//
// # How it works
//
// One pass finds where the zone cuts are, and for NSEC3 a second lists the hashes.
// Then the pages of the zone are judged some at a time, by as many workers as
// there are cores: a worker reads each name once, has the signatures verified
// together, each once and from the zone's own memory, and judges name after name.
// Each piece keeps its own list of faults, and the lists are joined in the order
// of the zone, so that the report does not depend on the number of workers.
//
// # The next version
//
// Most of the next version is what passed already. VerifyChange takes the proof
// that the version before passed, and judges
//
//   - each name that differs, and each below a cut or DNAME that came or went;
//   - the delegation above glue that differs;
//   - the names and hashes before those that came or went: their links changed;
//   - the NSEC3 record, or the lack of one, of each such name and of the names
//     above it, which may be empty non-terminals now or no longer;
//   - the apex, the digest and the difference from what is published, as ever;
//   - the time that is left to all other signatures, of which pages know the first
//     that expires.
//
// An NSEC3 record that differs must be that of one of these names, or have the
// bitmap that it had. Whatever else a verdict rests on must not have changed: keys,
// signers, limits, parameters of the denial, the TTL of negative answers, opt-out
// of every record; and time must not have gone back. Else, and when anything is
// found, the zone is judged in full.
package zoneverify
