package keyindex

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/internal/faulttest"
	"countersign/internal/ksrfixture"
	"countersign/pkg/dnssec"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

const day = 24 * time.Hour

var schedule = rollover.Schedule{Slots: 9, Interval: 10 * day, Validity: 21 * day}

// entry is a key for a cycle.
func entry(label string, cycle rollover.Cycle, algorithm uint8) Entry {
	key := ksrfixture.NewKey(label, algorithm, 2048, rr.FlagZone)
	return Entry{Cycle: cycle, ZSK: rollover.ZSK{Label: label, Key: key.Key(), ZSKDates: schedule.ZSKDatesOf(cycle)}}
}

var (
	first  = rollover.Cycle{Year: 2027, Quarter: 1}
	filled = &Index{Zone: rr.Root, Entries: []Entry{
		entry("a", first, dnssec.ED25519), entry(`b "quoted" \`, first.Next(), dnssec.ECDSAP384SHA384), entry("c", first, dnssec.RSASHA256),
	}}
)

func TestSavedIndexReadsBackEqual(t *testing.T) {
	for _, want := range []*Index{filled, {Zone: rr.Root}, {Zone: "\x05a.\"\\b\x00", Entries: filled.Entries[:1]}} {
		dir := t.TempDir()
		if err := want.Save(dir); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(dir, want.Zone); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestKeysOfACycleAreFound(t *testing.T) {
	var labels []string
	for _, e := range filled.Of(first) {
		labels = append(labels, e.Label)
	}
	if strings.Join(labels, " ") != "a c" || len(filled.Of(first.Previous())) != 0 || len(filled.ZSKs()) != 3 || filled.ZSKs()[1].Label != filled.Entries[1].Label {
		t.Errorf("found %v", labels)
	}
}

func TestWithoutAFileTheIndexIsEmpty(t *testing.T) {
	x, err := Load(t.TempDir(), rr.Root)
	if err != nil || len(x.Entries) != 0 || x.Zone != rr.Root {
		t.Errorf("read %+v, %v", x, err)
	}
}

func TestDamagedIndexNamesTheFileAndTheKey(t *testing.T) {
	text, err := (&Index{Zone: rr.Root, Entries: filled.Entries[:1]}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	for name, row := range map[string]struct{ old, new, want string }{
		"another zone":   {`zone: "."`, `zone: "com."`, "zone"},
		"no zone":        {`zone: "."`, ``, "zone"},
		"empty":          {good, "", "empty"},
		"cut off":        {good, good[:len(good)/2], FileName},
		"unknown key":    {"    retire:", "    retired:", "retired"},
		"no label":       {`label: "a"`, `label: ""`, "label"},
		"cycle":          {"2027Q1", "2027Q5", "2027Q5"},
		"algorithm":      {"ED25519", "ED448", "ED448"},
		"other length":   {"ED25519", "ECDSAP256SHA256", "public_key"},
		"base64":         {"public_key: ", "public_key: _", "public_key"},
		"key tag":        {"key_tag: ", "key_tag: 1", "key_tag"},
		"no date":        {"    activate: 2027-01-01T00:00:00Z\n", "", "dates out of order"},
		"dates swapped":  {"2027-01-01T", "2028-01-01T", "dates out of order"},
		"local time":     {"2027-01-01T00:00:00Z", "2027-01-01T00:00:00", "want the form"},
		"the same twice": {"zsks:", "zsks:" + strings.SplitN(good, "zsks:", 2)[1], "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			damaged := strings.Replace(good, row.old, row.new, 1)
			if damaged == good {
				t.Fatal("nothing was changed")
			}
			if err := os.WriteFile(path, []byte(damaged), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir, rr.Root)
			for _, want := range []string{path, row.want, "restore it from a backup"} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want an error with %q", err, want)
				}
			}
		})
	}
}

func TestWhatWouldNotReadBackIsNotSaved(t *testing.T) {
	dir := t.TempDir()
	if err := filled.Save(dir); err != nil {
		t.Fatal(err)
	}
	twice := &Index{Zone: rr.Root, Entries: []Entry{filled.Entries[0], filled.Entries[0]}}
	if err := twice.Save(dir); err == nil {
		t.Error("an index with a key twice was saved")
	}
	if got, err := Load(dir, rr.Root); err != nil || !reflect.DeepEqual(got, filled) {
		t.Errorf("the old one is harmed: %v", err)
	}
}

func TestSaveLeavesOldOrNewAtEveryStep(t *testing.T) {
	old := &Index{Zone: rr.Root, Entries: filled.Entries[:1]}
	faulttest.Each(t,
		func(t *testing.T) string {
			dir := t.TempDir()
			if err := old.Save(dir); err != nil {
				t.Fatal(err)
			}
			return dir
		},
		filled.Save,
		func(t *testing.T, dir string, err error) {
			got, readErr := Load(dir, rr.Root)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if n := len(got.Entries); n != 1 && n != 3 || err == nil && n != 3 {
				t.Errorf("error %v, and the index has %d keys", err, n)
			}
		})
}

func FuzzParse(f *testing.F) {
	for _, index := range []*Index{{Zone: rr.Root}, filled} {
		text, err := index.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		index, err := parse("fuzz", text, rr.Root)
		if err != nil {
			return
		}
		again, err := index.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := parse("again", again, rr.Root)
		if err != nil || !reflect.DeepEqual(got, index) {
			t.Errorf("%v: read %+v, wrote %s", err, index, again)
		}
	})
}
