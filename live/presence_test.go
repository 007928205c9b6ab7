package live

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func operator(id string) Person { return Person{"OPERATOR", id, "Name of " + id} }

// said shows changes as "id present typing".
func said(changes []Presence) string {
	all := ""
	for _, c := range changes {
		all += fmt.Sprintf("%s %v %v;", c.ID, c.Present, c.Typing)
	}
	return all
}

func TestPeopleComeTypeAndLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewPresences(nil)
		w := s.Watch("w", "t")
		expect := func(w *PresenceWatcher, wanted string, in time.Duration) {
			t.Helper()
			changes, next := w.Next(time.Now())
			if said(changes) != wanted || next.IsZero() != (in == 0) || in > 0 && time.Until(next) != in {
				t.Fatalf("got %q until %v, want %q until %v", said(changes), time.Until(next), wanted, in)
			}
		}
		set := func(id string, present, typing bool) {
			s.Set("w", "t", Presence{operator(id), present, typing}, time.Now())
		}
		expect(w, "", 0)
		set("a", true, false)
		set("b", true, true)
		expect(w, "a true false;b true true;", TypingFor)
		late := s.Watch("w", "t")
		expect(late, "a true false;b true true;", TypingFor)
		s.Set("other", "t", Presence{operator("x"), true, true}, time.Now())
		set("b", true, true)
		expect(w, "", TypingFor) // nothing new
		time.Sleep(TypingFor)
		expect(w, "b true false;", PresentFor-TypingFor)
		set("b", false, true) // who leaves does not type
		expect(w, "b false false;", PresentFor-TypingFor)
		time.Sleep(PresentFor - TypingFor)
		expect(w, "a false false;", 0)
		expect(late, "a false false;b false false;", 0)
		set("c", false, false) // was never there
		expect(w, "", 0)
		w.Close()
		w.Close()
		late.Close()
		time.Sleep(2 * PresentFor)
		s.Set("w", "u", Presence{operator("x"), true, false}, time.Now()) // sweeps
		if len(s.venues) != 1 {
			t.Errorf("%d topics are left", len(s.venues))
		}
	})
}

func TestPeopleAreBounded(t *testing.T) {
	s := NewPresences(nil)
	for i := range 2 * maxPeople {
		s.Set("w", "t", Presence{operator(fmt.Sprint(i)), true, false}, time.Now())
	}
	if n := len(s.venues[key{"w", "t"}].people); n != maxPeople {
		t.Errorf("%d people", n)
	}
}

func TestPeopleAreKnownAtOtherServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far, sent := NewPresences(func([]byte) { t.Error("what was heard is told again") }), 0
		near := NewPresences(func(data []byte) { sent++; far.Heard(data, time.Now()) })
		w := far.Watch("w", "t")
		for range 30 { // as an agent that writes
			near.Set("w", "t", Presence{Person{Kind: "AGENT"}, true, true}, time.Now())
			time.Sleep(500 * time.Millisecond)
		}
		if changes, _ := w.Next(time.Now()); said(changes) != " true true;" {
			t.Errorf("far: %q", said(changes))
		}
		if sent < 2 || sent > 5 {
			t.Errorf("%d messages in 15 s of typing", sent)
		}
		near.Set("w", "t", Presence{Person{Kind: "AGENT"}, false, false}, time.Now())
		if changes, _ := w.Next(time.Now()); said(changes) != " false false;" {
			t.Errorf("far: %q", said(changes))
		}
		far.Heard([]byte("{"), time.Now())
	})
}
