package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/internal/ksrfixture"
	"countersign/internal/zonefile"
	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
	"countersign/zskd/internal/published"
)

const signRoot = "sign -c zsk/zskd.yaml -o signed root"

// otherNS is one more server of the zone.
const otherNS = ". 518400 IN NS other.com.\nother.com. 172800 IN A 192.0.2.3\n"

var anotherKSK = ksrfixture.NewKey("other", dnssec.ED25519, 0, rr.FlagZone|rr.FlagSEP)

func TestTheSignedZoneReplacesTheOneInService(t *testing.T) {
	inCopy(t, bases.installed)
	for _, serial := range []int{7, 8} {
		write(t, "root", root(serial))
		ends(t, cli.Good, "", signRoot, "signed zone . with serial", "verified")
		z, _, err := zonefile.Read("signed", rr.Root)
		if err != nil {
			t.Fatal(err)
		}
		soa, err := z.SOA()
		last, lastErr := published.Last("zsk/state")
		if err != nil || lastErr != nil || last == nil || soa.Serial != uint32(serial) || last.Serial != uint32(serial) {
			t.Errorf("serial %d is written, %v noted, want %d; %v, %v", soa.Serial, last, serial, err, lastErr)
		}
	}
	before := files(t)
	for _, serial := range []int{8, 7} {
		write(t, "root", root(serial))
		ends(t, cli.Failed, "", signRoot, "serial")
	}
	write(t, "root", before["root"])
	unchanged(t, before)
}

// A serial that jumps cannot be taken back, so it is held to the one on record even
// where the version that had it is gone.
func TestASerialThatJumpsIsRefused(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	ends(t, cli.Good, "", signRoot)
	for _, line := range []string{signRoot, "sign -c zsk/zskd.yaml -o elsewhere root"} {
		write(t, "root", root(10_000_002))
		before := files(t)
		ends(t, cli.Refused, "", line, "ZONE-SERIAL-STEP", "published.serial_step")
		unchanged(t, before)
	}
	write(t, "root", root(10_000_001))
	ends(t, cli.Good, "", signRoot)
}

// Who drops most of a zone must not do it unseen because the version in service
// was not where we look for it.
func TestAVersionThatIsNotComparedIsTold(t *testing.T) {
	const told = "how much has changed was not checked"
	inCopy(t, bases.installed)
	for i, row := range []struct {
		line string
		told bool
	}{{signRoot, false}, {signRoot, false}, {"sign -c zsk/zskd.yaml root", true}, {"sign -c zsk/zskd.yaml -o elsewhere root", true}} {
		write(t, "root", root(i+1))
		if o := ends(t, cli.Good, "", row.line); strings.Contains(o.String(), told) != row.told {
			t.Errorf("zskd %s\n%swant it told: %v", row.line, o, row.told)
		}
	}
}

func TestWithoutAnSKRNothingIsSigned(t *testing.T) {
	inCopy(t, bases.asked)
	write(t, "root", root(1))
	before := files(t)
	ends(t, cli.Failed, "", signRoot, "no SKR covers", `"zskd skr import"`)
	unchanged(t, before)

	inCopy(t, bases.installed)
	write(t, "root", root(1))
	before = files(t)
	ends(t, cli.Failed, "", signRoot+" --at "+present.Next().Start().AddDate(0, 2, 0).Format(time.RFC3339), "no SKR covers")
	ends(t, cli.Failed, "", signRoot+" --at "+present.Start().AddDate(0, 0, -1).Format(time.RFC3339), "no SKR covers")
	unchanged(t, before)
}

func TestAllFaultsOfAZoneFileArePrinted(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1)+"org. 172800 IN A 192.0.2\nnet. 172800 IN NS\ninfo. 172800 IN DS 1 2 3 XYZ\n")
	before := files(t)
	ends(t, cli.Refused, "", signRoot, "root:5", "root:6", "root:7")
	unchanged(t, before)
}

func TestIncludedFilesAreSignedAndOthersAreNotRead(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1)+"$INCLUDE more\n")
	before := files(t)
	ends(t, cli.Refused, "", signRoot, "more")
	unchanged(t, before)
	write(t, "more", "org. 172800 IN NS ns.com.\n")
	ends(t, cli.Good, "", signRoot)
	if !strings.Contains(read(t, "signed"), "\norg.\t") {
		t.Error("what was included is not in the signed zone")
	}
	if err := os.Symlink(zoneOutside(t), "link"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../outside", "link", zoneOutside(t)} {
		write(t, "root", root(2)+"$INCLUDE "+name+"\n")
		before = files(t)
		ends(t, cli.Refused, "", signRoot, "root:5")
		unchanged(t, before)
	}
}

