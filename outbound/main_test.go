package outbound_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"go.uber.org/goleak"

	"parley/outbound"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// laptop is the policy most tests run under: loopback over plain HTTP.
var laptop = outbound.GuardOptions{AllowLoopback: true, AllowHTTP: true}

func newClient(t *testing.T, o outbound.Options) *outbound.Client {
	t.Helper()
	if o.Guard == nil {
		o.Guard = outbound.NewGuard(laptop)
	}
	c := outbound.New(o)
	t.Cleanup(c.CloseIdle)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// serveRaw accepts connections and hands each, with the request's first read
// done, to handle, which need not close it.
func serveRaw(t *testing.T, handle func(net.Conn, *http.Request)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				handle(conn, req)
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return "http://" + ln.Addr().String()
}

func mustDo(t *testing.T, c *outbound.Client, r outbound.Request) *outbound.Response {
	t.Helper()
	res, err := c.Do(context.Background(), r)
	if err != nil {
		t.Fatalf("Do(%s): %v", r.URL, err)
	}
	return res
}

// wantFailure runs r and checks the kind of its failure and whether it was sent.
func wantFailure(t *testing.T, c *outbound.Client, r outbound.Request, kind outbound.Kind, sent bool) *outbound.Error {
	t.Helper()
	res, err := c.Do(context.Background(), r)
	e, ok := errors.AsType[*outbound.Error](err)
	if !ok {
		t.Fatalf("Do(%s) = %+v, %v; want an *Error", r.URL, res, err)
	}
	if e.Kind != kind || e.Sent != sent {
		t.Fatalf("Do(%s): kind %s, sent %t (%v); want %s, %t", r.URL, e.Kind, e.Sent, e.Err, kind, sent)
	}
	return e
}

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
