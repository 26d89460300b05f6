package main

import (
	"testing"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// FuzzFindOrigin: a zone that is well-formed under the name that was found has
// its SOA record there.
func FuzzFindOrigin(f *testing.F) {
	for _, seed := range []string{
		"example.com. 3600 IN SOA a. b. 1 2 3 4 5\nexample.com. 60 NS a.\n",
		"$ORIGIN com.\n$TTL 1h\nexample SOA a b (\n 1 2 3 4 5 )\n\tNS a\n",
		"@ SOA a b 1 2 3 4 5\n", ". NS SOA\n", "$INCLUDE x\n", "a.example. TXT \"SOA\" ; SOA\nexample. 1 IN SOA . . 1 1 1 1 1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		origin, err := findOrigin(text)
		if err != nil {
			if origin != "" {
				t.Errorf("%s beside %v", origin, err)
			}
			return
		}
		z, _, err := zone.Parse(text, zone.ParseOptions{Origin: origin})
		if err == nil && !z.Node(0).Has(rr.TypeSOA) {
			t.Errorf("%s has no SOA record", origin)
		}
	})
}
