// Package live carries texts that are still being written from those who write them to those who watch. It lives in
// memory, in one process, and keeps nothing of a text that is no longer written: whoever needs what became of it reads it
// where it is stored.
//
//	w := hub.Watch(workspace, threadID)
//	defer w.Close()
//	for range w.Changed() {
//		for _, piece := range w.Next() {
//			…
//		}
//	}
package live

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// The most that is kept of one text and of all texts together, in bytes. A text that reaches a bound grows no further
// here: watchers get no more of it than that, and learn the rest where it is stored.
const (
	MaxText = 256 << 10
	MaxAll  = 64 << 20
)

// Generation names a text that is being written, by the message that it will be. Topic is the thread.
type Generation struct{ Workspace, Topic, TurnID, MessageID string }

// Hub holds the texts that are being written. It starts no goroutine and writers never wait for watchers. It is safe for
// concurrent use. Make it with NewHub.
type Hub struct {
	mu     sync.Mutex // protects everything below, in topics, texts and watchers too
	topics map[key]*topic
	size   int // bytes of all texts
}

// key keeps workspaces apart, whatever their topics are called.
type key struct{ workspace, topic string }

// topic is there as long as it has a text or a watcher.
type topic struct {
	texts    []*text // in the order in which they began
	watchers []*Watcher
}

// text is what was written so far. Pieces share its bytes: those that are there never change.
type text struct {
	Generation
	written strings.Builder
	runes   int
	full    bool // it grows no more
}

// NewHub returns a hub without texts.
func NewHub() *Hub { return &Hub{topics: map[key]*topic{}} }

// Append adds a piece to a text; the first begins it and has offset 0. Offset counts the code points before the piece. A
// piece that does not join on, because one before it is missing or it came twice, is passed over, and so is all that
// follows it. Call End or Drop once nothing more comes, and do not append after that.
func (h *Hub) Append(g Generation, offset int, piece string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := key{g.Workspace, g.Topic}
	t := h.find(at, g.MessageID)
	if t == nil {
		if offset != 0 {
			return // over already, or its beginning is not known here
		}
		t = &text{Generation: g}
		top := h.topic(at)
		top.texts = append(top.texts, t)
	}
	if t.full || offset != t.runes || t.written.Len()+len(piece) > MaxText || h.size+len(piece) > MaxAll {
		t.full = true
		return
	}
	t.written.WriteString(piece)
	t.runes += utf8.RuneCountInString(piece)
	h.size += len(piece)
	for _, w := range h.topics[at].watchers {
		w.poke()
	}
}

// End takes a text away whose message is stored. Watchers hear nothing more of it: what they have not read they find in
// the message. It does nothing if the text is not there.
func (h *Hub) End(g Generation) { h.take(g, false) }

// Drop takes a text away that will never be a message, and tells so to the watchers that have read some of it. It does
// nothing if the text is not there.
func (h *Hub) Drop(g Generation) { h.take(g, true) }

func (h *Hub) take(g Generation, dropped bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := key{g.Workspace, g.Topic}
	t := h.find(at, g.MessageID)
	if t == nil {
		return
	}
	top := h.topics[at]
	top.texts = slices.DeleteFunc(top.texts, func(other *text) bool { return other == t })
	h.size -= t.written.Len()
	for _, w := range top.watchers {
		w.forget(t, dropped)
	}
	h.tidy(at)
}

// topic returns a topic, made if it is not there. The caller holds the lock, as with all below.
func (h *Hub) topic(at key) *topic {
	top := h.topics[at]
	if top == nil {
		top = &topic{}
		h.topics[at] = top
	}
	return top
}

// tidy removes a topic that nobody writes or watches.
func (h *Hub) tidy(at key) {
	if top := h.topics[at]; top != nil && len(top.texts)+len(top.watchers) == 0 {
		delete(h.topics, at)
	}
}

func (h *Hub) find(at key, messageID string) *text {
	if top := h.topics[at]; top != nil {
		for _, t := range top.texts {
			if t.MessageID == messageID {
				return t
			}
		}
	}
	return nil
}
