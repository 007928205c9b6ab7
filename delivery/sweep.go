package delivery

import (
	"context"
	"errors"
	"fmt"

	"parley/ent/attempt"
	"parley/ent/ms"
	"parley/eventlog"
)

// lostSQL finds deliveries whose worker has not recorded an outcome in time. It runs as the system worker "delivery sweep",
// as all of sweeping does.
const lostSQL = `SELECT id, workspace_id, integration_id, attempts, tries, stepped_aside, created_at, next_at, lease_until FROM deliveries
WHERE state = 'RUNNING' AND lease_until <= {until} ORDER BY lease_until LIMIT 500`

// endless is a moment that every lease ends before.
const endless = "9223372036854775807"

// sweep gives deliveries whose lease has ended back to the queue, with an attempt that says they were lost, and goes on
// with all that verbs have left to the background: holding, cancelling, releasing, notices. It writes only when there is
// something to write.
func (s *Service) sweep(ctx context.Context) error {
	system := sweeper(ctx)
	return errors.Join(s.takeLost(ctx, "{now}"), s.tidyAll(system), s.releaseOn(system), s.attend(system))
}

// sweepSlowly deletes what is past its time.
func (s *Service) sweepSlowly(ctx context.Context) error {
	ctx = sweeper(ctx)
	return errors.Join(s.dropHeld(ctx), s.endSecrets(ctx))
}

// takeLost gives back the deliveries whose leases end before the given time.
func (s *Service) takeLost(ctx context.Context, until string) error {
	for {
		lost, err := s.findLost(sweeper(ctx), until)
		if err != nil {
			return fmt.Errorf("find lost deliveries: %w", err)
		}
		if len(lost) == 0 {
			return nil
		}
		stored, err := s.record(ctx, lost)
		if err != nil {
			return err
		}
		s.metrics.count(stored)
		s.o.Logger.WarnContext(ctx, "deliveries lost their worker and will be sent again", "count", len(stored))
	}
}

// findLost returns the lost deliveries as results, for record to store: its fence refuses what has moved on since.
func (s *Service) findLost(ctx context.Context, until string) ([]result, error) {
	var lost []result
	err := eventlog.Scan(ctx, s.log.Client(), s.sql(lostSQL, "{until}", until), nil, func(row eventlog.Row) error {
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
