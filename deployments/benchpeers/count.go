package main

import (
	"bufio"
	"bytes"
	"os"
)

// countSignatures counts the RRSIG records of a signed zone file, to see that all
// programs did the same work. It knows the forms of the files that the programs
// write, and needs no memory.
func countSignatures(path string) (int, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	n := 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if isSignature(lines.Bytes()) {
			n++
		}
	}
	return n, lines.Err()
}

// isSignature says whether a line begins an RRSIG record: the word, a type, and the
// number of an algorithm. In the types of an NSEC record no number follows.
func isSignature(line []byte) bool {
	_, rest, found := bytes.Cut(line, []byte("RRSIG"))
	if !found {
		return false
	}
	covered := bytes.TrimLeft(rest, "\t ")
	end := bytes.IndexAny(covered, "\t ")
	if end < 1 || len(covered) == len(rest) {
		return false
	}
	number := bytes.TrimLeft(covered[end:], "\t ")
	return len(number) > 0 && number[0] >= '0' && number[0] <= '9'
}
