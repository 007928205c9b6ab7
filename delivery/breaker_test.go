package delivery

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/ent"
	"parley/ent/attempt"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	"parley/ent/ms"
)

// The breaker is a function of time alone, so these tests have no clock: they say what time it is.

var usual = Breaker{15 * time.Second, 10 * time.Minute}

const begin ms.Time = 1_767_225_600_000

// came is an outcome of a delivery that was claimed at a time.
func came(at ms.Time, outcome attempt.Outcome, status int) result {
	return result{&job{claimedAt: at}, &Outcome{Result: outcome, Status: status}}
}

func good(at ms.Time) result { return came(at, attempt.OutcomeSUCCEEDED, 200) }
func bad(at ms.Time) result  { return came(at, attempt.OutcomeREFUSED, 500) }

func closed() health { return health{breaker: integrationhealth.BreakerCLOSED} }

func TestFiveFailuresInARowOpenTheBreaker(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome attempt.Outcome
		status  int
		opens   bool
	}{
		{"500", attempt.OutcomeREFUSED, 500, true},
		{"429", attempt.OutcomeREFUSED, 429, true},
		{"unreachable", attempt.OutcomeUNREACHABLE, 0, true},
		{"timeout", attempt.OutcomeTIMED_OUT, 0, true},
		{"404", attempt.OutcomeREFUSED, 404, false},
		{"302", attempt.OutcomeREFUSED, 302, false},
		{"blocked", attempt.OutcomeBLOCKED, 0, false},
		{"lost", attempt.OutcomeLOST, 0, false},
		{"200", attempt.OutcomeSUCCEEDED, 200, false},
	} {
		h := closed()
		for i := range 5 {
			if h.breaker != integrationhealth.BreakerCLOSED {
				t.Fatalf("%s: open after %d", c.name, i)
			}
			h = usual.after(h, came(begin, c.outcome, c.status), begin)
		}
		if opens := h.breaker == integrationhealth.BreakerOPEN; opens != c.opens {
			t.Errorf("%s: opens %v", c.name, opens)
		}
		if c.opens && h.breakerUntil != begin.Add(15*time.Second) {
			t.Errorf("%s: open until %v", c.name, h.breakerUntil.Time())
		}
	}
}

func TestHalfOfTwentyInAMinuteOpensTheBreaker(t *testing.T) {
	play := func(step time.Duration, n int, fails func(i int) bool) (h health, opened int) {
		h = closed()
		for i := range n {
			at := begin.Add(time.Duration(i) * step)
			r := good(at)
			if fails(i) {
				r = bad(at)
			}
			if h = usual.after(h, r, at); h.breaker != integrationhealth.BreakerCLOSED {
				return h, i + 1
			}
		}
		return h, 0
	}
	half := func(i int) bool { return i%2 == 1 }
	if _, at := play(time.Second, 100, half); at != 20 {
		t.Errorf("half of them within a minute: opened after %d, want 20", at)
	}
	if _, at := play(4*time.Second, 100, half); at != 0 {
		t.Errorf("fewer than twenty in a minute: opened after %d", at)
	}
	if _, at := play(time.Second, 1000, func(i int) bool { return i%5 > 2 }); at != 0 {
		t.Errorf("two of five: opened after %d", at)
	}
}

func TestAnOpenBreakerLetsOneThroughAndWaitsLongerEachTime(t *testing.T) {
	h := closed()
	for range 5 {
		h = usual.after(h, bad(begin), begin)
	}
	want := 15 * time.Second
	for range 8 {
		until := h.breakerUntil
		if h = usual.after(h, good(until-1), until+5); h.breaker != integrationhealth.BreakerOPEN || h.breakerUntil != until {
			t.Fatalf("what was sent before has decided: %+v", h)
		}
		if h = usual.after(h, came(until, attempt.OutcomeLOST, 0), until+5); h.breaker != integrationhealth.BreakerOPEN || h.breakerUntil != until {
			t.Fatalf("what was lost has decided: %+v", h)
		}
		h = usual.after(h, bad(until), until+10)
		want = min(2*want, 10*time.Minute)
		if h.breakerUntil != (until+10).Add(want) || h.breaker != integrationhealth.BreakerOPEN {
			t.Fatalf("open until %v, want %s", h.breakerUntil.Time(), want)
		}
	}
	if want != 10*time.Minute {
		t.Errorf("the wait has grown to %s", want)
	}
	for name, answer := range map[string]result{"success": good(h.breakerUntil), "another answer": came(h.breakerUntil, attempt.OutcomeREFUSED, 400)} {
		if after := usual.after(h, answer, h.breakerUntil); after.breaker != integrationhealth.BreakerCLOSED || after.trips != 0 || after.breakerUntil != 0 {
			t.Errorf("%s: %+v", name, after)
		}
	}
}

func TestWhatWeRefuseToSendPausesAndCostsNoTry(t *testing.T) {
	h := closed()
	r := came(begin, attempt.OutcomeBLOCKED, 0)
	for n, want := range []time.Duration{15 * time.Second, 30 * time.Second, time.Minute} {
		h = usual.after(h, r, begin)
		if h.pausedUntil != begin.Add(want) || h.failures != int64(n+1) || h.breaker != integrationhealth.BreakerCLOSED {
			t.Errorf("%+v, want a pause of %s", h, want)
		}
	}
	for range 100 {
		h = usual.after(h, r, begin)
	}
	if h.pausedUntil != begin.Add(10*time.Minute) {
		t.Errorf("paused until %v", h.pausedUntil.Time())
	}
	if st := DefaultSchedule.next(r, endpointState{state: "ENABLED", ordering: "THREAD"}, begin, 0); st.tries != 0 || st.state != "PENDING" || st.stepsAside {
		t.Errorf("%+v", st)
	}
}

