package access_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"parley/access"
	"parley/ent/apikey"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// Who held a key a moment ago is presumed to, and nothing reaches the database for him before that is proved.
func TestAPresumedHolderIsProvedFirst(t *testing.T) {
	var statements atomic.Int64
	db := storagetest.OpenWith(t, storagetest.Postgres(t), storage.Options{Guard: true, Trace: func(context.Context, string) { statements.Add(1) }})
	keys, err := seal.Parse(seal.Generate())
	if err != nil {
		t.Fatal(err)
	}
	a := access.New(eventlog.New(db.Client, db.Dialect, nil), keys)
	workspace, key, err := a.CreateWorkspace(t.Context(), "one", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := a.Presume(t.Context(), key); ok {
		t.Error("a key is presumed that nobody has shown yet")
	}
	who, err := a.Authenticate(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	presume := func() context.Context {
		t.Helper()
		ctx, ok := a.Presume(t.Context(), key)
		if v, _ := viewer.FromContext(ctx); !ok || v != who {
			t.Fatalf("a known key is not presumed: %+v", v)
		}
		return ctx
	}
	ctx, before := presume(), statements.Load()
	if viewer.Presumed(ctx) == nil || statements.Load() != before {
		t.Error("presuming asks the database")
	}
	for range 2 {
		if n, err := db.Client.Agent.Query().Count(ctx); err != nil || n != 0 {
			t.Errorf("a presumed viewer reads: %d, %v", n, err)
		}
	}
	if n := statements.Load() - before; n != 3 || viewer.Presumed(ctx) != nil {
		t.Errorf("two reads and one proof are %d statements", n)
	}
	if _, err := db.SQL.ExecContext(presume(), `SELECT 1`); !errors.Is(err, viewer.ErrUnproved) {
		t.Errorf("a statement goes by without proof: %v", err)
	}

	owner := viewer.WorkerContext(t.Context(), workspace, "test")
	ctx = presume()
	db.Client.APIKey.Update().Where(apikey.ID(who.Key)).SetRevokedAt(ms.Now()).ExecX(owner) // by another server
	for range 2 {
		if err := db.Client.Agent.Create().SetName("by nobody").Exec(ctx); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("the holder of a revoked key writes: %v", err)
		}
		if _, err := db.Client.Tx(ctx); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("the holder of a revoked key begins a transaction: %v", err)
		}
		if _, err := db.Client.ExecContext(ctx, `SELECT 1`); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("the holder of a revoked key has a statement run: %v", err)
		}
	}
	if n := db.Client.Agent.Query().CountX(owner); n != 0 {
		t.Errorf("%d agents were stored", n)
	}
	if _, ok := a.Presume(t.Context(), key); ok {
		t.Error("a revoked key is presumed again")
	}
}

// With SQLite a look for the key costs little, and a verb is never one statement.
func TestSQLitePresumesNobody(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, a *access.Service) {
		_, key, err := a.CreateWorkspace(t.Context(), "one", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Authenticate(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if _, ok := a.Presume(t.Context(), key); ok != (db.Dialect == "postgres") {
			t.Errorf("presumed: %t", ok)
		}
	})
}
