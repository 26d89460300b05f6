package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// versionCommands say what version a program is.
var versionCommands = []struct {
	name      string
	arguments []string
}{
	{"dnssec-signzone", []string{"-V"}},
	{"named", []string{"-v"}},
	{"ldns-signzone", []string{"-v"}},
	{"kzonesign", []string{"-V"}},
	{"knotd", []string{"-V"}},
	{"openssl", []string{"version"}},
}

var versionPattern = regexp.MustCompile(`\d+\.\d+[\w.+~-]*`)

// machine is the first lines: what the figures come from.
func machine(ctx context.Context, backend string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "processor  %s, %d cores\n", processorModel(), runtime.NumCPU())
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		fmt.Fprintf(&text, "kernel     %s", kernel)
	}
	if found, err := os.ReadFile("/proc/meminfo"); err == nil {
		line, _, _ := bytes.Cut(found, []byte("\n"))
		fmt.Fprintf(&text, "memory     %s\n", strings.TrimSpace(strings.TrimPrefix(string(line), "MemTotal:")))
	}
	var versions []string
	for _, c := range versionCommands {
		version := "missing"
		if _, err := exec.LookPath(c.name); err == nil {
			out, _ := exec.CommandContext(ctx, c.name, c.arguments...).CombinedOutput() // some fail and still say it
			version = string(versionPattern.Find(out))
		}
		versions = append(versions, c.name+" "+version)
	}
	fmt.Fprintf(&text, "programs   %s\n", strings.Join(versions, ", "))
	fmt.Fprintf(&text, "countersign built with %s, signing with %s\n", runtime.Version(), describeBackend(backend))
	fmt.Fprintf(&text, "date       %s\n", time.Now().UTC().Format(time.DateOnly))
	return text.String()
}

// processorModel is the name of the processor, where the kernel tells.
func processorModel() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