// zoneOutside is a file beside the working directory.
func zoneOutside(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	write(t, "../outside", "net. 172800 IN NS ns.com.\n")
	return dir + "/../outside"
}

func TestWhatIsInThePlaceOfTheZoneMustBeAZone(t *testing.T) {
	for name, text := range map[string]string{"no zone": "my notes\n", "empty": "", "another zone": "com. 1 IN SOA ns.com. host.com. 1 1 1 1 1\ncom. 1 IN NS ns.com.\n"} {
		t.Run(name, func(t *testing.T) {
			inCopy(t, bases.installed)
			write(t, "root", root(1))
			write(t, "signed", text)
			before := files(t)
			ends(t, cli.Failed, "", signRoot, "reading the published version", "move signed away")
			unchanged(t, before)
		})
	}
}

func TestARehearsalNotesNothingAndReplacesNothing(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(5))
	ends(t, cli.Good, "", signRoot)
	write(t, "root", root(4)) // it has no past either
	before := files(t)
	at := " --at " + time.Now().UTC().Format("2006-01-02T15:04:05Z")
	ends(t, cli.Failed, "", signRoot+at, "signed exists", "new file")
	unchanged(t, before)
	o := ends(t, cli.Good, "", "sign -c zsk/zskd.yaml -o - root"+at, "verified")
	if !strings.Contains(o.Stdout, "\tRRSIG\tSOA ") {
		t.Errorf("standard output is %q", o.Stdout)
	}
	unchanged(t, before)
	ends(t, cli.Good, "", "sign -c zsk/zskd.yaml -o rehearsed root"+at, "verified")
	if read(t, "rehearsed") != o.Stdout {
		t.Error("the file has another zone than standard output")
	}
	if err := os.Remove("rehearsed"); err != nil {
		t.Fatal(err)
	}
	unchanged(t, before)
}

func TestAVersionIsPublishedOnceMoreOnlyAsItWas(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(5))
	ends(t, cli.Good, "", signRoot)
	ends(t, cli.Failed, "", signRoot, "serial")
	ends(t, cli.Good, "", signRoot+" --republish", "serial 5")
	ends(t, cli.Good, "", "sign -c zsk/zskd.yaml --republish root", "serial 5")

	write(t, "root", strings.Replace(root(5), "192.0.2.1", "192.0.2.2", 1))
	before := files(t)
	ends(t, cli.Refused, "", signRoot+" --republish", "other data than the version published")
	unchanged(t, before)
	write(t, "root", root(4))
	ends(t, cli.Failed, "", signRoot+" --republish", "serial")
}

func TestAZoneThatIsNotGoodIsNotWritten(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(t *testing.T)
		want  string
	}{
		"validity beyond the limits": {func(t *testing.T) { edit(t, "zsk/zskd.yaml", "validity: P13D", "validity: P15D") }, "ZONE-RRSIG-VALIDITY"},
		"apex NS changed":            {func(t *testing.T) { write(t, "root", root(2)+otherNS) }, "ZONE-"},
		"KSK no longer pinned": {func(t *testing.T) {
			if err := pin("zsk/trust-anchor.xml", anotherKSK); err != nil {
				t.Fatal(err)
			}
		}, "anchor"},
		"TTL beyond the limits": {func(t *testing.T) { write(t, "root", root(2)+"ns2.com. 600000 IN A 192.0.2.2\n") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inCopy(t, bases.installed)
			write(t, "root", root(1))
			ends(t, cli.Good, "", signRoot)
			write(t, "root", root(2))
			row.spoil(t)
			before := files(t)
			o := run("", strings.Fields(signRoot)...)
			if o.Err == nil || !strings.Contains(o.String(), row.want) {
				t.Errorf("%s: want an error with %q", o, row.want)
			}
			unchanged(t, before)
		})
	}
}

func TestApexNSChangeIsAllowedOnceAsked(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	ends(t, cli.Good, "", signRoot)
	write(t, "root", root(2)+otherNS)
	ends(t, cli.Refused, "", signRoot, "ZONE-APEX-NS")
	ends(t, cli.Good, "", signRoot+" --allow-apex-ns-change")
}

func TestAKeyThatIsNotThatOfTheIndexSignsNothing(t *testing.T) {
	inCopy(t, bases.installed)
	write(t, "root", root(1))
	label, other := "zsk/keys/zsk-root-"+present.String(), "zsk/keys/zsk-root-"+present.Next().String()
	for _, half := range []string{".pem", ".key"} {
		if err := os.Rename(other+half, label+half); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t)
	ends(t, cli.Failed, "", signRoot, "zsk-root-"+present.String(), "not the one of the key index")
	unchanged(t, before)
}
