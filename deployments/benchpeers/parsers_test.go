package main

import (
	"encoding/binary"
	"testing"
)

func TestSpeedOfOneSignature(t *testing.T) {
	for text, want := range map[string]float64{
		"                  sign    verify    sign/s verify/s\nrsa 2048 bits 0.000435s 0.000013s   2300.0  79000.0\n":                                        1 / 2300.0,
		"version: 3.0\n                              sign    verify    sign/s verify/s\n 256 bits ecdsa (nistp256)   0.0000s   0.0001s  32000.5  11000.0\n": 1 / 32000.5,
		"rsa 2048 bits": 0, "": 0, "rsa 2048 bits 0.1s 0.1s 0.0 1.0\n": 0,
	} {
		got, err := parseSpeed([]byte(text))
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %v (%v), want %v", text, got, err, want)
		}
	}
}

func TestBusyShareOfTheProcessors(t *testing.T) {
	before, err := parseProcessors([]byte("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := parseProcessors([]byte("cpu  110 0 110 860 20 0 0 0 5 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := after.busySince(before); !near(got, 0.2) {
		t.Errorf("busy for %v, want 0.2", got)
	}
	for _, text := range []string{"", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8", "cpu a b c d e f g h\n"} {
		if _, err := parseProcessors([]byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

// soaAnswer is an answer with the SOA record of the root.
func soaAnswer(serial uint32) []byte {
	message := append([]byte(nil), rootSOAQuery...)
	message[2], message[7] = 0x84, 1
	message = append(message, 0, 0, 6, 0, 1, 0, 1, 0x51, 0x80, 0, 34)
	message = append(message, 1, 'a', 0, 2, 'n', 's', 0xc0, 12)
	message = binary.BigEndian.AppendUint32(message, serial)
	return append(message, make([]byte, 16)...)
}

func TestSerialOfAnAnswer(t *testing.T) {
	answer := soaAnswer(2026010117)
	if got, err := parseSerial(answer); got != 2026010117 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	refused := append([]byte(nil), answer...)
	refused[3] = 5
	if _, err := parseSerial(refused); err == nil {
		t.Error("REFUSED has a serial")
	}
	for n := range len(answer) - 1 {
		if _, err := parseSerial(answer[:n]); err == nil && n < len(answer)-16 {
			t.Errorf("%d octets of the answer have a serial", n)
		}
	}
}

func FuzzSerialOfAnAnswer(f *testing.F) {
	f.Add(soaAnswer(1))
	f.Add(rootSOAQuery)
	f.Fuzz(func(t *testing.T, message []byte) {
		serial, err := parseSerial(message)
		if err != nil {
			return
		}
		if again, err := parseSerial(soaAnswer(serial)); again != serial || err != nil {
			t.Errorf("%d was read back as %d (%v)", serial, again, err)
		}
	})
}

func TestSizes(t *testing.T) {
	for _, name := range []string{"1", "200", "10k", "100k", "1m", "4m"} {
		n, err := parseSize(name)
		if err != nil || sizeName(n) != name {
			t.Errorf("%s is %d, which is %s (%v)", name, n, sizeName(n), err)
		}
	}
}

func TestSignaturesAreKnownInAllForms(t *testing.T) {
	for line, want := range map[string]bool{
		"a.\t60\tIN\tRRSIG\tNS 13 1 60 2026 2026 1 a. AA==": true,
		"\t\t\t60\tRRSIG\tDS 8 1 60 (":                      true,
		"a.  60 RRSIG TYPE65280 13 1 60":                    true,
		"a.\t60\tIN\tNSEC\tb. NS DS RRSIG NSEC":             false,
		"\t\t60\tNSEC\tb. NS RRSIG DNSKEY TYPE65534 )":      false,
		"rrsig. NS": false, "": false, "RRSIG": false, "RRSIG ": false, "RRSIGNS 1": false,
	} {
		if got := isSignature([]byte(line)); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
