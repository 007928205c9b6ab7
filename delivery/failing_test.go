package delivery_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	entms "parley/ent/ms"
	"parley/ent/secret"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

// told is what tests read of events about integrations.
type told struct {
	Type string
	Data eventlog.IntegrationData
}

func tellings(t testing.TB, rec *receiver) (list []told) {
	for _, g := range rec.all() {
		var one told
		if err := json.Unmarshal(g.body, &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}

// failingSince puts the beginning of an endpoint's failures into the past.
func (f *fixture) failingSince(integrationID string, ago time.Duration) {
	f.db.Client.IntegrationHealth.Update().Where(integrationhealth.IntegrationID(integrationID)).
		SetFirstFailureAt(entms.Now().Add(-ago)).ExecX(f.ctx)
}

func TestTheOthersAreToldOfAnEndpointThatKeepsFailing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Schedule: delivery.Schedule{0, ms, time.Hour}})
		dead := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) {
			w.WriteHeader(503)
			_, _ = w.Write([]byte("down"))
		})
		ops := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: dead.URL, EventTypes: []string{"message.created", "integration.*"}})
		f.integration(t, delivery.Input{URL: ops.URL, EventTypes: []string{"integration.*"}})
		f.say(t, f.thread(t), "1")
		f.start(t)
		eventually(t, "it fails", func() bool { return f.health(made.ID).ConsecutiveFailures == 2 })
		event := f.deliveries(made.ID)[0].EventID
		for i, ago := range []time.Duration{time.Hour, 25 * time.Hour, 73 * time.Hour} {
			f.failingSince(made.ID, ago)
			eventually(t, "the others are told", func() bool { return ops.count() == i+1 })
			time.Sleep(250 * ms) // more sweeps, which have nothing to tell
			if n := ops.count(); n != i+1 {
				t.Fatalf("told %d times", n)
			}
		}
		for _, one := range tellings(t, ops) {
			fault := one.Data.Failure
			if one.Type != eventlog.IntegrationFailing || one.Data.IntegrationID != made.ID || fault == nil || fault.Failures != 2 ||
				fault.EventID == nil || *fault.EventID != event || fault.Status == nil || *fault.Status != 503 || fault.Answer != "down" {
				t.Errorf("%+v, %+v", one, fault)
			}
		}
		if h := f.health(made.ID); h.Notices != 3 {
			t.Errorf("%+v", h)
		}
		if n := figure(t, f.Service, "parley_integration_failing_total"); n != 3 {
			t.Errorf("%v notices counted", n)
		}
		// Five days, but too few failures; then enough of them, though all at once; then over more than a day.
		f.failingSince(made.ID, 121*time.Hour)
		time.Sleep(250 * ms)
		failures := func(n int, last time.Duration) {
			db.Client.IntegrationHealth.Update().Where(integrationhealth.IntegrationID(made.ID)).
				SetConsecutiveFailures(n).SetLastFailureAt(entms.Now().Add(-last)).ExecX(f.ctx)
			time.Sleep(250 * ms)
		}
		failures(9, 0)
		failures(10, 100*time.Hour)
		if in := db.Client.Integration.GetX(f.ctx, made.ID); in.State != enabled {
			t.Fatalf("disabled too early: %+v", in)
		}
		failures(10, 0)
		eventually(t, "the others are told of its end", func() bool { return ops.count() == 4 })
		last := tellings(t, ops)[3]
		in := db.Client.Integration.GetX(f.ctx, made.ID)
		if last.Type != eventlog.IntegrationDisabled || last.Data.Failure == nil || in.State != disabled || in.DisabledAt == nil ||
			!strings.Contains(in.DisabledReason, "five days") {
			t.Errorf("%+v, integration %+v", last, in)
		}
		eventually(t, "it is counted", func() bool { return figure(t, f.Service, "parley_integration_disabled_total") == 1 })
		if n := len(f.deliveries(made.ID)); n != 1 || f.in(made.ID, entdelivery.StateHELD) != 1 {
			t.Errorf("%d deliveries; it was told of itself", n)
		}
	})
}

