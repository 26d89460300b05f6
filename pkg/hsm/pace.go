//go:build cgo

package hsm

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// pace finds how many sessions and helper processes sign fastest with one key. It
// measures with the batches that are to be signed: nothing is signed for the
// measurement alone, and a batch of a few signatures takes no part.
type pace struct {
	name  string
	found atomic.Pointer[finding] // nil while there is none

	mu     sync.Mutex // held while measuring; guards what follows
	now    setup      // the best so far
	rate   float64    // signatures a second that were measured last
	seen   int        // signatures of large batches
	enough bool       // more sessions do not help
	trial  *trial     // the one under way
}

// finding is the setup that was found best.
type finding struct {
	setup
	at time.Time
}

// findingAge is when it is measured again: what else the machine and the token do
// changes, and may have disturbed the measurement.
const findingAge = 15 * time.Minute

// isOld says whether there is something to measure.
func (f *finding) isOld() bool { return f == nil || time.Since(f.at) > findingAge }

// fewForTrial is the size of a batch that is too small to measure with: the
// signatures of a ceremony, or of a KSR.
const fewForTrial = 32

// A second process is started only for a load that soon pays for its start.
const fewForHiring = 500

// A trial compares two setups in turns, so that a disturbance hits both.
type trial struct {
	setups [2]setup
	signed [2]int
	spent  [2]time.Duration
	turn   int
	now    turn // under way
	before turn // the first of the pair it is in
	wins   int  // pairs in which the second setup was faster
}

// turn is what was signed in a turn.
type turn struct {
	signed int
	spent  time.Duration
}

func (t turn) rate() float64 { return float64(t.signed) / max(t.spent, time.Microsecond).Seconds() }

// order is whose turn it is.
var order = [...]int{0, 1, 1, 0, 0, 1, 1, 0}

const turnTime = 20 * time.Millisecond

// What more sessions, and more processes, must bring: a gain over all turns, and
// winning in so many of the pairs of turns, so that no single disturbance decides.
const (
	sessionsGain, sessionsWins = 1.15, 4
	helpersGain, helpersWins   = 1.20, 3
)

// sign signs a batch at the best pace known, or finds it with the batch.
func (p *pace) sign(b *batch) error {
	from := 0
	if len(b.inputs) > fewForTrial && !b.again && p.found.Load().isOld() {
		var err error
		if from, err = p.measure(b); err != nil {
			return err
		}
	}
	with := setup{sessions: b.key.token.firstSessions()}
	if f := p.found.Load(); f != nil {
		with = f.setup
	}
	if with.helpers > 0 && len(b.inputs) > fewForTrial {
		b.c.crew.hire(b.key, b.c, with.helpers) // again, after the connection was lost
	}
	return b.sign(from, len(b.inputs), with)
}

// measure signs from the beginning of a batch until the pace is found or the batch
// is signed, and tells how far it came.
func (p *pace) measure(b *batch) (from int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := b.key.token.options.Sessions; n > 0 {
		p.settle(b, setup{sessions: n})
		return 0, nil
	}
	if f := p.found.Load(); f != nil && f.isOld() {
		p.found.Store(nil)
		p.now, p.rate, p.enough, p.trial = setup{}, 0, false, nil
	}
	p.seen += len(b.inputs)
	for from < len(b.inputs) && p.found.Load() == nil {
		if p.trial == nil && !p.next(b) {
			return from, nil
		}
		with := p.now
		ready := p.ready(b)
		if ready {
			with = p.trial.setups[order[p.trial.turn]]
		}
		n := min(p.slice(with), len(b.inputs)-from)
		start := time.Now()
		if err := b.sign(from, from+n, with); err != nil {
			p.trial = nil // begun again with the next batch
			return from, err
		}
		if ready {
			p.count(b, n, time.Since(start))
		}
		from += n
	}
	return from, nil
}

// slice is how much is signed at a time while measuring.
func (p *pace) slice(with setup) int {
	return max(4*(with.sessions+with.helpers), int(p.rate*turnTime.Seconds()))
}

