//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// balancer is a proxy in front of servers that hands each request to the next one in rotation.
type balancer struct {
	t     *testing.T
	proxy *httputil.ReverseProxy

	mu       sync.Mutex
	in       []string       // hosts in rotation
	next     int            // counts requests
	under    map[string]int // requests by host whose answer has not begun
	answered int
	faults   []string
}

// hostKey is where a request's host is in its context, also when the transport has failed.
type hostKey struct{}

func newBalancer(t *testing.T, servers ...*deadly) (b *balancer, address string) {
	t.Helper()
	b = &balancer{t: t, under: map[string]int{}}
	for _, d := range servers {
		b.in = append(b.in, strings.TrimPrefix(d.address, "http://"))
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second}
	b.proxy = &httputil.ReverseProxy{
		Transport: transport, FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: r.In.Context().Value(hostKey{}).(string)})
			r.SetXForwarded()
		},
		ModifyResponse: func(r *http.Response) error {
			b.settled(r.Request, func() {
				if r.StatusCode >= 500 {
					b.faults = append(b.faults, fmt.Sprintf("%s: %s", r.Request.URL.Host, r.Status))
				}
			})
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			b.settled(r, func() {
				if r.Context().Err() == nil { // otherwise the client has gone
					b.faults = append(b.faults, err.Error())
				}
			})
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	server := httptest.NewServer(b)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	return b, server.URL
}

// ServeHTTP implements http.Handler.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	host := b.in[b.next%len(b.in)]
	b.next++
	b.under[host]++
	b.mu.Unlock()
	b.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), hostKey{}, host)))
}

// settled notes that the answer to a request has begun, or will not come.
func (b *balancer) settled(r *http.Request, also func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.under[r.Context().Value(hostKey{}).(string)]--
	b.answered++
	also()
}

// restart takes a server out of rotation, as what looks after it does, stops it and starts it again. Streams that it has
// are its own to end.
func (b *balancer) restart(d *deadly) {
	b.t.Helper()
	host := strings.TrimPrefix(d.address, "http://")
	b.mu.Lock()
	rest := []string{}
	for _, h := range b.in {
		if h != host {
			rest = append(rest, h)
		}
	}
	b.in = rest
	b.mu.Unlock()
	deadline := time.Now().Add(20 * time.Second)
	for {
		b.mu.Lock()
		n := b.under[host]
		b.mu.Unlock()
		if n == 0 {
			break
		}
		if time.Now().After(deadline) {
			b.t.Errorf("%d requests at %s are not answered", n, host)
			break
		}
		time.Sleep(5 * time.Millisecond) // requests of many goroutines
	}
	begin := time.Now()
	d.signal(syscall.SIGTERM)
	select {
	case <-d.died:
	case <-time.After(drainFor + 15*time.Second):
		b.t.Fatal("the server does not stop")
	}
	if code := d.command.ProcessState.ExitCode(); code != 0 {
		b.t.Errorf("the server ended with %d", code)
	}
	stopped := time.Since(begin)
	d.start("")
	b.t.Logf("%s stopped in %v and started in %v", host, stopped.Round(time.Millisecond), (time.Since(begin) - stopped).Round(time.Millisecond))
	b.mu.Lock()
	b.in = append(b.in, host)
	b.mu.Unlock()
}

// TestRollingRestart restarts two servers on one Postgres one after the other, under load: no request fails, and nothing is
// lost, twice or out of order.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	first, second, s := pair(t)
	second.start("")
	b, address := newBalancer(t, first, second)
	s.api.addresses = []string{address}
	s.operator.addresses = s.api.addresses
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	stop := make(chan struct{})
	played := s.load(ctx, stop)
	for _, d := range []*deadly{first, second} {
		time.Sleep(2 * time.Second)
		b.restart(d)
	}
	time.Sleep(time.Second)
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
