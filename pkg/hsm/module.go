//go:build cgo

package hsm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/miekg/pkcs11"
)

// module is one loaded PKCS#11 library. PKCS#11 knows one application in a
// process, so all tokens of a library share it.
type module struct {
	path      string
	ctx       *pkcs11.Ctx
	functions functions // of the same library, for calls that sign

	// calls is held for reading by every call into the library, and for
	// writing by those that end what others may be using.
	calls sync.RWMutex

	refs int // open Tokens; guarded by modules
	live int // Tokens with a connection; guarded by modules
}

// modules are the libraries of this process. They stay loaded when nobody uses
// them: unloading is where libraries crash.
var modules = struct {
	sync.Mutex
	loaded map[string]*module
}{loaded: map[string]*module{}}

// acquire loads and initialises the library at path where that has not been
// done. Each acquire needs a release.
func acquire(path string) (*module, error) {
	resolved, err := filepath.EvalSymlinks(path) // one library, one entry
	if err != nil {
		return nil, fmt.Errorf("PKCS#11 module: %w", err)
	}
	if info, err := os.Stat(resolved); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("PKCS#11 module %s is not a file", path)
	}
	modules.Lock()
	defer modules.Unlock()
	m := modules.loaded[resolved]
	if m == nil {
		ctx := pkcs11.New(resolved)
		if ctx == nil {
			return nil, fmt.Errorf("PKCS#11 module %s cannot be loaded", path)
		}
		list, err := functionsOf(resolved)
		if err != nil {
			return nil, err
		}
		m = &module{path: path, ctx: ctx, functions: list}
		modules.loaded[resolved] = m
	}
	if m.refs == 0 {
		if err := m.ctx.Initialize(); err != nil {
			return nil, fmt.Errorf("initialising PKCS#11 module %s: %w", path, err)
		}
	}
	m.refs++
	return m, nil
}

// release ends one use. The last one finalises the library.
func (m *module) release() error {
	modules.Lock()
	defer modules.Unlock()
	m.refs--
	if m.refs > 0 {
		return nil
	}
	m.calls.Lock()
	defer m.calls.Unlock()
	if err := m.ctx.Finalize(); err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED)) {
		return fmt.Errorf("finalising PKCS#11 module %s: %w", m.path, err)
	}
	return nil
}

// connected counts a Token that got its connection (1) or lost it (-1).
func (m *module) connected(change int) {
	modules.Lock()
	defer modules.Unlock()
	m.live += change
}

// restart initialises the library again if no Token has a connection that this
// would break. Some libraries see a token that came back only then.
func (m *module) restart() error {
	modules.Lock()
	defer modules.Unlock()
	if m.live > 0 {
		return nil
	}
	m.calls.Lock()
	defer m.calls.Unlock()
	// What it finalises may be half gone: an error here says nothing new.
	m.ctx.Finalize()
	if err := m.ctx.Initialize(); err != nil {
		return fmt.Errorf("initialising PKCS#11 module %s again: %w", m.path, err)
	}
	return nil
}
