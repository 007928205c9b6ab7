package graph

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"
)

// readQueue bounds how many plans read at once. Such a statement takes a processor of the database for about a millisecond: when
// more of them run than it has processors they interrupt each other, and the unlucky ones again and again. Whoever waits here has
// neither a connection nor a lock, so that nobody waits for them, and is let in in the order of arrival, where the pool would take
// anybody. Nothing else waits here: keys, messages, turns, deliveries and streams have the other connections.
type readQueue struct {
	places  *semaphore.Weighted // nil: as many as come
	waiting prometheus.Gauge
	waited  prometheus.Histogram
}

// newReadQueue makes a queue before so many places; 0 lets everybody in.
func newReadQueue(places int) *readQueue {
	q := &readQueue{
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "parley_planned_reads_waiting", Help: "Queries with a plan that wait until others have read.",
		}),
		waited: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_planned_read_wait_seconds", Help: "Time that queries with a plan waited until others had read.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}),
	}
	if places > 0 {
		q.places = semaphore.NewWeighted(int64(places))
	}
	return q
}

// enter waits for a place behind all who came before, or until ctx ends. leave gives the place back.
func (q *readQueue) enter(ctx context.Context) (leave func(), err error) {
	switch {
	case q.places == nil:
		return func() {}, nil
	case q.places.TryAcquire(1): // never while others wait
		q.waited.Observe(0)
		return q.leave, nil
	}
	q.waiting.Inc()
	defer q.waiting.Dec()
	since := time.Now()
	if err := q.places.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	q.waited.Observe(time.Since(since).Seconds())
	return q.leave, nil
}

func (q *readQueue) leave() { q.places.Release(1) }
