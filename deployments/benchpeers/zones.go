package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// firstSerial is that of made zones and of the first root version. Versions are
// serialStep apart: signers count up by themselves, named for every few signatures
// when it first signs, and pass over a file whose serial they have used already.
const (
	firstSerial = 2026010100
	serialStep  = 10_000
)

// zoneFile is the unsigned zone of a case, made if it is not there yet.
func (b *bench) zoneFile(c testCase) (string, error) {
	if c.size == 0 {
		return b.rootFile(0)
	}
	dir, err := b.folder("zones")
	if err != nil {
		return "", err
	}
	name := "tld-" + sizeName(c.size)
	arguments := []string{"make", "-delegations", strconv.Itoa(c.size)}
	if c.unsorted {
		name += "-unsorted"
		arguments = append(arguments, "-unsorted")
	}
	return b.made(filepath.Join(dir, name+".zone"), arguments...)
}

// made is the file, and runs a helper of ours if it is not there.
func (b *bench) made(path string, arguments ...string) (string, error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	_, err := b.execute(slices.Concat([]string{b.self}, arguments, []string{"-o", path})...)
	return path, err
}

// rootArchive is the real root zones, by serial; none if there is no data.
func (b *bench) rootArchive() ([]string, error) {
	if b.data == "" {
		return nil, nil
	}
	files, err := filepath.Glob(filepath.Join(b.data, "root-zone", "*.zone.gz"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no root-zone/*.zone.gz in %s", b.data)
	}
	return files, err // Glob sorts by name, which is by serial
}

// rootFile is an unsigned root: the newest real one for 0, and version n, counted
// from 1, of a row of consecutive ones. Where no real one is at hand they are made
// up, and differ in nothing but their serial, as four in five real ones do
// but for ZONEMD.
func (b *bench) rootFile(n int) (string, error) {
	dir, err := b.folder("zones")
	if err != nil {
		return "", err
	}
	serial := strconv.Itoa(firstSerial + max(n-1, 0)*serialStep)
	archive, err := b.rootArchive()
	if err != nil {
		return "", err
	}
	if len(archive) == 0 {
		return b.made(filepath.Join(dir, fmt.Sprintf("made-root-%d-%s.zone", b.rootDelegations, serial)),
			"make", "-root", "-delegations", strconv.Itoa(b.rootDelegations), "-serial", serial)
	}
	from := archive[len(archive)-1]
	if n > 0 {
		from = archive[n-1]
	}
	return b.made(filepath.Join(dir, filepath.Base(from)+"-"+serial+".zone"), "strip", "-zone", from, "-serial", serial)
}

// versionCount is how many consecutive root versions there are to go through.
func (b *bench) versionCount() (int, error) {
	archive, err := b.rootArchive()
	if err != nil || len(archive) == 0 {
		return 1 + b.versions, err
	}
	return min(1+b.versions, len(archive)), nil
}

// describe says what zone a case is about.
func (b *bench) describe(c testCase) string {
	if c.size > 0 {
		order := "sorted by name"
		if c.unsorted {
			order = "in no order"
		}
		denial := "NSEC"
		if c.nsec3 {
			denial = "NSEC3 opt-out"
		}
		return fmt.Sprintf("top-level domain of %d delegations %s, ECDSA P-256, %s", c.size, order, denial)
	}
	root := fmt.Sprintf("made-up root of %d delegations", b.rootDelegations)
	if archive, err := b.rootArchive(); err == nil && len(archive) > 0 {
		root = "real root zone " + filepath.Base(archive[len(archive)-1])
	}
	return root + ", RSA-2048, NSEC"
}

// ours runs a process of ours and reads what it says.
func (b *bench) ours(measured bool, arguments ...string) (usage, result, error) {
	command := append([]string{b.self}, arguments...)
	run := b.execute
	if measured {
		run = b.measure
	}
	u, err := run(command...)
	if err != nil {
		return u, result{}, err
	}
	r, err := parseResult(u.out)
	return u, r, err
}

func parseResult(text []byte) (result, error) {
	var r result
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("a process of ours printed %q: %w", text, err)
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}
