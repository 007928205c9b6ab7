package access

import (
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// LimitedError refuses somebody who asks too often.
type LimitedError struct {
	// After is when the next try is allowed.
	After time.Duration
}

// Error implements error.
func (e *LimitedError) Error() string {
	return fmt.Sprintf("too many tries: come back in %d seconds", e.Seconds())
}

// Seconds is After in whole seconds, rounded up.
func (e *LimitedError) Seconds() int { return int((e.After + time.Second - 1) / time.Second) }

// maxCallers is how many callers a Rate tells apart at once. More share one allowance: a flood from everywhere must not take
// the memory of the server.
const maxCallers = 20_000

// Rate bounds how often each of many may do something, in this process. It is safe for concurrent use.
type Rate struct {
	burst int
	every time.Duration

	mu   sync.Mutex           // protects free
	free map[string]time.Time // when a caller has its whole burst again
}

// NewRate allows each caller burst times at once, and one more with each time that every has passed.
func NewRate(burst int, every time.Duration) *Rate {
	return &Rate{burst: burst, every: every, free: map[string]time.Time{}}
}

// Take counts a try of a caller. The error is a *[LimitedError], and the try does not count then.
func (r *Rate) Take(caller string, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.free[caller]; !known && len(r.free) >= maxCallers {
		for other, at := range r.free {
			if !at.After(now) {
				delete(r.free, other)
			}
		}
		if len(r.free) >= maxCallers {
			caller = ""
		}
	}
	at := r.free[caller]
	if at.Before(now) {
		at = now
	}
	if wait := at.Sub(now) - time.Duration(r.burst-1)*r.every; wait > 0 {
		return &LimitedError{wait}
	}
	r.free[caller] = at.Add(r.every)
	return nil
}

// CallerOf is how a Rate tells addresses apart: an IPv6 address counts by its network of 64 bits, which one host has for itself.
func CallerOf(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if network, err := a.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}
