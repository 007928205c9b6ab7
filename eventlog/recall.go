package eventlog

import (
	"context"
	"errors"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"parley/ent/detach"
	"parley/ent/viewer"
)

// A verb that meets the same thread again and again need not read it each time. What a transaction of this process left of it
// is remembered, and the one statement that writes proves, as for every assumed thread, that nobody has written to it since.
// What is remembered is never answered to anybody: it is proved right by the database, or it is forgotten.

const (
	// mostRecollections is how many threads are remembered: a few megabytes.
	mostRecollections = 2000
	// largestRecollection bounds the contact and metadata of a thread that is remembered, in bytes.
	largestRecollection = 4096
)

// Recollection is a thread as a transaction of this process left it.
type Recollection struct {
	Known
	Beside any // what the verb knew beside that asked to remember
}

// recollections are those of a process, by the ids of their threads.
type recollections struct {
	mu    sync.Mutex // protects the fields below
	known *simplelru.LRU[string, Recollection]
	luck  int
}

// Luck is what being right earns and being wrong costs. While it is negative nothing is recalled, but each time is a step towards
// trying again: where other replicas write to the same threads in turn, recalling is a statement in vain.
const (
	mostLuck = 32
	badLuck  = 4
)

func newRecollections() recollections {
	known, err := simplelru.NewLRU[string, Recollection](mostRecollections, nil)
	if err != nil {
		panic("eventlog: " + err.Error()) // only for a size below 1
	}
	return recollections{known: known}
}

// get returns what is remembered of a thread, if that is worth a try.
func (r *recollections) get(threadID string) (Recollection, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.known.Get(threadID)
	if ok && r.luck < 0 {
		r.luck++
		return Recollection{}, false
	}
	return found, ok
}

// proved notes whether a thread was as it was remembered.
func (r *recollections) proved(threadID string, right bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if right {
		r.luck = min(r.luck+1, mostLuck)
		return
	}
	r.luck = max(r.luck-badLuck, -mostLuck)
	r.known.Remove(threadID)
}

func (r *recollections) forget(threads []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, threadID := range threads {
		r.known.Remove(threadID)
	}
}

// left takes what a committed transaction left of a thread, if a verb asks that, or if the thread is remembered already.
func (r *recollections) left(t *Thread) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, known := r.known.Peek(t.Row.ID)
	switch {
	case !known && t.remember == nil:
		return
	case known && old.Row.LastSeq > t.Row.LastSeq: // by a transaction behind this one, which was quicker to say so
		return
	}
	made := Recollection{Known{Row: t.Row, Tags: old.Tags, AgentRevision: t.AgentRevision}, old.Beside}
	if t.tags != nil {
		made.Tags = append([]string{}, t.Tags()...) // not nil
	}
	if t.remember != nil {
		made.Beside = t.remember
	}
	// A verb that did not know the tags has not changed them.
	if t.tags == nil && (!known || old.Row.LastSeq != t.stored) || len(t.Row.Contact)+len(t.Row.Metadata) > largestRecollection {
		r.known.Remove(t.Row.ID)
		return
	}
	row := detach.Row(t.Row)
	row.LastMessageID, row.LastMessageAt = copied(row.LastMessageID), copied(row.LastMessageAt) // they may point into the message
	made.Row = row
	r.known.Add(row.ID, made)
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// Remember asks that the thread be remembered once the transaction is committed, with what the verb knows beside it, which is not
// nil and which nobody changes any more. It is remembered through later transactions of this process, until one finds it changed
// by others. With SQLite, where nothing is assumed, nothing is remembered.
func (t *Thread) Remember(beside any) {
	if t.tx.log.Postgres() {
		t.remember = beside
	}
}

// Recall is Assume without reading, for a thread that is remembered and fits. What decides about the verb beside the thread's
// row, its tags and its agent must be Provided: time may have passed. It reports false when the verb must Assume. When the thread
// is not as it was remembered, the verb runs again, and this reports false. That a presumed viewer is the presumed one is proved with
// the thread.
func (tx *Tx) Recall(ctx context.Context, threadID string, fits func(Recollection) bool) (t *Thread, beside any, ok bool) {
	now, known := tx.log.clock.now()
	if !known || tx.forgetful || !tx.mayAssume() {
		return nil, nil, false
	}
	r, found := tx.log.recollections.get(threadID)
	who, _ := viewer.FromContext(ctx) // the rules of ent/schema, for a row that is not read
	if !found || who.Workspace != r.Row.WorkspaceID || who.Thread != "" && who.Thread != threadID || !fits(r) {
		return nil, nil, false
	}
	tx.recalled = threadID
	t = tx.assume(r.Known, now)
	t.Provided(`(SELECT revision FROM agents WHERE id = ? AND workspace_id = ?) = ?`, t.Row.AgentID, t.Row.WorkspaceID, t.AgentRevision)
	if tx.presumed = viewer.Presumed(ctx); tx.presumed != nil {
		t.Provided(tx.presumed.Condition, tx.presumed.Args...)
	}
	return t, r.Beside, true
}

// errForgotten makes a verb run again, without what was remembered.
var errForgotten = errors.New("a thread is not as it was remembered")

// mistaken is the error of a verb that may have failed, or moved, only because its thread is not as it was remembered. Nothing is
// stored then.
func (tx *Tx) mistaken(err error) error {
	if t := tx.threads[tx.recalled]; t == nil || !t.assumed {
		return err
	}
	if errors.Is(err, errMoved) {
		tx.log.recollections.proved(tx.recalled, false)
	}
	return errForgotten
}

// condition is SQL in which every ? stands for the next argument.
type condition struct {
	query string
	args  []any
}

// Provided adds a condition to the proof of an assumed thread: if it does not hold when the transaction ends, the verb runs again.
// It sees the tables as they are then. Every ? in it stands for the next argument.
func (t *Thread) Provided(query string, args ...any) {
	t.conditions = append(t.conditions, condition{query, args})
}
