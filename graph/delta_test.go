package graph_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"parley/dialogue/model"
	"parley/ent/viewer"
)

// pens is a model that writes what a test sends to the pen which the customer's last words name. Closing the pen ends the
// answer.
type pens struct{}

var (
	_     model.Provider = pens{}
	inUse sync.Map       // pens by name
)

func newPen(t *testing.T) (name string, pen chan string) {
	name, pen = fmt.Sprintf("%s %d", t.Name(), time.Now().UnixNano()), make(chan string)
	inUse.Store(name, pen)
	return name, pen
}

// Generate implements model.Provider.
func (pens) Generate(ctx context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		parts := r.Messages[len(r.Messages)-1].Parts
		found, _ := inUse.Load(parts[len(parts)-1].Text)
		pen, _ := found.(chan string)
		text := ""
		for {
			select {
			case <-ctx.Done():
				yield(model.Event{}, &model.Error{Kind: model.Overloaded, Err: errors.New("interrupted")})
				return
			case piece, more := <-pen:
				if !more {
					yield(model.Event{End: &model.End{Reason: model.Stop,
						Message: model.Message{Role: model.Model, Parts: []model.Part{{Text: text}}}}}, nil)
					return
				}
				text += piece
				if !yield(model.Event{Delta: piece}, nil) {
					return
				}
			}
		}
	}
}

const followPieces = `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { ...rest type sequence cursor
	... on MessageCreated { message { id text author } } ... on TurnChanged { turn { id } } } }
	fragment rest on ThreadEvent { id ... on MessageDelta { messageId turnId offset text dropped } }`

// transports open a stream with any document.
var transports = map[string]func(a *api, t *testing.T, document string, variables map[string]any) stream{
	"websocket": func(a *api, t *testing.T, document string, v map[string]any) stream {
		return a.socketFor(t, a.keys[viewer.App], document, v)
	},
	"sse": func(a *api, t *testing.T, document string, v map[string]any) stream {
		return a.eventSourceFor(t, a.keys[viewer.App], document, v)
	},
}

