// Package sampledata fills a workspace with plausible dialogues of the past, in bulk: customers, threads, messages, turns,
// tags, events and deliveries that fit together as if the server had written them. It is for measurements and for trying
// things out on many rows.
//
//	done, err := sampledata.Fill(ctx, db, sampledata.Options{Workspace: id, Agents: agents, Threads: 10_000, …})
package sampledata

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"entgo.io/ent/dialect"
	"golang.org/x/sync/errgroup"

	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/storage"
)

// Named is the id and the name of a row that is there already.
type Named struct{ ID, Name string }

// Options say what to write. All fields but Seed and Progress are required.
type Options struct {
	Workspace   string  // its feed is there, and no thread is
	Agents      []Named // at least one
	Operators   []Named // API keys; at least one
	Integration string  // gets a delivery of each event of Wanted

	Threads   int
	Messages  float64 // of a thread, on average
	Days      int     // threads begin within so many days before Now
	EventDays int     // events and deliveries of so many days are there, as retention leaves them
	Turns     bool    // whether each answer of an agent has its turn and step
	Now       ms.Time
	Seed      uint64 // the same seed gives the same dialogues, with other ids

	Progress func(Totals) // hears of each batch, if set
}

// Wanted are the types of events that the integration gets.
var Wanted = []string{eventlog.ContactReceived, eventlog.DialogueSuccessful, eventlog.OperatorTransferred, eventlog.DialogueClosed}

// Totals counts rows.
type Totals struct{ Threads, Customers, Messages, Turns, Tags, Events, Deliveries int }

func (t *Totals) add(o Totals) {
	t.Threads += o.Threads
	t.Customers += o.Customers
	t.Messages += o.Messages
	t.Turns += o.Turns
	t.Tags += o.Tags
	t.Events += o.Events
	t.Deliveries += o.Deliveries
}

// batchThreads is how many threads one transaction writes. All of them begin and end within its span of time, so that events
// have their positions in the order of time, and what was written is whole whenever it is broken off.
const batchThreads = 1000

// Fill writes the dialogues, oldest first, each batch in a transaction. On Postgres servers may be running; on SQLite the caller
// keeps them away. After an error the batches before it are there, whole.
func Fill(ctx context.Context, db *storage.DB, o Options) (Totals, error) {
	ctx = viewer.SystemContext(ctx, "generate data")
	group, running := errgroup.WithContext(ctx)
	batches := make(chan *batch, 1) // one is made while another one is written
	group.Go(func() error {
		defer close(batches)
		g := newGenerator(o)
		count := (o.Threads + batchThreads - 1) / batchThreads
		begin, span := o.Now.Add(-time.Duration(o.Days)*24*time.Hour), time.Duration(o.Days)*24*time.Hour/time.Duration(max(count, 1))
		for i := range count {
			from := begin.Add(span * time.Duration(i))
			b := g.batch(min(batchThreads, o.Threads-i*batchThreads), from, from.Add(span))
			select {
			case batches <- b:
			case <-running.Done():
				return running.Err()
			}
		}
		return nil
	})
	var done Totals
	group.Go(func() error {
		for b := range batches {
			if err := b.write(running, db, o.Workspace); err != nil {
				return err
			}
			done.add(b.totals)
			if o.Progress != nil {
				o.Progress(done)
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return done, err
	}
	return done, analyze(ctx, db)
}

// analyze tells Postgres what is in the tables now, and which of their pages are visible to all; SQLite plans without.
func analyze(ctx context.Context, db *storage.DB) error {
	if db.Dialect != dialect.Postgres {
		return nil
	}
	for _, t := range tables {
		if _, err := db.SQL.ExecContext(ctx, `VACUUM (ANALYZE) "`+t.name+`"`); err != nil {
			return fmt.Errorf("analyze %s: %w", t.name, err)
		}
	}
	return nil
}

// write stores a batch. It takes the places in the feed as any writer of events does, under the lock of each shard's row.
func (b *batch) write(ctx context.Context, db *storage.DB, workspace string) error {
	tx, err := db.SQL.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := b.place(ctx, tx, workspace); err != nil {
		return err
	}
	for i, t := range tables {
		if err := db.InsertMany(ctx, tx, t.name, t.columns, b.rows[i]); err != nil {
			return err
		}
	}
	// Threads and messages refer to each other, so the newest message is named when both are there.
	const last = `UPDATE threads SET last_message_id = (SELECT m.id FROM messages m WHERE m.thread_id = threads.id ORDER BY m.sequence DESC LIMIT 1)
		WHERE workspace_id = $1 AND last_message_id IS NULL AND message_count > 0 AND last_activity_at >= $2 AND last_activity_at <= $3`
	if _, err := tx.ExecContext(ctx, last, workspace, int64(b.from), int64(b.to)); err != nil {
		return fmt.Errorf("name the newest messages: %w", err)
	}
	return tx.Commit()
}

// place gives the batch's events and attempts their positions.
func (b *batch) place(ctx context.Context, tx *sql.Tx, workspace string) error {
	for shard, events := range b.events {
		if len(events) == 0 {
			continue
		}
		const take = `UPDATE feed_shards SET last_position = last_position + $1 WHERE workspace_id = $2 AND shard = $3 RETURNING last_position`
		var last int64
		if err := tx.QueryRowContext(ctx, take, len(events), workspace, shard).Scan(&last); err != nil {
			return fmt.Errorf("take positions in shard %d: %w", shard, err)
		}
		for i, e := range events {
			b.rows[eventTable] = append(b.rows[eventTable], e.row(last-int64(len(events)-1-i)))
		}
	}
	if len(b.attempts) == 0 {
		return nil
	}
	const take = `INSERT INTO delivery_feeds (id, workspace_id, created_at, last_position) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace_id) DO UPDATE SET last_position = delivery_feeds.last_position + excluded.last_position RETURNING last_position`
	var last int64
	if err := tx.QueryRowContext(ctx, take, id.New(id.DeliveryFeed), workspace, int64(b.to), len(b.attempts)).Scan(&last); err != nil {
		return fmt.Errorf("take positions for attempts: %w", err)
	}
	for i, a := range b.attempts {
		b.rows[attemptTable] = append(b.rows[attemptTable], append(a, last-int64(len(b.attempts)-1-i)))
	}
	return nil
}

// newGenerator begins with no dialogues.
func newGenerator(o Options) *generator {
	return &generator{o: o, random: rand.New(rand.NewPCG(o.Seed, 1)), eventsFrom: o.Now.Add(-time.Duration(o.EventDays) * 24 * time.Hour)}
}
