package delivery_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	"parley/ent"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/eventlog"
	"parley/invalid"
	"parley/storage"
	"parley/storage/storagetest"
)

// fields returns the bad fields that an error names, joined.
func fields(t *testing.T, err error) string {
	t.Helper()
	var bad *invalid.Error
	if !errors.As(err, &bad) {
		t.Fatalf("%v is no invalid.Error", err)
	}
	var names []string
	for _, f := range bad.Fields {
		if f.Reason == "" || strings.HasSuffix(f.Reason, ".") {
			t.Errorf("reason %q of %s", f.Reason, f.Field)
		}
		names = append(names, f.Field)
	}
	return strings.Join(names, " ")
}

func TestBadInputIsRefusedWhole(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		text := func(s string) *string { return &s }
		_, err := f.CreateIntegration(f.ctx, delivery.Input{
			Name: " ", URL: "", EventTypes: []string{"contact.*", "no.such", "message.created*"}, AgentIDs: []string{f.agent.ID, "agt_no"},
			Channels: []string{"web", ""}, Ordering: "SOMEHOW",
		})
		if got, want := fields(t, err), "name url eventTypes channels ordering agentIds"; got != want {
			t.Errorf("bad fields %q, want %q: %v", got, want, err)
		}
		if !strings.Contains(err.Error(), eventlog.ContactReceived) || !strings.Contains(err.Error(), "no.such") {
			t.Errorf("the known types are not listed: %v", err)
		}
		made := f.integration(t, delivery.Input{URL: "https://example.com/"})
		for want, u := range map[string]delivery.Update{
			"name":       {Name: text(strings.Repeat("x", 201))},
			"url":        {URL: text("http://192.168.0.1/")},
			"eventTypes": {EventTypes: []string{}},
			"state":      {State: new(integration.State("ON"))},
			"channels":   {Channels: []string{"nul\x00"}},
			"agentIds":   {AgentIDs: strings.Split(strings.Repeat("agt_no,", 100)+"agt_no", ",")},
		} {
			if _, err := f.UpdateIntegration(f.ctx, made.ID, u); fields(t, err) != want {
				t.Errorf("%+v: %v, want %s", u, err, want)
			}
		}
		for _, overlap := range []time.Duration{-1, 7*24*time.Hour + 1} {
			if _, err := f.RotateSecret(f.ctx, made.ID, overlap); fields(t, err) != "overlapHours" {
				t.Errorf("overlap %s: %v", overlap, err)
			}
		}
		if _, err := f.TestIntegration(f.ctx, made.ID, "no.such"); fields(t, err) != "eventType" {
			t.Error(err)
		}
		var rows []*ent.IntegrationCreate
		for range delivery.MaxIntegrations - 1 {
			rows = append(rows, db.Client.Integration.Create().SetName("x").SetURL("https://example.com/").SetEventTypes([]string{"*"}))
		}
		for part := range slices.Chunk(rows, 500) {
			db.Client.Integration.CreateBulk(part...).ExecX(f.ctx)
		}
		if _, err := f.CreateIntegration(f.ctx, delivery.Input{Name: "x", URL: "https://example.com/", EventTypes: []string{"*"}}); fields(t, err) != "name" {
			t.Error(err)
		}
	})
}

func TestUpdateChangesWhatIsGiven(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		made := f.integration(t, delivery.Input{URL: "https://example.com/", Channels: []string{"web", "web"}, AgentIDs: []string{f.agent.ID}})
		db.Client.IntegrationHealth.Update().SetPausedUntil(1 << 50).SetConsecutiveFailures(3).SetFirstFailureAt(1).ExecX(f.ctx)
		name := "new"
		if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{Name: &name, AgentIDs: []string{}}); err != nil {
			t.Fatal(err)
		}
		in := db.Client.Integration.GetX(f.ctx, made.ID)
		if in.Name != name || in.URL != "https://example.com/" || len(in.AgentIds) != 0 || fmt.Sprint(in.Channels) != "[web]" || f.health(made.ID).PausedUntil == nil {
			t.Errorf("%+v", in)
		}
		url := "https://example.org/"
		if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{URL: &url}); err != nil {
			t.Fatal(err)
		}
		if in := f.health(made.ID); in.PausedUntil != nil || in.ConsecutiveFailures != 0 || in.FirstFailureAt != nil {
			t.Errorf("a new endpoint has the health of the old one: %+v", in)
		}
	})
}

func TestDisabledHolds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		thread := f.thread(t)
		f.say(t, thread, "before")
		if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{State: &disabled}); err != nil {
			t.Fatal(err)
		}
		f.say(t, thread, "during")
		f.start(t)
		if in := db.Client.Integration.GetX(f.ctx, made.ID); in.State != disabled || in.DisabledReason != "disabled by test" {
			t.Errorf("%+v", in)
		}
		ds := f.deliveries(made.ID)
		for _, d := range ds {
			if d.State != entdelivery.StateHELD {
				t.Errorf("%+v, want it held", d)
			}
		}
		if _, err := f.Resend(f.ctx, ds[0].ID); !errors.Is(err, delivery.ErrDisabled) {
			t.Errorf("resend at a disabled integration: %v", err)
		}
		if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{State: &enabled}); err != nil {
			t.Fatal(err)
		}
		f.say(t, thread, "after")
		eventually(t, "what comes after arrives", func() bool { return rec.count() == 1 })
		if text := read(rec.all()[0]).Data.Message.Text; text != "after" {
			t.Errorf("got %q", text)
		}
	})
}

