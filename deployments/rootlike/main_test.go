package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/rootlike"
)

func TestArgumentsReachTheZone(t *testing.T) {
	var out bytes.Buffer
	arguments := strings.Fields("-seed 3 -delegations 7 -serial 9 -shape tld -origin test. -own 2 -unsorted")
	if err := run(arguments, &out); err != nil {
		t.Fatal(err)
	}
	want := rootlike.Zone(rootlike.Options{Shape: rootlike.TLD, Origin: "test.", Seed: 3, Delegations: 7, Serial: 9, OwnServers: 2, Unsorted: true})
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("not the zone that was asked for:\n%s", &out)
	}

	file := filepath.Join(t.TempDir(), "zone")
	if err := run(append(arguments, "-o", file), &out); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("-o writes another zone (%v)", err)
	}
}

func TestRefusedArguments(t *testing.T) {
	for _, arguments := range []string{
		"-shape flat", "-delegations 0", "-serial 0", "-serial 4294967296", "-origin example.", "zone", "-shape tld -origin example",
		"-o " + filepath.Join(t.TempDir(), "no", "folder"),
	} {
		if err := run(strings.Fields(arguments), new(bytes.Buffer)); err == nil {
			t.Errorf("%s: no error", arguments)
		}
	}
}
