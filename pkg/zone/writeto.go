package zone

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// writeSize is how many octets of records in wire form become text at once.
const writeSize = 192 << 10

// WriteTo writes what Append appends. As many goroutines as there are cores make
// the text, a few pieces ahead of the writer; w is written to from this one, in
// large pieces. An error of w ends the work and is returned as it is.
func (z *Zone) WriteTo(w io.Writer) (int64, error) {
	return z.writeTo(w, runtime.GOMAXPROCS(0))
}

func (z *Zone) writeTo(w io.Writer, workers int) (int64, error) {
	pieces := z.pieces()
	if workers = min(workers, len(pieces)-1); workers <= 1 {
		return z.writePieces(w, pieces)
	}
	p := printer{zone: z, pieces: pieces, free: make(chan []byte, 2*workers+2), stop: make(chan struct{})}
	p.done = make([]chan []byte, cap(p.free))
	for i := range p.done {
		p.done[i] = make(chan []byte, 1)
		p.free <- make([]byte, 0, 2*writeSize)
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(p.work)
	}
	n, err := p.write(w)
	close(p.stop)
	group.Wait()
	return n, err
}

// pieces is where the pages are cut into pieces: the first page of each, and the
// number of pages.
func (z *Zone) pieces() []int {
	starts := []int{0}
	size := 0
	for i, p := range z.pages {
		if size += len(p.wire); size >= writeSize && i+1 < len(z.pages) {
			starts = append(starts, i+1)
			size = 0
		}
	}
	return append(starts, len(z.pages))
}

// writePieces writes one piece after the other.
func (z *Zone) writePieces(w io.Writer, pieces []int) (int64, error) {
	var total int64
	var text []byte
	for i := range len(pieces) - 1 {
		text = z.appendPages(text[:0], pieces[i], pieces[i+1])
		n, err := w.Write(text)
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// printer is a zone that several goroutines print. One takes a buffer and then
// the next piece, so those at work are never more than the buffers, and the one
// that the writer waits for is among them.
type printer struct {
	zone   *Zone
	pieces []int
	next   atomic.Int64
	free   chan []byte
	done   []chan []byte // piece i comes through the one at i modulo their number
	stop   chan struct{}
}

func (p *printer) work() {
	for {
		select {
		case <-p.stop:
			return
		case buffer := <-p.free:
			i := int(p.next.Add(1)) - 1
			if i >= len(p.pieces)-1 {
				return
			}
			p.done[i%len(p.done)] <- p.zone.appendPages(buffer[:0], p.pieces[i], p.pieces[i+1])
		}
	}
}

func (p *printer) write(w io.Writer) (int64, error) {
	var total int64
	for i := range len(p.pieces) - 1 {
		text := <-p.done[i%len(p.done)]
		n, err := w.Write(text)
		total += int64(n)
		if err != nil {
			return total, err
		}
		p.free <- text
	}
	return total, nil
}
