package zone

import (
	"bytes"
	"math"

	"countersign/pkg/rr"
)

// plainLines says whether plain lines are read in their own way. Tests turn it
// off: what is read must be the same.
var plainLines = true

// wordIN is class IN as rr.PlainWord gives it.
const wordIN = 'I' | 'N'<<8

// plain reads the line at the front of text as one record if it is one as most
// are: owner or blank, TTL, class and type, RDATA without anything that needs a
// second look. It says how many octets it used, and 0 for any other line,
// faulty ones too: then nothing has changed.
func (p *parser) plain(text []byte) int {
	end := bytes.IndexByte(text, '\n')
	if end < 1 || end >= rr.MaxEntry {
		return 0
	}
	line := text[:end+1]
	b := p.batch
	at := len(b.wire)
	wire, i, isNew := p.plainOwner(line)
	if i == 0 {
		return 0
	}
	size := len(wire) - at
	b.wire = wire[:at] // the room stays, whatever becomes of the line
	t, ttl, stated, n := p.plainType(line[i:])
	if n == 0 {
		return 0
	}
	i += n
	wire = append(wire, byte(t>>8), byte(t), 0, byte(rr.ClassIN), byte(ttl>>24), byte(ttl>>16), byte(ttl>>8), byte(ttl), 0, 0)
	b.wire = wire[:at]
	if wire, n = rr.AppendPlainRdata(wire, line[i:], t, p.origin); n == 0 || len(wire) > math.MaxUint32 {
		return 0
	}
	length := len(wire) - at - size - fixedSize
	wire[at+size+8], wire[at+size+9] = byte(length>>8), byte(length)
	owner := nameAt(wire[at:], uint8(size))
	b.begin(owner, p.index)
	b.wire = wire
	b.note(record{typ: t, ttl: ttl, data: wire[len(wire)-length:]}, p.line)
	if isNew {
		p.owner, p.haveOwner, p.badOwner = owner, true, false
		p.text = line[:ownerEnd(line)]
	}
	switch {
	case !stated:
		p.usesTTL = p.usesTTL || !p.setsTTL
	case !p.fixed:
		p.ttl, p.haveTTL, p.setsTTL = ttl, true, true
	}
	return len(line)
}

// plainOwner appends the owner to the batch's wire form, and says how much of
// the line it took: 0 if it is not plain.
func (p *parser) plainOwner(line []byte) (wire []byte, used int, isNew bool) {
	wire = p.batch.wire
	switch c := line[0]; {
	case c == ' ' || c == '\t':
		if !p.haveOwner || p.badOwner {
			return nil, 0, false
		}
		return append(wire, p.owner...), 1, false
	case c == '$' || c == '@':
		return nil, 0, false
	}
	if n := len(p.text); n > 0 && n < len(line) && isBlank(line[n]) && string(line[:n]) == string(p.text) {
		if p.badOwner || !p.haveOwner {
			return nil, 0, false
		}
		return append(wire, p.owner...), n, false
	}
	at := len(wire)
	wire, used = rr.AppendPlainName(wire, line, p.origin)
	if used == 0 || !isBlank(line[used]) || !endsIn(wire[at:], p.zone) {
		return nil, 0, false
	}
	return wire, used, true
}

// plainType reads TTL, class and type.
func (p *parser) plainType(line []byte) (t rr.Type, ttl uint32, stated bool, used int) {
	classed := false
	for i := 0; ; {
		for isBlank(line[i]) {
			i++
		}
		if c := line[i]; c >= '0' && c <= '9' && !stated {
			n, digits := rr.PlainNumber(line[i:], rr.MaxTTL)
			if digits == 0 {
				return 0, 0, false, 0
			}
			ttl, stated = uint32(n), true
			i += digits
			continue
		}
		word, n := rr.PlainWord(line[i:])
		if word == wordIN && !classed {
			classed = true
			i += n
			continue
		}
		t, ok := rr.WordType(word)
		switch {
		case !ok || !stated && !p.haveTTL:
			return 0, 0, false, 0
		case !stated:
			ttl = p.ttl
		}
		return t, ttl, stated, i + n
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// ownerEnd is where the first field of a line ends.
func ownerEnd(line []byte) int {
	n := 0
	for !isBlank(line[n]) {
		n++
	}
	return n
}
