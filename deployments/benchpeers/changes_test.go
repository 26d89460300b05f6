package main

import (
	"bytes"
	"strings"
	"testing"

	"countersign/internal/rootlike"
	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

func exampleZone(t *testing.T, text []byte) *zone.Zone {
	t.Helper()
	origin, err := rr.ParseName("example.")
	if err != nil {
		t.Fatal(err)
	}
	z, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin})
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func exampleText(t *testing.T, unsorted bool) []byte {
	t.Helper()
	return rootlike.Zone(rootlike.Options{Shape: rootlike.TLD, Delegations: 300, OwnServers: 2, Unsorted: unsorted})
}

// owners are the names with a difference, without the apex.
func owners(d *zone.Delta) map[rr.Name]bool {
	names := map[rr.Name]bool{}
	for _, set := range append(append([]rr.Set(nil), d.Removed...), d.Added...) {
		if set.Type != rr.TypeSOA {
			names[set.Owner] = true
		}
	}
	return names
}

func TestChangedFileHasTenOtherDelegations(t *testing.T) {
	for _, unsorted := range []bool{false, true} {
		text := exampleText(t, unsorted)
		c := changer{every: 30, serial: 2026010199}
		var out bytes.Buffer
		if err := c.copy(&out, bytes.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		changed := exampleZone(t, out.Bytes())
		if soa, err := changed.SOA(); err != nil || soa.Serial != 2026010199 {
			t.Errorf("serial %d (%v)", soa.Serial, err)
		}
		if names := owners(zone.Diff(exampleZone(t, text), changed)); len(names) != changedDelegations {
			t.Errorf("%d names differ, want %d: %v", len(names), changedDelegations, names)
		}
	}
	if err := (&changer{every: 1}).copy(new(bytes.Buffer), strings.NewReader(". 1 IN NS a.\n")); err == nil {
		t.Error("a zone without SOA record was changed")
	}
}

// TestDeltaFitsTheZone: what it removes is there, what it adds is not, and lists
// are in order.
func TestDeltaFitsTheZone(t *testing.T) {
	z := exampleZone(t, exampleText(t, false))
	for n := range 50 {
		d, err := changeOf(z, n)
		if err != nil {
			t.Fatal(err)
		}
		if names := owners(d); len(names) != changedDelegations {
			t.Errorf("change %d: %d names differ, want %d", n, len(names), changedDelegations)
		}
		for _, set := range d.Removed {
			for _, data := range set.Data {
				if !has(z, set, data) {
					t.Errorf("change %d: removes what is not there: %s %s", n, set.Owner, set.Type)
				}
			}
		}
		for _, set := range d.Added {
			for _, data := range set.Data {
				if has(z, set, data) {
					t.Errorf("change %d: adds what is there: %s %s", n, set.Owner, set.Type)
				}
			}
		}
		for _, list := range [][]rr.Set{d.Removed, d.Added} {
			for i := 1; i < len(list); i++ {
				order := rr.Compare(list[i-1].Owner, list[i].Owner)
				if order > 0 || order == 0 && list[i-1].Type >= list[i].Type {
					t.Errorf("change %d: %s %s comes before %s %s", n, list[i-1].Owner, list[i-1].Type, list[i].Owner, list[i].Type)
				}
			}
		}
	}
}

func has(z *zone.Zone, set rr.Set, data []byte) bool {
	node, ok := z.Find(set.Owner)
	if !ok {
		return false
	}
	found, ok := node.Lookup(set.Type)
	if !ok || found.TTL != set.TTL {
		return false
	}
	for _, other := range found.Data {
		if bytes.Equal(other, data) {
			return true
		}
	}
	return false
}

func TestSerialIsReplaced(t *testing.T) {
	text := []byte("example.\t86400\tIN\tSOA\ta. b. 5 1 2 3 4\nexample.\t1\tIN\tNS\ta.\n")
	got, err := setSerial(text, 7)
	if want := "example.\t86400\tIN\tSOA\ta.\tb.\t7\t1\t2\t3\t4\nexample.\t1\tIN\tNS\ta.\n"; string(got) != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := setSerial([]byte("example. 1 IN NS a.\n"), 7); err == nil {
		t.Error("no error without an SOA record")
	}
}
