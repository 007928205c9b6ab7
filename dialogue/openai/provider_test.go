package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/dialogue/model"
)

var hello = model.Request{Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: "hello"}}}}}

// run asks once and returns what came.
func run(t *testing.T, p *Provider, r model.Request) (text string, end *model.End, failure *model.Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for event, err := range p.Generate(ctx, r) {
		if err != nil {
			if !errors.As(err, &failure) {
				t.Fatalf("the error is a %T, not a *model.Error: %v", err, err)
			}
			return text, nil, failure
		}
		text += event.Delta
		end = event.End
	}
	return text, end, nil
}

func says(lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Join(lines, "\n")+"\n") }
}

// Streams as servers of this kind really send them.
func TestTolerance(t *testing.T) {
	t.Parallel()
	piece := func(calls string) string { return `data: {"choices":[{"delta":{"tool_calls":[` + calls + `]}}]}` }
	for _, test := range []struct {
		name   string
		lines  []string
		text   string
		reason string
		calls  string
	}{
		{"no blank lines, no space, no finish", []string{`data:{"choices":[{"delta":{"content":"a"}}]}`, `data:{"choices":[{"delta":{"content":"b"}}]}`, "data:[DONE]"}, "ab", model.Stop, ""},
		{"no mark at the end", []string{`data: {"choices":[{"delta":{"content":"a"},"finish_reason":"eos"}]}`}, "a", model.Stop, ""},
		{"comments and CRLF", []string{": ping\r", "\r", "event: message\r", `data: {"choices":[{"delta":{"content":"a"}}]}` + "\r", "\r", "data: [DONE]\r"}, "a", model.Stop, ""},
		{"data in two lines", []string{`data: {"choices":[{"delta":`, `data: {"content":"a"}}]}`, "", "data: [DONE]"}, "a", model.Stop, ""},
		{"one JSON value", []string{`{"choices":[{"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}]}`}, "whole", model.Stop, ""},
		{"reasoning is no text", []string{`data: {"choices":[{"delta":{"reasoning_content":"hm","reasoning":"hm","content":[{"type":"thinking","thinking":"x"},{"type":"text","text":"a"}]}}]}`, "data: [DONE]"}, "a", model.Stop, ""},
		{"unknown finish", []string{`data: {"choices":[{"delta":{"content":"a"},"finish_reason":"odd"}]}`}, "a", model.Other, ""},
		{"calls without ids and index, reason stop", []string{piece(`{"function":{"name":"f","arguments":"{\"a\":1}"}},{"function":{"name":"g"}}`), `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}`}, "", model.Tools, `f{"a":1} g{}`},
		{"all calls with index 0", []string{piece(`{"index":0,"id":"x","function":{"name":"f","arguments":"{}"}}`), piece(`{"index":0,"id":"y","function":{"name":"f","arguments":"{\"b\":2}"}}`), "data: [DONE]"}, "", model.Tools, `f{} f{"b":2}`},
		{"id and name in each piece", []string{piece(`{"index":0,"id":"x","function":{"name":"f","arguments":"{\"a\""}}`), piece(`{"index":0,"id":"x","function":{"name":"f","arguments":":1}"}}`), "data: [DONE]"}, "", model.Tools, `f{"a":1}`},
		{"arguments as an object", []string{piece(`{"index":0,"id":"x","function":{"name":"f","arguments":{"a":1}}}`), "data: [DONE]"}, "", model.Tools, `f{"a":1}`},
		{"arguments after an empty object", []string{piece(`{"index":0,"id":"x","function":{"name":"f","arguments":"{}{\"a\":1}"}}`), "data: [DONE]"}, "", model.Tools, `f{"a":1}`},
		{"the same id twice", []string{piece(`{"index":0,"id":"x","function":{"name":"f"}},{"index":1,"id":"x","function":{"name":"f"}}`), "data: [DONE]"}, "", model.Tools, `f{} f{}`},
		{"the old function_call", []string{`data: {"choices":[{"delta":{"function_call":{"name":"f","arguments":"{}"}},"finish_reason":"function_call"}]}`}, "", model.Tools, `f{}`},
		{"arguments that are no object", []string{piece(`{"index":0,"id":"x","function":{"name":"f","arguments":"[1]"}}`), "data: [DONE]"}, "", model.MalformedCall, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, end, failure := run(t, serve(t, says(test.lines...)), hello)
			if failure != nil {
				t.Fatal(failure)
			}
			var calls []string
			ids := map[string]bool{}
			for _, part := range end.Message.Parts {
				if c := part.Call; c != nil {
					calls = append(calls, c.Name+string(c.Args))
					if c.ID == "" || ids[c.ID] || !strings.Contains(string(part.Wire), c.ID) {
						t.Errorf("id %q of %s", c.ID, part.Wire)
					}
					ids[c.ID] = true
				}
			}
			if text != test.text || end.Reason != test.reason || strings.Join(calls, " ") != test.calls {
				t.Errorf("%q, %q, %q; want %q, %q, %q", text, end.Reason, calls, test.text, test.reason, test.calls)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		body   string
		kind   model.Kind
		after  time.Duration
		words  string
	}{
		{401, `{"error":{"message":"bad key sk-test-0123456789"}}`, model.Auth, 0, "[redacted]"},
		{403, `{"detail":"no"}`, model.Auth, 0, "no"},
		{402, `{"error":{"message":"pay"}}`, model.Quota, 0, "pay"},
		{429, `{"error":{"message":"Please try again in 1m2.5s."}}`, model.Quota, 62500 * time.Millisecond, ""},
		{429, `[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"2s"}]}}]`, model.Quota, 2 * time.Second, ""},
		{404, `{"error":{"message":"model gone","code":"model_not_found"}}`, model.Retired, 0, ""},
		{400, `{"error":{"message":"The model x does not exist"}}`, model.Retired, 0, ""},
		{400, `{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}`, model.Auth, 0, ""},
		{400, `{"error":{"message":"This model's maximum context length is 8192 tokens"}}`, model.Invalid, 0, "context_length_exceeded"},
		{422, `{"detail":[{"msg":"wrong"}]}`, model.Invalid, 0, "wrong"},
		{413, `too large`, model.Invalid, 0, "too large"},
		{408, ``, model.Timeout, 0, "no reason"}, {504, `<html>`, model.Timeout, 0, "HTML"}, {502, `<html>secret</html>`, model.Overloaded, 0, "HTML"},
		{529, `{"error":{"type":"overloaded_error"}}`, model.Overloaded, 0, ""},
		{400, `{"error":{"code":"content_filter"}}`, model.KindBlocked, 0, ""},
		{302, ``, model.Invalid, 0, "redirect"},
		{500, strings.Repeat("x", 100_000), model.Overloaded, 0, "xxx"},
		{200, `data: {"error":{"message":"Provider failed","code":429}}`, model.Quota, 0, "failed"},
		{200, "event: error\ndata: {\"message\":\"oh\"}", model.Overloaded, 0, "oh"},
		{200, "<html>", model.Overloaded, 0, ""}, {200, "", model.KindCut, 0, ""}, {200, "data: {broken\n\n", model.KindCut, 0, ""},
		{200, "data: " + strings.Repeat("x", maxLine+1), model.KindCut, 0, "longer"},
	} {
		t.Run(fmt.Sprint(test.status, test.kind), func(t *testing.T) {
			t.Parallel()
			_, _, e := run(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}), hello)
			if e == nil || e.Kind != test.kind || e.RetryAfter != test.after || !strings.Contains(e.Error(), test.words) {
				t.Fatalf("%v, after %v; want %v, %v, %q", e, e.RetryAfter, test.kind, test.after, test.words)
			}
			if len(e.Error()) > 500 || strings.Contains(e.Error(), "sk-test") || strings.Contains(e.Error(), "secret") {
				t.Errorf("too much is told: %v", e)
			}
		})
	}
}

