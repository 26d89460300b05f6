package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// reloadLimit is how long a daemon may take for a version.
const reloadLimit = 2 * time.Minute

// versionTimes is what one program took for all versions after the first.
type versionTimes struct {
	name       string
	ready      []float64 // seconds
	signatures []float64 // new ones; of ours those made
}

func (v versionTimes) row(ours []float64) []string {
	ms := func(seconds float64) string { return fmt.Sprintf("%.1f", 1000*seconds) }
	if len(v.ready) == 0 {
		return []string{v.name, "-", "-", "-", "-", "-"}
	}
	versus := math.NaN()
	if ours != nil {
		versus = paired(ours, v.ready)
	}
	return []string{
		v.name, ms(median(v.ready)), ms(slices.Min(v.ready)) + "-" + ms(slices.Max(v.ready)),
		fmt.Sprintf("%.0f", median(v.signatures)), fmt.Sprintf("%.0f", slices.Max(v.signatures)), ratio(versus),
	}
}

// runVersions goes through consecutive versions of the root, one program after the
// other for each version: knotd and named as daemons, from the command to reload
// until the new serial is answered over UDP; ours as one long-lived process, from
// the command until the version is signed with ZONEMD, verified and written.
func runVersions(b *bench, c testCase) (err error) {
	k, err := b.keys(c)
	if err != nil {
		return err
	}
	out, err := b.folder("out")
	if err != nil {
		return err
	}
	count, err := b.versionCount()
	if err != nil {
		return err
	}
	var files []string
	for n := range count {
		file, err := b.rootFile(n + 1)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	var daemons []*daemon
	defer func() {
		for _, d := range daemons {
			d.stop()
		}
	}()
	for _, start := range []func(testCase, keyFiles, string) (*daemon, error){b.startKnotd, b.startNamed} {
		d, err := start(c, k, files[0])
		if err != nil {
			return err
		}
		daemons = append(daemons, d)
	}
	written := filepath.Join(out, "version")
	s, _, err := b.openSession("-zone", files[0], "-keys", k.dir, "-zonemd", "-backend", b.backend, "-o", written)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()

	times := []versionTimes{{name: "knotd"}, {name: "named"}, {name: ourName}}
	synced := versionTimes{name: ourName + ", file synced to disk"}
	err = b.goThrough(daemons, s, files, written, times, &synced)
	if err == nil {
		err = b.check(c, written)
	}
	if err != nil {
		return err
	}
	ours := times[2].ready
	t := table{title: "Case " + c.name + ": from a new file to a new version", head: []string{"program", "median ms", "min-max", "new RRSIGs, median", "at most", "ours/theirs"}}
	t.note = fmt.Sprintf("%d versions after %s, RSA-2048, NSEC.", count-1, filepath.Base(files[0]))
	for i := range times {
		against := ours
		if i == 2 {
			against = nil
		}
		t.rows = append(t.rows, times[i].row(against))
	}
	t.rows = append(t.rows, synced.row(nil))
	b.accept(4, "root versions, against knotd", 0.30, paired(ours, times[0].ready), "")
	b.accept(4, "root versions, against named", 0.20, paired(ours, times[1].ready), "")
	b.accept(4, "root versions, new signatures, median", 5, median(times[2].signatures), "")
	return errors.Join(b.print(t), os.Remove(written))
}

// goThrough takes all programs through the versions.
func (b *bench) goThrough(daemons []*daemon, s *session, files []string, written string, times []versionTimes, synced *versionTimes) error {
	before := make([]map[string]bool, len(daemons))
	for i, d := range daemons {
		var err error
		if before[i], err = b.signatures(d); err != nil {
			return err
		}
	}
	for n, file := range files[1:] {
		serial := uint32(firstSerial + (n+1)*serialStep)
		for i, d := range daemons {
			took, err := b.reload(d, file, serial)
			if err != nil {
				return err
			}
			after, err := b.signatures(d)
			if err != nil {
				return err
			}
			times[i].ready = append(times[i].ready, took)
			times[i].signatures = append(times[i].signatures, float64(fresh(before[i], after)))
			before[i] = after
		}
		b.waitIdle()
		took, r, err := s.do("file", file, written)
		if err != nil {
			return err
		}
		last := &times[len(times)-1]
		last.ready = append(last.ready, took)
		last.signatures = append(last.signatures, float64(r.Signatures))
		more, _, err := s.do("sync", written)
		if err != nil {
			return err
		}
		synced.ready = append(synced.ready, took+more)
		synced.signatures = last.signatures
	}
	return nil
}

// reload measures from the command until the serial is served, in seconds.
func (b *bench) reload(d *daemon, file string, serial uint32) (float64, error) {
	if err := d.replace(file); err != nil {
		return 0, err
	}
	b.waitIdle()
	start := time.Now()
	served := make(chan error, 1)
	var end time.Time
	go func() {
		err := awaitSerial(b.ctx, d.address, serial, reloadLimit)
		end = time.Now()
		served <- err
	}()
	_, commanded := b.execute(d.reload...)
	if err := errors.Join(commanded, <-served); err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", d.name, err, d.log.text)
	}
	return end.Sub(start).Seconds(), nil
}
