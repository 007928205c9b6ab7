package delivery_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// metadataURL is where clouds hand out credentials, which no redirect may reach.
const metadataURL = "http://169.254.169.254/latest/meta-data/iam"

// faults are what endpoints do instead of answering as they should. Each ends by itself when the sender hangs up.
var faults = map[string]http.HandlerFunc{
	"500":              status(500),
	"503":              status(503),
	"410":              status(410),
	"304":              status(304),
	"429":              status(429),
	"429, seconds":     retryAfter(429, func() string { return "120" }),
	"429, date":        retryAfter(429, func() string { return time.Now().Add(120 * time.Second).UTC().Format(http.TimeFormat) }),
	"503, seconds":     retryAfter(503, func() string { return "120" }),
	"429, too long":    retryAfter(429, func() string { return "999999999999" }),
	"429, nonsense":    retryAfter(429, func() string { return "later" }),
	"500, Retry-After": retryAfter(500, func() string { return "120" }),
	"redirect to metadata": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, metadataURL, http.StatusTemporaryRedirect)
	},
	"hang":                    func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"reset":                   raw("", func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }),
	"closed before the head":  raw("", nil),
	"closed in the head":      raw("HTTP/1.1 200 OK\r\nX-A: b\r\nX-B: c", nil),
	"closed in the body":      raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", nil),
	"500, closed in the body": raw("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", nil),
	"shorter than announced":  raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", nil),
	"longer than announced":   raw("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabcdef", nil),
	"two lengths":             raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", nil),
	"not HTTP":                raw("220 mail.example ESMTP\r\n", nil),
	"dripping head":           raw("HTTP/1.1 200 OK\r\nX-A: ", drip),
	"dripping body":           raw("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", drip),
	"endless head":            raw("HTTP/1.1 200 OK\r\nX-A: ", endless("x")),
	"endless body":            raw("HTTP/1.1 200 OK\r\n\r\n", endless("é")),
	"compressed bomb": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb())
	},
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func retryAfter(code int, wait func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", wait())
		w.WriteHeader(code)
	}
}

// raw writes bytes to the connection, goes on by more, and closes it.
func raw(answer string, more func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, answer)
		if more != nil {
			more(conn)
		}
	}
}

// drip writes byte after byte, slowly, until the sender hangs up.
func drip(conn net.Conn) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * ms) {
		if _, err := conn.Write([]byte("x")); err != nil {
			return
		}
	}
}

// endless writes as fast as it is read, until the sender hangs up.
func endless(text string) func(net.Conn) {
	return func(conn net.Conn) {
		block := []byte(strings.Repeat(text, 4096))
		for end := time.Now().Add(time.Minute); time.Now().Before(end); {
			if _, err := conn.Write(block); err != nil {
				return
			}
		}
	}
}

// bomb is 32 MiB in a few KiB.
var bomb = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	block := make([]byte, 1<<20)
	for range 32 {
		_, _ = w.Write(block)
	}
	_ = w.Close()
	return out.Bytes()
})

// receiveFault starts a receiver that plays a fault of the list once, and answers 200 from then on.
func receiveFault(t testing.TB, name string) *receiver {
	t.Helper()
	fault := faults[name]
	if fault == nil {
		t.Fatalf("there is no fault %q", name)
	}
	return receive(t, func(w http.ResponseWriter, r *http.Request, _ got, nth int) {
		if nth == 1 {
			fault(w, r)
		}
	})
}

// receiveUntrusted starts a receiver whose certificate nobody vouches for.
func receiveUntrusted(t testing.TB) *receiver {
	t.Helper()
	rec := &receiver{}
	rec.Server = httptest.NewUnstartedServer(rec)
	rec.Config.ErrorLog = log.New(io.Discard, "", 0)
	rec.StartTLS()
	t.Cleanup(rec.Close)
	return rec
}
