// Package ksrfixture makes KSRs and SKRs for tests, good ones and ones with one
// fault each, with keys in memory that are made anew in each process. It also
// names the checks that each fault must fail, and no other.
package ksrfixture
