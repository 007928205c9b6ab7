package eventlog

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"parley/ent"
	"parley/ent/ms"
	"parley/ent/viewer"
)

// flush writes what the verb left to the end, in the lock order of the package comment.
func (tx *Tx) flush(ctx context.Context) (Wake, error) {
	threads := slices.SortedFunc(maps.Values(tx.threads), func(a, b *Thread) int { return cmp.Compare(a.Row.ID, b.Row.ID) })
	threads = slices.DeleteFunc(threads, func(t *Thread) bool { return !t.changed && t.Row.LastSeq == t.stored })
	plans, err := tx.planDeliveries(ctx)
	if err != nil {
		return Wake{}, err
	}
	shards, err := tx.shards()
	if err != nil {
		return Wake{}, err
	}
	once := tx.log.Postgres() && len(threads) == 1 && len(shards) == 1
	if once {
		if plans, err = tx.deliverAtOnce(ctx, plans); err == nil {
			err = tx.appendAtOnce(ctx, threads[0], shards[0], len(plans) > 0)
		}
	} else if len(threads) > 0 || len(shards) > 0 || len(tx.waiting) > 0 {
		if err = tx.ready(ctx); err == nil {
			err = tx.appendInTurn(ctx, threads, shards)
		}
	}
	if err != nil {
		return Wake{}, err
	}
	for _, s := range shards {
		tx.wake.add(s.workspace, s.number)
		tx.wake.Events = append(tx.wake.Events, s.events...)
	}
	if err := tx.insertDeliveries(ctx, plans); err != nil {
		return Wake{}, err
	}
	return tx.wake, nil
}

// shard is the new events of one feed shard, in order.
type shard struct {
	workspace string
	number    int
	events    []*ent.Event
}

// shards groups the events of the transaction by their feed shard, in ascending order.
func (tx *Tx) shards() ([]shard, error) {
	var found []shard
	for number := range Shards {
		s := shard{number: number}
		for i := range tx.events {
			row := &tx.events[i].row
			if first := tx.events[0].row.WorkspaceID; row.WorkspaceID != first {
				return nil, fmt.Errorf("one transaction emits for %s and %s", first, row.WorkspaceID)
			}
			if row.Shard == number {
				s.workspace, s.events = row.WorkspaceID, append(s.events, row)
			}
		}
		if len(s.events) > 0 {
			found = append(found, s)
		}
	}
	return found, nil
}

// place gives the events their positions, of which the last is given.
func (s shard) place(last int64) {
	for i, row := range s.events {
		row.Position = last - int64(len(s.events)-1-i)
	}
}

// appendInTurn writes threads, shards and events by a statement each.
func (tx *Tx) appendInTurn(ctx context.Context, threads []*Thread, shards []shard) error {
	for _, t := range threads {
		var w statement
		t.update(&w)
		result, err := tx.raw.ExecContext(ctx, w.text.String(), w.args...)
		if err != nil {
			return fmt.Errorf("update thread %s: %w", t.Row.ID, err)
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, t.lost())
		}
	}
	for _, s := range shards {
		var w statement
		s.take(&w, ``, true)
		var last, revision int64
		if err := queryRow(ctx, tx.raw, &w, &last, &revision); err != nil {
			return fmt.Errorf("take positions in shard %d of %s: %w", s.number, s.workspace, err)
		}
		if err := tx.holds(s.workspace, revision); err != nil {
			return err
		}
		s.place(last)
	}
	if len(shards) == 0 {
		return nil
	}
	var w statement
	w.add(`INSERT INTO events (` + eventColumns + `) VALUES `)
	for i := range tx.events {
		w.event(i, &tx.events[i].row, tx.events[i].row.Position)
	}
	if _, err := tx.raw.ExecContext(ctx, w.text.String(), w.args...); err != nil {
		return fmt.Errorf("store events: %w", err)
	}
	return nil
}