// What we do not know is joined and kept; reasoning beside calls only.
func TestExtras(t *testing.T) {
	t.Parallel()
	thought := `data: {"choices":[{"delta":{"reasoning_content":"h<"}}]}` + "\n" + `data: {"choices":[{"delta":{"reasoning_content":"m","mark":{"x":1.50}}}]}`
	call := `data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"},"extra":{"sig":"s"}}]}}]}`
	for _, test := range []struct{ lines, want string }{
		{call, `{"mark":{"x":1.50},"reasoning_content":"h<m","role":"assistant"}`},
		{`data: {"choices":[{"delta":{"content":"a"}}]}`, `{"content":"a","mark":{"x":1.50},"role":"assistant"}`},
	} {
		_, end, failure := run(t, serve(t, says(thought, test.lines, "data: [DONE]")), hello)
		if failure != nil {
			t.Fatal(failure)
		}
		got := strings.Replace(string(end.Message.Parts[0].Wire), `"content":null,`, "", 1)
		if got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		if len(end.Message.Parts) == 2 && !strings.Contains(string(end.Message.Parts[1].Wire), `"extra":{"sig":"s"}`) {
			t.Errorf("the signature is lost: %s", end.Message.Parts[1].Wire)
		}
	}
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	text, _, e := run(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 6 {
			_, _ = fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", strings.Repeat("y", 1<<20-100))
		}
	}), hello)
	if e == nil || e.Kind != model.KindCut || !e.Emitted || len(text) > maxAnswer {
		t.Errorf("%d bytes, %v", len(text), e)
	}
}

