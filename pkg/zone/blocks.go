package zone

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
)

// Large files are read in blocks, side by side. A block begins where a line
// begins that does not begin with a blank; what an entry takes from those before
// it ($ORIGIN, $TTL, the last TTL) is guessed to be what it was at the end of the
// first block. Going through the blocks in order, each is held to what really
// came before it: a block that began within an entry, whose guess was wrong, or
// that includes files is read again, with what is known by then. So the result
// is that of reading all in order.

// source is the text of a file.
type source interface {
	size() int64

	// piece is the text from an offset, as much as there is up to n octets. It
	// may use buf.
	piece(from int64, n int, buf []byte) ([]byte, error)

	// copies says whether piece uses buf.
	copies() bool
}

type inMemory []byte

func (m inMemory) size() int64 { return int64(len(m)) }

func (m inMemory) piece(from int64, n int, _ []byte) ([]byte, error) {
	rest := m[min(from, m.size()):]
	return rest[:min(n, len(rest))], nil
}

func (m inMemory) copies() bool { return false }

type readAt struct {
	from io.ReaderAt
	n    int64
}

func (r *readAt) size() int64 { return r.n }

func (r *readAt) copies() bool { return true }

func (r *readAt) piece(from int64, n int, buf []byte) ([]byte, error) {
	n = int(min(int64(n), r.n-from))
	if n <= 0 {
		return nil, nil
	}
	buf = slices.Grow(buf[:0], n)[:n]
	got, err := r.from.ReadAt(buf, from)
	if got == n {
		return buf, nil
	}
	if err == nil || err == io.EOF {
		err = fmt.Errorf("the file ends after %d octets, it had %d before", from+int64(got), r.n)
	}
	return nil, err
}

// blockSize is about how long a block is. Tests make it small.
var blockSize = 1 << 20

// block is what came of a block.
type block struct {
	from, to int64    // where it begins and the next one does
	batch    *batch   // what is not settled
	settled  *settled // or nil
	found    findings
	after    standing
	lines    int
	used     int64 // how much of it is read: all, unless its last entry goes on behind it
	usesTTL  bool
	setsTTL  bool
	need     bool
	err      error
}

// read reads a whole file, as blocks.
func (g *gathering) read(from source, o ParseOptions) error {
	in := &includer{open: o.Include, left: o.MaxOctets, files: &g.files}
	if in.left == 0 {
		in.left = defaultMaxOctets
	}
	if uint64(from.size()) > in.left {
		g.found.fault(o.Name, 0, "the zone's text is too long")
		return nil
	}
	in.left -= uint64(from.size())
	r := &reader{all: g, from: from, options: o, include: in,
		now: standing{origin: o.Origin, ttl: o.DefaultTTL, haveTTL: o.DefaultTTL > 0}, line: 1}
	return r.run()
}

// reader reads a file.
type reader struct {
	all     *gathering
	from    source
	options ParseOptions
	include *includer

	at   int64    // what is before it is read
	now  standing // at that place
	line int
}

func (r *reader) run() error {
	starts, err := r.starts()
	if err != nil {
		return err
	}
	// The first block says what the others are to guess.
	if err := r.again(starts[min(1, len(starts)-1)]); err != nil {
		return err
	}
	guess := r.now
	guess.owner, guess.haveOwner, guess.badOwner = "", false, false
	blocks := make([]block, max(len(starts)-2, 0))
	spread(r.workers(), len(blocks), func(i int) {
		b := &blocks[i]
		b.from, b.to = starts[i+1], starts[i+2]
		b.err = r.guess(b, guess)
	})
	for i := range blocks {
		b := &blocks[i]
		switch {
		case b.err != nil:
			return b.err
		case r.all.found.full():
			return nil
		case b.to <= r.at: // an entry went on to behind it
		case r.at != b.from || !b.fits(guess, r.now):
			if err := r.again(b.to); err != nil {
				return err
			}
		default:
			r.take(b)
			if r.at < b.to {
				if err := r.again(b.to); err != nil {
					return err
				}
			}
		}
		*b = block{}
	}
	return nil
}

