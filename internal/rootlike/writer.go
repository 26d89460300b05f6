package rootlike

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// The times to live of the root, in seconds.
const (
	ttlDelegation = 172800 // NS of a delegation, and glue
	ttlDS         = 86400
	ttlApexNS     = 518400
	ttlSOA        = 86400
)

// flushSize is how much text is gathered before it is written.
const flushSize = 64 << 10

// writer appends records as lines of text, and hands them on now and then: a zone
// can be larger than the memory.
type writer struct {
	out    io.Writer
	err    error // the first of out
	text   []byte
	random *rand.Rand
}

// flush hands on what was gathered.
func (w *writer) flush() error {
	if w.err == nil {
		_, w.err = w.out.Write(w.text)
	}
	w.text = w.text[:0]
	return w.err
}

func (w *writer) record(owner string, ttlSeconds int, kind, rdata string) {
	w.text = append(w.text, owner...)
	w.text = append(w.text, '\t')
	w.text = strconv.AppendInt(w.text, int64(ttlSeconds), 10)
	w.text = append(w.text, "\tIN\t"...)
	w.text = append(w.text, kind...)
	w.text = append(w.text, '\t')
	w.text = append(w.text, rdata...)
	w.text = append(w.text, '\n')
	if len(w.text) >= flushSize {
		_ = w.flush() // the last one tells
	}
}

// apex writes the SOA, with the timers of the root, and the name servers of the
// zone.
func (w *writer) apex(origin string, serial uint32, responsible string, ttlNS int, servers []string) {
	w.record(origin, ttlSOA, "SOA", fmt.Sprintf("%s %s %d 1800 900 604800 86400", servers[0], responsible, serial))
	for _, server := range servers {
		w.record(origin, ttlNS, "NS", server)
	}
}

// delegation writes the NS records of a name and as many DS records as it is
// told, all for one key algorithm each.
func (w *writer) delegation(owner string, servers []string, ds int) {
	for _, server := range servers {
		w.record(owner, ttlDelegation, "NS", server)
	}
	for range ds {
		w.record(owner, ttlDS, "DS", w.ds())
	}
}

// ds is a DS of a key that nobody has: RSASHA256 for four in five and
// ECDSAP256SHA256 for the others, as in the root, with a SHA-256 digest.
func (w *writer) ds() string {
	algorithm := 8
	if w.chance(18) {
		algorithm = 13
	}
	var digest [32]byte
	for i := range digest {
		digest[i] = byte(w.random.Uint32())
	}
	return fmt.Sprintf("%d %d 2 %s", w.random.IntN(1<<16), algorithm, strings.ToUpper(hex.EncodeToString(digest[:])))
}

// glue writes the addresses of a name server: A, and AAAA for 19 in 20.
func (w *writer) glue(server string) {
	w.record(server, ttlDelegation, "A", w.ipv4())
	if w.chance(95) {
		w.record(server, ttlDelegation, "AAAA", w.ipv6())
	}
}

// ipv4 is an address of RFC 5737.
func (w *writer) ipv4() string {
	nets := []string{"192.0.2.", "198.51.100.", "203.0.113."}
	return nets[w.random.IntN(len(nets))] + strconv.Itoa(1+w.random.IntN(254))
}

// ipv6 is an address of RFC 3849. No group is zero, so that there is one way to
// write it.
func (w *writer) ipv6() string {
	group := func() int { return 1 + w.random.IntN(0xffff) }
	return fmt.Sprintf("2001:db8:%x:%x::%x", group(), group(), group())
}

// chance is true for so many in a hundred.
func (w *writer) chance(percent int) bool {
	return w.random.IntN(100) < percent
}
