package hsm

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	pkcs11uri "github.com/stefanberger/go-pkcs11uri"
)

// location is what a URI says about a token. Empty fields match anything.
type location struct {
	token        string // label
	serial       string
	manufacturer string
	model        string
	module       string // path of the PKCS#11 module
	pinFile      string
}

// pathAttributes and queryAttributes are those a URI may have here.
var (
	pathAttributes  = []string{"token", "serial", "manufacturer", "model"}
	queryAttributes = []string{"module-path", "pin-source"}
)

// refusedAttributes are known to RFC 7512, and refused for a reason.
var refusedAttributes = map[string]string{
	"slot-id":             "slots are numbered anew at each start: name the token by serial or token",
	"slot-description":    "slots are not pinned: name the token by serial or token",
	"slot-manufacturer":   "slots are not pinned: name the token by serial or token",
	"library-description": "name the module by module-path",
	"module-name":         "a name is looked for in several places: give its module-path",
	"object":              "it names a key: this URI names the token, and the key has a label of its own",
	"id":                  "it names a key: this URI names the token, and the key has an id of its own",
	"type":                "it names a key: this URI names the token",
}

// parseURI reads a URI strictly. No error quotes it, because it could hold a
// secret where none belongs. module is for a URI without module-path.
func parseURI(text, module string) (location, error) {
	if strings.Contains(strings.ToLower(text), "pin-value") {
		return location{}, errors.New("PKCS#11 URI: pin-value is refused: URIs stand in configuration files; use pin-source with a private file")
	}
	uri := pkcs11uri.New()
	if err := uri.Parse(text); err != nil {
		return location{}, errors.New("PKCS#11 URI is malformed: want pkcs11:token=LABEL;serial=NUMBER?module-path=/PATH")
	}
	if err := checkAttributes(text); err != nil {
		return location{}, fmt.Errorf("PKCS#11 URI: %w", err)
	}
	path := func(name string) string { v, _ := uri.GetPathAttribute(name, false); return v }
	query := func(name string) string { v, _ := uri.GetQueryAttribute(name, false); return v }
	l := location{
		token:        path("token"),
		serial:       path("serial"),
		manufacturer: path("manufacturer"),
		model:        path("model"),
		module:       query("module-path"),
	}
	if l.module == "" {
		l.module = module
	}
	var err error
	switch {
	case l.token == "" && l.serial == "":
		err = errors.New("neither token nor serial: which token is meant must not depend on what is plugged in")
	case l.module == "":
		err = errors.New("no module-path, and no module is configured")
	case !filepath.IsAbs(l.module):
		err = errors.New("module-path is not absolute")
	default:
		l.pinFile, err = pinFile(query("pin-source"))
	}
	if err != nil {
		return location{}, fmt.Errorf("PKCS#11 URI: %w", err)
	}
	return l, nil
}

// checkAttributes refuses attributes that would go unheeded, and empty ones. The
// library has looked at the form already.
func checkAttributes(text string) error {
	path, query, _ := strings.Cut(strings.TrimPrefix(text, "pkcs11:"), "?")
	check := func(part, separator string, known []string) error {
		for attribute := range strings.SplitSeq(part, separator) {
			name, value, _ := strings.Cut(attribute, "=")
			if why, ok := refusedAttributes[name]; ok {
				return fmt.Errorf("%s is refused: %s", name, why)
			}
			found := false
			for _, k := range known {
				found = found || name == k
			}
			if !found {
				return fmt.Errorf("unknown attribute; known here are %s", strings.Join(known, ", "))
			}
			if value == "" {
				return fmt.Errorf("%s is empty", name)
			}
		}
		return nil
	}
	if path != "" {
		if err := check(path, ";", pathAttributes); err != nil {
			return err
		}
	}
	if query != "" {
		return check(query, "&", queryAttributes)
	}
	return nil
}

// pinFile is the path in a pin-source: file:/path, file:///path or /path.
func pinFile(source string) (string, error) {
	if source == "" {
		return "", nil
	}
	path := strings.TrimPrefix(source, "file:")
	if path != source {
		path = strings.TrimPrefix(path, "//")
	}
	if !filepath.IsAbs(path) {
		return "", errors.New("pin-source is not an absolute path or a file: URI")
	}
	return path, nil
}

// String says which token is meant, without its module and PIN file.
func (l location) String() string {
	var parts []string
	for _, part := range []struct{ name, value string }{
		{"label", l.token}, {"serial", l.serial}, {"manufacturer", l.manufacturer}, {"model", l.model},
	} {
		if part.value != "" {
			parts = append(parts, fmt.Sprintf("%s %q", part.name, part.value))
		}
	}
	return strings.Join(parts, ", ")
}
