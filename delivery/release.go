package delivery

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/integration"
	"parley/ent/viewer"
	"parley/eventlog"
)

// Released says what ReleaseHeld found.
type Released struct {
	ID   string // of the integration
	Held int    // how many deliveries are released, or will be
}

// ReleaseHeld makes all held deliveries of an enabled integration due, each with a fresh schedule, in their order: that of
// the queue for FIFO, of the sequence within each thread for THREAD, of time for NONE. A few are released at once; many in
// the background, by small transactions, while the call returns. New events of a FIFO integration are held until the last
// of them was released. New events of a thread wait for its released ones; those that were sent before stay sent.
// It returns ErrDisabled, or ent's NotFoundError for an unknown id.
func (s *Service) ReleaseHeld(ctx context.Context, integrationID string) (Released, error) {
	done, err := eventlog.WriteOnce(ctx, s.log, func(ctx context.Context, tx *eventlog.Tx) (Released, error) {
		in, _, err := s.lockIntegration(ctx, tx, integrationID)
		if err != nil {
			return Released{}, err
		}
		if in.State == integration.StateDISABLED {
			return Released{}, ErrDisabled
		}
		held, err := s.countHeld(ctx, tx, in)
		if err != nil {
			return Released{}, err
		}
		out := Released{ID: in.ID, Held: held}
		switch {
		case in.Holding == integration.HoldingRELEASING:
		case held > moveBatch:
			err = s.setHolding(ctx, tx, in, integration.HoldingRELEASING)
		default:
			query := s.sql(releaseAllSQL)
			if _, err = tx.Client().ExecContext(sweeper(ctx), query, in.ID); err == nil {
				err = s.setHolding(ctx, tx, in, integration.HoldingNONE)
			}
			tx.WakeDeliveries()
		}
		return out, err
	})
	if err == nil && done.Held > moveBatch {
		s.chores.Poke()
	}
	return done, err
}

const (
	released = `UPDATE deliveries SET state = 'PENDING', next_at = {now}, tries = 0, stepped_aside = false, resent = false`

	releaseAllSQL = released + ` WHERE integration_id = $1 AND state = 'HELD'`

	releaseSQL = released + ` WHERE id IN (SELECT v.id FROM {v}) AND state = 'HELD'`

	// heldRowsSQL reads what is to be released next, in order.
	heldRowsSQL = `SELECT id, COALESCE(thread_id, '') FROM deliveries WHERE integration_id = $1 AND state = 'HELD' ORDER BY {order} LIMIT {ahead}`

	// holdingSQL finds enabled integrations whose held deliveries are not settled.
	holdingSQL = `SELECT id FROM integrations WHERE holding <> 'NONE' AND state = 'ENABLED' AND deleted_at IS NULL`
)

// releaseAhead is how many rows are read at once, to be released in batches.
const releaseAhead = 20 * moveBatch

// heldOrder is the order in which held deliveries are released.
var heldOrder = map[integration.Ordering]string{
	integration.OrderingFIFO:   "ordinal, id",
	integration.OrderingTHREAD: "thread_id, sequence, id",
	integration.OrderingNONE:   "created_at, id",
}

// heldRow is a held delivery.
type heldRow struct{ id, thread string }

// releaseOn goes on with releases that are under way, of all workspaces, until they are over.
func (s *Service) releaseOn(ctx context.Context) error {
	holding, err := s.ids(ctx, holdingSQL)
	if err != nil {
		return fmt.Errorf("find held deliveries to release: %w", err)
	}
	for _, id := range holding {
		for more := true; more && ctx.Err() == nil; {
			if more, err = s.releaseSome(ctx, id); err != nil {
				return fmt.Errorf("release deliveries of %s: %w", id, err)
			}
		}
	}
	return ctx.Err()
}

// releaseSome releases what can be read ahead, and says whether there may be more.
func (s *Service) releaseSome(ctx context.Context, integrationID string) (more bool, err error) {
	in, err := s.log.Client().Integration.Query().Where(integration.ID(integrationID)).Only(ctx)
	if ent.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if in.Holding == integration.HoldingRELEASING {
		query := s.sql(heldRowsSQL, "{order}", heldOrder[in.Ordering], "{ahead}", fmt.Sprint(releaseAhead))
		var rows []heldRow
		err = eventlog.Scan(ctx, s.log.Client(), query, []any{in.ID}, func(row eventlog.Row) error {
			var h heldRow
			err := row.Scan(&h.id, &h.thread)
			rows = append(rows, h)
			return err
		})
		if err != nil {
			return false, err
		}
		all := len(rows) < releaseAhead
		for len(rows) > 0 {
			n := nextBatch(rows, in.Ordering, all)
			if on, err := s.releaseBatch(ctx, in, rows[:n]); !on || err != nil {
				return false, err
			}
			if rows = rows[n:]; len(rows) < moveBatch && !all {
				return true, nil // the last thread may be cut: read on from here
			}
		}
	}
	return s.settle(ctx, in.ID)
}

