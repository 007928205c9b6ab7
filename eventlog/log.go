package eventlog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/failpoint"
)

// Log writes and reads the event log of one database. It is safe for concurrent use. Make it with New.
type Log struct {
	client  *ent.Client
	dialect string
	now     func() ms.Time
	wakes   wakes
	tails   tails
	kept    kept
	clock   clock

	recollections recollections
}

// New returns the log of the database behind client; dialectName is dialect.SQLite or dialect.Postgres. Nil for now
// means the process's clock, which is used with SQLite; Postgres uses its own.
func New(client *ent.Client, dialectName string, now func() ms.Time) *Log {
	if now == nil {
		now = ms.Now
	}
	l := &Log{client: client, dialect: dialectName, now: now, recollections: newRecollections()}
	l.tails = tails{log: l, signal: NewSignal(), of: map[string]*tail{}}
	return l
}

// Client builds statements outside a transaction, for reads.
func (l *Log) Client() *ent.Client { return l.client }

// Postgres says whether the database is Postgres, for the few places that write SQL by hand.
func (l *Log) Postgres() bool { return l.dialect == dialect.Postgres }

// NowSQL is an SQL expression for the one clock of the database in milliseconds. With Postgres it is the server's own,
// with SQLite this machine's. It is the same text each time, so that statements with it can be kept prepared.
func (l *Log) NowSQL() string {
	if l.Postgres() {
		return "(extract(epoch from clock_timestamp()) * 1000)::bigint"
	}
	return "CAST(round(unixepoch('subsec') * 1000) AS integer)" // unixepoch counts seconds, with three decimals
}

// maxTries bounds how often one verb is repeated after a collision with another.
const maxTries = 12

// Write runs verb in one transaction, appends the events it emitted, commits, and wakes whoever waits for them. When
// the database reports a collision with another transaction the whole verb is run again, so it must change nothing
// outside the database. It must call no model and no network, and must keep no Tx or Thread. The error of the verb is
// returned as it is, and nothing is stored then.
func (l *Log) Write(ctx context.Context, verb func(ctx context.Context, tx *Tx) error) error {
	again := false
	return Again(ctx, func() error {
		err := l.writeOnce(ctx, verb, again, false)
		if errors.Is(err, errForgotten) {
			err = l.writeOnce(ctx, verb, again, true)
		}
		again = true
		return err
	})
}

// Again runs f, and runs it again when the database reports a collision with another transaction, a bounded number of
// times. It is for single statements that need no transaction; verbs are run by Write.
func Again(ctx context.Context, f func() error) error {
	for try := 1; ; try++ {
		err := f()
		if err == nil || try == maxTries || !collision(err, try) {
			return err
		}
		pause := time.Duration(rand.Int64N(int64(3*time.Millisecond) << min(try, 6)))
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

// ownLimit bounds a statement that is a transaction of its own.
const ownLimit = 10 * time.Second

// Own returns a context for a statement that is a transaction of its own, and what to call when it has run: it goes on when
// ctx ends, because one that is broken off may have been committed all the same, and nobody would know. It ends after ten
// seconds. The error is that of a ctx that has ended before.
func Own(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), ownLimit)
	return own, cancel, nil
}

func (l *Log) writeOnce(ctx context.Context, verb func(ctx context.Context, tx *Tx) error, again, forgetful bool) (err error) {
	tx := &Tx{log: l, ctx: ctx, again: again, forgetful: forgetful, threads: map[string]*Thread{}}
	if !l.Postgres() { // one writer at a time: the clock is read when it is this one's turn
		if err := tx.begin(ctx); err != nil {
			return err
		}
	}
	tx.Now = l.now()
	done := false
	defer func() {
		if !done && tx.entTx != nil { // also when verb panics
			_ = tx.entTx.Rollback()
		}
	}()
	if err := verb(ctx, tx); err != nil {
		return tx.mistaken(err)
	}
	wake, err := tx.flush(bookkeeper(ctx))
	switch {
	case errors.Is(err, errMoved):
		return tx.mistaken(err)
	case err != nil:
		return fmt.Errorf("append events: %w", err)
	}
	if tx.entTx != nil {
		beforeCommit()
		if err := tx.entTx.Commit(); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
	}
	done = true
	failpoint.Hit("log.committed")
	if tx.recalled != "" {
		l.recollections.proved(tx.recalled, true)
	}
	for _, t := range tx.threads {
		t.leave()
		l.recollections.left(t)
	}
	l.tails.passed(wake)
	l.wakes.send(wake)
	return nil
}

// beforeCommit is where everything is ready to be committed.
func beforeCommit() { failpoint.Hit("log.commit") }

// bookkeeper returns a context for what the log itself writes: the customer behind a thread token may not read the
// workspace's integrations, but what he says goes to them.
func bookkeeper(ctx context.Context) context.Context {
	if v, ok := viewer.FromContext(ctx); ok && v.Thread != "" {
		return viewer.WorkerContext(ctx, v.Workspace, "eventlog")
	}
	return ctx
}

// collision says whether err is a clash with another transaction that a repetition can cure. A violated unique index
// is one at first: when two verbs insert the same key together, the second finds the first one's row on its repetition.
func collision(err error, try int) bool {
	if errors.Is(err, errStale) || errors.Is(err, errMoved) {
		return true
	}
	var pe *pq.Error
	if errors.As(err, &pe) {
		switch pe.Code.Name() {
		case "serialization_failure", "deadlock_detected", "lock_not_available":
			return true
		case "unique_violation":
			return try <= 3
		}
		return false
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return true
		case sqlite3.SQLITE_CONSTRAINT:
			return try <= 3 && se.Code() != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
		}
	}
	return false
}

// queryInt runs a statement that returns one number.
func queryInt(ctx context.Context, client *ent.Client, query string, args ...any) (int64, error) {
	w := statement{args: args}
	w.add(query)
	var n int64
	err := queryRow(ctx, client, &w, &n)
	return n, err
}
