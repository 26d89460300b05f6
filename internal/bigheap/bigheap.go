// Package bigheap prepares a program for a heap of hundreds of mebioctets that
// hold hardly a pointer, as zones do: the kernel backs it with large pages, which
// saves hundreds of thousands of page faults, and the garbage collector, for
// which such memory is little work, comes early. These are hints: without them
// all is the same, only slower or larger.
package bigheap

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	"golang.org/x/sys/unix"
)

// least is the size below which it is not worth the while.
const least = 64 << 20

// growth is how many per cent the heap grows from one collection to the next.
const growth = 30

// Expect says that the heap is about to grow by this many octets. The first time
// the address space is taken from the heap, marked for large pages (madvise(2))
// and given back untouched: the heap fills it later, and the mark stays.
func Expect(octets int64) {
	if octets < least {
		return
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	once.Do(func() { mark(min(octets, spare())) })
}

// once: room that was used before would be cleared, and so be touched.
var once sync.Once

func mark(octets int64) {
	if octets < least || !onRequest() {
		return
	}
	room := make([]byte, octets)
	_ = unix.Madvise(room, unix.MADV_HUGEPAGE) // a hint: nothing depends on it
	runtime.KeepAlive(room)
	room = nil
	runtime.GC()
}

// onRequest says whether the kernel gives large pages to those who ask.
func onRequest() bool {
	setting, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	return err == nil && bytes.Contains(setting, []byte("[madvise]"))
}

// spare is how much memory may be asked for without harm: half of what is free,
// and nothing where the kernel counts memory that is not in use yet.
func spare() int64 {
	setting, err := os.ReadFile("/proc/sys/vm/overcommit_memory")
	if err != nil || bytes.HasPrefix(setting, []byte("2")) {
		return 0
	}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return int64(info.Freeram) * int64(info.Unit) / 2
}
