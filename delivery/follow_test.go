package delivery_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"parley/delivery"
	"parley/ent/id"
	stamp "parley/ent/ms"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// A reader asks for the oldest position and then for attempts. What is deleted between the two is no silent gap.
func TestAttemptsDeletedBetweenTwoStatementsOfAReaderExpireItsCursor(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := address(t)
			other := newFixture(t, storagetest.Open(t, at), delivery.Options{})
			for position := range int64(6) {
				other.db.Client.Attempt.Create().SetDeliveryID(id.New(id.Delivery)).SetIntegrationID("int_a").SetNumber(1).SetPosition(position + 1).
					SetOutcome("SUCCEEDED").SetStartedAt(stamp.Now()).ExecX(other.ctx)
			}
			other.db.Client.DeliveryFeed.Create().SetLastPosition(6).ExecX(other.ctx)
			var once sync.Once
			db, err := storage.Open(t.Context(), at, storage.Options{Guard: true, Trace: func(_ context.Context, query string) {
				if query = strings.ReplaceAll(query, "`", `"`); !strings.HasPrefix(query, "SELECT") || !strings.Contains(query, `FROM "attempts"`) {
					return
				}
				once.Do(func() { // as retention does
					for _, change := range []string{
						`DELETE FROM attempts WHERE workspace_id = $1 AND position <= 3`,
						`UPDATE delivery_feeds SET first_position = 4 WHERE workspace_id = $1`,
					} {
						if _, err := other.db.SQL.ExecContext(other.ctx, change, other.workspace); err != nil {
							t.Error(err)
						}
					}
				})
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			other.log = eventlog.New(db.Client, db.Dialect, nil)
			s := other.service(t, delivery.Options{})
			if rows, _, err := s.After(other.ctx, "", 1, 100); !errors.Is(err, eventlog.ErrCursorExpired) {
				t.Errorf("%d attempts, %v; want that the cursor has expired", len(rows), err)
			}
			if rows, reached, err := s.After(other.ctx, "", 3, 100); err != nil || len(rows) != 3 || reached != 6 {
				t.Errorf("from the oldest one kept: %d attempts up to %d, %v", len(rows), reached, err)
			}
		})
	}
}
