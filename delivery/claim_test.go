package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"parley/delivery"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	entms "parley/ent/ms"
	"parley/eventlog"
	"parley/outbound"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestARateHoldsOverTwoProcesses(t *testing.T) {
	const rate, messages = 20, 50
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingNONE, RatePerSecond: rate})
		free := f.integration(t, delivery.Input{URL: receive(t, nil).URL, Ordering: integration.OrderingNONE})
		start(f.ctx, t, f.Service)
		start(f.ctx, t, f.service(t, delivery.Options{}))
		f.say(t, f.thread(t), make([]string, messages)...)
		began := time.Now()
		f.allDone(t, free.ID, messages)
		if n := rec.count(); n > messages/2 {
			t.Errorf("%d requests already when another endpoint had all", n)
		}
		f.allDone(t, made.ID, messages)
		if took := time.Since(began); took < 2*time.Second {
			t.Errorf("%d deliveries at %d a second took %s", messages, rate, took)
		}
		got := rec.all()
		for i := range got {
			n := 0
			for _, g := range got[i:] {
				if g.at.Sub(got[i].at) < time.Second {
					n++
				}
			}
			// A tenth of the rate at once, and those that a slow machine sent late.
			if n > rate+rate/10+8 {
				t.Fatalf("%d requests within a second of number %d", n, i)
			}
		}
		if len(got) != messages {
			t.Errorf("%d requests for %d deliveries", len(got), messages)
		}
		none := 0
		f.set(t, made.ID, delivery.Update{RatePerSecond: &none})
		f.say(t, f.thread(t), make([]string, messages)...)
		f.allDone(t, made.ID, 2*messages)
	})
}

func TestAnOldSecretSignsNoLonger(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		thread, secret := f.thread(t), made.Secret
		signed := func(n int, secrets ...outbound.Secret) (verified int) {
			f.say(t, thread, fmt.Sprint(n))
			f.allDone(t, made.ID, n)
			g := rec.all()[n-1]
			for _, s := range secrets {
				if outbound.Verify(g.header, g.body, time.Now(), 0, s) == nil {
					verified++
				}
			}
			return verified
		}
		for n := 1; n <= 6; n += 2 {
			if signed(n, secret) != 1 {
				t.Fatalf("number %d is not signed by the secret", n)
			}
			rotated, err := f.RotateSecret(f.ctx, made.ID, 0) // by any process: this one is told nothing
			if err != nil {
				t.Fatal(err)
			}
			if signed(n+1, secret) != 0 {
				t.Fatalf("number %d is signed by a secret that had ended", n+1)
			}
			if secret = rotated.Secret; outbound.Verify(rec.all()[n].header, rec.all()[n].body, time.Now(), 0, secret) != nil {
				t.Fatalf("number %d is not signed by the new secret", n+1)
			}
		}
	})
}

