package kskplan

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

func entry(label string, fill byte) Entry {
	key := rr.DNSKEY{Flags: 257, Protocol: 3, Algorithm: 15, PublicKey: bytes.Repeat([]byte{fill}, 32)}
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	return Entry{KSK: rollover.KSK{Label: label, Key: key, KSKDates: rollover.KSKDates{
		AnchorFrom: day(1), PublishFrom: day(2), SignFrom: day(3), RevokeFrom: day(4), RemoveFrom: day(5),
	}}}
}

func TestEncodedPlanReadsBackEqual(t *testing.T) {
	partial := entry("b", 2)
	partial.RevokeFrom, partial.RemoveFrom, partial.Test = time.Time{}, time.Time{}, true
	for _, want := range []*Plan{
		{Zone: rr.Root},
		{Zone: rr.Root, Entries: []Entry{entry(`a "quoted" \ label`, 1), partial}},
	} {
		text, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse("ksks.yaml", text, rr.Root)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v, want %+v", got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := (&Plan{Zone: rr.Root, Entries: []Entry{entry("a", 1)}}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct{ old, new, want string }{
		"another zone":     {`zone: "."`, `zone: "example."`, "is for zone"},
		"wrong tag":        {"key_tag: ", "key_tag: 1", "key_tag"},
		"bad base64":       {"public_key: ", "public_key: _", "public_key"},
		"short key":        {"algorithm: ED25519", "algorithm: ECDSAP256SHA256", "public_key"},
		"unknown key":      {"key_tag", "keytag", "keytag"},
		"no label":         {`label: "a"`, `label: ""`, "label"},
		"dates swapped":    {"2026-01-03", "2026-01-09", "before"},
		"date with offset": {"2026-01-03T00:00:00Z", "2026-01-03T00:00:00+01:00", "want the form"},
	} {
		text := strings.Replace(string(good), row.old, row.new, 1)
		if text == string(good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := Parse("ksks.yaml", []byte(text), rr.Root); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, row.want)
		}
	}
}
