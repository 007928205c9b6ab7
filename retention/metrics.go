package retention

import "github.com/prometheus/client_golang/prometheus"

// metrics counts what a Service has deleted, by table.
type metrics struct{ retained, erased *prometheus.CounterVec }

var _ prometheus.Collector = (*metrics)(nil)

func newMetrics() *metrics {
	m := &metrics{
		retained: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_retention_deleted_total", Help: "Rows that were deleted because they were past their time, by table.",
		}, []string{"table"}),
		erased: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_erased_total", Help: "Rows of threads and customers that were erased, by table.",
		}, []string{"table"}),
	}
	for _, table := range []string{"events", "deliveries", "attempts", "mutation_results"} {
		m.retained.WithLabelValues(table) // so that each exists from the start
	}
	for _, table := range erasedTables {
		m.erased.WithLabelValues(table)
	}
	return m
}

// Metrics returns the collector of this service's figures; the caller registers it.
func (s *Service) Metrics() prometheus.Collector { return s.metrics }

// past takes note of rows that were past their time.
func (m *metrics) past(gone rows) { count(m.retained, gone) }

// gone takes note of rows that were erased.
func (m *metrics) gone(gone rows) { count(m.erased, gone) }

func count(c *prometheus.CounterVec, gone rows) {
	for table, n := range gone {
		c.WithLabelValues(table).Add(float64(n))
	}
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	m.retained.Describe(ch)
	m.erased.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	m.retained.Collect(ch)
	m.erased.Collect(ch)
}
