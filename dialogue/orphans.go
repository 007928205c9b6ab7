package dialogue

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/viewer"
	"parley/eventlog"
)

// A call that is on its way when its turn ends is recorded by the worker that sent it. When that worker dies first nobody
// claims the turn again, and the call would say SENT for ever: it is an orphan.

// tidy ends orphaned calls, deletes old dry runs and closes idle providers now and then, until ctx ends. A process that knows that it is the only one does not wait for
// the first of them.
func (s *Service) tidy(ctx context.Context) {
	if s.o.Sole {
		s.settleOrphans(ctx, 0)
	}
	s.forgetDryRuns(ctx)
	tick := time.NewTicker(max(time.Second, s.o.OrphanedAfter/6))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.settleOrphans(ctx, s.o.OrphanedAfter)
			s.forgetDryRuns(ctx)
			s.own.closeIdle(providerIdle)
		}
	}
}

// settleOrphans ends calls that were sent at least after ago in turns that have ended, as unknown.
func (s *Service) settleOrphans(ctx context.Context, after time.Duration) {
	found, err := s.findOrphans(ctx, after)
	if err != nil {
		if ctx.Err() == nil {
			s.o.Logger.ErrorContext(ctx, "dialogue: orphaned calls cannot be found", "error", err)
		}
		return
	}
	for _, o := range found {
		err := s.log.Write(viewer.WorkerContext(ctx, o.WorkspaceID, "turn"), func(ctx context.Context, tx *eventlog.Tx) error {
			t, err := tx.Thread(ctx, o.ThreadID)
			if err != nil {
				return ignoreNotFound(err) // it is being erased
			}
			c, err := tx.Client().Call.Query().Where(call.ID(o.ID), call.StateEQ(call.StateSENT)).Only(ctx)
			if err != nil {
				return ignoreNotFound(err) // its worker was alive after all
			}
			return closeCall(ctx, tx, t, c, unknown("the server stopped while it waited for the answer"))
		})
		if err != nil && ctx.Err() == nil {
			s.o.Logger.ErrorContext(ctx, "dialogue: an orphaned call cannot be ended", "call", o.ID, "error", err)
		}
	}
}

// findOrphans returns id, workspace and thread of some orphans of all workspaces.
func (s *Service) findOrphans(ctx context.Context, after time.Duration) ([]ent.Call, error) {
	const find = `SELECT c.id, c.workspace_id, c.thread_id FROM calls c JOIN turns t ON t.id = c.turn_id
		WHERE c.state = 'SENT' AND t.state = 'ENDED' AND c.sent_at <= %s - $1 ORDER BY c.sent_at LIMIT 100`
	rows, err := s.log.Client().QueryContext(viewer.SystemContext(ctx, "turn finish"), fmt.Sprintf(find, s.log.NowSQL()), after.Milliseconds())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []ent.Call
	for rows.Next() {
		var c ent.Call
		if err := rows.Scan(&c.ID, &c.WorkspaceID, &c.ThreadID); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

func ignoreNotFound(err error) error {
	if ent.IsNotFound(err) {
		return nil
	}
	return err
}
