package state

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/faulttest"
	"countersign/internal/ksrfixture"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/zskd/internal/keyindex"
)

var (
	firstCycle  = rollover.Cycle{Year: 2027, Quarter: 1}
	secondCycle = firstCycle.Next()
)

// documents are the KSRs and SKRs of two cycles, as bytes.
type documents struct{ firstKSR, firstSKR, secondKSR, secondSKR []byte }

// inXML are the documents of the world of a TLD.
func inXML(t *testing.T) (d documents) {
	t.Helper()
	w := ksrfixture.TLD()
	for _, row := range []struct {
		to *[]byte
		of *ksr.Request
	}{{&d.firstKSR, w.First}, {&d.secondKSR, w.Second}} {
		doc, err := ksr.EncodeRequest(row.of, ksr.ICANN)
		if err != nil {
			t.Fatal(err)
		}
		*row.to = doc
	}
	for _, row := range []struct {
		to *[]byte
		of *ksr.Response
	}{{&d.firstSKR, w.FirstAnswer}, {&d.secondSKR, w.SecondAnswer}} {
		doc, err := ksr.EncodeResponse(row.of, ksr.ICANN)
		if err != nil {
			t.Fatal(err)
		}
		*row.to = doc
	}
	return d
}

func zone() rr.Name { return ksrfixture.TLD().Limits.Zone }

func request(t *testing.T, doc []byte) *ksr.Request {
	t.Helper()
	r, err := ksr.ParseRequest(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func response(t *testing.T, doc []byte) *ksr.Response {
	t.Helper()
	r, err := ksr.ParseResponse(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// filled is a state with two KSRs made and the first SKR installed.
func filled(t *testing.T) (*State, documents) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	if err := Create(dir); err != nil {
		t.Fatal(err)
	}
	s, err := Read(dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	d := inXML(t)
	zsk := ksrfixture.TLD().ZSKs[1]
	schedule := rollover.Schedule{Slots: 9, Interval: 10 * ksrfixture.Day, Validity: 21 * ksrfixture.Day}
	s.Index.Entries = []keyindex.Entry{{Cycle: firstCycle, ZSK: rollover.ZSK{Label: "zsk", Key: zsk.Key(), ZSKDates: schedule.ZSKDatesOf(firstCycle)}}}
	if err := s.Index.Save(dir); err != nil {
		t.Fatal(err)
	}
	for cycle, doc := range map[rollover.Cycle][]byte{firstCycle: d.firstKSR, secondCycle: d.secondKSR} {
		if _, err := s.SaveRequest(cycle, request(t, doc), doc); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Archive.Add(d.firstKSR, d.firstSKR); err != nil {
		t.Fatal(err)
	}
	if s, err = Read(dir, zone()); err != nil {
		t.Fatal(err)
	}
	return s, d
}

func TestANewStateIsEmpty(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := Create(dir); err != nil {
		t.Fatal(err)
	}
	s, err := Read(dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	requests, err := s.Requests()
	if err != nil || len(requests) != 0 || s.Last() != nil || len(s.KnownTags()) != 0 || len(s.Index.Entries) != 0 {
		t.Errorf("state %+v, %d KSRs, %v", s, len(requests), err)
	}
}

func TestAStateThatIsNotThereIsNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if _, err := Read(dir, zone()); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), dir) {
		t.Errorf("read: %v", err)
	}
	if _, _, err := Lock(dir, zone()); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), dir) {
		t.Errorf("lock: %v", err)
	}
}

func TestRequestsAreTheBytesThatWereMadeTheLatestFirst(t *testing.T) {
	s, d := filled(t)
	requests, err := s.Requests()
	if err != nil || len(requests) != 2 {
		t.Fatalf("%d KSRs, %v", len(requests), err)
	}
	for i, want := range []struct {
		id, cycle string
		doc       []byte
	}{{"second", "2027Q2-", d.secondKSR}, {"first", "2027Q1-", d.firstKSR}} {
		got := requests[i]
		if got.ID != want.id || !bytes.Equal(got.Document, want.doc) || !strings.HasPrefix(filepath.Base(got.Path), want.cycle) {
			t.Errorf("KSR %d is %s of %s", i, got.ID, got.Path)
		}
	}
}

func TestAnSKRMatchesTheKSRsOfItsID(t *testing.T) {
	s, d := filled(t)
	ids := func(r *ksr.Response) (ids []string) {
		matching, err := s.Matching(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range matching {
			ids = append(ids, m.ID)
		}
		return ids
	}
	unknown, none := *response(t, d.firstSKR), *response(t, d.firstSKR)
	unknown.ID, none.ID = "third", ""
	for _, row := range []struct {
		of   *ksr.Response
		want []string
	}{
		{response(t, d.firstSKR), []string{"first"}}, {response(t, d.secondSKR), []string{"second"}},
		{&unknown, nil}, {&none, []string{"second", "first"}},
	} {
		if got := ids(row.of); !slices.Equal(got, row.want) {
			t.Errorf("id %q matches %v, want %v", row.of.ID, got, row.want)
		}
	}
}

func TestAKSRIsKeptOnce(t *testing.T) {
	s, d := filled(t)
	if _, err := s.SaveRequest(firstCycle, request(t, d.firstKSR), d.firstKSR); !errors.Is(err, os.ErrExist) {
		t.Errorf("the same again: %v", err)
	}
}

func TestKnownTagsAreThoseOfIndexAndSKRsInBothForms(t *testing.T) {
	s, _ := filled(t)
	w := ksrfixture.TLD()
	tags := s.KnownTags()
	for _, key := range []rr.DNSKEY{w.ZSKs[1].Key(), w.ZSKs[2].Key(), w.KSKs[0].Key()} {
		for _, tag := range []uint16{key.KeyTag(), key.Revoked().KeyTag()} {
			if !slices.Contains(tags, tag) {
				t.Errorf("tag %d is not known", tag)
			}
		}
	}
	if len(tags) > 6 || !slices.IsSorted(tags) {
		t.Errorf("tags %v", tags)
	}
	s.Chain = nil
	if got := s.KnownTags(); len(got) != 2 || !slices.Contains(got, w.ZSKs[1].Key().KeyTag()) {
		t.Errorf("the index alone gives %v", got)
	}
}

func TestDamagedStateNamesTheFileAndWhatToDo(t *testing.T) {
	for name, row := range map[string]struct {
		pattern string
		damage  func(path string) error
	}{
		"SKR changed":   {"skrs/0001/skr", spoil},
		"SKR empty":     {"skrs/0001/skr", empty},
		"KSR in place":  {"skrs/0001/skr", func(path string) error { return copyFile(filepath.Join(filepath.Dir(path), "ksr"), path) }},
		"index changed": {"zsks.yaml", spoil},
		"index empty":   {"zsks.yaml", empty},
		"KSR changed":   {"ksrs/2027Q1-*", spoil},
		"KSR empty":     {"ksrs/2027Q2-*", empty},
		"stray KSR":     {"ksrs", func(path string) error { return os.WriteFile(filepath.Join(path, "notes"), []byte("mine"), 0o644) }},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := filled(t)
			paths, err := filepath.Glob(filepath.Join(s.Dir, row.pattern))
			if err != nil || len(paths) != 1 {
				t.Fatal(paths, err)
			}
			if err := row.damage(paths[0]); err != nil {
				t.Fatal(err)
			}
			again, err := Read(s.Dir, zone())
			if err == nil {
				_, err = again.Requests()
			}
			if err == nil || !strings.Contains(err.Error(), paths[0]) || !strings.Contains(err.Error(), "restore it from a backup") {
				t.Errorf("%v, want an error with %s and what to do", err, paths[0])
			}
		})
	}
}

