// Command hsmbench compares how fast package hsm signs with a token of SoftHSM
// with a bare loop in C over the same keys: every number of sessions and processes
// in turn with ours, in several rounds, the medians in a table.
//
//	go run ./deployments/hsmbench [-rounds N] [-seconds S] [-patience D] [-module FILE]
//
// It needs softhsm2-util, a C compiler and the go command. The token is made for
// the measurement in a temporary folder. The last column is the median of what
// package hsm reached in a round as a part of what the bare loop reached in it; its
// best row is what counts. The bare loop verifies nothing.
package main

import (
	"cmp"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/hsm"
)

//go:embed bare/bare.c
var bareSource []byte

func main() {
	hsm.RunHelperIfAsked()
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "hsmbench: error: %v\n", err)
		os.Exit(2)
	}
}

func run(arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("hsmbench", flag.ContinueOnError)
	rounds := flags.Int("rounds", 7, "how often everything is measured")
	seconds := flags.Float64("seconds", 0.5, "about how long each measurement takes")
	module := flags.String("module", "/usr/lib/softhsm/libsofthsm2.so", "PKCS#11 module of SoftHSM")
	patience := flags.Duration("patience", 10*time.Second, "how long to wait before each measurement for an idle machine")
	if err := flags.Parse(arguments); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "hsmbench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, module: *module, patience: *patience, out: out}
	if err := b.setUp(); err != nil {
		return err
	}
	defer b.token.Close()
	for _, kind := range []kind{{"rsa", dnssec.RSASHA256, 2048}, {"ec", dnssec.ECDSAP256SHA256, 0}} {
		if err := b.compare(kind, *rounds, *seconds); err != nil {
			return fmt.Errorf("%s: %w", kind.name, err)
		}
	}
	return nil
}

// kind is a kind of key. Its name is that of the key too.
type kind struct {
	name      string
	algorithm uint8
	bits      int
}

type bench struct {
	dir, module string
	patience    time.Duration // for the machine to be idle before each measurement
	out         io.Writer
	token       *hsm.Token
}

const (
	label = "hsmbench"
	pin   = "87654321" // bare.c has it too
)

// setUp makes the token, opens it, and compiles the bare loop.
func (b *bench) setUp() error {
	conf := filepath.Join(b.dir, "softhsm2.conf")
	if err := os.Mkdir(filepath.Join(b.dir, "tokens"), 0o700); err != nil {
		return err
	}
	text := fmt.Sprintf("directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n", b.dir)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.Setenv("SOFTHSM2_CONF", conf); err != nil {
		return err
	}
	if _, err := command("softhsm2-util", "--module", b.module, "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin); err != nil {
		return err
	}
	source := filepath.Join(b.dir, "bare.c")
	if err := os.WriteFile(source, bareSource, 0o600); err != nil {
		return err
	}
	headers, err := command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/miekg/pkcs11")
	if err != nil {
		return err
	}
	compiler := cmp.Or(os.Getenv("CC"), "cc")
	if _, err := command(compiler, "-O2", "-I", headers, "-o", filepath.Join(b.dir, "bare"), source, "-lpthread", "-ldl"); err != nil {
		return err
	}
	b.token, err = hsm.Open("pkcs11:token="+label+"?module-path="+b.module, func() ([]byte, error) { return []byte(pin), nil },
		hsm.Options{Notify: func(err error) { fmt.Fprintln(os.Stderr, "hsmbench: warning:", err) }})
	return err
}

// command runs a program and gives what it prints.
func command(name string, arguments ...string) (string, error) {
	c := exec.Command(name, arguments...)
	var stderr strings.Builder
	c.Stderr = &stderr
	printed, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", name, err, stderr.String())
	}
	return strings.TrimSpace(string(printed)), nil
}

// setup is a way to run the bare loop.
type setup struct{ processes, sessions int }

// setups are those worth trying on this machine.
func setups() (list []setup) {
	cores := runtime.NumCPU()
	for _, s := range []setup{{1, 1}, {1, cores}, {1, 2 * cores}, {cores, 1}, {cores, 2}} {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// compare measures one kind of key and prints its table.
func (b *bench) compare(k kind, rounds int, seconds float64) error {
	params := dnssec.KeyParams{Zone: "\x00", Label: k.name, Algorithm: k.algorithm, Bits: k.bits, Flags: 256}
	if _, err := b.token.Generate(params); err != nil {
		return err
	}
	signer, err := b.token.Open(dnssec.KeyRef{Label: k.name, Algorithm: k.algorithm, Flags: 256})
	if err != nil {
		return err
	}
	rate, err := b.warmUp(signer)
	if err != nil {
		return err
	}
	n := max(int(rate*seconds), 100)
	in, signatures := inputs(n), make([][]byte, n)
	var ours []float64
	bare := map[setup][]float64{}
	for range rounds {
		for _, s := range setups() {
			waitIdle(b.patience)
			printed, err := command(filepath.Join(b.dir, "bare"), b.module, label, k.name, k.name,
				strconv.Itoa(s.processes), strconv.Itoa(s.sessions), strconv.Itoa(n))
			if err != nil {
				return err
			}
			rate, err := strconv.ParseFloat(printed, 64)
			if err != nil {
				return err
			}
			bare[s] = append(bare[s], rate)
		}
		waitIdle(b.patience)
		rate, err := sign(signer, in, signatures)
		if err != nil {
			return err
		}
		ours = append(ours, rate)
	}
	b.print(k, ours, bare)
	return nil
}

// warmUp signs until the pace is found, and gives its rate.
func (b *bench) warmUp(signer dnssec.Signer) (rate float64, err error) {
	in := inputs(2000)
	waitIdle(b.patience)
	for {
		if rate, err = sign(signer, in, make([][]byte, len(in))); err != nil {
			return 0, err
		}
		if !slices.ContainsFunc(b.token.Paces(), func(p hsm.Pace) bool { return !p.Settled }) {
			return rate, nil
		}
	}
}

func inputs(n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = fmt.Appendf(nil, "%032d", i)
	}
	return list
}

// sign gives the signatures a second of one batch.
func sign(signer dnssec.Signer, in, signatures [][]byte) (float64, error) {
	start := time.Now()
	err := signer.SignBatch(in, signatures)
	return float64(len(in)) / time.Since(start).Seconds(), err
}

func (b *bench) print(k kind, ours []float64, bare map[setup][]float64) {
	fmt.Fprintf(b.out, "%s, %d rounds\n", dnssec.AlgorithmName(k.algorithm), len(ours))
	for _, s := range setups() {
		ratios := make([]float64, len(ours))
		for i := range ratios {
			ratios[i] = ours[i] / bare[s][i]
		}
		fmt.Fprintf(b.out, "  bare loop, %d processes x %d sessions  %8.0f/s   package hsm / bare: %.3f\n", s.processes, s.sessions, median(bare[s]), median(ratios))
	}
	fmt.Fprintf(b.out, "  package hsm                          %8.0f/s\n", median(ours))
	for _, p := range b.token.Paces() {
		if strings.Contains(p.Key, k.name) {
			fmt.Fprintf(b.out, "  %s\n", p)
		}
	}
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
