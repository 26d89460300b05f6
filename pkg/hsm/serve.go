//go:build cgo

package hsm

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"countersign/internal/nodump"
	"countersign/pkg/dnssec"
)

// serve logs in to a token and signs what is asked, until the requests end.
func serve(requests io.Reader, answers io.Writer) (err error) {
	if err := nodump.Forbid(); err != nil {
		return err
	}
	token, err := serveLogin(requests)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, token.Close()) }()
	if err := writeFrame(answers, frameDone, nil); err != nil {
		return err
	}
	// Requests are read while one is answered: whoever sends the next is not
	// kept waiting with his answer unread.
	type request struct {
		kind byte
		body []byte
		err  error
	}
	queue := make(chan request, 2)
	go func() {
		for {
			kind, body, err := readFrame(requests)
			queue <- request{kind, body, err}
			if err != nil {
				return
			}
		}
	}()
	s := server{token: token}
	for r := range queue {
		if errors.Is(r.err, io.EOF) {
			return nil
		}
		if r.err != nil {
			return r.err
		}
		answer, err := s.answer(r.kind, r.body)
		if err != nil {
			return err
		}
		if err := writeFrame(answers, frameDone, answer); err != nil {
			return err
		}
	}
	return nil
}

// serveLogin opens the token with the PIN, which is used once.
func serveLogin(requests io.Reader) (*Token, error) {
	kind, body, err := readFrame(requests)
	if err != nil {
		return nil, err
	}
	var to login
	if kind != frameLogin {
		return nil, fmt.Errorf("request of kind %q, want a login", kind)
	}
	if err := json.Unmarshal(body, &to); err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	kind, pin, err := readFrame(requests)
	if err != nil {
		return nil, err
	}
	if kind != framePIN {
		clear(pin)
		return nil, fmt.Errorf("request of kind %q, want a PIN", kind)
	}
	defer clear(pin)
	once := func() ([]byte, error) {
		given := pin
		pin = nil
		if given == nil {
			return nil, errors.New("a helper process has it once")
		}
		return given, nil
	}
	where := location{module: to.Module, token: to.Token, serial: to.Serial, manufacturer: to.Manufacturer, model: to.Model}
	// SoftHSM overlooks a token that another process is just logging in to.
	for attempt := 1; ; attempt++ {
		token, err := openAt(where, once, Options{Sessions: 1, Patience: -1})
		if !errors.Is(err, errAbsent) || attempt == attempts {
			return token, err
		}
		time.Sleep(firstPause)
	}
}

// attempts is how often a helper looks for the token.
const attempts = 5

// server is a helper with its keys, by number.
type server struct {
	token *Token
	keys  []*Key
}

func (s *server) answer(kind byte, body []byte) ([]byte, error) {
	switch kind {
	case frameKey:
		return s.open(body)
	case frameSign:
		return s.sign(body)
	}
	return nil, fmt.Errorf("request of kind %q", kind)
}

// open opens a key and answers with its public key.
func (s *server) open(body []byte) ([]byte, error) {
	var ref dnssec.KeyRef
	if err := json.Unmarshal(body, &ref); err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	signer, err := s.token.Open(ref)
	if err != nil {
		return nil, err
	}
	key := signer.(*Key)
	s.keys = append(s.keys, key)
	return key.dnskey.PublicKey, nil
}

// sign answers with signatures, which whoever asked verifies as his own.
func (s *server) sign(body []byte) ([]byte, error) {
	if len(body) < 4 {
		return nil, errList
	}
	number := binary.BigEndian.Uint32(body)
	if uint64(number) >= uint64(len(s.keys)) {
		return nil, fmt.Errorf("no key has number %d", number)
	}
	inputs, err := parseList(body[4:])
	if err != nil {
		return nil, err
	}
	signatures := make([][]byte, len(inputs))
	if err := s.keys[number].signBatch(inputs, signatures, true); err != nil {
		return nil, err
	}
	return appendList(nil, signatures), nil
}
