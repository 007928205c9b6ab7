package socket

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// frame is a frame as a client sends it, right or wrong.
func frame(first byte, payload string) []byte {
	mask := [4]byte{1, 2, 3, 4}
	b := appendHeader([]byte{}, 0, len(payload))
	b[0] = first
	b[1] |= 0x80
	b = append(b, mask[:]...)
	body := []byte(payload)
	ws.Cipher(body, mask, 0)
	return append(b, body...)
}

func joined(frames ...[]byte) []byte { return bytes.Join(frames, nil) }

// raw shakes hands by hand, sends bytes and returns the connection.
func raw(t *testing.T, address string, sent []byte) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	head := "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
	if _, err := conn.Write(append([]byte(head), sent...)); err != nil { // in one piece: what follows is in the server's buffer
		t.Fatal(err)
	}
	var answer []byte
	for b := make([]byte, 1); !bytes.HasSuffix(answer, []byte("\r\n\r\n")); answer = append(answer, b...) {
		if _, err := io.ReadFull(conn, b); err != nil {
			t.Fatalf("%v after %s", err, answer)
		}
	}
	if !bytes.Contains(answer, []byte("Sec-Websocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) && !bytes.Contains(answer, []byte("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
		t.Fatalf("the answer to the handshake of RFC 6455: %s", answer)
	}
	return conn
}

// one reads a frame and tells it: a text as it is, another by its kind. A close frame is answered as clients do.
func one(t *testing.T, conn net.Conn) string {
	t.Helper()
	f, err := ws.ReadFrame(conn)
	if err != nil {
		return "end"
	}
	switch f.Header.OpCode {
	case ws.OpText:
		return string(f.Payload)
	case ws.OpClose:
		code, _ := ws.ParseCloseFrameData(f.Payload)
		_, _ = conn.Write(frame(0x88, string(f.Payload)))
		_ = conn.(*net.TCPConn).CloseWrite()
		return fmt.Sprint(uint16(code))
	}
	return fmt.Sprintf("%d:%s", f.Header.OpCode, f.Payload)
}

// told reads frames to the end.
func told(t *testing.T, conn net.Conn) (heard []string) {
	t.Helper()
	for len(heard) == 0 || heard[len(heard)-1] != "end" {
		heard = append(heard, one(t, conn))
	}
	return heard
}

