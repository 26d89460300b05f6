//go:build libcrypto && cgo

package libcrypto

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A configuration that is read makes libcrypto fail here: it names a module that is
// not there, and says that this matters.
const configuration = `config_diagnostics = 1
openssl_conf = init
[init]
providers = modules
[modules]
one = section
[section]
module = /nonexistent/module.so
activate = 1
`

func TestNoConfigurationOfOpenSSLIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "openssl.cnf")
	if err := os.WriteFile(path, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestBatchesOfEverySize$")
	cmd.Env = append(os.Environ(), "OPENSSL_CONF="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
