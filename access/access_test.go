package access_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/access"
	"parley/ent/apikey"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/invalid"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func each(t *testing.T, test func(t *testing.T, db *storage.DB, a *access.Service)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		keys, err := seal.Parse(seal.Generate())
		if err != nil {
			t.Fatal(err)
		}
		test(t, db, access.New(eventlog.New(db.Client, db.Dialect, nil), keys))
	})
}

func TestAuthenticateKnowsWhoHoldsWhat(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, a *access.Service) {
		workspace, admin, err := a.CreateWorkspace(t.Context(), "one", "")
		if err != nil {
			t.Fatal(err)
		}
		v, err := a.Authenticate(t.Context(), admin)
		if err != nil || v.Workspace != workspace || v.Role != viewer.Admin {
			t.Fatalf("the first key: %+v, %v", v, err)
		}
		ctx := viewer.NewContext(t.Context(), v)
		if row := db.Client.APIKey.Query().OnlyX(ctx); row.LastUsedAt == nil || row.Hash == admin {
			t.Errorf("the key's row: %+v", row)
		}
		agent := db.Client.Agent.Create().SetName("a").SaveX(ctx)
		thread := db.Client.Thread.Create().SetAgent(agent).SetCustomer(db.Client.Customer.Create().SaveX(ctx)).SetShard(0).SaveX(ctx)
		made, err := a.CreateThreadToken(ctx, thread.ID, 60)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := a.Authenticate(t.Context(), made.Token.Reveal()); err != nil || v.Thread != thread.ID || v.Role != viewer.ThreadToken || !a.StillValid(ctx, v) {
			t.Errorf("a thread token: %+v, %v", v, err)
		}
		for name, bad := range map[string]string{
			"empty": "", "short": "prl_x", "unknown": access.NewKey(), "bent token": made.Token.Reveal() + "A", "cut token": made.Token.Reveal()[:20],
		} {
			if _, err := a.Authenticate(t.Context(), bad); !errors.Is(err, access.ErrUnauthenticated) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, seconds := range []int{-1, 0, 59, 30*24*3600 + 1, 36028797018964028} {
			var bad *invalid.Error
			if _, err := a.CreateThreadToken(ctx, thread.ID, seconds); !errors.As(err, &bad) {
				t.Errorf("a token for %d seconds: %v", seconds, err)
			}
		}
	})
}

func TestATokenEndsWithItsTime(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, a *access.Service) {
		past := viewer.Viewer{Workspace: "w", Role: viewer.ThreadToken, Thread: "t", Expires: time.Now().Add(-time.Second).UnixMilli()}
		if a.StillValid(t.Context(), past) {
			t.Error("a token is valid after its time")
		}
	})
}

func TestRepeatedTokensAreTheSame(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, a *access.Service) {
		_, admin, err := a.CreateWorkspace(t.Context(), "one", "")
		if err != nil {
			t.Fatal(err)
		}
		v, err := a.Authenticate(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		ctx := viewer.NewContext(t.Context(), v)
		thread := db.Client.Thread.Create().SetAgent(db.Client.Agent.Create().SetName("a").SaveX(ctx)).
			SetCustomer(db.Client.Customer.Create().SaveX(ctx)).SetShard(0).SaveX(ctx)
		once := eventlog.WithOnce(ctx, eventlog.Once{Viewer: v.Key, Name: "createThreadToken", ID: "1", InputHash: "h"})
		first, err := a.CreateThreadToken(once, thread.ID, 60)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := a.CreateThreadToken(once, thread.ID, 60); err != nil || again.Token.Reveal() != first.Token.Reveal() || again.Expires != first.Expires {
			t.Errorf("again %s, %v, want %s", again.Token.Reveal(), err, first.Token.Reveal())
		}
	})
}

func TestTheLastAdminStays(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, a *access.Service) {
		for round := range 8 {
			workspace, _, err := a.CreateWorkspace(t.Context(), fmt.Sprint("w", round), "")
			if err != nil {
				t.Fatal(err)
			}
			ctx := viewer.WorkerContext(t.Context(), workspace, "test")
			if _, err := a.CreateKey(ctx, "second", viewer.Admin); err != nil {
				t.Fatal(err)
			}
			ids := db.Client.APIKey.Query().IDsX(ctx)
			var wait sync.WaitGroup
			for i, mine := range ids { // each revokes the other
				wait.Go(func() {
					as := viewer.NewContext(context.WithoutCancel(ctx), viewer.Viewer{Workspace: workspace, Role: viewer.Admin, Key: mine})
					_, _ = a.RevokeKey(as, ids[1-i]) // one of them fails
				})
			}
			wait.Wait()
			if left := db.Client.APIKey.Query().Where(apikey.RevokedAtIsNil()).CountX(ctx); left != 1 {
				t.Fatalf("round %d: %d admin keys are left", round, left)
			}
		}
	})
}
