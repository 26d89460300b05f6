package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// runUpdates measures changes of ten delegations in one long-lived process of
// ours: handed in as a delta, and as a changed file. No peer takes part.
func runUpdates(b *bench, c testCase) (err error) {
	file, err := b.zoneFile(c)
	if err != nil {
		return err
	}
	k, err := b.keys(c)
	if err != nil {
		return err
	}
	out, err := b.folder("out")
	if err != nil {
		return err
	}
	checked := filepath.Join(out, "updated")
	s, _, err := b.openSession("-zone", file, "-origin", c.origin(), "-keys", k.dir, "-denial", c.denial(), "-backend", b.backend)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()

	t := table{title: "Case " + c.name + ": a change of 10 delegations", head: []string{"handed in as", "ready ms", "signatures", "read ms", "sign ms", "of it crypto ms", "verify ms", "ready beyond crypto ms"}}
	t.note = fmt.Sprintf("%s; from the change to a version that is signed, verified and in memory. Medians of %d changes as a file, %d as a delta.", b.describe(c), b.rounds, b.versions)
	changed := filepath.Join(out, "changed.zone")
	// Files first: each changes the same ten delegations of the first file in
	// another way, and deltas would be undone by them.
	files, err := b.steps(s, b.rounds, func(n int) ([]string, error) {
		_, err := b.execute(b.self, "change", "-zone", file, "-delegations", strconv.Itoa(c.size), "-serial", strconv.Itoa(firstSerial+n), "-o", changed)
		return []string{"file", changed}, err
	})
	if err != nil {
		return err
	}
	t.rows = append(t.rows, files.row("file"))
	deltas, err := b.steps(s, b.versions, func(n int) ([]string, error) { return []string{"delta", strconv.Itoa(n)}, nil })
	if err != nil {
		return err
	}
	t.rows = append(t.rows, deltas.row("delta"))
	if c.name == "updates-1m" {
		b.accept(4, "a change of 10 delegations in 1m, beyond its crypto", 50, 1000*deltas.beyondCrypto(), " ms")
	}
	if _, _, err := s.do("write", checked); err != nil {
		return err
	}
	if err := errors.Join(b.check(c, checked), os.Remove(checked), os.Remove(changed)); err != nil {
		return err
	}
	return b.print(t)
}

// steps is what a row of commands took.
type steps struct {
	ready   []float64 // seconds, from command to answer
	results []result
}

func (b *bench) steps(s *session, n int, command func(n int) ([]string, error)) (steps, error) {
	var all steps
	for i := range n {
		words, err := command(i + 1)
		if err != nil {
			return all, err
		}
		if i == 0 {
			b.waitIdle()
		}
		ready, r, err := s.do(words...)
		if err != nil {
			return all, err
		}
		all.ready = append(all.ready, ready)
		all.results = append(all.results, r)
	}
	return all, nil
}

// phase is the median of a phase, in seconds.
func (s steps) phase(name string) float64 {
	var values []float64
	for _, r := range s.results {
		values = append(values, r.Seconds[name])
	}
	return median(values)
}

func (s steps) signatures() float64 {
	var values []float64
	for _, r := range s.results {
		values = append(values, float64(r.Signatures))
	}
	return median(values)
}

// beyondCrypto is the median of the time that is left without our signing's
// crypto and the signature of the KSK, which its operator makes. What verifying
// needs for its crypto is in it.
func (s steps) beyondCrypto() float64 {
	var values []float64
	for i, r := range s.results {
		values = append(values, s.ready[i]-r.Seconds["crypto"]-r.Seconds["keys"])
	}
	return median(values)
}

func (s steps) row(name string) []string {
	ms := func(v float64) string { return fmt.Sprintf("%.2f", 1000*v) }
	return []string{
		name, ms(median(s.ready)), fmt.Sprintf("%.0f", s.signatures()), ms(s.phase("read")), ms(s.phase("sign")),
		ms(s.phase("crypto")), ms(s.phase("verify")), ms(s.beyondCrypto()),
	}
}