// spoil changes a file so that it can no longer be read.
func spoil(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text[:len(text)-20], 0o644)
}

func empty(path string) error { return os.Truncate(path, 0) }

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

func TestAStateOfAnotherZoneIsRefused(t *testing.T) {
	s, _ := filled(t)
	if _, err := Read(s.Dir, rr.Root); err == nil || !strings.Contains(err.Error(), keyindex.FileName) {
		t.Errorf("with an index: %v", err)
	}
	if err := os.Remove(filepath.Join(s.Dir, keyindex.FileName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(s.Dir, rr.Root); err == nil || !strings.Contains(err.Error(), "0001") || !strings.Contains(err.Error(), "example.com.") {
		t.Errorf("with an SKR: %v", err)
	}
}

func TestTheLockExcludes(t *testing.T) {
	s, _ := filled(t)
	_, unlock, err := Lock(s.Dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Lock(s.Dir, zone()); !errors.Is(err, durable.ErrLocked) {
		t.Errorf("a second holder: %v", err)
	}
	if _, err := Read(s.Dir, zone()); err != nil {
		t.Errorf("readers need no lock: %v", err)
	}
	unlock()
	_, unlock, err = Lock(s.Dir, zone())
	if err != nil {
		t.Fatalf("after it was freed: %v", err)
	}
	unlock()
}

func TestAStateThatCannotBeReadIsNotLeftLocked(t *testing.T) {
	s, _ := filled(t)
	path := filepath.Join(s.Dir, keyindex.FileName)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := empty(path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Lock(s.Dir, zone()); err == nil || errors.Is(err, durable.ErrLocked) {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, good, 0o644); err != nil {
		t.Fatal(err)
	}
	_, unlock, err := Lock(s.Dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestSaveRequestFailsWholeAtEveryStep(t *testing.T) {
	doc := inXML(t).firstKSR
	made := request(t, doc)
	faulttest.Each(t,
		func(t *testing.T) *State {
			dir := filepath.Join(t.TempDir(), "state")
			if err := Create(dir); err != nil {
				t.Fatal(err)
			}
			s, err := Read(dir, zone())
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		func(s *State) error {
			_, err := s.SaveRequest(firstCycle, made, doc)
			return err
		},
		func(t *testing.T, s *State, err error) {
			requests, readErr := s.Requests()
			if readErr != nil {
				t.Fatal(readErr)
			}
			if (err == nil) != (len(requests) == 1) {
				t.Errorf("error %v, and %d KSRs are kept", err, len(requests))
			}
			if err == nil {
				return
			}
			if _, err := s.SaveRequest(firstCycle, made, doc); err != nil {
				t.Errorf("after the failure: %v", err)
			}
		})
}

func TestInstallingFailsWholeAtEveryStep(t *testing.T) {
	d := inXML(t)
	faulttest.Each(t,
		func(t *testing.T) *State { s, _ := filled(t); return s },
		func(s *State) error { _, err := s.Archive.Add(d.secondKSR, d.secondSKR); return err },
		func(t *testing.T, s *State, err error) {
			again, unlock, readErr := Lock(s.Dir, zone())
			if readErr != nil {
				t.Fatal(readErr)
			}
			defer unlock()
			if n := len(again.Chain); n != 1 && n != 2 || err == nil && n != 2 {
				t.Errorf("error %v, and %d SKRs are installed", err, n)
			}
			if again.Chain[0].ID != "first" || again.Last().ID != []string{"first", "second"}[len(again.Chain)-1] {
				t.Errorf("the last SKR is %s", again.Last().ID)
			}
		})
}
