package eventlog

import (
	"sync"

	"parley/ent"
)

// Wake says what a commit has left for others to do. It is a hint: whoever is woken reads the tables, and also looks
// there now and then without being woken, because hints of other replicas and of a crashed process never come.
type Wake struct {
	Workspace  string
	Shards     uint8              // bit i is set when feed shard i has new events
	Events     []*ent.Event       // the new events if they are known; nobody may change them
	Turns      bool               // a turn may be due, now or later
	TurnsNow   bool               // a turn is due now
	Deliveries bool               // a delivery may be due that is not among the new ones
	New        []*ent.Integration // of deliveries that are new and due, one entry for each; nobody may change them
	Attempts   bool               // outcomes of deliveries were stored
	Elsewhere  bool               // another server has committed it
}

func (w *Wake) add(workspace string, shard int) {
	w.Workspace = workspace
	w.Shards |= 1 << shard
}

// wakes calls functions after each commit.
type wakes struct {
	mu    sync.Mutex // protects funcs
	next  int
	funcs map[int]func(Wake)
}

// OnWake has f called after every commit that left something to do, until stop is called. f runs in the goroutine of
// the writer and must not block.
func (l *Log) OnWake(f func(Wake)) (stop func()) {
	l.wakes.mu.Lock()
	defer l.wakes.mu.Unlock()
	if l.wakes.funcs == nil {
		l.wakes.funcs = map[int]func(Wake){}
	}
	key := l.wakes.next
	l.wakes.next++
	l.wakes.funcs[key] = f
	return func() {
		l.wakes.mu.Lock()
		defer l.wakes.mu.Unlock()
		delete(l.wakes.funcs, key)
	}
}

// Woken takes note of a commit of another server.
func (l *Log) Woken(w Wake) {
	w.Elsewhere = true
	l.tails.passed(w)
	l.wakes.send(w)
}

// Unsure has whoever waits for commits of other servers look at the database: some may have been missed.
func (l *Log) Unsure() {
	l.tails.unsure()
	l.wakes.send(Wake{Attempts: true, Elsewhere: true})
}

// send holds the lock while it calls: the functions are few, and must not block.
func (w *wakes) send(wake Wake) {
	if wake.Shards == 0 && !wake.Turns && !wake.Deliveries && !wake.Attempts && len(wake.New) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.funcs {
		f(wake)
	}
}

// Signal is a wake-up that coalesces: many pokes before the reader looks are one. Make it with NewSignal.
type Signal chan struct{}

// NewSignal returns a signal that has not been poked.
func NewSignal() Signal { return make(Signal, 1) }

// Poke wakes the reader, now or at its next look. It never blocks.
func (s Signal) Poke() {
	select {
	case s <- struct{}{}:
	default:
	}
}
