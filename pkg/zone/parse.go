package zone

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"countersign/pkg/rr"
)

// ParseOptions say what the text of a zone does not.
type ParseOptions struct {
	// Origin is the name of the zone, and the origin of relative names until
	// a $ORIGIN.
	Origin rr.Name

	// Name is the file's name in messages.
	Name string

	// Include gives the text of a file that $INCLUDE names, as it names it.
	// Without it $INCLUDE is refused.
	Include func(path string) ([]byte, error)

	// DefaultTTL, in seconds, is used before the first $TTL or stated TTL. 0
	// is none: then a record without a TTL is a fault, but an SOA record gets
	// its minimum.
	DefaultTTL uint32

	// MaxOctets limits the text together with all it includes. 0 is 4 GiB.
	MaxOctets uint64

	// Workers is how many goroutines read at the same time. 0 is as many as there
	// are cores. The result does not depend on it.
	Workers int
}

const (
	defaultMaxOctets = 1 << 32

	// maxDepth is how deep files may include each other.
	maxDepth = 8
)

// Parse reads a master file. See RFC 1035, Section 5, RFC 2308, Section 4
// ($TTL) and RFC 3597, Section 5 (unknown types). TTLs may have units, as in
// 1h30m. Class is IN. $GENERATE is refused: it is no part of the standard.
//
// The error is Faults: all that is wrong, up to 20, each with file and line. The
// zone shares no memory with text.
func Parse(text []byte, o ParseOptions) (*Zone, []Warning, error) {
	return parse(inMemory(text), o)
}

// ParseAt is Parse for a text of this many octets that is read piece by piece,
// by several workers at once, and never in memory as a whole. An error of the
// reader is returned as it is.
func ParseAt(r io.ReaderAt, size int64, o ParseOptions) (*Zone, []Warning, error) {
	return parse(&readAt{r, size}, o)
}

func parse(from source, o ParseOptions) (*Zone, []Warning, error) {
	g := &gathering{origin: o.Origin, files: []string{"", o.Name}}
	switch {
	case o.Origin == "":
		g.found.fault(o.Name, 0, "the name of the zone was not given")
	case o.DefaultTTL > rr.MaxTTL:
		g.found.fault(o.Name, 0, "default TTL %d is above 2^31-1", o.DefaultTTL)
	default:
		if err := g.read(from, o); err != nil {
			return nil, nil, err
		}
	}
	if g.found.isFaulty() {
		return g.refused()
	}
	return g.zone(o.Workers)
}

// standing is what an entry takes from those before it.
type standing struct {
	origin rr.Name

	ttl     uint32 // for records that state none
	fixed   bool   // ttl is from $TTL: a stated TTL does not change it
	haveTTL bool

	owner     rr.Name // the last owner of this file
	haveOwner bool    // there is an owner that a blank stands for
	badOwner  bool    // it is faulty, and so are the records that a blank gives it
}

// parser reads a stretch of a file, and what it includes.
type parser struct {
	standing
	zone    rr.Name // the apex
	batch   *batch
	found   *findings
	include *includer // nil while the files that are included cannot be known: then need is set

	name  string // of the file
	index uint16 // of the file in gathering.files
	line  int    // of the entry
	depth int

	// What a guess about the standing has to be right in. See blocks.go.
	usesTTL bool // a record took the TTL of those before the stretch
	setsTTL bool // the stretch has a TTL to take
	need    bool // there is more to know: an owner, or a file

	fields []rr.Field
	text   []byte // of the last owner, while the origin is still the same
	names  []byte // scratch
}

// includer is what is common to a file and those it includes.
type includer struct {
	open  func(string) ([]byte, error)
	left  uint64 // octets that may still be read
	files *[]string
}

func (p *parser) fault(format string, args ...any) {
	p.found.fault(p.name, p.line, format, args...)
}

// read reads the entries of text, and gives how much of it: where the last
// entry does not end, and open says that this is not the end of the file, it
// ends before that one.
func (p *parser) read(text []byte, open bool) (used int) {
	rest := text
	for len(rest) > 0 && !p.found.full() && !p.need {
		if plainLines {
			if n := p.plain(rest); n > 0 {
				p.line++
				rest = rest[n:]
				continue
			}
		}
		fields, n, lines, err := rr.ScanEntry(rest, p.fields[:0])
		p.fields = fields
		if open && n == len(rest) && (err != nil || rest[n-1] != '\n') {
			break
		}
		switch {
		case err != nil:
			p.fault("%v", err)
		case len(fields) > 0:
			p.entry(rest[0] == ' ' || rest[0] == '\t')
		}
		p.line += lines
		rest = rest[n:]
	}
	return len(text) - len(rest)
}

