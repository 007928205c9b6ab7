package live

import (
	"cmp"
	"slices"
	"time"
)

// Seen is what is known of a person in one topic.
type Seen struct {
	Topic string
	Presence
}

// Onlooker reads who is there in all topics of a workspace, at its own pace. It belongs to one goroutine, which calls Close when
// it is done.
type Onlooker struct {
	of        *Presences
	workspace string
	changed   chan struct{}

	// Protected by the lock of Presences.
	dirty map[string]struct{} // topics to be looked at
	known map[string]scene    // those where somebody was said to be
	next  time.Time           // when something of them may change by itself; zero: never
}

// scene is what was told of a topic.
type scene struct {
	people map[personKey]Presence
	next   time.Time // when something changes by itself
}

// WatchAll returns a watcher of all topics of a workspace, to which everybody who is there is new.
func (s *Presences) WatchAll(workspace string) *Onlooker {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &Onlooker{of: s, workspace: workspace, changed: make(chan struct{}, 1), dirty: map[string]struct{}{}, known: map[string]scene{}}
	s.onlookers[workspace] = append(s.onlookers[workspace], o)
	for at := range s.venues {
		if at.workspace == workspace {
			o.soil(at.topic)
		}
	}
	return o
}

// Close ends the watching. It may be called again.
func (o *Onlooker) Close() {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	all := slices.DeleteFunc(o.of.onlookers[o.workspace], func(other *Onlooker) bool { return other == o })
	if o.of.onlookers[o.workspace] = all; len(all) == 0 {
		delete(o.of.onlookers, o.workspace)
	}
}

// Changed returns a channel that has a value when Next may have something; many changes are one value. It is never closed.
func (o *Onlooker) Changed() <-chan struct{} { return o.changed }

// Again has those who are in a topic be new once more.
func (o *Onlooker) Again(topic string) {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	if _, somebody := o.of.venues[key{o.workspace, topic}]; somebody {
		delete(o.known, topic)
		o.soil(topic)
	}
}

// Next returns what has changed since the last call, in a fixed order, and when something may change by itself, if nobody says
// anything before; zero means never.
func (o *Onlooker) Next(now time.Time) (changes []Seen, next time.Time) {
	o.of.mu.Lock()
	defer o.of.mu.Unlock()
	if !o.next.IsZero() && !now.Before(o.next) {
		o.next = time.Time{}
		for topic, s := range o.known {
			if !now.Before(s.next) {
				o.dirty[topic] = struct{}{}
			} else {
				o.next = sooner(o.next, s.next)
			}
		}
	}
	for topic := range o.dirty {
		changes = o.look(changes, topic, now)
	}
	clear(o.dirty)
	slices.SortFunc(changes, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return changes, o.next
}

// look compares a topic with what was told of it. Who has left without a word may be forgotten there already. The caller holds
// the lock, as with all below.
func (o *Onlooker) look(changes []Seen, topic string, now time.Time) []Seen {
	was, is := o.known[topic].people, scene{people: map[personKey]Presence{}}
	if of := o.of.venues[key{o.workspace, topic}]; of != nil {
		for who, p := range of.people {
			state := p.at(now)
			if !state.Present {
				continue
			}
			is.people[who] = state
			is.next = sooner(is.next, p.present)
			if state.Typing {
				is.next = sooner(is.next, p.typing)
			}
			if state != was[who] {
				changes = append(changes, Seen{topic, state})
			}
		}
	}
	for who, p := range was {
		if _, stays := is.people[who]; !stays {
			changes = append(changes, Seen{topic, Presence{Person: p.Person}})
		}
	}
	if len(is.people) == 0 {
		delete(o.known, topic)
		return changes
	}
	o.known[topic] = is
	o.next = sooner(o.next, is.next)
	return changes
}

// soil has a topic be looked at.
func (o *Onlooker) soil(topic string) {
	o.dirty[topic] = struct{}{}
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// sooner is the earlier of two times, of which zero is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
