package main

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/cli"
	"countersign/internal/faulttest"
	"countersign/internal/newzone"
	"countersign/kskd/internal/config"
	"countersign/kskd/internal/kskplan"
	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/policy"
	"countersign/pkg/policyfile"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

func TestBadCommandLinesAreUsageAndChangeNothing(t *testing.T) {
	inCopy(t, bases.fresh)
	write(t, "first.ksr", firstKSR())
	before := files(t)
	for _, line := range []string{
		"", "wrong", "key", "key wrong", "key list more", "trust-anchor more", "sign", "sign a b",
		"init", "init new", "init new --zone com", "init new --zone . --profile x", "init new --zone . --bits 1024",
		"init new --zone . --algorithm 5", "init new --zone . --keys x", "init new --zone . --wrong",
		"key generate -c ksk/kskd.yaml", "key adopt -c ksk/kskd.yaml", "key delete -c ksk/kskd.yaml",
		"key generate -c ksk/kskd.yaml --label a --anchor-from 2027-01-01",
		"sign -c ksk/kskd.yaml --genesis first.ksr",
		"sign -c ksk/kskd.yaml -o out --genesis --previous a first.ksr",
		"sign -c ksk/kskd.yaml -o out --genesis --at now first.ksr",
		"sign -c ksk/kskd.yaml -o out --genesis --until 2027 first.ksr",
		"sign -c ksk/kskd.yaml -o out --genesis --format xml first.ksr",
	} {
		o := ends(t, cli.Failed, "", line)
		if !cli.IsUsage(o.Err) {
			t.Errorf("kskd %s\n%sis not taken for an error of usage", line, o)
		}
	}
	if after := files(t); len(after) != len(before) || exists(t, "new") {
		t.Errorf("left is %v", slices.Sorted(maps.Keys(after)))
	}
}

func TestEveryCommandSaysWhichConfigurationIsMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, line := range []string{
		"key generate --label a", "key adopt --label a", "key list", "key delete --label a", "trust-anchor", "sign -o out a",
	} {
		ends(t, cli.Failed, "", line, "kskd.yaml", `"kskd init"`)
	}
}

func TestInitRefusesADirectoryThatExists(t *testing.T) {
	inCopy(t, bases.fresh)
	before := files(t)
	ends(t, cli.Failed, "", "init ksk --zone .", "ksk exists already")
	if after := files(t); len(after) != len(before) {
		t.Errorf("left is %v", slices.Sorted(maps.Keys(after)))
	}
}

func TestInitMakesFilesThatReadBack(t *testing.T) {
	t.Chdir(t.TempDir())
	ends(t, cli.Good, "", `init ksk --zone a\.b.example. --passphrase-file ksk.secret`, `made ksk for zone a\.b.example.`)
	cfg, err := config.Load("ksk/kskd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := policyfile.Load(cfg.Limits, cfg.Zone); err != nil {
		t.Error(err)
	}
	if plan, err := kskplan.Load(cfg.KSKs, cfg.Zone); err != nil || len(plan.Entries) != 0 {
		t.Errorf("the plan: %v", err)
	}
	if !strings.HasSuffix(cfg.Keys.PassphraseFile, "/ksk.secret") || cfg.Keys.Algorithm != dnssec.ECDSAP256SHA256 {
		t.Errorf("keys are %+v", cfg.Keys)
	}
	ends(t, cli.Failed, "", "trust-anchor -c ksk/kskd.yaml", "no KSK is a trust anchor", "anchor_from")
}