func (r *reader) workers() int {
	if r.options.Workers > 0 {
		return r.options.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// blockOf is about how long the blocks of a file are: enough of them that all
// workers have some, and that the first, which they wait for, is soon read.
func blockOf(size int64) int64 { return min(int64(blockSize), max(size/32, 64<<10)) }

// starts is where the blocks begin, and the end of the file.
func (r *reader) starts() ([]int64, error) {
	starts := []int64{0}
	size := r.from.size()
	var buf []byte
	step := blockOf(size)
	for at := step; at < size; at = max(at+step, starts[len(starts)-1]+1) {
		next, err := r.nextStart(at, &buf)
		if err != nil {
			return nil, err
		}
		if next >= size {
			break
		}
		if next > starts[len(starts)-1] {
			starts = append(starts, next)
		}
	}
	return append(starts, size), nil
}

// nextStart is the first line at or behind an offset that does not begin with a
// blank: the text is looked at piece by piece.
func (r *reader) nextStart(at int64, buf *[]byte) (int64, error) {
	const look = 4096
	for {
		text, err := r.from.piece(at, look, *buf)
		if err != nil || len(text) < 2 {
			return r.from.size(), err
		}
		if r.from.copies() {
			*buf = text[:0]
		}
		for i := 0; ; {
			n := bytes.IndexByte(text[i:], '\n')
			if n < 0 || i+n+1 == len(text) {
				break
			}
			i += n + 1
			if c := text[i]; c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ';' {
				return at + int64(i), nil
			}
		}
		at += int64(len(text)) - 1 // the last octet may be the end of a line
	}
}

// parser is a parser of the file at a place.
func (r *reader) parser(b *batch, found *findings, now standing, line int) *parser {
	return &parser{standing: now, zone: r.options.Origin, batch: b, found: found, name: r.options.Name, index: 1, line: line}
}

// scratch is what a worker needs for a block, and again for the next.
type scratch struct {
	text  []byte
	batch batch
	keys  []sortKey
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// guess reads a block with a guess of what is before it.
func (r *reader) guess(b *block, guess standing) error {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	p, err := r.stretch(s, b, guess, &b.found)
	if err != nil {
		return err
	}
	b.after, b.lines = p.standing, p.line-1
	if b.after.owner != "" {
		b.after.owner = cloneName(b.after.owner)
	}
	b.usesTTL, b.setsTTL, b.need = p.usesTTL, p.setsTTL, p.need
	if !b.need && !b.found.isFaulty() {
		b.settled, b.batch, s.keys = r.all.settle(&s.batch, s.keys)
	}
	if b.settled == nil {
		b.batch = s.batch.clone()
	}
	return nil
}

// stretch reads the text of a block, which follows what is standing, and says
// how much it used.
func (r *reader) stretch(s *scratch, b *block, before standing, found *findings) (*parser, error) {
	text, err := r.from.piece(b.from, int(b.to-b.from), s.text)
	if err != nil {
		return nil, err
	}
	if r.from.copies() {
		s.text = text[:0]
	}
	s.batch = batch{wire: s.batch.wire[:0], runs: s.batch.runs[:0], lines: s.batch.lines[:0]}
	p := r.parser(&s.batch, found, before, 1)
	b.used = int64(p.read(text, b.to < r.from.size()))
	return p, nil
}

// reread gives what reads a block again that was read before with the same
// standing before it.
func (r *reader) reread(from, to, used int64, before standing, line int) func() (*batch, error) {
	return func() (*batch, error) {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		b := block{from: from, to: to}
		var found findings
		p, err := r.stretch(s, &b, before, &found)
		if err != nil {
			return nil, err
		}
		if b.used != used || p.need || found.isFaulty() {
			return nil, errChanged
		}
		whole := s.batch.clone()
		whole.shift(line)
		return whole, nil
	}
}

var errChanged = errors.New("the text changed while it was read")

// fits says whether the guess was right in all that the block took from it.
func (b *block) fits(guess, now standing) bool {
	return !b.need && now.origin == guess.origin && now.fixed == guess.fixed &&
		(!b.usesTTL || now.haveTTL && now.ttl == guess.ttl)
}

// take takes a block whose guess was right.
func (r *reader) take(b *block) {
	shift := r.line - 1
	b.batch.shift(shift)
	b.found.shift(shift)
	r.all.found.join(&b.found)
	before := r.now
	if s := b.settled; s != nil {
		s.shift, s.batch = uint32(shift), len(r.all.batches)
		s.found.shift(shift)
		s.reread = r.reread(b.from, b.to, b.used, before, shift)
		r.all.settled = append(r.all.settled, s)
	}
	r.all.batches = append(r.all.batches, b.batch)
	r.now = b.after
	if !b.setsTTL {
		r.now.ttl, r.now.haveTTL = before.ttl, before.haveTTL
	}
	if !b.after.haveOwner {
		r.now.owner, r.now.haveOwner, r.now.badOwner = before.owner, before.haveOwner, before.badOwner
	}
	r.at += b.used
	r.line += b.lines
}

// again reads from where the reading is to an offset, knowing what is before. It
// may get further: to the end of the last entry.
func (r *reader) again(to int64) error {
	size := r.from.size()
	step := int64(max(blockSize, 4096))
	for more := int64(0); r.at < to && !r.all.found.full(); {
		end := min(min(to, r.at+step)+more, size)
		text, err := r.from.piece(r.at, int(end-r.at), nil)
		if err != nil {
			return err
		}
		marked := 0
		if r.at == 0 {
			marked = len(text) - len(trimMark(text))
		}
		b := &batch{}
		p := r.parser(b, &r.all.found, r.now, r.line)
		p.include = r.include
		used := p.read(text[marked:], end < size)
		r.all.batches = append(r.all.batches, b)
		r.now, r.line = p.standing, p.line
		r.now.owner = cloneName(r.now.owner)
		r.at += int64(used)
		switch {
		case used > 0:
			r.at += int64(marked)
			more = 0
		case end == size:
			return nil
		default: // the entry is longer than what there is of it
			more = 2*more + step
		}
	}
	return nil
}
