package modeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue/model"
)

// cases are the suite. A case's name is that of its sub-test, and what Harness.Cannot names.
var cases = []struct {
	name string
	run  func(*testing.T, Harness)
}{
	{"text", text}, {"non-ASCII", nonASCII}, {"huge text", hugeText}, {"usage", usage}, {"usage details", usageDetails},
	{"answer schema", answerSchema}, {"empty answer", emptyAnswer}, {"length", length}, {"blocked", blocked},
	{"call", oneCall}, {"text and calls", parallelCalls}, {"undeclared function", undeclared}, {"101 calls", manyCalls},
	{"malformed call", malformed}, {"dialogue", dialogue}, {"wire", dialogueOnWire}, {"foreign history", foreign},
	{"auth", fails(model.Auth)}, {"quota", quota}, {"overloaded", fails(model.Overloaded)}, {"retired", fails(model.Retired)},
	{"invalid", fails(model.Invalid)}, {"blocked request", fails(model.KindBlocked)},
	{"usage before error", usageBeforeError}, {"usage of a blocked request", usageOfBlocked},
	{"error in stream", errorInStream}, {"error after text", errorAfterText}, {"cut before text", cutBeforeText}, {"cut after text", cutAfterText},
	{"cancel", cancelled}, {"deadline", deadline}, {"cancelled before", cancelledBefore}, {"left early", leftEarly}, {"concurrent", concurrent},
}

func ask(texts ...string) model.Request {
	r := model.Request{Model: "model-1", System: "Be brief.", Functions: []model.Function{
		{Name: "look_up", Description: "Finds a thing", Schema: json.RawMessage(`{"type":"object","properties":{"q":{"type":"string"}},"required":["q"]}`)},
		{Name: "note", Description: "Notes something"},
	}}
	for _, text := range texts {
		r.Messages = append(r.Messages, model.Message{Role: model.User, Parts: []model.Part{{Text: text}}})
	}
	return r
}

// answer runs one step that must end well.
func answer(t *testing.T, h Harness, r model.Request, a Answer) outcome {
	t.Helper()
	o := generate(t.Context(), t, h, h.Start(t, NewBackend(a)), r)
	if o.err != nil {
		t.Fatal(o.err)
	}
	return o
}

func wantText(t *testing.T, o outcome, text, reason string) {
	t.Helper()
	if o.text != text || o.end.Reason != reason {
		t.Errorf("text %q with reason %q, want %q with %q", clip(o.text), o.end.Reason, clip(text), reason)
	}
}

func text(t *testing.T, h Harness) {
	o := answer(t, h, ask("hello"), Answer{Text: []string{"Good ", "morning, ", "friend."}})
	wantText(t, o, "Good morning, friend.", model.Stop)
	if o.deltas < 2 {
		t.Errorf("%d deltas: the text did not stream", o.deltas)
	}
}

func nonASCII(t *testing.T, h Harness) {
	o := answer(t, h, ask("hé"), Answer{Text: []string{"Grüße, ", "мир ", "👩‍👩‍👧 ", "\u2028<&>"}, Bytes: true})
	wantText(t, o, "Grüße, мир 👩‍👩‍👧 \u2028<&>", model.Stop)
}

func hugeText(t *testing.T, h Harness) {
	a := Answer{}
	for range 64 {
		a.Text = append(a.Text, strings.Repeat("word ", 3200))
	}
	wantText(t, answer(t, h, ask("tell me all"), a), strings.Join(a.Text, ""), model.Stop)
}

func usage(t *testing.T, h Harness) {
	o := answer(t, h, ask("hello"), Answer{Text: []string{"Hi"}, Usage: model.Usage{Input: 11, Output: 7}})
	if want := (model.Usage{Input: 11, Output: 7}); o.end.Usage != want || o.end.Model == "" {
		t.Errorf("usage %+v of model %q, want %+v", o.end.Usage, o.end.Model, want)
	}
}