func TestAnOverlapEndsForSecretsAtHand(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var ahead atomic.Int64
		f := newFixture(t, db, delivery.Options{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		if _, err := f.RotateSecret(f.ctx, made.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		f.start(t)
		thread := f.thread(t)
		for n, want := range []bool{true, true, false} {
			if n == 2 {
				ahead.Store(int64(2 * time.Hour))
			}
			f.say(t, thread, "x")
			f.allDone(t, made.ID, n+1)
			g := rec.all()[n]
			if signed := outbound.Verify(g.header, g.body, time.Now(), 3*time.Hour, made.Secret) == nil; signed != want {
				t.Errorf("number %d: signed by the old secret: %v, want %v", n+1, signed, want)
			}
		}
	})
}

func TestABreakerLetsOneThrough(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		release := make(chan struct{})
		rec := receive(t, func(http.ResponseWriter, *http.Request, got, int) { <-release })
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingNONE})
		breaker := func(state integrationhealth.Breaker, until entms.Time) {
			db.Client.IntegrationHealth.Update().Where(integrationhealth.IntegrationID(made.ID)).
				SetBreaker(state).SetBreakerUntil(until).ExecX(f.ctx)
		}
		breaker(integrationhealth.BreakerOPEN, entms.Now().Add(time.Hour))
		start(f.ctx, t, f.Service)
		start(f.ctx, t, f.service(t, delivery.Options{}))
		f.say(t, f.thread(t), make([]string, 10)...)
		time.Sleep(200 * ms)
		if rec.count() != 0 {
			t.Error("something was sent while the breaker was open")
		}
		for _, d := range f.deliveries(made.ID) {
			if d.Attempts != 0 || d.State != entdelivery.StatePENDING {
				t.Errorf("a breaker cost an attempt: %+v", d)
			}
		}
		breaker(integrationhealth.BreakerOPEN, entms.Now().Add(-time.Second))
		eventually(t, "one is let through", func() bool { return rec.count() == 1 })
		breaker(integrationhealth.BreakerHALF_OPEN, entms.Now())
		time.Sleep(200 * ms)
		if n := rec.count(); n != 1 {
			t.Errorf("%d requests while one was under way", n)
		}
		breaker(integrationhealth.BreakerCLOSED, entms.Now())
		eventually(t, "all others follow", func() bool { return rec.count() >= 8 })
		close(release)
		f.allDone(t, made.ID, 10)
	})
}

func TestAReplayLeavesRoomForLiveDeliveries(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		var now, most atomic.Int64
		rec := receive(t, func(_ http.ResponseWriter, _ *http.Request, g got, _ int) {
			if read(g).Data.Message.Text != "old" {
				return
			}
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(20 * ms)
			now.Add(-1)
		})
		made := f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingNONE})
		old := make([]string, 40)
		for i := range old {
			old[i] = "old"
		}
		thread := f.thread(t)
		f.say(t, thread, old...)
		db.Client.Delivery.Update().SetLane(entdelivery.LaneREPLAY).ExecX(f.ctx)
		f.start(t)
		eventually(t, "the replay goes on", func() bool { return rec.count() > 2 })
		f.say(t, thread, "new")
		eventually(t, "the new one is there", func() bool {
			ds := f.deliveries(made.ID)
			return ds[len(ds)-1].State == entdelivery.StateDONE
		})
		if n := f.db.Client.Delivery.Query().Where(entdelivery.StateEQ(entdelivery.StatePENDING)).CountX(f.ctx); n == 0 {
			t.Error("the new one came after the whole replay")
		}
		f.allDone(t, made.ID, 41)
		if n := most.Load(); n < 1 || n > 2 {
			t.Errorf("%d replays at once, want at most a quarter of 8", n)
		}
	})
}

func TestACommitTellsOfItsDeliveries(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		made := f.integration(t, delivery.Input{URL: "http://127.0.0.1:1/"})
		off := f.integration(t, delivery.Input{URL: "http://127.0.0.1:1/", Name: "off"})
		f.set(t, off.ID, delivery.Update{State: &disabled})
		thread := f.thread(t)
		for _, n := range []int{1, 5} { // together with the events, and by a statement of their own
			var told []string
			stop := f.log.OnWake(func(w eventlog.Wake) {
				for _, in := range w.New {
					told = append(told, in.ID)
				}
			})
			f.say(t, thread, make([]string, n)...)
			stop()
			if want := slices.Repeat([]string{made.ID}, n); !slices.Equal(told, want) {
				t.Errorf("after %d messages: told of %v, want %v", n, told, want)
			}
		}
	})
}

// With statistics of the tables a planner may find other ways through a claim than without.
func TestClaimsAreQuickWithStatistics(t *testing.T) {
	const endpoints, messages = 20, 50
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		for range endpoints / 2 {
			f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingFIFO})
			f.integration(t, delivery.Input{URL: rec.URL, Ordering: integration.OrderingTHREAD})
		}
		f.say(t, f.thread(t), make([]string, messages)...)
		if _, err := db.SQL.ExecContext(f.ctx, "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		f.start(t)
		eventually(t, "all arrive", func() bool { return rec.count() == endpoints*messages })
	})
}