func TestDeleteCancels(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		release := make(chan struct{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
			<-release
			w.WriteHeader(500)
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		thread := f.thread(t)
		f.say(t, thread, "1", "2")
		eventually(t, "one is sent", func() bool { return rec.count() == 1 })
		if _, err := f.DeleteIntegration(f.ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		f.say(t, thread, "3")
		if ds := f.deliveries(made.ID); ds[0].State != entdelivery.StateRUNNING || ds[1].State != entdelivery.StateCANCELLED || len(ds) != 2 {
			t.Errorf("deliveries %+v", ds)
		}
		close(release)
		eventually(t, "the running one is not tried again", func() bool { return f.deliveries(made.ID)[0].State == entdelivery.StateCANCELLED })
		if n := db.Client.Secret.Query().CountX(f.ctx); n != 0 {
			t.Errorf("%d secrets are left", n)
		}
		for what, err := range map[string]error{
			"update": second(f.UpdateIntegration(f.ctx, made.ID, delivery.Update{})),
			"delete": second(f.DeleteIntegration(f.ctx, made.ID)),
			"rotate": second(f.RotateSecret(f.ctx, made.ID, 0)),
			"test":   second(f.TestIntegration(f.ctx, made.ID, "")),
			"resend": second(f.Resend(f.ctx, f.deliveries(made.ID)[1].ID)),
		} {
			if !ent.IsNotFound(err) {
				t.Errorf("%s of a deleted integration: %v", what, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestResend(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Schedule: delivery.Schedule{0, time.Hour}})
		hang := make(chan struct{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
			switch nth {
			case 1:
				w.WriteHeader(500)
			case 3:
				<-hang
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		f.say(t, f.thread(t), "1")
		var d *ent.Delivery
		reaches := func(state entdelivery.State, attempts int) func() bool {
			return func() bool {
				d = f.deliveries(made.ID)[0]
				return d.State == state && d.Attempts == attempts
			}
		}
		eventually(t, "it waits for its second try", reaches(entdelivery.StatePENDING, 1))
		resend := func() error { return second(f.Resend(f.ctx, d.ID)) }
		if err := resend(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is done", reaches(entdelivery.StateDONE, 2))
		if err := resend(); err != nil { // also after a success
			t.Fatal(err)
		}
		eventually(t, "it is sent again", func() bool { return rec.count() == 3 })
		if err := resend(); !errors.Is(err, delivery.ErrRunning) {
			t.Errorf("resend of a running delivery: %v", err)
		}
		close(hang)
		eventually(t, "it is done again", reaches(entdelivery.StateDONE, 3))
		for i, want := range []attempt.Trigger{attempt.TriggerSCHEDULE, attempt.TriggerRESEND, attempt.TriggerRESEND} {
			if a := f.attempts(d.ID)[i]; a.Trigger != want {
				t.Errorf("attempt %d: %s, want %s", i+1, a.Trigger, want)
			}
		}
		for _, g := range rec.all() {
			if g.header.Get("Webhook-Id") != d.EventID {
				t.Errorf("webhook-id %s, want %s", g.header.Get("Webhook-Id"), d.EventID)
			}
		}
	})
}

func TestOtherWorkspacesAreUnknown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		made := f.integration(t, delivery.Input{URL: "https://example.com/"})
		f.say(t, f.thread(t), "1")
		d := f.deliveries(made.ID)[0]
		_, other := workspace(t, db)
		for what, err := range map[string]error{
			"update": second(f.UpdateIntegration(other, made.ID, delivery.Update{})),
			"delete": second(f.DeleteIntegration(other, made.ID)),
			"rotate": second(f.RotateSecret(other, made.ID, 0)),
			"test":   second(f.TestIntegration(other, made.ID, "")),
			"resend": second(f.Resend(other, d.ID)),
		} {
			if !ent.IsNotFound(err) {
				t.Errorf("%s of another workspace's: %v", what, err)
			}
		}
		_, err := f.CreateIntegration(other, delivery.Input{Name: "x", URL: "https://example.com/", EventTypes: []string{"*"}, AgentIDs: []string{f.agent.ID}})
		if fields(t, err) != "agentIds" {
			t.Error(err)
		}
	})
}

func TestClientMutationIdRunsOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		ctx := eventlog.WithOnce(f.ctx, eventlog.Once{Viewer: "key_1", Name: "createIntegration", ID: "1", InputHash: "h"})
		in := delivery.Input{Name: "x", URL: "https://example.com/", EventTypes: []string{"*"}}
		first, err := f.CreateIntegration(ctx, in)
		if err != nil || first.Secret.IsZero() {
			t.Fatalf("%v, %v", first, err)
		}
		again, err := f.CreateIntegration(ctx, in)
		if err != nil || again.ID != first.ID || !again.Secret.IsZero() {
			t.Errorf("again: %v, %v; want %s without its secret", again, err, first.ID)
		}
		if row := db.Client.MutationResult.Query().OnlyX(f.ctx); strings.Contains(row.Result.String(), "whsec") {
			t.Errorf("the secret was kept: %s", row.Result)
		}
	})
}
