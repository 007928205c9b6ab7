package delivery_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/delivery"
	"parley/ent/attempt"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/integrationhealth"
	entms "parley/ent/ms"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestALostDeliveryIsSentAgainAndItsWorkerIsFenced(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		release := make(chan struct{})
		rec := receive(t, func(w http.ResponseWriter, _ *http.Request, _ got, nth int) {
			if nth == 1 {
				<-release
				w.WriteHeader(500)
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		stop := f.start(t)
		f.say(t, f.thread(t), "hello")
		eventually(t, "the first worker hangs", func() bool { return rec.count() == 1 })
		db.Client.Delivery.Update().Where(entdelivery.StateEQ(entdelivery.StateRUNNING)).SetLeaseUntil(1).ExecX(f.ctx)
		d := f.settled(t, made.ID)
		close(release)
		stop()
		log := f.attempts(d.ID)
		if d.State != entdelivery.StateDONE || d.Attempts != 2 || d.Tries != 0 || len(log) != 2 ||
			log[0].Outcome != attempt.OutcomeLOST || log[1].Outcome != attempt.OutcomeSUCCEEDED {
			t.Errorf("delivery %+v, attempts %+v", d, log)
		}
		if again := f.deliveries(made.ID)[0]; again.State != entdelivery.StateDONE || again.Attempts != 2 {
			t.Errorf("the late worker changed it: %+v", again)
		}
		if in := f.health(made.ID); in.ConsecutiveFailures != 0 {
			t.Errorf("the late worker changed the integration: %+v", in)
		}
		if n := figure(t, f.Service, "parley_delivery_fenced_total"); n != 1 {
			t.Errorf("%v outcomes were fenced, want 1", n)
		}
		if n := figure(t, f.Service, "parley_delivery_attempts_total"); n != 2 { // the lost one and the good one
			t.Errorf("%v attempts counted, want 2", n)
		}
	})
}

func TestASoleProcessTakesOverAtOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Sole: true})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.say(t, f.thread(t), "hello")
		// What kill -9 leaves.
		db.Client.Delivery.Update().SetState(entdelivery.StateRUNNING).SetAttempts(1).SetLeaseUntil(1 << 60).ExecX(f.ctx)
		f.start(t)
		d := f.settled(t, made.ID)
		if log := f.attempts(d.ID); d.State != entdelivery.StateDONE || len(log) != 2 || log[0].Outcome != attempt.OutcomeLOST {
			t.Errorf("delivery %+v, attempts %+v", d, log)
		}
	})
}

func TestTwoProcessesDeliverEachOnce(t *testing.T) {
	const threads, each = 20, 10
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		var now, most atomic.Int64
		rec := receive(t, func(http.ResponseWriter, *http.Request, got, int) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(2 * ms)
			now.Add(-1)
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		start(f.ctx, t, f.service(t, delivery.Options{}))
		var wg sync.WaitGroup
		for range threads {
			id := f.thread(t)
			wg.Go(func() {
				for i := range each {
					f.say(t, id, fmt.Sprint(i))
				}
			})
		}
		wg.Wait()
		f.allDone(t, made.ID, threads*each)
		if n := rec.count(); n != threads*each {
			t.Errorf("%d requests for %d deliveries", n, threads*each)
		}
		if n := db.Client.Attempt.Query().CountX(f.ctx); n != threads*each {
			t.Errorf("%d attempts for %d deliveries", n, threads*each)
		}
		t.Logf("%d requests at once", most.Load())
	})
}

func TestADeadEndpointDelaysNobody(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Workers: 16, Timeout: 10 * time.Second})
		var hanging, most atomic.Int64
		dead := receive(t, func(_ http.ResponseWriter, r *http.Request, _ got, _ int) {
			if n := hanging.Add(1); n > most.Load() {
				most.Store(n)
			}
			<-r.Context().Done()
			hanging.Add(-1)
		})
		alive := receive(t, nil)
		f.integration(t, delivery.Input{URL: dead.URL, Ordering: integration.OrderingNONE, Name: "dead"})
		f.start(t)
		thread := f.thread(t)
		for range 5 {
			f.say(t, thread, strings.Split(strings.Repeat("x,", 99)+"x", ",")...)
		}
		eventually(t, "the dead endpoint has what it may have", func() bool { return hanging.Load() == 8 })
		made := f.integration(t, delivery.Input{URL: alive.URL})
		var worst time.Duration
		for range 40 {
			began, before := time.Now(), alive.count()
			f.say(t, thread, "x")
			eventually(t, "a message arrives", func() bool { return alive.count() > before })
			worst = max(worst, time.Since(began))
		}
		f.allDone(t, made.ID, 40)
		t.Logf("worst latency beside a dead endpoint: %s", worst)
		if worst > time.Second {
			t.Errorf("a healthy endpoint waited %s", worst)
		}
		if n := most.Load(); n != 8 {
			t.Errorf("the dead endpoint had %d requests at once, want 8", n)
		}
	})
}

