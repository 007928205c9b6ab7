package delivery_test

import (
	"fmt"
	"net"
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

// A fault is what a receiver does once, before it answers 200.
func TestFaultsAreRetried(t *testing.T) {
	hijack := func(w http.ResponseWriter, play func(net.Conn)) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		play(conn)
		conn.Close()
	}
	for name, c := range map[string]struct {
		fault   func(w http.ResponseWriter, r *http.Request)
		outcome attempt.Outcome
		status  int
		text    string // in the error
	}{
		"500": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "boom", 500) }, attempt.OutcomeREFUSED, 500, "answered 500"},
		"reset": {func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) })
		}, attempt.OutcomeUNREACHABLE, 0, "closed"},
		"hang":     {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, attempt.OutcomeTIMED_OUT, 0, "no answer within"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/else?a=1", http.StatusFound) }, attempt.OutcomeREFUSED, 302, "/else?a=1"},
		"not http": {func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, func(c net.Conn) { fmt.Fprint(c, "220 mail.example ESMTP\r\n") })
		}, attempt.OutcomeUNREACHABLE, 0, "not HTTP"},
		"304": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) }, attempt.OutcomeREFUSED, 304, "304"},
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				f := newFixture(t, db, delivery.Options{Timeout: 300 * ms})
				rec := receive(t, func(w http.ResponseWriter, r *http.Request, _ got, nth int) {
					if nth == 1 {
						c.fault(w, r)
					}
				})
				made := f.integration(t, delivery.Input{URL: rec.URL})
				f.start(t)
				f.say(t, f.thread(t), "hello")
				d := f.settled(t, made.ID)
				log := f.attempts(d.ID)
				if d.State != entdelivery.StateDONE || len(log) != 2 || rec.count() != 2 {
					t.Fatalf("delivery %+v after %d attempts and %d requests", d, len(log), rec.count())
				}
				a, status := log[0], 0
				if a.Status != nil {
					status = *a.Status
				}
				if a.Outcome != c.outcome || status != c.status || !strings.Contains(a.Error, c.text) || log[1].Outcome != attempt.OutcomeSUCCEEDED {
					t.Errorf("attempts %+v", log)
				}
				if first, again := rec.all()[0].header, rec.all()[1].header; first.Get("Webhook-Id") != again.Get("Webhook-Id") ||
					first.Get("Webhook-Attempt") != "1" || again.Get("Webhook-Attempt") != "2" {
					t.Errorf("headers of the attempts:\n%v\n%v", first, again)
				}
				if in := f.health(made.ID); in.ConsecutiveFailures != 0 || in.FirstFailureAt != nil {
					t.Errorf("integration %+v", in)
				}
			})
		})
	}
}

func TestAnEndlessAnswerIsCutAndCounts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, func(w http.ResponseWriter, r *http.Request, _ got, _ int) {
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat("é", 4096))); err != nil {
					return
				}
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		f.say(t, f.thread(t), "hello")
		d := f.settled(t, made.ID)
		if a := f.attempts(d.ID)[0]; d.State != entdelivery.StateDONE || a.Answer != strings.Repeat("é", 2048) {
			t.Errorf("delivery %+v, answer of %d bytes", d, len(a.Answer))
		}
	})
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
