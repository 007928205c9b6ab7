package delivery_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"parley/delivery"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	entms "parley/ent/ms"
	"parley/storage"
	"parley/storage/storagetest"
)

// pile gives an integration n more deliveries of its first one's event, in a state.
func (f *fixture) pile(t testing.TB, integrationID string, n int, state entdelivery.State) {
	t.Helper()
	first := f.deliveries(integrationID)[0]
	const query = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
INSERT INTO deliveries (id, workspace_id, created_at, event_id, event_type, integration_id, thread_id, sequence, ordinal, state, next_at)
SELECT 'dlv_pile' || CAST(i + 100000 AS text), $2, CAST($3 AS bigint) + i, $4, 'message.created', $5, $6, 1000 + i, 1000 + i, $7, CAST($3 AS bigint) FROM n`
	_, err := f.db.Client.ExecContext(f.ctx, query, n, f.workspace, int64(first.CreatedAt), first.EventID, integrationID, *first.ThreadID, string(state))
	if err != nil {
		t.Fatal(err)
	}
}

// in counts the deliveries of an integration in a state.
func (f *fixture) in(integrationID string, state entdelivery.State) int {
	return f.db.Client.Delivery.Query().Where(entdelivery.IntegrationID(integrationID), entdelivery.StateEQ(state)).CountX(f.ctx)
}

// silence keeps anything from being sent to an integration.
func (f *fixture) silence(integrationID string) {
	f.db.Client.IntegrationHealth.Update().Where(integrationhealth.IntegrationID(integrationID)).SetPausedUntil(1 << 60).ExecX(f.ctx)
}

func (f *fixture) release(t testing.TB, integrationID string) int {
	t.Helper()
	done, err := f.ReleaseHeld(f.ctx, integrationID)
	if err != nil {
		t.Fatal(err)
	}
	return done.Held
}

// A verb moves no more than a thousand rows in its transaction, and the sweep the rest: no statement keeps SQLite's writer
// for long, however much waits.
func TestMuchIsHeldReleasedAndCancelledBitByBit(t *testing.T) {
	const many = 20_000
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Poll: 200 * ms})
		made := f.integration(t, delivery.Input{URL: "http://127.0.0.1:1/", Ordering: integration.OrderingFIFO})
		thread := f.thread(t)
		f.say(t, thread, "first")
		f.pile(t, made.ID, many-1, entdelivery.StatePENDING)
		f.silence(made.ID)
		f.set(t, made.ID, delivery.Update{State: &disabled})
		if n := f.in(made.ID, entdelivery.StateHELD); n != 1000 {
			t.Errorf("%d were held at once, want 1000", n)
		}
		// Enabling first holds all that waits, so that nothing goes before what is held.
		f.set(t, made.ID, delivery.Update{State: &enabled})
		f.silence(made.ID)
		if n := f.in(made.ID, entdelivery.StateHELD); n != many {
			t.Errorf("%d are held, want %d", n, many)
		}
		f.say(t, thread, "new")
		if n := f.in(made.ID, entdelivery.StateHELD); n != many+1 {
			t.Errorf("%d are held, want what is new too", n)
		}
		if in := db.Client.Integration.GetX(f.ctx, made.ID); in.Holding != integration.HoldingKEPT {
			t.Errorf("integration %+v", in)
		}
		if n := f.release(t, made.ID); n != many+1 {
			t.Errorf("%d are to be released", n)
		}
		if n := f.in(made.ID, entdelivery.StateHELD); n != many+1 {
			t.Errorf("%d are held before anything runs", n)
		}
		stop := f.start(t)
		within(2*time.Minute, t, "all are released", func() bool {
			return db.Client.Integration.GetX(f.ctx, made.ID).Holding == integration.HoldingNONE
		})
		if n := f.in(made.ID, entdelivery.StatePENDING); n != many+1 {
			t.Errorf("%d are pending", n)
		}
		stop()
		if _, err := f.DeleteIntegration(f.ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		if n := f.in(made.ID, entdelivery.StateCANCELLED); n != 1000 {
			t.Errorf("%d were cancelled at once, want 1000", n)
		}
		f.start(t)
		within(2*time.Minute, t, "all are cancelled", func() bool { return f.in(made.ID, entdelivery.StateCANCELLED) == many+1 })
	})
}

func TestTheOldestHeldAreGivenUp(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{HeldMost: 300, HeldFor: time.Hour})
		made := f.integration(t, delivery.Input{URL: "http://127.0.0.1:1/"})
		f.say(t, f.thread(t), "first")
		f.set(t, made.ID, delivery.Update{State: &disabled})
		f.pile(t, made.ID, 2500, entdelivery.StateHELD)
		f.start(t)
		eventually(t, "there are no more than may be", func() bool { return f.in(made.ID, entdelivery.StateHELD) == 300 })
		for _, d := range f.deliveries(made.ID) {
			if newest := d.ID > "dlv_pile102200"; newest != (d.State == entdelivery.StateHELD) && d.Sequence != nil && *d.Sequence > 1000 {
				t.Fatalf("%s is %s", d.ID, d.State)
			}
		}
		eventually(t, "they are counted", func() bool { return f.health(made.ID).HeldDropped == 2201 })
		// As if two hours had gone by.
		if _, err := db.Client.ExecContext(f.ctx, `UPDATE deliveries SET created_at = created_at - 7200000 WHERE workspace_id = $1 AND id > 'dlv_pile' AND id <= 'dlv_pile102400'`, f.workspace); err != nil {
			t.Fatal(err)
		}
		eventually(t, "old ones are given up", func() bool { return f.in(made.ID, entdelivery.StateHELD) == 100 })
		eventually(t, "they are counted too", func() bool { return f.health(made.ID).HeldDropped == 2401 })
		if d := f.deliveries(made.ID)[0]; d.State == entdelivery.StateCANCELLED && d.FinishedAt == nil {
			t.Errorf("%+v", d)
		}
	})
}

func TestHeldDeliveriesAreReleasedInOrder(t *testing.T) {
	for way, want := range map[integration.Ordering][]string{
		// What is new waits for what is held.
		integration.OrderingFIFO: {"1", "2", "3", "4", "5", "6"},
		// What is new goes at once; what is held keeps its order, and holds up what comes after it.
		integration.OrderingTHREAD: {"4", "5", "1", "2", "3", "6"},
	} {
		t.Run(string(way), func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				f := newFixture(t, db, delivery.Options{})
				rec := receive(t, nil)
				made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: way})
				thread := f.thread(t)
				f.say(t, thread, "1")
				f.set(t, made.ID, delivery.Update{State: &disabled})
				f.say(t, thread, "2", "3")
				if _, err := f.ReleaseHeld(f.ctx, made.ID); !errors.Is(err, delivery.ErrDisabled) {
					t.Errorf("release at a disabled integration: %v", err)
				}
				f.set(t, made.ID, delivery.Update{State: &enabled})
				f.say(t, thread, "4", "5")
				f.start(t)
				if way == integration.OrderingTHREAD {
					eventually(t, "what is new arrives", func() bool { return rec.count() == 2 })
				} else {
					time.Sleep(200 * ms) // nothing is to come
				}
				held := f.release(t, made.ID)
				f.say(t, thread, "6")
				f.allDone(t, made.ID, 6)
				if got := texts(rec, ""); !slices.Equal(got, want) {
					t.Errorf("order %v, want %v", got, want)
				}
				if wantHeld := map[integration.Ordering]int{integration.OrderingFIFO: 5, integration.OrderingTHREAD: 3}[way]; held != wantHeld {
					t.Errorf("%d were held, want %d", held, wantHeld)
				}
				if in := db.Client.Integration.GetX(f.ctx, made.ID); in.Holding != integration.HoldingNONE {
					t.Errorf("integration %+v", in)
				}
				if n := f.release(t, made.ID); n != 0 {
					t.Errorf("%d are left to release", n)
				}
			})
		})
	}
}

func TestAHeldDeliveryIsResentOutsideOfTheOrder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingFIFO})
		f.set(t, made.ID, delivery.Update{State: &disabled})
		f.say(t, f.thread(t), "1", "2")
		f.set(t, made.ID, delivery.Update{State: &enabled})
		f.start(t)
		second := f.deliveries(made.ID)[1].ID
		if _, err := f.Resend(f.ctx, second); err != nil {
			t.Fatal(err)
		}
		f.allDone(t, made.ID, 1)
		d := db.Client.Delivery.GetX(f.ctx, second)
		if a := f.attempts(second)[0]; !d.Outside || d.SteppedAside || d.Resent || a.Trigger != attempt.TriggerRESEND || a.StateAfter != "DONE" {
			t.Errorf("delivery %+v, attempt %+v", d, a)
		}
		f.release(t, made.ID)
		f.allDone(t, made.ID, 2)
		if got := texts(rec, ""); !slices.Equal(got, []string{"2", "1"}) {
			t.Errorf("order %v", got)
		}
	})
}

// The first attempt after a replay says that it is one, and those of its schedule after it do not.
func TestAReplayedDeliverySaysSo(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
			if nth == 1 {
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.say(t, f.thread(t), "1")
		db.Client.Delivery.Update().SetLane(entdelivery.LaneREPLAY).SetResent(true).SetOutside(true).ExecX(f.ctx)
		f.start(t)
		f.allDone(t, made.ID, 1)
		d := f.deliveries(made.ID)[0]
		log := f.attempts(d.ID)
		if len(log) != 2 || log[0].Trigger != attempt.TriggerREPLAY || log[1].Trigger != attempt.TriggerSCHEDULE || d.Resent ||
			log[0].StateAfter != "PENDING" || log[1].StateAfter != "DONE" {
			t.Errorf("delivery %+v, attempts %+v", d, log)
		}
	})
}

// Finishing locks no integration, so one that fails while its integration is disabled may go back into the queue.
func TestAFailureWhileItsIntegrationIsDisabledIsHeld(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		release := make(chan struct{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, _ int) {
			<-release
			w.WriteHeader(500)
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.say(t, f.thread(t), "1")
		f.start(t)
		eventually(t, "it is sent", func() bool { return rec.count() == 1 })
		f.set(t, made.ID, delivery.Update{State: &disabled})
		close(release)
		eventually(t, "it is held", func() bool { return f.in(made.ID, entdelivery.StateHELD) == 1 })
		// As it would be if the two had committed together.
		db.Client.Delivery.Update().SetState(entdelivery.StatePENDING).SetNextAt(entms.Now()).ExecX(f.ctx)
		eventually(t, "it is held again", func() bool { return f.in(made.ID, entdelivery.StateHELD) == 1 })
		if rec.count() != 1 {
			t.Errorf("%d requests", rec.count())
		}
	})
}

// A transaction that makes an event locks the row of a FIFO integration; it must not wait for outcomes, nor they for it.
func TestFinishingWaitsForNoIntegration(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		if !f.log.Postgres() {
			return // one writer: all wait for each other
		}
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
			if nth == 1 {
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingFIFO})
		f.say(t, f.thread(t), "1", "2")
		tx, err := db.Client.Tx(f.ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		tx.Integration.Update().Where(integration.ID(made.ID)).SetName("locked").ExecX(f.ctx)
		f.start(t)
		f.allDone(t, made.ID, 2)
	})
}

func TestPositionsOfAttemptsHaveNoGap(t *testing.T) {
	const threads, each = 10, 8
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
			if nth%7 == 0 {
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		start(f.ctx, t, f.service(t, delivery.Options{}))
		for i := range each {
			for range threads {
				f.say(t, f.thread(t), fmt.Sprint(i))
			}
		}
		f.allDone(t, made.ID, threads*each)
		log := db.Client.Attempt.Query().Order(attempt.ByPosition()).AllX(f.ctx)
		for i, a := range log {
			if a.Position == nil || *a.Position != int64(i+1) || a.IntegrationID == nil || *a.IntegrationID != made.ID || a.StateAfter == "" {
				t.Fatalf("attempt %d of %d: %+v", i+1, len(log), a)
			}
		}
		if feed := db.Client.DeliveryFeed.Query().OnlyX(f.ctx); feed.LastPosition != int64(len(log)) || feed.FirstPosition != 1 {
			t.Errorf("%+v after %d attempts", feed, len(log))
		}
	})
}
