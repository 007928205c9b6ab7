package eventlog

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"

	"parley/ent"
	"parley/ent/feedshard"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/thread"
)

// Shards is the number of feed shards of a workspace. It is part of stored cursors and never changes.
const Shards = 8

// ShardOf returns the feed shard of a thread.
func ShardOf(threadID string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(threadID))
	return int(h.Sum32() % Shards)
}

// Tx is one transaction of Log.Write. It is not safe for concurrent use and dies with the verb.
type Tx struct {
	// Now is the time of the transaction, by the database's clock once a thread is locked. Everything it stores
	// carries it.
	Now ms.Time

	log        *Log
	client     *ent.Client
	threads    map[string]*Thread
	lastLocked string
	events     []pending
	wake       Wake
}

// pending is an event that waits for its feed position.
type pending struct {
	row  ent.Event
	host *Thread // nil for events without a thread
}

// Client builds statements inside the transaction. Code of a verb uses no other client.
func (tx *Tx) Client() *ent.Client { return tx.client }

// WakeTurns asks for the turn workers to look at the queue after the commit.
func (tx *Tx) WakeTurns() { tx.wake.Turns = true }

// WakeDeliveries asks for the delivery workers to look at the queue after the commit.
func (tx *Tx) WakeDeliveries() { tx.wake.Deliveries = true }

// EmitWorkspace appends an event without a thread. It has a feed position and no sequence.
func (tx *Tx) EmitWorkspace(workspace, eventType string, data Data, payload any) error {
	return tx.emitRow(nil, workspace, eventType, data, payload)
}

func (tx *Tx) emit(t *Thread, eventType string, data Data, payload any) error {
	return tx.emitRow(t, t.Row.WorkspaceID, eventType, data, payload)
}

func (tx *Tx) emitRow(t *Thread, workspace, eventType string, data Data, payload any) error {
	facts, err := raw.Of(data)
	if err != nil {
		return fmt.Errorf("encode %s: %w", eventType, err)
	}
	row := ent.Event{ID: id.New(id.Event), WorkspaceID: workspace, CreatedAt: tx.Now, Type: eventType, Data: facts}
	if t != nil {
		seq := t.Row.LastSeq
		row.ThreadID, row.Sequence, row.Shard = &t.Row.ID, &seq, t.Row.Shard
	}
	if ForWebhooks(eventType) {
		row.Body, err = Body{
			ID: row.ID, Type: eventType, Version: PayloadVersion, Timestamp: tx.Now, WorkspaceID: workspace,
			ThreadID: row.ThreadID, Sequence: row.Sequence, Data: payload,
		}.render()
		if err != nil {
			return fmt.Errorf("render the body of %s: %w", eventType, err)
		}
	}
	tx.events = append(tx.events, pending{row, t})
	return nil
}

// flush writes what the verb left to the end, in the lock order of the package comment.
func (tx *Tx) flush(ctx context.Context) (Wake, error) {
	threads := make([]*Thread, 0, len(tx.threads))
	for _, t := range tx.threads {
		threads = append(threads, t)
	}
	slices.SortFunc(threads, func(a, b *Thread) int { return cmp.Compare(a.Row.ID, b.Row.ID) })
	for _, t := range threads {
		if err := t.flush(ctx); err != nil {
			return Wake{}, err
		}
	}
	if len(tx.events) == 0 {
		return tx.wake, nil
	}
	plans, err := tx.planDeliveries(ctx)
	if err != nil {
		return Wake{}, err
	}
	if err := tx.takePositions(ctx); err != nil {
		return Wake{}, err
	}
	creates := make([]*ent.EventCreate, len(tx.events))
	for i, p := range tx.events {
		creates[i] = tx.client.Event.Create().SetID(p.row.ID).SetWorkspaceID(p.row.WorkspaceID).
			SetCreatedAt(p.row.CreatedAt).SetShard(p.row.Shard).SetPosition(p.row.Position).SetType(p.row.Type).
			SetNillableThreadID(p.row.ThreadID).SetNillableSequence(p.row.Sequence).SetData(p.row.Data).SetBody(p.row.Body)
	}
	if err := tx.client.Event.CreateBulk(creates...).Exec(ctx); err != nil {
		return Wake{}, err
	}
	return tx.wake, tx.insertDeliveries(ctx, plans)
}

func (t *Thread) flush(ctx context.Context) error {
	if t.Row.LastSeq != t.stored {
		t.change().SetLastSeq(t.Row.LastSeq)
	}
	if t.update == nil {
		return nil
	}
	n, err := t.update.Where(thread.LastSeq(t.stored)).Save(ctx)
	if err != nil {
		return err
	}
	if n != 1 { // the lock was not held: a mistake of the program that must not lose events silently
		return fmt.Errorf("thread %s changed under its lock", t.Row.ID)
	}
	return nil
}

// takePositions numbers the events within their feed shards, shards in ascending order.
func (tx *Tx) takePositions(ctx context.Context) error {
	groups := map[int][]*ent.Event{}
	for i := range tx.events {
		row := &tx.events[i].row
		groups[row.Shard] = append(groups[row.Shard], row)
	}
	workspace := tx.events[0].row.WorkspaceID
	for shard := range Shards {
		rows := groups[shard]
		if len(rows) == 0 {
			continue
		}
		const take = `UPDATE feed_shards SET last_position = last_position + $1 WHERE workspace_id = $2 AND shard = $3 RETURNING last_position`
		last, err := queryInt(ctx, tx.client, take, len(rows), workspace, shard)
		if err != nil {
			return fmt.Errorf("take positions in shard %d of %s: %w", shard, workspace, err)
		}
		for i, row := range rows {
			if row.WorkspaceID != workspace {
				return fmt.Errorf("one transaction emits for %s and %s", workspace, row.WorkspaceID)
			}
			row.Position = last - int64(len(rows)-1-i)
		}
		tx.wake.add(workspace, shard)
	}
	return nil
}

// MakeFeed inserts the feed shards of a new workspace.
func MakeFeed(ctx context.Context, client *ent.Client, workspace string) error {
	creates := make([]*ent.FeedShardCreate, Shards)
	for shard := range creates {
		creates[shard] = client.FeedShard.Create().SetWorkspaceID(workspace).SetShard(shard)
	}
	return client.FeedShard.CreateBulk(creates...).OnConflictColumns(feedshard.FieldWorkspaceID, feedshard.FieldShard).
		DoNothing().Exec(ctx)
}
