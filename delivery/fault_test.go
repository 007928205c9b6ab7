package delivery_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/delivery"
	"parley/ent"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/event"
	"parley/ent/integration"
	"parley/eventlog"
	"parley/storage"
	"parley/storage/storagetest"
)

var disabled, enabled = integration.StateDISABLED, integration.StateENABLED

// What a fault leaves behind: in the attempt, with the delivery, and with the endpoint.
type left struct {
	outcome attempt.Outcome
	status  int
	text    string // in the error; empty means that there is none
	answer  string
	paused  time.Duration
}

// Endpoints play all faults at once, each its own, while nothing is tried again by itself; then each delivery is sent once
// more, and arrives.
func TestFaults(t *testing.T) {
	const closed, timeout = "closed before an answer", "no answer within"
	wants := map[string]left{
		"500":                     {outcome: attempt.OutcomeREFUSED, status: 500, text: "answered 500"},
		"503":                     {outcome: attempt.OutcomeREFUSED, status: 503, text: "answered 503"},
		"410":                     {outcome: attempt.OutcomeREFUSED, status: 410, text: "answered 410"},
		"304":                     {outcome: attempt.OutcomeREFUSED, status: 304, text: "answered 304"},
		"429":                     {outcome: attempt.OutcomeREFUSED, status: 429, text: "answered 429"},
		"429, seconds":            {outcome: attempt.OutcomeREFUSED, status: 429, text: "answered 429", paused: 2 * time.Minute},
		"429, date":               {outcome: attempt.OutcomeREFUSED, status: 429, text: "answered 429", paused: 2 * time.Minute},
		"503, seconds":            {outcome: attempt.OutcomeREFUSED, status: 503, text: "answered 503", paused: 2 * time.Minute},
		"429, too long":           {outcome: attempt.OutcomeREFUSED, status: 429, text: "answered 429", paused: 10 * time.Minute},
		"429, nonsense":           {outcome: attempt.OutcomeREFUSED, status: 429, text: "answered 429"},
		"500, Retry-After":        {outcome: attempt.OutcomeREFUSED, status: 500, text: "answered 500"},
		"redirect to metadata":    {outcome: attempt.OutcomeREFUSED, status: 307, text: metadataURL},
		"hang":                    {outcome: attempt.OutcomeTIMED_OUT, text: timeout},
		"reset":                   {outcome: attempt.OutcomeUNREACHABLE, text: closed},
		"closed before the head":  {outcome: attempt.OutcomeUNREACHABLE, text: closed},
		"closed in the head":      {outcome: attempt.OutcomeUNREACHABLE, text: closed},
		"closed in the body":      {outcome: attempt.OutcomeSUCCEEDED, status: 200, answer: "abc"},
		"500, closed in the body": {outcome: attempt.OutcomeREFUSED, status: 500, text: "answered 500", answer: "abc"},
		"shorter than announced":  {outcome: attempt.OutcomeSUCCEEDED, status: 200, answer: "abc"},
		"longer than announced":   {outcome: attempt.OutcomeSUCCEEDED, status: 200, answer: "abc"},
		"two lengths":             {outcome: attempt.OutcomeUNREACHABLE, text: "not HTTP"},
		"not HTTP":                {outcome: attempt.OutcomeUNREACHABLE, text: "not HTTP"},
		"dripping head":           {outcome: attempt.OutcomeTIMED_OUT, text: timeout},
		"dripping body":           {outcome: attempt.OutcomeSUCCEEDED, status: 200, answer: "xxx"},
		"endless head":            {outcome: attempt.OutcomeUNREACHABLE, text: "not HTTP"},
		"endless body":            {outcome: attempt.OutcomeSUCCEEDED, status: 200, answer: strings.Repeat("é", 2048)},
		"compressed bomb":         {outcome: attempt.OutcomeSUCCEEDED, status: 200, answer: "\x1f"},
		"bad certificate":         {outcome: attempt.OutcomeUNREACHABLE, text: "TLS failed"},
	}
	for name := range faults {
		if _, ok := wants[name]; !ok {
			t.Errorf("nobody says what %q leaves", name)
		}
	}
	_ = bomb() // so that building it takes none of the sender's time
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Timeout: 2 * time.Second, Schedule: delivery.Schedule{0, time.Hour, time.Hour}})
		receivers, made := map[string]*receiver{}, map[string]delivery.Result{}
		for name := range wants {
			if name == "bad certificate" {
				receivers[name] = receiveUntrusted(t)
			} else {
				receivers[name] = receiveFault(t, name)
			}
			made[name] = f.integration(t, delivery.Input{URL: receivers[name].URL, Name: name})
		}
		f.start(t)
		f.say(t, f.thread(t), "hello")
		for name, want := range wants {
			var d *ent.Delivery
			eventually(t, name+" is recorded", func() bool {
				d = f.deliveries(made[name].ID)[0]
				return d.State != entdelivery.StateRUNNING && len(f.attempts(d.ID)) == 1
			})
			t.Run(name, func(t *testing.T) { f.checkFault(t, d, want) })
		}
		if n := receivers["bad certificate"].count(); n != 0 {
			t.Errorf("%d requests to an endpoint without a good certificate", n)
		}
		delete(receivers, "bad certificate") // which never gets any better
		db.Client.IntegrationHealth.Update().ClearPausedUntil().ExecX(f.ctx)
		if _, err := f.UpdateIntegration(f.ctx, made["410"].ID, delivery.Update{State: &enabled}); err != nil {
			t.Fatal(err)
		}
		for name := range receivers {
			if _, err := f.Resend(f.ctx, f.deliveries(made[name].ID)[0].ID); err != nil {
				t.Errorf("resend after %s: %v", name, err)
			}
		}
		for name, rec := range receivers {
			id := made[name].ID
			eventually(t, "it arrives after "+name, func() bool {
				d := f.deliveries(id)[0]
				return d.State == entdelivery.StateDONE && d.Attempts == 2
			})
			if h := f.health(id); h.ConsecutiveFailures != 0 || h.FirstFailureAt != nil || h.LastSuccessAt == nil {
				t.Errorf("health after %s: %+v", name, h)
			}
			all := rec.all()
			if len(all) != 2 || all[0].header.Get("Webhook-Id") != all[1].header.Get("Webhook-Id") ||
				all[0].header.Get("Webhook-Attempt") != "1" || all[1].header.Get("Webhook-Attempt") != "2" || all[0].header.Get("Accept-Encoding") != "" {
				t.Errorf("requests of %s: %+v", name, all)
			}
		}
	})
}

