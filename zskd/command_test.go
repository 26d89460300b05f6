package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/internal/faulttest"
	"countersign/internal/ksrfixture"
	"countersign/internal/newzone"
	"countersign/internal/softhsm"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/zskd/internal/config"
	"countersign/zskd/internal/published"
	"countersign/zskd/internal/state"
)

func TestBadCommandLinesAreUsageAndChangeNothing(t *testing.T) {
	inCopy(t, bases.asked)
	before := files(t)
	for _, line := range []string{
		"", "wrong", "skr", "skr improt a", "skr import", "skr import a b", "key", "key wrong", "sign", "sign a b", "status more", "keys more", "ksr more",
		"init", "init new", "init new --zone com", "init new --zone . --profile x", "init new --zone . --bits 1024", "init new --zone . --cycle 2027",
		"init new --zone . --algorithm 5", "init new --zone . --keys x",
		"key delete -c zsk/zskd.yaml", "ksr -c zsk/zskd.yaml", "ksr -c zsk/zskd.yaml --cycle 2027Q5", "ksr -c zsk/zskd.yaml --cycle 2027Q1 --at 2027",
		"ksr -c zsk/zskd.yaml --cycle 2027Q1 --zone com",
		"skr import -c zsk/zskd.yaml --at now a", "sign -c zsk/zskd.yaml --at 2027-01-01 a", "status -c zsk/zskd.yaml --at x", "sign --republish=x a",
	} {
		o := ends(t, cli.Failed, "", line)
		if !cli.IsUsage(o.Err) {
			t.Errorf("zskd %s\n%sis not taken for an error of usage", line, o)
		}
	}
	unchanged(t, before)
}

func TestEveryCommandSaysWhichConfigurationIsMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, line := range []string{"ksr --cycle 2027Q1", "skr import a", "sign a", "status", "keys", "key delete --label a"} {
		ends(t, cli.Failed, "", line, "zskd.yaml", `"zskd init"`)
	}
}

func TestTheZoneOfAKSRCanBeSaidToBeSure(t *testing.T) {
	inCopy(t, bases.asked)
	before := files(t)
	ends(t, cli.Failed, "", "ksr -c zsk/zskd.yaml --zone com. --genesis --cycle "+present.String(), "is for zone ., not com.")
	unchanged(t, before)
	ends(t, cli.Good, "", "ksr -c zsk/zskd.yaml --zone . --genesis --cycle "+present.String())
}

func TestLimitsOfAnotherZoneAreRefused(t *testing.T) {
	inCopy(t, bases.installed)
	text, err := policyfile.Format(policy.TLDLimits("\x03com\x00"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, "zsk/limits.yaml", string(text))
	before := files(t)
	for _, line := range []string{"ksr -c zsk/zskd.yaml --cycle 2027Q1", "skr import -c zsk/zskd.yaml present.skr", "sign -c zsk/zskd.yaml present.skr", "keys -c zsk/zskd.yaml"} {
		ends(t, cli.Failed, "", line, "zsk/limits.yaml", "is for zone com., not .")
	}
	unchanged(t, before)
}

func TestInitLeavesAllOrNothingAtEveryStep(t *testing.T) {
	flags := &newzone.Flags{}
	cmd := program()
	flags.Add(cmd)
	token := softhsm.New(t, "init") // whose key is taken over from the second run on
	for name, value := range map[string]string{"zone": ".", "algorithm": "ED25519", "keys": token.URI, "passphrase-file": token.PINFile} {
		if err := cmd.Flags().Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	choice, err := flags.Choose()
	if err != nil {
		t.Fatal(err)
	}
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "zsk") },
		func(dir string) error { return initialize(dir, choice, present) },
		func(t *testing.T, dir string, err error) {
			if err != nil {
				if exists(t, dir) {
					t.Error("part of it is left")
				}
				return
			}
			if _, err := config.Load(filepath.Join(dir, config.FileName)); err != nil {
				t.Error(err)
			}
		})
}

