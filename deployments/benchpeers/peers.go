package main

import (
	"errors"
	"fmt"
	"path/filepath"
)

// program is one row of a table: a whole process.
type program struct {
	name    string
	command []string
	output  string // the file it writes, if it does
	ours    bool
	noop    bool // ours without crypto: its output is worthless
}

// The names of the rows.
const (
	ourName    = "countersign"
	noopName   = "countersign, no-op signer"
	knotSigner = "kzonesign"
	ldnsSigner = "ldns-signzone"
)

// bindSigner says how BIND's signer is called: without its own verification,
// which is -P. The DNSKEY RRset is signed by the KSK alone, -x, as others do.
const bindSigner = "dnssec-signzone -P"

// signers are the programs that sign the zone of a case, each with all cores.
func (b *bench) signers(c testCase, file string, k keyFiles) ([]program, error) {
	out, err := b.folder("out")
	if err != nil {
		return nil, err
	}
	knot := filepath.Join(b.dir, "knot", c.name)
	config, err := b.knot(c, k, knotSetUp{dir: knot, zone: file})
	if err != nil {
		return nil, err
	}
	bind := program{name: bindSigner, output: filepath.Join(out, "bind")}
	bind.command = []string{"dnssec-signzone", "-P", "-n", fmt.Sprint(b.cores), "-q", "-S", "-x", "-K", k.dir, "-d", out, "-o", c.origin(), "-f", bind.output}
	ldns := program{name: ldnsSigner, output: filepath.Join(out, "ldns")}
	ldns.command = []string{"ldns-signzone", "-o", c.origin(), "-f", ldns.output}
	if c.nsec3 {
		bind.command = append(bind.command, "-3", "-", "-H", "0", "-A")
		ldns.command = append(ldns.command, "-n", "-p", "-t", "0")
	}
	if c.size == 0 {
		ldns.command = append(ldns.command, "-z", "sha384") // BIND 9.18 has no ZONEMD
	}
	bind.command = append(bind.command, file)
	ldns.command = append(ldns.command, file, k.ksk, k.zsk)
	kzonesign := program{
		name: knotSigner, output: filepath.Join(knot, "signed", filepath.Base(file)),
		command: []string{"kzonesign", "-c", config, "-o", filepath.Join(knot, "signed"), c.origin()},
	}
	ours := program{name: ourName, ours: true, output: filepath.Join(out, "ours")}
	ours.command = append(b.signCommand(c, file, k, "keys"), "-o", ours.output)
	noop := program{name: noopName, ours: true, noop: true, output: filepath.Join(out, "noop")}
	noop.command = append(b.signCommand(c, file, k, "noop"), "-o", noop.output)
	return []program{bind, ldns, kzonesign, ours, noop}, nil
}

// signCommand is how we sign, but for where the output goes.
func (b *bench) signCommand(c testCase, file string, k keyFiles, signer string) []string {
	command := []string{b.self, "sign", "-zone", file, "-origin", c.origin(), "-keys", k.dir, "-denial", c.denial(), "-signer", signer, "-backend", b.backend}
	if c.size == 0 {
		command = append(command, "-zonemd")
	}
	return command
}

// checkers are the programs that judge a signed zone, with all checks.
func (b *bench) checkers(c testCase, file string) []program {
	ldns := []string{"ldns-verify-zone", "-V", "1"}
	if c.size == 0 {
		ldns = append(ldns, "-ZZ")
	}
	return []program{
		{name: "dnssec-verify", command: []string{"dnssec-verify", "-q", "-o", c.origin(), file}},
		{name: "ldns-verify-zone", command: append(ldns, file)},
		{name: "kzonecheck", command: []string{"kzonecheck", "-o", c.origin(), "-d", "on", file}},
		{name: ourName, ours: true, command: []string{b.self, "verify", "-zone", file, "-origin", c.origin()}},
	}
}

// check has an output of ours judged by all of them, outside of all timing.
func (b *bench) check(c testCase, file string) error {
	if b.unchecked {
		return nil
	}
	for _, p := range b.checkers(c, file) {
		_, err := b.execute(p.command...)
		if errors.Is(err, errSlow) {
			if err := b.say(fmt.Sprintf("Our output of case %s is not judged by %s: it took longer than %s.", c.name, p.name, b.limit)); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("%s does not accept our output: %w", p.name, err)
		}
	}
	return nil
}
