package scripted

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/dialogue/model"
)

// An outcome is one result with the function that made it; function is nil if the agent no longer has it.
type outcome struct {
	model.Result
	function *model.Function
	body     any
	at       int // message that holds it
}

// outcomes gives all results, oldest first.
func (d *dialogue) outcomes() (all []outcome) {
	for i, m := range d.request.Messages {
		for _, p := range m.Parts {
			if p.Result != nil {
				f := d.function(&model.Call{Name: p.Result.Name})
				all = append(all, outcome{*p.Result, f, decodeResult(p.Result.Body), i})
			}
		}
	}
	return all
}

// waiting says whether a person has yet to allow the call. Its place in the history gets the result later.
func (o outcome) waiting() bool {
	m, _ := o.body.(map[string]any)
	state, _ := m["state"].(string)
	return len(m) == 1 && strings.HasPrefix(state, "waiting")
}

// news are the results the agent has not spoken about: those since its last message, and those that were still waiting
// then.
func (d *dialogue) news() (all []outcome) {
	var last mark
	if d.fresh > 0 {
		last = d.marks[d.fresh-1]
	}
	for _, o := range d.outcomes() {
		known := slices.Contains(last.Waiting, o.CallID)
		if o.at >= d.fresh && !known || known && !o.waiting() {
			all = append(all, o)
		}
	}
	return all
}

// stillWaiting lists the calls that wait for a person.
func (d *dialogue) stillWaiting() (ids []string) {
	for _, o := range d.outcomes() {
		if o.waiting() {
			ids = append(ids, o.CallID)
		}
	}
	return ids
}

// wants finds the fresh result a rule waits for; the newest one if several fit.
func (d *dialogue) wants(w *wanted) *outcome {
	all := d.news()
	for _, o := range slices.Backward(all) {
		if o.Failed == w.failed && !o.waiting() && w.named(o) && w.matches(o.body) {
			return &o
		}
	}
	return nil
}

func (w *wanted) named(o outcome) bool {
	return w.function == "" || w.function == o.Name || o.function != nil && w.function == o.function.Tag
}

// matches compares paths of a result with the wanted values: null stands for absent, "*" for anything not empty.
func (w *wanted) matches(body any) bool {
	for path, want := range w.match {
		got, _ := dig(body, strings.Split(path, "."))
		if want == "*" {
			if !truthy(got) {
				return false
			}
		} else if !same(got, want) {
			return false
		}
	}
	return true
}

// same compares JSON values; numbers by value.
func same(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		f, err := x.Float64()
		g, err2 := y.Float64()
		return x == y || err == nil && err2 == nil && f == g
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, same)
	case nil:
		return b == nil
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// vars are what templates see: slots, the customer's words, and results.
func (d *dialogue) vars(result *outcome, match map[string]any) map[string]any {
	slots, results := map[string]any{}, map[string]any{}
	vars := map[string]any{"message": d.message(), "slots": slots, "results": results}
	for name, v := range d.values {
		slots[name], vars[name] = v, v
	}
	for _, o := range d.outcomes() {
		if !o.Failed && !o.waiting() {
			results[o.Name], vars["result"] = o.body, o.body
		}
	}
	if result != nil {
		vars["result"] = result.body
	}
	if match != nil {
		vars["match"] = match
	}
	return vars
}

// message joins what the customer says now, or has said about something an operator is called for.
func (d *dialogue) message() string {
	if d.about != "" {
		return d.about
	}
	all := make([]string, len(d.texts))
	for i, t := range d.texts {
		all[i] = t.text
	}
	return strings.Join(all, "\n")
}

// Bounds of a plain rendering.
const (
	plainItems = 10
	plainDepth = 3
)

// describe renders a result that no rule renders: its message or text if it has one, else its fields.
func describe(body any) string {
	if m, ok := body.(map[string]any); ok {
		for _, key := range []string{"message", "text", "answer"} {
			if s, ok := m[key].(string); ok && s != "" {
				return s
			}
		}
	}
	return fields(body, 0)
}

func fields(v any, depth int) string {
	switch t := v.(type) {
	case map[string]any:
		if depth == plainDepth {
			return "…"
		}
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(t)) {
			if len(parts) == plainItems {
				parts = append(parts, "…")
				break
			}
			if text := fields(t[k], depth+1); text != "" {
				parts = append(parts, fmt.Sprintf("%s: %s", strings.ReplaceAll(k, "_", " "), text))
			}
		}
		return strings.Join(parts, ", ")
	case []any:
		if depth == plainDepth {
			return "…"
		}
		separator := ", "
		if len(t) > 0 {
			if _, deep := t[0].(map[string]any); deep {
				separator = "; "
			}
		}
		var parts []string
		for i, item := range t {
			if i == plainItems {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, fields(item, depth+1))
		}
		return strings.Join(parts, separator)
	case string:
		if r := []rune(t); len(r) > 500 {
			return string(r[:500]) + "…"
		}
	}
	return plain(v)
}