func TestRefusedStreamOptions(t *testing.T) {
	t.Parallel()
	var with, without atomic.Int32
	p := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "stream_options") {
			with.Add(1)
			http.Error(w, `{"error":{"message":"Unknown field: stream_options"}}`, http.StatusBadRequest)
			return
		}
		without.Add(1)
		says("data: [DONE]")(w, r)
	})
	for range 2 {
		if _, _, e := run(t, p, hello); e != nil {
			t.Fatal(e)
		}
	}
	if with.Load() != 1 || without.Load() != 2 {
		t.Errorf("%d requests with the field, %d without", with.Load(), without.Load())
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	p := serve(t, says(`{"data":[{"id":"b"},{"id":"models/a","name":"A","description":7,"context_length":8192,"top_provider":{"max_completion_tokens":512}},
		{"id":"b"},{"id":"c","max_model_len":4096,"deprecation":"2027-01-31T00:00:00Z","deprecation_replacement_model":"a"}]}`))
	infos, err := p.Models(t.Context())
	want := []model.Info{
		{Name: "a", DisplayName: "A", InputTokens: 8192, OutputTokens: 512}, {Name: "b"},
		{Name: "c", InputTokens: 4096, RetiresAt: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Replacement: "a"},
	}
	if err != nil || !slices.Equal(infos, want) {
		t.Errorf("%+v, %v", infos, err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "localhost:1", "ftp://x", "http://", "http://x/?a=b", "http://%zz"} {
		if _, err := New(Options{BaseURL: base}); err == nil {
			t.Errorf("%q was taken", base)
		}
	}
	for base, want := range map[string]string{"http://x": "http://x/v1", "https://x/api/v1/chat/completions": "https://x/api/v1"} {
		if p, err := New(Options{BaseURL: base}); err != nil || p.base != want {
			t.Errorf("%q became %q, %v", base, p.base, err)
		}
	}
}

// Results follow the message that called in the order of its calls, also when the customer wrote in between, and each
// call has one.
func TestPairing(t *testing.T) {
	t.Parallel()
	p, err := New(Options{Name: "compatible", BaseURL: "http://x", CompletionTokens: true})
	if err != nil {
		t.Fatal(err)
	}
	call := func(id string) model.Part { return model.Part{Call: &model.Call{ID: id, Name: "f"}} }
	body, err := p.encode(&model.Request{MaxOutputTokens: 5, Functions: []model.Function{{Name: "f"}}, Messages: []model.Message{
		{Role: model.Model, Provider: "compatible", Parts: []model.Part{call("1"), call("2"), call("3")}},
		{Role: model.User, Parts: []model.Part{{Text: "wait"}}},
		{Role: model.Tool, Parts: []model.Part{
			{Result: &model.Result{CallID: "2", Name: "f", Body: json.RawMessage(`"two"`), Failed: true}},
			{Result: &model.Result{CallID: "1", Name: "f", Body: json.RawMessage(`{"n":1}`)}},
			{Result: &model.Result{CallID: "9", Name: "f", Body: json.RawMessage(`"orphan"`)}},
		}},
	}}, true, false)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"messages":[{"content":null,"role":"assistant","tool_calls":[` +
		`{"function":{"arguments":"{}","name":"f"},"id":"1","type":"function"},{"function":{"arguments":"{}","name":"f"},"id":"2","type":"function"},` +
		`{"function":{"arguments":"{}","name":"f"},"id":"3","type":"function"}]},` +
		`{"role":"tool","content":"{\"n\":1}","tool_call_id":"1"},{"role":"tool","content":"{\"error\":\"two\"}","tool_call_id":"2"},` +
		`{"role":"tool","content":"{\"error\":\"there is no result of this call\"}","tool_call_id":"3"},{"role":"user","content":"wait"}],` +
		`"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}],` +
		`"max_completion_tokens":5,"stream":true,"stream_options":{"include_usage":true}}`
	if string(body) != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}\n\ndata: [DONE]\n"))
	f.Add([]byte(`[{"error":{"message":"x"}}]`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		a := &answer{}
		for data, err := range events(strings.NewReader(string(stream))) {
			if err != nil {
				return
			}
			if _, last, failure := a.take(data); last || failure != nil {
				break
			}
		}
		for _, part := range a.end().Message.Parts {
			if len(part.Wire) > 0 && !isObject(part.Wire) {
				t.Errorf("%s", part.Wire)
			}
		}
	})
}
