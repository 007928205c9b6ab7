package delivery

import (
	"context"
	"fmt"
	"math"
	"strings"

	"parley/ent"
	"parley/ent/integration"
	"parley/ent/ms"
	"parley/eventlog"
)

// moveBatch is how many deliveries one transaction moves at most, for SQLite has one writer and all wait for it.
const moveBatch = 1000

const (
	// moveSQL holds or cancels some of the deliveries of an integration. As everything here it names rows by an index of
	// few entries, and then by their ids: of a condition on the workspace SQLite would rather read all its deliveries.
	moveSQL = `UPDATE deliveries SET state = '{to}', finished_at = NULLIF(CAST($2 AS bigint), 0)
WHERE state = '{from}' AND id IN (SELECT d.id FROM deliveries d WHERE d.integration_id = $1 AND d.state = '{from}' LIMIT {batch})`

	// straySQL finds integrations with deliveries that a verb meant to hold or cancel: they were too many for one
	// transaction, or their events or outcomes were being committed at that time.
	straySQL = `SELECT i.id FROM (` + pendingEndpoints + `) AS hop JOIN integrations i ON i.id = hop.id
WHERE i.state = 'DISABLED' OR i.deleted_at IS NOT NULL`

	// heldSQL finds integrations with held deliveries, and whether they were deleted.
	heldSQL = `SELECT i.id, i.deleted_at IS NOT NULL FROM ({held}) AS hop JOIN integrations i ON i.id = hop.id`

	heldCountSQL = `SELECT count(*), {now} FROM deliveries WHERE integration_id = $1 AND state = 'HELD'`

	// dropSQL gives up the oldest held deliveries of an integration, those made up to $2.
	dropSQL = `UPDATE deliveries SET state = 'CANCELLED', finished_at = $3 WHERE state = 'HELD' AND id IN (
	SELECT d.id FROM deliveries d WHERE d.integration_id = $1 AND d.state = 'HELD' AND d.created_at <= $2
	ORDER BY d.created_at, d.id LIMIT $4)`

	droppedSQL = `UPDATE integration_health SET held_dropped = held_dropped + $2 WHERE integration_id = $1`
)

// move brings up to moveBatch deliveries of an integration, which the transaction has locked, from one state to another,
// and says whether there may be more.
func (s *Service) move(ctx context.Context, tx *eventlog.Tx, in *ent.Integration, from, to string, finished ms.Time) (more bool, err error) {
	query := s.sql(moveSQL, "{to}", to, "{from}", from, "{batch}", fmt.Sprint(moveBatch))
	done, err := tx.Client().ExecContext(sweeper(ctx), query, in.ID, int64(finished))
	if err != nil {
		return false, fmt.Errorf("make deliveries of %s %s: %w", in.ID, strings.ToLower(to), err)
	}
	n, err := done.RowsAffected()
	return n == moveBatch, err
}

// tidyIn moves what waits at an integration that is disabled or deleted, as much as one transaction should.
func (s *Service) tidyIn(ctx context.Context, tx *eventlog.Tx, in *ent.Integration) (more bool, err error) {
	if in.DeletedAt == nil {
		if in.State != integration.StateDISABLED {
			return false, nil
		}
		return s.move(ctx, tx, in, "PENDING", "HELD", 0)
	}
	if more, err = s.move(ctx, tx, in, "PENDING", "CANCELLED", *in.DeletedAt); more || err != nil {
		return more, err
	}
	return s.move(ctx, tx, in, "HELD", "CANCELLED", *in.DeletedAt)
}

// tidy moves all that waits at an integration that is disabled or deleted, in small transactions.
func (s *Service) tidy(ctx context.Context, integrationID string) error {
	for more := true; more && ctx.Err() == nil; {
		err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			rows, _, err := s.lockIntegrations(ctx, tx, integrationID)
			if more = false; err == nil && rows[integrationID] != nil {
				more, err = s.tidyIn(ctx, tx, rows[integrationID])
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// tidyAll finds what was left to tidy.
func (s *Service) tidyAll(ctx context.Context) error {
	strays, err := s.ids(ctx, straySQL)
	if err != nil {
		return fmt.Errorf("find stray deliveries: %w", err)
	}
	_, deleted, err := s.holders(ctx)
	if err != nil {
		return err
	}
	for _, id := range append(strays, deleted...) {
		if err := s.tidy(ctx, id); err != nil {
			return fmt.Errorf("tidy up deliveries of %s: %w", id, err)
		}
	}
	return nil
}

// holders returns the integrations with held deliveries.
func (s *Service) holders(ctx context.Context) (present, deleted []string, err error) {
	query := s.sql(heldSQL, "{held}", strings.ReplaceAll(pendingEndpoints, "'PENDING'", "'HELD'"))
	err = eventlog.Scan(ctx, s.log.Client(), query, nil, func(row eventlog.Row) error {
		var id string
		var gone bool
		err := row.Scan(&id, &gone)
		if gone {
			deleted = append(deleted, id)
		} else {
			present = append(present, id)
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find held deliveries: %w", err)
	}
	return present, deleted, nil
}

// dropHeld gives up the oldest held deliveries of integrations that hold too many, or for too long.
func (s *Service) dropHeld(ctx context.Context) error {
	present, _, err := s.holders(ctx)
	if err != nil {
		return err
	}
	for _, id := range present {
		var n int
		var now ms.Time
		err := eventlog.Scan(ctx, s.log.Client(), s.sql(heldCountSQL), []any{id}, func(row eventlog.Row) error { return row.Scan(&n, &now) })
		if err == nil {
			err = s.drop(ctx, id, math.MaxInt64, n-s.o.HeldMost)
		}
		if err == nil {
			err = s.drop(ctx, id, now.Add(-s.o.HeldFor), math.MaxInt)
		}
		if err != nil {
			return fmt.Errorf("give up held deliveries of %s: %w", id, err)
		}
	}
	return nil
}

// drop gives up to most held deliveries up that were made until the given time.
func (s *Service) drop(ctx context.Context, integrationID string, until ms.Time, most int) error {
	for most > 0 {
		n := int64(0)
		err := s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			done, err := tx.Client().ExecContext(ctx, dropSQL, integrationID, int64(until), int64(tx.Now), min(most, moveBatch))
			if err != nil {
				return err
			}
			if n, err = done.RowsAffected(); err != nil || n == 0 {
				return err
			}
			_, err = tx.Client().ExecContext(ctx, droppedSQL, integrationID, n)
			return err
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		most -= int(n)
		s.metrics.dropped.Add(float64(n))
		s.o.Logger.WarnContext(ctx, "held deliveries were given up", "integration", integrationID, "count", n)
	}
	return nil
}

// endSecrets deletes the secrets that sign no more.
func (s *Service) endSecrets(ctx context.Context) error {
	ended, err := s.ids(ctx, `SELECT id FROM secrets WHERE not_after <= {now} LIMIT 1000`)
	if err != nil || len(ended) == 0 {
		return err
	}
	query, args := s.with(`DELETE FROM secrets WHERE id IN (SELECT v.id FROM {v})`, idList(ended))
	return s.log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		_, err := tx.Client().ExecContext(ctx, query, args...)
		return err
	})
}

// ids runs a statement that finds ids.
func (s *Service) ids(ctx context.Context, query string, args ...any) ([]string, error) {
	var list []string
	err := eventlog.Scan(ctx, s.log.Client(), s.sql(query), args, func(row eventlog.Row) error {
		var id string
		err := row.Scan(&id)
		list = append(list, id)
		return err
	})
	return list, err
}
