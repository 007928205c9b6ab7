package delivery_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"parley/delivery"
	"parley/ent/integration"
	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkDrain sends deliveries that are due, signed and over HTTP, and counts until all are recorded.
func BenchmarkDrain(b *testing.B) {
	for _, c := range []struct {
		ordering  integration.Ordering
		endpoints int
	}{{integration.OrderingTHREAD, 1}, {integration.OrderingTHREAD, 40}, {integration.OrderingFIFO, 1}, {integration.OrderingFIFO, 40}} {
		b.Run(fmt.Sprintf("%s/%d", c.ordering, c.endpoints), func(b *testing.B) {
			storagetest.Bench(b, func(b *testing.B, db *storage.DB) {
				f := newFixture(b, db, delivery.Options{Poll: time.Second})
				srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
				b.Cleanup(srv.Close)
				for i := range c.endpoints {
					f.integration(b, delivery.Input{URL: srv.URL, Ordering: c.ordering, Name: fmt.Sprint(i)})
				}
				const threads = 20
				total := 0
				for t := range threads {
					thread := f.thread(b)
					var texts []string
					for total+len(texts)*c.endpoints < b.N*(t+1)/threads {
						texts = append(texts, "A message of the usual length, which is a sentence or two. It has nothing to say.")
					}
					for part := range slices.Chunk(texts, 20) {
						f.say(b, thread, part...)
					}
					total += len(texts) * c.endpoints
				}
				b.ResetTimer()
				f.start(b)
				for {
					done := 0
					row := db.SQL.QueryRowContext(f.ctx, "SELECT count(*) FROM deliveries WHERE state IN ('PENDING', 'RUNNING')")
					if err := row.Scan(&done); err != nil {
						b.Fatal(err)
					}
					if done == 0 {
						break
					}
					time.Sleep(20 * ms)
				}
				b.StopTimer()
				b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "deliveries/s")
			})
		})
	}
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
