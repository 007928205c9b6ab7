package live

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// relayEvery is how often the pieces that have come are passed on together.
	relayEvery = 50 * time.Millisecond
	// relayPiece is the longest piece that is passed on in one message, in bytes before it is encoded.
	relayPiece = 3000
	// silentFor is how long a text of another server may be silent before that server is taken to have died over it.
	silentFor = time.Minute
)

// Relay joins the hubs of several servers: what is written at one is watched at all. What it sends may get lost, and then the
// rest of that text is passed over elsewhere, as Hub.Append says. It is safe for concurrent use. Make it with NewRelay.
type Relay struct {
	hub   *Hub
	send  func(data []byte)
	alone func() bool

	mu      sync.Mutex // protects all below
	pending map[Generation]*piece
	order   []Generation // of what is pending
	heard   map[Generation]time.Time
}

// piece is what was written since the last time.
type piece struct {
	offset int
	text   []byte
	runes  int
}

// NewRelay returns a relay of hub. Send takes a message to the other servers, whose Heard gets it; it must not block. Alone
// says that there is no other server.
func NewRelay(hub *Hub, send func(data []byte), alone func() bool) *Relay {
	return &Relay{hub: hub, send: send, alone: alone, pending: map[Generation]*piece{}, heard: map[Generation]time.Time{}}
}

// relayed is a message between servers.
type relayed struct {
	Workspace string `json:"w"`
	Topic     string `json:"t"`
	Turn      string `json:"u"`
	Message   string `json:"m"`
	Offset    int    `json:"o,omitempty"`
	Text      string `json:"x,omitempty"`
	Over      string `json:"e,omitempty"` // "end" or "drop" when nothing more comes
}

// Append is Hub.Append, at all servers.
func (r *Relay) Append(g Generation, offset int, text string) {
	r.hub.Append(g, offset, text)
	if r.alone() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.pending[g]
	if p == nil {
		p = &piece{offset: offset}
		r.pending[g], r.order = p, append(r.order, g)
	}
	if offset != p.offset+p.runes {
		return // a hole, which the others would find too
	}
	p.text = append(p.text, text...)
	p.runes += utf8.RuneCountInString(text)
}

// End is Hub.End, at all servers.
func (r *Relay) End(g Generation) { r.hub.End(g); r.over(g, "end") }

// Drop is Hub.Drop, at all servers.
func (r *Relay) Drop(g Generation) { r.hub.Drop(g); r.over(g, "drop") }

func (r *Relay) over(g Generation, how string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.pending, g) // watchers find it in the message, or forget it
	r.pass(g, relayed{Over: how})
}

// Heard takes a message of another server.
func (r *Relay) Heard(data []byte) {
	var m relayed
	if json.Unmarshal(data, &m) != nil {
		return // of a newer version
	}
	g := Generation{m.Workspace, m.Topic, m.Turn, m.Message}
	r.mu.Lock()
	if m.Over == "" {
		r.heard[g] = time.Now()
	} else {
		delete(r.heard, g)
	}
	r.mu.Unlock()
	switch m.Over {
	case "":
		r.hub.Append(g, m.Offset, m.Text)
	case "end":
		r.hub.End(g)
	default:
		r.hub.Drop(g)
	}
}

// Run passes pieces on until ctx ends.
func (r *Relay) Run(ctx context.Context) error {
	tick := time.NewTicker(relayEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			r.flush()
			r.dropSilent(now)
		}
	}
}

func (r *Relay) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.order {
		p := r.pending[g]
		if p == nil {
			continue // it is over
		}
		for offset, rest := p.offset, p.text; len(rest) > 0; {
			n := min(len(rest), relayPiece)
			for n < len(rest) && !utf8.RuneStart(rest[n]) {
				n--
			}
			r.pass(g, relayed{Offset: offset, Text: string(rest[:n])})
			offset += utf8.RuneCount(rest[:n])
			rest = rest[n:]
		}
	}
	clear(r.pending)
	r.order = r.order[:0]
}

// pass sends a message. The caller holds the lock, so that the end of a text comes after all of its pieces.
func (r *Relay) pass(g Generation, m relayed) {
	m.Workspace, m.Topic, m.Turn, m.Message = g.Workspace, g.Topic, g.TurnID, g.MessageID
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(m) == nil {
		r.send(bytes.TrimSpace(b.Bytes()))
	}
}

// dropSilent drops texts of servers that have died over them.
func (r *Relay) dropSilent(now time.Time) {
	r.mu.Lock()
	var dead []Generation
	for g, at := range r.heard {
		if now.Sub(at) > silentFor {
			dead = append(dead, g)
			delete(r.heard, g)
		}
	}
	r.mu.Unlock()
	for _, g := range dead {
		r.hub.Drop(g)
	}
}
