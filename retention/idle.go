package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/ent/ms"
	"parley/eventlog"
)

const (
	// tidySQL finds the workspaces that have old threads erased.
	tidySQL = `SELECT id, erase_after_days FROM workspaces WHERE erase_after_days > 0 ORDER BY id`

	idleSQL = `SELECT id FROM threads WHERE workspace_id = $1 AND last_activity_at < $2 AND erased_at IS NULL ORDER BY last_activity_at, id LIMIT %d`

	// lonelySQL matches customers of whom no thread is left. One for whom a thread is being made at this moment stays, by the
	// thread's reference.
	lonelySQL = `workspace_id = $1 AND created_at < $2 AND erased_at IS NULL AND NOT EXISTS (
	SELECT 1 FROM threads t WHERE t.workspace_id = $1 AND t.customer_id = customers.id)`
)

// sweepIdle erases the threads in which nothing has happened for as long as their workspace says, and customers of whom none is
// left.
func (s *Service) sweepIdle(ctx context.Context, now ms.Time) error {
	type tidy struct {
		workspace string
		days      int
	}
	var all []tidy
	err := s.scan(ctx, s.log.Client(), tidySQL, nil, func(row eventlog.Row) error {
		var w tidy
		err := row.Scan(&w.workspace, &w.days)
		all = append(all, w)
		return err
	})
	if err != nil {
		return fmt.Errorf("find workspaces that erase old threads: %w", err)
	}
	var failed []error
	for _, w := range all {
		if err := s.eraseIdle(ctx, w.workspace, int64(now.Add(-time.Duration(w.days)*day))); err != nil {
			failed = append(failed, fmt.Errorf("erase old threads of %s: %w", w.workspace, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) eraseIdle(ctx context.Context, workspace string, since int64) error {
	gone := rows{}
	defer func() { s.metrics.gone(gone) }()
	for ctx.Err() == nil {
		threads, err := s.ids(ctx, s.log.Client(), fmt.Sprintf(idleSQL, threadsAtOnce), workspace, since)
		if err != nil {
			return err
		}
		if len(threads) == 0 {
			break
		}
		if err := s.mark(ctx, workspace, threads, gone); err != nil {
			return err
		}
		if _, err := s.eraseThreads(ctx, workspace, threads, gone, time.Time{}); err != nil {
			return err
		}
	}
	_, err := s.repeat(ctx, gone, time.Time{}, func(ctx context.Context, tx *eventlog.Tx, gone rows) (more bool, err error) {
		n, err := s.drop(ctx, tx, gone, "customers", lonelySQL, batch, workspace, since)
		return n == batch, err
	})
	return err
}
