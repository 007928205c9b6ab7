package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue/model"
	"parley/dialogue/scripted"
	"parley/fakemodel"
)

// examplePlayer is a language model that has learnt the scripts of the examples by heart.
type examplePlayer struct {
	trades []trade
	script *scripted.Provider

	mu     sync.Mutex // protects the fields below
	marks  map[string]json.RawMessage
	faults []string
}

// trade is what an agent of an example is.
type trade struct {
	instructions, region string
	script               json.RawMessage
	http                 []string // names of its functions of kind HTTP
}

func newExamplePlayer(t *testing.T) *examplePlayer {
	t.Helper()
	p := &examplePlayer{script: scripted.New(), marks: map[string]json.RawMessage{}}
	for _, name := range exampleNames(t) {
		read := func(file string) []byte {
			text, err := os.ReadFile(filepath.Join("examples", name, file))
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		var written struct {
			Agent     struct{ Region string }
			Functions []struct{ Kind, Name string }
		}
		if err := json.Unmarshal(read("agent.json"), &written); err != nil {
			t.Fatal(err)
		}
		made := trade{strings.TrimSpace(string(read("instructions.md"))), written.Agent.Region, read("script.json"), nil}
		for _, f := range written.Functions {
			if f.Kind == "HTTP" {
				made.http = append(made.http, f.Name)
			}
		}
		p.trades = append(p.trades, made)
	}
	return p
}

// answer says what the script of the agent would, whose instructions are in the request.
func (p *examplePlayer) answer(ask fakemodel.Ask) *fakemodel.Answer {
	at := slices.IndexFunc(p.trades, func(t trade) bool { return strings.HasPrefix(ask.System, t.instructions) })
	if at < 0 {
		p.fault("a request has the instructions of no example: %q", ask.System)
		return nil
	}
	played := p.trades[at]
	r := model.Request{Script: played.script, Region: played.region, Now: time.Now().UTC(), Messages: p.history(ask.Messages)}
	for _, f := range ask.Declared {
		made := model.Function{Name: f.Name, Description: f.Description, Schema: f.Schema}
		if !slices.Contains(played.http, f.Name) {
			made.Tag = f.Name
		}
		r.Functions = append(r.Functions, made)
	}
	var text []string
	for event, err := range p.script.Generate(context.Background(), r) {
		switch {
		case err != nil:
			p.fault("the script failed: %v", err)
			return &fakemodel.Answer{Refuse: fakemodel.Internal()}
		case event.End == nil:
			text = append(text, event.Delta)
		default:
			return p.say(ask.Messages, text, event.End.Message)
		}
	}
	return nil
}

// say puts an answer of the script into the model's mouth, and keeps in mind what the script noted beside it.
func (p *examplePlayer) say(history []fakemodel.Message, text []string, m model.Message) *fakemodel.Answer {
	a := fakemodel.Text(text...)
	var calls []fakemodel.Call
	for _, part := range m.Parts {
		if part.Call != nil {
			calls = append(calls, fakemodel.Call{Name: part.Call.Name, Args: string(part.Call.Args)})
		}
	}
	a.Parts = append(a.Parts, fakemodel.Calls(calls...).Parts...)
	if len(m.Parts) > 0 {
		p.mu.Lock()
		p.marks[key(history, strings.Join(text, ""), calls)] = m.Parts[0].Wire
		p.mu.Unlock()
	}
	return &a
}

// key tells an answer apart by what stood before it: all but the results, which may come later.
func key(history []fakemodel.Message, text string, calls []fakemodel.Call) string {
	var b strings.Builder
	for _, m := range append(slices.Clone(history), fakemodel.Message{Role: "model", Text: text, Calls: calls}) {
		if m.Role == "tool" {
			continue
		}
		fmt.Fprintf(&b, "%s %q", m.Role, lines(m.Text))
		for _, c := range m.Calls {
			b.WriteString(" " + c.Name)
		}
	}
	return b.String()
}

// history turns the wire back into what the script reads.
func (p *examplePlayer) history(all []fakemodel.Message) (out []model.Message) {
	for i, m := range all {
		switch m.Role {
		case "user":
			for _, line := range lines(m.Text) { // customers of the examples write no paragraphs
				out = append(out, model.Message{Role: model.User, Parts: []model.Part{{Text: line}}})
			}
		case "model":
			said := model.Message{Role: model.Model}
			if m.Text != "" {
				said.Parts = append(said.Parts, model.Part{Text: m.Text})
			}
			for _, c := range m.Calls {
				said.Parts = append(said.Parts, model.Part{Call: &model.Call{ID: c.ID, Name: c.Name, Args: json.RawMessage(c.Args)}})
			}
			p.mu.Lock()
			mark, ok := p.marks[key(all[:i], m.Text, m.Calls)]
			p.mu.Unlock()
			if ok && len(said.Parts) > 0 {
				said.Provider, said.Parts[0].Wire = scripted.Name, mark
			}
			out = append(out, said)
		case "tool":
			told := model.Message{Role: model.Tool}
			for _, r := range m.Results {
				body, failed := unwrap(json.RawMessage(r.Body))
				told.Parts = append(told.Parts, model.Part{Result: &model.Result{CallID: r.ID, Name: r.Name, Body: body, Failed: failed}})
			}
			out = append(out, told)
		}
	}
	return out
}

func lines(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// unwrap takes a result out of the object that providers put around what is none, or around a failure.
func unwrap(body json.RawMessage) (inner json.RawMessage, failed bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return body, false
	}
	failure, failed := object["error"]
	switch {
	case failed && len(object) == 1 && strings.HasPrefix(string(failure), "{"):
		return failure, true
	case failed || len(object) != 1:
		return body, failed
	}
	for name, value := range object {
		if name == "output" || name == "result" {
			return value, false
		}
	}
	return body, false
}

func (p *examplePlayer) fault(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

// seen returns what went wrong.
func (p *examplePlayer) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults
}
