package delivery

import (
	"time"

	"parley/ent/attempt"
	"parley/ent/integrationhealth"
	"parley/ent/ms"
)

// Breaker says how long an endpoint that fails is left alone.
type Breaker struct {
	First time.Duration // the first time; 0 means 15 s
	Most  time.Duration // each time in a row is twice as long, up to this; 0 means 10 min
}

const (
	// breakAfter is how many failures in a row open a breaker.
	breakAfter = 5
	// breakWindow is counted from the first outcome in it. With at least breakLeast outcomes, half of them failures, the
	// breaker opens too.
	breakWindow = time.Minute
	breakLeast  = 20
)

// verdict is what an outcome says about the endpoint.
type verdict int

const (
	silent  verdict = iota // nothing was sent, or we do not know what came of it
	took                   // it has the event
	aborted                // it does not want this one
	refused                // it answered, and did not take the event
	broken                 // no answer, or one that says that the endpoint itself is in trouble
	ours                   // we would not send: its address is refused, or its secret cannot be read
)

func (r result) verdict() verdict {
	if r.outcome == nil {
		return silent
	}
	switch o := r.outcome; o.Result {
	case attempt.OutcomeSUCCEEDED:
		return took
	case attempt.OutcomeLOST:
		return silent
	case attempt.OutcomeBLOCKED:
		return ours
	case attempt.OutcomeREFUSED:
		switch {
		case o.abort:
			return aborted
		case o.Status < 500 && o.Status != 429:
			return refused
		}
	}
	return broken
}

// wait is how long the nth time in a row lasts, from 1 on.
func (b Breaker) wait(n int64) time.Duration {
	wait := b.First
	for ; n > 1 && wait < b.Most; n-- {
		wait *= 2
	}
	return min(wait, b.Most)
}

// after returns an endpoint's health after one more outcome. It is a pure function.
//
// An open breaker is half open as soon as its time is over: whoever claims lets one delivery through, and what comes of
// that one closes the breaker or opens it again. What was sent before it opened decides nothing. An answer that is no
// success closes it too, for it shows that the endpoint is there.
func (b Breaker) after(h health, r result, now ms.Time) health {
	v := r.verdict()
	switch v {
	case silent:
		return h
	case took:
		h.failures, h.firstFailure, h.notices, h.lastSuccess = 0, 0, 0, now
	case refused, broken, ours:
		h.failures++
		h.lastFailure = now
		if h.firstFailure == 0 {
			h.firstFailure = now
		}
	}
	if r.outcome.pause > 0 {
		h.pausedUntil = max(h.pausedUntil, now.Add(r.outcome.pause))
	}
	if v == ours { // says nothing about the endpoint; a pause keeps us from trying for nothing
		h.pausedUntil = max(h.pausedUntil, now.Add(b.wait(h.failures)))
		return h
	}
	probe := h.breaker == integrationhealth.BreakerHALF_OPEN ||
		h.breaker == integrationhealth.BreakerOPEN && r.claimedAt >= h.breakerUntil
	switch {
	case h.breaker == integrationhealth.BreakerCLOSED:
		h = h.counted(1, v == broken, now)
		if v == broken && (h.failures >= breakAfter || h.windowTotal >= breakLeast && 2*h.windowFailed >= h.windowTotal) {
			h = b.open(h, now)
		}
	case !probe:
	case v == broken:
		h = b.open(h, now)
	default:
		h.breaker, h.breakerUntil, h.trips = integrationhealth.BreakerCLOSED, 0, 0
	}
	return h
}

func (b Breaker) open(h health, now ms.Time) health {
	h.trips++
	h.breaker, h.breakerUntil = integrationhealth.BreakerOPEN, now.Add(b.wait(h.trips))
	h.windowFrom, h.windowTotal, h.windowFailed = 0, 0, 0
	return h
}

// counted returns the health with n more outcomes in its window.
func (h health) counted(n int, failed bool, now ms.Time) health {
	if h.windowFrom == 0 || now.Sub(h.windowFrom) >= breakWindow {
		h.windowFrom, h.windowTotal, h.windowFailed = now, 0, 0
	}
	h.windowTotal += int64(n)
	if failed {
		h.windowFailed += int64(n)
	}
	return h
}
