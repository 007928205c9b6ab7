package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/integration"
	entreplay "parley/ent/replay"
	"parley/ent/viewer"
	"parley/eventlog"
)

// The statements of replaying. They run as the system worker "delivery replay".
const (
	// openReplaysSQL finds replays with something left to do, but for those that another process is at.
	openReplaysSQL = `SELECT id FROM replays WHERE (state = 'RUNNING' OR state = 'CANCELLED' AND finished_at IS NULL)
	AND (lease_until IS NULL OR lease_until <= {now} OR lease_owner = $1) ORDER BY created_at, id`

	// againSQL makes deliveries due that have ended.
	againSQL = `UPDATE deliveries SET state = 'PENDING', lane = 'REPLAY', replay_id = $1, resent = true, outside = true, tries = 0,
	next_at = {now}, finished_at = NULL FROM {v}
WHERE deliveries.id = v.id AND deliveries.integration_id = $2 AND deliveries.state IN ('DONE', 'EXHAUSTED')`

	// backSQL ends what a cancelled replay has made due, as it had ended before.
	backSQL = `UPDATE deliveries SET state = CASE WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.delivery_id = deliveries.id
	AND a.outcome = 'SUCCEEDED') THEN 'DONE' ELSE 'EXHAUSTED' END, finished_at = {now}, resent = false
WHERE state = 'PENDING' AND id IN (
	SELECT d.id FROM deliveries d WHERE d.integration_id = $1 AND d.state = 'PENDING' AND d.replay_id = $2 LIMIT {batch})`
)

// replayLoop goes on with replays: now and then, and when it is poked.
func (r *run) replayLoop(ctx context.Context) {
	timer := time.NewTicker(sweepEvery * r.o.Poll)
	defer timer.Stop()
	for {
		if err := r.replayAll(viewer.SystemContext(ctx, "delivery replay"), r.owner); err != nil && ctx.Err() == nil {
			r.o.Logger.ErrorContext(ctx, "cannot go on with replays; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.replays:
		}
	}
}

// replayAll goes on with all replays, in turn, until nothing is left that can be done now.
func (s *Service) replayAll(ctx context.Context, owner string) error {
	open, err := s.ids(ctx, openReplaysSQL, owner)
	if err != nil {
		return fmt.Errorf("find replays: %w", err)
	}
	for _, id := range open {
		if err := s.countReplay(ctx, id); err != nil {
			return fmt.Errorf("count the deliveries of %s: %w", id, err)
		}
	}
	for len(open) > 0 && ctx.Err() == nil {
		var left []string
		for _, id := range open {
			more, err := s.replaySome(ctx, id, owner)
			if err != nil {
				return fmt.Errorf("go on with %s: %w", id, err)
			}
			if more {
				left = append(left, id)
			}
		}
		open = left
	}
	return ctx.Err()
}

// replaySome does one transaction's work for a replay, and says whether more can be done now.
func (s *Service) replaySome(ctx context.Context, replayID, owner string) (more bool, err error) {
	err = s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		more = false
		q := tx.Client().Replay.Query().Where(entreplay.ID(replayID))
		if s.log.Postgres() {
			q.ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE"))
		}
		row, err := q.Only(ctx)
		if ent.IsNotFound(err) || err == nil && row.FinishedAt != nil {
			return nil
		}
		if err != nil {
			return err
		}
		rows, now, err := s.lockIntegrations(ctx, tx, row.IntegrationID)
		if err != nil {
			return err
		}
		if row.LeaseOwner != owner && row.LeaseUntil != nil && *row.LeaseUntil > now {
			return nil
		}
		change := tx.Client().Replay.Update().Where(entreplay.ID(row.ID)).SetLeaseOwner(owner).SetLeaseUntil(now.Add(replayLease))
		in := rows[row.IntegrationID]
		switch {
		case in == nil || in.DeletedAt != nil:
			change.SetState(entreplay.StateCANCELLED).SetFinishedAt(now)
		case row.State == entreplay.StateCANCELLED:
			more, err = s.takeBack(ctx, tx, row)
			if !more {
				change.SetFinishedAt(now)
			}
		case in.State == integration.StateDISABLED:
			return nil // it goes on when the integration is enabled
		default:
			more, err = s.makeDue(ctx, tx, row, change)
			if !more {
				change.SetState(entreplay.StateDONE).SetFinishedAt(now)
			}
		}
		if err != nil {
			return err
		}
		if !more {
			change.ClearLeaseUntil()
		}
		return change.Exec(ctx)
	})
	return more, err
}

// countReplay counts, before the first look, how many deliveries a replay will look at.
func (s *Service) countReplay(ctx context.Context, replayID string) error {
	client := s.log.Client()
	row, err := client.Replay.Query().Where(entreplay.ID(replayID), entreplay.CursorID(""), entreplay.Total(0)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	total, err := client.Delivery.Query().Where(delivery.WorkspaceID(row.WorkspaceID), delivery.IntegrationID(row.IntegrationID),
		delivery.CreatedAtGTE(row.Since), delivery.CreatedAtLT(row.Until)).Count(ctx)
	if err != nil {
		return err
	}
	return client.Replay.Update().Where(entreplay.ID(row.ID)).SetTotal(total).Exec(ctx)
}

// makeDue looks at the next deliveries of a replay in the order in which they were made, and makes due those that it is of.
func (s *Service) makeDue(ctx context.Context, tx *eventlog.Tx, row *ent.Replay, change *ent.ReplayUpdate) (more bool, err error) {
	next, err := tx.Client().Delivery.Query().
		Where(delivery.WorkspaceID(row.WorkspaceID), delivery.IntegrationID(row.IntegrationID),
			delivery.CreatedAtGTE(max(row.Since, row.CursorAt)), delivery.CreatedAtLT(row.Until),
			delivery.Or(delivery.CreatedAtGT(row.CursorAt), delivery.IDGT(row.CursorID))).
		Order(delivery.ByCreatedAt(), delivery.ByID()).Limit(replayBatch).All(ctx)
	if err != nil {
		return false, fmt.Errorf("look for deliveries: %w", err)
	}
	var ids []string
	for _, d := range next {
		if slices.Contains(row.States, string(d.State)) && wantedBy(row, d) {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) > 0 {
		slices.SortFunc(ids, strings.Compare)
		query, args := s.with(againSQL, idList(ids), row.ID, row.IntegrationID)
		done, err := tx.Client().ExecContext(ctx, query, args...)
		if err != nil {
			return false, fmt.Errorf("make deliveries due: %w", err)
		}
		n, err := done.RowsAffected()
		if err != nil {
			return false, err
		}
		change.AddQueued(int(n))
		tx.WakeDeliveries()
	}
	if len(next) > 0 {
		last := next[len(next)-1]
		change.SetCursorAt(last.CreatedAt).SetCursorID(last.ID).AddSeen(len(next))
	}
	return len(next) == replayBatch, nil
}

// takeBack ends some of what a cancelled replay has made due and what was not sent since.
func (s *Service) takeBack(ctx context.Context, tx *eventlog.Tx, row *ent.Replay) (more bool, err error) {
	query := s.sql(backSQL, "{batch}", fmt.Sprint(replayBatch))
	done, err := tx.Client().ExecContext(ctx, query, row.IntegrationID, row.ID)
	if err != nil {
		return false, fmt.Errorf("take deliveries back: %w", err)
	}
	n, err := done.RowsAffected()
	return n == replayBatch, err
}
