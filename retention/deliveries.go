package retention

import (
	"context"
	"fmt"

	"parley/ent/ms"
	"parley/eventlog"
)

const (
	// endedSQL holds for deliveries that have ended before $3. What is held is given up by package delivery after a time, and
	// has ended then.
	endedSQL = `state IN ('DONE', 'EXHAUSTED', 'CANCELLED') AND COALESCE(finished_at, created_at) < $3`

	// oldDeliveriesSQL reads the deliveries of a workspace in the order in which they were made, and says which have ended.
	oldDeliveriesSQL = `SELECT id, created_at, ` + endedSQL + ` FROM deliveries
WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3 AND (created_at > $2 OR id > $4) ORDER BY created_at, id LIMIT $5`

	lockDeliveriesSQL = `SELECT id, event_id FROM deliveries WHERE {+}workspace_id = $1 AND id {in 2} AND %s ORDER BY id {lock}`

	dropAttemptsSQL = `DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE {+}workspace_id = $1 AND delivery_id {in 2} LIMIT $3)
RETURNING COALESCE("position", 0)`

	dropDeliveriesSQL = `DELETE FROM deliveries WHERE {+}workspace_id = $1 AND id {in 2}`

	keepAttemptsFromSQL = `UPDATE delivery_feeds SET first_position = $2 WHERE workspace_id = $1 AND first_position < $2`
)

// sweepDeliveries deletes the deliveries that have ended and are past their time, with their attempts.
func (s *Service) sweepDeliveries(ctx context.Context, now ms.Time) error {
	since, ok := cutoff(now, s.o.KeepDeliveries)
	if !ok {
		return nil
	}
	workspaces, err := s.ids(ctx, s.log.Client(), `SELECT id FROM workspaces ORDER BY id`)
	if err != nil {
		return fmt.Errorf("find workspaces: %w", err)
	}
	for _, workspace := range workspaces {
		if err := s.sweepDeliveriesOf(ctx, workspace, since); err != nil {
			return fmt.Errorf("delete old deliveries of %s: %w", workspace, err)
		}
	}
	return nil
}

func (s *Service) sweepDeliveriesOf(ctx context.Context, workspace string, since int64) error {
	at, last := int64(0), ""
	for n := batch; n == batch; {
		n = 0
		var ended []string
		args := []any{workspace, at, since, last, batch}
		err := s.scan(ctx, s.log.Client(), oldDeliveriesSQL, args, func(row eventlog.Row) error {
			var over bool
			err := row.Scan(&last, &at, &over)
			if n++; over {
				ended = append(ended, last)
			}
			return err
		})
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			continue
		}
		err = s.past(ctx, func(ctx context.Context, tx *eventlog.Tx, gone rows) (bool, error) {
			newest, more, err := s.dropDeliveries(ctx, tx, gone, workspace, ended, endedSQL, since)
			if err != nil || newest == 0 {
				return more, err
			}
			_, err = s.exec(ctx, tx, keepAttemptsFromSQL, workspace, newest+1) // last: whoever records outcomes waits for it
			return more, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dropDeliveries deletes some of the given deliveries of a workspace that match a condition: first their attempts, and then
// those that have none left. It returns the position of the newest attempt that was deleted, and whether something is left. The
// deliveries are locked first, so that an outcome that is being recorded is either there to be deleted or comes too late.
func (s *Service) dropDeliveries(ctx context.Context, tx *eventlog.Tx, gone rows, workspace string, ids []string, condition string, args ...any) (newest int64, more bool, err error) {
	var deliveries, events []string
	args = append([]any{workspace, s.list(ids)}, args...)
	err = s.scan(ctx, tx.Client(), fmt.Sprintf(lockDeliveriesSQL, condition), args, func(row eventlog.Row) error {
		var deliveryID, eventID string
		err := row.Scan(&deliveryID, &eventID)
		deliveries, events = append(deliveries, deliveryID), append(events, eventID)
		return err
	})
	if err != nil || len(deliveries) == 0 {
		return 0, false, err
	}
	n := 0
	err = s.scan(ctx, tx.Client(), dropAttemptsSQL, []any{workspace, s.list(deliveries), batch}, func(row eventlog.Row) error {
		var position int64
		err := row.Scan(&position)
		n, newest = n+1, max(newest, position)
		return err
	})
	gone["attempts"] += n
	room := (batch - n) / 2 // each may take its event along
	if err != nil || room == 0 {
		return newest, true, err
	}
	more = len(deliveries) > room
	deliveries, events = deliveries[:min(room, len(deliveries))], events[:min(room, len(events))]
	if n, err = s.exec(ctx, tx, dropDeliveriesSQL, workspace, s.list(deliveries)); err != nil {
		return newest, false, err
	}
	gone["deliveries"] += n
	n, err = s.exec(ctx, tx, looseEventsSQL, workspace, s.list(events))
	gone["events"] += n
	return newest, more, err
}
