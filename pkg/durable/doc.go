// Package durable writes files so that they survive a crash, reads files that
// hold secrets, and locks directories. It knows nothing of what the files hold.
//
// A write goes through counted steps: create, write, sync, rename, dirsync,
// remove. Tests can make each of them fail in every way a disk can, see Fault.
package durable
