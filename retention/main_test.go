package retention_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/retention"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a workspace with an agent, a customer and an integration that wants all messages.
type fixture struct {
	db          *storage.DB
	workspace   string
	ctx, system context.Context
	log         *eventlog.Log
	agent       *ent.Agent
	customer    *ent.Customer
	integration *ent.Integration
}

func newFixture(t testing.TB, db *storage.DB, name string) *fixture {
	t.Helper()
	f := &fixture{db: db, log: eventlog.New(db.Client, db.Dialect, nil), system: viewer.SystemContext(t.Context(), "retention")}
	f.workspace, f.ctx = storagetest.Workspace(t, db, name)
	f.agent = db.Client.Agent.Create().SetName("a").SaveX(f.ctx)
	f.customer = db.Client.Customer.Create().SaveX(f.ctx)
	f.integration = db.Client.Integration.Create().SetName("i").SetURL("https://x.test").SetEventTypes([]string{eventlog.MessageCreated}).SaveX(f.ctx)
	db.Client.IntegrationHealth.Create().SetIntegrationID(f.integration.ID).ExecX(f.ctx)
	return f
}

// service is one that keeps events and deliveries for an hour.
func (f *fixture) service() *retention.Service {
	return retention.New(f.log, retention.Options{KeepEvents: time.Hour, KeepDeliveries: time.Hour, Pause: time.Millisecond})
}

func (f *fixture) thread(t testing.TB) string {
	t.Helper()
	var threadID string
	err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		th, err := tx.NewThread(ctx, f.workspace, tx.Client().Thread.Create().SetAgent(f.agent).SetCustomer(f.customer).SetChannel("test"))
		if err == nil {
			threadID = th.Row.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return threadID
}

// on runs a verb on a thread.
func (f *fixture) on(t testing.TB, threadID string, verb func(ctx context.Context, tx *eventlog.Tx, th *eventlog.Thread) error) {
	t.Helper()
	err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
		th, err := tx.Thread(ctx, threadID)
		if err != nil {
			return err
		}
		return verb(ctx, tx, th)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) say(t testing.TB, threadID string, times int) {
	t.Helper()
	for i := range times {
		f.on(t, threadID, func(ctx context.Context, tx *eventlog.Tx, th *eventlog.Thread) error {
			_, err := th.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText(fmt.Sprint("message ", i)))
			return err
		})
	}
}

func (f *fixture) tag(t testing.TB, threadID, name string) {
	t.Helper()
	f.on(t, threadID, func(ctx context.Context, _ *eventlog.Tx, th *eventlog.Thread) error {
		_, err := th.SetTag(ctx, name, "", "")
		return err
	})
}

// exec runs a statement across workspaces.
func (f *fixture) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := f.db.SQL.ExecContext(f.system, query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// age makes events, deliveries and attempts two hours older.
func (f *fixture) age(t testing.TB) {
	t.Helper()
	const by = 2 * 60 * 60 * 1000
	f.exec(t, `UPDATE events SET created_at = created_at - $1`, by)
	f.exec(t, `UPDATE attempts SET created_at = created_at - $1`, by)
	f.exec(t, `UPDATE deliveries SET created_at = created_at - $1, finished_at = finished_at - $1`, by)
}

// end ends the deliveries of a thread in a state, each after some attempts.
func (f *fixture) end(t testing.TB, threadID string, state delivery.State, attempts int) {
	t.Helper()
	feed, err := f.db.Client.DeliveryFeed.Query().Only(f.ctx)
	if ent.IsNotFound(err) {
		feed, err = f.db.Client.DeliveryFeed.Create().Save(f.ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	position := feed.LastPosition
	for _, d := range f.db.Client.Delivery.Query().Where(delivery.ThreadID(threadID)).AllX(f.ctx) {
		for n := range attempts {
			position++
			f.db.Client.Attempt.Create().SetDeliveryID(d.ID).SetIntegrationID(d.IntegrationID).SetNumber(n + 1).SetPosition(position).
				SetOutcome("REFUSED").SetStartedAt(ms.Now()).SetStateAfter(string(state)).ExecX(f.ctx)
		}
		u := f.db.Client.Delivery.Update().Where(delivery.ID(d.ID)).SetState(state).SetAttempts(attempts)
		if state == delivery.StateDONE || state == delivery.StateEXHAUSTED || state == delivery.StateCANCELLED {
			u.SetFinishedAt(ms.Now())
		}
		u.ExecX(f.ctx)
	}
	f.db.Client.DeliveryFeed.Update().SetLastPosition(position).ExecX(f.ctx)
}

// count counts the rows of a table.
func (f *fixture) count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	if err := f.db.SQL.QueryRowContext(f.system, `SELECT count(*) FROM `+query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (f *fixture) sweep(t testing.TB) {
	t.Helper()
	if err := f.service().Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}
