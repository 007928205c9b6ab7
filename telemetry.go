package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel"

	"parley/ent/id"
	"parley/trace"
)

// logLevels and logFormats are what PARLEY_LOG_LEVEL and PARLEY_LOG_FORMAT may say.
var (
	logLevels  = []string{"debug", "info", "warn", "error"}
	logFormats = []string{"text", "json"}
)

// newLogger writes to out in the configured form. Each line says which request and trace it belongs to, if to any.
func (c Config) newLogger(out io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	var to slog.Handler = slog.NewTextHandler(out, o)
	if c.LogJSON {
		to = slog.NewJSONHandler(out, o)
	}
	return slog.New(trace.NewHandler(to))
}

// logFromEnv reads how the log is written.
func (c *Config) logFromEnv(getenv func(string) string) (bad error) {
	if text := getenv("PARLEY_LOG_LEVEL"); text != "" && c.LogLevel.UnmarshalText([]byte(text)) != nil {
		bad = fmt.Errorf("PARLEY_LOG_LEVEL must be one of %s, not %q", strings.Join(logLevels, ", "), text)
	}
	switch text := strings.ToLower(getenv("PARLEY_LOG_FORMAT")); text {
	case "", "text":
	case "json":
		c.LogJSON = true
	default:
		bad = errors.Join(bad, fmt.Errorf("PARLEY_LOG_FORMAT must be one of %s, not %q", strings.Join(logFormats, ", "), text))
	}
	return bad
}

// traceFromEnv reads where spans go, by OpenTelemetry's own variables; nowhere while none of them says so. What else those
// say, the exporter reads by itself.
func (c *Config) traceFromEnv(getenv func(string) string) error {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return nil
	}
	const traces, all = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
	name, address := traces, getenv(traces)
	if base := getenv(all); address == "" && base != "" {
		name, address = all, strings.TrimSuffix(base, "/")+"/v1/traces"
	}
	if address == "" {
		return nil
	}
	if e := getenv("OTEL_TRACES_EXPORTER"); e != "" && e != "otlp" {
		return fmt.Errorf("OTEL_TRACES_EXPORTER must be otlp or none, not %q", e)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if p := getenv(name); p != "" && p != "http/protobuf" {
			return fmt.Errorf("%s must be http/protobuf, not %q: spans are sent by HTTP, by most collectors on port 4318", name, p)
		}
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%s must be an http or https address such as http://localhost:4318", name)
	}
	c.TraceEndpoint = address
	return nil
}

// newTracer makes the tracer of a server; nil if nothing is traced. Call close at the end, when nothing is to be followed any more.
func (c Config) newTracer(ctx context.Context, logger *slog.Logger) (t *trace.Tracer, closeTracer func(), err error) {
	ctx = context.WithoutCancel(ctx) // the last spans come after its end
	t, err = trace.New(ctx, trace.Options{Endpoint: c.TraceEndpoint, Version: version, Instance: id.New("srv")})
	return t, func() {
		if err := t.Close(ctx); err != nil {
			logger.Warn("the last spans could not be exported", "error", err)
		}
	}, err
}

// tellExports has the exporter of spans write its troubles to the log of this process.
func tellExports(logger *slog.Logger) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("spans cannot be exported", "error", err) }))
}
