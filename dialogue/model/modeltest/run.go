package modeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/dialogue/model"
)

// within bounds one answer. A provider that needs longer against a backend on this machine hangs.
const within = 20 * time.Second

// Run runs the suite. The calling test must not be parallel: between the cases the suite looks for goroutines that
// they have left.
func Run(t *testing.T, h Harness) {
	for _, c := range cases {
		before := goleak.IgnoreCurrent()
		ran := t.Run(c.name, func(t *testing.T) {
			if why := h.Cannot[c.name]; why != "" {
				t.Skip(why)
			}
			c.run(t, h)
		})
		if err := goleak.Find(before); ran && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name := range h.Cannot {
		if !named(name) {
			t.Errorf("Cannot names %q: there is no such case", name)
		}
	}
}

func named(name string) bool {
	for _, c := range cases {
		if c.name == name {
			return true
		}
	}
	return false
}

// outcome is what one Generate brought.
type outcome struct {
	text   string
	deltas int
	end    *model.End
	err    *model.Error
}

// generate runs one step and checks what holds for each.
func generate(ctx context.Context, t *testing.T, h Harness, p model.Provider, r model.Request) (o outcome) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	untouched := copyOf(r)
	var said strings.Builder
	for event, err := range p.Generate(ctx, r) {
		if o.end != nil || o.err != nil {
			t.Error("something follows the end or the error")
		}
		switch {
		case err != nil:
			if !errors.As(err, &o.err) || err != error(o.err) { //nolint:errorlint // the contract wants the error itself, not one around it
				t.Fatalf("the error is a %T, not a *model.Error: %v", err, err)
			}
			if event.Delta != "" || event.End != nil {
				t.Error("an error came together with an event")
			}
		case event.End != nil:
			if event.Delta != "" {
				t.Error("a delta came together with the end")
			}
			o.end = event.End
		case event.Delta != "":
			o.deltas++
			said.WriteString(event.Delta)
		}
	}
	o.text = said.String()
	if !reflect.DeepEqual(untouched, r) {
		t.Error("the request was changed")
	}
	switch {
	case o.end == nil && o.err == nil:
		t.Fatal("neither an end nor an error")
	case o.err != nil:
		checkError(t, o)
	default:
		checkEnd(t, h, o)
	}
	return o
}

func checkError(t *testing.T, o outcome) {
	t.Helper()
	if o.err.Emitted != (o.text != "") {
		t.Errorf("Emitted is %v after the text %q", o.err.Emitted, o.text)
	}
	if o.err.Kind == "" || o.err.Err == nil {
		t.Errorf("an error without a kind or a cause: %#v", o.err)
	}
	if o.err.RetryAfter < 0 {
		t.Errorf("RetryAfter is %v", o.err.RetryAfter)
	}
}

func checkEnd(t *testing.T, h Harness, o outcome) {
	t.Helper()
	m := o.end.Message
	if m.Role != model.Model || m.Provider != h.Name {
		t.Errorf("the message has the role %q and the provider %q", m.Role, m.Provider)
	}
	var text strings.Builder
	ids := map[string]bool{}
	for _, part := range m.Parts {
		text.WriteString(part.Text)
		if part.Result != nil || part.Call != nil && part.Text != "" {
			t.Errorf("a part with more than a text or a call: %+v", part)
		}
		if len(part.Wire) > 0 && !json.Valid(part.Wire) {
			t.Errorf("bytes that cannot be stored: %s", part.Wire)
		}
		if c := part.Call; c != nil {
			if c.ID == "" || ids[c.ID] || !json.Valid(c.Args) {
				t.Errorf("a call without an id of its own, or with arguments that are not JSON: %+v", c)
			}
			ids[c.ID] = true
		}
	}
	if text.String() != o.text {
		t.Errorf("the deltas make %q, the message is %q", clip(o.text), clip(text.String()))
	}
	if len(ids) > 0 && o.end.Reason == model.Stop {
		t.Error("an answer with calls has the reason stop")
	}
}

func clip(s string) string { return s[:min(len(s), 200)] }

// callsOf returns the calls of an answer.
func callsOf(end *model.End) (all []model.Call) {
	for _, part := range end.Message.Parts {
		if part.Call != nil {
			all = append(all, *part.Call)
		}
	}
	return all
}

// stored is a message after it was in the database: encoded as JSON with the provider's bytes as they are, and read
// back.
func stored(t *testing.T, m model.Message) model.Message {
	t.Helper()
	list := make([]string, len(m.Parts))
	for i, part := range m.Parts {
		wire := part.Wire
		part.Wire = nil
		own, err := json.Marshal(part)
		if err != nil {
			t.Fatalf("a part cannot be stored: %v", err)
		}
		list[i] = string(own)
		if len(wire) > 0 {
			comma := ","
			if list[i] == "{}" {
				comma = ""
			}
			list[i] = strings.TrimSuffix(list[i], "}") + comma + `"wire":` + string(wire) + "}"
		}
	}
	out := model.Message{Role: m.Role, Provider: m.Provider}
	if err := json.Unmarshal([]byte("["+strings.Join(list, ",")+"]"), &out.Parts); err != nil {
		t.Fatalf("what was stored cannot be read: %v", err)
	}
	return out
}

// copyOf returns a request whose messages and functions share nothing with r's.
func copyOf(r model.Request) model.Request {
	r.Messages, r.Functions, r.AnswerSchema = slices.Clone(r.Messages), slices.Clone(r.Functions), bytes.Clone(r.AnswerSchema)
	for i := range r.Functions {
		r.Functions[i].Schema = bytes.Clone(r.Functions[i].Schema)
	}
	for i, m := range r.Messages {
		parts := slices.Clone(m.Parts)
		for j, part := range parts {
			parts[j].Wire = bytes.Clone(part.Wire)
			if part.Call != nil {
				c := *part.Call
				c.Args = bytes.Clone(c.Args)
				parts[j].Call = &c
			}
			if part.Result != nil {
				res := *part.Result
				res.Body = bytes.Clone(res.Body)
				parts[j].Result = &res
			}
		}
		r.Messages[i].Parts = parts
	}
	return r
}
