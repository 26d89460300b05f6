package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/pkg/rr"
)

// Who feeds the zone chooses the names of the files that it includes.
func TestWarningsDoNotReachTheTerminalAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"zone":         "example. 60 IN SOA a. b. 1 1 1 1 1\nexample. 60 IN NS a.\n$INCLUDE \"\u009b2Jpart\"\n",
		"\u009b2Jpart": "t.example. 60 IN TXT \"a\"\nt.example. 61 IN TXT \"b\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var warned strings.Builder
	if _, err := readZone(&warned, filepath.Join(dir, "zone"), rr.Name("\x07example\x00")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(warned.String(), `\u009b2Jpart:2: `) || strings.Contains(warned.String(), "\u009b") {
		t.Errorf("warned %q", warned.String())
	}
}
