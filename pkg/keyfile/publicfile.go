package keyfile

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"countersign/pkg/dnssec"
	"countersign/pkg/rr"
)

// maxKeyFile is the size of the largest key file that is read: the private
// numbers of RSA 4096 take some 6 kB.
const maxKeyFile = 32 << 10

// publicFile is the content of a .key file: one DNSKEY record and comments.
type publicFile struct {
	owner    rr.Name
	ttl      int64 // seconds; -1 if the record has none
	key      rr.DNSKEY
	comments []string // without the leading "; "
}

// parsePublic reads a .key file as dnssec-keygen and this package write it: one
// record on one line, in class IN, and comment lines.
func parsePublic(text []byte) (publicFile, error) {
	f := publicFile{ttl: -1}
	found := false
	for n, line := range strings.Split(string(text), "\n") {
		if err := checkText(line); err != nil {
			return publicFile{}, fmt.Errorf("line %d: %w", n+1, err)
		}
		line = strings.Trim(line, " \t")
		if comment, ok := strings.CutPrefix(line, ";"); ok {
			f.comments = append(f.comments, strings.Trim(comment, " \t"))
			continue
		}
		if line == "" {
			continue
		}
		if found {
			return publicFile{}, fmt.Errorf("line %d: a second record", n+1)
		}
		found = true
		if err := f.parseRecord(strings.Fields(line)); err != nil {
			return publicFile{}, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	if !found {
		return publicFile{}, errors.New("no DNSKEY record")
	}
	return f, nil
}

// parseRecord reads owner, TTL and class if they are there, type and RDATA.
func (f *publicFile) parseRecord(fields []string) (err error) {
	if f.owner, err = rr.ParseName(fields[0]); err != nil {
		return err
	}
	fields = fields[1:]
	if len(fields) > 0 && fields[0][0] >= '0' && fields[0][0] <= '9' {
		ttl, err := strconv.ParseUint(fields[0], 10, 31) // RFC 2181, Section 8
		if err != nil {
			return fmt.Errorf("TTL %q is not a number of seconds below 2^31", fields[0])
		}
		f.ttl = int64(ttl)
		fields = fields[1:]
	}
	if len(fields) > 0 && fields[0] == "IN" {
		fields = fields[1:]
	}
	if len(fields) < 5 || fields[0] != "DNSKEY" {
		return errors.New("not a DNSKEY record")
	}
	flags, err := strconv.ParseUint(fields[1], 10, 16)
	if err != nil {
		return fmt.Errorf("flags %q", fields[1])
	}
	if fields[2] != "3" {
		return fmt.Errorf("protocol %q, want 3", fields[2])
	}
	algorithm, err := dnssec.ParseAlgorithm(fields[3])
	if err != nil {
		return err
	}
	public, err := base64.StdEncoding.Strict().DecodeString(strings.Join(fields[4:], ""))
	if err != nil {
		return errors.New("public key is not base64")
	}
	f.key = rr.DNSKEY{Flags: uint16(flags), Protocol: 3, Algorithm: algorithm, PublicKey: public}
	_, err = dnssec.PublicKey(f.key)
	return err
}

// append appends the text of the file.
func (f publicFile) append(dst []byte) []byte {
	for _, comment := range f.comments {
		if comment != "" {
			comment = " " + comment
		}
		dst = append(dst, ";"+comment+"\n"...)
	}
	dst = f.owner.Append(dst)
	if f.ttl >= 0 {
		dst = strconv.AppendInt(append(dst, ' '), f.ttl, 10)
	}
	dst = fmt.Appendf(dst, " IN DNSKEY %d %d %d ", f.key.Flags, f.key.Protocol, f.key.Algorithm)
	dst = base64.StdEncoding.AppendEncode(dst, f.key.PublicKey)
	return append(dst, '\n')
}

// The comments that carry meaning in the files of a Store.
const (
	createdComment = "Created: "
	testComment    = "Countersign-Test-Key: yes"
	timeLayout     = "20060102150405"
)

// fileTTL stands in the .key files of a Store, in seconds: other programs do not
// read a record without one, and these programs do not use it.
const fileTTL = 3600

// newPublicFile is the .key file of a key of a Store.
func newPublicFile(zone rr.Name, key rr.DNSKEY, created time.Time, testOnly bool) publicFile {
	f := publicFile{owner: zone, ttl: fileTTL, key: key, comments: []string{headline(zone, key)}}
	if !created.IsZero() {
		f.comments = append(f.comments, createdComment+created.UTC().Format(timeLayout+" (Mon Jan _2 15:04:05 2006)"))
	}
	if testOnly {
		f.comments = append(f.comments, testComment)
	}
	return f
}

// headline is the first comment of a .key file.
func headline(zone rr.Name, key rr.DNSKEY) string {
	kind := "zone"
	if key.IsSEP() {
		kind = "key"
	}
	return fmt.Sprintf("This is a %s-signing key, keyid %d, for %s", kind, key.KeyTag(), zone)
}

// parseInfo reads the .key file of a Store. The flags are those of a key that
// is not revoked: revoking is a matter of a DNSKEY RRset, not of a key.
func parseInfo(text []byte) (dnssec.KeyInfo, error) {
	f, err := parsePublic(text)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	if f.key.Flags != rr.FlagZone && f.key.Flags != rr.FlagZone|rr.FlagSEP {
		return dnssec.KeyInfo{}, fmt.Errorf("flags %d, want 256 or 257", f.key.Flags)
	}
	pub, err := dnssec.PublicKey(f.key)
	if err != nil {
		return dnssec.KeyInfo{}, err
	}
	info := dnssec.KeyInfo{Zone: f.owner, Key: f.key}
	info.Kind, info.Bits, info.Exponent = dnssec.Kind(pub)
	for _, comment := range f.comments {
		if comment == testComment {
			info.TestOnly = true
		}
		rest, ok := strings.CutPrefix(comment, createdComment)
		if !ok {
			continue
		}
		digits, _, _ := strings.Cut(rest, " ")
		created, err := time.Parse(timeLayout, digits)
		if err != nil || !info.Created.IsZero() {
			return dnssec.KeyInfo{}, fmt.Errorf("comment %q is malformed or repeated", comment)
		}
		info.Created = created
	}
	return info, nil
}

// checkText refuses what is not printable ASCII or a tab.
func checkText[T string | []byte](line T) error {
	for i := range len(line) {
		if c := line[i]; c != '\t' && (c < ' ' || c > '~') {
			return fmt.Errorf("octet 0x%02x is not printable", c)
		}
	}
	return nil
}

// readLimited reads a public file.
func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(text) > maxKeyFile {
		err = fmt.Errorf("%s is longer than %d octets", path, maxKeyFile)
	}
	return text, err
}