func TestDeadEndpointsOfOneWorkspaceLeaveItWorkers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{PerWorkspace: 16, Timeout: 300 * ms, Schedule: delivery.Schedule{0, ms, ms, time.Hour}})
		var hanging atomic.Int64
		dead := receive(t, func(_ http.ResponseWriter, r *http.Request, _ got, _ int) {
			hanging.Add(1)
			<-r.Context().Done()
			hanging.Add(-1)
		})
		alive := receive(t, nil)
		for i := range 10 { // with eight requests each they could take all workers for good
			f.integration(t, delivery.Input{URL: dead.URL, Ordering: integration.OrderingNONE, Name: fmt.Sprint("dead", i)})
		}
		made := f.integration(t, delivery.Input{URL: alive.URL})
		thread := f.thread(t)
		f.say(t, thread, strings.Split(strings.Repeat("x,", 49)+"x", ",")...)
		f.start(t)
		eventually(t, "all are known to be dead", func() bool {
			n, err := db.Client.IntegrationHealth.Query().Where(integrationhealth.ConsecutiveFailuresGTE(5)).Count(f.ctx)
			return err == nil && n == 10
		})
		time.Sleep(400 * ms) // until what was sent before is over
		for range 10 {
			if n := hanging.Load(); n > 10 {
				t.Errorf("ten dead endpoints have %d requests at once", n)
			}
			time.Sleep(20 * ms)
		}
		f.allDone(t, made.ID, 50)
	})
}

func TestDrainLetsRunningDeliveriesEnd(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		release := make(chan struct{})
		rec := receive(t, func(http.ResponseWriter, *http.Request, got, int) { <-release })
		made := f.integration(t, delivery.Input{URL: rec.URL})
		stop := f.start(t)
		thread := f.thread(t)
		f.say(t, thread, "1", "2")
		eventually(t, "it is sent", func() bool { return rec.count() == 1 })
		time.AfterFunc(100*ms, func() { close(release) })
		stop()
		ds := f.deliveries(made.ID)
		if ds[0].State != entdelivery.StateDONE || ds[1].State != entdelivery.StatePENDING || rec.count() != 1 {
			t.Errorf("after the drain: %+v", ds)
		}
	})
}

func TestDrainGivesBackWhatHangs(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{DrainFor: 50 * ms})
		rec := receive(t, func(_ http.ResponseWriter, r *http.Request, _ got, nth int) {
			if nth == 1 {
				<-r.Context().Done()
			}
		})
		made := f.integration(t, delivery.Input{URL: rec.URL})
		stop := f.start(t)
		f.say(t, f.thread(t), "1")
		eventually(t, "it is sent", func() bool { return rec.count() == 1 })
		began := time.Now()
		stop()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the drain took %s", took)
		}
		d := f.deliveries(made.ID)[0]
		if log := f.attempts(d.ID); d.State != entdelivery.StatePENDING || d.Tries != 0 || d.LeaseUntil != nil || len(log) != 1 || log[0].Outcome != attempt.OutcomeLOST {
			t.Errorf("after the drain: %+v, attempts %+v", d, log)
		}
		if in := f.health(made.ID); in.ConsecutiveFailures != 0 {
			t.Errorf("the stop was charged to the endpoint: %+v", in)
		}
		start(f.ctx, t, f.Service)
		if d := f.settled(t, made.ID); d.State != entdelivery.StateDONE || d.Attempts != 2 {
			t.Errorf("after the restart: %+v", d)
		}
	})
}

func TestStraysAreTidiedUp(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		off := f.integration(t, delivery.Input{URL: rec.URL, Name: "off"})
		gone := f.integration(t, delivery.Input{URL: rec.URL, Name: "gone"})
		f.say(t, f.thread(t), "1")
		// As when the verbs and the event commit together.
		db.Client.Integration.Update().Where(integration.ID(off.ID)).SetState(integration.StateDISABLED).ExecX(f.ctx)
		db.Client.Integration.Update().Where(integration.ID(gone.ID)).SetDeletedAt(5).ExecX(f.ctx)
		f.start(t)
		eventually(t, "they are held and cancelled", func() bool {
			return f.deliveries(off.ID)[0].State == entdelivery.StateHELD && f.deliveries(gone.ID)[0].State == entdelivery.StateCANCELLED
		})
		if rec.count() != 0 {
			t.Error("a stray was sent")
		}
	})
}

func TestTheOldestDueDeliveryIsMeasured(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		const name = "parley_delivery_oldest_due_seconds"
		if age := figure(t, f.Service, name); age != 0 {
			t.Errorf("nothing is due, age %v", age)
		}
		f.integration(t, delivery.Input{URL: "https://example.com"})
		f.say(t, f.thread(t), "1")
		db.Client.Delivery.Update().SetNextAt(entms.Now().Add(-time.Minute)).ExecX(f.ctx)
		if age := figure(t, f.Service, name); age < 59 || age > 70 {
			t.Errorf("age %v, want a minute", age)
		}
		db.Client.Integration.Update().SetState(integration.StateDISABLED).ExecX(f.ctx)
		if age := figure(t, f.Service, name); age != 0 {
			t.Errorf("age %v at a disabled endpoint", age)
		}
	})
}

// figure returns one of the service's figures, summed over its labels.
func figure(t testing.TB, s *delivery.Service, name string) float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(s.Metrics())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		sum := 0.0
		for _, m := range family.GetMetric() {
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
		return sum
	}
	t.Fatalf("there is no %s", name)
	return 0
}
