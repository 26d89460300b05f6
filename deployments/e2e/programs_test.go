package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/softhsm"
	"countersign/pkg/libcrypto"
)

// programs is the folder with the three programs, built with faults that can be
// injected (see package durable), and with libcrypto where these tests are.
var programs string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "countersign-e2e-")
	if err != nil {
		panic(err)
	}
	programs = dir
	tags := "faultinject"
	if libcrypto.Built {
		tags += ",libcrypto"
	}
	build := exec.Command("go", "build", "-tags", tags, "-o", dir+"/", "countersign/zskd", "countersign/kskd", "countersign/ksrtool")
	out, err := build.CombinedOutput()
	if err != nil {
		os.Stderr.Write(out)
		os.Exit(1)
	}
	code := softhsm.Run(m)
	os.RemoveAll(dir)
	os.Exit(code)
}

// result is how a program ended.
type result struct {
	command string
	stdout  string
	stderr  string
	status  int // -1: killed
}

func (r result) String() string {
	return "$ " + r.command + "\n" + r.stdout + r.stderr
}

// run runs one of the programs in dir with more environment.
func run(t testing.TB, dir string, environment []string, program string, args ...string) result {
	t.Helper()
	cmd := exec.Command(filepath.Join(programs, program), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{
		command: program + " " + strings.Join(args, " "),
		stdout:  stdout.String(), stderr: stderr.String(), status: cmd.ProcessState.ExitCode(),
	}
}

// other runs a program of somebody else in dir and wants exit status 0.
func other(t testing.TB, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("$ %s %s\n%s%v", program, strings.Join(args, " "), out, err)
	}
	return string(out)
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