// file reads a file that is included, with an origin of its own. The file that
// includes it goes on with the origin and owner it had (RFC 1035, Section 5.1);
// a $TTL stays.
func (p *parser) file(name string, text []byte, origin rr.Name) {
	in := p.include
	if len(*in.files) > math.MaxUint16 {
		p.fault("more than 65535 files")
		return
	}
	if uint64(len(text)) > in.left {
		p.fault("file %s: the zone's text is too long", name)
		return
	}
	in.left -= uint64(len(text))
	before := *p
	p.name, p.index, p.line, p.depth = name, uint16(len(*in.files)), 1, p.depth+1
	*in.files = append(*in.files, name)
	p.standing.origin, p.owner, p.haveOwner, p.badOwner, p.text, p.fields, p.names = origin, "", false, false, nil, nil, nil
	p.read(trimMark(text), false)
	p.name, p.index, p.line, p.depth = before.name, before.index, before.line, before.depth
	p.standing.origin, p.owner, p.haveOwner, p.badOwner = before.standing.origin, before.owner, before.haveOwner, before.badOwner
	p.text, p.fields, p.names = before.text, before.fields, before.names
}

// trimMark leaves out a byte order mark.
func trimMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }

// entry reads one entry; blank says whether it began with one, and so has the
// owner of the entry before.
func (p *parser) entry(blank bool) {
	fields := p.fields
	if blank {
		if !p.haveOwner {
			if p.need = p.include == nil; p.need {
				return
			}
			p.fault("a record without an owner name, and no record before it")
		}
		if !p.haveOwner || p.badOwner {
			return
		}
	} else {
		first := fields[0]
		if first.Quoted {
			p.fault("an owner name in quotes")
			return
		}
		if len(first.Text) > 1 && first.Text[0] == '$' {
			p.directive(string(first.Text), fields[1:])
			return
		}
		if !p.setOwner(first.Text) {
			return
		}
		fields = fields[1:]
	}
	p.record(fields)
}

// setOwner makes the name the owner of the records that follow, and says
// whether it can be.
func (p *parser) setOwner(text []byte) bool {
	if p.haveOwner && !p.badOwner && p.text != nil && bytes.Equal(text, p.text) {
		return true
	}
	p.text, p.haveOwner, p.badOwner = text, true, true
	names, err := rr.AppendName(p.names[:0], text, p.origin)
	if err != nil {
		p.fault("%v", err)
		return false
	}
	p.names = names
	if !endsIn(names, p.zone) {
		p.fault("%s is not in zone %s", rr.Name(names), p.zone)
		return false
	}
	p.owner, p.badOwner = nameAt(names, uint8(len(names))), false
	return true
}

// endsIn says whether an uncompressed name is origin or below it.
func endsIn(wire []byte, origin rr.Name) bool {
	for i := 0; i < len(wire); i += 1 + int(wire[i]) {
		if len(wire)-i == len(origin) {
			return string(wire[i:]) == string(origin)
		}
	}
	return false
}

// record reads what follows the owner: TTL and class in either order, each
// optional, then type and RDATA.
func (p *parser) record(fields []rr.Field) {
	ttl, haveTTL, haveClass := uint32(0), false, false
	for len(fields) > 0 && !fields[0].Quoted {
		text := fields[0].Text
		switch {
		case text[0] >= '0' && text[0] <= '9' && !haveTTL:
			var err error
			if ttl, err = rr.ParseTTL(text); err != nil {
				p.fault("%v", err)
				return
			}
			haveTTL = true
		case isClass(text) && !haveClass:
			if !isIN(text) {
				p.fault("class %s: only IN is known here", text)
				return
			}
			haveClass = true
		default:
			t, ok := rr.ParseTypeField(text)
			if !ok {
				p.fault("unknown type %q", text)
				return
			}
			p.typed(t, ttl, haveTTL, fields[1:])
			return
		}
		fields = fields[1:]
	}
	p.fault("a record without a type")
}

// isClass says whether the text is a class. See RFC 1035, Section 3.2.4, and
// RFC 3597, Section 5.
func isClass(text []byte) bool {
	if len(text) == 2 {
		switch [2]byte{text[0] &^ 0x20, text[1] &^ 0x20} {
		case [2]byte{'I', 'N'}, [2]byte{'C', 'H'}, [2]byte{'H', 'S'}, [2]byte{'C', 'S'}:
			return true
		}
		return false
	}
	return len(text) > 5 && strings.EqualFold(string(text[:5]), "CLASS") && text[5] >= '0' && text[5] <= '9'
}

