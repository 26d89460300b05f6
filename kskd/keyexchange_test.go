package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"countersign/internal/cli"
	"countersign/kskd/internal/kskplan"
	"countersign/pkg/rr"
)

func TestAKSKComesBackFromBINDsFilesToThePlan(t *testing.T) {
	inCopy(t, bases.fresh)
	if err := os.Mkdir("out", 0o700); err != nil {
		t.Fatal(err)
	}
	before := files(t)
	ends(t, cli.Failed, "yes\n", "key export -c ksk/kskd.yaml --to out --label ksk-1", "without encryption", "nothing was done")
	onlySeen(t, before)
	ends(t, cli.Good, "Yes\n", "key export -c ksk/kskd.yaml --to out --label ksk-1", ".private")
	private, err := filepath.Glob("out/K*.private")
	if err != nil || len(private) != 1 {
		t.Fatal(private, err)
	}
	from := firstCycle.Start().Format(time.RFC3339)
	line := "key import -c ksk/kskd.yaml --test --from " + private[0] + " --anchor-from " + from + " --publish-from " + from + " --sign-from " + from + " --label "
	ends(t, cli.Failed, "", line+"ksk-1", "already")
	ends(t, cli.Failed, "", line+"ksk-2", "taken")

	// The key is lost, but for the files.
	want, err := kskplan.Load("ksk/ksks.yaml", rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := (&kskplan.Plan{Zone: rr.Root}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	write(t, "ksk/ksks.yaml", empty)
	for _, half := range []string{".key", ".pem"} {
		if err := os.Remove("ksk/keys/ksk-1" + half); err != nil {
			t.Fatal(err)
		}
	}
	ends(t, cli.Good, "", line+"ksk-1", "KSK ksk-1")
	if got, err := kskplan.Load("ksk/ksks.yaml", rr.Root); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the plan is %+v, %v; want %+v", got, err, want)
	}
}

func TestImportAndExportNeedTheirFlags(t *testing.T) {
	inCopy(t, bases.fresh)
	for _, line := range []string{
		"key import -c ksk/kskd.yaml --label a", "key import -c ksk/kskd.yaml --from a",
		"key export -c ksk/kskd.yaml --to out", "key export -c ksk/kskd.yaml --label a",
	} {
		if o := ends(t, cli.Failed, "", line); !cli.IsUsage(o.Err) {
			t.Errorf("kskd %s\n%sis not taken for an error of usage", line, o)
		}
	}
}
