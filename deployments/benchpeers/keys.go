package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keyFiles is the keys of a zone as all programs use them: pairs of files as
// dnssec-keygen makes them.
type keyFiles struct {
	dir      string
	ksk, zsk string // paths without .key and .private
}

// keys makes the keys of a case, once for all cases with the same zone.
func (b *bench) keys(c testCase) (keyFiles, error) {
	dir, err := b.folder("keys", c.algorithm())
	if err != nil {
		return keyFiles{}, err
	}
	k := keyFiles{dir: dir}
	for _, key := range []struct {
		path  *string
		flags []string
	}{{&k.ksk, []string{"-f", "KSK"}}, {&k.zsk, nil}} {
		note := filepath.Join(dir, "zsk")
		if key.flags != nil {
			note = filepath.Join(dir, "ksk")
		}
		// Which file is which key, for a run that finds them made.
		stem, err := os.ReadFile(note)
		if err != nil {
			arguments := append([]string{"dnssec-keygen", "-q", "-K", dir, "-a", c.algorithm()}, key.flags...)
			if c.algorithm() == "RSASHA256" {
				arguments = append(arguments, "-b", "2048")
			}
			made, err := b.execute(append(arguments, c.origin())...)
			if err != nil {
				return k, err
			}
			stem = []byte(strings.TrimSpace(string(made.out)))
			if err := os.WriteFile(note, stem, 0o644); err != nil {
				return k, err
			}
		}
		*key.path = filepath.Join(dir, string(stem))
	}
	return k, nil
}

// knotSetUp is what Knot's programs need of a zone.
type knotSetUp struct {
	dir     string
	zone    string   // the file of the unsigned zone
	server  []string // more lines of the section
	options []string // more lines of the zone
	rules   string   // a section acl
}

// knot writes a configuration and takes the keys into Knot's database. It gives the
// path of the configuration.
func (b *bench) knot(c testCase, k keyFiles, s knotSetUp) (string, error) {
	if err := os.RemoveAll(s.dir); err != nil {
		return "", err
	}
	for _, sub := range []string{"db", "run", "signed"} {
		if err := os.MkdirAll(filepath.Join(s.dir, sub), 0o755); err != nil {
			return "", err
		}
	}
	policy := []string{
		"manual: on", "algorithm: " + c.algorithm(), "cds-cdnskey-publish: none",
		fmt.Sprintf("signing-threads: %d", b.cores),
	}
	if c.nsec3 {
		policy = append(policy, "nsec3: on", "nsec3-iterations: 0", "nsec3-salt-length: 0", "nsec3-opt-out: on")
	}
	options := s.options
	if c.size == 0 {
		options = append(options, "zonemd-generate: zonemd-sha384")
	}
	lines := func(list []string) string { return strings.Join(append([]string{""}, list...), "\n    ") }
	config := filepath.Join(s.dir, "knot.conf")
	text := fmt.Sprintf(`server:
    rundir: "%[1]s/run"%[2]s
database:
    storage: "%[1]s/db"
policy:
  - id: bench%[3]s
%[8]szone:
  - domain: %[4]s
    storage: "%[5]s"
    file: "%[6]s"
    dnssec-signing: on
    dnssec-policy: bench%[7]s
`, s.dir, lines(s.server), lines(policy), c.origin(), filepath.Dir(s.zone), filepath.Base(s.zone), lines(options), s.rules)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return "", err
	}
	for _, stem := range []string{k.ksk, k.zsk} {
		if _, err := b.execute("keymgr", "-c", config, c.origin(), "import-bind", stem+".key"); err != nil {
			return "", err
		}
	}
	return config, nil
}
