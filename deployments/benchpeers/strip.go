package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"os"
	"strconv"

	"countersign/pkg/rr"
	"countersign/pkg/zone"
)

// stripHelper makes an unsigned root of an archived one, with another serial.
func stripHelper(arguments []string, _ io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("strip", flag.ContinueOnError)
	from := flags.String("zone", "", "`file`, with gzip")
	serial := flags.Uint("serial", firstSerial, "of the SOA record")
	output := flags.String("o", "", "`file`")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	watch := newStopwatch()
	text, err := gunzip(*from)
	if err != nil {
		return err
	}
	signed, _, err := zone.Parse(text, zone.ParseOptions{Origin: rr.Root, Name: *from})
	if err != nil {
		return err
	}
	unsigned, _, err := signed.StripDNSSEC()
	if err != nil {
		return err
	}
	text, err = setSerial(unsigned.Append(nil), uint32(*serial))
	if err != nil {
		return err
	}
	if err := writeWhole(*output, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	watch.lap("strip")
	return result{Records: unsigned.Records(), Seconds: watch.seconds}.print(out)
}

func gunzip(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(in)
}

// setSerial replaces the serial in the first line of a zone as package zone and
// package rootlike write it: owner, TTL, class, SOA, two names, the serial.
func setSerial(text []byte, serial uint32) ([]byte, error) {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) != 11 || string(fields[3]) != "SOA" {
		return nil, errors.New("the zone does not begin with its SOA record on one line")
	}
	fields[6] = strconv.AppendUint(nil, uint64(serial), 10)
	return bytes.Join([][]byte{bytes.Join(fields, []byte("\t")), rest}, []byte("\n")), nil
}
