package retention

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"parley/ent/workspace"
	"parley/eventlog"
)

// workspaceTables are what a workspace has rows in besides erasedTables, those before others that they refer to.
var workspaceTables = []string{
	"secrets", "integration_health", "integrations", "replays", "delivery_feeds", "test_events", "test_usages", "test_runs", "erased_usages",
	"functions", "agent_versions", "agents", "provider_credentials", "model_prices", "audit_entries", "feed_shards", "sessions", "api_keys",
}

// closeSQL are what ends all that could write to a workspace: keys, webhooks, agents. Tokens for threads end with the threads.
var closeSQL = []string{
	`UPDATE api_keys SET revoked_at = {now} WHERE workspace_id = $1 AND revoked_at IS NULL`,
	`UPDATE integrations SET state = 'DISABLED', deleted_at = {now} WHERE workspace_id = $1 AND deleted_at IS NULL`,
	`UPDATE agents SET deleted_at = {now}, revision = revision + 1 WHERE workspace_id = $1 AND deleted_at IS NULL`,
	`UPDATE workspaces SET integrations_revision = integrations_revision + 1 WHERE id = $1`,
}

// EraseWorkspace erases a workspace with everything in it, also while servers run on the database: first its keys, so that nobody
// writes to it any more, and then, again and again, all that is found; last the workspace itself. When it was broken off it can
// be called again. Progress, if it is not nil, hears now and then how many rows were deleted. The error is ent's NotFoundError
// for an unknown id.
func (s *Service) EraseWorkspace(ctx context.Context, workspaceID string, progress func(rows int)) (Erased, error) {
	ctx = system(ctx)
	gone := rows{}
	if _, err := s.log.Client().Workspace.Query().Where(workspace.ID(workspaceID)).Only(ctx); err != nil {
		return Erased{}, err
	}
	told := func() {
		if progress != nil {
			progress(gone.sum())
		}
	}
	for quiet := 0; quiet < 2; { // the second time after servers have heard of it
		before := gone.sum()
		err := s.eraseRound(ctx, workspaceID, gone, told)
		late := sqlgraph.IsForeignKeyConstraintError(err) // a request that was under way has written something
		if err != nil && !late {
			return gone.erased(false), fmt.Errorf("erase %s: %w", workspaceID, err)
		}
		if quiet++; late || gone.sum() > before {
			quiet = 0
		}
		if (late || quiet == 1) && !sleep(ctx, time.Second) {
			return gone.erased(false), ctx.Err()
		}
	}
	err := s.write(ctx, gone, func(ctx context.Context, tx *eventlog.Tx, _ rows) error {
		_, err := s.exec(ctx, tx, `DELETE FROM workspaces WHERE id = $1`, workspaceID)
		return err
	})
	return gone.erased(err == nil), err
}

func (r rows) sum() (n int) {
	for _, some := range r {
		n += some
	}
	return n
}

// eraseRound erases all that it finds of a workspace.
func (s *Service) eraseRound(ctx context.Context, workspaceID string, gone rows, told func()) error {
	err := s.write(ctx, gone, func(ctx context.Context, tx *eventlog.Tx, _ rows) error {
		for _, query := range closeSQL {
			if _, err := s.exec(ctx, tx, query, workspaceID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.markAll(ctx, workspaceID, `id > $2`, "", gone); err != nil {
		return err
	}
	// Some at a time: threads, then whatever has no thread.
	some := func(query string, erase func(ids []string) error) error {
		for {
			ids, err := s.ids(ctx, s.log.Client(), query, workspaceID)
			if err != nil || len(ids) == 0 {
				return err
			}
			if err := erase(ids); err != nil {
				return err
			}
			told()
		}
	}
	hurried := time.Now().Add(365 * day) // without pauses, for as long as it takes: somebody waits
	err = some(fmt.Sprintf(`SELECT id FROM threads WHERE workspace_id = $1 AND erased_at IS NOT NULL ORDER BY id LIMIT %d`, threadsAtOnce), func(ids []string) error {
		_, err := s.eraseThreads(ctx, workspaceID, ids, gone, hurried)
		return err
	})
	if err != nil {
		return err
	}
	err = some(`SELECT id FROM deliveries WHERE workspace_id = $1 ORDER BY id LIMIT 500`, func(ids []string) error {
		_, err := s.repeat(ctx, gone, hurried, func(ctx context.Context, tx *eventlog.Tx, gone rows) (more bool, err error) {
			_, more, err = s.dropDeliveries(ctx, tx, gone, workspaceID, ids, "TRUE")
			return more, err
		})
		return err
	})
	if err != nil {
		return err
	}
	for _, table := range slices.Concat(erasedTables, workspaceTables) {
		_, err := s.repeat(ctx, gone, hurried, func(ctx context.Context, tx *eventlog.Tx, gone rows) (more bool, err error) {
			n, err := s.drop(ctx, tx, gone, table, "workspace_id = $1", batch, workspaceID)
			told()
			return n == batch, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
