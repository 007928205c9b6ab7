package retention

import (
	"context"
	"fmt"

	"parley/ent/ms"
	"parley/eventlog"
)

const (
	// pastShardsSQL finds the feed shards whose oldest kept event is older than $1.
	pastShardsSQL = `SELECT f.workspace_id, f.shard FROM feed_shards f WHERE f.last_position >= f.first_position AND (
	SELECT e.created_at FROM events e WHERE e.workspace_id = f.workspace_id AND e.shard = f.shard AND e.position >= f.first_position
	ORDER BY e.position LIMIT 1) < $1 ORDER BY f.workspace_id, f.shard`

	oldestSQL = `SELECT position, created_at FROM events WHERE workspace_id = $1 AND shard = $2 AND position >= (
	SELECT first_position FROM feed_shards WHERE workspace_id = $1 AND shard = $2) ORDER BY position LIMIT $3`

	// neededSQL holds for events that someone still needs: those of tags, by which models know when their silence has ended,
	// and those with a delivery, which sends their body, and may send it again.
	neededSQL = `(type IN ('` + eventlog.TagAdded + `', '` + eventlog.TagRemoved + `') OR EXISTS (
	SELECT 1 FROM deliveries d WHERE d.event_id = events.id))`

	dropEventsSQL = `DELETE FROM events WHERE workspace_id = $1 AND shard = $2 AND position >= $3 AND position <= $4 AND NOT ` + neededSQL

	// looseEventsSQL deletes events that retention had left for their deliveries.
	looseEventsSQL = `DELETE FROM events WHERE {+}workspace_id = $1 AND id {in 2} AND position < (
	SELECT f.first_position FROM feed_shards f WHERE f.workspace_id = events.workspace_id AND f.shard = events.shard) AND NOT ` + neededSQL

	keepFromSQL = `UPDATE feed_shards SET first_position = $3 WHERE workspace_id = $1 AND shard = $2 AND first_position < $3`
)

// sweepEvents deletes the events that are past their time, oldest first. A feed begins behind the last of them, so that cursors
// from before have expired; single events that are still needed stay before that.
func (s *Service) sweepEvents(ctx context.Context, now ms.Time) error {
	since, ok := cutoff(now, s.o.KeepEvents)
	if !ok {
		return nil
	}
	type shard struct {
		workspace string
		number    int
	}
	var past []shard
	err := s.scan(ctx, s.log.Client(), pastShardsSQL, []any{since}, func(row eventlog.Row) error {
		var f shard
		err := row.Scan(&f.workspace, &f.number)
		past = append(past, f)
		return err
	})
	if err != nil {
		return fmt.Errorf("find old events: %w", err)
	}
	for _, f := range past {
		err := s.past(ctx, func(ctx context.Context, tx *eventlog.Tx, gone rows) (more bool, err error) {
			return s.dropEvents(ctx, tx, gone, f.workspace, f.number, since)
		})
		if err != nil {
			return fmt.Errorf("delete old events of %s: %w", f.workspace, err)
		}
	}
	return nil
}

// dropEvents deletes the oldest events of a feed shard. Whoever appends waits for the shard's row, which is changed last.
func (s *Service) dropEvents(ctx context.Context, tx *eventlog.Tx, gone rows, workspace string, shard int, since int64) (more bool, err error) {
	var past []int64 // positions
	young := false
	err = s.scan(ctx, tx.Client(), oldestSQL, []any{workspace, shard, batch}, func(row eventlog.Row) error {
		var position, at int64
		err := row.Scan(&position, &at)
		if young = young || at >= since; !young {
			past = append(past, position)
		}
		return err
	})
	if err != nil || len(past) == 0 {
		return false, err
	}
	last := past[len(past)-1]
	n, err := s.exec(ctx, tx, dropEventsSQL, workspace, shard, past[0], last)
	if err != nil {
		return false, err
	}
	gone["events"] += n
	_, err = s.exec(ctx, tx, keepFromSQL, workspace, shard, last+1)
	return len(past) == batch, err
}
