package eventlog_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/message"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// Two processes on one database, each of which keeps integrations at hand: what one changes holds for the next event of
// the other.
func TestChangesOfIntegrationsHoldAtOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		other := eventlog.New(db.Client, db.Dialect, nil)
		id := f.thread(t)
		var made *ent.Integration
		change := func(log *eventlog.Log, result error, do func(ctx context.Context, client *ent.Client) error) {
			t.Helper()
			err := log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
				if err := tx.ChangeIntegrations(ctx, f.workspace); err != nil {
					return err
				}
				if err := do(ctx, tx.Client()); err != nil {
					return err
				}
				if err := tx.EmitWorkspace(f.workspace, eventlog.IntegrationDisabled, eventlog.Data{}, nil); err != nil {
					return err
				}
				return result
			})
			if !errors.Is(err, result) {
				t.Fatal(err)
			}
		}
		sent := func(want string) {
			t.Helper()
			for range 2 { // the second finds what the first keeps
				if err := f.say(id, "x"); err != nil {
					t.Fatal(err)
				}
			}
			got := ""
			for _, d := range db.Client.Delivery.Query().Where(delivery.EventType(eventlog.MessageCreated)).Order(delivery.ByID()).AllX(f.ctx) {
				got += d.State.String() + " "
			}
			if got != want {
				t.Errorf("deliveries of messages: %q, want %q", got, want)
			}
			db.Client.Delivery.Delete().ExecX(f.ctx)
		}
		sent("")
		change(other, nil, func(ctx context.Context, client *ent.Client) (err error) {
			made, err = client.Integration.Create().SetName("a").SetURL("https://a.example").SetEventTypes([]string{"message.*"}).SetAgentIds([]string{}).SetChannels([]string{}).Save(ctx)
			return err
		})
		sent("PENDING PENDING ")
		change(f.log, errors.New("rolled back"), func(ctx context.Context, client *ent.Client) error {
			return client.Integration.Update().Where(integration.ID(made.ID)).SetState(integration.StateDISABLED).Exec(ctx)
		})
		sent("PENDING PENDING ")
		change(other, nil, func(ctx context.Context, client *ent.Client) error {
			return client.Integration.Update().Where(integration.ID(made.ID)).SetState(integration.StateDISABLED).Exec(ctx)
		})
		sent("HELD HELD ")
		change(f.log, nil, func(ctx context.Context, client *ent.Client) error {
			return client.Integration.Update().Where(integration.ID(made.ID)).SetDeletedAt(1).Exec(ctx)
		})
		sent("")
		if n := db.Client.Event.Query().CountX(f.ctx); fmt.Sprint(n) != "14" {
			t.Errorf("%d events, want one of the thread, ten of messages and three of changes", n)
		}
	})
}

// More integrations than one statement can make deliveries for.
func TestEveryIntegrationGetsItsDelivery(t *testing.T) {
	const many = 1000
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db)
		id := f.thread(t)
		err := f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			if err := tx.ChangeIntegrations(ctx, f.workspace); err != nil {
				return err
			}
			for range many / 250 {
				rows := make([]*ent.IntegrationCreate, 250)
				for i := range rows {
					rows[i] = tx.Client().Integration.Create().SetName("i").SetURL("https://x.test").SetEventTypes([]string{"message.created"})
				}
				if err := tx.Client().Integration.CreateBulk(rows...).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = f.log.Write(f.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
			th, err := tx.Thread(ctx, id)
			if err != nil {
				return err
			}
			for range 3 {
				if _, err := th.AddMessage(ctx, tx.Client().Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("x")); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := db.Client.Delivery.Query().CountX(f.ctx); n != 3*many {
			t.Errorf("%d deliveries, want %d", n, 3*many)
		}
	})
}
