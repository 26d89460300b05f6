package rr

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Most lines of a large zone are plain: no quotes but around whole strings, no
// escapes, no parentheses, no comment, mnemonics in upper case. What is read here
// are those, straight from the line into wire form. Everything here gives up,
// with 0 octets used, where anything is out of the ordinary or wrong: then
// ScanEntry and ParseRdata read the line, and say what is wrong. What is read
// here must come out as they read it; tests compare the two.
//
// Each function reads from the front of a line, which ends in its only line
// end, and says how many octets it used.

// plainFolded and plainKept are the octets that stand for themselves in a label,
// in lower case or as they are, and 0 for all others. isPlainText says which
// stand for themselves in an unquoted string.
var plainFolded, plainKept, isPlainText = func() (folded, kept [256]byte, text [256]bool) {
	for c := range 256 {
		if charClass[c] != charPlain {
			continue
		}
		text[c] = true
		if c != '.' {
			folded[c], kept[c] = lower(byte(c)), byte(c)
		}
	}
	return folded, kept, text
}()

// endsPlain says whether c ends a field: a blank or the line end.
func endsPlain(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipBlanks is the offset of the next field or the line end.
func skipBlanks(line []byte, i int) int {
	for line[i] == ' ' || line[i] == '\t' {
		i++
	}
	return i
}

// AppendPlainName appends the wire form of the name at the front of a line, in
// lower case, if it is plain: used is 0 otherwise.
func AppendPlainName(dst, line []byte, origin Name) (wire []byte, used int) {
	return appendPlainName(dst, line, origin, &plainFolded)
}

func appendPlainName(dst, line []byte, origin Name, plain *[256]byte) (wire []byte, used int) {
	if origin == "" {
		return nil, 0
	}
	if c := line[0]; (c == '.' || c == '@') && endsPlain(line[1]) {
		if c == '.' {
			return append(dst, 0), 1
		}
		return append(dst, origin...), 1
	}
	start := len(dst)
	dst = slices.Grow(dst, maxName+1)
	room := dst[start : start+maxName+1]
	n, i := 0, 0
	for {
		label := n
		n++
		for i < len(line) {
			c := plain[line[i]]
			if c == 0 {
				break
			}
			if n >= maxName {
				return nil, 0
			}
			room[n] = c
			n++
			i++
		}
		size := n - label - 1
		if size == 0 || size > maxLabel {
			return nil, 0
		}
		room[label] = byte(size)
		if line[i] != '.' {
			if !endsPlain(line[i]) || n+len(origin) > maxName {
				return nil, 0
			}
			return append(dst[:start+n], origin...), i
		}
		i++
		if endsPlain(line[i]) {
			if n >= maxName {
				return nil, 0
			}
			room[n] = 0
			return dst[:start+n+1], i
		}
	}
}

// PlainWord is a mnemonic of at most seven octets at the front of a line, as a
// number: the first octet is the lowest.
func PlainWord(line []byte) (word uint64, used int) {
	if len(line) < 8 {
		for used < len(line) && !endsPlain(line[used]) {
			word |= uint64(line[used]) << (8 * used)
			used++
		}
		return word, used
	}
	const ones = 0x0101010101010101
	word = binary.LittleEndian.Uint64(line)
	// The lowest octet that is a blank or less: above it the borrow makes it
	// inexact, but that does not matter.
	used = bits.TrailingZeros64((word-(' '+1)*ones)&^word&(0x80*ones)) / 8
	if used == 8 || !endsPlain(line[used]) {
		return 0, 0
	}
	return word & (1<<(8*used) - 1), used
}

// wordTable has the mnemonics of at most seven octets, by a hash of the word.
// Where two meet, the second is in the next place that is free.
var wordTable = func() (table [1 << wordBits]wordType) {
	for t, name := range writtenTypes {
		if len(name) > 7 {
			continue
		}
		word, _ := PlainWord([]byte(name))
		i := wordHash(word)
		for table[i].word != 0 {
			i = (i + 1) % (1 << wordBits)
		}
		table[i] = wordType{word, t}
	}
	return table
}()

const wordBits = 8

type wordType struct {
	word uint64
	typ  Type
}

func wordHash(word uint64) uint64 { return word * 0x9e3779b97f4a7c15 >> (64 - wordBits) }

// WordType is the type of a PlainWord.
func WordType(word uint64) (t Type, ok bool) {
	if word == 0 {
		return 0, false
	}
	for i := wordHash(word); wordTable[i].word != 0; i = (i + 1) % (1 << wordBits) {
		if wordTable[i].word == word {
			return wordTable[i].typ, true
		}
	}
	return 0, false
}

// PlainNumber is the decimal number at the front of a line.
func PlainNumber(line []byte, most uint64) (n uint64, used int) {
	for {
		c := line[used] - '0'
		if c > 9 {
			break
		}
		if n = n*10 + uint64(c); n > most {
			return 0, 0
		}
		used++
	}
	if !endsPlain(line[used]) {
		return 0, 0
	}
	return n, used
}

// AppendPlainRdata appends the RDATA on a line behind its type, as ParseRdata
// does, if it is plain: used is 0 otherwise, and else all of the line.
func AppendPlainRdata(dst, line []byte, t Type, origin Name) (wire []byte, used int) {
	start := len(dst)
	layout := layoutOf(t)
	if layout == nil {
		return nil, 0
	}
	i := 0
	for _, p := range layout {
		i = skipBlanks(line, i)
		var n int
		if p.isRest() {
			dst, n = p.appendPlainRest(dst, line[i:])
		} else {
			dst, n = p.appendPlain(dst, line[i:], origin)
		}
		if dst == nil || n == 0 && p != partBitmap {
			return nil, 0
		}
		i += n
	}
	i = skipBlanks(line, i)
	if line[i] == '\r' {
		i++
	}
	if i != len(line)-1 || len(dst)-start > maxRdata || checkLengths(t, dst[start:]) != nil {
		return nil, 0
	}
	return dst, len(line)
}

// appendPlain appends the wire form of one field.
func (p part) appendPlain(dst, line []byte, origin Name) ([]byte, int) {
	switch p {
	case partName:
		return appendPlainName(dst, line, origin, &plainFolded)
	case partNameAsIs:
		return appendPlainName(dst, line, origin, &plainKept)
	case partIPv4:
		return appendPlainIPv4(dst, line)
	case partIPv6:
		return appendPlainIPv6(dst, line)
	case partU8, partAlgorithm:
		n, used := PlainNumber(line, 1<<8-1)
		return append(dst, byte(n)), used
	case partU16:
		n, used := PlainNumber(line, 1<<16-1)
		return append(dst, byte(n>>8), byte(n)), used
	case partU32, partPeriod:
		n, used := PlainNumber(line, 1<<32-1)
		return binary.BigEndian.AppendUint32(dst, uint32(n)), used
	case partTime:
		n, used := plainTime(line)
		return binary.BigEndian.AppendUint32(dst, n), used
	case partType:
		word, used := PlainWord(line)
		t, ok := WordType(word)
		if !ok {
			return nil, 0
		}
		return append(dst, byte(t>>8), byte(t)), used
	case partString:
		return appendPlainString(dst, line)
	case partSalt:
		return appendPlainSalt(dst, line)
	case partHash:
		return appendPlainHash(dst, line)
	}
	return nil, 0
}

// appendPlainRest appends the wire form of all fields that are left.
func (p part) appendPlainRest(dst, line []byte) ([]byte, int) {
	switch p {
	case partHex:
		return appendPlainHex(dst, line)
	case partBase64:
		return appendPlainBase64(dst, line)
	case partBitmap:
		return appendPlainBitmap(dst, line)
	case partStrings:
		return appendPlainStrings(dst, line)
	case partText:
		text, used := plainString(line)
		return append(dst, text...), used
	}
	return nil, 0
}

// plainString is the text of a string without escapes, in quotes or not.
func plainString(line []byte) (text []byte, used int) {
	if line[0] != '"' {
		n := 0
		for isPlainText[line[n]] {
			n++
		}
		if !endsPlain(line[n]) {
			return nil, 0
		}
		return line[:n], n
	}
	for i := 1; ; i++ {
		switch charClass[line[i]] {
		case charQuote:
			if !endsPlain(line[i+1]) {
				return nil, 0
			}
			return line[1:i], i + 1
		case charEscape, charControl, charNewline, charReturn:
			return nil, 0
		}
	}
}

func appendPlainString(dst, line []byte) ([]byte, int) {
	text, used := plainString(line)
	if len(text) > 255 {
		return nil, 0
	}
	return append(append(dst, byte(len(text))), text...), used
}

func appendPlainStrings(dst, line []byte) ([]byte, int) {
	i := 0
	for {
		var n int
		if dst, n = appendPlainString(dst, line[i:]); n == 0 {
			return nil, 0
		}
		i = skipBlanks(line, i+n)
		if isLineEnd(line[i]) {
			return dst, i
		}
	}
}

// appendPlainBitmap reads types that ascend. There may be none.
func appendPlainBitmap(dst, line []byte) ([]byte, int) {
	last := -1
	head := len(dst) // of the window
	for i := 0; ; {
		if i = skipBlanks(line, i); isLineEnd(line[i]) {
			return dst, i
		}
		word, n := PlainWord(line[i:])
		t, ok := WordType(word)
		if !ok || int(t) <= last {
			return nil, 0
		}
		if last < 0 || int(t)>>8 != last>>8 {
			head = len(dst)
			dst = append(dst, byte(t>>8), 0)
		}
		octet := head + 2 + int(t&0xff)>>3
		for len(dst) <= octet {
			dst = append(dst, 0)
		}
		dst[octet] |= 0x80 >> (t & 7)
		dst[head+1] = byte(len(dst) - head - 2)
		last = int(t)
		i += n
	}
}