// TestTheBreakerWhateverComes holds random stories against what must always be true.
func TestTheBreakerWhateverComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, now := closed(), begin
		inARow := int64(0)
		for range rapid.IntRange(1, 200).Draw(t, "outcomes") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "pause")) * time.Millisecond)
			claimed := now.Add(-time.Duration(rapid.IntRange(0, 30_000).Draw(t, "took")) * time.Millisecond)
			r := rapid.SampledFrom([]result{
				good(claimed), bad(claimed), came(claimed, attempt.OutcomeTIMED_OUT, 0), came(claimed, attempt.OutcomeREFUSED, 404),
				came(claimed, attempt.OutcomeLOST, 0), came(claimed, attempt.OutcomeBLOCKED, 0), {&job{claimedAt: claimed}, nil},
			}).Draw(t, "outcome")
			before := h
			h = usual.after(h, r, now)
			switch r.verdict() {
			case silent:
				if h != before {
					t.Fatalf("%+v became %+v for nothing", before, h)
				}
			case took:
				inARow = 0
			default:
				inARow++
			}
			open := h.breaker == integrationhealth.BreakerOPEN
			switch {
			case h.failures != inARow, (h.failures == 0) != (h.firstFailure == 0):
				t.Fatalf("%d in a row, %+v", inARow, h)
			case open != (h.breakerUntil != 0), open != (h.trips > 0):
				t.Fatalf("half open, half closed: %+v", h)
			case open && before.breaker != integrationhealth.BreakerOPEN && r.verdict() != broken:
				t.Fatalf("opened by %+v", r.outcome)
			case !open && before.breaker == integrationhealth.BreakerOPEN && claimed < before.breakerUntil:
				t.Fatalf("closed by what was claimed before")
			case h.trips > before.trips && h.breakerUntil.Sub(now) > 10*time.Minute:
				t.Fatalf("open for %s", h.breakerUntil.Sub(now))
			}
		}
	})
}

func TestWhenNoticesAreDue(t *testing.T) {
	h := health{failures: 10, firstFailure: begin, lastFailure: begin.Add(25 * time.Hour)}
	for after, want := range map[time.Duration]int64{
		0: 0, time.Hour - time.Millisecond: 0, time.Hour: 1, 23 * time.Hour: 1, 24 * time.Hour: 2, 71 * time.Hour: 2, 72 * time.Hour: 3, 1000 * time.Hour: 3,
	} {
		if n := h.notice(begin.Add(after)); n != want {
			t.Errorf("%d notices after %s, want %d", n, after, want)
		}
	}
	days := func(n int) ms.Time { return begin.Add(time.Duration(n) * 24 * time.Hour) }
	few, short := h, h
	few.failures, short.lastFailure = 9, begin.Add(23*time.Hour)
	for name, c := range map[string]struct {
		h    health
		now  ms.Time
		want bool
	}{
		"five days": {h, days(5), true}, "four days": {h, days(5) - 1, false}, "few failures": {few, days(6), false},
		"all at once": {short, days(6), false}, "healthy": {closed(), days(6), false},
	} {
		if got := c.h.hopeless(c.now); got != c.want {
			t.Errorf("%s: hopeless %v", name, got)
		}
	}
}

func TestAWholeThreadIsReleasedAtOnce(t *testing.T) {
	rows := func(threads ...int) (list []heldRow) { // a number of rows for each thread
		for i, n := range threads {
			for range n {
				list = append(list, heldRow{thread: string(rune('a' + i))})
			}
		}
		return list
	}
	for name, c := range map[string]struct {
		rows     []heldRow
		ordering string
		all      bool
		want     int
	}{
		"few":                         {rows(3, 4), "THREAD", true, 7},
		"the last may go on":          {rows(3, 4), "THREAD", false, 3},
		"one is cut":                  {rows(600, 600), "THREAD", true, 600},
		"one ends where a batch does": {rows(600, 400, 5), "THREAD", true, 1000},
		"one is larger than a batch":  {rows(1500, 3), "THREAD", true, 1000},
		"in a queue":                  {rows(600, 600), "FIFO", true, 1000},
	} {
		if n := nextBatch(c.rows, integration.Ordering(c.ordering), c.all); n != c.want {
			t.Errorf("%s: %d, want %d", name, n, c.want)
		}
	}
}

func TestAnEndpointsStatusIsOneWord(t *testing.T) {
	past, future := begin.Add(-time.Minute), begin.Add(time.Minute)
	on := &ent.Integration{State: integration.StateENABLED}
	closed, open := integrationhealth.BreakerCLOSED, integrationhealth.BreakerOPEN
	for want, c := range map[Status]struct {
		in     *ent.Integration
		health ent.IntegrationHealth
		probe  *ms.Time
	}{
		StatusHealthy:  {on, ent.IntegrationHealth{Breaker: closed, PausedUntil: &past}, nil},
		StatusFailing:  {on, ent.IntegrationHealth{Breaker: closed, ConsecutiveFailures: 1}, nil},
		StatusPaused:   {on, ent.IntegrationHealth{Breaker: closed, ConsecutiveFailures: 1, PausedUntil: &future}, nil},
		StatusOpen:     {on, ent.IntegrationHealth{Breaker: open, BreakerUntil: &past, PausedUntil: &future}, &future},
		StatusDisabled: {&ent.Integration{State: integration.StateDISABLED}, ent.IntegrationHealth{Breaker: open, BreakerUntil: &past}, &past},
	} {
		if got := StatusOf(c.in, &c.health, begin); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := NextProbe(&c.health); (got == nil) != (c.probe == nil) || got != nil && *got != *c.probe {
			t.Errorf("%s: next probe %v, want %v", want, got, c.probe)
		}
	}
}
