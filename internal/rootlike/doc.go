// Package rootlike makes unsigned zones in the shape of the root zone or of a
// top-level domain, any size, the same every time for the same options. The
// demonstration, tests and benchmarks use it where no real zone is at hand. Its
// names are made up, and its addresses are those of documentation (RFC 5737,
// RFC 3849). It signs nothing.
package rootlike
