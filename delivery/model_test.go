package delivery_test

import (
	"math/rand/v2"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/delivery"
	"parley/ent"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/storage"
	"parley/storage/storagetest"
)

// TestWhateverHappensNothingIsLost plays random stories against running services: events, faults, crashes of workers,
// disabling, rotation and resending, in every way of ordering. In the end the receiver is well and everything is
// released; then each delivery must have arrived and the log of its attempts must be such as the package promises.
func TestWhateverHappensNothingIsLost(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		var sick atomic.Int64 // percent of the requests that fail
		rec := receive(t, func(w http.ResponseWriter, r *http.Request, _ got, _ int) {
			switch n := rand.Int64N(100); {
			case n >= sick.Load():
			case n%3 == 0:
				panic(http.ErrAbortHandler)
			default:
				w.WriteHeader(500)
			}
		})
		threads := []string{f.thread(t), f.thread(t), f.thread(t)}
		start(f.ctx, t, f.Service)
		start(f.ctx, t, f.service(t, delivery.Options{}))
		stories := 6 // each takes about a second
		if os.Getenv("PARLEY_SOAK") != "" {
			stories = 100
		}
		rapid.Check(t, func(rt *rapid.T) {
			if stories--; stories < 0 {
				return
			}
			way := rapid.SampledFrom([]integration.Ordering{integration.OrderingTHREAD, integration.OrderingFIFO, integration.OrderingNONE}).Draw(rt, "ordering")
			made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: way})
			resent := map[string]bool{}
			rt.Repeat(map[string]func(*rapid.T){
				"say": func(rt *rapid.T) {
					f.say(t, rapid.SampledFrom(threads).Draw(rt, "thread"), make([]string, rapid.IntRange(1, 4).Draw(rt, "messages"))...)
				},
				"sicken": func(rt *rapid.T) { sick.Store(int64(rapid.SampledFrom([]int{0, 20, 70}).Draw(rt, "percent"))) },
				"crash": func(*rapid.T) { // of all workers, as far as the queue can see
					db.Client.Delivery.Update().Where(entdelivery.StateEQ(entdelivery.StateRUNNING)).SetLeaseUntil(1).ExecX(f.ctx)
				},
				"disable": func(*rapid.T) { f.set(t, made.ID, delivery.Update{State: &disabled}) },
				"enable":  func(*rapid.T) { f.set(t, made.ID, delivery.Update{State: &enabled}) },
				"rotate": func(*rapid.T) {
					if _, err := f.RotateSecret(f.ctx, made.ID, time.Hour); err != nil {
						t.Error(err)
					}
				},
				"resend": func(rt *rapid.T) {
					if ds := f.deliveries(made.ID); len(ds) > 0 {
						d := rapid.SampledFrom(ds).Draw(rt, "delivery")
						if _, err := f.Resend(f.ctx, d.ID); err == nil {
							resent[d.ID] = true
						}
					}
				},
				"release": func(*rapid.T) { _, _ = f.ReleaseHeld(f.ctx, made.ID) },
				"wait":    func(*rapid.T) { time.Sleep(5 * ms) },
			})
			sick.Store(0)
			f.set(t, made.ID, delivery.Update{State: &enabled})
			eventually(t, "everything arrives", func() bool {
				done := true
				_, _ = f.ReleaseHeld(f.ctx, made.ID)
				for _, d := range f.deliveries(made.ID) {
					if d.State == entdelivery.StateEXHAUSTED {
						_, _ = f.Resend(f.ctx, d.ID)
						resent[d.ID] = true
					}
					done = done && d.State == entdelivery.StateDONE
				}
				return done
			})
			for _, d := range f.deliveries(made.ID) {
				checkLog(rt, d, f.attempts(d.ID), resent[d.ID])
			}
			if _, err := f.DeleteIntegration(f.ctx, made.ID); err != nil {
				t.Error(err)
			}
		})
	})
}

func (f *fixture) set(t testing.TB, id string, u delivery.Update) {
	t.Helper()
	if _, err := f.UpdateIntegration(f.ctx, id, u); err != nil {
		t.Error(err)
	}
}

// checkLog holds the attempts of a delivery that is done against what the package promises.
func checkLog(t *rapid.T, d *ent.Delivery, log []*ent.Attempt, resent bool) {
	last := 0
	succeeded := false
	for _, a := range log {
		if a.Number <= last || a.Number > d.Attempts {
			t.Fatalf("attempt %d after %d of %d", a.Number, last, d.Attempts)
		}
		last = a.Number
		if succeeded && !resent {
			t.Fatalf("attempt %d after a recorded success", a.Number)
		}
		succeeded = succeeded || a.Outcome == attempt.OutcomeSUCCEEDED
	}
	if len(log) == 0 || log[len(log)-1].Outcome != attempt.OutcomeSUCCEEDED || last != d.Attempts || d.LeaseUntil != nil || d.FinishedAt == nil {
		t.Fatalf("%+v is done after %+v", d, log)
	}
}
