package live

import "slices"

// Piece is what is new of a text. Text begins at Offset, in code points, where the watcher's last piece of it ended.
// Dropped says that the text will never be a message; its pieces are to be forgotten, and Text is empty.
type Piece struct {
	MessageID, TurnID string
	Offset            int
	Text              string
	Dropped           bool
}

// Watcher reads the texts of one topic, each from its beginning, at its own pace: what comes between two looks is joined
// into one piece, so a slow one costs nothing. It belongs to one goroutine, which calls Close when it is done.
type Watcher struct {
	hub     *Hub
	at      key
	changed chan struct{}

	// What has been read of the texts that are being written, and the ends of texts that this watcher knows. Protected by
	// the hub's lock.
	read  map[*text]place
	ended []Piece
}

// place is how far a watcher has read a text.
type place struct {
	bytes, runes int
	skipped      bool // it wants no more of it
}

// Watch returns a watcher of a topic. Texts that are being written already are new to it.
func (h *Hub) Watch(workspace, topic string) *Watcher {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := &Watcher{hub: h, at: key{workspace, topic}, changed: make(chan struct{}, 1), read: map[*text]place{}}
	top := h.topic(w.at)
	top.watchers = append(top.watchers, w)
	if len(top.texts) > 0 {
		w.poke()
	}
	return w
}

// Close ends the watching. It may be called again.
func (w *Watcher) Close() {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	if top := w.hub.topics[w.at]; top != nil {
		top.watchers = slices.DeleteFunc(top.watchers, func(other *Watcher) bool { return other == w })
		w.hub.tidy(w.at)
	}
}

// Changed returns a channel that has a value when Next may have something; many changes are one value. It is never
// closed.
func (w *Watcher) Changed() <-chan struct{} { return w.changed }

// Next returns what is new since the last call, ends before pieces; nothing if nothing is.
func (w *Watcher) Next() []Piece {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	pieces := w.ended
	w.ended = nil
	top := w.hub.topics[w.at]
	if top == nil { // closed
		return pieces
	}
	for _, t := range top.texts {
		p := w.read[t]
		if p.skipped || p.bytes == t.written.Len() {
			continue
		}
		pieces = append(pieces, Piece{MessageID: t.MessageID, TurnID: t.TurnID, Offset: p.runes, Text: t.written.String()[p.bytes:]})
		w.read[t] = place{bytes: t.written.Len(), runes: t.runes}
	}
	return pieces
}

// Skip has the watcher hear no more of a text, not even its end.
func (w *Watcher) Skip(messageID string) {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.ended = slices.DeleteFunc(w.ended, func(p Piece) bool { return p.MessageID == messageID })
	if t := w.hub.find(w.at, messageID); t != nil {
		w.read[t] = place{skipped: true}
	}
}

// forget takes note that a text is no longer written. The caller holds the hub's lock, as with poke.
func (w *Watcher) forget(t *text, dropped bool) {
	p := w.read[t]
	delete(w.read, t)
	if dropped && p.bytes > 0 {
		w.ended = append(w.ended, Piece{MessageID: t.MessageID, TurnID: t.TurnID, Offset: p.runes, Dropped: true})
		w.poke()
	}
}

func (w *Watcher) poke() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}
