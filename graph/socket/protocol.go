package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/gobwas/ws"
)

// message is what either side sends.
type message struct {
	Type    string
	ID      *string
	Payload json.RawMessage
}

// maxID is how long the id of an operation may be: each of its messages repeats it.
const maxID = 128

// take does what one message asks for.
func (s *Socket) take(ctx context.Context, text []byte) {
	var m message
	if json.Unmarshal(text, &m) != nil {
		s.refuse("the message must be a JSON object with a string `type`")
		return
	}
	if string(m.Payload) == "null" {
		m.Payload = nil
	}
	switch m.Type {
	case "connection_init", "ping", "pong":
		if m.Payload != nil && m.Payload[0] != '{' {
			s.refuse("the payload of " + m.Type + " must be an object")
			return
		}
	case "subscribe", "complete":
		if m.ID == nil || *m.ID == "" || len(*m.ID) > maxID {
			s.refuse(m.Type + " needs an `id` of 1 to 128 bytes")
			return
		}
	default:
		s.refuse("clients send connection_init, subscribe, complete, ping and pong")
		return
	}
	switch m.Type {
	case "connection_init":
		s.init(ctx, m.Payload)
	case "subscribe":
		s.subscribe(ctx, *m.ID, m.Payload)
	case "complete":
		s.cancel(*m.ID)
	case "ping":
		s.pong(m.Payload)
	}
}

func (s *Socket) refuse(text string) { s.end(&CloseError{CloseBadRequest, text}) }

// init has a client admitted, while others of its messages are read.
func (s *Socket) init(ctx context.Context, payload json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != waiting {
		s.end(&CloseError{CloseTooMany, "connection_init was sent twice"})
		return
	}
	s.state = admitting
	s.running.Go(func() {
		ctx, stop := within(ctx)
		defer stop()
		messages, err := s.host.Admit(ctx, payload)
		if err != nil {
			s.end(err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.reason() != nil {
			return
		}
		s.state, s.messages, s.spent = admitted, messages, time.Time{}
		s.timer.Reset(pingAfter)
		s.send(ws.OpText, []byte(`{"type":"connection_ack"}`))
	})
}

func (s *Socket) pong(payload json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if payload == nil {
		s.send(ws.OpText, []byte(`{"type":"pong"}`))
		return
	}
	s.send(ws.OpText, []byte(`{"type":"pong","payload":`), payload, []byte(`}`))
}

func (s *Socket) subscribe(ctx context.Context, id string, payload json.RawMessage) {
	if payload = bytes.TrimSpace(payload); len(payload) == 0 {
		payload = json.RawMessage("null")
	}
	params, err := s.host.Request(payload)
	if err != nil {
		s.refuse(err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.reason() != nil:
		return
	case s.state != admitted:
		s.end(&CloseError{CloseUnauthorized, "wait for connection_ack before subscribe"})
		return
	case s.operation(id) != nil:
		s.end(&CloseError{CloseDuplicate, "an operation with this id is live"})
		return
	}
	o, ctx := newOperation(ctx, s, id)
	s.operations = append(s.operations, o)
	s.running.Go(func() {
		s.host.Run(ctx, o, params)
		s.mu.Lock()
		defer s.mu.Unlock()
		o.returned()
	})
}

// operation is the live one with an id; nil if there is none. The caller holds the lock.
func (s *Socket) operation(id string) *Operation {
	begin := beginOf(id)
	for _, o := range s.operations {
		if bytes.Equal(o.begin, begin) {
			return o
		}
	}
	return nil
}

// cancel ends an operation that its client wants no more of. One that has ended by itself meanwhile is no mistake.
func (s *Socket) cancel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.operation(id); o != nil {
		o.remove()
	}
}
