package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"parley/dialogue/model"
)

// exported is a span as a collector gets it.
type exported struct {
	name, trace, id, parent, instance string
	attributes                        map[string]string
}

// spans is a collector that keeps what it gets.
type spans struct {
	address string
	mu      sync.Mutex // protects the fields below
	all     []exported
	raw     strings.Builder
}

func newSpans(t *testing.T) *spans {
	t.Helper()
	s := &spans{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var q collector.ExportTraceServiceRequest
		if r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(body, &q) != nil {
			t.Errorf("the collector got %s, %s, %d bytes that are no spans", r.URL.Path, r.Header.Get("Content-Type"), len(body))
		}
		s.take(&q, string(body))
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	s.address = server.URL
	return s
}

func (s *spans) take(q *collector.ExportTraceServiceRequest, raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.WriteString(raw)
	for _, of := range q.ResourceSpans {
		instance := ""
		for _, a := range of.Resource.Attributes {
			if a.Key == "service.instance.id" {
				instance = a.Value.GetStringValue()
			}
		}
		for _, scope := range of.ScopeSpans {
			for _, span := range scope.Spans {
				e := exported{span.Name, hex.EncodeToString(span.TraceId), hex.EncodeToString(span.SpanId), hex.EncodeToString(span.ParentSpanId), instance, map[string]string{}}
				for _, a := range span.Attributes {
					if e.attributes[a.Key] = a.Value.GetStringValue(); e.attributes[a.Key] == "" {
						e.attributes[a.Key] = fmt.Sprint(a.Value.GetIntValue())
					}
				}
				s.all = append(s.all, e)
			}
		}
	}
}

// of are the spans of a trace, in no order.
func (s *spans) of(trace string) (found []exported) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.all {
		if e.trace == trace {
			found = append(found, e)
		}
	}
	return found
}

// waitFor waits until a trace has spans of all names.
func (s *spans) waitFor(t *testing.T, trace string, names ...string) []exported {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		found := s.of(trace)
		missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return slices.ContainsFunc(found, func(e exported) bool { return e.name == name })
		})
		if len(missing) == 0 {
			return found
		}
		if time.Now().After(end) {
			t.Fatalf("the trace lacks %v; it has %v", missing, found)
		}
	}
}

// orders is a model that orders once, and then thanks.
type orders struct{}

var _ model.Provider = orders{}

// Generate implements model.Provider.
func (orders) Generate(_ context.Context, r model.Request) iter.Seq2[model.Event, error] {
	return func(yield func(model.Event, error) bool) {
		m, reason := model.Message{Role: model.Model, Parts: []model.Part{{Text: "Thank you, canary-answer."}}}, model.Stop
		if last := r.Messages[len(r.Messages)-1]; last.Role != model.Tool {
			m.Parts, reason = []model.Part{{Call: &model.Call{ID: "c", Name: "order", Args: []byte(`{"item":"canary-argument"}`)}}}, model.Tools
		} else {
			yield(model.Event{Delta: "Thank you, canary-answer."}, nil)
		}
		yield(model.Event{End: &model.End{Message: m, Reason: reason, Usage: model.Usage{Input: 7, Output: 3}}}, nil)
	}
}

// parents are the traceparent headers that endpoints have got, by path.
type parents struct {
	mu sync.Mutex // protects got
	of map[string]string
}

func newEndpoints(t *testing.T) (*parents, string) {
	t.Helper()
	p := &parents{of: map[string]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/order" || strings.Contains(string(body), `"author":"AGENT"`) {
			p.of[r.URL.Path] = r.Header.Get("traceparent")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"number":"canary-result"}`)
	}))
	t.Cleanup(server.Close)
	return p, server.URL
}

func (p *parents) get(path string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of[path]
}
