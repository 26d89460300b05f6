package hsm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is what a program and its helpers send each other: a kind, the length
// of the body in four octets, and the body.
const (
	frameLogin = 'l' // a login as JSON; the PIN follows in a frame of its own
	framePIN   = 'p'
	frameKey   = 'k' // a dnssec.KeyRef as JSON
	frameSign  = 's' // the number of the key in four octets, and a list of inputs
	frameDone  = 'd' // the answer: nothing, or a list of signatures
	frameError = 'e' // the answer: why not
)

// maxFrame is more than the inputs or signatures of a run can be.
const maxFrame = 8 << 20

// writeFrame writes in one piece.
func writeFrame(w io.Writer, kind byte, body []byte) error {
	if len(body) > maxFrame {
		return fmt.Errorf("frame of %d octets, at most %d fit", len(body), maxFrame)
	}
	frame := make([]byte, 0, 5+len(body))
	frame = append(frame, kind)
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(body)))
	frame = append(frame, body...)
	_, err := w.Write(frame)
	if kind == framePIN {
		clear(frame)
	}
	return err
}

// readFrame reads with no buffer in between, which would keep a PIN.
func readFrame(r io.Reader) (kind byte, body []byte, err error) {
	var header [5]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(header[1:])
	if size > maxFrame {
		return 0, nil, fmt.Errorf("frame of %d octets, at most %d are taken", size, maxFrame)
	}
	body = make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, errors.Join(errors.New("a frame is cut short"), err)
	}
	return header[0], body, nil
}

// appendList appends texts as their number and then each with its length.
func appendList(dst []byte, list [][]byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(list)))
	for _, text := range list {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(text)))
		dst = append(dst, text...)
	}
	return dst
}

var errList = errors.New("a list of texts does not have the form it must have")

// parseList reads what appendList wrote, all of it. The texts share its memory.
func parseList(body []byte) ([][]byte, error) {
	if len(body) < 4 {
		return nil, errList
	}
	count := binary.BigEndian.Uint32(body)
	body = body[4:]
	if uint64(count) > uint64(len(body)/4) {
		return nil, errList
	}
	list := make([][]byte, 0, count)
	for range count {
		if len(body) < 4 {
			return nil, errList
		}
		size := binary.BigEndian.Uint32(body)
		if body = body[4:]; uint64(size) > uint64(len(body)) {
			return nil, errList
		}
		list = append(list, body[:size:size])
		body = body[size:]
	}
	if len(body) != 0 {
		return nil, errList
	}
	return list, nil
}
