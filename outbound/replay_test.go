package outbound_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"

	"parley/outbound"
)

// hangUp serves HTTP/1: of each connection it answers the first request and
// hangs up on the second one after reading it, which is when net/http replays.
func hangUp(t *testing.T, reset bool) (target string, seen *atomic.Int32) {
	t.Helper()
	seen = new(atomic.Int32)
	target = serveConns(t, nil, func(c net.Conn) {
		in := bufio.NewReader(c)
		for first := true; ; first = false {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			io.Copy(io.Discard, req.Body)
			seen.Add(1)
			if !first {
				if reset {
					c.(*net.TCPConn).SetLinger(0)
				}
				return
			}
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
	return target, seen
}

// serveConns runs handle on each connection, over TLS if config is given.
func serveConns(t *testing.T, config *tls.Config, handle func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := "http://" + ln.Addr().String()
	if config != nil {
		ln, target = tls.NewListener(ln, config), "https://"+ln.Addr().String()
	}
	var running sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	running.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { conn.Close() })
			running.Go(func() { defer conn.Close(); handle(conn) })
		}
	})
	t.Cleanup(func() { ln.Close(); stop(); running.Wait() })
	return target
}

var replayable = []struct {
	name string
	req  outbound.Request
}{
	{"GET", outbound.Request{}},
	{"POST with key", outbound.Request{Method: "POST", Body: []byte("order"), Header: http.Header{"Idempotency-Key": {"1"}}}},
	{"POST with key, no body", outbound.Request{Method: "POST", Header: http.Header{"X-Idempotency-Key": {"1"}}}},
}

func TestDoIsOneRequestOnKeptConnection(t *testing.T) {
	t.Parallel()
	for _, tt := range replayable {
		for _, reset := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				target, seen := hangUp(t, reset)
				client := newClient(t, outbound.Options{})
				req := tt.req
				req.URL = target
				mustDo(t, client, req)
				wantFailure(t, client, req, outbound.KindClosed, true)
				if n := seen.Load(); n != 2 {
					t.Errorf("two Do, %d requests", n)
				}
				mustDo(t, client, req) // the client is none the worse
			})
		}
	}
}

// The control to the test above: without the hooks net/http sends twice.
func TestHTTPClientReplays(t *testing.T) {
	t.Parallel()
	target, seen := hangUp(t, false)
	client := newClient(t, outbound.Options{})
	mustDo(t, client, outbound.Request{URL: target})
	res, err := client.HTTPClient().Get(target)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	if n := seen.Load(); n != 3 {
		t.Errorf("%d requests: net/http has changed, see exchange.assigned", n)
	}
}

// refuser serves HTTP/2. It refuses the first stream by refuse and answers the
// others with 200.
func refuser(t *testing.T, refuse func(f *http2.Framer, stream uint32)) (string, outbound.Options, *atomic.Int32) {
	t.Helper()
	trusted := serveTLS(t, nil) // for its certificate
	config := &tls.Config{Certificates: trusted.TLS.Certificates, NextProtos: []string{"h2"}}
	seen := new(atomic.Int32)
	target := serveConns(t, config, func(c net.Conn) {
		if _, err := io.CopyN(io.Discard, c, int64(len(http2.ClientPreface))); err != nil {
			return
		}
		f := http2.NewFramer(c, c)
		f.WriteSettings()
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			switch frame := frame.(type) {
			case *http2.SettingsFrame:
				if !frame.IsAck() {
					f.WriteSettingsAck()
				}
			case *http2.HeadersFrame:
				if seen.Add(1) == 1 {
					refuse(f, frame.StreamID)
					continue
				}
				f.WriteHeaders(http2.HeadersFrameParam{StreamID: frame.StreamID,
					BlockFragment: []byte{0x88}, EndHeaders: true, EndStream: true}) // :status 200
			}
		}
	})
	return target, outbound.Options{RootCAs: rootsOf(trusted)}, seen
}

func TestDoIsOneRequestOnHTTP2(t *testing.T) {
	t.Parallel()
	refusals := map[string]func(*http2.Framer, uint32){
		"refused stream": func(f *http2.Framer, id uint32) { f.WriteRSTStream(id, http2.ErrCodeRefusedStream) },
		"protocol error": func(f *http2.Framer, id uint32) { f.WriteRSTStream(id, http2.ErrCodeProtocol) },
		"go away":        func(f *http2.Framer, _ uint32) { f.WriteGoAway(0, http2.ErrCodeNo, nil) },
	}
	for name, refuse := range refusals {
		for _, tt := range replayable {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				target, options, seen := refuser(t, refuse)
				client := newClient(t, options)
				req := tt.req
				req.URL = target
				wantFailure(t, client, req, outbound.KindClosed, true)
				if n := seen.Load(); n != 1 {
					t.Errorf("one Do, %d requests", n)
				}
				if res := mustDo(t, client, req); res.Status != 200 {
					t.Errorf("status %d", res.Status)
				}
			})
		}
		t.Run(name+"/control", func(t *testing.T) {
			t.Parallel()
			target, options, seen := refuser(t, refuse)
			res, err := newClient(t, options).HTTPClient().Get(target)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if n := seen.Load(); n != 2 {
				t.Errorf("%d requests: net/http has changed, see exchange.assigned", n)
			}
		})
	}
}

// Many at once, on kept and new connections: each
// arrives exactly once and gets its own answer.
func TestDoConcurrently(t *testing.T) {
	t.Parallel()
	var seen sync.Map
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if _, again := seen.LoadOrStore(string(body), true); again {
			t.Errorf("%s arrived twice", body)
		}
		w.Write(body)
	})
	client := newClient(t, outbound.Options{})
	var running sync.WaitGroup
	for i := range 64 {
		running.Go(func() {
			body := []byte(strings.Repeat("n", i))
			res, err := client.Do(t.Context(), outbound.Request{Method: "POST", URL: srv.URL, Body: body})
			if err != nil || !bytes.Equal(res.Body, body) {
				t.Errorf("request %d: %v", i, err)
			}
		})
	}
	running.Wait()
}
