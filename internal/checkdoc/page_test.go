package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/pkg/policy"
	"countersign/pkg/zoneverify"
)

const root = "../.."

func TestPageIsUpToDate(t *testing.T) {
	want, err := page(root)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(filepath.Join(root, "docs", "checks.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error(`docs/checks.md is not what the tables of checks say: run "make generate"`)
	}
}

func TestEveryCheckHasItsSection(t *testing.T) {
	text, err := page(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range policy.Checks() {
		names = append(names, c.Name)
	}
	for _, c := range zoneverify.Checks() {
		names = append(names, c.Name)
	}
	for _, name := range names {
		if strings.Count(string(text), "\n### "+name+"\n") != 1 {
			t.Errorf("check %s has not one section", name)
		}
	}
	if n := strings.Count(string(text), "\n### "); n != len(names) {
		t.Errorf("%d sections for %d checks", n, len(names))
	}
}

// Every check is found in the code; the private keys are tested by the key
// stores, elsewhere.
func TestEveryCheckHasItsCode(t *testing.T) {
	documents, err := documentFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range policy.Checks() {
		if len(documents[c.Name]) != 1 {
			t.Errorf("check %s is defined in %v", c.Name, documents[c.Name])
		}
	}
	zones, err := zoneFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range zoneverify.Checks() {
		if len(zones[c.Name]) == 0 && c.Name != "ZONE-KEY-PRIVATE" {
			t.Errorf("check %s is made nowhere", c.Name)
		}
	}
}

func TestSourceThatIsNotThereIsAnError(t *testing.T) {
	if _, err := page(t.TempDir()); err == nil {
		t.Error("a page was made from nothing")
	}
}
