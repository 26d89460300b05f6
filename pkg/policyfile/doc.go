// Package policyfile reads and writes the limits file: a practice statement in
// numbers, reviewed by people, from which policy.Limits are made. Reading is
// strict: every limit is there, once, and makes sense; nothing else is there.
package policyfile
