package hsm

import (
	"errors"
	"time"
)

// PIN gives the user's PIN in memory that the taker clears. It is called at the
// first login, again when a lost token comes back, and for each helper
// process, perhaps by several goroutines at once.
type PIN func() ([]byte, error)

// Options have useful zero values.
type Options struct {
	// Module is the path of the PKCS#11 module for URIs without module-path.
	Module string

	// Sessions is the number of sessions that sign at the same time, at most
	// MaxSessions. 0 finds it, and the number of helper processes, by measuring the
	// first large batches of each key: see Token.Paces. With a number there
	// are no helper processes.
	Sessions int

	// PINIsAsked says that PIN asks a person. Helper processes have logins of
	// their own and would have him asked again: there are none then.
	PINIsAsked bool

	// Patience is how long a signer waits for a token that went away to come
	// back; 0 is DefaultPatience, negative is not at all.
	Patience time.Duration

	// Notify is told each time that the token was lost or could not be
	// reached again; nil is nobody. It must return at once.
	Notify func(error)
}

// MaxSessions is the size of a pool: what can be in flight to a token far away.
const MaxSessions = 64

// DefaultPatience is half a minute: longer than a network token takes to fail
// over, shorter than an operator waits for an answer.
const DefaultPatience = 30 * time.Second

// ErrPIN is in the chain of the error when the token refused the PIN. It is not
// tried again with that PIN: tokens lock themselves after a few wrong ones.
var ErrPIN = errors.New("the PIN is refused")
