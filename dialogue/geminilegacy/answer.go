package geminilegacy

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"strings"

	"github.com/google/generative-ai-go/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// answer puts an answer together from what the client reports.
type answer struct {
	name      string // of the provider
	parts     []model.Part
	run       strings.Builder // plain text since the last part
	ids       map[string]bool
	emitted   bool
	malformed bool
}

// take reads one response and returns the pieces of text in it.
func (a *answer) take(res *genai.GenerateContentResponse) (deltas []string) {
	for _, c := range res.Candidates {
		if c.Content == nil {
			continue
		}
		for _, part := range c.Content.Parts {
			delta := ""
			switch part := part.(type) {
			case genai.Text:
				delta = string(part)
				a.run.WriteString(delta)
			case genai.FunctionCall:
				delta = a.add(carried(part))
			}
			if delta != "" {
				a.emitted = true
				deltas = append(deltas, delta)
			}
		}
	}
	return deltas
}

// add takes in one part as it stood on the wire, and returns its text. Parts with a signature stay parts of their own,
// because a signature belongs to its part.
func (a *answer) add(wire json.RawMessage) (text string) {
	a.flush()
	var p said
	_ = json.Unmarshal(wire, &p) // it was read when it came; odd fields are left out
	if p.FunctionCall == nil {
		if p.Text != nil {
			text = *p.Text
		}
		a.parts = append(a.parts, model.Part{Text: text, Wire: wire})
		return text
	}
	c := model.Call{ID: p.FunctionCall.ID, Name: p.FunctionCall.Name, Args: compact(bytes.TrimSpace(p.FunctionCall.Args))}
	if len(c.Args) == 0 || string(c.Args) == "null" {
		c.Args = json.RawMessage(`{}`)
	}
	if c.Name == "" || c.Args[0] != '{' {
		a.malformed = true
		return ""
	}
	for c.ID == "" || a.ids[c.ID] {
		c.ID = rand.Text()[:9]
	}
	if a.ids == nil {
		a.ids = map[string]bool{}
	}
	a.ids[c.ID] = true
	a.parts = append(a.parts, model.Part{Call: &c, Wire: wire})
	return ""
}

// flush makes a part of the plain text that came.
func (a *answer) flush() {
	if a.run.Len() > 0 {
		a.parts = append(a.parts, model.Part{Text: a.run.String()})
		a.run.Reset()
	}
}

// end makes the whole answer. Asked is the model that was asked, which stands for one that does not name itself.
func (a *answer) end(f facts, asked string) *model.End {
	a.flush()
	end := &model.End{
		Reason: f.reason(len(a.ids) > 0, a.malformed), Detail: f.detail, Usage: f.usage,
		Model: cmp.Or(f.model, asked), ResponseID: f.responseID, Warning: remote.Rerouted(strings.TrimPrefix(asked, "models/"), cmp.Or(f.model, asked)),
		Message: model.Message{Role: model.Model, Provider: a.name},
	}
	for _, part := range a.parts {
		if part.Call == nil || end.Reason == model.Tools {
			end.Message.Parts = append(end.Message.Parts, part)
		}
	}
	return end
}
