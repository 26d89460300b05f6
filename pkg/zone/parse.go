package zone

import (
	"bytes"
	"fmt"
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
	b := NewBuilder(o.Origin)
	// A record takes about 50 octets of text.
	b.records = make([]record, 0, len(text)/48+16)
	b.runs = make([]run, 0, len(text)/96+16)
	b.names = make([]byte, 0, len(text)/8+256)
	p := &parser{builder: b, found: &b.found, include: o.Include, ttl: o.DefaultTTL, haveTTL: o.DefaultTTL > 0, left: o.MaxOctets}
	if p.left == 0 {
		p.left = defaultMaxOctets
	}
	if o.Origin == "" {
		p.found.fault(o.Name, 0, "the name of the zone was not given")
	} else if o.DefaultTTL > rr.MaxTTL {
		p.found.fault(o.Name, 0, "default TTL %d is above 2^31-1", o.DefaultTTL)
	} else {
		p.file(o.Name, text, o.Origin, 0)
	}
	if len(b.found.faults) > 0 {
		warnings, err := b.found.result()
		return nil, warnings, err
	}
	return b.Build()
}

// parser reads a file and what it includes.
type parser struct {
	builder *Builder
	found   *findings
	include func(string) ([]byte, error)
	left    uint64 // octets that may still be read

	name   string // of the file
	index  uint16 // of the file in Builder.files
	line   int    // of the entry
	depth  int
	origin rr.Name

	ttl     uint32 // for records that state none
	fixed   bool   // ttl is from $TTL: a stated TTL does not change it
	haveTTL bool

	fields    []rr.Field
	owner     []byte // text of the last owner in this file, if the origin is still the same
	haveOwner bool   // there is an owner that a blank stands for
	badOwner  bool   // it is faulty, and so are the records that a blank gives it
}

func (p *parser) fault(format string, args ...any) {
	p.found.fault(p.name, p.line, format, args...)
}

// file reads a file with an origin of its own. The file that includes it goes
// on with the origin and owner it had (RFC 1035, Section 5.1); a $TTL stays.
func (p *parser) file(name string, text []byte, origin rr.Name, depth int) {
	if len(p.builder.files) > math.MaxUint16 {
		p.fault("more than 65535 files")
		return
	}
	if uint64(len(text)) > p.left {
		p.fault("file %s: the zone's text is too long", name)
		return
	}
	p.left -= uint64(len(text))
	before := *p
	p.name, p.index, p.line, p.depth, p.origin = name, uint16(len(p.builder.files)), 1, depth, origin
	p.owner, p.haveOwner, p.badOwner, p.fields = nil, false, false, nil
	var owner []byte
	if n := len(p.builder.runs); n > 0 {
		owner = p.builder.name(p.builder.runs[n-1])
	}
	p.builder.files = append(p.builder.files, name)

	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for len(text) > 0 && !p.found.full() {
		fields, used, lines, err := rr.ScanEntry(text, p.fields[:0])
		p.fields = fields
		switch {
		case err != nil:
			p.fault("%v", err)
		case len(fields) > 0:
			p.entry(text[0] == ' ' || text[0] == '\t')
		}
		p.line += lines
		text = text[used:]
	}

	p.name, p.index, p.line, p.depth, p.origin = before.name, before.index, before.line, before.depth, before.origin
	p.owner, p.haveOwner, p.badOwner, p.fields = before.owner, before.haveOwner, before.badOwner, before.fields
	if p.haveOwner && !p.badOwner {
		if err := p.builder.begin(rr.Name(owner)); err != nil {
			p.fault("%v", err)
		}
	}
}

// entry reads one entry; blank says whether it began with one, and so has the
// owner of the entry before.
func (p *parser) entry(blank bool) {
	fields := p.fields
	if blank {
		if !p.haveOwner {
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
	if p.haveOwner && bytes.Equal(text, p.owner) {
		return !p.badOwner
	}
	p.owner, p.haveOwner, p.badOwner = text, true, true
	b := p.builder
	before := len(b.names)
	names, err := rr.AppendName(b.names, text, p.origin)
	if err != nil {
		p.fault("%v", err)
		return false
	}
	if !endsIn(names[before:], b.origin) {
		p.fault("%s is not in zone %s", rr.Name(names[before:]), b.origin)
		return false
	}
	b.names = names
	if err := b.beginLast(len(names) - before); err != nil {
		p.fault("%v", err)
		return false
	}
	p.badOwner = false
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
	b := p.builder
	wire, err := rr.ParseRdata(b.room(256), t, fields, p.origin)
	if err != nil {
		p.fault("%v", err)
		return
	}
	switch {
	case haveTTL:
		if !p.fixed {
			p.ttl, p.haveTTL = ttl, true
		}
	case p.haveTTL:
		ttl = p.ttl
	case t == rr.TypeSOA:
		soa, err := rr.ParseSOA(wire)
		if err != nil || soa.Minimum > rr.MaxTTL {
			p.fault("no TTL, and the minimum of the SOA record cannot serve as one")
			return
		}
		ttl, p.ttl, p.haveTTL = soa.Minimum, soa.Minimum, true
		p.found.warn(p.name, p.line, "no TTL: the minimum of the SOA record is used")
	default:
		p.fault("a record without a TTL, and no $TTL before it")
		return
	}
	if err := b.put(record{ttl: ttl, typ: t, line: uint32(min(p.line, math.MaxUint32)), file: p.index}, wire); err != nil {
		p.fault("%v", err)
	}
}

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
		if p.haveOwner {
			// The owner stays the same name, but its text may stand for another now.
			p.owner = nil
		}
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
		p.ttl, p.haveTTL, p.fixed = ttl, true, true
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
	origin := p.origin
	if len(fields) == 2 {
		var err error
		if origin, err = p.originField(fields[1:]); err != nil {
			p.fault("$INCLUDE: %v", err)
			return
		}
	}
	switch {
	case p.include == nil:
		p.fault("$INCLUDE is not allowed here")
		return
	case p.depth == maxDepth:
		p.fault("$INCLUDE: more than %d files deep", maxDepth)
		return
	}
	text, err := p.include(path)
	if err != nil {
		p.fault("$INCLUDE %s: %v", path, err)
		return
	}
	p.file(path, text, origin, p.depth+1)
}
