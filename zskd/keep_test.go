package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/internal/commandtest"
	"countersign/internal/zonefile"
	"countersign/pkg/rr"
	"countersign/zskd/internal/published"
)

// The signatures by the ZSK that the small root zone has: over NS, SOA, ZONEMD and
// two NSEC RRsets.
const signatures = 5

// counts wants so many signatures to be made and kept.
func counts(t *testing.T, o commandtest.Outcome, made, kept int) {
	t.Helper()
	for _, want := range []string{fmt.Sprintf(" %d signatures made, ", made), fmt.Sprintf(" and %d kept; verified", kept)} {
		if !strings.Contains(o.Stderr, want) {
			t.Errorf("%s: want %q", o, want)
		}
	}
}

func TestSignaturesThatAreGoodAreKept(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	counts(t, ends(t, cli.Good, "", signRoot), signatures, 0)
	write(t, "root", root(2))
	counts(t, ends(t, cli.Good, "", signRoot), 2, 3) // SOA and ZONEMD
	counts(t, ends(t, cli.Good, "", signRoot+" --republish"), 0, signatures)
	write(t, "root", root(3)+"org. 172800 IN NS ns.com.\n")
	counts(t, ends(t, cli.Good, "", signRoot), 4, 2) // and NSEC of com. and org.
	counts(t, ends(t, cli.Good, "", signRoot+" --republish --anew"), 6, 0)

	// Neither a rehearsal nor standard output has a version to keep of.
	counts(t, ends(t, cli.Good, "", "sign -c zsk/zskd.yaml --republish root"), 6, 0)
	counts(t, ends(t, cli.Good, "", "sign -c zsk/zskd.yaml -o rehearsed root --at "+time.Now().UTC().Format("2006-01-02T15:04:05Z")), 6, 0)
}

// The digest on record is that of the data that are published.
func TestTheVersionOnRecordIsThatOfTheFile(t *testing.T) {
	inCopy(t, bases.installed)
	edit(t, "zsk/zskd.yaml", "serial: keep", "serial: increment")
	write(t, "root", root(1))
	for want := range uint32(3) {
		ends(t, cli.Good, "", signRoot)
		z, _, err := zonefile.Read("signed", rr.Root)
		if err != nil {
			t.Fatal(err)
		}
		v, err := published.VersionOf(z, want+1)
		last, lastErr := published.Last("zsk/state")
		if err != nil || lastErr != nil || last == nil || *last != v {
			t.Errorf("on record is %v, the file has %v; %v, %v", last, v, err, lastErr)
		}
	}
}

// rrsig is a signature over a type that is not the KSK operator's, in text: what
// comes before its expiration, that, its inception, key tag, signer and base64.
var rrsig = regexp.MustCompile(`(\tRRSIG\t(?:SOA|NS|NSEC|ZONEMD) \d+ \d+ \d+ )(\d{14}) (\d{14}) (\d+) (\S+) (\S+)\n`)

func TestSignaturesThatNoLongerServeAreMadeAnew(t *testing.T) {
	in := func(d time.Duration) string { return time.Now().UTC().Add(d).Format("20060102150405") }
	const day = 24 * time.Hour
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	ends(t, cli.Good, "", signRoot)
	good := read(t, "signed")
	if n := len(rrsig.FindAllString(good, -1)); n != signatures {
		t.Fatalf("%d signatures in\n%s", n, good)
	}
	serial := 1
	for name, replacement := range map[string]string{
		"expired":           "${1}" + in(-time.Hour) + " ${3} ${4} ${5} ${6}\n",
		"running down":      "${1}" + in(7*day-time.Hour) + " ${3} ${4} ${5} ${6}\n",
		"lasting too long":  "${1}" + in(14*day) + " ${3} ${4} ${5} ${6}\n",
		"not begun":         "${1}${2} " + in(time.Hour) + " ${4} ${5} ${6}\n",
		"of another key":    "${1}${2} ${3} 1 ${5} ${6}\n",
		"of another zone":   "${1}${2} ${3} ${4} com. ${6}\n",
		"of another length": "${1}${2} ${3} ${4} ${5} AAAA\n",
		"gone, all of them": "\tTXT\tgone\n",
		"never signed":      "",
	} {
		t.Run(name, func(t *testing.T) {
			write(t, "signed", rrsig.ReplaceAllString(good, replacement))
			if replacement == "" {
				write(t, "signed", root(1)) // as it was before it was signed
			}
			serial++
			write(t, "root", root(serial))
			counts(t, ends(t, cli.Good, "", signRoot), signatures, 0)
		})
	}
}

// Who can write to the published file can have us refuse the next version, and
// cannot have us publish a bad one.
func TestADamagedSignatureIsNotPublishedAgain(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	ends(t, cli.Good, "", signRoot)
	text := read(t, "signed")
	at := strings.Index(text, "\tRRSIG\tNS ")
	end := at + strings.Index(text[at:], "\n") - len("AA==")
	damaged := "A"
	if text[end-8:end-7] == damaged {
		damaged = "B"
	}
	write(t, "signed", text[:end-8]+damaged+text[end-7:])
	write(t, "root", root(2))
	before := files(t)
	for _, line := range []string{signRoot, signRoot} {
		ends(t, cli.Refused, "", line, "ZONE-RRSIG-VALID: . NS: ", "hint: 3 signatures were kept of the version at --output", "--anew")
		unchanged(t, before)
	}
	counts(t, ends(t, cli.Good, "", signRoot+" --anew"), signatures, 0)
	write(t, "root", root(3))
	counts(t, ends(t, cli.Good, "", signRoot), 2, 3)
}

// Data that were changed in the published file are not those of the zone, and
// their signatures are not kept.
func TestDamagedDataAreSignedAnew(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	ends(t, cli.Good, "", signRoot)
	edit(t, "signed", "\tNSEC\tcom. ", "\tNSEC\torg. ")
	write(t, "root", root(2))
	counts(t, ends(t, cli.Good, "", signRoot), 3, 2)
}

func TestOnlyFaultsOfSignaturesHintAtAnew(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	ends(t, cli.Good, "", signRoot)
	write(t, "root", root(2)+otherNS)
	if o := ends(t, cli.Refused, "", signRoot, "ZONE-APEX-NS"); strings.Contains(o.String(), "--anew") {
		t.Errorf("%s: a hint that does not help", o)
	}
}

func TestTheDenialIsChangedByOneSigning(t *testing.T) {
	inCopy(t, bases.installed)
	sign := func(serial int, want, not string) {
		t.Helper()
		write(t, "root", root(serial))
		ends(t, cli.Good, "", signRoot)
		if text := read(t, "signed"); !strings.Contains(text, want) || strings.Contains(text, not) {
			t.Errorf("%q and no %q wanted in\n%s", want, not, text)
		}
	}
	const nsec, nsec3 = "\tNSEC\t", "\tNSEC3"
	sign(1, nsec, nsec3)
	edit(t, "zsk/zskd.yaml", "denial: nsec\n", "denial: nsec3\n")
	sign(2, nsec3, nsec)
	write(t, "root", root(3))
	counts(t, ends(t, cli.Good, "", signRoot), 2, 4) // NS, NSEC3PARAM, two NSEC3
	edit(t, "zsk/zskd.yaml", "denial: nsec3\n", "denial: nsec\n")
	sign(4, nsec, nsec3)
}
