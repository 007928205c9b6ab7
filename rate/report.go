package rate

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// MaxReport is the longest report in bytes.
	MaxReport = 7 << 10
	// reportEvery is how often other servers are told.
	reportEvery = 200 * time.Millisecond
	// reportPart is what part of an allowance must have been used before others are told: who uses little is of no interest.
	reportPart = 0.01
	// maxReports bounds what is told at once; the rest is told later.
	maxReports = 20
)

// Run tells other servers what is used here, until ctx ends.
func (m *Meter) Run(ctx context.Context) error {
	ticker := time.NewTicker(reportEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			for _, report := range m.reports() {
				m.send(report)
			}
		}
	}
}

// reports are what others should know by now: a line for each caller, with its kind, name, fields and cost.
func (m *Meter) reports() (all [][]byte) {
	if m.send == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var report strings.Builder
	for c, b := range m.callers {
		allowed := m.limits[c.kind]
		if c.name == "" || !worth(b.untold.Fields, allowed.Fields) && !worth(b.untold.Cost, allowed.Cost) {
			continue
		}
		line := fmt.Sprintf("%s %s %d %d\n", c.kind, c.name, b.untold.Fields, b.untold.Cost)
		if report.Len()+len(line) > MaxReport {
			all = append(all, []byte(report.String()))
			report.Reset()
			if len(all) == maxReports {
				return all
			}
		}
		report.WriteString(line)
		b.untold = Amount{}
	}
	if report.Len() > 0 {
		all = append(all, []byte(report.String()))
	}
	return all
}

func worth(untold, allowed int) bool {
	return allowed > 0 && float64(untold) >= reportPart*float64(allowed)
}

// Heard counts what another server reports. What cannot be read is passed over.
func (m *Meter) Heard(data []byte, now time.Time) {
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) != 4 {
			continue
		}
		fields, err1 := strconv.ParseInt(f[2], 10, 32)
		cost, err2 := strconv.ParseInt(f[3], 10, 32)
		allowed, bounded := m.allowed(Kind(f[0]))
		if err1 != nil || err2 != nil || fields < 0 || cost < 0 || !bounded {
			continue
		}
		m.mu.Lock()
		m.bucket(caller{Kind(f[0]), f[1]}, now).take(Amount{int(fields), int(cost)}, allowed, now)
		m.mu.Unlock()
	}
}

var refusedDesc = prometheus.NewDesc("parley_rate_refused_total", "Requests refused because their caller had asked for too much.", []string{"caller"}, nil)

// Describe implements prometheus.Collector.
func (m *Meter) Describe(ch chan<- *prometheus.Desc) { ch <- refusedDesc }

// Collect implements prometheus.Collector.
func (m *Meter) Collect(ch chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, kind := range []Kind{Key, Thread, Address} {
		ch <- prometheus.MustNewConstMetric(refusedDesc, prometheus.CounterValue, float64(m.refused[kind]), string(kind))
	}
}
