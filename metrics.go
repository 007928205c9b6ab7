package main

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/storage"
)

// metricsOf serves what the parts of the server count, beside Go's own figures and the database pools'. A figure that cannot
// be had, since the database fails, is told to the log and missing from an answer that has all others.
func metricsOf(db *storage.DB, logger *slog.Logger, parts ...prometheus.Collector) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for name, pool := range db.Pools() {
		registry.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "parley_build_info", Help: "1, with the version of the program and the database that it uses.",
		ConstLabels: prometheus.Labels{"version": version, "database": db.Dialect},
	}, func() float64 { return 1 }))
	registry.MustRegister(parts...)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	})
}
