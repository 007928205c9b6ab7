//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// textOf is what event k says: letters that are no other event's, so that the whole event has about 800 bytes.
func textOf(k int) string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "%08d ", k)
	for state := uint32(k)*2654435761 + 1; b.Len() < textLength; {
		state = state*1664525 + 1013904223
		b.WriteByte('a' + byte(state>>24)%26)
	}
	return b.String()
}

const textLength = 260

// events checks events and keeps when they were published. Every socket must get the same units, which the first of them to get
// one holds against what was published; only the id of the operation is each socket's own.
type events struct {
	mu        sync.Mutex // protects published
	published []time.Time

	// Of the loop of the crowd.
	units     []unit
	next      int  // sequence of the next event, once known
	numbered  bool // whether next is known
	seen      map[int]bool
	latencies []time.Duration
	timing    atomic.Bool
	bytes     int64 // of the last unit
}

// unit is what one socket got, with the events that it has.
type unit struct {
	bytes  []byte
	id     int // where the id of the operation is; negative: nowhere
	events []int
}

// publishing takes note that an event is published now, and returns its number.
func (e *events) publishing() (k int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.published = append(e.published, time.Now())
	return len(e.published) - 1
}

func (e *events) publishedAt(k int) (time.Time, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k >= len(e.published) {
		return time.Time{}, false
	}
	return e.published[k], true
}

// take checks one unit of one socket, and returns how many events it has.
func (e *events) take(s *socket, got []byte) (int, error) {
	if s.unit == len(e.units) {
		u, err := e.read(s, got)
		if err != nil {
			return 0, fmt.Errorf("%w: %.300q", err, got)
		}
		e.units = append(e.units, u)
	}
	u := &e.units[s.unit]
	same := len(got) == len(u.bytes)
	if u.id < 0 {
		same = same && bytes.Equal(got, u.bytes)
	} else {
		end := u.id + len(s.id)
		same = same && bytes.Equal(got[:u.id], u.bytes[:u.id]) && bytes.Equal(got[u.id:end], s.id) && bytes.Equal(got[end:], u.bytes[end:])
	}
	if !same {
		return 0, fmt.Errorf("unit %d differs between sockets: %.300q is not %.300q", s.unit, got, u.bytes)
	}
	s.unit++
	if e.timing.Load() {
		now := time.Now()
		for _, k := range u.events {
			at, _ := e.publishedAt(k)
			e.latencies = append(e.latencies, now.Sub(at))
		}
	}
	return len(u.events), nil
}

// read holds a unit that nobody has had yet against what was published.
func (e *events) read(s *socket, got []byte) (u unit, err error) {
	u = unit{bytes: bytes.Clone(got), id: bytes.Index(got, s.id)}
	list, err := eventsIn(got)
	if err != nil {
		return u, err
	}
	if e.seen == nil {
		e.seen = map[int]bool{}
	}
	for _, event := range list {
		var k int
		if _, err := fmt.Sscanf(event.Message.Text, "%d ", &k); err != nil || event.Message.Text != textOf(k) {
			return u, fmt.Errorf("the text %.40q was not published", event.Message.Text)
		}
		if _, was := e.publishedAt(k); !was || e.seen[k] {
			return u, fmt.Errorf("event %d was not published, or comes again", k)
		}
		if e.numbered && event.Sequence != e.next {
			return u, fmt.Errorf("sequence %d comes where %d should", event.Sequence, e.next)
		}
		e.next, e.numbered, e.seen[k] = event.Sequence+1, true, true
		u.events = append(u.events, k)
	}
	e.bytes = int64(len(got))
	return u, nil
}

// event is what is read of one.
type event struct {
	Type     string
	Sequence int
	Message  struct{ Text string }
}

// eventsIn are the events of a unit, in any of the envelopes of the servers.
func eventsIn(unit []byte) ([]event, error) {
	type data struct {
		ThreadEvents *event
		Windows      []event
	}
	var m struct {
		Type    string
		Payload struct {
			Data   data
			Errors json.RawMessage
		}
		Push struct {
			Pub struct{ Data struct{ Data data } }
		}
	}
	if err := json.Unmarshal(unit, &m); err != nil {
		return nil, err
	}
	d := m.Payload.Data
	if m.Type == "" {
		d = m.Push.Pub.Data.Data
	}
	if m.Payload.Errors != nil || m.Type != "" && m.Type != "next" || d.ThreadEvents == nil && d.Windows == nil {
		return nil, fmt.Errorf("this is no event")
	}
	if d.ThreadEvents != nil {
		return []event{*d.ThreadEvents}, nil
	}
	return d.Windows, nil
}
