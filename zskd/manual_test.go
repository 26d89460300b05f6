package main

import (
	"bytes"
	"strings"
	"testing"

	"countersign/internal/keystore"
	"countersign/internal/manpage"
	"countersign/pkg/dnssec"
	"countersign/pkg/ksr"
	"countersign/pkg/policy"
	"countersign/pkg/rr"
	"countersign/zskd/internal/config"
)

func TestManualExplainsEveryCommand(t *testing.T) {
	manpage.Read(t, "zskd.8.md").Commands(t, program())
}

func TestManualExplainsTheConfiguration(t *testing.T) {
	var texts [][]byte
	for _, keys := range []keystore.Config{
		{Directory: "keys", PassphraseFile: "p", Algorithm: dnssec.RSASHA256, Bits: 2048},
		{URI: "pkcs11:token=t?module-path=/m", Sessions: 4, Algorithm: dnssec.ED25519},
	} {
		text, err := config.Write(config.Template{
			Zone: rr.Root, Keys: keys, Schedule: rootSchedule, Exchange: ksr.ICANN, Validity: rootValidity,
			Refresh: refreshUnder(policy.RootLimits()),
		})
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, bytes.Replace(text, []byte("# nsec3:"), []byte("nsec3:"), 1))
	}
	page, values := manpage.Read(t, "zskd.8.md"), manpage.Values(t, texts...)
	page.Keys(t, "### zskd.yaml", values)
	for key, value := range values {
		switch {
		case key == "zone", strings.HasPrefix(key, "keys."): // the flags of init
		case strings.HasPrefix(key, "signing.nsec3."): // a comment
		default:
			page.Initial(t, "### zskd.yaml", key, value)
		}
	}
}

// The command lines that people copy are ones that the program takes.
func TestExamplesAreTaken(t *testing.T) {
	examples := manpage.Read(t, "zskd.8.md").Section(t, "## EXAMPLES")
	manpage.Page(examples).Examples(t, program, 6)
	manpage.Read(t, "../README.md").Examples(t, program, 4)
	manpage.Read(t, "../docs/handbook.md").Examples(t, program, 15)
}
