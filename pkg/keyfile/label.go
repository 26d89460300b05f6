package keyfile

import "fmt"

// checkLabel admits names that are safe as file names and in all the places
// where keys are named: letters, digits, dot, hyphen and underscore, of which
// the first is a letter or digit; at most 64.
func checkLabel(label string) error {
	if label == "" || len(label) > 64 {
		return fmt.Errorf("key label %q: want 1 to 64 characters", label)
	}
	for i, c := range []byte(label) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case i > 0 && (c == '.' || c == '-' || c == '_'):
		default:
			return fmt.Errorf("key label %q: want letters, digits and, not in front, any of \".-_\"", label)
		}
	}
	return nil
}
