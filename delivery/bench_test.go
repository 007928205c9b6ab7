package delivery_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/delivery"
	entdelivery "parley/ent/delivery"
	"parley/ent/integration"
	"parley/ent/message"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/outbound"
	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkDrain sends deliveries that are due, signed and over HTTP, until all are recorded, and compares that with a bare
// loop of signed POSTs to the same receiver: sender, receiver and database share the machine. Give it a number of
// deliveries, such as -benchtime 10000x.
func BenchmarkDrain(b *testing.B) {
	for _, c := range []struct {
		ordering              integration.Ordering
		workspaces, endpoints int // endpoints in all
	}{
		{integration.OrderingTHREAD, 1, 1},
		{integration.OrderingTHREAD, 1, 100},
		{integration.OrderingTHREAD, 10, 100},
		{integration.OrderingTHREAD, 20, 2000},
		{integration.OrderingFIFO, 10, 100},
	} {
		b.Run(fmt.Sprintf("%s/workspaces=%d/endpoints=%d", c.ordering, c.workspaces, c.endpoints), func(b *testing.B) {
			storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
				var came atomic.Int64
				srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
				b.Cleanup(srv.Close)
				first := newFixture(b, db, delivery.Options{Poll: time.Second})
				total, body := 0, 0
				for w := range c.workspaces {
					f := *first
					if w > 0 {
						f.workspace, f.ctx = workspace(b, db)
						f.agent = db.Client.Agent.Create().SetName("a").SaveX(f.ctx)
					}
					each := c.endpoints / c.workspaces
					for i := range each {
						f.integration(b, delivery.Input{URL: srv.URL, Ordering: c.ordering, Name: fmt.Sprint(i)})
					}
					f.fill(b, max(1, b.N/c.endpoints))
					total += each * max(1, b.N/c.endpoints)
					body = len(db.Client.Event.Query().Where().FirstX(f.ctx).Body)
				}
				if _, err := db.SQL.ExecContext(b.Context(), "ANALYZE"); err != nil { // as a server's tables are
					b.Fatal(err)
				}
				bare := bareLoop(b, srv.URL, max(total, 5000), body)
				came.Store(0)
				b.ResetTimer()
				stop := first.start(b)
				for int(came.Load()) < total {
					time.Sleep(ms)
				}
				stop() // which waits for the outcomes
				b.StopTimer()
				system := viewer.SystemContext(b.Context(), "metrics")
				if n := db.Client.Delivery.Query().Where(entdelivery.StateEQ(entdelivery.StateDONE)).CountX(system); n != total {
					b.Fatalf("%d of %d deliveries are done", n, total)
				}
				rate := float64(total) / b.Elapsed().Seconds()
				b.ReportMetric(rate, "deliveries/s")
				b.ReportMetric(rate/bare, "of-bare")
				b.ReportMetric(0, "ns/op")
			})
		})
	}
}

// fill stores messages in many threads of the fixture's workspace.
func (f *fixture) fill(b *testing.B, messages int) {
	const threads = 20
	for t := range threads {
		var texts []string
		for i := t; i < messages; i += threads {
			texts = append(texts, "A message of the usual length, which is a sentence or two. It has nothing to say.")
		}
		if len(texts) == 0 {
			return
		}
		thread := f.thread(b)
		for part := range slices.Chunk(texts, 20) {
			f.say(b, thread, part...)
		}
	}
}

// bareLoop returns how many signed POSTs a second a loop makes that has nothing else to do.
func bareLoop(b *testing.B, url string, n, size int) float64 {
	guard := outbound.NewGuard(outbound.GuardOptions{AllowLoopback: true, AllowHTTP: true})
	client := outbound.New(outbound.Options{Guard: guard, IdlePerHost: 512})
	defer client.CloseIdle()
	secret, body := outbound.NewSecret(), []byte(strings.Repeat("x", size))
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	began := time.Now()
	for range 64 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				h := outbound.Sign("evt_01hzy3k7v5q0c8x2m4n6p8r9sa", time.Now(), body, secret)
				h.Set("Content-Type", "application/json")
				if _, err := client.Do(context.Background(), outbound.Request{Method: http.MethodPost, URL: url, Header: h, Body: body}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(began).Seconds()
}

// BenchmarkArrival measures the time from a commit to the arrival of the webhook, one at a time.
func BenchmarkArrival(b *testing.B) {
	storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
		f := newFixture(b, db, delivery.Options{Poll: time.Second})
		var arrived atomic.Int64
		came := make(chan struct{}, 1)
		srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			arrived.Store(time.Now().UnixNano())
			came <- struct{}{}
		}))
		b.Cleanup(srv.Close)
		f.integration(b, delivery.Input{URL: srv.URL})
		f.start(b)
		thread := f.thread(b)
		took := make([]time.Duration, 0, b.N)
		for b.Loop() {
			f.say(b, thread, "hello")
			committed := time.Now().UnixNano()
			<-came
			took = append(took, time.Duration(arrived.Load()-committed))
			time.Sleep(10 * ms) // until the outcome is recorded: alone is what is measured
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
	})
}

// BenchmarkEnqueue measures what a webhook adds to the transaction that stores a message: the same message in a workspace
// without integrations, and in one where an integration wants it, in turn. Nothing is delivered meanwhile.
func BenchmarkEnqueue(b *testing.B) {
	storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
		f := newFixture(b, db, delivery.Options{})
		wanted := *f
		wanted.workspace, wanted.ctx = workspace(b, db)
		wanted.agent = db.Client.Agent.Create().SetName("a").SaveX(wanted.ctx)
		wanted.integration(b, delivery.Input{URL: "http://127.0.0.1:9/"})
		var took [2][]time.Duration
		var threads [2]string
		both := [2]*fixture{f, &wanted}
		for i, g := range both {
			threads[i] = g.thread(b)
		}
		for b.Loop() {
			for i, g := range both {
				began := time.Now()
				err := g.log.Write(g.ctx, func(ctx context.Context, tx *eventlog.Tx) error {
					th, err := tx.Assume(ctx, threads[i])
					if err != nil {
						return err
					}
					th.KnowTags(nil)
					_, err = th.AddMessage(ctx, tx.Later(nil).Message.Create().SetAuthor(message.AuthorCUSTOMER).SetText("Is it free on Friday?"))
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				took[i] = append(took[i], time.Since(began))
			}
		}
		var median [2]float64
		for i := range took {
			slices.Sort(took[i])
			median[i] = float64(took[i][len(took[i])/2].Microseconds())
		}
		b.ReportMetric(median[0], "alone-us")
		b.ReportMetric(median[1], "with-webhook-us")
		b.ReportMetric(100*(median[1]-median[0])/median[0], "added-%")
		b.ReportMetric(0, "ns/op")
	})
}