// TestFrames holds the connection against RFC 6455, by the numbers of its sections.
func TestFrames(t *testing.T) {
	t.Parallel()
	const text, continued, closes, ping, pong, fin = 0x01, 0x00, 0x08, 0x09, 0x0a, 0x80
	bye := string(binary.BigEndian.AppendUint16(nil, 1000))
	end := frame(fin|closes, bye)
	code := func(c uint16) []byte { return frame(fin|closes, string(binary.BigEndian.AppendUint16(nil, c))) }
	for name, row := range map[string]struct {
		sent []byte
		want string
	}{
		"5.2 a whole message behind the handshake":  {joined(frame(fin|text, hello), end), ack + " 1000 end"},
		"5.4 a message in pieces":                   {joined(frame(text, hello[:5]), frame(continued, hello[5:9]), frame(continued, ""), frame(fin|continued, hello[9:]), end), ack + " 1000 end"},
		"5.4 a ping between pieces":                 {joined(frame(text, hello[:5]), frame(fin|ping, "a"), frame(fin|continued, hello[5:]), end), "10:a " + ack + " 1000 end"},
		"5.4 a new message before the old one ends": {joined(frame(text, hello[:5]), frame(fin|text, hello)), "1002 end"},
		"5.4 a piece of nothing":                    {frame(fin|continued, hello), "1002 end"},
		"5.4 a piece behind the last":               {joined(frame(fin|text, hello), frame(fin|continued, "x")), ack + " 1002 end"},
		"5.1 no mask":                               {[]byte{fin | text, 2, '{', '}'}, "1002 end"},
		"5.2 a reserved bit":                        {frame(fin|0x40|text, hello), "1002 end"},
		"5.2 a reserved opcode":                     {frame(fin|3, hello), "1002 end"},
		"5.2 a reserved control opcode":             {frame(fin|0x0b, ""), "1002 end"},
		"5.2 a length beyond 63 bits":               {[]byte{fin | text, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "1002 end"},
		"5.2 a length that nobody has":              {[]byte{fin | text, 0xff, 0x7f, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "1009 end"},
		"5.5 a control frame in pieces":             {frame(ping, "a"), "1002 end"},
		"5.5 a control frame of 125 bytes":          {joined(frame(fin|ping, strings.Repeat("x", 125)), end), "10:" + strings.Repeat("x", 125) + " 1000 end"},
		"5.5 a control frame of 126 bytes":          {frame(fin|ping, strings.Repeat("x", 126)), "1002 end"},
		"5.5.1 a close frame without a code":        {frame(fin|closes, ""), "1000 end"},
		"5.5.1 a close frame of one byte":           {frame(fin|closes, "x"), "1002 end"},
		"5.5.1 a reason that is no UTF-8":           {frame(fin|closes, bye+"\xff"), "1002 end"},
		"5.5.3 a pong that nobody asked for":        {joined(frame(fin|pong, "a"), frame(fin|text, hello), end), ack + " 1000 end"},
		"7.4.1 code 1001":                           {code(1001), "1000 end"},
		"7.4.1 code 1005":                           {code(1005), "1002 end"},
		"7.4.2 code 999":                            {code(999), "1002 end"},
		"7.4.2 code 4999":                           {code(4999), "1000 end"},
		"8.1 text that is no UTF-8":                 {frame(fin|text, `{"type":"ping","payload":{"a":"`+"\xc3"+`"}}`), "1007 end"},
		"8.1 a letter in two pieces":                {joined(frame(text, `{"type":"connection_init","a":"`+"\xc3"), frame(fin|continued, "\xa9"+`"}`), end), ack + " 1000 end"},
		"10.4 pieces that together are too large":   {joined(frame(text, strings.Repeat(" ", 60_000)), frame(continued, strings.Repeat(" ", 6_000))), "1009 end"},
		"10.4 pieces of nothing without an end":     {joined(frame(text, ""), bytes.Repeat(frame(continued, ""), MaxFrames)), "1008 end"},
		"10.4 as many pieces as there may be":       {joined(frame(text, ""), bytes.Repeat(frame(continued, ""), MaxFrames-2), frame(fin|continued, hello), end), ack + " 1000 end"},
		"a connection that breaks off":              {frame(fin|text, hello)[:8], ""},
	} {
		t.Run(name, func(t *testing.T) {
			kinds(t, func(t *testing.T, k kind) {
				sent, ends := bytes.CutSuffix(row.sent, end) // the client's end comes when it has heard the rest
				conn := raw(t, serve(t, &host{}, k), sent)
				if row.want == "" {
					return
				}
				var heard []string
				for ends && len(heard) < len(strings.Fields(row.want))-2 {
					heard = append(heard, one(t, conn))
				}
				if ends {
					_, _ = conn.Write(end)
				}
				for len(heard) == 0 || heard[len(heard)-1] != "end" {
					heard = append(heard, one(t, conn))
				}
				// The acknowledgement is another goroutine's: a fault that follows at once may be answered before it.
				if got := strings.Join(heard, " "); got != row.want && (ends || got != strings.TrimPrefix(row.want, ack+" ")) {
					t.Errorf("heard %s, want %s", got, row.want)
				}
			})
		})
	}
}

func TestHandshakesThatAreNone(t *testing.T) {
	t.Parallel()
	key := base64.StdEncoding.EncodeToString(make([]byte, 16))
	good := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {key}}
	for name, row := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"a POST":          {func(r *http.Request) { r.Method = http.MethodPost }, 400},
		"HTTP/1.0":        {func(r *http.Request) { r.ProtoMajor, r.ProtoMinor = 1, 0 }, 400},
		"HTTP/2":          {func(r *http.Request) { r.ProtoMajor, r.ProtoMinor = 2, 0 }, 400},
		"no Connection":   {func(r *http.Request) { r.Header.Del("Connection") }, 400},
		"another upgrade": {func(r *http.Request) { r.Header.Set("Upgrade", "h2c") }, 400},
		"version 8":       {func(r *http.Request) { r.Header.Set("Sec-Websocket-Version", "8") }, 426},
		"no key":          {func(r *http.Request) { r.Header.Del("Sec-Websocket-Key") }, 400},
		"a short key":     {func(r *http.Request) { r.Header.Set("Sec-Websocket-Key", "AAAA") }, 400},
	} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
		r.Header = good.Clone()
		row.change(r)
		_, err := Accept(httptest.NewRecorder(), r, Options{})
		if refused, ok := err.(*HandshakeError); !ok || refused.Status != row.status { //nolint:errorlint // the type is the promise
			t.Errorf("%s: %v, want %d", name, err, row.status)
		}
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	o := Options{Origins: []string{"https://app.example.com", "http://localhost:3000", ""}}
	for origin, want := range map[string]bool{
		"": true, "https://api.example.com": true, "http://API.example.com": true, // its own, seen through a proxy
		"https://app.example.com": true, "https://APP.example.com": true, "http://localhost:3000": true,
		"http://app.example.com": false, "https://app.example.com:444": false, "http://localhost": false,
		"https://evil.example": false, "https://app.example.com.evil.example": false, "https://evilapp.example.com": false,
		"https://evil.example/https://app.example.com": false, "null": false, "https://": false, "app.example.com": false, "://": false,
	} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.example.com/", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if got := o.Allows(r); got != want {
			t.Errorf("%q: %v", origin, got)
		}
	}
}

func TestHeadersAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 125, 126, 127, 1000, 65535, 65536, 1 << 20} {
		h, err := ws.ReadHeader(bytes.NewReader(appendHeader(nil, ws.OpText, n)))
		if err != nil || h.Length != int64(n) || !h.Fin || h.OpCode != ws.OpText || h.Masked || h.Rsv != 0 {
			t.Errorf("%d: %+v, %v", n, h, err)
		}
	}
	long := closeFrame(4400, strings.Repeat("é", 100))
	if h, _ := ws.ReadHeader(bytes.NewReader(long)); h.Length != 124 { // 125 would split a letter
		t.Errorf("a close frame of %d bytes", h.Length)
	}
}

// FuzzFrames sends anything to a reader: it ends, it never takes more than it should, and what it takes is what an
// independent reading of the same bytes finds.
func FuzzFrames(f *testing.F) {
	f.Add(joined(frame(1, "{"), frame(0x89, "x"), frame(0x80, "}"), frame(0x88, "\x03\xe8")))
	f.Add([]byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, sent []byte) {
		const most = 1000
		ours, theirs := net.Pipe()
		go func() {
			_, _ = theirs.Write(sent)
			_ = theirs.Close()
		}()
		var got []byte
		var r reader
		r.begin(ours, nil, most, func(op ws.OpCode, p []byte) { got = append(append(got, byte(op)), p...) })
		for {
			message, err := r.next()
			if err != nil {
				break
			}
			if len(message) > most {
				t.Fatalf("a message of %d bytes", len(message))
			}
			got = append(append(got, 'm'), message...)
		}
		_ = ours.Close()
		if want := reference(sent, most); !bytes.Equal(got, want) {
			t.Errorf("%x\n got %q\nwant %q", sent, got, want)
		}
	})
}

// reference reads a stream of frames in the plainest way.
func reference(b []byte, most int) (out []byte) {
	var message []byte
	open, text := false, false
	for len(b) >= 2 {
		op, fin, length, at := b[0]&15, b[0]&0x80 != 0, uint64(b[1]&127), 2
		if b[0]&0x70 != 0 || b[1]&0x80 == 0 || op > 2 && op < 8 || op > 10 {
			return out
		}
		size := map[uint64]int{126: 2, 127: 8}[length]
		if len(b) < at+size+4 {
			return out
		}
		if size > 0 {
			length = 0
			for range size {
				length = length<<8 | uint64(b[at])
				at++
			}
		}
		control := op >= 8
		switch {
		case control && (length > 125 || !fin), !control && open != (op == 0), !control && length > uint64(most-len(message)):
			return out
		}
		mask := b[at : at+4]
		at += 4
		if uint64(len(b)-at) < length {
			return out
		}
		var payload []byte
		for i := range int(length) {
			payload = append(payload, b[at+i]^mask[i%4])
		}
		b = b[at+int(length):]
		switch {
		case op == 8:
			return out
		case control:
			out = append(append(out, op), payload...)
			continue
		case op == 1:
			text = true
		}
		message = append(message, payload...)
		open = !fin
		if fin {
			if text && !strings.EqualFold(string(message), strings.ToValidUTF8(string(message), "\x00")) {
				return out
			}
			out = append(append(out, 'm'), message...)
			message, text = nil, false
		}
	}
	return out
}