func usageDetails(t *testing.T, h Harness) {
	want := model.Usage{Input: 110, Cached: 64, Output: 70, Thinking: 50}
	o := answer(t, h, ask("hello"), Answer{Text: []string{"Hi"}, Usage: want, Model: "model-1-002"})
	if o.end.Usage != want || o.end.Model != "model-1-002" {
		t.Errorf("usage %+v of model %q, want %+v of the model that answered", o.end.Usage, o.end.Model, want)
	}
}

// The schema of the answer goes out once, as it was written: in the vendor's own form or in words, beside functions and
// without. What the model says is passed on as it is.
func answerSchema(t *testing.T, h Harness) {
	const schema = `{"type":"object","properties":{"zeta":{"type":"string","description":"held-to-this"},` +
		`"alpha":{"type":"integer","maximum":9007199254740993}},"required":["zeta","alpha"],"additionalProperties":false}`
	for _, functions := range []bool{true, false} {
		r := ask("hello")
		if r.AnswerSchema = json.RawMessage(schema); !functions {
			r.Functions = nil
		}
		b := NewBackend(Answer{Text: []string{`{"zeta": "Hé", `, `"alpha": 1}`}})
		o := generate(t.Context(), t, h, h.Start(t, b), r)
		if o.err != nil {
			t.Fatal(o.err)
		}
		wantText(t, o, `{"zeta": "Hé", "alpha": 1}`, model.Stop)
		body := string(b.last())
		if body == "" {
			return
		}
		if n := strings.Count(body, "held-to-this"); n != 1 {
			t.Errorf("functions %v: the schema is %d times in %s", functions, n, body)
		}
		if !strings.Contains(body, "9007199254740993") || strings.Index(body, "zeta") > strings.Index(body, "alpha") {
			t.Errorf("functions %v: the schema was rewritten in %s", functions, body)
		}
	}
}

func emptyAnswer(t *testing.T, h Harness) {
	o := answer(t, h, ask("hello"), Answer{Usage: model.Usage{Input: 5, Output: 0}})
	if o.text != "" || len(callsOf(o.end)) > 0 || o.end.Usage.Input != 5 {
		t.Errorf("an empty answer became %+v", o.end)
	}
}

func length(t *testing.T, h Harness) {
	wantText(t, answer(t, h, ask("hello"), Answer{Text: []string{"Once upon a"}, Reason: model.Length}), "Once upon a", model.Length)
}

func blocked(t *testing.T, h Harness) {
	if o := answer(t, h, ask("hello"), Answer{Reason: model.Blocked}); o.end.Reason != model.Blocked {
		t.Errorf("the reason is %q", o.end.Reason)
	}
}

func wantCalls(t *testing.T, o outcome, want []model.Call) {
	t.Helper()
	got := callsOf(o.end)
	if o.end.Reason != model.Tools || len(got) != len(want) {
		t.Fatalf("%d calls with reason %q, want %d", len(got), o.end.Reason, len(want))
	}
	for i, c := range got {
		if c.Name != want[i].Name || !sameJSON(c.Args, want[i].Args) {
			t.Errorf("call %d is %s %s, want %s %s", i, c.Name, c.Args, want[i].Name, want[i].Args)
		}
		if want[i].ID != "" && c.ID != want[i].ID {
			t.Logf("call %d has the id %s, the backend said %s", i, c.ID, want[i].ID)
		}
	}
}

