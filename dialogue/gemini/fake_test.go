package gemini

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/dialogue/model"
	"parley/fakemodel"
	"parley/seal"
)

// fake starts a strict fake of the API and returns a provider that asks it.
func fake(t *testing.T, o Options) (*Provider, *fakemodel.Server) {
	t.Helper()
	server := fakemodel.New(fakemodel.Options{Strict: true, Key: testKey})
	web := httptest.NewServer(server)
	o.Key, o.BaseURL = seal.Hide(testKey), web.URL
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); web.Close() })
	return p, server
}

// run asks once and returns what came.
func run(t *testing.T, p *Provider, r model.Request) (text string, end *model.End, failure *model.Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for event, err := range p.Generate(ctx, r) {
		if err != nil {
			return text, nil, err.(*model.Error) //nolint:errorlint // providers return it as it is
		}
		text += event.Delta
		end = event.End
	}
	return text, end, nil
}

// bothWays runs a test with streams and with answers in one piece.
func bothWays(t *testing.T, test func(*testing.T, Options)) {
	for _, whole := range []bool{false, true} {
		t.Run(fmt.Sprintf("whole=%v", whole), func(t *testing.T) {
			t.Parallel()
			test(t, Options{Whole: whole})
		})
	}
}

const threeSteps = "call find {\"n\":1}\ncall find {\"n\":9007199254740993}\nthen\ncall find {\"n\":3}\ncall note\nthen\ncall note\ncall find {\"n\":6}"

var functions = []model.Function{
	{Name: "find", Description: "Finds", Schema: json.RawMessage(`{"type":"object","properties":{"z":{"type":"string"},"n":{"type":"integer"}}}`)},
	{Name: "note"},
}

// Three steps with two calls each against a server that refuses what Gemini refuses: signatures, order, ids, and the
// empty text with a signature that ends a stream. Numbers are what they were.
func TestStepsStrictly(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, o Options) {
		for _, name := range []string{"", "gemini-2.5-flash-lite", "models/gemini-4-argon"} {
			p, server := fake(t, o)
			r := ask(threeSteps)
			r.Model, r.System, r.Functions, r.MaxOutputTokens = name, "Be brief.", functions, 1000
			for step := range 4 {
				text, end, failure := run(t, p, r)
				if failure != nil {
					t.Fatalf("step %d of %s: %v", step, name, failure)
				}
				r.Messages = append(r.Messages, end.Message)
				if step == 3 {
					if end.Reason != model.Stop || text == "" || end.Usage.Input == 0 || end.Usage.Output == 0 || end.Warning != "" {
						t.Errorf("%q, %+v", text, end)
					}
					break
				}
				if end.Reason != model.Tools {
					t.Fatalf("step %d of %s ended with %s", step, name, end.Reason)
				}
				results := model.Message{Role: model.Tool}
				for _, part := range end.Message.Parts {
					if c := part.Call; c != nil {
						results.Parts = append(results.Parts, model.Part{Result: &model.Result{CallID: c.ID, Name: c.Name, Body: json.RawMessage(`{"id":12345678901234567890}`)}})
					}
				}
				r.Messages = append(r.Messages, results)
			}
			r.Messages = append(r.Messages, ask("and now?").Messages...) // behind the signed end
			if text, _, failure := run(t, p, r); failure != nil || text != "You said: and now?" {
				t.Errorf("%q, %v", text, failure)
			}
			sent := server.Requests()
			last := sent[len(sent)-1]
			for _, want := range []string{`"store":false`, `"n":9007199254740993`, `"id":12345678901234567890`, `{"z":{"type":"string"},"n":`, `"maxOutputTokens":1000`} {
				if !strings.Contains(string(last.Body), want) {
					t.Errorf("%s is not in %s", want, last.Body)
				}
			}
			for _, never := range []string{"temperature", "topP", "topK", "safetySettings", "thinkingConfig", `"parametersJsonSchema":{}`} {
				if strings.Contains(string(last.Body), never) {
					t.Errorf("%s is in %s", never, last.Body)
				}
			}
			for _, q := range sent {
				if strings.Contains(q.Path+q.Query.Encode()+string(q.Body), testKey) {
					t.Errorf("the key is in the request %s", q.Path)
				}
			}
			if len(sent) != 5 {
				t.Errorf("%d requests", len(sent))
			}
		}
	})
}

