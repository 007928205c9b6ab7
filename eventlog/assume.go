package eventlog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/thread"
)

// A verb that locks its thread pays Postgres five round trips: BEGIN, the lock, what it reads, what it writes, COMMIT. One
// that assumes the thread to be as it was seen pays for reading and for one statement that writes everything, if the
// thread's sequence is still the assumed one: every change of a thread or its tags takes a sequence, so an equal one proves
// that there was none.

// Known is a thread as a read found it, or as a transaction left it.
type Known struct {
	Row           *ent.Thread
	Tags          []string // nil if they are not known
	AgentRevision int64    // of the thread's agent
}

// errMoved makes a verb run again, and lock its thread: it is not as the verb assumed.
var errMoved = errors.New("the thread changed meanwhile")

// Assume is Lock for verbs that seldom meet another one on their thread. With Postgres it reads the thread without locking
// it; the end of the transaction locks it and proves that it is still the same, and otherwise the verb runs again, with
// the lock. What such a verb reads beside, it reads by Reader, and only what cannot change without an event of the thread,
// or what the verb's own updates have conditions for. Columns read that with the thread, where nothing is locked by it: they are
// values of the row then.
func (tx *Tx) Assume(ctx context.Context, threadID string, columns ...func(*sql.Selector)) (*Thread, error) {
	if !tx.mayAssume() {
		return tx.Lock(ctx, threadID)
	}
	q := tx.log.client.Thread.Query().Where(thread.ID(threadID))
	tx.beside(ctx, q)
	q.Modify(columns...)
	row, err := q.Only(ctx)
	if err != nil {
		return nil, err
	}
	return tx.take(row, true)
}

// Assumed says whether the thread is assumed to be as it was, and not locked.
func (t *Thread) Assumed() bool { return t.assumed }

// AssumeKnown is Assume for who has left the thread a moment ago. Where it locks the thread, the thread has the known tags
// if it is Still as it was left.
func (tx *Tx) AssumeKnown(ctx context.Context, k Known) (*Thread, error) {
	now, ok := tx.log.clock.now()
	if !ok || !tx.mayAssume() {
		t, err := tx.Lock(ctx, k.Row.ID)
		if err == nil && t.Still(k) && k.Tags != nil {
			t.KnowTags(k.Tags)
		}
		return t, err
	}
	return tx.assume(k, now), nil
}

func (tx *Tx) assume(k Known, now ms.Time) *Thread {
	row := *k.Row
	tx.Now = max(now, row.LastActivityAt)
	t := &Thread{Row: &row, AgentRevision: k.AgentRevision, tx: tx, stored: row.LastSeq, assumed: true}
	if k.Tags != nil {
		t.KnowTags(k.Tags)
	}
	tx.threads[row.ID], tx.lastLocked = t, row.ID
	return t
}

// mayAssume says whether this run of the verb may assume its first thread.
func (tx *Tx) mayAssume() bool {
	return tx.log.Postgres() && !tx.again && tx.entTx == nil && len(tx.threads) == 0
}

// Still says whether the thread is as it was known, or is assumed to be: nobody has written to it or its tags since.
func (t *Thread) Still(k Known) bool { return t.Row.LastSeq == k.Row.LastSeq }

// Leave asks for what the transaction leaves of the thread. It is written to known once the transaction is committed.
func (t *Thread) Leave(known *Known) { t.left = known }

func (t *Thread) leave() {
	if t.left == nil {
		return
	}
	*t.left = Known{Row: t.Row, AgentRevision: t.AgentRevision}
	if t.tags != nil {
		t.left.Tags = append([]string{}, t.Tags()...) // not nil
	}
}

// Reader reads for a verb whose thread is only assumed; for others it is Client. It does not see what waits (Later).
func (tx *Tx) Reader() *ent.Client {
	if tx.entTx == nil {
		return tx.log.client
	}
	return tx.Client()
}

// begin begins the transaction in earnest, and locks the thread that was assumed.
func (tx *Tx) begin(ctx context.Context) error {
	if tx.entTx != nil {
		return nil
	}
	made, err := tx.log.client.Tx(tx.ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx.entTx, tx.raw = made, made.Client()
	for _, t := range tx.threads {
		if !t.assumed {
			continue
		}
		_, err := tx.raw.Thread.Query().Where(thread.ID(t.Row.ID), thread.LastSeq(t.stored)).
			ForUpdate(sql.WithLockClause(noKey)).Select(thread.FieldID).String(ctx)
		switch {
		case ent.IsNotFound(err):
			return errMoved
		case err != nil:
			return fmt.Errorf("lock %s: %w", t.Row.ID, err)
		}
		if err := tx.prove(ctx, t); err != nil {
			return err
		}
		t.assumed = false
	}
	return nil
}

// prove fails with errMoved when a condition of a thread that is locked by now does not hold.
func (tx *Tx) prove(ctx context.Context, t *Thread) error {
	if len(t.conditions) == 0 {
		return nil
	}
	var w statement
	w.add(`SELECT CASE WHEN 1 = 1`).provided(t).add(` THEN 1 ELSE 0 END`)
	var holds int64
	if err := queryRow(ctx, tx.raw, &w, &holds); err != nil {
		return fmt.Errorf("look at what %s depends on: %w", t.Row.ID, err)
	}
	if holds != 1 {
		return errMoved
	}
	return nil
}

// alone reports whether the end of the transaction can be one statement that needs no BEGIN and no COMMIT, and the update
// among what waits, -1 if there is none. Its parts cannot be undone, so each waits for the one before: for the thread,
// then for the update, which has conditions of its own; creates have none.
func (tx *Tx) alone(t *Thread) (update int, ok bool) {
	if tx.entTx != nil || !t.assumed {
		return 0, false
	}
	update = -1
	for i, q := range tx.waiting {
		if _, ok := q.behind(""); !ok || update >= 0 && q.isUpdate() {
			return 0, false
		}
		if q.isUpdate() {
			update = i
		}
	}
	return update, true
}

func (q queued) isUpdate() bool { return strings.HasPrefix(q.query, "UPDATE ") }

// behind returns the statement so that it does nothing when the named part of the whole has found no row. It reports false
// for one that it does not understand: ent writes them, always in these two forms.
func (q queued) behind(part string) (query string, ok bool) {
	if head, condition, found := strings.Cut(q.query, " WHERE "); found && q.isUpdate() {
		return head + " WHERE (" + condition + ") AND EXISTS (SELECT 1 FROM " + part + ")", true
	}
	head, values, found := strings.Cut(q.query, ") VALUES (")
	values, closed := strings.CutSuffix(values, ")")
	if !found || !closed || strings.Trim(values, "$0123456789, ") != "" {
		return "", false
	}
	return head + ") SELECT " + values + " FROM " + part, true
}

// clock knows the time of the database without asking, for a while after somebody has asked.
type clock struct {
	mu sync.Mutex // protects the fields below
	db ms.Time
	at time.Time // when it was that time
}

// clockFor is how long the time of the database is trusted to go on like this process's.
const clockFor = 10 * time.Second

func (c *clock) set(db ms.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.db, c.at = db, time.Now()
}

func (c *clock) now() (ms.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	since := time.Since(c.at)
	return c.db.Add(since), since < clockFor
}
