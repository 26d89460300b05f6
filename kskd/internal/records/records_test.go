package records

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/faulttest"
	"countersign/internal/ksrfixture"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func zone() rr.Name { return ksrfixture.TLD().Limits.Zone }

// document is a KSR as bytes and as it is read from them.
func document(t *testing.T, r *ksr.Request) ([]byte, *ksr.Request) {
	t.Helper()
	doc, err := ksr.EncodeRequest(r, ksr.ICANN)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ksr.ParseRequest(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, read
}

func answer(t *testing.T, r *ksr.Response) []byte {
	t.Helper()
	doc, err := ksr.EncodeResponse(r, ksr.ICANN)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// filled is records with the first KSR seen and signed, and the second seen.
func filled(t *testing.T) (r *Records, dir string, first, second *ksr.Request) {
	t.Helper()
	dir = t.TempDir()
	w := ksrfixture.TLD()
	r, err := Read(dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	firstDoc, first := document(t, w.First)
	_, second = document(t, w.Second)
	for _, request := range []*ksr.Request{first, second} {
		if err := r.Remember(request, monday); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Archive.Add(firstDoc, answer(t, w.FirstAnswer)); err != nil {
		t.Fatal(err)
	}
	if r, err = Read(dir, zone()); err != nil {
		t.Fatal(err)
	}
	return r, dir, first, second
}

func TestNothingIsKnownAtFirst(t *testing.T) {
	r, err := Read(t.TempDir(), zone())
	if err != nil {
		t.Fatal(err)
	}
	known, err := r.Known()
	if err != nil || len(known) != 0 || r.Last() != nil || len(r.KeyTags()) != 0 {
		t.Errorf("known are %v, %v, and the last SKR is %v", known, err, r.Last())
	}
	if link, ok := r.Answer(ksr.Digest{}); ok {
		t.Errorf("an answer is %+v", link)
	}
}

func TestKnownMarksWhatWasSigned(t *testing.T) {
	r, _, first, second := filled(t)
	known, err := r.Known()
	if err != nil || len(known) != 2 {
		t.Fatalf("known are %v, %v", known, err)
	}
	for _, want := range []policy.KnownRequest{{ID: "first", Digest: first.Digest, Signed: true}, {ID: "second", Digest: second.Digest}} {
		if !slices.Contains(known, want) {
			t.Errorf("%+v is not among %+v", want, known)
		}
	}
}

func TestTheAnswerToAKSRIsFoundByItsDigest(t *testing.T) {
	r, _, first, second := filled(t)
	if link, ok := r.Answer(first.Digest); !ok || link.Number != 1 || r.Last() == nil || r.Last().ID != "first" {
		t.Errorf("the answer is %+v", link)
	}
	if link, ok := r.Answer(second.Digest); ok {
		t.Errorf("what was not signed has the answer %+v", link)
	}
}

func TestKeyTagsAreThoseOfAllSKRsInBothForms(t *testing.T) {
	r, _, _, _ := filled(t)
	w := ksrfixture.TLD()
	tags := r.KeyTags()
	for _, key := range []rr.DNSKEY{w.ZSKs[1].Key(), w.ZSKs[2].Key(), w.KSKs[0].Key()} {
		if !slices.Contains(tags, key.KeyTag()) || !slices.Contains(tags, key.Revoked().KeyTag()) {
			t.Errorf("%v lacks %d or %d", tags, key.KeyTag(), key.Revoked().KeyTag())
		}
	}
	if len(tags) > 6 || !slices.IsSorted(tags) {
		t.Errorf("tags %v", tags)
	}
}

func TestDamagedRecordsNameTheFileAndWhatToDo(t *testing.T) {
	for name, row := range map[string]struct{ pattern, text string }{
		"SKR":          {"skrs/0001/skr", "<KSR>"},
		"SKR is empty": {"skrs/0001/skr", ""},
		"seen":         {"seen/*.json", "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			_, dir, _, _ := filled(t)
			paths, err := filepath.Glob(filepath.Join(dir, row.pattern))
			if err != nil || len(paths) == 0 {
				t.Fatal(paths, err)
			}
			if err := os.WriteFile(paths[0], []byte(row.text), 0o644); err != nil {
				t.Fatal(err)
			}
			r, err := Read(dir, zone())
			if err == nil {
				_, err = r.Known()
			}
			if err == nil || !strings.Contains(err.Error(), paths[0]) || !strings.Contains(err.Error(), "restore it from a backup") {
				t.Errorf("%v, want an error with %s and what to do", err, paths[0])
			}
		})
	}
}

func TestRecordsOfAnotherZoneAreRefused(t *testing.T) {
	_, dir, _, _ := filled(t)
	if _, err := Read(dir, rr.Root); err == nil || !strings.Contains(err.Error(), "example.com.") {
		t.Errorf("got %v", err)
	}
	if _, _, err := Lock(dir, rr.Root); err == nil || errors.Is(err, durable.ErrLocked) {
		t.Errorf("got %v", err)
	}
	_, unlock, err := Lock(dir, zone()) // the refusal left no lock behind
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestTheLockExcludes(t *testing.T) {
	dir := t.TempDir()
	_, unlock, err := Lock(dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Lock(dir, zone()); !errors.Is(err, durable.ErrLocked) {
		t.Errorf("a second holder: %v", err)
	}
	unlock()
	_, unlock, err = Lock(dir, zone())
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	if _, _, err := Lock(filepath.Join(dir, "missing"), zone()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a directory: %v", err)
	}
}

func TestRecordingFailsWholeAtEveryStep(t *testing.T) {
	w := ksrfixture.TLD()
	doc, _ := document(t, w.Second)
	skr := answer(t, w.SecondAnswer)
	type state struct {
		*Records
		dir    string
		second *ksr.Request
	}
	faulttest.Each(t,
		func(t *testing.T) state {
			r, dir, _, second := filled(t)
			return state{r, dir, second}
		},
		func(s state) error {
			if err := s.Remember(s.second, monday); err != nil {
				return err
			}
			_, err := s.Archive.Add(doc, skr)
			return err
		},
		func(t *testing.T, s state, err error) {
			again, unlock, readErr := Lock(s.dir, zone())
			if readErr != nil {
				t.Fatal(readErr)
			}
			defer unlock()
			known, readErr := again.Known()
			if readErr != nil || len(known) != 2 {
				t.Errorf("known are %v, %v", known, readErr)
			}
			_, signed := again.Answer(s.second.Digest)
			if err == nil && !signed || signed != (len(again.Chain) == 2) {
				t.Errorf("error %v, signed %t, and %d SKRs", err, signed, len(again.Chain))
			}
		})
}
