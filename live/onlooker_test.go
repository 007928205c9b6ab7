package live

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever comes and goes in whatever topics: what an onlooker was told is what holds, whenever it was told that there is something
// and has read it, and between that as long as nothing was to change by itself.
func TestAnOnlookerKnowsWhoIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, now := NewPresences(nil), time.Now()
		type place struct{ topic, kind, id string }
		view := map[place]Presence{}
		var o *Onlooker
		var next time.Time
		signalled := false
		check := func() {
			if o == nil {
				return
			}
			select {
			case <-o.Changed():
				signalled = true
			default:
			}
			if signalled || !next.IsZero() && !now.Before(next) {
				return // it is to be read
			}
			holds := map[place]Presence{}
			for at, of := range s.venues {
				for who, p := range of.people {
					if state := p.at(now); state.Present && at.workspace == "w" {
						holds[place{at.topic, who.kind, who.id}] = state
					}
				}
			}
			if !maps.Equal(holds, view) {
				t.Fatalf("it was told %v, and %v holds", view, holds)
			}
		}
		topics := rapid.SampledFrom([]string{"a", "b", "c"})
		t.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { check() },
			"set": func(t *rapid.T) {
				p := Presence{Person{rapid.SampledFrom([]string{"CUSTOMER", "OPERATOR"}).Draw(t, "kind"), rapid.SampledFrom([]string{"", "1"}).Draw(t, "id"), "n"},
					rapid.Bool().Draw(t, "present"), rapid.Bool().Draw(t, "typing")}
				s.Set(rapid.SampledFrom([]string{"w", "v"}).Draw(t, "workspace"), topics.Draw(t, "topic"), p, now)
			},
			"watch": func(t *rapid.T) {
				if o == nil {
					o = s.WatchAll("w")
				}
			},
			"again": func(t *rapid.T) {
				if o != nil {
					topic := topics.Draw(t, "topic")
					for at := range view {
						if at.topic == topic && s.venues[key{"w", topic}] != nil {
							delete(view, at) // all who are there come anew
						}
					}
					o.Again(topic)
				}
			},
			"read": func(t *rapid.T) {
				if o == nil {
					t.Skip("nobody looks")
				}
				check()
				var changes []Seen
				changes, next = o.Next(now)
				signalled = false
				for _, c := range changes {
					at := place{c.Topic, c.Kind, c.ID}
					if view[at] == c.Presence {
						t.Fatalf("%+v was told already", c)
					}
					if view[at] = c.Presence; !c.Present {
						delete(view, at)
					}
				}
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
			},
		})
		if o != nil {
			o.Close()
			o.Close()
		}
		if len(s.onlookers) > 0 {
			t.Fatal(fmt.Sprint(len(s.onlookers), " onlookers are left"))
		}
	})
}
