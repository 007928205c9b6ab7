package graph

import (
	"context"
	"net/http"
	"strings"
	"time"

	"parley/rate"
)

// Who has used up an allowance and asks on is told so after a while, so that one connection cannot ask as fast as it can send;
// so many may wait for it at once, the next hear it at once.
const (
	refusedAfter   = 100 * time.Millisecond
	refusedWaiting = 1000
)

// mayAsk refuses a request of an address that has used up its allowance, before its body is read, unless it comes with a key or
// session that let somebody in before. A stream ticket is judged when it is redeemed.
func (f *front) mayAsk(r *http.Request) error {
	if r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, "ticket=") {
		return nil
	}
	err := f.mayTry(r.Context(), f.secretOf(r))
	if err != nil {
		f.holdUp(r.Context())
	}
	return err
}

// holdUp waits before a refusal.
func (f *front) holdUp(ctx context.Context) {
	select {
	case f.refused <- struct{}{}:
	default:
		return
	}
	defer func() { <-f.refused }()
	select {
	case <-time.After(refusedAfter):
	case <-ctx.Done():
	}
}

// unreadable counts a request that asked for nothing that could be read, as one root field of its address; with a key or session
// that is known it is a mistake of an app.
func (f *front) unreadable(r *http.Request) {
	if !f.good.has(f.secretOf(r)) {
		_, _ = f.meter.Take(rate.Address, address(r.Context()), rate.Amount{Fields: 1}, time.Now()) // it is refused already
	}
}

// secretOf is what a request shows to be let in; empty if it shows nothing.
func (f *front) secretOf(r *http.Request) string {
	if _, secret, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		return strings.TrimSpace(secret)
	}
	if sent, err := r.Cookie(f.proxies.cookie(r, "").Name); err == nil {
		return sent.Value
	}
	return ""
}
