package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// packages is the Debian package of each program.
var packages = map[string]string{
	"dnssec-keygen":    "bind9-utils",
	"dnssec-signzone":  "bind9-utils",
	"dnssec-verify":    "bind9-utils",
	"rndc":             "bind9-utils",
	"named":            "bind9",
	"dig":              "bind9-dnsutils",
	"ldns-signzone":    "ldnsutils",
	"ldns-verify-zone": "ldnsutils",
	"kzonesign":        "knot-dnssecutils",
	"kzonecheck":       "knot-dnssecutils",
	"keymgr":           "knot",
	"knotd":            "knot",
	"knotc":            "knot",
	"openssl":          "openssl",
}

// What the kinds of cases need. Outputs of ours are judged in all of them.
var (
	keyPrograms    = []string{"dnssec-keygen", "dnssec-verify", "ldns-verify-zone", "kzonecheck"}
	signPrograms   = append([]string{"dnssec-signzone", "ldns-signzone", "kzonesign", "keymgr", "openssl"}, keyPrograms...)
	readPrograms   = []string{"kzonecheck"}
	checkPrograms  = keyPrograms
	daemonPrograms = append([]string{"named", "rndc", "dig", "knotd", "knotc", "keymgr"}, keyPrograms...)
)

// needPrograms says which programs are missing, and where they are.
func needPrograms(cases []testCase) error {
	var missing, from []string
	for _, c := range cases {
		for _, program := range c.needs {
			if _, err := exec.LookPath(program); err != nil {
				missing, from = append(missing, program), append(from, packages[program])
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	slices.Sort(from)
	return fmt.Errorf("missing %s: on Debian 12 install %s",
		strings.Join(slices.Compact(missing), ", "), strings.Join(slices.Compact(from), " "))
}

// The daemons and keymgr are in sbin, which is not on everyone's path.
func init() {
	path := filepath.SplitList(os.Getenv("PATH"))
	os.Setenv("PATH", strings.Join(append(path, "/usr/sbin", "/sbin"), string(filepath.ListSeparator)))
}
