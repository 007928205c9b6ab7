package trace

import (
	"context"
	"log/slog"
	"slices"

	api "go.opentelemetry.io/otel/trace"
)

// RequestKey is the key under which a context holds the id of its request, a string.
type RequestKey struct{}

// RequestID is the id of ctx's request; empty for what was not asked for over HTTP.
func RequestID(ctx context.Context) string {
	s, _ := ctx.Value(RequestKey{}).(string)
	return s
}

type attrsKey struct{}

// With notes in ctx what every line of the log that is written with it says: the ids of a request, a turn or a delivery.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	known, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return context.WithValue(ctx, attrsKey{}, append(slices.Clip(known), attrs...))
}

// NewHandler returns a handler that adds to each line what its context knows: the id of the request, the attributes of With, and trace_id and span_id.
func NewHandler(to slog.Handler) slog.Handler { return handler{to} }

type handler struct{ slog.Handler }

var _ slog.Handler = handler{}

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	attrs, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	request := RequestID(ctx)
	if span := api.SpanContextFromContext(ctx); span.IsValid() || len(attrs) > 0 || request != "" {
		r = r.Clone()
		if request != "" {
			r.AddAttrs(slog.String("requestId", request))
		}
		r.AddAttrs(attrs...)
		if span.IsValid() {
			r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
		}
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