func TestInitRefusesADirectoryThatExists(t *testing.T) {
	inCopy(t, bases.asked)
	before := files(t)
	ends(t, cli.Failed, "", "init zsk --zone .", "zsk exists already")
	unchanged(t, before)
}

func TestInitMakesTheZSKOfTheFirstCycle(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("secret", []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ends(t, cli.Good, "", `init zsk --zone a\.b.example. --cycle 2030Q3 --passphrase-file secret`, "with a ZSK for 2030Q3", "trust-anchor.xml")
	cfg, err := config.Load("zsk/zskd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Read(cfg.State, cfg.Zone)
	if err != nil || len(s.Index.Entries) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if e := s.Index.Entries[0]; e.Cycle != (rollover.Cycle{Year: 2030, Quarter: 3}) || e.Key.Algorithm != dnssec.ECDSAP256SHA256 || e.ZSKDates != cfg.Schedule.ZSKDatesOf(e.Cycle) {
		t.Errorf("the key is %+v", e)
	}
}

func TestTheFirstKSRIsAGenesisAndNoOtherIs(t *testing.T) {
	cycle, at := next()
	line := "ksr -c zsk/zskd.yaml -o new.ksr --cycle " + cycle.String() + " --at " + at.Format(time.RFC3339)

	inCopy(t, bases.asked)
	before := files(t)
	ends(t, cli.Failed, "", line, "no SKR of this zone is installed yet", "--genesis")
	unchanged(t, before)

	inCopy(t, bases.installed)
	before = files(t)
	ends(t, cli.Failed, "", line+" --genesis", "an SKR of this zone is installed", "leave out --genesis")
	unchanged(t, before)
	ends(t, cli.Good, "", line, "new.ksr", "SHA-256")
}

func TestAKSROfACycleThatHasBegunOrIsOverIsRefused(t *testing.T) {
	inCopy(t, bases.installed)
	before := files(t)
	line := "ksr -c zsk/zskd.yaml --cycle " + present.String()
	ends(t, cli.Failed, "", line+" --at "+present.Start().AddDate(0, 0, 15).Format(time.RFC3339), "has begun: 1 of its 9 slots")
	ends(t, cli.Failed, "", line+" --at "+present.Next().Start().Format(time.RFC3339), "is over")
	unchanged(t, before)
}

func TestAKSRThatOurOwnLimitsRefuseIsNotKept(t *testing.T) {
	inCopy(t, bases.installed)
	edit(t, "zsk/limits.yaml", "distinct_keys: {min: 3, max: 3}", "distinct_keys: {min: 4, max: 4}")
	before := files(t)
	cycle, at := next()
	ends(t, cli.Refused, "", "ksr -c zsk/zskd.yaml -o new.ksr --cycle "+cycle.String()+" --at "+at.Format(time.RFC3339), "KSR-POLICY-KEYS", "KSR just made is refused: 1 violation")
	after := files(t)
	if exists(t, "new.ksr") || len(after) > len(before)+2 { // the ZSK of the cycle after
		t.Errorf("left are %d files, before %d", len(after), len(before))
	}
}

func TestAKSRThatCannotBeWrittenIsKept(t *testing.T) {
	inCopy(t, bases.asked)
	kept, err := filepath.Glob("zsk/state/ksrs/*")
	if err != nil {
		t.Fatal(err)
	}
	o := ends(t, cli.Failed, "", "ksr -c zsk/zskd.yaml -o present.ksr --genesis --cycle "+present.String(), "the KSR is kept: copy it from zsk/state/ksrs/")
	if now, _ := filepath.Glob("zsk/state/ksrs/*"); len(now) != len(kept)+1 {
		t.Errorf("%s\nkept are %v", o, now)
	}
}

func TestAnExactTextKSRNeedsPossessionOutOfBand(t *testing.T) {
	inCopy(t, bases.asked)
	edit(t, "zsk/zskd.yaml", "format: icann", "format: knot")
	edit(t, "zsk/limits.yaml", "formats: [icann]", "formats: [icann, knot, bind]")
	line := "ksr -c zsk/zskd.yaml --genesis -o new.ksr --cycle " + present.String()
	ends(t, cli.Failed, "", line, "possession", "out-of-band")
	if exists(t, "new.ksr") {
		t.Error("a KSR was written")
	}
	edit(t, "zsk/limits.yaml", "possession: required", "possession: out-of-band")
	ends(t, cli.Good, "", line)
	request, err := ksr.ParseRequest([]byte(read(t, "new.ksr")))
	if err != nil || request.Format != ksr.Knot {
		t.Errorf("%v, %v", request, err)
	}
}

func TestAnSKRIsInstalledOnce(t *testing.T) {
	inCopy(t, bases.asked)
	ends(t, cli.Good, "", "skr import -c zsk/zskd.yaml present.skr", "installed  zsk/state/skrs/0001/skr", "SHA-256", "days of signed DNSKEY RRsets")
	if read(t, "zsk/state/skrs/0001/skr") != read(t, "present.skr") || read(t, "zsk/state/skrs/0001/ksr") != read(t, "present.ksr") {
		t.Error("installed are other documents")
	}
	before := files(t)
	ends(t, cli.Refused, "", "skr import -c zsk/zskd.yaml present.skr", "SKR-")
	unchanged(t, before)
	ends(t, cli.Good, "", "status -c zsk/zskd.yaml", "days of signed DNSKEY RRsets", "zsk-root-"+present.String(), "active")
}

func TestImportWithoutATrustAnchorIsRefused(t *testing.T) {
	inCopy(t, bases.asked)
	if err := os.Remove("zsk/trust-anchor.xml"); err != nil {
		t.Fatal(err)
	}
	before := files(t)
	ends(t, cli.Failed, "", "skr import -c zsk/zskd.yaml present.skr", "no trust anchor", "zsk/trust-anchor.xml", `"kskd trust-anchor"`)
	unchanged(t, before)
	write(t, "zsk/trust-anchor.xml", "<TrustAnchor/>")
	ends(t, cli.Failed, "", "skr import -c zsk/zskd.yaml present.skr", "trust anchor zsk/trust-anchor.xml")
	if exists(t, "zsk/state/skrs") {
		t.Error("something was installed")
	}
}

func TestARefusedSKRChangesNothing(t *testing.T) {
	for name, row := range map[string]struct {
		spoil  func(t *testing.T)
		status int
		want   []string
	}{
		"unknown id": {func(t *testing.T) {
			request, err := ksr.ParseRequest([]byte(read(t, "present.ksr")))
			if err != nil {
				t.Fatal(err)
			}
			edit(t, "present.skr", request.ID, "00000000-0000-4000-8000-000000000000")
		}, cli.Refused, []string{"SKR-MATCH", "00000000-0000-4000-8000-000000000000", "another state directory"}},
		"another trust anchor": {func(t *testing.T) {
			other := ksrfixture.NewKey("other", dnssec.ED25519, 0, 257)
			if err := pin("zsk/trust-anchor.xml", other); err != nil {
				t.Fatal(err)
			}
		}, cli.Refused, []string{"SKR-SIG-ANCHOR"}},
		"another KSK": {func(t *testing.T) {
			other := ksrfixture.NewKey("other", dnssec.ED25519, 0, 257)
			doc, err := answer([]byte(read(t, "present.ksr")), other, policy.RequestInput{Genesis: true, Now: time.Now().UTC().Truncate(time.Second)})
			if err != nil {
				t.Fatal(err)
			}
			write(t, "present.skr", string(doc))
		}, cli.Refused, []string{"SKR-SIG-ANCHOR"}},
		"a KSR":       {func(t *testing.T) { write(t, "present.skr", read(t, "present.ksr")) }, cli.Refused, []string{"present.skr", "KSR"}},
		"cut off":     {func(t *testing.T) { write(t, "present.skr", read(t, "present.skr")[:2000]) }, cli.Refused, []string{"present.skr", "line "}},
		"empty":       {func(t *testing.T) { write(t, "present.skr", "") }, cli.Refused, []string{"present.skr"}},
		"not there":   {func(t *testing.T) { os.Remove("present.skr") }, cli.Failed, []string{"present.skr"}},
		"KSR is lost": {func(t *testing.T) { os.RemoveAll("zsk/state/ksrs") }, cli.Refused, []string{"SKR-MATCH"}},
	} {
		t.Run(name, func(t *testing.T) {
			inCopy(t, bases.asked)
			row.spoil(t)
			before := files(t)
			ends(t, row.status, "", "skr import -c zsk/zskd.yaml present.skr", row.want...)
			unchanged(t, before)
		})
	}
}

func TestKeyDeleteRefusesAKeyThatIsNeeded(t *testing.T) {
	inCopy(t, bases.installed)
	before := files(t)
	for _, cycle := range []rollover.Cycle{present, present.Next()} {
		ends(t, cli.Failed, "Yes\n", "key delete -c zsk/zskd.yaml --label zsk-root-"+cycle.String(), "still needed", "leaves the zone on")
	}
	ends(t, cli.Failed, "Yes\n", "key delete -c zsk/zskd.yaml --label zsk-other", "no key zsk-other")
	unchanged(t, before)
}

// The zone has done with the key, and the algorithm of new keys was changed.
func TestAKeyTheZoneHasDoneWithIsDeleted(t *testing.T) {
	inCopy(t, bases.asked)
	s, unlock, err := state.Lock("zsk/state", rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	old := rollover.Cycle{Year: 2020, Quarter: 1}
	cfg, err := config.Load("zsk/zskd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.Index.Entries[0].ZSKDates = cfg.Schedule.ZSKDatesOf(old)
	if err := s.Index.Save(s.Dir); err != nil {
		t.Fatal(err)
	}
	unlock()
	edit(t, "zsk/zskd.yaml", "algorithm: ED25519", "algorithm: ECDSAP256SHA256")
	label := s.Index.Entries[0].Label
	ends(t, cli.Failed, "yes\n", "key delete -c zsk/zskd.yaml --label "+label, "nothing was done")
	if !exists(t, "zsk/keys/"+label+".pem") {
		t.Fatal("the key is gone")
	}
	ends(t, cli.Good, "Yes\n", "key delete -c zsk/zskd.yaml --label "+label, "is destroyed")
	if exists(t, "zsk/keys/"+label+".pem") {
		t.Error("the key is there")
	}
	ends(t, cli.Good, "", "keys -c zsk/zskd.yaml", label, "removed")
}

func TestStatusSaysHowLongTheSignaturesLast(t *testing.T) {
	inCopy(t, bases.asked)
	ends(t, cli.Good, "", "status -c zsk/zskd.yaml", "runway     no signed DNSKEY RRset", "none installed")
	inCopy(t, bases.installed)
	end := present.Next().Start()
	ends(t, cli.Good, "", "status -c zsk/zskd.yaml --at "+end.AddDate(0, 0, -1).Format(time.RFC3339), "in force   bundle of", "days of signed DNSKEY RRsets", "next ")
	ends(t, cli.Good, "", "status -c zsk/zskd.yaml --at "+end.AddDate(1, 0, 0).Format(time.RFC3339), "runway     no signed DNSKEY RRset", "removed")
	ends(t, cli.Good, "", "status -c zsk/zskd.yaml --at "+present.Start().AddDate(-1, 0, 0).Format(time.RFC3339), "the next one is of", "generated")
	if _, err := published.Last("zsk/state"); err != nil {
		t.Error(err)
	}
}