// nextBatch returns how many of the rows go into the next transaction: a thread goes whole if it can, for what is new in
// it would otherwise get in between. All says that no more rows follow these.
func nextBatch(rows []heldRow, ordering integration.Ordering, all bool) int {
	n := min(len(rows), moveBatch)
	if ordering != integration.OrderingTHREAD || n == len(rows) && all {
		return n
	}
	whole := n
	for whole > 0 && (whole == len(rows) || rows[whole-1].thread == rows[whole].thread) {
		whole--
	}
	if whole == 0 {
		return n
	}
	return whole
}

// releaseBatch releases some deliveries in one transaction, unless the release is over or was called off.
func (s *Service) releaseBatch(ctx context.Context, in *ent.Integration, rows []heldRow) (on bool, err error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.id
	}
	query, args := s.with(releaseSQL, idList(ids))
	err = s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		locked, _, err := s.lockIntegrations(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		now := locked[in.ID]
		on = now != nil && now.DeletedAt == nil && now.State == integration.StateENABLED && now.Holding == integration.HoldingRELEASING &&
			now.Ordering == in.Ordering
		if !on {
			return nil
		}
		tx.WakeDeliveries()
		_, err = tx.Client().ExecContext(ctx, query, args...)
		return err
	})
	return on, err
}

// settle ends the holding of an integration that holds nothing any more; otherwise it says whether to go on releasing.
func (s *Service) settle(ctx context.Context, integrationID string) (more bool, err error) {
	err = s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		more = false
		rows, _, err := s.lockIntegrations(ctx, tx, integrationID)
		in := rows[integrationID]
		if err != nil || in == nil || in.DeletedAt != nil || in.State != integration.StateENABLED {
			return err
		}
		held, err := s.holds(ctx, tx, in)
		if err != nil {
			return err
		}
		if held {
			more = in.Holding == integration.HoldingRELEASING
			return nil
		}
		return s.setHolding(ctx, tx, in, integration.HoldingNONE)
	})
	return more, err
}

// setHolding says what becomes of the held deliveries of an integration that the transaction has locked.
func (s *Service) setHolding(ctx context.Context, tx *eventlog.Tx, in *ent.Integration, holding integration.Holding) error {
	if in.Holding == holding {
		return nil
	}
	if err := tx.ChangeIntegrations(ctx, in.WorkspaceID); err != nil {
		return err
	}
	if err := tx.Client().Integration.Update().Where(integration.ID(in.ID)).SetHolding(holding).Exec(ctx); err != nil {
		return fmt.Errorf("settle what %s holds: %w", in.ID, err)
	}
	return nil
}

// countHeld returns how many deliveries an integration holds. Only one with more than its limit (Options.HeldMost) is
// slow to count.
func (s *Service) countHeld(ctx context.Context, tx *eventlog.Tx, in *ent.Integration) (n int, err error) {
	const query = `SELECT count(*) FROM deliveries WHERE integration_id = $1 AND state = 'HELD'`
	err = eventlog.Scan(sweeper(ctx), tx.Client(), query, []any{in.ID}, func(row eventlog.Row) error { return row.Scan(&n) })
	if err != nil {
		return 0, fmt.Errorf("count what %s holds: %w", in.ID, err)
	}
	return n, nil
}

// holds says whether an integration holds deliveries.
func (s *Service) holds(ctx context.Context, tx *eventlog.Tx, in *ent.Integration) (held bool, err error) {
	const query = `SELECT 1 FROM deliveries WHERE integration_id = $1 AND state = 'HELD' LIMIT 1`
	err = eventlog.Scan(sweeper(ctx), tx.Client(), query, []any{in.ID}, func(eventlog.Row) error { held = true; return nil })
	if err != nil {
		return false, fmt.Errorf("look for what %s holds: %w", in.ID, err)
	}
	return held, nil
}

// sweeper is the viewer of what the sweep does in all workspaces, and of statements that name an integration which their
// transaction has locked, as one that its own viewer may change.
func sweeper(ctx context.Context) context.Context { return viewer.SystemContext(ctx, "delivery sweep") }
