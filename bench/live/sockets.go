//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/gobwas/ws"
)

// socket is one client. It is read by the loop of the crowd alone, once it has subscribed.
type socket struct {
	fd     int
	id     []byte // of its operation; every one has the same length
	rest   []byte // what has come of a frame
	unit   int    // the next one that is expected
	offset int    // of a text that is being written: how much of it has come
	done   bool   // the whole text has come
}

// handshakeTimeout bounds opening one socket, on loopback.
const handshakeTimeout = 20 * time.Second

// dialSocket opens a socket and has it subscribe: it says each text and waits for the answer that begins so.
func dialSocket(address string, d dialect, id string) (*socket, error) {
	conn, err := net.DialTimeout("tcp", address, handshakeTimeout) //nolint:noctx // bounded, on loopback
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(handshakeTimeout))
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", d.path, address, d.header)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 0, 512)
	for b := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); head = append(head, b[0]) {
		if _, err := io.ReadFull(conn, b); err != nil {
			return nil, fmt.Errorf("read the answer to the handshake: %w", err)
		}
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 101")) {
		return nil, fmt.Errorf("the handshake was answered with %q", head)
	}
	for _, step := range d.hello(id) {
		if _, err := conn.Write(clientFrame(step.say)); err != nil {
			return nil, err
		}
		for answer := ""; !strings.Contains(answer, step.hear); {
			frame, err := ws.ReadFrame(conn)
			if err != nil {
				return nil, fmt.Errorf("wait for %s: %w", step.hear, err)
			}
			if answer = string(frame.Payload); frame.Header.OpCode == ws.OpClose || strings.Contains(answer, `"error"`) {
				return nil, fmt.Errorf("the server answered %q to %s", answer, step.say)
			}
		}
	}
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		return nil, err
	}
	fd, err := dup(file)
	if err != nil {
		return nil, err
	}
	return &socket{fd: fd, id: []byte(id)}, nil
}

// clientFrame is a text frame with a mask of zeroes, which is one as good as any other.
func clientFrame(text string) []byte {
	b := []byte{0x81}
	switch n := len(text); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	default:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	}
	return append(append(b, 0, 0, 0, 0), text...)
}

var errClosed = errors.New("the server closed a socket")

// take reads what a socket has to say, and hands the texts of its frames to each, which must not keep them.
func (s *socket) take(buffer []byte, each func(text []byte) error) error {
	n := copy(buffer, s.rest)
	got, err := readNow(s.fd, buffer[n:])
	if err != nil {
		return err
	}
	if got == 0 {
		return errClosed
	}
	b := buffer[:n+got]
	for {
		op, text, rest := cutFrame(b)
		if text == nil {
			break
		}
		b = rest
		switch op {
		case ws.OpText, ws.OpBinary:
			if err := each(text); err != nil {
				return err
			}
		case ws.OpPing:
			_ = writeAll(s.fd, []byte{0x8a, 0x80, 0, 0, 0, 0})
		case ws.OpClose:
			return fmt.Errorf("%w: %q", errClosed, text)
		}
	}
	s.rest = append(s.rest[:0], b...)
	return nil
}

// cutFrame cuts the first frame off; text is nil while it is not all there.
func cutFrame(b []byte) (op ws.OpCode, text, rest []byte) {
	if len(b) < 2 {
		return 0, nil, b
	}
	size, head := int(b[1]), 2
	switch size {
	case 126:
		if len(b) < 4 {
			return 0, nil, b
		}
		size, head = int(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return 0, nil, b
		}
		size, head = int(binary.BigEndian.Uint64(b[2:])), 10
	}
	if len(b) < head+size {
		return 0, nil, b
	}
	return ws.OpCode(b[0] & 0xf), b[head : head+size : head+size], b[head+size:]
}

func dup(file *os.File) (int, error) {
	defer func() { _ = file.Close() }()
	return dupNonblocking(int(file.Fd()))
}
