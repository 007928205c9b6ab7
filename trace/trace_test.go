package trace_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"parley/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A tracer that is off changes nothing, and may be used like any other.
func TestOff(t *testing.T) {
	t.Parallel()
	tracer, err := trace.New(t.Context(), trace.Options{})
	if tracer != nil || err != nil {
		t.Fatal(tracer, err)
	}
	ctx := t.Context()
	if at := tracer.Extract(ctx, http.Header{"Traceparent": {parent}}); at != ctx {
		t.Error("the context was changed")
	}
	at, span := tracer.Start(tracer.Under(ctx, parent), "a", trace.Server)
	span.Set("a", "b")
	span.Int("a", 1)
	span.Fail("a")
	span.End()
	h := http.Header{}
	trace.Inject(at, h)
	if at != ctx || span.Sampled() || len(h) > 0 || trace.Parent(at) != "" || tracer.Close(t.Context()) != nil {
		t.Errorf("%v %v", span, h)
	}
}

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func newTracer(t *testing.T) *trace.Tracer {
	t.Helper()
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	tracer, err := trace.New(t.Context(), trace.Options{Endpoint: collector.URL + "/v1/traces", Version: "1", Instance: "i"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tracer.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		collector.Close()
	})
	return tracer
}

// What a header or a row names is the parent, sampled or not; what names nothing begins a trace.
func TestParents(t *testing.T) {
	t.Parallel()
	tracer := newTracer(t)
	for name, c := range map[string]struct {
		parent  string
		joins   bool
		sampled bool
	}{
		"sampled":     {parent, true, true},
		"not sampled": {strings.TrimSuffix(parent, "1") + "0", true, false},
		"none":        {"", false, true},
		"nonsense":    {"00-zz-1", false, true},
	} {
		for _, ctx := range []context.Context{tracer.Under(t.Context(), c.parent), tracer.Extract(t.Context(), http.Header{"Traceparent": {c.parent}})} {
			ctx, span := tracer.Start(ctx, "a", trace.Server)
			got, h := trace.Parent(ctx), http.Header{}
			trace.Inject(ctx, h)
			if strings.Contains(got, parent[3:35]) != c.joins || strings.HasSuffix(got, "-01") != c.sampled || span.Sampled() != c.sampled || h.Get("traceparent") != got || strings.Contains(got, parent[36:52]) {
				t.Errorf("%s: %q, header %q", name, got, h.Get("traceparent"))
			}
			span.End()
		}
	}
	own := http.Header{"Traceparent": {"of the function"}}
	trace.Inject(tracer.Under(t.Context(), parent), own)
	if own.Get("traceparent") != "of the function" {
		t.Error("a header of the caller's own was replaced")
	}
}

// Each line says what its context knows, in groups and with attributes too.
func TestLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := slog.New(trace.NewHandler(slog.NewTextHandler(&out, nil)))
	ctx := context.WithValue(t.Context(), trace.RequestKey{}, "req_1")
	turn := trace.With(ctx, slog.String("turn", "trn_1"))
	call := trace.With(turn, slog.String("call", "cal_1"))
	trace.With(turn, slog.String("call", "cal_2")) // beside it
	traced := newTracer(t).Under(call, parent)
	for name, c := range map[string]struct {
		ctx        context.Context
		want, miss []string
	}{
		"nothing": {t.Context(), nil, []string{"requestId", "turn=", "trace_id"}},
		"request": {ctx, []string{"requestId=req_1"}, []string{"turn=", "trace_id"}},
		"turn":    {turn, []string{"requestId=req_1 turn=trn_1"}, []string{"call="}},
		"all":     {traced, []string{"requestId=req_1 turn=trn_1 call=cal_1 trace_id=" + parent[3:35] + " span_id=" + parent[36:52]}, []string{"cal_2"}},
	} {
		out.Reset()
		logger.With("own", 1).InfoContext(c.ctx, name, "a", "b")
		for _, want := range append(c.want, "own=1", "a=b") {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is not in %s", name, want, out.String())
			}
		}
		for _, miss := range c.miss {
			if strings.Contains(out.String(), miss) {
				t.Errorf("%s: %q is in %s", name, miss, out.String())
			}
		}
	}
}
