package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestStatusSeesThroughWrapping(t *testing.T) {
	refused := Refuse(errors.New("bad document"))
	for _, row := range []struct {
		err  error
		want int
	}{
		{nil, Good},
		{errors.New("no such file"), Failed},
		{refused, Refused},
		{fmt.Errorf("checking: %w", refused), Refused},
		{Hint(fmt.Errorf("checking: %w", refused), "look again"), Refused},
		{Hint(errors.New("no such file"), "give another"), Failed},
	} {
		if got := Status(row.err); got != row.want {
			t.Errorf("status of %v is %d, want %d", row.err, got, row.want)
		}
	}
}

func TestReportPrefixesEveryLine(t *testing.T) {
	var out strings.Builder
	Report(&out, "zskd", Hint(Hint(errors.New("first\nsecond"), "inner"), "outer %d", 1))
	want := "zskd: error: first\nzskd: error: second\nzskd: hint: outer 1\nzskd: hint: inner\n"
	if out.String() != want {
		t.Errorf("reported %q, want %q", out.String(), want)
	}
}
