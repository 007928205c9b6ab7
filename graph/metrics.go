package graph

import (
	"errors"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"parley/access"
	"parley/eventlog"
	"parley/graph/socket"
)

// The transports of streams, and why they end, in metrics.
const (
	kindSocket = "websocket"
	kindEvents = "sse"
)

var endings = []string{"client", "slow", "silent", "key", "stop", "protocol", "limit", "fault"}

// liveMetrics tells of what is followed. Its collectors are prometheus'; everything else here hides them.
type liveMetrics struct {
	streams *streams
	shares  *shares
	log     *eventlog.Log
	held    atomic.Int64
	closed  *prometheus.CounterVec

	open, backlog, groups, members, executed, sent, catchUps *prometheus.Desc
}

var _ prometheus.Collector = (*liveMetrics)(nil)

func newLiveMetrics(log *eventlog.Log) *liveMetrics {
	m := &liveMetrics{
		log: log,
		closed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_live_closed_total", Help: "WebSockets and streams of events that have ended, by transport and by why.",
		}, []string{"transport", "reason"}),
		open:     prometheus.NewDesc("parley_live_connections", "WebSockets and streams of events that are open, by transport.", []string{"transport"}, nil),
		backlog:  prometheus.NewDesc("parley_live_backlog_bytes", "Bytes that wait for clients that read slowly.", nil, nil),
		groups:   prometheus.NewDesc("parley_live_groups", "Executions that each serve several identical subscriptions.", nil, nil),
		members:  prometheus.NewDesc("parley_live_group_members", "Subscriptions that have their answers from such executions.", nil, nil),
		executed: prometheus.NewDesc("parley_live_group_executions_total", "Answers that were made for several subscriptions.", nil, nil),
		sent:     prometheus.NewDesc("parley_live_group_answers_total", "Answers that were sent of these.", nil, nil),
		catchUps: prometheus.NewDesc("parley_live_catchups_total", "Subscriptions that had events to catch up with when they began, by where those were read.", []string{"from"}, nil),
	}
	for _, kind := range []string{kindSocket, kindEvents} {
		for _, reason := range endings {
			m.closed.WithLabelValues(kind, reason) // so that each exists from the start
		}
	}
	return m
}

// ended takes note that a connection has ended. One that was refused before it was one has not.
func (m *liveMetrics) ended(c *connection) {
	if reason := c.Reason(); c.kind != "" && !errors.Is(reason, errAnswered) {
		m.closed.WithLabelValues(c.kind, endedBy(reason)).Inc()
	}
}

// endedBy names the reason why a connection has ended.
func endedBy(reason error) string {
	var closes *socket.CloseError
	switch {
	case errors.Is(reason, socket.ErrSlow):
		return "slow"
	case errors.Is(reason, socket.ErrFlood), errors.Is(reason, errManyConnections):
		return "limit"
	case errors.Is(reason, errStopping):
		return "stop"
	case errors.Is(reason, access.ErrUnauthenticated), errors.Is(reason, errNoKey), errors.Is(reason, errBadInit):
		return "key"
	case !errors.As(reason, &closes):
		return "fault"
	case closes.Code == socket.CloseTerminated:
		return "silent"
	case closes.Gone():
		return "client"
	}
	return "protocol"
}

// Describe implements prometheus.Collector.
func (m *liveMetrics) Describe(ch chan<- *prometheus.Desc) {
	m.closed.Describe(ch)
	for _, d := range []*prometheus.Desc{m.open, m.backlog, m.groups, m.members, m.executed, m.sent, m.catchUps} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *liveMetrics) Collect(ch chan<- prometheus.Metric) {
	m.closed.Collect(ch)
	tell := func(d *prometheus.Desc, kind prometheus.ValueType, value int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, float64(value), labels...)
	}
	open := m.streams.count()
	for _, kind := range []string{kindSocket, kindEvents} {
		tell(m.open, prometheus.GaugeValue, open[kind], kind)
	}
	tell(m.backlog, prometheus.GaugeValue, m.held.Load())
	sharing := m.shares.figures()
	tell(m.groups, prometheus.GaugeValue, int64(sharing.Groups))
	tell(m.members, prometheus.GaugeValue, int64(sharing.Members))
	tell(m.executed, prometheus.CounterValue, sharing.Executed)
	tell(m.sent, prometheus.CounterValue, sharing.Sent)
	memory, tables := m.log.CatchUps()
	tell(m.catchUps, prometheus.CounterValue, memory, "memory")
	tell(m.catchUps, prometheus.CounterValue, tables, "tables")
}

// count counts the connections that are open, by their transport.
func (s *streams) count() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := map[string]int64{}
	for c := range s.open {
		open[c.kind]++
	}
	return open
}
