package delivery

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/ent/attempt"
	"parley/ent/delivery"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
)

// metrics counts what a Service does. Its collectors are prometheus'; everything else here hides them.
type metrics struct {
	service  *Service
	inFlight atomic.Int64
	attempts *prometheus.CounterVec
	refused  prometheus.Counter
	latency  prometheus.Histogram
	ended    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	opened   prometheus.Counter
	notices  *prometheus.CounterVec
	disabled prometheus.Counter
	dropped  prometheus.Counter
	flight   *prometheus.Desc
	oldest   *prometheus.Desc
	pending  *prometheus.Desc
	held     *prometheus.Desc
	heldAge  *prometheus.Desc
}

var _ prometheus.Collector = (*metrics)(nil)

func newMetrics(s *Service) *metrics {
	m := &metrics{
		service: s,
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_delivery_attempts_total", Help: "Attempts that were recorded, by outcome.",
		}, []string{"outcome"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_delivery_fenced_total", Help: "Outcomes that came after the lease had ended and were not recorded.",
		}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_delivery_first_answer_seconds", Help: "Time from the commit of an event to the first answer to its delivery.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600},
		}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_deliveries_total", Help: "Deliveries that an attempt has ended, by how: DONE, EXHAUSTED, CANCELLED; or HELD, until they are released.",
		}, []string{"state"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_delivery_attempt_seconds", Help: "Time that attempts took, by outcome.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20},
		}, []string{"outcome"}),
		opened: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_delivery_breaker_opened_total", Help: "Breakers of endpoints that opened, those that opened again included.",
		}),
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_integration_failing_total", Help: "Notices of endpoints that keep failing, by how long they have.",
		}, []string{"for"}),
		disabled: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_integration_disabled_total", Help: "Integrations that were disabled because of their endpoint.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "parley_delivery_held_dropped_total", Help: "Held deliveries that were given up: too many, or too old.",
		}),
		flight:  prometheus.NewDesc("parley_delivery_in_flight", "Deliveries that this process is sending.", nil, nil),
		oldest:  prometheus.NewDesc("parley_delivery_oldest_due_seconds", "Age of the oldest delivery that is due at an endpoint that may be sent to.", nil, nil),
		pending: prometheus.NewDesc("parley_delivery_pending", "Deliveries that are due or wait for another try, counted up to 100000.", nil, nil),
		held:    prometheus.NewDesc("parley_delivery_held", "Deliveries that are held for integrations which are disabled or being released, counted up to 100000.", nil, nil),
		heldAge: prometheus.NewDesc("parley_delivery_oldest_held_seconds", "Age of the oldest held delivery.", nil, nil),
	}
	for _, outcome := range []attempt.Outcome{
		attempt.OutcomeSUCCEEDED, attempt.OutcomeREFUSED, attempt.OutcomeUNREACHABLE, attempt.OutcomeTIMED_OUT, attempt.OutcomeBLOCKED, attempt.OutcomeLOST,
	} {
		m.attempts.WithLabelValues(string(outcome)) // so that each exists from the start
	}
	for _, state := range []delivery.State{delivery.StateDONE, delivery.StateEXHAUSTED, delivery.StateCANCELLED, delivery.StateHELD} {
		m.ended.WithLabelValues(string(state))
	}
	for _, after := range noticeAfter {
		m.notices.WithLabelValues(after.String())
	}
	return m
}

// Metrics returns the collector of this service's figures; the caller registers it. Collecting runs one short query.
func (s *Service) Metrics() prometheus.Collector { return s.metrics }

// count takes note of outcomes that were stored.
func (m *metrics) count(stored []result) {
	for _, r := range stored {
		if r.outcome != nil {
			m.attempts.WithLabelValues(string(r.outcome.Result)).Inc()
		}
	}
}

// answered takes note of the first answer to a delivery, which took the given time since it was claimed.
func (m *metrics) answered(j *job, o Outcome, sinceClaim time.Duration) {
	if j.attempt == 1 && o.Status != 0 {
		m.latency.Observe((j.claimedAt.Sub(j.createdAt) + sinceClaim).Seconds())
	}
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	m.attempts.Describe(ch)
	m.refused.Describe(ch)
	m.latency.Describe(ch)
	m.ended.Describe(ch)
	m.seconds.Describe(ch)
	m.opened.Describe(ch)
	m.notices.Describe(ch)
	m.disabled.Describe(ch)
	m.dropped.Describe(ch)
	for _, d := range []*prometheus.Desc{m.flight, m.oldest, m.pending, m.held, m.heldAge} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	m.attempts.Collect(ch)
	m.refused.Collect(ch)
	m.latency.Collect(ch)
	m.ended.Collect(ch)
	m.seconds.Collect(ch)
	m.opened.Collect(ch)
	m.notices.Collect(ch)
	m.disabled.Collect(ch)
	m.dropped.Collect(ch)
	ch <- prometheus.MustNewConstMetric(m.flight, prometheus.GaugeValue, float64(m.inFlight.Load()))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	age, err := m.service.oldestDue(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(m.oldest, err)
	} else {
		ch <- prometheus.MustNewConstMetric(m.oldest, prometheus.GaugeValue, age.Seconds())
	}
	m.backlog(ctx, ch)
}

// oldestSQL hops over the endpoints as a scan does. Replays, which wait for live deliveries, do not count.
const oldestSQL = `SELECT min(due.since), {now} FROM (
	SELECT (SELECT min(d.next_at) FROM deliveries d WHERE d.integration_id = i.id AND d.state = 'PENDING' AND d.lane = 'LIVE') AS since
	FROM (` + pendingEndpoints + `) AS hop JOIN integrations i ON i.id = hop.id JOIN integration_health h ON h.integration_id = i.id
	WHERE i.state = 'ENABLED' AND i.deleted_at IS NULL AND (h.paused_until IS NULL OR h.paused_until <= {now})
) AS due`

// oldestDue returns how long the oldest due delivery has waited, 0 when nothing is due.
func (s *Service) oldestDue(ctx context.Context) (time.Duration, error) {
	var age time.Duration
	err := eventlog.Scan(viewer.SystemContext(ctx, "metrics"), s.log.Client(), s.sql(oldestSQL), nil, func(row eventlog.Row) error {
		var since *int64
		var now ms.Time
		if err := row.Scan(&since, &now); err != nil {
			return err
		}
		if since != nil {
			age = max(0, now.Sub(ms.Time(*since)))
		}
		return nil
	})
	return age, err
}
