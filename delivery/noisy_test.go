package delivery_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/delivery"
	"parley/ent/integration"
	"parley/outbound"
	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkBesideADeadEndpoint measures how long 1,000 messages take to 99 healthy endpoints of a workspace while 5,000 are
// due at one that hangs for two seconds.
func BenchmarkBesideADeadEndpoint(b *testing.B) {
	storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
		f := newFixture(b, db, delivery.Options{Poll: time.Second})
		dead := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Second):
			}
		}))
		b.Cleanup(dead.Close)
		var mu sync.Mutex // protects came
		var came []time.Time
		alive := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			came = append(came, time.Now())
		}))
		b.Cleanup(alive.Close)
		f.integration(b, delivery.Input{URL: dead.URL, Ordering: integration.OrderingNONE, Name: "dead"})
		f.fill(b, 5000)
		for i := range 99 {
			f.integration(b, delivery.Input{URL: alive.URL, Name: fmt.Sprint(i)})
		}
		f.start(b)
		time.Sleep(time.Second) // until the dead one has what it may have
		var took []time.Duration
		b.ResetTimer()
		for range b.N {
			for range 10 { // messages, each to all endpoints
				mu.Lock()
				came = nil
				mu.Unlock()
				began := time.Now()
				f.say(b, f.thread(b), "hello")
				eventually(b, "all have it", func() bool {
					mu.Lock()
					defer mu.Unlock()
					return len(came) == 99
				})
				for _, at := range came {
					took = append(took, at.Sub(began))
				}
			}
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
		b.ReportMetric(float64(took[len(took)*95/100].Milliseconds()), "p95-ms")
		b.ReportMetric(0, "ns/op")
	})
}

// TestManyEndpointsGainNothing has two workspaces compete for few workers, one with many endpoints and one with a single
// one: while both have something to send each gets half.
func TestManyEndpointsGainNothing(t *testing.T) {
	const many = 500
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{Workers: 8, PerWorkspace: 8})
		var mu sync.Mutex // protects order
		var order []string
		note := func(name string) *receiver {
			return receive(t, func(http.ResponseWriter, *http.Request, got, int) {
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				time.Sleep(5 * ms)
			})
		}
		crowd, single := note("crowd"), note("single")
		for i := range many {
			f.integration(t, delivery.Input{URL: crowd.URL, Ordering: integration.OrderingNONE, Name: fmt.Sprint(i)})
		}
		f.say(t, f.thread(t), "")
		other := *f
		other.workspace, other.ctx = workspace(t, db)
		other.agent = db.Client.Agent.Create().SetName("a").SaveX(other.ctx)
		made := other.integration(t, delivery.Input{URL: single.URL, Ordering: integration.OrderingNONE})
		other.say(t, other.thread(t), make([]string, 100)...)
		f.start(t)
		other.allDone(t, made.ID, 100)
		mu.Lock()
		defer mu.Unlock()
		n := map[string]int{}
		for _, name := range order[:160] {
			n[name]++
		}
		if n["single"] < 64 || n["single"] > 96 {
			t.Errorf("of 160 requests the single endpoint got %d, the crowd %d", n["single"], n["crowd"])
		}
	})
}

func TestADeletedIntegrationGetsNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		f := newFixture(t, db, delivery.Options{})
		rec := receive(t, nil)
		made := f.integration(t, delivery.Input{URL: rec.URL})
		f.start(t)
		thread := f.thread(t)
		f.say(t, thread, "1") // its secret is at hand now
		f.allDone(t, made.ID, 1)
		if g := rec.all()[0]; outbound.Verify(g.header, g.body, time.Now(), 0, made.Secret) != nil {
			t.Error("the first one is not signed")
		}
		if _, err := f.DeleteIntegration(f.ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		f.say(t, thread, "2")
		time.Sleep(100 * ms)
		if n := rec.count(); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}
