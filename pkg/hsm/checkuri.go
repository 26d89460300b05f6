package hsm

// CheckURI checks a URI as far as that can be done without its token.
func CheckURI(uri string) error {
	_, err := parseURI(uri, "")
	return err
}
