package graph

import (
	"context"
	"sync"

	"parley/eventlog"
	"parley/graph/gql"
)

// standing is where an execution of a subscription stands. Two executions of the same subscription at equal places have the same
// events before them.
type standing struct {
	sequence  int64                  // of a thread's last event, or the position of the last attempt
	positions [eventlog.Shards]int64 // of a workspace's feed
	state     string                 // of a thread: what is told of texts that are being written, and of people
}

// track is where one execution stands, told by its resolver event by event, since what a document selects need not hold it.
type track struct {
	mu    *sync.Mutex // protects what follows
	moved func()      // called with the lock when at has changed without an answer; may be nil

	started bool // whether at is known
	at      standing
	waiting []move // handed to the execution, and not sent yet
}

// move leads to a place: by an event with its id, or past what nobody is told of.
type move struct {
	to     standing
	id     gql.Cursor
	silent bool
}

type trackKey struct{}

// tellEvent says, before an event is handed to the execution, where the stream stands behind it, and with what a client
// resumes there; empty: it cannot. A stream says it for each of its events or for none.
func tellEvent(ctx context.Context, id gql.Cursor, to standing) { tellMove(ctx, move{to: to, id: id}) }

// tellPlace says that a stream stands at a place where it begins, or to which it came past what nobody is told of.
func tellPlace(ctx context.Context, to standing) { tellMove(ctx, move{to: to, silent: true}) }

func tellMove(ctx context.Context, m move) {
	if t, ok := ctx.Value(trackKey{}).(*track); ok {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.waiting = append(t.waiting, m)
		t.walk()
	}
}

// next is the id of the event that is answered next; the caller holds the lock.
func (t *track) next() string {
	if len(t.waiting) == 0 {
		return ""
	}
	return string(t.waiting[0].id)
}

// passed takes note that the answer to the next event was sent; the caller holds the lock.
func (t *track) passed() {
	if len(t.waiting) > 0 {
		t.step()
		t.walk()
	}
}

// walk goes as far as nothing has to be sent; the caller holds the lock.
func (t *track) walk() {
	went := false
	for len(t.waiting) > 0 && t.waiting[0].silent {
		t.step()
		went = true
	}
	if went && t.moved != nil {
		t.moved()
	}
}

func (t *track) step() {
	t.started, t.at = true, t.waiting[0].to
	t.waiting = t.waiting[:copy(t.waiting, t.waiting[1:])]
}
