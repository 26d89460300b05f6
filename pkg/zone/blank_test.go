package zone_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Lines that are no records must not make the reader copy what it has: a file of
// two octets a line took seconds a hundred lines.
func TestBlankLinesBehindALongOwnerCostNothing(t *testing.T) {
	label := strings.Repeat("x", 60)
	owner := fmt.Sprintf("%s.%s.%s.%s", label, label, label, label)
	text := bytes.NewBufferString(head + owner + " A 192.0.2.1\n")
	// At some of these the room for records is all but full.
	for i := range 250 {
		fmt.Fprintf(text, "\t A 192.0.3.%d\n", i)
		plain := testing.AllocsPerRun(1, func() { parse(t, text.String()) })
		blank := testing.AllocsPerRun(1, func() { parse(t, text.String()+strings.Repeat("\t\n", 500)) })
		if blank > plain+100 {
			t.Fatalf("%d records: %g allocations with blank lines, %g without", i+2, blank, plain)
		}
	}
}
