package storage_test

import (
	"errors"
	"testing"

	"go.uber.org/goleak"

	"parley/ent/schema"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMigrationsMakeTheTablesOfTheSchema(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		if drift := storagetest.Drift(t, db); drift != "" {
			t.Errorf("the migrations do not lead to ent/schema; run `make migration NAME=…`. Missing:\n%s", drift)
		}
		if again, err := db.Migrate(t.Context()); err != nil || len(again) != 0 {
			t.Errorf("a second run applied %v, %v", again, err)
		}
	})
}

func TestGuardRefusesStatementsWithoutAWorkspace(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		_, ctx := storagetest.Workspace(t, db, "one")
		if _, err := db.Client.Thread.Query().All(ctx); err != nil {
			t.Errorf("a query that ent confined: %v", err)
		}
		refused := []string{
			`SELECT id FROM threads`,
			`SELECT id FROM "threads" WHERE id = 'workspace_id = 1'`,
			`SELECT t.id FROM threads t JOIN messages m ON m.thread_id = t.id WHERE m.id = 'x'`,
			`SELECT t.id FROM threads t JOIN messages m ON m.workspace_id = t.workspace_id`,
			`SELECT t.id FROM threads t JOIN messages m ON m.thread_id = t.id WHERE t.workspace_id = 'x'`,
			`SELECT id FROM workspaces WHERE id IN (SELECT workspace_id FROM threads)`,
			`SELECT id FROM public.threads`,
			`SELECT t.id FROM workspaces, threads t`,
			`SELECT id FROM threads WHERE workspace_id IS NOT NULL`,
			`SELECT id FROM threads WHERE NOT workspace_id = 'x'`,
			`SELECT id FROM threads WHERE workspace_id = 'x' OR id = 'y'`,
			`SELECT id FROM threads WHERE (workspace_id = 'x' OR id = 'y')`,
			`SELECT id FROM threads /* WHERE workspace_id = 'x' */`,
			`SELECT id FROM threads -- WHERE workspace_id = 'x'`,
			`SELECT id FROM threads WHERE workspace_id = 'x' EXCEPT SELECT id FROM threads`,
			`UPDATE threads SET status = 'CLOSED' WHERE id = 'x'`,
			`UPDATE threads SET workspace_id = 'x'`,
			`DELETE FROM messages WHERE id = 'x'`,
		}
		for _, q := range refused {
			if _, err := db.SQL.ExecContext(ctx, q); !errors.Is(err, storage.ErrCrossWorkspace) {
				t.Errorf("%s: got %v, want it refused", q, err)
			}
			if _, err := db.SQL.ExecContext(viewer.SystemContext(ctx, "metrics"), q); errors.Is(err, storage.ErrCrossWorkspace) {
				t.Errorf("%s: refused for a listed worker", q)
			}
			if _, err := db.SQL.ExecContext(viewer.SystemContext(ctx, "somebody"), q); !errors.Is(err, storage.ErrCrossWorkspace) {
				t.Errorf("%s: got %v for a worker that is not listed", q, err)
			}
		}
		for _, q := range []string{
			`SELECT id FROM threads WHERE workspace_id = 'x'`,
			`SELECT id FROM workspaces`,
			`SELECT id FROM threads WHERE 'x' = workspace_id`,
			`SELECT id FROM threads WHERE (workspace_id = 'x' AND EXISTS (SELECT 1 FROM messages WHERE workspace_id = 'x'))`,
			`SELECT id FROM threads WHERE workspace_id = 'x' AND (id = 'y' OR id = 'z')`,
			`SELECT t.id FROM threads t JOIN messages m ON m.workspace_id = t.workspace_id WHERE t.workspace_id = 'x'`,
			`SELECT id FROM threads WHERE workspace_id = 'x' AND id IN (SELECT thread_id FROM thread_tags WHERE workspace_id = 'x')`,
		} {
			if _, err := db.SQL.ExecContext(ctx, q); err != nil {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}

func TestEntConfinesEveryViewer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		_, one := storagetest.Workspace(t, db, "one")
		two, other := storagetest.Workspace(t, db, "two")
		a, err := db.Client.Agent.Create().SetName("a").Save(one)
		if err != nil {
			t.Fatal(err)
		}
		if n := db.Client.Agent.Query().CountX(other); n != 0 {
			t.Errorf("another workspace sees %d agents", n)
		}
		if n := db.Client.Agent.Update().SetName("stolen").SaveX(other); n != 0 {
			t.Errorf("another workspace changed %d agents", n)
		}
		if n := db.Client.Agent.Delete().ExecX(other); n != 0 {
			t.Errorf("another workspace deleted %d agents", n)
		}
		if err := db.Client.Agent.Create().SetName("b").SetWorkspaceID(two).Exec(one); !errors.Is(err, schema.ErrForbidden) {
			t.Errorf("created in another workspace: %v", err)
		}
		if _, err := db.Client.Agent.Query().All(t.Context()); !errors.Is(err, schema.ErrNoViewer) {
			t.Errorf("a query without a viewer: %v", err)
		}

		c := db.Client.Customer.Create().SaveX(one)
		mine := db.Client.Thread.Create().SetAgent(a).SetCustomer(c).SetShard(0).SaveX(one)
		db.Client.Thread.Create().SetAgent(a).SetCustomer(db.Client.Customer.Create().SaveX(one)).SetShard(0).SaveX(one)
		token := viewer.NewContext(t.Context(), viewer.Viewer{Workspace: mine.WorkspaceID, Role: viewer.ThreadToken, Thread: mine.ID})
		if ids := db.Client.Thread.Query().Where(thread.StatusEQ(thread.StatusOPEN)).IDsX(token); len(ids) != 1 || ids[0] != mine.ID {
			t.Errorf("a thread token sees threads %v", ids)
		}
		if ids := db.Client.Customer.Query().IDsX(token); len(ids) != 1 || ids[0] != c.ID {
			t.Errorf("a thread token sees customers %v", ids)
		}
		if _, err := db.Client.Integration.Query().All(token); !errors.Is(err, schema.ErrForbidden) {
			t.Errorf("a thread token reads integrations: %v", err)
		}
	})
}
