package newkey

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/keystore"
	"countersign/pkg/dnssec"
	"countersign/pkg/durable"
	"countersign/pkg/ksr"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
	"countersign/zskd/internal/keyindex"
	"countersign/zskd/internal/state"
)

const day = 24 * time.Hour

var (
	schedule = rollover.Schedule{Slots: 9, Interval: 10 * day, Validity: 21 * day}
	first    = rollover.Cycle{Year: 2027, Quarter: 1}
	now      = time.Date(2026, 12, 1, 8, 30, 0, 5, time.UTC)
	keys     = keystore.Config{Algorithm: dnssec.ED25519}
)

// memory is a store of software keys that remembers what it was asked to make.
type memory struct {
	keystore.Store
	asked []dnssec.KeyParams
}

func newMemory(t *testing.T) *memory {
	t.Helper()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := keystore.Create(keystore.Config{Directory: filepath.Join(dir, "keys"), PassphraseFile: secret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &memory{Store: store}
}

func (m *memory) Generate(p dnssec.KeyParams) (dnssec.KeyInfo, error) {
	m.asked = append(m.asked, p)
	return m.Store.Generate(p)
}

// open reads the state in dir, and makes it where there is none.
func open(t *testing.T, dir string) *state.State {
	t.Helper()
	if err := state.Create(dir); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	s, err := state.Read(dir, rr.Root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheKeyOfACycleIsMadeOnceWithTheDatesOfTheSchedule(t *testing.T) {
	store, dir := newMemory(t), filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	for i, want := range []bool{true, false} {
		made, err := Make(store, s, schedule, keys, first, now)
		if err != nil || made != want {
			t.Fatalf("time %d: made %t, %v", i+1, made, err)
		}
		s = open(t, dir) // as the next run does
	}
	if len(s.Index.Entries) != 1 {
		t.Fatalf("%d keys in the index", len(s.Index.Entries))
	}
	entry := s.Index.Entries[0]
	if entry.Label != "zsk-root-2027Q1" || entry.Cycle != first || entry.ZSKDates != schedule.ZSKDatesOf(first) || entry.Key.Flags != rr.FlagZone {
		t.Errorf("the index has %+v", entry)
	}
	if p := store.asked[0]; p.Zone != rr.Root || !p.Created.Equal(now.Truncate(time.Second)) {
		t.Errorf("asked the store for %+v", p)
	}
	infos, err := store.List()
	if err != nil || len(infos) != 1 || !dnssec.SameKey(infos[0].Key, entry.Key) {
		t.Errorf("the store has %+v, %v", infos, err)
	}
}

// The run stopped after the key was made and before it was noted.
func TestAKeyThatWasMadeAndNotNotedIsTakenOver(t *testing.T) {
	store, dir := newMemory(t), filepath.Join(t.TempDir(), "state")
	restore := durable.Inject(func(_ durable.Op, path string) durable.Effect {
		if filepath.Base(path) == keyindex.FileName {
			return durable.Fail
		}
		return durable.Proceed
	})
	_, err := Make(store, open(t, dir), schedule, keys, first, now)
	restore()
	if err == nil || !strings.Contains(err.Error(), "zsk-root-2027Q1") {
		t.Fatalf("the index could not be written: %v", err)
	}
	s := open(t, dir)
	if len(s.Index.Entries) != 0 {
		t.Fatal("the index was written")
	}
	made, err := Make(store, s, schedule, keys, first, now)
	if err != nil || !made || len(store.asked) != 1 {
		t.Fatalf("made %t with %d keys generated, %v", made, len(store.asked), err)
	}
	infos, err := store.List()
	if err != nil || len(infos) != 1 || !dnssec.SameKey(infos[0].Key, open(t, dir).Index.Entries[0].Key) {
		t.Errorf("the store has %+v, %v", infos, err)
	}
}

func TestAKeyOfAnotherKindIsNotTakenOver(t *testing.T) {
	store := newMemory(t)
	if _, err := store.Store.Generate(dnssec.KeyParams{
		Zone: rr.Root, Label: Label(rr.Root, first), Algorithm: dnssec.ECDSAP256SHA256, Flags: rr.FlagZone, Created: now,
	}); err != nil {
		t.Fatal(err)
	}
	s := open(t, filepath.Join(t.TempDir(), "state"))
	if _, err := Make(store, s, schedule, keys, first, now); err == nil || !strings.Contains(err.Error(), "2027Q1") {
		t.Errorf("got %v", err)
	}
	if s := open(t, s.Dir); len(s.Index.Entries) != 0 {
		t.Error("it was noted")
	}
}

func TestNewKeysAvoidTheTagsOfAllKnownKeys(t *testing.T) {
	store, s := newMemory(t), open(t, filepath.Join(t.TempDir(), "state"))
	if _, err := Make(store, s, schedule, keys, first, now); err != nil {
		t.Fatal(err)
	}
	ksk := rr.DNSKEY{Flags: 257, Protocol: 3, Algorithm: dnssec.ED25519, PublicKey: make([]byte, 32)}
	s.Chain = append(s.Chain, &ksr.Response{Bundles: []ksr.Bundle{{Keys: []ksr.Key{{DNSKEY: ksk}}}}})
	if _, err := Make(store, s, schedule, keys, first.Next(), now); err != nil {
		t.Fatal(err)
	}
	zsk := s.Index.Entries[0].Key
	avoid := store.asked[1].Avoid
	for _, tag := range []uint16{zsk.KeyTag(), zsk.Revoked().KeyTag(), ksk.KeyTag(), ksk.Revoked().KeyTag()} {
		if !slices.Contains(avoid, tag) {
			t.Errorf("tag %d is not avoided, only %v", tag, avoid)
		}
	}
}

func TestLabelsAreValidAndTellZonesApart(t *testing.T) {
	long := strings.Repeat("\x3f"+strings.Repeat("a", 63), 3)
	seen := map[string]rr.Name{}
	for zone, want := range map[rr.Name]string{
		rr.Root:                     "zsk-root-2027Q1",
		"\x03com\x00":               "zsk-com-2027Q1",
		"\x07example\x03com\x00":    "zsk-example.com-2027Q1",
		"\x04_tcp\x05xn--a\x00":     "zsk-_tcp.xn--a-2027Q1",
		"\x04root\x00":              "",
		"\x03a*b\x00":               "",
		"\x03a\\b\x00":              "",
		"\x03a-b\x00":               "zsk-a-b-2027Q1",
		"\x03a.b\x00":               "",
		"\x03a\xffb\x00":            "",
		rr.Name(long + "\x01a\x00"): "",
		rr.Name(long + "\x01b\x00"): "",
	} {
		got := Label(zone, first)
		if want != "" && got != want {
			t.Errorf("%s has %s, want %s", zone, got, want)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s have one label, %s", zone, other, got)
		}
		seen[got] = zone
		if len(got) > 64 || strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789Q.-_") != "" {
			t.Errorf("%s has %q, which no store takes", zone, got)
		}
	}
}