func isIN(text []byte) bool {
	if len(text) == 2 {
		return text[0]|0x20 == 'i' && text[1]|0x20 == 'n'
	}
	return strings.EqualFold(string(text), "CLASS1")
}

// typed reads the RDATA and adds the record.
func (p *parser) typed(t rr.Type, ttl uint32, haveTTL bool, fields []rr.Field) {
	b := p.batch
	at, size := len(b.wire), len(p.owner)
	b.begin(p.owner, p.index)
	b.header(p.owner, t)
	wire, err := rr.ParseRdata(b.wire, t, fields, p.origin)
	if err == nil {
		b.wire = wire
		if ttl, err = p.ttlOf(t, ttl, haveTTL, wire[at+size+fixedSize:]); err == nil {
			err = b.seal(at, size, ttl, p.line)
		}
	}
	if err != nil {
		b.take(at)
		if !p.need {
			p.fault("%v", err)
		}
	}
}

// ttlOf is the TTL of a record, stated or not.
func (p *parser) ttlOf(t rr.Type, ttl uint32, stated bool, rdata []byte) (uint32, error) {
	switch {
	case stated:
		if !p.fixed {
			p.ttl, p.haveTTL, p.setsTTL = ttl, true, true
		}
		return ttl, nil
	case p.haveTTL:
		p.usesTTL = p.usesTTL || !p.setsTTL
		return p.ttl, nil
	case p.include == nil:
		p.need = true
		return 0, errNeed
	case t == rr.TypeSOA:
		soa, err := rr.ParseSOA(rdata)
		if err != nil || soa.Minimum > rr.MaxTTL {
			return 0, errors.New("no TTL, and the minimum of the SOA record cannot serve as one")
		}
		p.ttl, p.haveTTL, p.setsTTL = soa.Minimum, true, true
		p.found.warn(p.name, p.line, "no TTL: the minimum of the SOA record is used")
		return soa.Minimum, nil
	}
	return 0, errors.New("a record without a TTL, and no $TTL before it")
}

// errNeed is never shown: the stretch is read again.
var errNeed = errors.New("not known yet")

// directive reads a control entry.
func (p *parser) directive(name string, fields []rr.Field) {
	switch strings.ToUpper(name) {
	case "$ORIGIN":
		origin, err := p.originField(fields)
		if err != nil {
			p.fault("$ORIGIN: %v", err)
			return
		}
		p.origin = origin
		p.text = nil // the owner stays the same name, but its text may stand for another now
	case "$TTL":
		if len(fields) != 1 || fields[0].Quoted {
			p.fault("$TTL takes one field")
			return
		}
		ttl, err := rr.ParseTTL(fields[0].Text)
		if err != nil {
			p.fault("$TTL: %v", err)
			return
		}
		p.ttl, p.haveTTL, p.fixed, p.setsTTL = ttl, true, true, true
	case "$INCLUDE":
		p.includeFile(fields)
	case "$GENERATE":
		p.fault("$GENERATE is not supported: write the records out")
	default:
		p.fault("unknown directive %s", name)
	}
}

func (p *parser) originField(fields []rr.Field) (rr.Name, error) {
	if len(fields) != 1 || fields[0].Quoted {
		return "", fmt.Errorf("takes one name")
	}
	wire, err := rr.AppendName(nil, fields[0].Text, p.origin)
	return rr.Name(wire), err
}

// includeFile reads the file that $INCLUDE names, with the origin it states or
// the present one.
func (p *parser) includeFile(fields []rr.Field) {
	if len(fields) == 0 || len(fields) > 2 {
		p.fault("$INCLUDE takes a file and an optional origin")
		return
	}
	path := string(fields[0].Text)
	if strings.Contains(path, `\`) {
		p.fault("$INCLUDE: escapes in a file name are not read")
		return
	}
	if p.include == nil {
		p.need = true
		return
	}
	origin := p.origin
	if len(fields) == 2 {
		var err error
		if origin, err = p.originField(fields[1:]); err != nil {
			p.fault("$INCLUDE: %v", err)
			return
		}
	}
	switch {
	case p.include.open == nil:
		p.fault("$INCLUDE is not allowed here")
		return
	case p.depth == maxDepth:
		p.fault("$INCLUDE: more than %d files deep", maxDepth)
		return
	}
	text, err := p.include.open(path)
	if err != nil {
		p.fault("$INCLUDE %s: %v", path, err)
		return
	}
	p.file(path, text, origin)
}