// appendAtOnce is appendInTurn for the usual case of one thread, together with what waits, in one statement of Postgres,
// where each is a round trip. Its parts see the tables as they were before it: no row may be written by two of them. When
// the thread was only assumed, and no more is to follow, that statement is the whole transaction.
func (tx *Tx) appendAtOnce(ctx context.Context, t *Thread, s shard, more bool) error {
	update, alone := tx.alone(t)
	if alone = alone && !more; !alone {
		if err := tx.begin(ctx); err != nil {
			return err
		}
	}
	list := tx.waiting
	tx.waiting = nil
	var w statement
	w.text.Grow(3000 + 500*len(list))
	w.add(`WITH `)
	name := func(i int) string { return `waiting` + strconv.Itoa(i) }
	add := func(i int, query string) {
		w.add(name(i)+` AS (`).append(query, list[i].args)
		w.add(` RETURNING 1), `)
	}
	if alone && update >= 0 { // the thread is locked first, and its row waits for the update
		tx.hold(&w, t, s)
		query, _ := list[update].behind(`held`)
		add(update, query)
	}
	w.add(`thread AS (`)
	t.update(&w)
	switch {
	case alone && update >= 0:
		w.add(` AND EXISTS (SELECT 1 FROM ` + name(update) + `)`)
	case alone:
		tx.proof(&w, t, s)
	}
	w.add(` RETURNING id), `)
	for i, q := range list {
		query := q.query
		if alone {
			query, _ = q.behind(`thread`)
		}
		if i != update || !alone {
			add(i, query)
		}
	}
	w.add(`shard AS (`)
	s.take(&w, `thread`, !alone) // alone, the integrations are proved by what is held
	w.add(`), `)
	if len(s.events) == 1 {
		w.add(`stored AS (INSERT INTO events (` + eventColumns + `) SELECT `)
		w.values(s.events[0], `last_position`)
		w.add(` FROM shard)`)
	} else {
		w.add(`event (` + eventColumns + `) AS (VALUES `)
		for i, row := range s.events {
			w.event(i, row, int64(i+1-len(s.events))) // counted back from the last position
		}
		w.add(`), stored AS (INSERT INTO events (` + eventColumns + `)
		SELECT id, workspace_id, created_at, shard, shard.last_position + position, thread_id, sequence, type, data, body, traceparent
		FROM event, shard)`)
	}
	w.add(`
		SELECT (SELECT last_position FROM shard), (SELECT COUNT(*) FROM thread), ` + tx.log.NowSQL())
	var updated int64
	var last, agent *int64
	var revision sql.NullInt64
	var now ms.Time
	touched, into := make([]int64, len(list)), []any{&last, &updated, &now}
	if tx.recalled == "" { // or it is proved
		w.add(`, (SELECT revision FROM agents WHERE id = `).arg(t.Row.AgentID).add(` AND workspace_id = `).arg(t.Row.WorkspaceID).add(`)`)
		into = append(into, &agent)
	}
	for i := range list {
		w.add(`, (SELECT COUNT(*) FROM ` + name(i) + `)`)
		into = append(into, &touched[i])
	}
	held := &updated
	client := tx.raw
	if alone {
		if update >= 0 {
			w.add(`, (SELECT COUNT(*) FROM held)`)
			held = new(int64)
			into = append(into, held)
		}
		client = tx.log.client
		own, cancel, err := Own(ctx)
		if err != nil {
			return err
		}
		defer cancel()
		if ctx = own; tx.presumed != nil {
			ctx = viewer.WithCondition(ctx)
		}
		beforeCommit()
	} else {
		w.add(`, (SELECT revision FROM shard)`)
		into = append(into, &revision)
	}
	if err := queryRow(ctx, client, &w, into...); err != nil {
		return fmt.Errorf("store events: %w", err)
	}
	tx.log.clock.set(now)
	if alone && *held != 1 {
		if done, err := tx.repeated(ctx, s); done || err != nil {
			tx.proved(done)
			return err
		}
		if tx.recalled == "" {
			tx.log.kept.forget(s.workspace) // perhaps it was that which changed
		}
		return errMoved
	}
	if alone && update >= 0 && touched[update] != 1 { // then nothing else has happened either
		return list[update].orElse
	}
	for i, n := range touched {
		if n != 1 {
			return list[i].orElse
		}
	}
	if updated != 1 {
		return t.lost()
	}
	if last == nil {
		return fmt.Errorf("workspace %s has no feed shard %d", s.workspace, s.number)
	}
	if agent != nil {
		t.AgentRevision = *agent
	}
	s.place(*last)
	if alone {
		tx.proved(true)
		return nil
	}
	return tx.holds(s.workspace, revision.Int64)
}

// proved notes that a statement with the condition on a presumed viewer has stored what it had to.
func (tx *Tx) proved(done bool) {
	if done && tx.presumed != nil {
		tx.presumed.Proved()
	}
}

