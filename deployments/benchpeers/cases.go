package main

import (
	"fmt"
	"strconv"
	"strings"
)

// defaultCases is everything that the project promised something about.
const defaultCases = "root,100k,100k-nsec3,1m,1m-nsec3,parse-1m,verify-100k,verify-1m,root-versions,updates-1m,slopes"

// testCase is one table of the benchmark.
type testCase struct {
	name     string
	size     int  // delegations; 0 is the root
	nsec3    bool // with opt-out, no salt and no additional iterations (RFC 9276)
	unsorted bool // the delegations come in no order
	needs    []string
	run      func(*bench, testCase) error
}

// parseCases reads a list of cases: root, root-versions, slopes, or with a SIZE
// such as 100k SIZE, SIZE-nsec3, SIZE-unsorted, parse-SIZE, verify-SIZE and
// updates-SIZE.
func parseCases(list string) ([]testCase, error) {
	var cases []testCase
	for name := range strings.SplitSeq(list, ",") {
		c, err := parseCase(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func parseCase(name string) (testCase, error) {
	c := testCase{name: name}
	switch name {
	case "root":
		c.run, c.needs = runSign, signPrograms
		return c, nil
	case "root-versions":
		c.run, c.needs = runVersions, daemonPrograms
		return c, nil
	case "slopes":
		c.run, c.needs = runSlopes, keyPrograms
		return c, nil
	}
	size := name
	c.run, c.needs = runSign, signPrograms
	for prefix, run := range map[string]struct {
		run   func(*bench, testCase) error
		needs []string
	}{"parse-": {runParse, readPrograms}, "verify-": {runVerify, checkPrograms}, "updates-": {runUpdates, keyPrograms}} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			size, c.run, c.needs = rest, run.run, run.needs
		}
	}
	size, c.nsec3 = strings.CutSuffix(size, "-nsec3")
	size, c.unsorted = strings.CutSuffix(size, "-unsorted")
	var err error
	if c.size, err = parseSize(size); err != nil {
		return c, fmt.Errorf("unknown case %q: want root, root-versions, slopes, or with a size SIZE[-unsorted][-nsec3], parse-SIZE, verify-SIZE, updates-SIZE", name)
	}
	return c, nil
}

// denial is what our processes call it.
func (c testCase) denial() string {
	if c.nsec3 {
		return "nsec3"
	}
	return "nsec"
}

// origin is the name of the zone.
func (c testCase) origin() string {
	if c.size == 0 {
		return "."
	}
	return "example."
}

// algorithm is what the keys of the zone are for, as dnssec-keygen calls it.
func (c testCase) algorithm() string {
	if c.size == 0 {
		return "RSASHA256"
	}
	return "ECDSAP256SHA256"
}

// parseSizes reads a list of sizes.
func parseSizes(list string) ([]int, error) {
	var sizes []int
	for text := range strings.SplitSeq(list, ",") {
		n, err := parseSize(text)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// parseSize reads 200, 10k or 4m.
func parseSize(text string) (int, error) {
	factor := 1
	digits := strings.ToLower(text)
	if number, ok := strings.CutSuffix(digits, "k"); ok {
		digits, factor = number, 1000
	} else if number, ok := strings.CutSuffix(digits, "m"); ok {
		digits, factor = number, 1_000_000
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 200_000_000/factor {
		return 0, fmt.Errorf("size %q: want a number of delegations such as 200, 10k or 1m", text)
	}
	return n * factor, nil
}

// sizeName writes what parseSize reads.
func sizeName(n int) string {
	switch {
	case n%1_000_000 == 0:
		return strconv.Itoa(n/1_000_000) + "m"
	case n%1000 == 0:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}