// next begins the next trial, or settles the pace where there is none. It is false
// when that has to wait for more load.
func (p *pace) next(b *batch) bool {
	t := b.key.token
	if p.now.sessions == 0 {
		p.now.sessions = b.c.grow(t.firstSessions())
	}
	if !p.enough {
		want := setup{sessions: min(2*p.now.sessions, MaxSessions)}
		if want != p.now && b.c.grow(want.sessions) == want.sessions {
			p.trial = &trial{setups: [2]setup{p.now, want}}
			return true
		}
		p.enough = true
	}
	helpers := min(max(2*p.now.helpers, 1), runtime.NumCPU()-1)
	// A token that rewards sessions beyond the cores is waited for, not
	// computed with: processes would add nothing.
	if helpers <= p.now.helpers || p.now.sessions > 2*t.firstSessions() || !t.mayHire() {
		p.settle(b, p.now)
		return true
	}
	if p.seen < fewForHiring {
		return false
	}
	// Together as many as there are cores, for the token computes on them.
	want := setup{max(runtime.NumCPU()-helpers, 1), helpers}
	p.trial = &trial{setups: [2]setup{p.now, want}}
	b.c.crew.hire(b.key, b.c, helpers)
	return true
}

// ready says whether the trial can be measured: helpers start while the batch is
// signed without them. Where they do not start there is no trial, and no other.
func (p *pace) ready(b *batch) bool {
	if p.trial == nil {
		return false
	}
	ready, err := b.c.crew.has(p.trial.setups[1].helpers)
	if err != nil {
		p.trial = nil
		p.settle(b, p.now)
	}
	return ready && err == nil
}

// count adds to the turn under way, and ends it and the trial when it is time.
func (p *pace) count(b *batch, n int, spent time.Duration) {
	t := p.trial
	p.rate = turn{n, spent}.rate()
	if !t.count(n, spent) {
		return
	}
	p.trial = nil
	better, forHelpers := t.verdict()
	switch {
	case better:
		p.now, p.rate = t.setups[1], t.rate(1)
	case forHelpers:
		p.rate = t.rate(0)
		p.settle(b, p.now)
	default:
		p.rate, p.enough = t.rate(0), true
	}
}

// count adds to the turn under way. It is true when the last turn has ended.
func (t *trial) count(n int, spent time.Duration) (over bool) {
	who := order[t.turn]
	t.signed[who] += n
	t.spent[who] += spent
	t.now.signed += n
	if t.now.spent += spent; t.now.spent < turnTime {
		return false
	}
	if t.turn%2 == 1 && (t.now.rate() > t.before.rate()) == (who == 1) {
		t.wins++
	}
	t.before, t.now = t.now, turn{}
	t.turn++
	return t.turn == len(order)
}

// verdict says whether the second setup is worth having.
func (t *trial) verdict() (better, forHelpers bool) {
	gain, wins := sessionsGain, sessionsWins
	if forHelpers = t.setups[1].helpers > 0; forHelpers {
		gain, wins = helpersGain, helpersWins
	}
	return t.rate(1) >= gain*t.rate(0) && t.wins >= wins, forHelpers
}

func (t *trial) rate(who int) float64 { return turn{t.signed[who], t.spent[who]}.rate() }

// settle ends the search, and gives back what no key of the token needs.
func (p *pace) settle(b *batch, s setup) {
	p.now = s
	p.found.Store(&finding{s, time.Now()})
	most := b.key.token.most()
	b.c.crew.keep(most.helpers)
	b.c.shrink(max(most.sessions, b.key.token.firstSessions()))
}

// Paces tells how the keys sign that were opened. It waits for a measurement that
// is under way.
func (t *Token) Paces() []Pace {
	t.pacesMu.Lock()
	paces := slices.Collect(maps.Values(t.paces))
	t.pacesMu.Unlock()
	var list []Pace
	for _, p := range paces {
		p.mu.Lock()
		now := p.now
		if now.sessions == 0 {
			now.sessions = t.firstSessions()
		}
		list = append(list, Pace{Key: p.name, Sessions: now.sessions, Helpers: now.helpers, Rate: p.rate, Settled: p.found.Load() != nil})
		p.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b Pace) int { return cmp.Compare(a.Key, b.Key) })
	return list
}

// paceOf is the pace of a key, which outlives the Key it was found with.
func (t *Token) paceOf(k *Key) *pace {
	t.pacesMu.Lock()
	defer t.pacesMu.Unlock()
	p := t.paces[k.id()]
	if p == nil {
		p = &pace{name: name(k.ref)}
		t.paces[k.id()] = p
	}
	return p
}

// most is what the keys whose pace was found need together.
func (t *Token) most() (s setup) {
	t.pacesMu.Lock()
	defer t.pacesMu.Unlock()
	for _, p := range t.paces {
		if f := p.found.Load(); f != nil {
			s.sessions, s.helpers = max(s.sessions, f.sessions), max(s.helpers, f.helpers)
		}
	}
	return s
}
