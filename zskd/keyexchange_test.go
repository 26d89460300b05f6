package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"countersign/internal/cli"
	"countersign/pkg/rr"
	"countersign/zskd/internal/state"
)

func TestAZSKComesBackFromBINDsFilesToItsCycle(t *testing.T) {
	inCopy(t, bases.asked)
	cycle := present.Next().String()
	label := "zsk-root-" + cycle
	if err := os.Mkdir("out", 0o700); err != nil {
		t.Fatal(err)
	}
	before := files(t)
	ends(t, cli.Failed, "yes\n", "key export -c zsk/zskd.yaml --to out --label "+label, "without encryption", "nothing was done")
	ends(t, cli.Failed, "Yes\n", "key export -c zsk/zskd.yaml --to out --label zsk-other", "zsk-other")
	unchanged(t, before)
	ends(t, cli.Good, "Yes\n", "key export -c zsk/zskd.yaml --to out --label "+label, ".private")
	private, err := filepath.Glob("out/K*.private")
	if err != nil || len(private) != 1 {
		t.Fatal(private, err)
	}
	line := "key import -c zsk/zskd.yaml --from " + private[0] + " --cycle "
	ends(t, cli.Failed, "", line+cycle, "has ZSK "+label+" already")
	ends(t, cli.Failed, "", line+present.Next().Next().String(), "taken")

	// The key is lost, but for the files.
	s, unlock, err := state.Lock("zsk/state", rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	want := s.Index.Entries[1]
	s.Index.Entries = s.Index.Entries[:1]
	if err := s.Index.Save(s.Dir); err != nil {
		t.Fatal(err)
	}
	unlock()
	for _, half := range []string{".key", ".pem"} {
		if err := os.Remove("zsk/keys/" + label + half); err != nil {
			t.Fatal(err)
		}
	}
	ends(t, cli.Good, "", line+cycle, "ZSK "+label)
	if s, err = state.Read("zsk/state", rr.Root); err != nil || len(s.Index.Entries) != 2 || !reflect.DeepEqual(s.Index.Entries[1], want) {
		t.Errorf("%v: the index has %+v", err, s.Index.Entries)
	}
}

func TestImportAndExportNeedTheirFlags(t *testing.T) {
	inCopy(t, bases.asked)
	for _, line := range []string{
		"key import -c zsk/zskd.yaml --from a", "key import -c zsk/zskd.yaml --cycle 2030Q1", "key import -c zsk/zskd.yaml --from a --cycle 2030",
		"key export -c zsk/zskd.yaml --to out", "key export -c zsk/zskd.yaml --label a",
	} {
		if o := ends(t, cli.Failed, "", line); !cli.IsUsage(o.Err) {
			t.Errorf("zskd %s\n%sis not taken for an error of usage", line, o)
		}
	}
	ends(t, cli.Failed, "", "key import -c zsk/zskd.yaml --from missing --cycle 2030Q1", "missing")
}
