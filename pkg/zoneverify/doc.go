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
// One pass finds where the zone cuts are. Then the owner names are judged in
// chunks, by as many workers as there are cores: each chunk keeps its own list
// of faults, and the lists are joined in the order of the chunks, so that the
// report does not depend on the number of workers. Each RRSIG is verified once.
package zoneverify
