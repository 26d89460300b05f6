// Package testenv finds what tests use but do not carry: the optional folder of
// real documents and zones, and programs of other projects.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir is the folder of real data: $COUNTERSIGN_DATA, or shared/data beside the
// checkout. Without it the test is skipped: the tests that decide make their own
// data.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("COUNTERSIGN_DATA")
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real data at %s: set COUNTERSIGN_DATA", dir)
	}
	return dir
}

// Need skips the test unless all programs are there. In CI (CI=true) a missing
// one is a failure.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		Missing(t, "%s is not installed: run make test-deps", program)
	}
}

// Missing skips a test for want of something on the machine, and says what. In CI
// (CI=true) that is a failure.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// Corpus is the files that match pattern below Dir. There is at least one, or
// the test fails: a corpus that moved must not pass in silence.
func Corpus(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Dir(t), pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no file matches %s in the data folder", pattern)
	}
	return files
}
