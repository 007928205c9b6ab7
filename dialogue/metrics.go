package dialogue

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/dialogue/model"
	"parley/ent/call"
	"parley/ent/ms"
	"parley/ent/turn"
	"parley/ent/viewer"
	"parley/eventlog"
)

// metrics counts what a Service does. Its collectors are prometheus'; everything else here hides them. Names that a workspace
// has chosen are no labels: there is no end of them.
type metrics struct {
	service *Service

	turns, steps, requests, tokens, calls                  *prometheus.CounterVec
	turnSeconds, requestSeconds, firstSeconds, callSeconds *prometheus.HistogramVec
	waitSeconds                                            prometheus.Histogram

	running, due, oldest, parked *prometheus.Desc
}

var _ prometheus.Collector = (*metrics)(nil)

// ownProvider stands for every model provider that a workspace has brought.
const ownProviderLabel = "own"

func newMetrics(s *Service) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	seconds := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	long := []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300}
	short := []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 60}
	m := &metrics{
		service:     s,
		turns:       counter("parley_turns_total", "Turns that have ended, by why.", "reason"),
		turnSeconds: seconds("parley_turn_seconds", "Time from the beginning of a turn to its end by a worker of this process, without the time it was parked.", long, "reason"),
		waitSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_turn_wait_seconds", Help: "Time from when a turn was due to when a worker of this process began it.", Buckets: short}),
		steps:          counter("parley_steps_total", "Steps of turns that were stored, by the provider that answered.", "provider"),
		requests:       counter("parley_model_requests_total", "Requests to models, by provider and outcome: ok, cancelled, or what went wrong.", "provider", "outcome"),
		requestSeconds: seconds("parley_model_request_seconds", "Time that requests to models took, to the end of the answer.", long, "provider"),
		firstSeconds:   seconds("parley_model_first_text_seconds", "Time to the first text of a model's answer.", short, "provider"),
		tokens:         counter("parley_model_tokens_total", "Tokens that models have counted: input (cached ones included), cached, output (thinking included), thinking.", "provider", "kind"),
		calls:          counter("parley_calls_total", "Calls of functions that have ended, the raising of tags among them, by the state that they ended in.", "state"),
		callSeconds:    seconds("parley_call_seconds", "Time that calls of HTTP functions took, repetitions included, by the state that they ended in.", short, "state"),

		running: prometheus.NewDesc("parley_turns_running", "Turns that this process runs.", nil, nil),
		due:     prometheus.NewDesc("parley_turns_due", "Turns that are due and that no worker has begun, counted up to 10000.", nil, nil),
		oldest:  prometheus.NewDesc("parley_turn_oldest_due_seconds", "How long the oldest of the due turns has been due.", nil, nil),
		parked:  prometheus.NewDesc("parley_turns_parked", "Turns that wait for a person's approval, counted up to 10000.", nil, nil),
	}
	// So that each exists from the start.
	for _, reason := range []turn.Reason{turn.ReasonANSWERED, turn.ReasonSILENT, turn.ReasonHANDED_OVER, turn.ReasonCLOSED, turn.ReasonLIMIT,
		turn.ReasonBLOCKED, turn.ReasonCUT, turn.ReasonFAILED, turn.ReasonSUPERSEDED, turn.ReasonSTOPPED} {
		m.turns.WithLabelValues(reason.String())
	}
	for _, state := range []call.State{call.StateANSWERED, call.StateFAILED, call.StateUNKNOWN, call.StateREFUSED} {
		m.calls.WithLabelValues(state.String())
	}
	for name := range s.o.Providers {
		m.requests.WithLabelValues(name, "ok")
	}
	return m
}

// Metrics returns the collector of this service's figures; the caller registers it. Collecting runs one short query.
func (s *Service) Metrics() prometheus.Collector { return s.metrics }

// heard counts what a commit of this process has ended, whichever verb did it.
func (m *metrics) heard(w eventlog.Wake) {
	for _, e := range w.Events {
		if w.Elsewhere || e.Type != eventlog.TurnEnded && e.Type != eventlog.CallUpdated {
			continue
		}
		var data eventlog.Data
		if e.Data.Decode(&data) != nil {
			continue
		}
		switch state := call.State(data.Status); {
		case e.Type == eventlog.TurnEnded:
			m.turns.WithLabelValues(data.Reason).Inc()
		case state == call.StateANSWERED, state == call.StateFAILED, state == call.StateUNKNOWN, state == call.StateREFUSED:
			m.calls.WithLabelValues(data.Status).Inc()
		}
	}
}

// label is the provider in metrics.
func (s source) label() string {
	if s.credentialID != "" {
		return ownProviderLabel
	}
	return s.name
}

// asked counts one request to a model.
func (m *metrics) asked(src source, took time.Duration, outcome string, use model.Usage) {
	provider := src.label()
	m.requests.WithLabelValues(provider, outcome).Inc()
	m.requestSeconds.WithLabelValues(provider).Observe(took.Seconds())
	for kind, n := range map[string]int64{"input": use.Input, "cached": use.Cached, "output": use.Output, "thinking": use.Thinking} {
		if n > 0 {
			m.tokens.WithLabelValues(provider, kind).Add(float64(n))
		}
	}
}

func (m *metrics) vectors() []prometheus.Collector {
	return []prometheus.Collector{m.turns, m.turnSeconds, m.waitSeconds, m.steps, m.requests, m.requestSeconds, m.firstSeconds, m.tokens, m.calls, m.callSeconds}
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, v := range m.vectors() {
		v.Describe(ch)
	}
	for _, d := range []*prometheus.Desc{m.running, m.due, m.oldest, m.parked} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	for _, v := range m.vectors() {
		v.Collect(ch)
	}
	tell := func(d *prometheus.Desc, value float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	tell(m.running, float64(m.service.running.count()))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	due, parked, age, err := m.service.backlog(ctx)
	if err != nil {
		for _, d := range []*prometheus.Desc{m.due, m.oldest, m.parked} {
			ch <- prometheus.NewInvalidMetric(d, err)
		}
		return
	}
	tell(m.due, float64(due))
	tell(m.parked, float64(parked))
	tell(m.oldest, age.Seconds())
}

// backlog returns how many turns are due and how many are parked, up to 10,000, and how long the oldest has been due. It
// crosses workspaces, as the system viewer "metrics".
func (s *Service) backlog(ctx context.Context) (due, parked int64, age time.Duration, err error) {
	statement := `SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM turns WHERE state = 'DUE' AND due_at <= {now} LIMIT 10000) AS few),
		(SELECT COUNT(*) FROM (SELECT 1 FROM turns WHERE state <> 'ENDED' AND state = 'PARKED' LIMIT 10000) AS few),
		(SELECT MIN(due_at) FROM turns WHERE state = 'DUE'), {now}`
	err = eventlog.Scan(viewer.SystemContext(ctx, "metrics"), s.log.Client(), strings.ReplaceAll(statement, "{now}", "(SELECT "+s.log.NowSQL()+")"), nil, func(row eventlog.Row) error {
		var first *int64
		var now ms.Time
		if err := row.Scan(&due, &parked, &first, &now); err != nil {
			return err
		}
		if first != nil {
			age = max(0, now.Sub(ms.Time(*first)))
		}
		return nil
	})
	return due, parked, age, err
}