// writer makes a thread whose agent writes with a pen.
func (a *api) writer(t *testing.T) (threadID string, pen chan string) {
	t.Helper()
	agentID := a.must(`mutation { createAgent(input: {name: "P", quietMs: 0, models: ["pen"]}) { agent { id } } }`, nil).text("createAgent", "agent", "id")
	threadID = a.thread(agentID)
	name, pen := newPen(t)
	a.must(`mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": name})
	return threadID, pen
}

// reader reads a stream and holds it against what is promised of pieces.
type reader struct {
	t       *testing.T
	s       stream
	texts   map[string]string // joined so far, of messages that are being written
	last    float64           // sequence of the last event of the log
	over    map[string]bool   // messages and turns that no piece may belong to
	cursors []string
}

func newReader(t *testing.T, s stream) *reader {
	return &reader{t: t, s: s, texts: map[string]string{}, over: map[string]bool{}}
}

// next returns the next event: of pieces "+text" and "-" for one that is dropped, else the type.
func (r *reader) next() string {
	r.t.Helper()
	payload, ok := r.s.next()
	data, _ := payload["data"].(map[string]any)
	e, _ := data["threadEvents"].(map[string]any)
	if !ok || e == nil {
		r.t.Fatalf("the stream ended: %v", payload)
	}
	sequence, _ := e["sequence"].(float64)
	r.cursors = append(r.cursors, e["cursor"].(string))
	if e["type"] == "message.delta" {
		id, text, offset := e["messageId"].(string), e["text"].(string), int(e["offset"].(float64))
		if have := utf8.RuneCountInString(r.texts[id]); have != offset || e["id"] != fmt.Sprintf("%s:%d", id, offset) {
			r.t.Errorf("a piece %v at %d, not at %d", e["id"], offset, have)
		}
		if r.last > 0 && sequence != r.last {
			r.t.Errorf("a piece with sequence %v after %v", sequence, r.last)
		}
		if r.over[id] || r.over[e["turnId"].(string)] {
			r.t.Errorf("a piece of what is over: %v", e)
		}
		r.texts[id] += text
		if e["dropped"] == true {
			r.over[id] = true
			delete(r.texts, id)
			return "-"
		}
		return "+" + text
	}
	r.last = sequence
	if m, ok := e["message"].(map[string]any); ok {
		id, text := m["id"].(string), m["text"].(string)
		if !strings.HasPrefix(text, r.texts[id]) {
			r.t.Errorf("pieces %q of %q", r.texts[id], text)
		}
		r.over[id] = true
		delete(r.texts, id)
		return m["author"].(string) + " " + text
	}
	if turn, ok := e["turn"].(map[string]any); ok && e["type"] == "turn.ended" {
		r.over[turn["id"].(string)] = true
		if len(r.texts) > 0 {
			r.t.Errorf("pieces are open after the end of the turn: %v", r.texts)
		}
	}
	return e["type"].(string)
}

// until reads up to an event, and returns all.
func (r *reader) until(event string) (all []string) {
	r.t.Helper()
	for {
		all = append(all, r.next())
		if all[len(all)-1] == event {
			return all
		}
	}
}

func TestPiecesJoinToTheMessage(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for name, dial := range transports {
			threadID, pen := a.writer(t)
			pen <- "Grüß "
			early := newReader(t, dial(a, t, followPieces, map[string]any{"t": threadID, "after": ""}))
			if got := early.next(); got != "+Grüß" {
				t.Fatalf("%s: first %q", name, got)
			}
			pen <- "Gott"
			if got := early.next(); got != "+ Gott" {
				t.Fatalf("%s: then %q", name, got)
			}
			// One that comes late, from a cursor in the middle of it all: everything from its beginning.
			late := newReader(t, dial(a, t, followPieces, map[string]any{"t": threadID, "after": early.cursors[0]}))
			if got := late.next(); got != "+Grüß Gott" {
				t.Fatalf("%s: late %q", name, got)
			}
			for range 20 {
				pen <- " und"
			}
			close(pen)
			for _, r := range []*reader{early, late} {
				all := r.until("turn.ended")
				if len(all) > 12 || all[len(all)-2] != "AGENT Grüß Gott"+strings.Repeat(" und", 20) {
					t.Errorf("%s: %q", name, all)
				}
				r.s.close()
			}
		}
	})
}

func TestATakeOverTakesThePiecesBack(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for name, dial := range transports {
			threadID, pen := a.writer(t)
			pen <- "I was about"
			r := newReader(t, dial(a, t, followPieces, map[string]any{"t": threadID, "after": ""}))
			r.until("+I was about")
			a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threadID})
			select {
			case pen <- " to say": // in vain
			case <-time.After(200 * time.Millisecond):
			}
			a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "It is me"}) { message { id } } }`, map[string]any{"t": threadID})
			all := r.until("OPERATOR It is me")
			if got := strings.Join(all, ","); strings.Count(got, "-") != 1 || strings.Contains(got, "+") || !strings.Contains(got, "turn.ended") ||
				strings.Index(got, "-") > strings.Index(got, "turn.ended") {
				t.Errorf("%s: %q", name, all)
			}
			r.s.close()
		}
	})
}

func TestOnlyThoseWhoAskGetPieces(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for name, document := range map[string]string{
			"not asked":           follow,
			"only common fields":  `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type sequence cursor ... on MessageDelta { id type } } }`,
			"skipped":             `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type sequence cursor ... on MessageDelta @skip(if: true) { text } } }`,
			"text of another one": `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type sequence cursor ... on DialogueEvent { text } } }`,
		} {
			threadID, pen := a.writer(t)
			// From a cursor, since nobody says when a stream that begins with the next event has begun.
			cursor := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).at("thread", "cursor")
			pen <- "some"
			s := a.eventSourceFor(t, a.keys[viewer.App], document, map[string]any{"t": threadID, "after": cursor})
			pen <- " words"
			close(pen)
			for ended := false; !ended; {
				payload, ok := s.next()
				data, _ := payload["data"].(map[string]any)
				e, _ := data["threadEvents"].(map[string]any)
				if !ok || e["type"] == "message.delta" {
					t.Fatalf("%s: %v", name, payload)
				}
				ended = e["type"] == "turn.ended"
			}
			s.close()
		}
	})
}
