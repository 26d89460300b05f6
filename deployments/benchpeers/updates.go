package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zonesign"
)

// updatesHelper is the long-lived process of ours, as a daemon would be. It signs
// and verifies the zone, then takes a command a line and answers each with a
// result:
//
//	file PATH [OUT]   reads the next version from PATH, signs, verifies, and writes it to OUT
//	write OUT         writes the version at hand
//	sync OUT          waits until OUT is on the disk
//	delta NUMBER      changes 10 delegations, handed in as a delta; signs, verifies
func updatesHelper(arguments []string, in io.Reader, out io.Writer) error {
	t, origin, err := parseTask("updates", arguments)
	if err != nil {
		return err
	}
	keys, err := openKeyring(t.keys, t.backend)
	if err != nil {
		return err
	}
	u := updater{task: t, origin: origin, keys: keys}
	if err := u.file(t.zone, t.output).print(out); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if err := u.do(strings.Fields(lines.Text())).print(out); err != nil {
			return err
		}
	}
	return nil
}

// updater is what the process keeps from one version to the next.
type updater struct {
	task
	origin  rr.Name
	keys    keyring
	current version
}

func (u *updater) do(words []string) result {
	switch {
	case len(words) == 2 && words[0] == "file":
		return u.file(words[1], "")
	case len(words) == 3 && words[0] == "file":
		return u.file(words[1], words[2])
	case len(words) == 2 && words[0] == "write":
		return u.write(words[1])
	case len(words) == 2 && words[0] == "sync":
		return syncFile(words[1])
	case len(words) == 2 && words[0] == "delta":
		if n, err := strconv.Atoi(words[1]); err == nil {
			return u.delta(n)
		}
	}
	return result{Error: "unknown command " + strings.Join(words, " ")}
}

// file takes the next version from a file.
func (u *updater) file(path, output string) result {
	watch := newStopwatch()
	z, err := readZone(path, u.origin)
	if err != nil {
		return result{Error: err.Error()}
	}
	watch.lap("read")
	return u.step(watch, output, func(c zonesign.Config) (version, error) { return u.current.next(z, c) })
}

// delta makes a change, and takes the next version from it. Making the change is
// not ours to be fast at.
func (u *updater) delta(n int) result {
	d, err := changeOf(u.current.Unsigned, n)
	if err != nil {
		return result{Error: err.Error()}
	}
	return u.step(newStopwatch(), "", func(c zonesign.Config) (version, error) { return u.current.nextDelta(d, c) })
}

// step signs, verifies and writes a version. The new one is kept when it passed.
func (u *updater) step(watch *stopwatch, output string, sign func(zonesign.Config) (version, error)) result {
	fail := func(err error) result { return result{Error: err.Error()} }
	c, err := u.keys.config(u.task, u.origin, time.Now().UTC().Truncate(time.Second))
	if err != nil {
		return fail(err)
	}
	c, signer, err := clocked(c)
	if err != nil {
		return fail(err)
	}
	watch.lap("keys") // the KSK signs once: at the operator's, not here
	next, err := sign(c)
	if err != nil {
		return fail(err)
	}
	watch.lap("sign")
	if next, err = next.verify(u.current); err != nil {
		return fail(err)
	}
	watch.lap("verify")
	if output != "" {
		if err := writeZone(output, next.signed); err != nil {
			return fail(err)
		}
		watch.lap("write")
	}
	u.current = next
	spent, signatures := signer.take()
	watch.seconds["crypto"] = spent.Seconds()
	return result{Records: next.signed.Records(), Signatures: signatures, Seconds: watch.seconds}
}

func (u *updater) write(path string) result {
	watch := newStopwatch()
	if err := writeZone(path, u.current.signed); err != nil {
		return result{Error: err.Error()}
	}
	watch.lap("write")
	return result{Seconds: watch.seconds}
}

// syncFile waits until a file is on the disk.
func syncFile(path string) result {
	watch := newStopwatch()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		err = errors.Join(file.Sync(), file.Close())
	}
	if err != nil {
		return result{Error: err.Error()}
	}
	watch.lap("sync")
	return result{Seconds: watch.seconds}
}

// changedDelegations is how many delegations a change has.
const changedDelegations = 10

// changeOf is change number n of an unsigned zone, spread over the zone: of ten
// delegations four get another name server, three gain or lose their DS, two are
// new and one goes; and the serial grows.
func changeOf(z *zone.Zone, n int) (*zone.Delta, error) {
	soa, err := z.SOA()
	if err != nil {
		return nil, err
	}
	d := &zone.Delta{}
	replace := func(owner rr.Name, t rr.Type, ttl uint32, old, new [][]byte) {
		if len(old) > 0 {
			d.Removed = append(d.Removed, rr.Set{Owner: owner, Type: t, TTL: ttl, Data: old})
		}
		if len(new) > 0 {
			d.Added = append(d.Added, rr.Set{Owner: owner, Type: t, TTL: ttl, Data: new})
		}
	}
	before := soa.Append(nil)
	soa.Serial++
	replace(z.Origin(), rr.TypeSOA, soa.TTL, [][]byte{before}, [][]byte{soa.Append(nil)})
	position := 0
	for i := range changedDelegations {
		position = max(position+1, (i*z.Len()+n%z.Len())/changedDelegations)
		for position < z.Len() && !isLoneDelegation(z, position) {
			position++
		}
		if position >= z.Len() {
			return nil, errors.New("the zone has too few delegations without glue")
		}
		node := z.Node(position)
		ns, _ := node.Lookup(rr.TypeNS)
		ds, secure := node.Lookup(rr.TypeDS)
		switch {
		case i < 4:
			server, err := rr.ParseName(fmt.Sprintf("ns%d.changed.invalid.", n))
			if err != nil {
				return nil, err
			}
			replace(ns.Owner, rr.TypeNS, ns.TTL, ns.Data[:1], [][]byte{[]byte(server)})
		case i < 7 && secure:
			replace(ds.Owner, rr.TypeDS, ds.TTL, ds.Data, nil)
		case i < 7:
			replace(ns.Owner, rr.TypeDS, ns.TTL/2, nil, [][]byte{newDS(n)})
		case i < 9:
			replace(newOwner(ns.Owner, n), rr.TypeNS, ns.TTL, nil, ns.Data)
		default:
			// Lists are ascending by type: NS is 2, DS is 43.
			replace(ns.Owner, rr.TypeNS, ns.TTL, ns.Data, nil)
			replace(ns.Owner, rr.TypeDS, ds.TTL, ds.Data, nil)
		}
	}
	return d, nil
}

// isLoneDelegation says whether a node is a delegation with nothing below it.
func isLoneDelegation(z *zone.Zone, i int) bool {
	return z.Node(i).IsDelegation() && (i+1 == z.Len() || !z.Node(i+1).IsBelowCut())
}

// newOwner is a name that comes right after a delegation with nothing below it: its
// label with an end that the generator does not make.
func newOwner(owner rr.Name, n int) rr.Name {
	label := fmt.Sprintf("%s-%dz", string(owner[1:1+owner[0]]), n%1000)
	return rr.Name([]byte{byte(len(label))}) + rr.Name(label) + owner[1+owner[0]:]
}

// newDS is a DS of a key that nobody has, SHA-256.
func newDS(n int) []byte {
	rdata := make([]byte, 4+32)
	rdata[0], rdata[1], rdata[2], rdata[3] = byte(n>>8), byte(n), 13, 2
	copy(rdata[4:], fmt.Sprintf("change %d", n))
	return rdata
}
