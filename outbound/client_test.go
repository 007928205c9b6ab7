package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/outbound"
)

func TestDo(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+r.URL.String()+" "+r.UserAgent()+" "+r.Header.Get("X-Own"))
		w.WriteHeader(http.StatusTeapot)
		w.Write(append([]byte("got "), body...))
	})
	client := newClient(t, outbound.Options{UserAgent: "Parley-Webhooks/1"})
	header := http.Header{"X-Own": {"yes"}}
	res := mustDo(t, client, outbound.Request{Method: "PUT", URL: srv.URL + "/a b?c=d", Header: header, Body: []byte("hello")})
	if res.Status != http.StatusTeapot || string(res.Body) != "got hello" || res.Truncated {
		t.Errorf("got %d %q", res.Status, res.Body)
	}
	if got := res.Header.Get("X-Seen"); got != "PUT /a%20b?c=d Parley-Webhooks/1 yes" {
		t.Errorf("receiver saw %q", got)
	}
	if len(header) != 1 {
		t.Errorf("Do changed the caller's header: %v", header)
	}
	if res.RemoteAddr != srv.Listener.Addr().String() {
		t.Errorf("remote address %q", res.RemoteAddr)
	}
	p := res.Phases
	if p.DNS != 0 || p.TLS != 0 || p.Connect <= 0 || p.FirstByte <= 0 || p.Total < p.Connect+p.FirstByte {
		t.Errorf("phases %+v", p)
	}
	if p := mustDo(t, client, outbound.Request{URL: srv.URL}).Phases; p.Connect != 0 || p.FirstByte <= 0 {
		t.Errorf("phases on a kept connection %+v", p)
	}
}

func TestDoTLSAndHTTP2(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	client := newClient(t, outbound.Options{RootCAs: rootsOf(srv)})
	for i := range 2 {
		res := mustDo(t, client, outbound.Request{Method: "POST", URL: srv.URL, Body: []byte("x")})
		if string(res.Body) != "HTTP/2.0" || (res.Phases.TLS > 0) != (i == 0) || res.RemoteAddr == "" {
			t.Errorf("request %d: %q %+v", i, res.Body, res)
		}
	}
}

func TestDoRefusesBeforeDialling(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	srv := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	addr := srv.Listener.Addr().(*net.TCPAddr)
	listener := addrPort(addr.String())

	strict := newClient(t, outbound.Options{Guard: outbound.NewGuard(outbound.GuardOptions{AllowHTTP: true})})
	wantFailure(t, strict, outbound.Request{URL: srv.URL}, outbound.KindRefused, false)

	denied := laptop
	denied.Deny = []netip.AddrPort{listener}
	own := newClient(t, outbound.Options{Guard: outbound.NewGuard(denied)})
	wantFailure(t, own, outbound.Request{URL: srv.URL}, outbound.KindRefused, false)
	port := ":" + listener.String()[len("127.0.0.1:"):]
	wantFailure(t, own, outbound.Request{URL: "http://localhost" + port}, outbound.KindRefused, false)

	client := newClient(t, outbound.Options{})
	wantFailure(t, client, outbound.Request{URL: "ftp://127.0.0.1"}, outbound.KindRefused, false)
	wantFailure(t, client, outbound.Request{URL: srv.URL, Method: "GE T"}, outbound.KindRequest, false)
	wantFailure(t, client, outbound.Request{URL: srv.URL, Method: "CONNECT"}, outbound.KindRequest, false)
	wantFailure(t, client, outbound.Request{URL: srv.URL, Header: http.Header{"X": {"a\nb"}}}, outbound.KindRequest, false)
	if hits.Load() != 0 {
		t.Errorf("%d requests arrived", hits.Load())
	}
}

func TestDoFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			followed.Store(true)
		}
		http.Redirect(w, r, "/secret", http.StatusTemporaryRedirect)
	})
	client := newClient(t, outbound.Options{})
	res := mustDo(t, client, outbound.Request{Method: "POST", URL: srv.URL + "/", Body: []byte("x")})
	if res.Status != http.StatusTemporaryRedirect || res.Header.Get("Location") != "/secret" {
		t.Errorf("got %d %v", res.Status, res.Header)
	}
	plain, err := client.HTTPClient().Get(srv.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	plain.Body.Close()
	if plain.StatusCode != http.StatusTemporaryRedirect || followed.Load() {
		t.Errorf("HTTPClient: status %d, followed %t", plain.StatusCode, followed.Load())
	}
}

