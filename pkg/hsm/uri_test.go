package hsm

import (
	"strings"
	"testing"
)

func TestParseURI(t *testing.T) {
	l, err := parseURI("pkcs11:token=my%20token;serial=00ff;manufacturer=SoftHSM%20project;model=SoftHSM%20v2?module-path=/usr/lib/m.so&pin-source=file:///etc/pin", "/other.so")
	want := location{"my token", "00ff", "SoftHSM project", "SoftHSM v2", "/usr/lib/m.so", "/etc/pin"}
	if err != nil || l != want {
		t.Errorf("got %+v, %v", l, err)
	}
	if text := l.String(); text != `label "my token", serial "00ff", manufacturer "SoftHSM project", model "SoftHSM v2"` {
		t.Error(text)
	}
	l, err = parseURI("pkcs11:serial=1", "/configured.so")
	if err != nil || l.module != "/configured.so" {
		t.Errorf("configured module: %+v, %v", l, err)
	}
	for source, want := range map[string]string{"/a/b": "/a/b", "file:/a/b": "/a/b", "file:///a/b": "/a/b"} {
		l, err := parseURI("pkcs11:token=x?module-path=/m.so&pin-source="+source, "")
		if err != nil || l.pinFile != want {
			t.Errorf("pin-source %s: %q, %v", source, l.pinFile, err)
		}
	}
}

func TestParseURIRefuses(t *testing.T) {
	const module = "?module-path=/m.so"
	for _, c := range []struct{ name, uri, want string }{
		{"PIN", "pkcs11:token=x" + module + "&pin-value=sesame", "pin-value is refused"},
		{"PIN where it cannot stand", "pkcs11:token=x;PIN-Value=sesame", "pin-value is refused"},
		{"another scheme", "file:token=x", "malformed"},
		{"nothing", "pkcs11:", "neither token nor serial"},
		{"first slot", "pkcs11:slot-id=0" + module, "slot-id is refused"},
		{"only a model", "pkcs11:model=x" + module, "neither token nor serial"},
		{"a key", "pkcs11:token=x;object=ksk" + module, "object is refused"},
		{"module by name", "pkcs11:token=x?module-name=softhsm2", "module-name is refused"},
		{"no module", "pkcs11:token=x", "no module"},
		{"relative module", "pkcs11:token=x?module-path=m.so", "malformed"},
		{"unknown attribute", "pkcs11:token=x;colour=red" + module, "unknown attribute"},
		{"unknown query", "pkcs11:token=x" + module + "&colour=red", "unknown attribute"},
		{"path attribute in the query", "pkcs11:token=x" + module + "&serial=1", "unknown attribute"},
		{"twice", "pkcs11:token=x;token=y" + module, "malformed"},
		{"empty value", "pkcs11:token=;serial=1" + module, "token is empty"},
		{"empty attribute", "pkcs11:token=x;" + module, "malformed"},
		{"bad escape", "pkcs11:token=%zz" + module, "malformed"},
		{"pin-source of another kind", "pkcs11:token=x" + module + "&pin-source=https://host/pin", "pin-source"},
		{"pin-source with a host", "pkcs11:token=x" + module + "&pin-source=file://host/pin", "pin-source"},
	} {
		l, err := parseURI(c.uri, "")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %+v, %v, want %q", c.name, l, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: the error tells the PIN", c.name)
		}
	}
}

// FuzzURI: what is accepted names a token and a module, and says no more than
// the text does.
func FuzzURI(f *testing.F) {
	f.Add("pkcs11:token=my%20token;serial=00ff?module-path=/usr/lib/m.so&pin-source=file:///etc/pin")
	f.Add("pkcs11:slot-id=0?module-name=x&pin-value=1")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseURI(text, "")
		if err != nil {
			return
		}
		if l.token == "" && l.serial == "" || !strings.HasPrefix(l.module, "/") || l.pinFile != "" && !strings.HasPrefix(l.pinFile, "/") {
			t.Fatalf("accepted as %+v", l)
		}
	})
}