// An answer's pieces that are not text show that the model is at work; thoughts never become text.
func TestThoughts(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, o Options) {
		p, server := fake(t, o)
		server.Push("", fakemodel.Answer{Parts: []fakemodel.Part{
			{Text: "hm", Thought: true}, {Text: "signed hm", Thought: true, Signature: []byte("s1")}, {Text: "Yes", Unsigned: true},
			{Text: ", of", Unsigned: true}, {Text: " course", Signature: []byte("s2")}, {Signature: []byte("s3"), SignatureAlone: true}, {Text: "", Unsigned: true},
		}, Usage: &fakemodel.Usage{Prompt: 10, Cached: 4, Candidates: 3, Thoughts: 5}})
		signs := 0
		var end *model.End
		for event, err := range p.Generate(t.Context(), hello) {
			if err != nil {
				t.Fatal(err)
			}
			if event.Delta == "" && event.End == nil {
				signs++
			}
			end = event.End
		}
		if !o.Whole && signs < 3 {
			t.Errorf("%d signs of life", signs)
		}
		var texts []string
		for _, part := range end.Message.Parts {
			texts = append(texts, part.Text)
		}
		if strings.Join(texts, "|") != "|Yes, of| course|" || end.Usage != (model.Usage{Input: 10, Cached: 4, Output: 8, Thinking: 5}) {
			t.Errorf("%q, %+v", texts, end.Usage)
		}
		server.Forget()
		r := ask("hello")
		r.Messages = append(append(r.Messages, end.Message), ask("more").Messages...)
		if _, _, failure := run(t, p, r); failure != nil {
			t.Fatal(failure)
		}
		body := string(server.Requests()[0].Body)
		if strings.Count(body, "thoughtSignature") != 3 || strings.Contains(body, `"hm"`) {
			t.Errorf("sent back: %s", body)
		}
	})
}