func TestHTTPClientIsGuarded(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("request arrived") })
	for _, o := range []outbound.GuardOptions{{}, {AllowHTTP: true}} {
		client := newClient(t, outbound.Options{Guard: outbound.NewGuard(o)}).HTTPClient()
		if res, err := client.Post(srv.URL, "text/plain", strings.NewReader("x")); err == nil {
			t.Errorf("%+v: status %d", o, res.StatusCode)
		}
	}
}

// A proxy named in the environment would dial for us, and reach what the guard
// refuses. http.ProxyFromEnvironment spares loopback hosts, hence the name.
func TestDoIgnoresProxyOfEnvironment(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("request went to the proxy") })
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	target, _ := url.Parse("http://hooks.example/")
	if p, err := http.ProxyFromEnvironment(&http.Request{URL: target}); err != nil || p == nil {
		t.Fatalf("the environment names no proxy: %v, %v", p, err)
	}
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "direct") })
	names := newNameServer(t, func(int) []string { return []string{"127.0.0.1"} })
	client := newClient(t, outbound.Options{Resolver: names.resolver()})
	res := mustDo(t, client, outbound.Request{URL: "http://hooks.example:" + portOf(srv)})
	if string(res.Body) != "direct" || res.Phases.DNS <= 0 {
		t.Errorf("got %q, %+v", res.Body, res.Phases)
	}
}

func TestDoCutsEndlessBody(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	var sent atomic.Int64
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		chunk := bytes.Repeat([]byte("x"), 32<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
			sent.Add(int64(len(chunk)))
		}
	})
	client := newClient(t, outbound.Options{})
	res := mustDo(t, client, outbound.Request{URL: srv.URL, MaxBody: 1000})
	if len(res.Body) != 1000 || !res.Truncated {
		t.Errorf("%d bytes, truncated %t", len(res.Body), res.Truncated)
	}
	select {
	case <-gone: // the connection was closed, and what lay in the network's buffers was all that was sent
		if n := sent.Load(); n > 16<<20 {
			t.Errorf("%d bytes were taken", n)
		}
	case <-time.After(5 * time.Second):
		t.Error("the receiver is still sending")
	}
}

func TestDoBodyLimits(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("x"), 70_000))
	})
	client := newClient(t, outbound.Options{})
	for limit, want := range map[int64]int{0: outbound.DefaultMaxBody, -1: 0, 69_999: 69_999, 70_000: 70_000, 1<<63 - 1: 70_000} {
		res := mustDo(t, client, outbound.Request{URL: srv.URL, MaxBody: limit})
		if len(res.Body) != want || res.Truncated != (want < 70_000) {
			t.Errorf("MaxBody %d: %d bytes, truncated %t", limit, len(res.Body), res.Truncated)
		}
	}
}

func TestDoExpandsNoGzip(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	zip.Write(make([]byte, 10<<20))
	zip.Close()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Asked", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb.Bytes())
	})
	res := mustDo(t, newClient(t, outbound.Options{}), outbound.Request{URL: srv.URL, MaxBody: 1 << 20})
	if !slices.Equal(res.Body, bomb.Bytes()) || res.Header.Get("X-Asked") != "" {
		t.Errorf("%d bytes of %d, asked for %q", len(res.Body), bomb.Len(), res.Header.Get("X-Asked"))
	}
}

func TestDoPassesCancelOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	client := newClient(t, outbound.Options{})
	_, err := client.Do(ctx, outbound.Request{URL: srv.URL})
	var e *outbound.Error
	if !errors.As(err, &e) || e.Kind != outbound.KindCancelled || !e.Sent {
		t.Errorf("got %v", err)
	}
	_, err = client.Do(ctx, outbound.Request{URL: srv.URL})
	if !errors.As(err, &e) || e.Kind != outbound.KindCancelled || e.Sent {
		t.Errorf("cancelled before the start: %v", err)
	}
}