func TestInitLeavesAllOrNothingAtEveryStep(t *testing.T) {
	choice := newzone.Choice{Zone: rr.Root}
	flags := &newzone.Flags{}
	cmd := program()
	flags.Add(cmd)
	if err := cmd.Flags().Set("zone", "."); err != nil {
		t.Fatal(err)
	}
	choice, err := flags.Choose()
	if err != nil {
		t.Fatal(err)
	}
	faulttest.Each(t,
		func(t *testing.T) string { return filepath.Join(t.TempDir(), "ksk") },
		func(dir string) error { return initialize(dir, choice) },
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

func TestFilesOfAnotherZoneAreRefused(t *testing.T) {
	const com = rr.Name("\x03com\x00")
	limits, err := policyfile.Format(policy.TLDLimits(com))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := (&kskplan.Plan{Zone: com}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string][]byte{"ksk/limits.yaml": limits, "ksk/ksks.yaml": plan} {
		t.Run(file, func(t *testing.T) {
			inCopy(t, bases.fresh)
			write(t, "first.ksr", firstKSR())
			write(t, file, text)
			ends(t, cli.Failed, "", "sign -c ksk/kskd.yaml --genesis --at "+firstTime+" -o out first.ksr", file, "is for zone com., not .")
		})
	}
}

func TestSignWritesTheSKRThatIsOnRecord(t *testing.T) {
	inCopy(t, bases.signed)
	written, err := os.ReadFile("first.skr")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"skr": written, "ksr": firstKSR()} {
		if got, err := os.ReadFile("ksk/state/skrs/0001/" + name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("on record is another %s, %v", name, err)
		}
	}
}

func TestSignWantsExactlyYes(t *testing.T) {
	inCopy(t, bases.signed)
	write(t, "second.ksr", secondKSR())
	before := files(t)
	line := "sign -c ksk/kskd.yaml --at " + secondTime + " -o second.skr second.ksr"
	for _, answer := range []string{"", "\n", "yes\n", "YES\n", "y\n", "Yes, sign it\n"} {
		o := ends(t, cli.Failed, answer, line, "Sign this KSR?", "SHA-256", "ksk-1", "Limits", "Previous")
		if !errors.Is(o.Err, cli.ErrNotConfirmed) {
			t.Errorf("%q: %v", answer, o.Err)
		}
		onlySeen(t, before)
	}
	ends(t, cli.Good, "Yes\n", line, "SKR        second.skr, 9 bundles")
	if !exists(t, "second.skr") || !exists(t, "ksk/state/skrs/0002/skr") {
		t.Error("nothing was signed")
	}
}

func TestSignRefusesToOverwrite(t *testing.T) {
	inCopy(t, bases.signed)
	write(t, "second.ksr", secondKSR())
	before := files(t)
	ends(t, cli.Failed, "", "sign -c ksk/kskd.yaml --at "+secondTime+" --yes -o first.skr second.ksr", "first.skr exists already")
	onlySeen(t, before)
}

func TestSignFindsOutFirstThatAFolderIsMissing(t *testing.T) {
	inCopy(t, bases.signed)
	write(t, "second.ksr", secondKSR())
	before := files(t)
	ends(t, cli.Failed, "", "sign -c ksk/kskd.yaml --at "+secondTime+" --yes -o missing/second.skr second.ksr", "no folder missing")
	onlySeen(t, before)
}

func TestAnSKRThatCannotBeWrittenIsOnRecord(t *testing.T) {
	inCopy(t, bases.signed)
	write(t, "second.ksr", secondKSR())
	name := strings.Repeat("x", 300) // longer than file systems take
	ends(t, cli.Failed, "", "sign -c ksk/kskd.yaml --at "+secondTime+" --yes -o "+name+" second.ksr", "copy it from ksk/state/skrs/0002/skr")
	if !exists(t, "ksk/state/skrs/0002/skr") {
		t.Error("it is not")
	}
}

func TestAnotherTimeIsForTestKeysOnly(t *testing.T) {
	inCopy(t, bases.fresh)
	edit(t, "ksk/ksks.yaml", "    test: true\n", "")
	write(t, "first.ksr", firstKSR())
	before := files(t)
	ends(t, cli.Failed, "Yes\n", "sign -c ksk/kskd.yaml --genesis --at "+firstTime+" -o first.skr first.ksr", "KSK ksk-1 is none", "test keys only")
	onlySeen(t, before)
}

func TestWhatIsRefusedChangesNothingButTheMemoryOfKSRs(t *testing.T) {
	other := makeKSR("\x03com\x00", firstCycle.Next(), "other")
	for name, row := range map[string]struct {
		base   func() (string, error)
		status int
		flags  string
		doc    []byte
		want   []string
	}{
		"genesis again":         {bases.signed, cli.Refused, "--genesis --at " + secondTime, secondKSR(), []string{"KSR-GENESIS", "leave out --genesis"}},
		"no genesis at first":   {bases.fresh, cli.Failed, "--at " + firstTime, firstKSR(), []string{"no SKR of this zone is on record", "--previous", "--genesis"}},
		"signed before":         {bases.signed, cli.Refused, "--at " + secondTime, firstKSR(), []string{"KSR-ID", "0001/skr"}},
		"another zone":          {bases.signed, cli.Refused, "--at " + secondTime, other, []string{"KSR-DOMAIN"}},
		"too early":             {bases.signed, cli.Refused, "--at " + firstTime, secondKSR(), []string{"KSR-POLICY-SIG-HORIZON"}},
		"no KSR":                {bases.signed, cli.Refused, "--at " + secondTime, []byte("<KSR>"), []string{"KSR-SYNTAX: line 1", "doc.ksr"}},
		"empty":                 {bases.signed, cli.Refused, "--at " + secondTime, nil, []string{"KSR-SYNTAX", "doc.ksr"}},
		"an SKR":                {bases.signed, cli.Refused, "--at " + secondTime + " --previous doc.ksr", secondKSR(), []string{"SKR-SYNTAX", "doc.ksr"}},
		"previous is not there": {bases.signed, cli.Failed, "--at " + secondTime + " --previous none.skr", secondKSR(), []string{"none.skr"}},
		"no room in the form":   {bases.signed, cli.Failed, "--yes --format knot --at " + secondTime, secondKSR(), []string{"form knot is not within the limits", "documents.formats"}},
		"cycle is over":         {bases.fresh, cli.Refused, "--genesis --at 2027-05-01T00:00:00Z", firstKSR(), []string{"KSR-POLICY-SIG-HORIZON"}},
		"a bundle is shorter":   {bases.signed, cli.Refused, "--at " + secondTime, bytes.Replace(secondKSR(), []byte("2027-04-11"), []byte("2027-04-12"), 2), []string{"KSR-POLICY-SIG-VALIDITY"}},
		"another TTL":           {bases.signed, cli.Refused, "--at " + secondTime, bytes.Replace(secondKSR(), []byte("172800"), []byte("3600"), 1), []string{"KSR-BUNDLE-TTL"}},
	} {
		t.Run(name, func(t *testing.T) {
			inCopy(t, row.base)
			write(t, "doc.ksr", row.doc)
			before := files(t)
			ends(t, row.status, "Yes\n", "sign -c ksk/kskd.yaml -o out.skr "+row.flags+" doc.ksr", row.want...)
			onlySeen(t, before)
		})
	}
}

// Another SKR for the same slots, such as one made from a copy of the token, must
// not become the one that is continued.
func TestAPreviousSKRThatIsNotTheOneOnRecordIsRefused(t *testing.T) {
	inCopy(t, bases.fresh)
	write(t, "twin.ksr", makeKSR(rr.Root, firstCycle, "twin"))
	ends(t, cli.Good, "", "sign -c ksk/kskd.yaml --genesis --yes --at "+firstTime+" -o twin.skr twin.ksr")
	twin, err := os.ReadFile("twin.skr")
	if err != nil {
		t.Fatal(err)
	}
	inCopy(t, bases.signed)
	write(t, "twin.skr", twin)
	write(t, "second.ksr", secondKSR())
	before := files(t)
	ends(t, cli.Refused, "", "sign -c ksk/kskd.yaml --yes --at "+secondTime+" --previous twin.skr -o second.skr second.ksr", "KSR-CHAIN-HASH")
	onlySeen(t, before)
	ends(t, cli.Good, "", "sign -c ksk/kskd.yaml --yes --at "+secondTime+" --previous first.skr -o second.skr second.ksr")
}

func TestKeyDeleteRefusesAPlannedKey(t *testing.T) {
	inCopy(t, bases.fresh)
	before := files(t)
	ends(t, cli.Failed, "Yes\n", "key delete -c ksk/kskd.yaml --label ksk-1", "still needs KSK ksk-1", "remove_from")
	onlySeen(t, before)

	plan, err := os.ReadFile("ksk/ksks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(plan), "ksks:")
	write(t, "ksk/ksks.yaml", []byte(head+"ksks: []\n"))
	ends(t, cli.Good, "", "key list -c ksk/kskd.yaml", "ksk-1", "not in the plan")
	ends(t, cli.Failed, "no\n", "key delete -c ksk/kskd.yaml --label ksk-1", "nothing was done")
	if !exists(t, "ksk/keys/ksk-1.pem") {
		t.Fatal("the key is gone")
	}
	ends(t, cli.Good, "Yes\n", "key delete -c ksk/kskd.yaml --label ksk-1", "key ksk-1 is destroyed")
	if exists(t, "ksk/keys/ksk-1.pem") || exists(t, "ksk/keys/ksk-1.key") {
		t.Error("the key is there")
	}
	ends(t, cli.Failed, "Yes\n", "key delete -c ksk/kskd.yaml --label ksk-1", "no key ksk-1")
}

// The algorithm of new keys was changed after the key was made.
func TestAKeyIsDeletedByTheAlgorithmItHas(t *testing.T) {
	inCopy(t, bases.fresh)
	edit(t, "ksk/kskd.yaml", "algorithm: ED25519", "algorithm: ECDSAP256SHA256")
	for _, date := range []string{"anchor_from", "publish_from", "sign_from"} {
		edit(t, "ksk/ksks.yaml", date+": 2027-01-01", date+": 2020-01-01")
	}
	edit(t, "ksk/ksks.yaml", "    sign_from: 2020-01-01T00:00:00Z\n", "    sign_from: 2020-01-01T00:00:00Z\n    remove_from: 2021-01-01T00:00:00Z\n")
	ends(t, cli.Good, "", "key delete -c ksk/kskd.yaml --label ksk-1 --yes", "key ksk-1 is destroyed")
}

func TestKeyListShowsPlanAndStore(t *testing.T) {
	inCopy(t, bases.fresh)
	o := ends(t, cli.Good, "", "key list -c ksk/kskd.yaml")
	lines := strings.Split(strings.TrimSpace(o.Stdout), "\n")
	if len(lines) != 2 {
		t.Fatal(o)
	}
	if f := strings.Fields(lines[1]); f[0] != "ksk-1" || f[3] != "ED25519" || f[5] != "test" || f[6] != "yes" {
		t.Errorf("got %v", f)
	}
	for _, half := range []string{"pem", "key"} {
		if err := os.Remove("ksk/keys/ksk-1." + half); err != nil {
			t.Fatal(err)
		}
	}
	o = ends(t, cli.Good, "", "key list -c ksk/kskd.yaml")
	if !strings.HasSuffix(strings.TrimSpace(o.Stdout), "no") {
		t.Errorf("a key that is not in the store is shown as\n%s", o.Stdout)
	}
}

func TestAKSKIsMadeOnceWithDatesThatMakeSense(t *testing.T) {
	inCopy(t, bases.fresh)
	ends(t, cli.Failed, "", "key generate -c ksk/kskd.yaml --label ksk-1", "KSK ksk-1 is in ksk/ksks.yaml already")
	ends(t, cli.Failed, "", "key adopt -c ksk/kskd.yaml --label ksk-9", "no key ksk-9")
	before := files(t)
	ends(t, cli.Failed, "", "key generate -c ksk/kskd.yaml --label ksk-2 --publish-from 2028-01-01T00:00:00Z --sign-from 2027-01-01T00:00:00Z", "before")
	ends(t, cli.Failed, "", "key generate -c ksk/kskd.yaml --label ksk-2 --backup wrapped", "ksk-2")
	ends(t, cli.Failed, "", "key generate -c ksk/kskd.yaml --label ../ksk-2", "label")
	onlySeen(t, before)
}

// The plan could not be written: the key is in the store, and the next run notes
// it, if it is asked for the same.
func TestAKSKThatWasMadeAndNotNotedIsTakenOver(t *testing.T) {
	inCopy(t, bases.fresh)
	restore := durable.Inject(func(_ durable.Op, path string) durable.Effect {
		if filepath.Base(path) == "ksks.yaml" {
			return durable.Fail
		}
		return durable.Proceed
	})
	line := "key generate -c ksk/kskd.yaml --label ksk-2 --test"
	o := run("", strings.Fields(line)...)
	restore()
	if !strings.Contains(o.String(), "run the command again") {
		t.Fatal(o)
	}
	ends(t, cli.Failed, "", "key generate -c ksk/kskd.yaml --label ksk-2", "its mark in the store (test key: true)")
	ends(t, cli.Good, "", line, "took over key ksk-2")
	o = ends(t, cli.Good, "", "key list -c ksk/kskd.yaml")
	if strings.Count(o.Stdout, "ksk-2") != 1 || strings.Contains(o.Stdout, "not in the plan") {
		t.Error(o)
	}
}

func TestTheTrustAnchorIsOfTheKSKsThatAreAnchorsNow(t *testing.T) {
	inCopy(t, bases.fresh)
	cfg, err := config.Load("ksk/kskd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	start := firstCycle.Start()
	if _, err := trustAnchors(cfg, false, start.Add(-1)); err == nil || cli.Status(err) != cli.Failed {
		t.Errorf("before anchor_from: %v", err)
	}
	document, err := trustAnchors(cfg, false, start)
	if err != nil || !bytes.Contains(document, []byte("<TrustAnchor")) || !bytes.Contains(document, []byte("2027-01-01T00:00:00+00:00")) {
		t.Errorf("%v\n%s", err, document)
	}
	ds, err := trustAnchors(cfg, true, start)
	if err != nil || bytes.Count(ds, []byte("\n")) != 1 || !bytes.Contains(ds, []byte("DS")) {
		t.Errorf("%v\n%s", err, ds)
	}
	plan, err := kskplan.Load(cfg.KSKs, cfg.Zone)
	if err != nil {
		t.Fatal(err)
	}
	if state := plan.Entries[0].State(start, rollover.Safety{}); state == rollover.Removed {
		t.Error(state)
	}
}
