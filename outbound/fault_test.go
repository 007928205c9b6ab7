package outbound_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/outbound"
)

// rootsOf is a pool that trusts srv.
func rootsOf(srv *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	return pool
}

func serveTLS(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("request arrived")
	}))
	srv.TLS = config
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func TestDoAnswersThatBreak(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nX-A: b\r\n"
	tests := []struct {
		name, answer string
		reset        bool
		kind         outbound.Kind
		body         string // what had arrived, if the header had
	}{
		{name: "closed without an answer", kind: outbound.KindClosed},
		{name: "reset without an answer", reset: true, kind: outbound.KindClosed},
		{name: "closed in the header", answer: head, kind: outbound.KindClosed},
		{name: "body shorter than announced", answer: head + "Content-Length: 10\r\n\r\nabc", kind: outbound.KindClosed, body: "abc"},
		{name: "chunked body cut", answer: head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", kind: outbound.KindClosed, body: "abc"},
		{name: "chunk size nonsense", answer: head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", kind: outbound.KindInvalid, body: "abc"},
		{name: "not HTTP", answer: "220 mail.example ESMTP ready for commands\r\n", kind: outbound.KindInvalid},
		{name: "contradicting lengths", answer: head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", kind: outbound.KindInvalid},
		{name: "endless header", answer: head + "X-B: " + strings.Repeat("b", 1<<20), kind: outbound.KindInvalid},
		{name: "switch of protocols", answer: "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", kind: outbound.KindInvalid, body: "-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target := serveRaw(t, func(c net.Conn, _ *http.Request) {
				io.WriteString(c, tt.answer)
				if tt.reset {
					c.(*net.TCPConn).SetLinger(0)
				}
			})
			e := wantFailure(t, newClient(t, outbound.Options{}), outbound.Request{URL: target}, tt.kind, true)
			if (e.Response != nil) != (tt.body != "") {
				t.Fatalf("partial answer %+v", e.Response)
			}
			if tt.body != "" && tt.body != "-" && (string(e.Response.Body) != tt.body || e.Response.Status != 200) {
				t.Errorf("partial answer %d %q, want %q", e.Response.Status, e.Response.Body, tt.body)
			}
			if e.RemoteAddr == "" || e.Phases.Total <= 0 {
				t.Errorf("got %+v", e)
			}
		})
	}
}

// More bytes than announced are not part of the answer.
func TestDoBodyLongerThanAnnounced(t *testing.T) {
	t.Parallel()
	target := serveRaw(t, func(c net.Conn, _ *http.Request) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab and more")
	})
	res := mustDo(t, newClient(t, outbound.Options{}), outbound.Request{URL: target})
	if res.Status != 200 || string(res.Body) != "ab" || res.Truncated {
		t.Errorf("got %d %q, truncated %t", res.Status, res.Body, res.Truncated)
	}
}

func TestDoTimesOut(t *testing.T) {
	t.Parallel()
	const limit = 60 * time.Millisecond
	check := func(t *testing.T, e *outbound.Error) {
		t.Helper()
		if e.Phases.Total < limit || e.Phases.Total > 5*time.Second {
			t.Errorf("ended after %v", e.Phases.Total)
		}
	}
	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		e := wantFailure(t, newClient(t, outbound.Options{}), outbound.Request{URL: srv.URL, Timeout: limit}, outbound.KindTimeout, true)
		check(t, e)
		if e.Response != nil || e.Phases.FirstByte <= 0 {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("no header within the header limit", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		client := newClient(t, outbound.Options{HeaderTimeout: limit})
		check(t, wantFailure(t, client, outbound.Request{URL: srv.URL}, outbound.KindTimeout, true))
	})
	t.Run("dripping body", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, "x")
				http.NewResponseController(w).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		})
		e := wantFailure(t, newClient(t, outbound.Options{}), outbound.Request{URL: srv.URL, Timeout: limit}, outbound.KindTimeout, true)
		check(t, e)
		if e.Response == nil || e.Response.Status != 200 || !strings.HasPrefix(string(e.Response.Body), "x") {
			t.Errorf("partial answer %+v", e.Response)
		}
	})
	t.Run("no handshake", func(t *testing.T) {
		t.Parallel()
		ln, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel only
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ln.Close() })
		target := "https://" + ln.Addr().String()
		e := wantFailure(t, newClient(t, outbound.Options{}), outbound.Request{URL: target, Timeout: limit}, outbound.KindTimeout, false)
		check(t, e)
		if e.Phases.TLS <= 0 || e.RemoteAddr != ln.Addr().String() {
			t.Errorf("got %+v", e)
		}
		ln.Close() // resets the connection, so the handshake goroutine ends
	})
}

func TestDoConnectRefused(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(nil)
	srv.Close()
	e := wantFailure(t, newClient(t, outbound.Options{}), outbound.Request{URL: srv.URL}, outbound.KindConnect, false)
	if e.RemoteAddr != srv.Listener.Addr().String() || e.Phases.Connect <= 0 {
		t.Errorf("got %+v", e)
	}
}

func TestDoVerifiesTLS(t *testing.T) {
	t.Parallel()
	t.Run("unknown authority", func(t *testing.T) {
		t.Parallel()
		srv := serveTLS(t, nil)
		e := wantFailure(t, newClient(t, outbound.Options{}), outbound.Request{URL: srv.URL}, outbound.KindTLS, false)
		if _, ok := errors.AsType[*tls.CertificateVerificationError](e); !ok {
			t.Errorf("cause %v", e.Err)
		}
	})
	t.Run("wrong name", func(t *testing.T) {
		t.Parallel()
		srv := serveTLS(t, nil)
		names := newNameServer(t, func(int) []string { return []string{"127.0.0.1"} })
		client := newClient(t, outbound.Options{RootCAs: rootsOf(srv), Resolver: names.resolver()})
		wantFailure(t, client, outbound.Request{URL: "https://other.test:" + portOf(srv)}, outbound.KindTLS, false)
	})
	t.Run("TLS 1.1", func(t *testing.T) {
		t.Parallel()
		srv := serveTLS(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
		client := newClient(t, outbound.Options{RootCAs: rootsOf(srv)})
		wantFailure(t, client, outbound.Request{URL: srv.URL}, outbound.KindTLS, false)
	})
	t.Run("plain HTTP answers", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, func(http.ResponseWriter, *http.Request) {})
		target := "https" + strings.TrimPrefix(srv.URL, "http")
		wantFailure(t, newClient(t, outbound.Options{}), outbound.Request{URL: target}, outbound.KindTLS, false)
	})
}
