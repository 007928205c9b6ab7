// Package storagetest gives tests real databases: a fresh SQLite file and a fresh Postgres schema, migrated, with the
// guard of package storage on.
//
//	storagetest.Each(t, func(t *testing.T, db *storage.DB) { … })
package storagetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/lib/pq" // driver for making schemas

	"parley/ent/id"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/drift"
)

// Each runs test on SQLite and on Postgres, as parallel sub-tests named after them. It fails, and never skips, when
// TEST_POSTGRES_URL does not lead to a Postgres: `make test` starts one.
func Each(t *testing.T, test func(t *testing.T, db *storage.DB)) {
	t.Helper()
	for name, address := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, address(t)))
		})
	}
}

// Bench runs a benchmark on SQLite and on Postgres, one after the other, on databases as a server opens them: without
// the guard.
func Bench(b *testing.B, run func(b *testing.B, db *storage.DB)) {
	b.Run("sqlite", func(b *testing.B) { run(b, OpenWith(b, SQLite(b), storage.Options{})) })
	b.Run("postgres", func(b *testing.B) { run(b, OpenWith(b, Postgres(b), storage.Options{})) })
}

// Open opens and migrates the database at address, and closes it when the test ends.
func Open(t testing.TB, address string) *storage.DB {
	t.Helper()
	return OpenWith(t, address, storage.Options{Guard: true, MaxConns: 12})
}

// OpenWith is Open with other options.
func OpenWith(t testing.TB, address string, o storage.Options) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// migrated makes the bytes of an SQLite file with all migrations. With the race detector they take seconds, so a process runs
// them once.
var migrated = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "parley-test-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	file := filepath.Join(folder, "parley.db")
	db, err := storage.Open(context.Background(), "sqlite://"+file, storage.Options{})
	if err != nil {
		return nil, err
	}
	_, err = db.Migrate(context.Background())
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file) // which is whole: closing ends the write-ahead log
})

// SQLite returns the address of a new database that goes with the test. It is empty, but has all migrations.
func SQLite(t testing.TB) string {
	t.Helper()
	address, err := newSQLite(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func newSQLite(folder string) (address string, err error) {
	file := filepath.Join(folder, "parley.db")
	whole, err := migrated()
	if err == nil {
		err = os.WriteFile(file, whole, 0o600)
	}
	return "sqlite://" + file, err
}

// Scratch opens a new SQLite database that goes with the test, for those who are asked for one on any goroutine.
func Scratch(ctx context.Context, t testing.TB) (*storage.DB, error) {
	address, err := newSQLite(t.TempDir())
	if err != nil {
		return nil, err
	}
	return storage.Open(ctx, address, storage.Options{Guard: true})
}

// Postgres returns the address of a new, empty schema that goes with the test.
func Postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv("TEST_POSTGRES_URL")
	if base == "" {
		t.Fatal("TEST_POSTGRES_URL is not set: run the tests by `make test`, or a part by `scripts/postgres go test ./…`")
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("TEST_POSTGRES_URL: %v", err)
	}
	schema := strings.ReplaceAll(id.New("tst"), "-", "")
	admin, err := sql.Open("postgres", base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatalf("make a schema in TEST_POSTGRES_URL: %v", err)
	}
	t.Cleanup(func() {
		_, err := admin.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE")
		if err != nil {
			t.Errorf("drop the schema: %v", err)
		}
		_ = admin.Close()
	})
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Workspace makes a workspace with its feed and returns its id and a context that acts in it as the program.
func Workspace(t testing.TB, db *storage.DB, name string) (string, context.Context) {
	t.Helper()
	workspace := id.New(id.Workspace)
	ctx := viewer.WorkerContext(t.Context(), workspace, "test")
	err := db.Client.Workspace.Create().SetID(workspace).SetName(name).SetHistory(id.New("his")).Exec(ctx)
	if err != nil {
		t.Fatal(fmt.Errorf("make workspace %s: %w", name, err))
	}
	if err := eventlog.MakeFeed(ctx, db.Client, workspace); err != nil {
		t.Fatal(err)
	}
	return workspace, ctx
}

// Drift returns what the migrations of db lack of ent/schema, as statements.
func Drift(t testing.TB, db *storage.DB) string {
	t.Helper()
	missing, err := drift.Of(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return missing
}
