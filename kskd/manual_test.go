package main

import (
	"testing"
	"time"

	"countersign/internal/keystore"
	"countersign/internal/manpage"
	"countersign/kskd/internal/config"
	"countersign/kskd/internal/kskplan"
	"countersign/pkg/dnssec"
	"countersign/pkg/rollover"
	"countersign/pkg/rr"
)

func TestManualExplainsEveryCommand(t *testing.T) {
	manpage.Read(t, "kskd.8.md").Commands(t, program())
}

func TestManualExplainsTheConfiguration(t *testing.T) {
	var texts [][]byte
	for _, keys := range []keystore.Config{
		{Directory: "keys", PassphraseFile: "p", Algorithm: dnssec.RSASHA256, Bits: 2048},
		{URI: "pkcs11:token=t?module-path=/m", Sessions: 4, Algorithm: dnssec.ED25519},
	} {
		text, err := config.Write(config.Template{Zone: rr.Root, Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	page, values := manpage.Read(t, "kskd.8.md"), manpage.Values(t, texts...)
	page.Keys(t, "### kskd.yaml", values)
	for _, key := range []string{"limits", "ksks", "state"} {
		page.Initial(t, "### kskd.yaml", key, values[key])
	}
}

func TestManualExplainsThePlan(t *testing.T) {
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	plan := kskplan.Plan{Zone: rr.Root, Entries: []kskplan.Entry{{Test: true, KSK: rollover.KSK{
		Label: "k", Key: rr.DNSKEY{Algorithm: dnssec.ED25519, PublicKey: make([]byte, 32)},
		KSKDates: rollover.KSKDates{AnchorFrom: at, PublishFrom: at, SignFrom: at, RevokeFrom: at, RemoveFrom: at},
	}}}}
	text, err := plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	manpage.Read(t, "kskd.8.md").Keys(t, "### ksks.yaml", manpage.Values(t, text))
}

// The command lines that people copy are ones that the program takes.
func TestExamplesAreTaken(t *testing.T) {
	examples := manpage.Read(t, "kskd.8.md").Section(t, "## EXAMPLES")
	manpage.Page(examples).Examples(t, program, 6)
	manpage.Read(t, "../README.md").Examples(t, program, 4)
	manpage.Read(t, "../docs/handbook.md").Examples(t, program, 15)
}