// checkFault compares what a delivery's only attempt left with what is wanted.
func (f *fixture) checkFault(t *testing.T, d *ent.Delivery, want left) {
	a, code := f.attempts(d.ID)[0], 0
	if a.Status != nil {
		code = *a.Status
	}
	if a.Number != 1 || a.Outcome != want.outcome || code != want.status || !strings.Contains(a.Error, want.text) || (a.Error == "") != (want.text == "") {
		t.Errorf("attempt %d: %s, status %d, error %q", a.Number, a.Outcome, code, a.Error)
	}
	if !strings.HasPrefix(a.Answer, want.answer) || len(a.Answer) > 4<<10 || (a.Answer == "") != (want.answer == "") {
		t.Errorf("answer of %d bytes %.20q, want %.20q", len(a.Answer), a.Answer, want.answer)
	}
	if a.RemoteAddress == "" || a.TotalUs <= 0 || a.TotalUs > int64(30*time.Second/time.Microsecond) {
		t.Errorf("attempt %+v", a)
	}
	state, tries, failures, integrationState := entdelivery.StatePENDING, 1, 1, enabled
	switch {
	case want.outcome == attempt.OutcomeSUCCEEDED:
		state, tries, failures = entdelivery.StateDONE, 0, 0
	case want.status == http.StatusGone:
		state, integrationState = entdelivery.StateHELD, disabled
	}
	if d.State != state || d.Tries != tries || d.Attempts != 1 || (d.FinishedAt != nil) != (state == entdelivery.StateDONE) || d.LeaseUntil != nil || d.SteppedAside {
		t.Errorf("delivery %+v, want it %s after %d tries", d, state, tries)
	}
	if wait := time.Until(d.NextAt.Time()); state == entdelivery.StatePENDING && (wait < 45*time.Minute || wait > 75*time.Minute) {
		t.Errorf("the next try comes in %s, want an hour", wait)
	}
	h := f.health(d.IntegrationID)
	if h.ConsecutiveFailures != failures || (h.FirstFailureAt != nil) != (failures > 0) || (h.LastFailureAt != nil) != (failures > 0) || (h.LastSuccessAt != nil) != (failures == 0) {
		t.Errorf("health %+v, want %d failures", h, failures)
	}
	paused := time.Duration(0)
	if h.PausedUntil != nil {
		paused = time.Until(h.PausedUntil.Time())
	}
	if paused > want.paused || paused < want.paused-time.Minute {
		t.Errorf("paused for %s, want %s", paused, want.paused)
	}
	if in := f.db.Client.Integration.GetX(f.ctx, d.IntegrationID); in.State != integrationState {
		t.Errorf("the integration is %s, want %s", in.State, integrationState)
	}
}

func TestTriesAreSpent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) { w.WriteHeader(500) })
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		f.say(t, f.thread(t), "hello")
		d := f.settled(t, made.ID)
		if d.State != entdelivery.StateEXHAUSTED || d.Tries != 12 || d.Attempts != 12 || d.FinishedAt == nil || !d.SteppedAside || rec.count() != 12 {
			t.Errorf("delivery %+v after %d requests", d, rec.count())
		}
		for i, a := range f.attempts(d.ID) {
			if a.Number != i+1 || a.Outcome != attempt.OutcomeREFUSED || a.Trigger != attempt.TriggerSCHEDULE {
				t.Errorf("attempt %+v", a)
			}
		}
		if in := f.health(made.ID); in.ConsecutiveFailures != 12 || in.FirstFailureAt == nil || in.LastSuccessAt != nil {
			t.Errorf("integration %+v", in)
		}
	})
}

