package live

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// The longest that somebody is taken to be there, or to type, without being said to be again.
const (
	PresentFor = time.Minute
	TypingFor  = 10 * time.Second
	// maxPeople bounds how many are there in one topic; more are not noticed.
	maxPeople = 100
)

// Person is somebody in a topic.
type Person struct {
	Kind string // such as CUSTOMER
	ID   string // tells those of a kind apart; may be empty
	Name string // as others see it
}

// Presence is what is known of a person.
type Presence struct {
	Person
	Present, Typing bool
}

// Presences knows who is there and who is typing, in each topic. It lives in memory, and what it was told expires by itself. It
// starts no goroutine. It is safe for concurrent use. Make it with NewPresences.
type Presences struct {
	tell   func(data []byte)
	mu     sync.Mutex // protects everything below, in venues and watchers too
	venues map[key]*venue
	swept  time.Time

	onlookers map[string][]*Onlooker // by workspace
}

// venue is there as long as somebody is, or watches.
type venue struct {
	people   map[personKey]*person
	watchers []*PresenceWatcher
}

type personKey struct{ kind, id string }

type person struct {
	Person
	present, typing time.Time // until when
	told            time.Time // when others were told last
}

func (p *person) at(now time.Time) Presence {
	return Presence{p.Person, p.present.After(now), p.typing.After(now)}
}

// NewPresences returns one that knows nobody. Tell, if it is not nil, takes messages to the other servers, whose Heard gets
// them; it must not block.
func NewPresences(tell func(data []byte)) *Presences {
	return &Presences{tell: tell, venues: map[key]*venue{}, onlookers: map[string][]*Onlooker{}}
}

// presence is a message between servers.
type presence struct {
	Workspace string `json:"w"`
	Topic     string `json:"t"`
	Presence
}

// Set says that somebody is there, and whether it is typing: until it is said again, for PresentFor and TypingFor at most. Who
// is not present leaves.
func (s *Presences) Set(workspace, topic string, p Presence, now time.Time) {
	if !s.set(key{workspace, topic}, p, now) || s.tell == nil {
		return
	}
	if data, err := json.Marshal(presence{workspace, topic, p}); err == nil {
		s.tell(data)
	}
}

// Heard takes a message of another server.
func (s *Presences) Heard(data []byte, now time.Time) {
	var m presence
	if json.Unmarshal(data, &m) == nil {
		s.set(key{m.Workspace, m.Topic}, m.Presence, now)
	}
}

// set says whether it is worth telling: something has changed, or will not be known for much longer.
func (s *Presences) set(at key, p Presence, now time.Time) (news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	of := s.venue(at)
	defer s.tidy(at, now)
	who := personKey{p.Kind, p.ID}
	one := of.people[who]
	if one == nil {
		if of.tidy(now); !p.Present || len(of.people) >= maxPeople {
			return false
		}
		one = &person{}
		of.people[who] = one
	}
	p.Typing = p.Typing && p.Present
	since := now.Sub(one.told)
	if news = one.at(now) != p || p.Present && since > PresentFor/2 || p.Typing && since > TypingFor/2; news {
		one.told = now
	}
	one.Person, one.present, one.typing = p.Person, now, now
	if p.Present {
		one.present = now.Add(PresentFor)
	}
	if p.Typing {
		one.typing = now.Add(TypingFor)
	}
	for _, w := range of.watchers {
		w.poke()
	}
	if news {
		for _, o := range s.onlookers[at.workspace] {
			o.soil(at.topic)
		}
	}
	return news
}

// venue returns that of a topic, made if it is not there. The caller holds the lock, as with all below.
func (s *Presences) venue(at key) *venue {
	of := s.venues[at]
	if of == nil {
		of = &venue{people: map[personKey]*person{}}
		s.venues[at] = of
	}
	return of
}

// sweep forgets, now and then, those who have left without a word.
func (s *Presences) sweep(now time.Time) {
	if now.Sub(s.swept) < PresentFor {
		return
	}
	s.swept = now
	for at := range s.venues {
		s.tidy(at, now)
	}
}

// tidy forgets those who have left, unless a watcher has still to be told.
func (of *venue) tidy(now time.Time) {
	for who, p := range of.people {
		if !p.present.After(now) && !slices.ContainsFunc(of.watchers, func(w *PresenceWatcher) bool { return w.known[who].Present }) {
			delete(of.people, who)
		}
	}
}

func (s *Presences) tidy(at key, now time.Time) {
	of := s.venues[at]
	if of == nil {
		return
	}
	if of.tidy(now); len(of.people)+len(of.watchers) == 0 {
		delete(s.venues, at)
	}
}

// PresenceWatcher reads what is known of a topic at its own pace. It belongs to one goroutine, which calls Close when it is done.
type PresenceWatcher struct {
	of      *Presences
	at      key
	changed chan struct{}
	known   map[personKey]Presence // what was told; protected by the lock of Presences
}

// Watch returns a watcher of a topic, to which everybody who is there is new.
func (s *Presences) Watch(workspace, topic string) *PresenceWatcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &PresenceWatcher{of: s, at: key{workspace, topic}, changed: make(chan struct{}, 1), known: map[personKey]Presence{}}
	of := s.venue(w.at)
	of.watchers = append(of.watchers, w)
	if len(of.people) > 0 {
		w.poke()
	}
	return w
}

// Close ends the watching. It may be called again.
func (w *PresenceWatcher) Close() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	if of := w.of.venues[w.at]; of != nil {
		of.watchers = slices.DeleteFunc(of.watchers, func(other *PresenceWatcher) bool { return other == w })
		w.of.tidy(w.at, time.Now())
	}
}

// Changed returns a channel that has a value when Next may have something; many changes are one value. It is never closed.
func (w *PresenceWatcher) Changed() <-chan struct{} { return w.changed }

// Next returns what has changed since the last call, in a fixed order, and when something will change by itself, if nobody says
// anything before; zero means never.
func (w *PresenceWatcher) Next(now time.Time) (changes []Presence, next time.Time) {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	of := w.of.venues[w.at]
	if of == nil {
		return nil, next
	}
	for who, p := range of.people {
		state := p.at(now)
		if state != w.known[who] && (state.Present || w.known[who].Present) {
			changes = append(changes, state)
		}
		if w.known[who] = state; !state.Present {
			delete(w.known, who)
		}
		for _, end := range []time.Time{p.present, p.typing} {
			if end.After(now) && (next.IsZero() || end.Before(next)) {
				next = end
			}
		}
	}
	of.tidy(now)
	slices.SortFunc(changes, func(a, b Presence) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return changes, next
}

func (w *PresenceWatcher) poke() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}
