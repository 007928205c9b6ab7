package main

import (
	"fmt"
	"strings"
	"testing"
)

// delivered is evidence without a fault: three messages of one thread, at an endpoint of each ordering.
func delivered() (*arrivals, *deliveryState) {
	a := &arrivals{endpoints: map[string]endpoint{}}
	state := &deliveryState{messages: map[string][]int{"t": {2, 3, 4}}}
	for _, ordering := range []string{"THREAD", "FIFO", "NONE"} {
		a.endpoint(ordering, "int_"+ordering, ordering, "")
		for _, sequence := range state.messages["t"] {
			a.comes(ordering, sequence, true)
			d := deliveryTold{ID: fmt.Sprint(ordering, sequence), State: "DONE", ThreadID: "t", Sequence: sequence, endpoint: ordering}
			d.AttemptLog = append(d.AttemptLog, struct {
				Number  int
				Outcome string
			}{1, "SUCCEEDED"})
			state.deliveries = append(state.deliveries, d)
		}
	}
	return a, state
}

// comes adds an arrival.
func (a *arrivals) comes(path string, sequence int, taken bool) {
	one := &arrival{place{path, "t", sequence}, fmt.Sprint("evt_", sequence), fmt.Sprint("body ", sequence)}
	a.marks = append(a.marks, mark{one, false})
	if taken {
		a.marks = append(a.marks, mark{one, true})
	}
}

// TestCrashCheckerOfDeliveriesFindsWhatIsForged shows that each of the checks can fail.
func TestCrashCheckerOfDeliveriesFindsWhatIsForged(t *testing.T) {
	t.Parallel()
	for want, forge := range map[string]func(a *arrivals, state *deliveryState){
		"": func(*arrivals, *deliveryState) {},
		"more than 1 kills explain": func(a *arrivals, _ *deliveryState) {
			for range inFlight + 1 {
				a.comes("NONE", 2, true)
			}
		},
		"came with two bodies": func(a *arrivals, _ *deliveryState) { a.marks[0].body = "other" },
		"has two deliveries":   func(_ *arrivals, s *deliveryState) { s.deliveries = append(s.deliveries, s.deliveries[0]) },
		"stepped aside":        func(_ *arrivals, s *deliveryState) { s.deliveries[3].SteppedAside = true },
		"THREAD is HELD":       func(_ *arrivals, s *deliveryState) { s.deliveries[0].State = "HELD" },
		"which had succeeded": func(_ *arrivals, s *deliveryState) {
			s.deliveries[0].AttemptLog = append(s.deliveries[0].AttemptLog, s.deliveries[0].AttemptLog...)
		},
		"NONE never took it": func(a *arrivals, _ *deliveryState) { a.marks = a.marks[:len(a.marks)-1] },
		"exists false":       func(_ *arrivals, s *deliveryState) { s.deliveries = s.deliveries[1:] },
		"arrived false":      func(a *arrivals, _ *deliveryState) { a.marks = a.marks[2:] },
		"got message 3 of t before 2": func(a *arrivals, _ *deliveryState) {
			a.marks = append(a.marks[2:4:4], append(a.marks[:2:2], a.marks[4:]...)...)
		},
		"while its queue stood at": func(a *arrivals, s *deliveryState) {
			s.messages["u"] = []int{2}
			other := &arrival{place{"FIFO", "u", 2}, "evt_u", "body u"}
			a.marks = append(a.marks[:7:7], append([]mark{{other, false}, {other, true}}, a.marks[7:]...)...)
		},
	} {
		a, state := delivered()
		forge(a, state)
		faults, _ := a.judge(state, 1)
		if found := strings.Join(faults, "\n"); want == "" && found != "" || !strings.Contains(found, want) {
			t.Errorf("%q is not among the faults:\n%s", want, found)
		}
	}
	a, state := delivered()
	a.marks = append(a.marks[2:4:4], append(a.marks[:2:2], a.marks[4:]...)...)
	state.deliveries[0].SteppedAside = true
	if faults, asides := a.judge(state, 1); len(faults) > 0 || asides != 1 {
		t.Errorf("%d stepped aside, and the faults are %q", asides, faults)
	}
}
