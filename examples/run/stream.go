package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

const (
	handshakeTimeout = 10 * time.Second
	maxFrame         = 4 << 20
)

const threadEvents = `subscription($thread: ID!, $after: Cursor) {
  threadEvents(threadId: $thread, after: $after) {
    id type sequence cursor
    ... on MessageCreated { message { id author authorName text } }
    ... on TagChanged { tag why: text }
    ... on StatusChanged { status }
    ... on TurnChanged { turn { id reason } }
    ... on CallChanged { call { id name arguments state httpStatus result error } }
    ... on NoteAdded { note { authorName text } }
    ... on DialogueEvent { text contact }
  }
}`

// Event is one of threadEvents. Fields that do not belong to its type are empty.
type Event struct {
	ID, Type, Cursor string
	Sequence         int
	Message          *struct{ ID, Author, AuthorName, Text string }
	Tag, Why, Text   string
	Status           string
	Turn             *struct{ ID, Reason string }
	Call             *Call
	Note             *struct{ AuthorName, Text string }
	Contact          any
}

// Call is one invocation of a function.
type Call struct {
	ID, Name, State, Error string
	Arguments, Result      any
	HTTPStatus             int
}

// Stream follows the events of one thread. It checks that they come without gap, repetition or disorder, also over
// reconnections. It is safe for concurrent use.
type Stream struct {
	server, key string
	retry       bool
	thread      string
	arrived     func(Event) // called once for each event, in order

	mu         sync.Mutex // protects everything below
	cursor     string
	last       int
	events     []Event
	faults     []string
	reconnects int
	wake       chan struct{}
}

// Run follows the thread until ctx ends. Without retry the first broken connection is a fault, and the end.
func (s *Stream) Run(ctx context.Context) {
	for pause := 50 * time.Millisecond; ; {
		subscribed, err := s.follow(ctx)
		var refused *refusedError
		switch {
		case ctx.Err() != nil:
			return
		case !s.retry || errors.As(err, &refused):
			s.fault(fmt.Sprintf("the subscription ended: %v", err))
			return
		}
		if pause = min(2*pause, 500*time.Millisecond); subscribed {
			pause = 50 * time.Millisecond
		}
		s.mu.Lock()
		s.reconnects++
		s.mu.Unlock()
		if !sleep(ctx, pause) {
			return
		}
	}
}

// refusedError is the server's last word on a subscription.
type refusedError struct{ text string }

func (e *refusedError) Error() string { return e.text }

// frame is a message of the protocol graphql-transport-ws.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// follow makes one connection and reads it until it ends. It reports whether the subscription stood.
func (s *Stream) follow(ctx context.Context) (subscribed bool, err error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.CloseNow() }() // it is of no more use
	for {
		var f frame
		if err := wsjson.Read(ctx, conn, &f); err != nil {
			return subscribed, err
		}
		switch f.Type {
		case "next":
			subscribed = true
			var payload struct {
				Data   struct{ ThreadEvents *Event }
				Errors []*APIError
			}
			if err := json.Unmarshal(f.Payload, &payload); err != nil {
				return subscribed, err
			}
			if len(payload.Errors) > 0 {
				return subscribed, refusal(payload.Errors)
			}
			s.take(*payload.Data.ThreadEvents)
		case "ping":
			if err := wsjson.Write(ctx, conn, frame{Type: "pong"}); err != nil {
				return subscribed, err
			}
		case "error":
			var list []*APIError
			if err := json.Unmarshal(f.Payload, &list); err != nil {
				return subscribed, err
			}
			return subscribed, refusal(list)
		case "complete":
			return subscribed, errors.New("completed by the server")
		}
	}
}

func refusal(list []*APIError) error {
	if len(list) > 0 && !list[0].Extensions.Retryable {
		return &refusedError{list[0].Error()}
	}
	return fmt.Errorf("error of the subscription: %v", list)
}

// connect opens a connection and subscribes, behind the last event that arrived.
func (s *Stream) connect(ctx context.Context) (*websocket.Conn, error) {
	short, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	address := "ws" + strings.TrimPrefix(s.server, "http") + "/graphql"
	conn, response, err := websocket.Dial(short, address, &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"},
		HTTPClient:   &http.Client{Transport: &http.Transport{}},
	})
	if err != nil {
		if response != nil && response.Body != nil {
			response.Body.Close()
		}
		return nil, err
	}
	conn.SetReadLimit(maxFrame)
	s.mu.Lock()
	after := s.cursor
	s.mu.Unlock()
	err = func() error {
		greeting := map[string]any{"type": "connection_init", "payload": map[string]string{"authorization": "Bearer " + s.key}}
		if err := wsjson.Write(short, conn, greeting); err != nil {
			return err
		}
		var f frame
		if err := wsjson.Read(short, conn, &f); err != nil {
			return err
		}
		if f.Type != "connection_ack" {
			return fmt.Errorf("%s instead of connection_ack", f.Type)
		}
		return wsjson.Write(short, conn, map[string]any{"id": "1", "type": "subscribe", "payload": map[string]any{
			"query": threadEvents, "variables": map[string]any{"thread": s.thread, "after": after},
		}})
	}()
	if err != nil {
		_ = conn.CloseNow() // the error above says more
		return nil, err
	}
	return conn, nil
}

// take keeps an event that is in its place. The first sets where counting begins.
func (s *Stream) take(e Event) {
	s.mu.Lock()
	want := s.last + 1
	switch {
	case s.last != 0 && e.Sequence < want:
		s.mu.Unlock()
		s.fault(fmt.Sprintf("the subscription brought event %d (%s) again", e.Sequence, e.Type))
		return
	case s.last != 0 && e.Sequence > want:
		s.faults = append(s.faults, fmt.Sprintf("the subscription brought event %d (%s) where %d was due", e.Sequence, e.Type, want))
	}
	s.last, s.cursor = e.Sequence, e.Cursor
	s.events = append(s.events, e)
	s.mu.Unlock()
	s.arrived(e)
	s.signal()
}

func (s *Stream) fault(text string) {
	s.mu.Lock()
	s.faults = append(s.faults, text)
	s.mu.Unlock()
	s.signal()
}

func (s *Stream) signal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake != nil {
		close(s.wake)
		s.wake = nil
	}
}

// Events returns what arrived until now, and a channel that is closed when more does.
func (s *Stream) Events() ([]Event, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake == nil {
		s.wake = make(chan struct{})
	}
	return append([]Event(nil), s.events...), s.wake
}

// Faults are breaches of what a subscription promises, one sentence each.
func (s *Stream) Faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.faults...)
}

// Reconnects counts how often the connection had to be made anew.
func (s *Stream) Reconnects() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reconnects
}