func sameJSON(a, b json.RawMessage) bool {
	if len(b) == 0 {
		b = json.RawMessage(`{}`)
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	one, _ := json.Marshal(x)
	two, _ := json.Marshal(y)
	return bytes.Equal(one, two)
}

func oneCall(t *testing.T, h Harness) {
	for _, c := range []model.Call{
		{ID: "c1", Name: "look_up", Args: json.RawMessage(`{"q":"é \"x\" <b>","n":[1,2.5]}`)},
		{Name: "note"}, // without id and arguments
	} {
		wantCalls(t, answer(t, h, ask("find it"), Answer{Calls: []model.Call{c}, Reason: model.Tools}), []model.Call{c})
	}
}

func parallelCalls(t *testing.T, h Harness) {
	calls := pair(1)
	o := answer(t, h, ask("find both"), Answer{Text: []string{"One ", "moment."}, Calls: calls, Reason: model.Stop})
	wantCalls(t, o, calls)
	if o.text != "One moment." {
		t.Errorf("the text beside the calls is %q", o.text)
	}
}

// pair are two calls side by side, of the same function.
func pair(step int) []model.Call {
	return []model.Call{
		{ID: fmt.Sprintf("call%da", step), Name: "look_up", Args: json.RawMessage(fmt.Sprintf(`{"q":"a%d"}`, step))},
		{ID: fmt.Sprintf("call%db", step), Name: "look_up", Args: json.RawMessage(fmt.Sprintf(`{"q":"b%d"}`, step))},
	}
}

func undeclared(t *testing.T, h Harness) {
	calls := []model.Call{{ID: "c1", Name: "never_declared", Args: json.RawMessage(`{"x":1}`)}}
	wantCalls(t, answer(t, h, ask("hello"), Answer{Calls: calls, Reason: model.Tools}), calls)
}

func manyCalls(t *testing.T, h Harness) {
	var calls []model.Call
	for i := range 101 {
		calls = append(calls, model.Call{ID: fmt.Sprintf("c%d", i), Name: "look_up", Args: json.RawMessage(`{"q":"same"}`)})
	}
	wantCalls(t, answer(t, h, ask("hello"), Answer{Calls: calls, Reason: model.Tools}), calls)
}

// A call that cannot be read is not made. The engine asks again.
func malformed(t *testing.T, h Harness) {
	if o := answer(t, h, ask("hello"), Answer{Broken: true, Reason: model.MalformedCall}); o.end.Reason != model.MalformedCall {
		t.Errorf("the reason is %q", o.end.Reason)
	}
}

func fails(kind model.Kind) func(*testing.T, Harness) {
	return func(t *testing.T, h Harness) { failure(t, h, Answer{Fault: &Fault{Kind: kind}}, kind) }
}

func failure(t *testing.T, h Harness, a Answer, kinds ...model.Kind) *model.Error {
	t.Helper()
	o := generate(t.Context(), t, h, h.Start(t, NewBackend(a)), ask("hello"))
	if o.err == nil {
		t.Fatalf("no error but an end with the reason %q", o.end.Reason)
	}
	for _, kind := range kinds {
		if o.err.Kind == kind {
			return o.err
		}
	}
	t.Fatalf("the error is %v, want %v", o.err, kinds)
	return nil
}

func quota(t *testing.T, h Harness) {
	e := failure(t, h, Answer{Fault: &Fault{Kind: model.Quota, RetryAfter: 7 * time.Second}}, model.Quota)
	if e.RetryAfter < 6*time.Second || e.RetryAfter > 8*time.Second {
		t.Errorf("RetryAfter is %v, want 7s", e.RetryAfter)
	}
}

func errorInStream(t *testing.T, h Harness) {
	failure(t, h, Answer{Fault: &Fault{Kind: model.Overloaded, InStream: true}}, model.Overloaded)
}

func errorAfterText(t *testing.T, h Harness) {
	failure(t, h, Answer{Text: []string{"Good ", "mor"}, Fault: &Fault{Kind: model.Overloaded, InStream: true}}, model.Overloaded)
}

// What was counted is billed, though the answer failed.
func usageBeforeError(t *testing.T, h Harness) {
	want := model.Usage{Input: 11, Output: 7}
	a := Answer{Text: []string{"Good ", "mor"}, Usage: want, Fault: &Fault{Kind: model.Overloaded, InStream: true}}
	if e := failure(t, h, a, model.Overloaded); e.Usage != want {
		t.Errorf("usage %+v, want %+v", e.Usage, want)
	}
}

func usageOfBlocked(t *testing.T, h Harness) {
	want := model.Usage{Input: 11}
	if e := failure(t, h, Answer{Usage: want, Fault: &Fault{Kind: model.KindBlocked}}, model.KindBlocked); e.Usage != want {
		t.Errorf("usage %+v, want %+v", e.Usage, want)
	}
}

func cutBeforeText(t *testing.T, h Harness) {
	if e := failure(t, h, Answer{Fault: &Fault{Kind: model.KindCut, InStream: true}}, model.KindCut); !e.Elsewhere() {
		t.Error("nothing was said, so another model may answer")
	}
}

// A cut answer is never a whole one: an error, or an end that says so.
func cutAfterText(t *testing.T, h Harness) {
	a := Answer{Text: []string{"Good ", "mor"}, Fault: &Fault{Kind: model.KindCut, InStream: true}}
	o := generate(t.Context(), t, h, h.Start(t, NewBackend(a)), ask("hello"))
	if o.err != nil && o.err.Kind != model.KindCut || o.end != nil && o.end.Reason != model.Cut {
		t.Errorf("error %v, end %+v: want a cut", o.err, o.end)
	}
	if !strings.HasPrefix("Good mor", o.text) {
		t.Errorf("the text is %q", o.text)
	}
}

// soon bounds how long a provider may go on after it was cancelled.
const soon = 3 * time.Second

var hanging = Answer{Text: []string{"Good ", "morning"}, Fault: &Fault{Kind: model.Timeout, InStream: true}}

func cancelled(t *testing.T, h Harness) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	late := time.AfterFunc(100*time.Millisecond, cancel)
	defer late.Stop()
	began := time.Now()
	o := generate(ctx, t, h, h.Start(t, NewBackend(hanging)), ask("hello"))
	if o.err == nil || time.Since(began) > soon {
		t.Errorf("error %v after %v, want one at once", o.err, time.Since(began))
	}
}

