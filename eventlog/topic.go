package eventlog

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/ent"
)

const (
	// topicKeeps and keptFor bound what is kept of a topic for those who come back, topicLingers how long it is kept when
	// nobody follows it.
	topicKeeps   = 500
	keptFor      = 2 * time.Minute
	topicLingers = 2 * time.Minute
)

// topic is the end of what can be followed: of one thread, or of the feed of a workspace.
type topic struct {
	rows    []*ent.Event  // the last ones, oldest first
	before  int           // how many there were before them
	left    [Shards]int64 // of a feed: position of the last event that is not in rows
	readers []*reader
	idle    time.Time // when the last reader left
}

// reader is one who follows a topic.
type reader struct {
	tail   *tail
	topic  *topic
	mu     *sync.RWMutex
	signal Signal      // poked when there may be something new
	next   int         // of a feed: how many rows of the topic were looked at
	look   atomic.Bool // it has to look at the database, whatever is known here
}

func (t *tail) join(name string, mu *sync.RWMutex) *reader {
	to := t.topics[name]
	if to == nil {
		to = &topic{left: t.reached}
		t.topics[name] = to
	}
	r := &reader{tail: t, topic: to, mu: mu, signal: NewSignal()}
	to.readers = append(to.readers, r)
	t.readers++
	return r
}

func (r *reader) leave(now time.Time) {
	to := r.topic
	to.readers = slices.DeleteFunc(to.readers, func(other *reader) bool { return other == r })
	to.idle = now
	r.tail.readers--
}

// begin is called once when it is known where the feed ends.
func (t *tail) begin(ends [Shards]int64) {
	t.known, t.reached = true, ends
	for _, to := range t.topics {
		to.left = ends
		to.look()
	}
}

// take takes note of a commit. Events that do not join on are found in the database.
func (t *tail) take(w Wake) {
	for _, row := range w.Events {
		t.pass(forLive(row))
		w.Shards &^= 1 << row.Shard
		if row.Position > t.reached[row.Shard] {
			w.Shards |= 1 << row.Shard
		}
	}
	t.dirty |= w.Shards
}

// pass passes an event on if it is the next one of its shard.
func (t *tail) pass(row *ent.Event) {
	if !t.known || row.Position != t.reached[row.Shard]+1 {
		return
	}
	t.reached[row.Shard] = row.Position
	if to := t.topics[allThreads]; to != nil {
		to.add(row)
	}
	if row.ThreadID == nil {
		return
	}
	if to := t.topics[*row.ThreadID]; to != nil {
		if n := len(to.rows); n > 0 && *to.rows[n-1].Sequence+1 != *row.Sequence {
			to.clear()
		}
		to.add(row)
	}
}

func (to *topic) add(row *ent.Event) {
	old := 0
	for old < len(to.rows) && (len(to.rows)-old >= topicKeeps || row.CreatedAt.Sub(to.rows[old].CreatedAt) > keptFor) {
		to.left[to.rows[old].Shard] = to.rows[old].Position
		old++
	}
	to.rows, to.before = append(to.rows[old:], row), to.before+old
	to.poke()
}

// clear forgets what is kept.
func (to *topic) clear() {
	for _, row := range to.rows {
		to.left[row.Shard] = row.Position
	}
	to.before, to.rows = to.before+len(to.rows), nil
}

// look has the readers look at the database once.
func (to *topic) look() {
	for _, r := range to.readers {
		r.look.Store(true)
	}
	to.poke()
}

func (to *topic) poke() {
	for _, r := range to.readers {
		r.signal.Poke()
	}
}

// after returns the events of a thread behind a sequence. Whole is false when it is not known here what is behind it.
func (r *reader) after(sequence int64) (rows []*ent.Event, whole bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	kept := r.topic.rows
	if r.look.Swap(false) || len(kept) == 0 || sequence+1 < *kept[0].Sequence {
		return nil, false
	}
	// Whoever has read further than this in the database has what is still to be passed on.
	from := min(len(kept), int(sequence+1-*kept[0].Sequence))
	return slices.Clone(kept[from:]), true
}

// behind returns the events of a feed behind positions, which it moves on. Whole is false when it is not known here what is
// behind them.
func (r *reader) behind(positions *[Shards]int64) (rows []*ent.Event, whole bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.look.Swap(false) {
		return nil, false
	}
	for shard, left := range r.topic.left {
		if positions[shard] < left {
			return nil, false
		}
	}
	for _, row := range r.topic.rows[max(0, r.next-r.topic.before):] {
		if row.Position > positions[row.Shard] {
			positions[row.Shard] = row.Position
			rows = append(rows, row)
		}
	}
	r.next = r.topic.before + len(r.topic.rows)
	return rows, true
}

// threads returns the threads that are followed.
func (t *tail) threads() (names []string) {
	for name, to := range t.topics {
		if name != allThreads && len(to.readers) > 0 {
			names = append(names, name)
		}
	}
	return names
}

// forget forgets what is kept of topics, and has their readers look at the database.
func (t *tail) forget(names []string) {
	for _, name := range names {
		if to := t.topics[name]; to != nil {
			to.clear()
			to.look()
		}
	}
}

// tidy forgets topics that nobody has followed for a while.
func (t *tail) tidy(now time.Time) {
	for name, to := range t.topics {
		if len(to.readers) == 0 && now.Sub(to.idle) > topicLingers {
			delete(t.topics, name)
		}
	}
}