func TestGoneDisables(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		gone := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) { w.WriteHeader(410) })
		other := receive(t, nil)
		dead := f.integration(t, delivery.Input{URL: gone.URL, EventTypes: []string{"*"}, Name: "dead"})
		alive := f.integration(t, delivery.Input{URL: other.URL, EventTypes: []string{eventlog.IntegrationDisabled}})
		thread := f.thread(t)
		f.say(t, thread, "1", "2", "3")
		f.start(t)
		eventually(t, "the other integration is told", func() bool { return other.count() == 1 })
		if body := string(other.all()[0].body); !strings.Contains(body, dead.ID) || !strings.Contains(body, "410") {
			t.Errorf("event %s", body)
		}
		in := db.Client.Integration.GetX(f.ctx, dead.ID)
		if in.State != integration.StateDISABLED || !strings.Contains(in.DisabledReason, "410") {
			t.Errorf("integration %+v", in)
		}
		f.say(t, thread, "4")
		eventually(t, "everything is held", func() bool {
			for _, d := range f.deliveries(dead.ID) {
				if d.State != entdelivery.StateHELD {
					return false
				}
			}
			return true
		})
		if ds := f.deliveries(dead.ID); len(ds) != 5 || gone.count() != 1 { // thread.created, four messages, and not its own end
			t.Errorf("%d deliveries are held after %d requests", len(ds), gone.count())
		}
		if d := f.settled(t, alive.ID); d.State != entdelivery.StateDONE {
			t.Errorf("delivery %+v", d)
		}
		if n := db.Client.Event.Query().Where(event.Type(eventlog.IntegrationDisabled)).CountX(f.ctx); n != 1 {
			t.Errorf("%d events, want 1", n)
		}
		// Enabled again, it gets what comes; what is held can be sent one by one.
		if _, err := f.UpdateIntegration(f.ctx, dead.ID, delivery.Update{State: &enabled, URL: &other.URL}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Resend(f.ctx, f.deliveries(dead.ID)[2].ID); err != nil {
			t.Fatal(err)
		}
		f.say(t, thread, "5")
		eventually(t, "they arrive", func() bool { return other.count() == 3 })
	})
}

func TestRetryAfterPausesTheEndpoint(t *testing.T) {
	for name, header := range map[string]func() string{
		"seconds": func() string { return "1" },
		"date":    func() string { return time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				f := newFixture(t, db, delivery.Options{})
				rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
					if nth == 1 {
						w.Header().Set("Retry-After", header())
						w.WriteHeader(429)
					}
				})
				made := f.integration(t, delivery.Input{URL: rec.URL})
				f.start(t)
				f.say(t, f.thread(t), "first")
				eventually(t, "the endpoint is paused", func() bool {
					return f.health(made.ID).PausedUntil != nil
				})
				f.say(t, f.thread(t), "second") // in another thread: it waits all the same
				eventually(t, "both arrive", func() bool { return rec.count() == 3 })
				all := rec.all()
				if pause := all[1].at.Sub(all[0].at); pause < 700*ms {
					t.Errorf("only %s between the refusal and the next request", pause)
				}
			})
		})
	}
}

func TestPausesAreBounded(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) {
			w.Header().Set("Retry-After", "999999999999")
			w.WriteHeader(503)
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		f.say(t, f.thread(t), "first")
		var in *ent.IntegrationHealth
		eventually(t, "the endpoint is paused", func() bool {
			in = f.health(made.ID)
			return in.PausedUntil != nil
		})
		if left := time.Until(in.PausedUntil.Time()); left > 10*time.Minute+time.Second || left < 9*time.Minute {
			t.Errorf("paused for %s", left)
		}
	})
}

func TestThisMachineIsBlocked(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		made := f.integration(t, delivery.Input{URL: "http://127.0.0.1:1/"})
		db.Client.Integration.Update().SetURL("http://10.0.0.1/").ExecX(f.ctx) // as if the rules had been others
		o, err := f.TestIntegration(f.ctx, made.ID, "")
		if err != nil || o.Result != attempt.OutcomeBLOCKED || strings.Contains(o.Error, "10.0.0.1") || o.RemoteAddress != "" {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

// settled waits until the only delivery of an integration has ended, and returns it.
func (f *fixture) settled(t testing.TB, integrationID string) *ent.Delivery {
	t.Helper()
	var d *ent.Delivery
	eventually(t, "the delivery ends", func() bool {
		d = f.deliveries(integrationID)[0]
		return d.FinishedAt != nil
	})
	return d
}
