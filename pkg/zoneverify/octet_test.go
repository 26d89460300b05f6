package zoneverify_test

import (
	"bytes"
	"slices"
	"testing"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
	"countersign/pkg/zoneverify"
)

// spoilt is z with one octet of the RDATA of its n-th record changed; nil if
// there is no such octet.
func spoilt(t testing.TB, z *zone.Zone, n, offset int, mask byte) *zone.Zone {
	t.Helper()
	a := zone.NewAssembler(z.Origin())
	done := false
	change := func(data []byte) []byte {
		if n--; n != -1 || offset >= len(data) {
			return data
		}
		done = true
		data = slices.Clone(data)
		data[offset] ^= mask
		return data
	}
	for i := range z.Len() {
		node := z.Node(i)
		a.Node(node.Owner())
		for j := range node.Len() {
			set := node.Set(j)
			var data [][]byte
			for _, rdata := range set.Data {
				data = append(data, change(rdata))
			}
			if set.Type != rr.TypeRRSIG {
				slices.SortFunc(data, bytes.Compare)
				a.Set(set.Type, set.TTL, slices.CompactFunc(data, bytes.Equal))
				continue
			}
			var ttls []uint32
			for k := range data {
				_, ttl := node.Signature(k)
				ttls = append(ttls, ttl)
			}
			// Each signature keeps its TTL when the order changes.
			order := make([]int, len(data))
			for k := range order {
				order[k] = k
			}
			slices.SortFunc(order, func(x, y int) int { return bytes.Compare(data[x], data[y]) })
			sorted, sortedTTLs := make([][]byte, len(data)), make([]uint32, len(data))
			for to, from := range order {
				sorted[to], sortedTTLs[to] = data[from], ttls[from]
			}
			a.Signatures(sorted, sortedTTLs)
		}
	}
	out, err := a.Zone()
	if err != nil || !done {
		return nil
	}
	return out
}

func octetZone(t testing.TB, shape shape) (*zone.Zone, *model) {
	m := shape.model(15)
	m.zonemd = true
	return m.finish(t), m
}

// TestAnyOctetCounts: all records but glue are signed, and glue is in the digest,
// so whatever octet changes, the verdict does.
func TestAnyOctetCounts(t *testing.T) {
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			z, m := octetZone(t, shape)
			c := zoneverify.Config{At: at, Anchors: m.anchors(), Workers: 1}
			tried := 0
			for n := range z.Records() {
				// A stride that is prime to the sizes of fields meets all kinds.
				for offset := n % 29; ; offset += 29 {
					bad := spoilt(t, z, n, offset, 1)
					if bad == nil {
						break
					}
					tried++
					if zoneverify.Verify(bad, c).Err() == nil {
						t.Errorf("record %d with octet %d changed passes", n, offset)
					}
				}
			}
			if tried < 100 {
				t.Errorf("only %d octets were tried", tried)
			}
		})
	}
}

func FuzzOctet(f *testing.F) {
	f.Add(uint8(0), uint16(0), uint16(3), uint8(1))
	f.Add(uint8(1), uint16(40), uint16(0), uint8(0x80))
	f.Add(uint8(2), uint16(17), uint16(18), uint8(0xff))
	var zones []*zone.Zone
	var models []*model
	var before []*zone.Zone
	for _, shape := range shapes {
		z, m := octetZone(f, shape)
		zones, models, before = append(zones, z), append(models, m), append(before, published(f, shape.model(15), nil))
	}
	configOf := func(i int) zoneverify.Config {
		return zoneverify.Config{At: at, Anchors: models[i].anchors(), Limits: limits(), Published: before[i], Workers: 1}
	}
	for i, z := range zones {
		if err := zoneverify.Verify(z, configOf(i)).Err(); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, shape uint8, record, offset uint16, mask uint8) {
		i := int(shape) % len(zones)
		if mask == 0 {
			return
		}
		bad := spoilt(t, zones[i], int(record)%zones[i].Records(), int(offset)%300, mask)
		if bad == nil {
			return
		}
		if zoneverify.Verify(bad, configOf(i)).Err() == nil {
			t.Fatal("passes")
		}
	})
}
