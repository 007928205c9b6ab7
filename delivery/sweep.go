package delivery

import (
	"context"
	"fmt"

	"parley/ent/attempt"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// The statements of sweeping. They run as the system worker "delivery sweep".
const (
	// lostSQL finds deliveries whose worker has not recorded an outcome in time.
	lostSQL = `SELECT id, workspace_id, integration_id, attempts, tries, stepped_aside, created_at, next_at, lease_until FROM deliveries
WHERE state = 'RUNNING' AND lease_until <= {until} ORDER BY lease_until LIMIT 500`

	// straySQL finds integrations with pending deliveries that a verb meant to hold or cancel: their events were being
	// committed when the integration was disabled or deleted.
	straySQL = `SELECT i.id FROM (` + pendingEndpoints + `) AS hop JOIN integrations i ON i.id = hop.id
WHERE i.state = 'DISABLED' OR i.deleted_at IS NOT NULL`

	tidySQL = `UPDATE deliveries SET state = CASE WHEN i.deleted_at IS NULL THEN 'HELD' ELSE 'CANCELLED' END,
	finished_at = i.deleted_at FROM integrations i
WHERE i.id = deliveries.integration_id AND deliveries.state = 'PENDING' AND deliveries.integration_id = $1
	AND (i.state = 'DISABLED' OR i.deleted_at IS NOT NULL)`
)

// endless is a moment that every lease ends before.
const endless = "9223372036854775807"

// sweep gives deliveries whose lease has ended back to the queue, with an attempt that says they were lost, and tidies
// up strays. With all set it takes every running delivery for lost. It writes only when there is something to write.
func (s *Service) sweep(ctx context.Context, all bool) error {
	system := viewer.SystemContext(ctx, "delivery sweep")
	until := "{now}"
	if all {
		until = endless
	}
	for {
		lost, err := s.findLost(system, until)
		if err != nil {
			return fmt.Errorf("find lost deliveries: %w", err)
		}
		if len(lost) == 0 {
			break
		}
		stored, err := s.record(ctx, lost)
		if err != nil {
			return err
		}
		s.metrics.count(stored)
		s.o.Logger.Warn("deliveries lost their worker and will be sent again", "count", len(stored))
	}
	var strays []string
	err := scan(system, s.log.Client(), straySQL, nil, func(row scanner) error {
		var id string
		err := row.Scan(&id)
		strays = append(strays, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("find stray deliveries: %w", err)
	}
	for _, id := range strays {
		err := s.log.Write(system, func(ctx context.Context, tx *eventlog.Tx) error {
			_, err := tx.Client().ExecContext(ctx, tidySQL, id)
			return err
		})
		if err != nil {
			return fmt.Errorf("tidy up deliveries of %s: %w", id, err)
		}
	}
	return nil
}

// findLost returns the lost deliveries as results, for record to store: its fence refuses what has moved on since.
func (s *Service) findLost(ctx context.Context, until string) ([]result, error) {
	var lost []result
	err := scan(ctx, s.log.Client(), s.sql(lostSQL, "{until}", until), nil, func(row scanner) error {
		j := &job{}
		var leaseUntil ms.Time
		err := row.Scan(&j.id, &j.workspace, &j.integrationID, &j.attempt, &j.tries, &j.steppedAside, &j.createdAt, &j.nextAt, &leaseUntil)
		lost = append(lost, result{j, &Outcome{
			Result: attempt.OutcomeLOST, Error: "the server ended before it recorded the outcome", StartedAt: leaseUntil.Add(-s.lease()),
		}})
		return err
	})
	return lost, err
}
