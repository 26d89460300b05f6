// Package docs is the documents for operators. It has no code; checks.md is made
// from the tables of checks.
package docs

//go:generate go run countersign/internal/checkdoc -o checks.md
