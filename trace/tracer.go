package trace

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
)

// Options are what a Tracer is made of.
type Options struct {
	// Endpoint is the URL that spans are posted to; empty means that there is no Tracer.
	Endpoint string
	// Version is of the program.
	Version string
	// Instance tells this process from others of the installation.
	Instance string
}

// Tracer begins spans and exports those that are sampled. Nil is off. It is safe for concurrent use.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   api.Tracer
}

// Kind says what a span is to the spans around it.
type Kind int

// The kinds of spans.
const (
	Internal Kind = Kind(api.SpanKindInternal)
	Server   Kind = Kind(api.SpanKindServer)   // answers a request
	Client   Kind = Kind(api.SpanKindClient)   // makes a request
	Consumer Kind = Kind(api.SpanKindConsumer) // takes up what another one has left in the database
)

// New returns a Tracer that exports to o.Endpoint, in batches and in the background; nil without one. What Options do not
// say, the exporter takes from the OTEL_* variables of the process: headers, compression, certificates, time-outs, the sampler
// (a parent's decision first, then everything), the size of batches, the name of the service. Close ends it.
func New(ctx context.Context, o Options) (*Tracer, error) {
	if o.Endpoint == "" {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(o.Endpoint))
	if err != nil {
		return nil, fmt.Errorf("make the exporter of spans: %w", err)
	}
	own, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "parley"), attribute.String("service.version", o.Version),
		attribute.String("service.instance.id", o.Instance)), resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, errors.Join(fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err), exporter.Shutdown(ctx))
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(own))
	return &Tracer{provider, provider.Tracer("parley", api.WithInstrumentationVersion(o.Version))}, nil
}

// Close exports what is left, for at most five seconds, and ends the Tracer.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// Start begins a span below the one of ctx, or a new trace. The name is of the kind of work, never of one piece of it. End
// the span; one of a nil Tracer is nil and may be used like any other.
func (t *Tracer) Start(ctx context.Context, name string, kind Kind) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	ctx, span := t.tracer.Start(ctx, name, api.WithSpanKind(api.SpanKind(kind)))
	return ctx, &Span{span}
}

const header = "traceparent"

// Extract lets spans begun with the result belong to the trace that a request names, if it names one.
func (t *Tracer) Extract(ctx context.Context, h http.Header) context.Context {
	if t == nil {
		return ctx
	}
	return t.Under(ctx, h.Get(header))
}

// Under lets spans begun with the result be children of the one that Parent named, perhaps in another process. What names
// none is left alone. Of the form of W3C Trace Context only traceparent is used: what vendors put into tracestate would have to
// be kept in rows, and be shown to the endpoints of others.
func (t *Tracer) Under(ctx context.Context, parent string) context.Context {
	if t == nil || parent == "" {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{header: parent})
}

// Parent names the span of ctx, for a row or a header, whether it is sampled or not: who goes on must decide alike. It is
// empty without a span.
func Parent(ctx context.Context) string {
	c := api.SpanContextFromContext(ctx)
	if !c.IsValid() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier[header]
}

// Inject puts the name of ctx's span into a request, unless it names one already.
func Inject(ctx context.Context, h http.Header) {
	if parent := Parent(ctx); parent != "" && h.Get(header) == "" {
		h.Set(header, parent)
	}
}

// Span is a piece of work with a beginning and an end. All methods may be called on nil.
type Span struct{ span api.Span }

// Sampled says whether anybody will see the span, so that what costs something need not be set otherwise.
func (s *Span) Sampled() bool { return s != nil && s.span.IsRecording() }

// Set notes a text about the work. An empty one is none.
func (s *Span) Set(key, value string) {
	if s != nil && value != "" {
		s.span.SetAttributes(attribute.String(key, value))
	}
}

// Int notes a number about the work.
func (s *Span) Int(key string, n int64) {
	if s != nil {
		s.span.SetAttributes(attribute.Int64(key, n))
	}
}

// Fail marks the work as failed, for a reason of a few fixed words.
func (s *Span) Fail(reason string) {
	if s != nil {
		s.span.SetStatus(codes.Error, reason)
	}
}

// End ends the span.
func (s *Span) End() {
	if s != nil {
		s.span.End()
	}
}
