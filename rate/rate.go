// Package rate bounds how much each of many callers may ask for in a minute, and tells the other servers of an installation
// what was asked for here, so that a caller has one allowance and not one for each server.
//
//	m := rate.New(rate.Default(), send)
//	go m.Run(ctx)
//	left, err := m.Take(rate.Key, keyID, rate.Amount{Fields: 1, Cost: 120}, time.Now())
//
// An allowance is a bucket that holds what is allowed in a minute and fills up again at that pace. What other servers report
// may drive a bucket into debt, which is paid back by waiting: over any time T a caller gets at most what T allows, and beyond
// it once for each server a full bucket, as long as reports arrive. They are lossy hints; while none arrives each server
// counts alone.
package rate

import (
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"time"
)

// Kind is what a caller is known by.
type Kind string

// The kinds of callers.
const (
	Key     Kind = "key"     // an API key
	Thread  Kind = "thread"  // all tokens of one thread together
	Address Kind = "address" // who has no key, or a wrong one
)

// Amount is what is asked for.
type Amount struct {
	Fields int // root fields that are resolved; an alias is one more
	Cost   int // by the complexity of the operation
}

// Limits are what callers of each kind may have in a minute, or all at once. A number of 0 bounds nothing.
type Limits map[Kind]Amount

// Default returns what a server starts with. Servers of an app share one key, so that its numbers are there to stop a
// mistake; tokens are in the hands of customers.
func Default() Limits {
	return Limits{Key: {300_000, 30_000_000}, Thread: {1_200, 600_000}, Address: {1_200, 300_000}}
}

// Error refuses somebody who asks for too much. Nothing was counted.
type Error struct {
	// Wait is when the same may be asked for, if nothing else is meanwhile.
	Wait time.Duration
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("too much was asked for in a minute: come back in %d seconds", e.Seconds())
}

// Seconds is Wait in whole seconds, rounded up.
func (e *Error) Seconds() int { return int((e.Wait + time.Second - 1) / time.Second) }

// maxCallers is how many callers a meter tells apart. More of a kind share one allowance: a flood from everywhere must not take
// the memory of the server.
const maxCallers = 50_000

type caller struct {
	kind Kind
	name string
}

// bucket is what a caller has used of its allowance.
type bucket struct {
	fields, cost level
	untold       Amount // was used since other servers were told
}

// level is when one part of an allowance is whole again.
type level struct{ whole time.Time }

// used is how much of an allowance of so much a minute is missing.
func (l level) used(allowed int, now time.Time) float64 {
	return max(0, float64(allowed)*l.whole.Sub(now).Minutes())
}

// wait is how long until n can be had. More than all can be had when all can.
func (l level) wait(n, allowed int, now time.Time) time.Duration {
	if allowed <= 0 {
		return 0
	}
	over := l.used(allowed, now) + float64(min(n, allowed)) - float64(allowed)
	if over < 1e-6 {
		return 0
	}
	return time.Duration(over / float64(allowed) * float64(time.Minute))
}

func (l *level) take(n, allowed int, now time.Time) {
	if allowed <= 0 {
		return
	}
	if l.whole.Before(now) {
		l.whole = now
	}
	l.whole = l.whole.Add(time.Duration(float64(n) / float64(allowed) * float64(time.Minute)))
}

func (b *bucket) take(a, allowed Amount, now time.Time) {
	b.fields.take(a.Fields, allowed.Fields, now)
	b.cost.take(a.Cost, allowed.Cost, now)
}

// isWhole says whether there is nothing to remember.
func (b *bucket) isWhole(now time.Time) bool {
	return !b.fields.whole.After(now) && !b.cost.whole.After(now)
}

// Meter counts for one server. It is safe for concurrent use. Make it with New.
type Meter struct {
	limits Limits
	send   func(data []byte)

	mu      sync.Mutex // protects all below
	callers map[caller]*bucket
	refused map[Kind]int64
}

// New returns a meter. send tells other servers, by data of at most MaxReport bytes; nil where there are none.
func New(limits Limits, send func(data []byte)) *Meter {
	return &Meter{limits: limits, send: send, callers: map[caller]*bucket{}, refused: map[Kind]int64{}}
}

// Left is what remains of an allowance. A part that is not bounded is -1.
type Left struct {
	Amount
	Whole time.Duration // until all of it can be had again
}

// Take counts what a caller asks for. The error is an *[Error], and nothing is counted then. Whoever asks for more than a whole
// allowance gets it when the allowance is whole, and waits for longer afterwards. A nil meter refuses nothing.
func (m *Meter) Take(kind Kind, name string, a Amount, now time.Time) (Left, error) {
	allowed, bounded := m.allowed(kind)
	if !bounded {
		return Left{Amount: Amount{-1, -1}}, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.bucket(caller{kind, name}, now)
	if wait := max(b.fields.wait(a.Fields, allowed.Fields, now), b.cost.wait(a.Cost, allowed.Cost, now)); wait > 0 {
		m.refused[kind]++
		return left(b, allowed, now), &Error{wait}
	}
	b.take(a, allowed, now)
	b.untold.Fields += a.Fields
	b.untold.Cost += a.Cost
	return left(b, allowed, now), nil
}

// Exhausted says whether a caller could have nothing at all now.
func (m *Meter) Exhausted(kind Kind, name string, now time.Time) error {
	allowed, bounded := m.allowed(kind)
	if !bounded {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, known := m.callers[caller{kind, name}]
	if !known {
		return nil
	}
	if wait := max(b.fields.wait(1, allowed.Fields, now), b.cost.wait(1, allowed.Cost, now)); wait > 0 {
		m.refused[kind]++
		return &Error{wait}
	}
	return nil
}

func (m *Meter) allowed(kind Kind) (Amount, bool) {
	if m == nil {
		return Amount{}, false
	}
	allowed := m.limits[kind]
	return allowed, allowed.Fields > 0 || allowed.Cost > 0
}

// bucket finds the bucket of a caller. Called with the lock.
func (m *Meter) bucket(c caller, now time.Time) *bucket {
	b, known := m.callers[c]
	if known {
		return b
	}
	if len(m.callers) >= maxCallers {
		maps.DeleteFunc(m.callers, func(_ caller, b *bucket) bool { return b.isWhole(now) })
		if len(m.callers) >= maxCallers {
			c.name = ""
		}
	}
	if b, known = m.callers[c]; !known {
		b = &bucket{}
		m.callers[c] = b
	}
	return b
}

func left(b *bucket, allowed Amount, now time.Time) Left {
	rest := func(l level, allowed int) int {
		if allowed <= 0 {
			return -1
		}
		return max(0, int(float64(allowed)-l.used(allowed, now)))
	}
	whole := max(0, b.fields.whole.Sub(now), b.cost.whole.Sub(now))
	return Left{Amount{rest(b.fields, allowed.Fields), rest(b.cost, allowed.Cost)}, whole}
}

// Of is how addresses are told apart: an IPv6 address counts by its network of 64 bits, which one host has for itself.
func Of(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if network, err := a.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}
