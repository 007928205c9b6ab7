package fakemodel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	legacy "github.com/google/generative-ai-go/genai"
	"google.golang.org/genai"
)

// TestFaults plays every fault to both of Google's clients and holds what they make of it against what is known of them.
func TestFaults(t *testing.T) {
	t.Parallel()
	three := Text("one ", "two ", "three")
	with := func(a Answer, change func(*Answer)) Answer { change(&a); return a }
	for _, test := range []struct {
		name   string
		answer Answer
		stream bool
		// What each client's error holds; empty means none. "-" leaves a client out.
		fresh, old string
		check      func(t *testing.T, h heard, o oldHeard)
	}{
		{"good", three, false, "", "", func(t *testing.T, h heard, o oldHeard) {
			if h.text != "one two three" || o.text != h.text || o.finish != legacy.FinishReasonStop {
				t.Error(h, o)
			}
		}},
		{"good stream", three, true, "", "", func(t *testing.T, h heard, o oldHeard) {
			if h.text != "one two three" || o.text != h.text || h.chunks != 4 || o.chunks != 4 || h.tokens == 0 {
				t.Error(h, o)
			}
		}},
		{"cut stream", with(three, func(a *Answer) { a.Cut, a.After = true, 2 }), true, "unexpected EOF", "unexpected EOF",
			func(t *testing.T, h heard, o oldHeard) {
				if h.text != "one two " || o.text != h.text {
					t.Error(h, o)
				}
			}},
		{"cut", with(three, func(a *Answer) { a.Cut = true }), false, "unexpected EOF", "unexpected EOF", nil},
		{"error in stream is swallowed by the old one", with(three, func(a *Answer) { a.Break, a.After = Overloaded(), 1 }), true, "overloaded", "",
			func(t *testing.T, h heard, o oldHeard) {
				var e genai.APIError
				if !errors.As(h.err, &e) || e.Code != 503 || o.text != "one " || o.chunks != 2 {
					t.Error(h, o)
				}
			}},
		{"no finish", with(three, func(a *Answer) { a.NoFinish = true }), true, "", "", func(t *testing.T, h heard, o oldHeard) {
			if h.text != "one two three" || h.finish != "" || o.finish != legacy.FinishReasonUnspecified {
				t.Error(h, o)
			}
		}},
		{"quota", Answer{Refuse: Quota(2500*time.Millisecond, false)}, false, "Please retry in 2.5s", "429", func(t *testing.T, h heard, _ oldHeard) {
			var e genai.APIError
			if !errors.As(h.err, &e) || len(e.Details) != 2 || e.Details[1]["retryDelay"] != "2.5s" {
				t.Error(h)
			}
		}},
		{"quota of the day, stream", Answer{Refuse: Quota(time.Second, true)}, true, "-", "429", nil},
		{"overloaded", Answer{Refuse: Overloaded()}, false, "overloaded", "-", nil},
		{"internal", Answer{Refuse: Internal()}, false, "INTERNAL", "500", nil},
		{"proxy", Answer{Refuse: BadGateway()}, false, "Bad Gateway", "502", nil},
		{"malformed call", Malformed(), true, "", "", func(t *testing.T, h heard, o oldHeard) {
			if h.finish != "MALFORMED_FUNCTION_CALL" || h.text != "" || o.text != "" {
				t.Error(h, o)
			}
		}},
		{"blocked for a newer reason", Answer{BlockReason: "PROHIBITED_CONTENT"}, false, "", "-", func(t *testing.T, h heard, _ oldHeard) {
			if h.blocked != "PROHIBITED_CONTENT" || h.finish != "" {
				t.Error(h)
			}
		}},
		{"blocked", Answer{BlockReason: "SAFETY"}, true, "", "blocked", func(t *testing.T, h heard, _ oldHeard) {
			if h.blocked != "SAFETY" {
				t.Error(h)
			}
		}},
		{"safety", Answer{Finish: "SAFETY"}, false, "", "blocked", nil},
		{"undeclared call with strange arguments", Calls(Call{Name: "nobody", Args: `{"n":"x"}`}), false, "", "", func(t *testing.T, h heard, _ oldHeard) {
			if len(h.calls) != 1 || h.calls[0].Name != "nobody" || h.calls[0].Args["n"] != "x" {
				t.Error(h)
			}
		}},
		{"many calls", ManyCalls(101, "f", ""), true, "", "", func(t *testing.T, h heard, _ oldHeard) {
			if len(h.calls) != 101 || h.chunks != 2 {
				t.Error(len(h.calls), h.chunks)
			}
		}},
		{"empty but billed", Answer{Finish: "MAX_TOKENS", Usage: &Usage{Prompt: 5, Thoughts: 70}}, false, "", "", func(t *testing.T, h heard, o oldHeard) {
			if h.tokens != 75 || h.text != "" || o.finish != legacy.FinishReasonMaxTokens {
				t.Error(h, o)
			}
		}},
		{"thought reaches the text of the old one", Answer{Parts: []Part{{Text: "hm ", Thought: true}, {Text: "yes"}}}, true, "", "",
			func(t *testing.T, h heard, o oldHeard) {
				if h.text != "yes" || h.thoughts != 1 || o.text != "hm yes" {
					t.Error(h, o)
				}
			}},
		{"signature alone kills the old one", Answer{Parts: []Part{{Text: "yes"}, {Signature: []byte("s"), SignatureAlone: true}}}, false, "", "unknown Part.Data",
			func(t *testing.T, h heard, _ oldHeard) {
				if n := len(h.content.Parts); n != 2 || string(h.content.Parts[1].ThoughtSignature) != "s" {
					t.Error(h)
				}
			}},
		{"another model", with(three, func(a *Answer) { a.ModelVersion = "other" }), false, "", "", func(t *testing.T, h heard, _ oldHeard) {
			if h.version != "other" {
				t.Error(h)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fake, base := start(t, Options{})
			var h heard
			var o oldHeard
			if test.fresh != "-" {
				fake.Push(plain2, test.answer)
				h = generate(t, newClient(t, base), plain2, test.stream, genai.Text("hi"), nil)
				wants(t, h.err, test.fresh)
			}
			if test.old != "-" {
				fake.Push("", test.answer)
				o = generateOld(t, newLegacy(t, base), plain2, test.stream)
				wants(t, o.err, test.old)
			}
			if test.check != nil {
				test.check(t, h, o)
			}
			if fake.Left() != 0 {
				t.Errorf("%d answers were not asked for", fake.Left())
			}
		})
	}
}

// TestRetries shows that the older client repeats a 503 by itself, and the newer one continues by itself unless told not to.
func TestRetries(t *testing.T) {
	t.Parallel()
	fake, base := start(t, Options{})
	fake.Push(plain2, append(Repeat(1, Answer{Refuse: Overloaded()}), Text("good"))...)
	if o := generateOld(t, newLegacy(t, base), plain2, false); o.err != nil || o.text != "good" || len(fake.Requests()) != 2 {
		t.Errorf("%+v after %d requests", o, len(fake.Requests()))
	}
	if r := fake.Requests()[0]; r.Query.Get("key") != "k" || r.Header.Get("X-Goog-Api-Key") != "" {
		t.Errorf("the key is not in the query %v but in the header %v", r.Query, r.Header)
	}
	fake.Forget()
	fake.Push(plain2, Answer{Parts: Text("a").Parts, Finish: "CONTINUATION", Continuation: []byte("t")}, Text("b"))
	on := true
	h := generate(t, newClient(t, base), plain2, false, genai.Text("hi"), &genai.GenerateContentConfig{AutomaticContinuation: &on})
	if h.err != nil || len(fake.Requests()) != 2 {
		t.Errorf("%+v after %d requests", h, len(fake.Requests()))
	}
}

// TestDelay ends with the request.
func TestDelay(t *testing.T) {
	t.Parallel()
	fake, base := start(t, Options{})
	slow := Text("a", "b")
	slow.ChunkDelay = time.Hour
	fake.Push("", Answer{Delay: time.Hour}, slow)
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/chat/completions",
			strings.NewReader(`{"model":"fake-chat","stream":true,"messages":[{"role":"user","content":"hi"}]}`))
		transport := &http.Transport{}
		answer, err := transport.RoundTrip(r)
		if err == nil {
			_, err = io.ReadAll(answer.Body)
			_ = answer.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
		transport.CloseIdleConnections()
	}
}
