//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// balancer is a proxy in front of servers as docs/operations.md wants one: it asks each at /readyz, and hands requests to those
// that are ready, in turn.
type balancer struct {
	t     *testing.T
	proxy *httputil.ReverseProxy

	mu       sync.Mutex // protects what follows
	in       []string   // hosts that are ready
	next     int        // counts requests
	answered int
	faults   []string
}

// hostKey is where a request's host is in its context, also when the transport has failed.
type hostKey struct{}

// newBalancer returns once all servers are ready; it asks them until ctx ends.
func newBalancer(ctx context.Context, t *testing.T, servers ...*deadly) (b *balancer, address string) {
	t.Helper()
	b = &balancer{t: t}
	transport := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second}
	b.proxy = &httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), // streams that a server ended
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: r.In.Context().Value(hostKey{}).(string)})
			r.SetXForwarded()
		},
		ModifyResponse: func(r *http.Response) error {
			if r.StatusCode >= 500 {
				b.fault("%s: %s", r.Request.URL.Host, r.Status)
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil { // otherwise the client has gone
				b.fault("%v", err)
			}
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	server := httptest.NewServer(b)
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	for _, d := range servers {
		host := strings.TrimPrefix(d.address, "http://")
		asking.Go(func() {
			for ctx.Err() == nil {
				b.rotate(host, isReady(ctx, transport, host))
				dawdle(100)
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		asking.Wait()
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	for _, d := range servers {
		b.await(d, true)
	}
	return b, server.URL
}

// isReady asks a server at /readyz.
func isReady(ctx context.Context, transport http.RoundTripper, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// rotate takes a host into rotation or out of it.
func (b *balancer) rotate(host string, ready bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch i := slices.Index(b.in, host); {
	case ready && i < 0:
		b.in = append(b.in, host)
	case !ready && i >= 0:
		b.in = slices.Delete(b.in, i, i+1)
	}
}

// await waits until a server is in rotation, or out of it.
func (b *balancer) await(d *deadly, in bool) {
	b.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		b.mu.Lock()
		is := slices.Contains(b.in, strings.TrimPrefix(d.address, "http://"))
		b.mu.Unlock()
		if is == in {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s is in rotation: %v", d.address, is)
		}
		dawdle(20)
	}
}

func (b *balancer) fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

// ServeHTTP implements http.Handler.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	host := ""
	if len(b.in) > 0 {
		host = b.in[b.next%len(b.in)]
		b.next++
	}
	b.mu.Unlock()
	if host == "" {
		b.fault("no server is ready")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	b.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), hostKey{}, host)))
	b.mu.Lock()
	b.answered++
	b.mu.Unlock()
}

// restart stops a server as whoever looks after it does, without a word to the proxy, and starts it again.
func (b *balancer) restart(d *deadly) {
	b.t.Helper()
	begin := time.Now()
	d.signal(syscall.SIGTERM)
	select {
	case <-d.died:
	case <-time.After(rollingDelay + drainFor + 15*time.Second):
		b.t.Fatal("the server does not stop")
	}
	if code := d.command.ProcessState.ExitCode(); code != 0 {
		b.t.Errorf("the server ended with %d", code)
	}
	stopped := time.Since(begin)
	b.await(d, false)
	d.start("")
	b.await(d, true)
	b.t.Logf("%s stopped in %v and was ready again %v later", d.address, stopped.Round(time.Millisecond), (time.Since(begin) - stopped).Round(time.Millisecond))
}

// rollingDelay is how long a server serves on after SIGTERM.
const rollingDelay = 1500 * time.Millisecond

// TestRollingRestart restarts two servers on one Postgres one after the other, under load: no request fails, and nothing is
// lost, twice or out of order.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	first, second, s := pair(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	first.kill() // it has no delay yet
	for _, d := range []*deadly{first, second} {
		d.e["PARLEY_STOP_DELAY"], d.e["PARLEY_WEBHOOK_RETRIES"] = rollingDelay.String(), soonAgain
		d.start("")
	}
	b, address := newBalancer(ctx, t, first, second)
	s.api.addresses = []string{address}
	s.operator.addresses = s.api.addresses
	stop := make(chan struct{})
	played := s.load(ctx, stop)
	for _, d := range []*deadly{first, second} {
		dawdle(1000)
		b.restart(d)
	}
	dawdle(500)
	close(stop)
	played.Wait()
	b.mu.Lock()
	t.Logf("%d requests", b.answered)
	for _, fault := range b.faults[:min(len(b.faults), 10)] {
		t.Errorf("a request failed: %s", fault)
	}
	if b.answered < 100 {
		t.Errorf("only %d requests were made", b.answered)
	}
	b.mu.Unlock()
	s.verdict(ctx, cancel, "after a rolling restart")
}
