// Gqlgen serves events over WebSocket by gqlgen's own transport.
package main

//go:generate go run github.com/99designs/gqlgen generate

import (
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"parleybench/event"
)

// hub passes events on to all subscribers, as gqlgen's examples do: a channel for each.
type hub struct {
	window time.Duration

	mu      sync.Mutex
	singles map[chan ThreadEvent]struct{}
	lists   map[chan []ThreadEvent]struct{}
	pending []ThreadEvent
}

// publish hands the event of a message over; within a window, the first one has them all handed over at its end. Events are made
// with the lock, which keeps them in order.
func (h *hub) publish(text string) MessageCreated {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := created(text)
	if h.window == 0 {
		for to := range h.singles {
			to <- e
		}
		return e
	}
	if h.pending = append(h.pending, e); len(h.pending) == 1 {
		time.AfterFunc(h.window, h.flush)
	}
	return e
}

func (h *hub) flush() {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.pending
	h.pending = nil
	for to := range h.lists {
		to <- list
	}
}

// buffer is how many events a subscriber may be behind before the publisher waits for it.
const buffer = 16

func created(text string) MessageCreated {
	e := event.Created(text)
	m := e.Message
	return MessageCreated{ID: e.ID, Type: e.Type, ThreadID: e.ThreadID, Sequence: e.Sequence, Cursor: e.Cursor, CreatedAt: e.CreatedAt,
		Message: &Message{ID: m.ID, Text: m.Text, Author: m.Author, AuthorName: m.AuthorName, CreatedAt: m.CreatedAt}}
}

// pieces joins tokens within the window, as a publisher would.
type pieces struct {
	hub *hub

	mu     sync.Mutex
	offset int
	text   string
}

func (p *pieces) add(offset int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text == "" {
		p.offset = offset
		time.AfterFunc(p.hub.window, p.flush)
	}
	p.text += text
}

func (p *pieces) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text == "" {
		return
	}
	e := event.Piece(p.offset, p.text)
	p.text = ""
	p.hub.send(MessageDelta{ID: e.ID, Type: e.Type, ThreadID: e.ThreadID, Sequence: e.Sequence, Cursor: e.Cursor, CreatedAt: e.CreatedAt,
		MessageID: *e.MessageID, Offset: *e.Offset, Text: *e.Text})
}

// send hands one event over now, as a list.
func (h *hub) send(e ThreadEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for to := range h.lists {
		to <- []ThreadEvent{e}
	}
}

func main() {
	h := &hub{window: event.Window(), singles: map[chan ThreadEvent]struct{}{}, lists: map[chan []ThreadEvent]struct{}{}}
	srv := handler.New(NewExecutableSchema(Config{Resolvers: &Resolver{h}}))
	srv.AddTransport(transport.Websocket{})
	srv.AddTransport(transport.POST{})
	srv.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	mux := http.NewServeMux()
	mux.Handle("/graphql", srv)
	p := &pieces{hub: h}
	event.Serve(mux, p.add, func(text string) { p.flush(); h.send(created(text)) })
}
