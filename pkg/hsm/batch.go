//go:build cgo

package hsm

import (
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/miekg/pkcs11"

	"countersign/pkg/dnssec"
)

// batch is one call of SignBatch: what is to be signed, and what is signed.
type batch struct {
	key                *Key
	c                  *connection
	handle             pkcs11.ObjectHandle
	inputs, signatures [][]byte
	done               []bool // each is written by the worker that has taken it
	unverified         bool   // somebody else verifies
	again              bool   // the token was lost, and a part is done
}

// setup is how much works on a batch at the same time.
type setup struct{ sessions, helpers int }

// share is a part of a batch that workers take pieces of.
type share struct {
	*batch
	workers int

	mu   sync.Mutex
	todo []int // what nobody has taken; guarded by mu
}

// Pieces are large while there is much to do, and small at the end, where workers
// wait for each other.
const mostPiece = 128

// take gives the next piece, or nothing.
func (s *share) take() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(max(len(s.todo)/(2*s.workers), 1), mostPiece, len(s.todo))
	piece := s.todo[:n:n]
	s.todo = s.todo[n:]
	return piece
}

// stop leaves nothing to take.
func (s *share) stop() {
	s.mu.Lock()
	s.todo = nil
	s.mu.Unlock()
}

// fewForHelpers is a batch too small to be worth the way to another process.
const fewForHelpers = 16

// sign makes the signatures of inputs[from:to] that are not done. One that has
// failed ends the work.
func (b *batch) sign(from, to int, with setup) error {
	s := &share{batch: b}
	for i := from; i < to; i++ {
		if !b.done[i] {
			s.todo = append(s.todo, i)
		}
	}
	if len(s.todo) == 0 {
		return nil
	}
	var helpers []*helper
	if with.helpers > 0 && len(s.todo) >= fewForHelpers {
		helpers = b.c.crew.borrow(with.helpers)
	}
	sessions := max(min(b.c.grow(with.sessions), with.sessions, len(s.todo)), 1)
	s.workers = sessions + len(helpers)
	if s.workers == 1 {
		return s.inSession()
	}
	errs := make([]error, s.workers)
	var group sync.WaitGroup
	for i := range sessions {
		group.Go(func() { errs[i] = s.inSession() })
	}
	for i, h := range helpers {
		group.Go(func() { errs[sessions+i] = s.inHelper(h) })
	}
	group.Wait()
	return first(errs)
}

// inSession signs pieces in sessions of this process.
func (s *share) inSession() error {
	var r run
	for piece := s.take(); len(piece) > 0; piece = s.take() {
		if err := s.pieceInSession(&r, piece); err != nil {
			s.stop()
			return err
		}
	}
	return nil
}

func (s *share) pieceInSession(r *run, piece []int) error {
	for len(piece) > 0 {
		r.reset()
		for _, i := range piece {
			s.key.form.add(r, s.inputs[i])
		}
		done := 0
		err := s.c.use(func(session pkcs11.SessionHandle) (err error) {
			done, err = r.sign(s.c.module.functions, session, s.key.form.mechanism, s.handle, s.key.form.size)
			return err
		})
		if err != nil {
			return err
		}
		size := s.key.form.size
		for n, i := range piece[:done] {
			if err := s.put(i, r.out[n*size:(n+1)*size]); err != nil {
				return err
			}
		}
		piece = piece[done:]
	}
	return nil
}

// inHelper signs pieces in a helper process, with one under way while it signs
// another. What a helper that failed has left is signed in a session. One that
// gave something wrong fails the batch.
func (s *share) inHelper(h *helper) error {
	var sent [][]int
	fail := func(err error) error {
		s.c.crew.drop(h)
		if errors.Is(err, errBadSignature) {
			s.stop()
			return err
		}
		s.key.token.notifyHelper(err)
		var r run
		for _, piece := range sent {
			if err := s.pieceInSession(&r, piece); err != nil {
				s.stop()
				return err
			}
		}
		return s.inSession()
	}
	for {
		for len(sent) < 2 {
			piece := s.take()
			if len(piece) == 0 {
				break
			}
			sent = append(sent, piece)
			if err := h.send(s.key, s.inputs, piece); err != nil {
				return fail(err)
			}
		}
		if len(sent) == 0 {
			s.c.crew.giveBack(h)
			return nil
		}
		signatures, err := h.receive(len(sent[0]), s.key.form.size)
		if err != nil {
			return fail(err)
		}
		for n, i := range sent[0] {
			if err := s.put(i, signatures[n]); err != nil {
				return fail(err)
			}
		}
		sent = sent[1:]
	}
}

// put puts a signature in its place, after having verified it if its turn is.
func (b *batch) put(i int, signature []byte) error {
	if b.isSample(i) {
		if err := b.key.verify(b.inputs[i], signature); err != nil {
			return err
		}
	}
	b.signatures[i] = append(b.signatures[i][:0], signature...)
	b.done[i] = true
	return nil
}

// allVerified is the size up to which every signature of a batch is verified.
const allVerified = 32

// isSample says whether a signature is verified here. Which are is not to be
// foreseen by a token.
func (b *batch) isSample(i int) bool {
	if b.unverified {
		return false
	}
	if len(b.inputs) <= allVerified || i == 0 || i == len(b.inputs)-1 {
		return true
	}
	oneIn := 128
	if dnssec.IsRSA(b.key.dnskey.Algorithm) {
		oneIn = 8 // it costs little, and a faulty one tells a factor
	}
	return rand.IntN(oneIn) == 0
}