// Every way in which Gemini fails.
func TestFaults(t *testing.T) {
	t.Parallel()
	chunks := fakemodel.Text("one ", "two ", "three ").Parts
	for _, test := range []struct {
		name   string
		model  string
		answer fakemodel.Answer
		kind   model.Kind // of the error
		reason string     // of the end, if there is no error
		text   string     // before an error in streams only
		after  time.Duration
	}{
		{name: "delays", answer: fakemodel.Answer{Parts: chunks, Delay: 30 * time.Millisecond, ChunkDelay: 10 * time.Millisecond}, reason: model.Stop, text: "one two three "},
		{name: "cut", answer: fakemodel.Answer{Parts: chunks, Cut: true, After: 2}, kind: model.KindCut, text: "one two "},
		{name: "cut at once", answer: fakemodel.Answer{Parts: chunks, Cut: true}, kind: model.KindCut},
		{name: "error in stream", answer: fakemodel.Answer{Parts: chunks, Break: fakemodel.Overloaded(), After: 1}, kind: model.Overloaded, text: "one "},
		{name: "quota in stream", answer: fakemodel.Answer{Parts: chunks, Break: fakemodel.Quota(3*time.Second, false), After: 1}, kind: model.Quota, text: "one ", after: 3 * time.Second},
		{name: "no finish", answer: fakemodel.Answer{Parts: chunks, NoFinish: true}, kind: model.KindCut, text: "one two three "},
		{name: "quota", answer: fakemodel.Answer{Refuse: fakemodel.Quota(2500*time.Millisecond, false)}, kind: model.Quota, after: 3 * time.Second},
		{name: "overloaded", answer: fakemodel.Answer{Refuse: fakemodel.Overloaded()}, kind: model.Overloaded},
		{name: "internal", answer: fakemodel.Answer{Refuse: fakemodel.Internal()}, kind: model.Overloaded},
		{name: "HTML", answer: fakemodel.Answer{Refuse: fakemodel.BadGateway()}, kind: model.Overloaded},
		{name: "too long", answer: fakemodel.Answer{Refuse: fakemodel.ContextLength()}, kind: model.Invalid},
		{name: "retired", model: "gemini-2.0-flash", kind: model.Retired},
		{name: "unknown", model: "gemini-0", kind: model.Retired},
		{name: "no name", model: "x/../../files?y", kind: model.Invalid},
		{name: "malformed", answer: fakemodel.Malformed(), reason: model.MalformedCall},
		{name: "unexpected call", answer: fakemodel.Answer{Finish: "UNEXPECTED_TOOL_CALL"}, reason: model.MalformedCall},
		{name: "too many calls", answer: fakemodel.Answer{Finish: "TOO_MANY_TOOL_CALLS"}, reason: model.MalformedCall},
		{name: "blocked request", answer: fakemodel.Answer{BlockReason: "PROHIBITED_CONTENT"}, kind: model.KindBlocked},
		{name: "safety", answer: fakemodel.Answer{Parts: chunks[:1], Finish: "SAFETY"}, reason: model.Blocked, text: "one "},
		{name: "recitation", answer: fakemodel.Answer{Finish: "RECITATION"}, reason: model.Blocked},
		{name: "blocklist with a call", answer: fakemodel.Answer{Parts: fakemodel.Calls(fakemodel.Call{Name: "find"}).Parts, Finish: "BLOCKLIST"}, reason: model.Blocked},
		{name: "unknown finish", answer: fakemodel.Answer{Parts: chunks[:1], Finish: "BRAND_NEW"}, reason: model.Other, text: "one "},
		{name: "length", answer: fakemodel.Answer{Finish: "MAX_TOKENS", Usage: &fakemodel.Usage{Prompt: 5, Thoughts: 90}}, reason: model.Length},
		{name: "undeclared", answer: fakemodel.Calls(fakemodel.Call{Name: "never"}), reason: model.Tools},
		{name: "a call without a name", answer: fakemodel.Answer{Parts: []fakemodel.Part{{Raw: json.RawMessage(`{"functionCall":{}}`)}}}, reason: model.MalformedCall},
		{name: "against the schema", answer: fakemodel.Calls(fakemodel.Call{Name: "find", Args: `{"n":[]}`}, fakemodel.Call{ID: "-", Name: "find"}), reason: model.Tools},
		{name: "101 calls", answer: fakemodel.ManyCalls(101, "find", `{"n":1}`), reason: model.Tools},
		{name: "empty", answer: fakemodel.Answer{Usage: &fakemodel.Usage{Prompt: 7}}, reason: model.Stop},
		{name: "continuation", answer: fakemodel.Answer{Parts: chunks[:1], Finish: "CONTINUATION", Continuation: []byte("token")}, reason: model.Cut, text: "one "},
		{name: "unknown part", answer: fakemodel.Answer{Parts: []fakemodel.Part{{Raw: json.RawMessage(`{"brandNew":{"x":1}}`)}, {Text: "a"}}}, reason: model.Stop, text: "a"},
		{name: "parts of another type", answer: fakemodel.Answer{Parts: []fakemodel.Part{{Raw: json.RawMessage(`{"text":5}`)}}}, kind: model.KindCut},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bothWays(t, func(t *testing.T, o Options) {
				p, server := fake(t, o)
				if test.model == "" {
					server.Push("", test.answer)
				}
				r := ask("hello")
				r.Model, r.Functions = test.model, functions
				text, end, failure := run(t, p, r)
				if (test.kind != "") != (failure != nil) {
					t.Fatalf("end %+v, error %v", end, failure)
				}
				if text != test.text && (failure == nil || !o.Whole) {
					t.Errorf("text %q, want %q", text, test.text)
				}
				if failure == nil {
					if end.Reason != test.reason {
						t.Errorf("reason %q, want %q", end.Reason, test.reason)
					}
					return
				}
				if failure.Kind != test.kind || failure.RetryAfter != test.after || failure.Emitted != (text != "") || strings.Contains(failure.Error(), testKey) {
					t.Errorf("%v, emitted %v, after %v; want %s, %v", failure, failure.Emitted, failure.RetryAfter, test.kind, test.after)
				}
				if len(server.Requests()) > 1 {
					t.Errorf("%d requests: something was repeated", len(server.Requests()))
				}
			})
		})
	}
}
