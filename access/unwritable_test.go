package access_test

import (
	"testing"

	"entgo.io/ent/dialect"

	"parley/access"
	"parley/ent/apikey"
	"parley/ent/ms"
	"parley/ent/session"
	"parley/ent/viewer"
	"parley/storage"
)

// On a full disk nothing can be written, and it is then that somebody has to look what is there. That a key was used was noted
// once a minute, and failed the request.
func TestWhoCannotBeNotedMayReadAllTheSame(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, a *access.Service) {
		if db.Dialect != dialect.SQLite {
			t.Skip("one connection writes, which can be told not to")
		}
		workspace, key, err := a.CreateWorkspace(t.Context(), "one", "")
		if err != nil {
			t.Fatal(err)
		}
		in, err := a.SignIn(t.Context(), key, "browser")
		if err != nil {
			t.Fatal(err)
		}
		ctx := viewer.WorkerContext(t.Context(), workspace, "test")
		earlier := ms.Now().Add(-access.SessionIdle / 2)
		db.Client.APIKey.Update().Where(apikey.ID(in.Viewer.Key)).SetLastUsedAt(earlier).ExecX(ctx)
		db.Client.Session.Update().Where(session.ID(in.Session.ID)).SetLastUsedAt(earlier).ExecX(ctx)
		if _, err := db.SQL.ExecContext(t.Context(), "PRAGMA query_only = 1"); err != nil {
			t.Fatal(err)
		}
		if v, err := a.Authenticate(t.Context(), key); err != nil || v.Key != in.Viewer.Key {
			t.Errorf("by its key: %+v, %v", v, err)
		}
		if v, err := a.AuthenticateSession(t.Context(), in.Cookie.Reveal()); err != nil || v.Session != in.Session.ID {
			t.Errorf("by its session: %+v, %v", v, err)
		}
	})
}