func deadline(t *testing.T, h Harness) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	o := generate(ctx, t, h, h.Start(t, NewBackend(Answer{Fault: &Fault{Kind: model.Timeout}})), ask("hello"))
	if o.err == nil || o.err.Kind != model.Timeout || time.Since(began) > soon {
		t.Errorf("error %v after %v, want a timeout at once", o.err, time.Since(began))
	}
}

func cancelledBefore(t *testing.T, h Harness) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := generate(ctx, t, h, h.Start(t, NewBackend(Answer{Text: []string{"Hi"}})), ask("hello")); o.err == nil {
		t.Error("no error though the context had ended")
	}
}

// Leaving the range stops the work: the suite finds what is left running, and Start's clean-up waits for the backend.
func leftEarly(t *testing.T, h Harness) {
	p := h.Start(t, NewBackend(hanging))
	began := time.Now()
	for event, err := range p.Generate(t.Context(), ask("hello")) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Delta != "" {
			break
		}
	}
	if time.Since(began) > soon {
		t.Errorf("leaving took %v", time.Since(began))
	}
}

func concurrent(t *testing.T, h Harness) {
	calls := pair(1)
	p := h.Start(t, NewBackend(Answer{Text: []string{"Good ", "morning"}, Calls: calls, Reason: model.Tools}))
	r := ask("hello")
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			var said strings.Builder
			made := 0
			for event, err := range p.Generate(t.Context(), r) {
				if err != nil {
					t.Error(err)
					return
				}
				said.WriteString(event.Delta)
				if event.End != nil {
					made = len(callsOf(event.End))
				}
			}
			if said.String() != "Good morning" || made != len(calls) {
				t.Errorf("%q and %d calls", said.String(), made)
			}
		})
	}
	all.Wait()
}
