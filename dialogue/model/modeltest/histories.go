package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"parley/dialogue/model"
)

// dialogue is a turn of three steps with two calls each, and an answer. Between the steps the history is stored and
// read again, as the engine does it.
func dialogue(t *testing.T, h Harness) { converse(t, h) }

// dialogueOnWire is the same, for backends that see what is asked.
func dialogueOnWire(t *testing.T, h Harness) {
	r, b := converse(t, h)
	body := b.last()
	if body == nil {
		t.Fatal("the harness shows no request; name this case in Cannot if it has none")
	}
	kept := 0
	for _, m := range r.Messages {
		for _, part := range m.Parts {
			if len(part.Wire) == 0 {
				continue
			}
			if kept++; !h.holds(body, part.Wire) {
				t.Errorf("the provider's own bytes were not replayed: %s", part.Wire)
			}
		}
	}
	if kept == 0 {
		t.Error("the provider kept nothing of what the backend said")
	}
	for step := 1; step <= 3; step++ {
		for _, side := range []string{"a", "b"} {
			if want := fmt.Sprintf("found-%s%d", side, step); bytes.Count(body, []byte(want)) != 1 {
				t.Errorf("the result %s is %d times in the request", want, bytes.Count(body, []byte(want)))
			}
		}
	}
}

func converse(t *testing.T, h Harness) (model.Request, *Backend) {
	t.Helper()
	b := NewBackend(
		Answer{Text: []string{"Let me ", "look."}, Calls: pair(1), Reason: model.Tools},
		Answer{Calls: pair(2), Reason: model.Tools},
		Answer{Calls: pair(3), Reason: model.Tools},
		Answer{Text: []string{"All ", "found."}},
	)
	p := h.Start(t, b)
	r := ask("find six things")
	for step := 1; step <= 4; step++ {
		o := generate(t.Context(), t, h, p, r)
		if o.err != nil {
			t.Fatalf("step %d: %v", step, o.err)
		}
		if step == 4 {
			wantText(t, o, "All found.", model.Stop)
			return r, b
		}
		wantCalls(t, o, pair(step))
		r.Messages = append(r.Messages, stored(t, o.end.Message))
		results := model.Message{Role: model.Tool}
		for i, c := range callsOf(o.end) {
			results.Parts = append(results.Parts, model.Part{Result: &model.Result{CallID: c.ID, Name: c.Name,
				Body: json.RawMessage(fmt.Sprintf(`{"status":200,"body":"found-%c%d"}`, 'a'+i, step)), Failed: i == 1}})
		}
		r.Messages = append(r.Messages, stored(t, results))
	}
	return r, b
}

// foreign is a history that another provider made, with bytes that nobody else can read, a part of nothing but such
// bytes, calls, words of a person, and two messages of the customer in a row.
func foreign(t *testing.T, h Harness) {
	r := ask("first words")
	r.Messages = append(r.Messages,
		model.Message{Role: model.Model, Provider: "elsewhere", Parts: []model.Part{
			{Wire: json.RawMessage(`{"secret":"foreign-wire"}`)},
			{Text: "An earlier answer.", Wire: json.RawMessage(`{"secret":"foreign-wire"}`)},
			{Call: &model.Call{ID: "fc/1:ü", Name: "look_up", Args: json.RawMessage(`{"q":"old"}`)}, Wire: json.RawMessage(`{"secret":"foreign-wire"}`)},
			{Call: &model.Call{ID: "fc/2", Name: "gone", Args: json.RawMessage(`{}`)}},
		}},
		model.Message{Role: model.Tool, Parts: []model.Part{
			{Result: &model.Result{CallID: "fc/1:ü", Name: "look_up", Body: json.RawMessage(`{"body":"old-result"}`)}},
			{Result: &model.Result{CallID: "fc/2", Name: "gone", Body: json.RawMessage(`{"error":"old-failure"}`), Failed: true}},
		}},
		model.Message{Role: model.Model, Parts: []model.Part{{Text: "A text of unknown origin."}}},
		model.Message{Role: model.User, Parts: []model.Part{{Text: "[operator Kim] Words of a person."}}},
		model.Message{Role: model.User, Parts: []model.Part{{Text: "second words"}, {Text: "third words"}}},
	)
	b := NewBackend(Answer{Text: []string{"Understood."}})
	o := generate(t.Context(), t, h, h.Start(t, b), r)
	if o.err != nil {
		t.Fatal(o.err)
	}
	wantText(t, o, "Understood.", model.Stop)
	body := string(b.last())
	if body == "" {
		return
	}
	if strings.Contains(body, "foreign-wire") {
		t.Error("bytes of another provider went out")
	}
	for _, want := range []string{"first words", "An earlier answer.", "old-result", "old-failure", "A text of unknown origin.",
		"Words of a person.", "second words", "third words"} {
		if strings.Count(body, want) != 1 {
			t.Errorf("%q is %d times in the request", want, strings.Count(body, want))
		}
	}
}
