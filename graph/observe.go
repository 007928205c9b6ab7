package graph

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/trace"
)

// operations counts what is asked for, by root field. All labels are words of the schema and codes of errors.go: what
// clients call their operations is nobody's label.
type operations struct {
	done    *prometheus.CounterVec
	refused *prometheus.CounterVec
	seconds *prometheus.HistogramVec
}

// codeOK takes the place of an error's code.
const codeOK = "OK"

func newOperations() *operations {
	return &operations{
		done: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_graphql_operations_total", Help: "Root fields that were asked for, by type of operation, name of the field and code of its error, OK for none. A subscription counts when it begins, and once more with a code if an error ends it.",
		}, []string{"type", "field", "code"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_graphql_refused_total", Help: "Requests that came to no operation, by the code of the error.",
		}, []string{"code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_graphql_operation_seconds", Help: "Time that queries and mutations took, from the parsed document to the whole answer. One with several root fields counts for each of them.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"type", "field"}),
	}
}

// Describe implements prometheus.Collector.
func (m *operations) Describe(ch chan<- *prometheus.Desc) {
	m.done.Describe(ch)
	m.refused.Describe(ch)
	m.seconds.Describe(ch)
}

// Collect implements prometheus.Collector.
func (m *operations) Collect(ch chan<- prometheus.Metric) {
	m.done.Collect(ch)
	m.refused.Collect(ch)
	m.seconds.Collect(ch)
}

// collectors are several as one.
type collectors []prometheus.Collector

// Describe implements prometheus.Collector.
func (c collectors) Describe(ch chan<- *prometheus.Desc) {
	for _, one := range c {
		one.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (c collectors) Collect(ch chan<- prometheus.Metric) {
	for _, one := range c {
		one.Collect(ch)
	}
}

// Metrics returns the collector of the figures of operations and of live delivery; the caller registers it.
func (h *Handler) Metrics() prometheus.Collector { return collectors{h.operations, h.streams.live} }

// observe follows an operation: it is counted, and has a span below the one that the request named, if it is not a
// subscription, which may live for days.
func (f *front) observe(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if ctx.Value(beginsNowKey{}) != nil {
		return next(ctx) // for subscriptions that are counted
	}
	o := graphql.GetOperationContext(ctx)
	kind, fields := o.Operation.Operation, fieldsOf(o)
	if kind == ast.Subscription {
		f.operations.count(kind, fields, nil)
		responses := next(ctx)
		return func(ctx context.Context) *graphql.Response {
			response := responses(ctx)
			if response != nil && len(response.Errors) > 0 {
				f.operations.count(kind, fields, response.Errors)
			}
			return response
		}
	}
	began := time.Now()
	ctx, span := f.tracer.Start(ctx, spanName(kind, fields), trace.Server)
	responses, answered := next(ctx), false
	return func(ctx context.Context) *graphql.Response {
		response := responses(ctx)
		if answered {
			return response // there is no more than one
		}
		answered = true
		took := time.Since(began)
		var errs gqlerror.List
		if response != nil {
			errs = response.Errors
		} else { // it ended before it began
			errs = gqlerror.List{translate(context.Cause(ctx)).gql(ctx)}
		}
		f.operations.count(kind, fields, errs)
		for _, field := range fields {
			f.operations.seconds.WithLabelValues(string(kind), field.Name).Observe(took.Seconds())
		}
		f.toldOperation(ctx, span, kind, fields, errs, took)
		return response
	}
}

// fieldsOf are the root fields of an operation. An alias is a field of its own.
func fieldsOf(o *graphql.OperationContext) []graphql.CollectedField {
	kind := string(o.Operation.Operation)
	return graphql.CollectFields(o, o.Operation.SelectionSet, []string{strings.ToUpper(kind[:1]) + kind[1:]})
}

// spanName is a name for spans: of the first field, whatever else is asked for beside it.
func spanName(kind ast.Operation, fields []graphql.CollectedField) string {
	if len(fields) == 0 {
		return string(kind)
	}
	return string(kind) + " " + fields[0].Name
}

// count counts root fields, each with the first of its own errors. A request that was refused whole has errors at no field.
func (m *operations) count(kind ast.Operation, fields []graphql.CollectedField, errs gqlerror.List) {
	for _, field := range fields {
		code := codeOK
		for _, err := range errs {
			if len(err.Path) == 0 || err.Path[0] == ast.PathName(field.Alias) {
				code = codeOf(gqlerror.List{err})
				break
			}
		}
		m.done.WithLabelValues(string(kind), field.Name, code).Inc()
	}
}

// refuse counts a request that came to no operation.
func (m *operations) refuse(code string) { m.refused.WithLabelValues(code).Inc() }

// toldOperation tells how a query or mutation went.
func (f *front) toldOperation(ctx context.Context, span *trace.Span, kind ast.Operation, fields []graphql.CollectedField, errs gqlerror.List, took time.Duration) {
	code := codeOf(errs)
	if span.Sampled() {
		span.Set("graphql.operation.type", string(kind))
		span.Set("url.path", "/graphql")
		span.Set("parley.request.id", requestID(ctx))
		span.Int("parley.operation.fields", int64(len(fields)))
		span.Set("parley.error.code", code)
	}
	if code == CodeInternal || code == CodeTimeout || code == CodeUnavailable {
		span.Fail(code)
	}
	span.End()
	if f.logger.Enabled(ctx, slog.LevelDebug) {
		f.logger.DebugContext(ctx, "an operation was answered", "operation", spanName(kind, fields), "fields", len(fields), "code", code, "ms", took.Milliseconds())
	}
}
