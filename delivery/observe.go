package delivery

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/ent/attempt"
	"parley/ent/delivery"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/trace"
)

// traceAttempt begins the span of an attempt, below what made the event. What is written to the log with the context names
// the delivery.
func (r *run) traceAttempt(ctx context.Context, j *job) (context.Context, *trace.Span) {
	ctx = trace.With(ctx, slog.String("workspace", j.workspace), slog.String("integration", j.integrationID), slog.String("delivery", j.id),
		slog.String("event", j.eventID), slog.Int("attempt", j.attempt))
	ctx, span := r.o.Tracer.Start(r.o.Tracer.Under(ctx, j.parent), "delivery", trace.Client)
	if !span.Sampled() {
		return ctx, span
	}
	span.Set("parley.workspace.id", j.workspace)
	span.Set("parley.integration.id", j.integrationID)
	span.Set("parley.delivery.id", j.id)
	span.Set("parley.event.id", j.eventID)
	span.Int("parley.delivery.attempt", int64(j.attempt))
	span.Set("http.request.method", "POST")
	if u, err := url.Parse(j.url); err == nil { // the rest of it may be a secret
		span.Set("server.address", u.Host)
	}
	return ctx, span
}

// told tells how an attempt went.
func (r *run) told(ctx context.Context, span *trace.Span, j *job, o Outcome, took time.Duration) {
	r.metrics.answered(j, o, took)
	r.metrics.seconds.WithLabelValues(string(o.Result)).Observe(took.Seconds())
	span.Set("parley.delivery.outcome", string(o.Result))
	if o.Status != 0 {
		span.Int("http.response.status_code", int64(o.Status))
	}
	if o.Result != attempt.OutcomeSUCCEEDED {
		span.Fail(string(o.Result))
	}
	r.o.Logger.DebugContext(ctx, "a delivery was tried", "outcome", o.Result, "status", o.Status, "ms", took.Milliseconds())
}

// moved counts deliveries that an attempt has ended.
func (m *metrics) moved(all []finished) {
	for _, f := range all {
		if f.state != delivery.StatePENDING && f.state != delivery.StateRUNNING {
			m.ended.WithLabelValues(string(f.state)).Inc()
		}
	}
}

// waitingSQL hops over the integrations with held deliveries, of which an index knows the oldest of each.
const waitingSQL = `SELECT
	(SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 'PENDING' LIMIT 100000) AS few),
	(SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 'HELD' LIMIT 100000) AS few),
	(SELECT min(held.since) FROM (
		WITH RECURSIVE hop (id) AS (
			SELECT min(integration_id) FROM deliveries WHERE state = 'HELD'
			UNION ALL
			SELECT (SELECT min(d.integration_id) FROM deliveries d WHERE d.state = 'HELD' AND d.integration_id > hop.id)
			FROM hop WHERE hop.id IS NOT NULL
		) SELECT (SELECT min(d.created_at) FROM deliveries d WHERE d.integration_id = hop.id AND d.state = 'HELD') AS since
		FROM hop WHERE hop.id IS NOT NULL) AS held), {now}`

// backlog tells what waits in the database.
func (m *metrics) backlog(ctx context.Context, ch chan<- prometheus.Metric) {
	var pending, held float64
	var age time.Duration
	err := eventlog.Scan(viewer.SystemContext(ctx, "metrics"), m.service.log.Client(), m.service.sql(waitingSQL), nil, func(row eventlog.Row) error {
		var since *int64
		var now ms.Time
		if err := row.Scan(&pending, &held, &since, &now); err != nil {
			return err
		}
		if since != nil {
			age = max(0, now.Sub(ms.Time(*since)))
		}
		return nil
	})
	for d, value := range map[*prometheus.Desc]float64{m.pending: pending, m.held: held, m.heldAge: age.Seconds()} {
		if err != nil {
			ch <- prometheus.NewInvalidMetric(d, err)
		} else {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
		}
	}
}