func TestASuccessEndsTheFailing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
			if nth <= 7 {
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.say(t, f.thread(t), "1")
		f.start(t)
		f.allDone(t, made.ID, 1)
		h := f.health(made.ID)
		if h.ConsecutiveFailures != 0 || h.FirstFailureAt != nil || h.Breaker != integrationhealth.BreakerCLOSED && h.BreakerUntil == nil {
			t.Errorf("%+v", h)
		}
		if n := figure(t, f.Service, "parley_delivery_breaker_opened_total"); n == 0 {
			t.Error("the breaker never opened")
		}
	})
}

func TestAnAnswerMaySayWhatItsReceiverWants(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		status int
		state  entdelivery.State
		in     integration.State
	}{
		"disable with a failure":    {"disable", 500, entdelivery.StateHELD, disabled},
		"disable with a success":    {"Disable", 200, entdelivery.StateDONE, disabled},
		"abort with a failure":      {"abort-message", 422, entdelivery.StateEXHAUSTED, enabled},
		"abort with a success":      {"abort-message", 204, entdelivery.StateDONE, enabled},
		"both":                      {"abort-message, disable", 500, entdelivery.StateEXHAUSTED, disabled},
		"something else is nothing": {"enable", 200, entdelivery.StateDONE, enabled},
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				f := newFixture(t, db, delivery.Options{})
				rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) {
					w.Header().Set("webhook-delivery", c.header)
					w.WriteHeader(c.status)
				})
				made := f.integration(t, delivery.Input{URL: rec.URL})
				f.say(t, f.thread(t), "1")
				f.start(t)
				eventually(t, "it is judged", func() bool { return f.deliveries(made.ID)[0].State == c.state })
				in := db.Client.Integration.GetX(f.ctx, made.ID)
				if in.State != c.in || c.in == disabled && !strings.Contains(in.DisabledReason, "webhook-delivery") || rec.count() != 1 {
					t.Errorf("integration %+v after %d requests", in, rec.count())
				}
				if h := f.health(made.ID); strings.HasPrefix(name, "abort") && h.ConsecutiveFailures != 0 {
					t.Errorf("%+v", h)
				}
			})
		})
	}
}

func TestWhatWeCannotSendWaitsAndCostsNoTry(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.say(t, f.thread(t), "1")
		db.Client.Integration.Update().SetURL("http://10.0.0.1/").ExecX(f.ctx) // as if the rules had been others
		f.start(t)
		eventually(t, "it is refused a few times", func() bool { return f.health(made.ID).ConsecutiveFailures >= 3 })
		d, h := f.deliveries(made.ID)[0], f.health(made.ID)
		if d.Tries != 0 || d.FinishedAt != nil || d.SteppedAside || h.Breaker != integrationhealth.BreakerCLOSED || h.PausedUntil == nil {
			t.Errorf("delivery %+v, health %+v", d, h)
		}
		if _, err := f.UpdateIntegration(f.ctx, made.ID, delivery.Update{URL: &rec.URL}); err != nil {
			t.Fatal(err)
		}
		f.allDone(t, made.ID, 1)
	})
}

func TestEndedSecretsAreDeleted(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		made := f.integration(t, delivery.Input{URL: "https://example.com/"})
		if _, err := f.RotateSecret(f.ctx, made.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		f.start(t)
		time.Sleep(100 * ms)
		if n := db.Client.Secret.Query().CountX(f.ctx); n != 2 {
			t.Errorf("%d secrets while both sign", n)
		}
		db.Client.Secret.Update().Where(secret.NotAfterNotNil()).SetNotAfter(entms.Now().Add(-ms)).ExecX(f.ctx)
		eventually(t, "the old one is deleted", func() bool { return db.Client.Secret.Query().CountX(f.ctx) == 1 })
	})
}
