package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"
)

// rootSOAQuery asks for the SOA record of the root, message ID 0 (RFC 1035,
// Section 4).
var rootSOAQuery = []byte{
	0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, // header: one question
	0, 0, 6, 0, 1, // ., SOA, IN
}

// rootSerial asks a name server once over UDP for the serial of the root.
func rootSerial(conn net.Conn) (uint32, error) {
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return 0, err
	}
	if _, err := conn.Write(rootSOAQuery); err != nil {
		return 0, err
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil {
		return 0, err
	}
	return parseSerial(answer[:n])
}

// parseSerial reads the serial from the answer to rootSOAQuery.
func parseSerial(message []byte) (uint32, error) {
	if len(message) < len(rootSOAQuery) {
		return 0, errors.New("the answer is shorter than the question")
	}
	if rcode := message[3] & 15; rcode != 0 || binary.BigEndian.Uint16(message[6:]) == 0 {
		return 0, fmt.Errorf("no SOA record: response code %d", rcode)
	}
	rest := message[len(rootSOAQuery):]
	rest, err := skipName(rest)
	if err != nil {
		return 0, err
	}
	if len(rest) < 10 || binary.BigEndian.Uint16(rest) != 6 {
		return 0, errors.New("the answer does not begin with an SOA record")
	}
	rest = rest[10:] // type, class, TTL, length
	for range 2 {
		if rest, err = skipName(rest); err != nil {
			return 0, err
		}
	}
	if len(rest) < 20 {
		return 0, errors.New("the SOA record is cut off")
	}
	return binary.BigEndian.Uint32(rest), nil
}

// skipName is what follows a name, which may end in a pointer.
func skipName(message []byte) ([]byte, error) {
	for len(message) > 0 {
		length := int(message[0])
		switch {
		case length == 0:
			return message[1:], nil
		case length >= 0xc0 && len(message) > 1:
			return message[2:], nil
		case length > 63 || len(message) <= length:
			return nil, errors.New("malformed name in an answer")
		}
		message = message[1+length:]
	}
	return nil, errors.New("a name is cut off")
}

// awaitSerial asks again and again, at most every half millisecond, until the
// serial is reached.
func awaitSerial(ctx context.Context, address string, serial uint32, limit time.Duration) error {
	conn, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	var last error
	for end := time.Now().Add(limit); time.Now().Before(end); {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := rootSerial(conn)
		if err == nil && int32(got-serial) >= 0 { // RFC 1982
			return nil
		}
		last = fmt.Errorf("serial %d, %v", got, err)
		time.Sleep(500 * time.Microsecond)
	}
	return fmt.Errorf("no serial %d within %s (last: %w)", serial, limit, last)
}

// awaitRest waits until the serial has been the same for a while: the server has
// signed all it wanted to.
func awaitRest(ctx context.Context, address string, while, limit time.Duration) error {
	conn, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	var serial uint32
	since := time.Now()
	for end := since.Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := rootSerial(conn)
		if err != nil || got != serial {
			serial, since = got, time.Now()
		} else if time.Since(since) >= while {
			return nil
		}
	}
	return fmt.Errorf("the serial still changes after %s", limit)
}

// freePort is a port of the loopback interface that nobody has, for both UDP and
// TCP.
func freePort() (int, error) {
	for range 20 {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := tcp.Addr().(*net.TCPAddr).Port
		udp, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port))
		tcp.Close()
		if err == nil {
			udp.Close()
			return port, nil
		}
	}
	return 0, errors.New("no free port")
}
