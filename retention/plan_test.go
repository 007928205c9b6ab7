package retention_test

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"parley/ent/delivery"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/retention"
	"parley/storage"
	"parley/storage/storagetest"
)

var (
	parameter = regexp.MustCompile(`\$(\d+)`)
	// slow are steps of a plan that read a whole table, or all that a workspace has in it.
	slow = regexp.MustCompile(`SCAN (?:events|deliveries|attempts|messages|threads|turns|steps|calls|notes|reminders|thread_tags|mutation_results|customers|[a-z])\b|\(workspace_id=\?\)$`)
	// fine are steps that look slow and are not: they read few rows, or begin where an index says.
	fine = regexp.MustCompile(`(integration|deliveryfeed)_workspace_id|USING (COVERING )?INDEX (thread|customer)_erased|SCAN f USING|SCAN json_each`)
)

// SQLite has no statistics, and takes a condition on the workspace for a better one than a list of keys.
func TestStatementsLeadSQLiteToKeys(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	statements := map[string]bool{}
	db, err := storage.Open(t.Context(), storagetest.SQLite(t), storage.Options{Guard: true, Trace: func(ctx context.Context, query string) {
		if v, _ := viewer.FromContext(ctx); v.Name == "retention" {
			mu.Lock()
			defer mu.Unlock()
			statements[query] = true
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, db, t.Name())
	threadID := f.thread(t)
	f.say(t, threadID, 3)
	f.end(t, threadID, delivery.StateDONE, 1)
	f.age(t)
	f.say(t, threadID, 1)
	f.notice(t, threadID)
	clear(statements)
	f.sweep(t)
	s := retention.New(f.log, retention.Options{})
	if _, err := s.EraseThread(f.ctx, threadID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.EraseCustomer(f.ctx, f.customer.ID); err != nil {
		t.Fatal(err)
	}
	all := statements
	statements = map[string]bool{}
	for query := range all {
		most := 0
		for _, m := range parameter.FindAllStringSubmatch(query, -1) {
			n, _ := strconv.Atoi(m[1])
			most = max(most, n)
		}
		most = max(most, strings.Count(query, "?"))
		found, err := db.SQL.QueryContext(f.system, "EXPLAIN QUERY PLAN "+query, make([]any, most)...)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		for found.Next() {
			var id, parent, unused int
			var step string
			if err := found.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if slow.MatchString(step) && !fine.MatchString(step) {
				t.Errorf("%s:\n%s", query, step)
			}
		}
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 30 {
		t.Errorf("only %d statements were seen", len(all))
	}
}

// notice tells of the integration that the answer to an event of the thread failed.
func (f *fixture) notice(t testing.TB, threadID string) {
	t.Helper()
	rows, err := f.log.ThreadAfter(f.ctx, threadID, f.db.Client.Thread.GetX(f.ctx, threadID).LastSeq-1, 1)
	if err != nil {
		t.Fatal(err)
	}
	err = f.log.Write(f.ctx, func(_ context.Context, tx *eventlog.Tx) error {
		return tx.EmitWorkspace(f.workspace, eventlog.IntegrationFailing, eventlog.Data{}, eventlog.IntegrationData{
			IntegrationID: f.integration.ID, Failure: &eventlog.IntegrationFailure{EventID: &rows[0].ID, Answer: "no"},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
