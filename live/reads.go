package live

import (
	"encoding/json"
	"slices"
	"sync"
)

// maxReads bounds how many threads a watcher is told of at once: more are not noticed, as a hint may get lost anyway.
const maxReads = 1000

// Reads tells each reader in which topics it has read something, wherever it did. It lives in memory and keeps nothing. It
// starts no goroutine. It is safe for concurrent use. Make it with NewReads.
type Reads struct {
	tell     func(data []byte)
	mu       sync.Mutex // protects all below, in watchers too
	watchers map[key][]*ReadWatcher
}

// NewReads returns one without watchers. Tell, if it is not nil, takes messages to the other servers, whose Heard gets them; it
// must not block.
func NewReads(tell func(data []byte)) *Reads {
	return &Reads{tell: tell, watchers: map[key][]*ReadWatcher{}}
}

// read is a message between servers.
type read struct {
	Workspace string `json:"w"`
	Reader    string `json:"r"`
	Topic     string `json:"t"`
}

// Set says that a reader has read something in a topic. Call it once that is stored.
func (r *Reads) Set(workspace, reader, topic string) {
	r.set(read{workspace, reader, topic})
	if r.tell == nil {
		return
	}
	if data, err := json.Marshal(read{workspace, reader, topic}); err == nil {
		r.tell(data)
	}
}

// Heard takes a message of another server.
func (r *Reads) Heard(data []byte) {
	var m read
	if json.Unmarshal(data, &m) == nil {
		r.set(m)
	}
}

func (r *Reads) set(m read) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.watchers[key{m.Workspace, m.Reader}] {
		if slices.Contains(w.topics, m.Topic) || len(w.topics) == maxReads {
			continue
		}
		w.topics = append(w.topics, m.Topic)
		select {
		case w.changed <- struct{}{}:
		default:
		}
	}
}

// ReadWatcher learns what one reader reads, at its own pace. It belongs to one goroutine, which calls Close when it is done.
type ReadWatcher struct {
	of      *Reads
	at      key
	changed chan struct{}
	topics  []string // in which something was read since the last look
}

// Watch returns a watcher of what a reader reads from now on.
func (r *Reads) Watch(workspace, reader string) *ReadWatcher {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := &ReadWatcher{of: r, at: key{workspace, reader}, changed: make(chan struct{}, 1)}
	r.watchers[w.at] = append(r.watchers[w.at], w)
	return w
}

// Close ends the watching. It may be called again.
func (w *ReadWatcher) Close() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	left := slices.DeleteFunc(w.of.watchers[w.at], func(other *ReadWatcher) bool { return other == w })
	if w.of.watchers[w.at] = left; len(left) == 0 {
		delete(w.of.watchers, w.at)
	}
}

// Changed returns a channel that has a value when Next has something; many changes are one value. It is never closed.
func (w *ReadWatcher) Changed() <-chan struct{} { return w.changed }

// Next returns the topics in which something was read since the last call, each once.
func (w *ReadWatcher) Next() []string {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	topics := w.topics
	w.topics = nil
	return topics
}
