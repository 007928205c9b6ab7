package eventlog

import (
	"context"
	"fmt"
	"hash/fnv"

	"parley/ent"
	"parley/ent/feedshard"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/raw"
	"parley/ent/viewer"
	"parley/trace"
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
	ctx        context.Context     // of the whole transaction
	parent     *string             // what Traceparent returns; nil before it is asked for
	entTx      *ent.Tx             // nil before the first statement, with Postgres
	raw        *ent.Client         // runs statements at once
	client     *ent.Client         // runs what waits before them; nil before it is asked for, as one is some kilobytes
	later      *ent.Client         // that of Later(nil), likewise
	again      bool                // whether an earlier run of the verb met with a collision
	forgetful  bool                // whether an earlier run found a thread not as it was remembered
	recalled   string              // the thread that this run goes by memory of
	presumed   *viewer.Presumption // what is proved with it; nil if nothing is
	waiting    []queued
	threads    map[string]*Thread
	lastLocked string
	events     []pending
	wake       Wake

	planned         *int64 // revision of the integrations that deliveries are planned by; nil if none are
	ownIntegrations bool   // whether the verb itself changes integrations
}

// pending is an event that waits for its feed position.
type pending struct {
	row  ent.Event
	host *Thread // nil for events without a thread
	// about is the integration that the event is about, and is not sent to.
	about string
}

// Client builds statements inside the transaction. Code of a verb uses no other client.
func (tx *Tx) Client() *ent.Client {
	if tx.client == nil {
		tx.client = ent.NewClient(ent.Driver(inOrder{tx}))
	}
	return tx.client
}

// WakeTurns asks for the turn workers to look at the queue after the commit.
func (tx *Tx) WakeTurns() { tx.wake.Turns = true }

// WakeTurnsAt is WakeTurns for a turn that is due then.
func (tx *Tx) WakeTurnsAt(due ms.Time) {
	tx.wake.Turns, tx.wake.TurnsNow = true, tx.wake.TurnsNow || due <= tx.Now
}

// WakeDeliveries asks for the delivery workers to look at the queue after the commit.
func (tx *Tx) WakeDeliveries() { tx.wake.Deliveries = true }

// WakeAttempts asks for those who follow deliveries to look at the attempts after the commit.
func (tx *Tx) WakeAttempts() { tx.wake.Attempts = true }

// Traceparent names the span that the transaction is part of; empty where nothing is traced.
func (tx *Tx) Traceparent() string {
	if tx.parent == nil {
		tx.parent = new(trace.Parent(tx.ctx))
	}
	return *tx.parent
}

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
			ID: row.ID, Type: eventType, Timestamp: tx.Now, WorkspaceID: workspace,
			ThreadID: row.ThreadID, Sequence: row.Sequence, Data: payload,
		}.render(PayloadVersion)
		if err != nil {
			return fmt.Errorf("render the body of %s: %w", eventType, err)
		}
		if parent := tx.Traceparent(); parent != "" {
			row.Traceparent = &parent
		}
	}
	about, _ := payload.(IntegrationData)
	tx.events = append(tx.events, pending{row, t, about.IntegrationID})
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
