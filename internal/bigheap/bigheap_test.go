package bigheap

import (
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"
)

// inLargePages is how many KiB of the process are in large pages.
func inLargePages(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		t.Skip("the kernel does not say how its pages are: ", err)
	}
	found := regexp.MustCompile(`AnonHugePages: +(\d+) kB`).FindSubmatch(text)
	if found == nil {
		t.Skip("the kernel knows no large pages")
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestHeapThatWasExpectedIsInLargePages(t *testing.T) {
	if !onRequest() || spare() < 3*least {
		t.Skip("this kernel gives no large pages on request, or has too little memory left")
	}
	Expect(2 * least)
	before := inLargePages(t)
	var kept [][]byte
	for range least / 1024 / 64 {
		b := make([]byte, 64*1024)
		for i := range b {
			b[i] = 1
		}
		kept = append(kept, b)
	}
	if got := inLargePages(t); got-before < least/1024/2 {
		t.Errorf("%d KiB more in large pages, want about %d", got-before, least/1024)
	}
	runtime.KeepAlive(kept)
}

func TestSmallHeapsAreLeftAlone(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Expect(1 << 20)
	runtime.ReadMemStats(&after)
	if after.HeapSys > before.HeapSys+least/2 || after.NumGC != before.NumGC {
		t.Error("the heap grew, or was collected, for a mebioctet")
	}
}
