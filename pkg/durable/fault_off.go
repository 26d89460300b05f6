//go:build !faultinject

package durable

// FaultEnvironment says whether this binary obeys COUNTERSIGN_FAULT. Only one
// built with the tag faultinject does.
const FaultEnvironment = false
