// Package faulttest fails every step of a durable write in turn, for the tests
// of the packages that write.
package faulttest

import (
	"fmt"
	"sync"
	"testing"

	"countersign/pkg/durable"
)

// maxSteps ends a walk over an action that never stops writing.
const maxSteps = 1000

// Each runs action once for every step it makes and both ways of failing it:
// not stored, and stored but reported lost. setup makes a fresh state, without
// faults; action changes it with one step failing; check looks at what is left,
// without faults, and gets the action's error. The walk ends when an action
// made fewer steps than the number to fail. The state is whatever setup
// returns.
//
// Steps that clean up after the fault are made without another one.
func Each[S any](t *testing.T, setup func(t *testing.T) S, action func(S) error, check func(t *testing.T, s S, err error)) {
	t.Helper()
	for _, effect := range []durable.Effect{durable.Fail, durable.Lose} {
		n := 1
		for ; n <= maxSteps; n++ {
			if !strike(t, n, effect, setup, action, check) {
				break
			}
		}
		if n == 1 {
			t.Fatal("the action made no step: there is nothing to fail")
		}
		if n > maxSteps {
			t.Fatalf("the action made more than %d steps", maxSteps)
		}
	}
}

// strike fails step n and says whether there was one.
func strike[S any](t *testing.T, n int, effect durable.Effect, setup func(t *testing.T) S, action func(S) error, check func(t *testing.T, s S, err error)) (struck bool) {
	name := fmt.Sprintf("step %d not stored", n)
	if effect == durable.Lose {
		name = fmt.Sprintf("step %d stored and reported lost", n)
	}
	t.Run(name, func(t *testing.T) {
		state := setup(t)
		var mu sync.Mutex
		count, what := 0, "no such step"
		restore := durable.Inject(func(op durable.Op, path string) durable.Effect {
			mu.Lock()
			defer mu.Unlock()
			if count++; count != n {
				return durable.Proceed
			}
			what = fmt.Sprintf("%s %s", op, path)
			return effect
		})
		err := action(state)
		restore()
		struck = count >= n
		t.Logf("%s: %v", what, err)
		check(t, state, err)
	})
	return struck
}