// repeated says whether a statement that found its thread changed had changed it itself. database/sql runs a statement again when
// its connection broke before the answer came, and by then the first run may be committed. The events get their positions.
func (tx *Tx) repeated(ctx context.Context, s shard) (bool, error) {
	var w statement
	w.add(`SELECT position FROM events WHERE id = `).arg(s.events[len(s.events)-1].ID).add(` AND workspace_id = `).arg(s.workspace)
	var last int64
	err := queryRow(ctx, tx.log.client, &w, &last)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for events that may be stored: %w", err)
	}
	s.place(last)
	return true, nil
}

// update writes what the verb changed in the locked row. All that a verb may change is written each time, so that the
// statement is always the same.
func (t *Thread) update(w *statement) {
	row := t.Row
	w.add(`UPDATE threads SET status = `).arg(string(row.Status)).add(`, epoch = `).arg(row.Epoch).add(`, last_seq = `).arg(row.LastSeq)
	w.add(`, message_count = `).arg(row.MessageCount).add(`, last_message_id = `).arg(row.LastMessageID)
	w.add(`, last_message_at = `).arg(row.LastMessageAt).add(`, last_activity_at = `).arg(row.LastActivityAt)
	w.add(`, operator_id = `).arg(row.OperatorID).add(`, operator_since = `).arg(row.OperatorSince).add(`, waiting_since = `).arg(row.WaitingSince)
	w.add(`, version_id = `).arg(row.VersionID).add(`, version_moves = `).arg(row.VersionMoves).add(`, updated_at = `).arg(t.tx.Now)
	if t.contacted {
		w.add(`, contact = `).arg(string(row.Contact))
	}
	if t.reached {
		w.add(`, success_at = `).arg(row.SuccessAt).add(`, contact_at = `).arg(row.ContactAt).add(`, interest_at = `).arg(row.InterestAt)
		w.add(`, operator_at = `).arg(row.OperatorAt).add(`, closed_at = `).arg(row.ClosedAt).add(`, taken_over_at = `).arg(row.TakenOverAt)
	}
	w.add(` WHERE id = `).arg(row.ID).add(` AND workspace_id = `).arg(row.WorkspaceID).add(` AND last_seq = `).arg(t.stored)
}

// hold writes the part that locks an assumed thread and finds its row if it is as assumed.
func (tx *Tx) hold(w *statement, t *Thread, s shard) {
	w.add(`held AS (SELECT 1 FROM threads WHERE id = `).arg(t.Row.ID).add(` AND workspace_id = `).arg(t.Row.WorkspaceID)
	w.add(` AND last_seq = `).arg(t.stored)
	tx.proof(w, t, s)
	w.add(` ` + noKey + `), `)
}

// proof writes the conditions of an assumed thread beside its sequence: its own, and that the workspace's integrations are those
// that deliveries were planned by.
func (tx *Tx) proof(w *statement, t *Thread, s shard) {
	if tx.planned != nil {
		w.add(` AND (SELECT integrations_revision FROM workspaces WHERE id = `).arg(s.workspace).add(`) = `).arg(*tx.planned)
	}
	w.provided(t)
}

// lost is the error of an update that found no row: the lock was not held, a mistake of the program that must not lose
// events silently.
func (t *Thread) lost() error { return fmt.Errorf("thread %s changed under its lock", t.Row.ID) }

// take takes positions for the shard's new events, after the named part of the statement if there is one, and returns the
// last of them, and the revision of the workspace's integrations if that is asked for.
func (s shard) take(w *statement, after string, revision bool) {
	w.add(`UPDATE feed_shards SET last_position = last_position + `).arg(len(s.events)).add(` WHERE workspace_id = `).arg(s.workspace)
	w.add(` AND shard = `).arg(s.number)
	if after != `` {
		w.add(` AND EXISTS (SELECT 1 FROM ` + after + `)`)
	}
	w.add(` RETURNING last_position`)
	if revision {
		w.add(`, (SELECT integrations_revision FROM workspaces WHERE id = feed_shards.workspace_id) AS revision`)
	}
}

// queryRow runs a statement that returns one row of numbers.
func queryRow(ctx context.Context, client *ent.Client, w *statement, into ...any) error {
	rows, err := client.QueryContext(ctx, w.text.String(), w.args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return errors.Join(sql.ErrNoRows, rows.Err())
	}
	return errors.Join(rows.Scan(into...), rows.Err(), rows.Close())
}

const eventColumns = `id, workspace_id, created_at, shard, position, thread_id, sequence, type, data, body, traceparent`
