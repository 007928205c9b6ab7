package geminilegacy

import (
	"bytes"
	"encoding/json"

	"github.com/google/generative-ai-go/genai"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// standIn is what Google documents for calls that never had a thought signature, because another model made them.
const standIn = "skip_thought_signature_validator"

// content is one content of a request: what one side said in a row, or the answers to the calls before.
type content struct {
	role    string
	parts   []genai.Part
	answers bool
}

// contents writes the history. What one side said in a row is one content. Answers of functions follow the content that
// called, one for each of its calls and in their order, and stand by themselves, as Gemini wants it. Signs says whether
// the model insists on thought signatures.
func (p *Provider) contents(r *model.Request, signs bool) (all []content) {
	add := func(role string, parts []genai.Part) {
		if last := len(all) - 1; last >= 0 && all[last].role == role && !all[last].answers {
			all[last].parts = append(all[last].parts, parts...)
		} else if len(parts) > 0 {
			all = append(all, content{role: role, parts: parts})
		}
	}
	current := currentTurn(r.Messages)
	for i, m := range r.Messages {
		switch m.Role {
		case model.User:
			add("user", texts(m.Parts))
		case model.Model:
			s := p.spoken(m, i)
			if i > current {
				s.sign(signs)
			}
			add("model", s.genai())
			if calls := s.calls(); len(calls) > 0 {
				answers := content{role: "user", answers: true}
				results := remote.ResultsAfter(r.Messages, i)
				for _, c := range calls {
					answers.parts = append(answers.parts, carryResponse(c.Name, responsePart(c, take(results, c.Call))))
				}
				all = append(all, answers)
			}
		}
	}
	return all
}

// currentTurn is the index of what the customer said last, -1 if nothing.
func currentTurn(messages []model.Message) int {
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Role == model.User && len(texts(messages[i].Parts)) > 0 {
			return i
		}
	}
	return -1
}

func texts(parts []model.Part) (all []genai.Part) {
	for _, part := range parts {
		if part.Text != "" {
			all = append(all, genai.Text(valid(part.Text)))
		}
	}
	return all
}

// spokenPart is one part of what the agent said: plain text, or a part of the wire.
type spokenPart struct {
	text string
	wire json.RawMessage
	sentCall
	own bool // its wire is what the model said
}

// sentCall is a call and the id under which it goes out; that is empty for a call that came without one.
type sentCall struct {
	*model.Call
	sent string
}

type spoken []spokenPart

// spoken reads one message of the agent. What this provider said goes out as it came.
func (p *Provider) spoken(m model.Message, at int) (all spoken) {
	own := m.Provider == p.o.Name
	for n, part := range m.Parts {
		wire := bytes.TrimSpace(part.Wire)
		if !own || !isObject(wire) {
			wire = nil
		}
		s := spokenPart{text: part.Text, wire: wire, own: wire != nil}
		if c := part.Call; c != nil {
			s.sentCall = sentCall{c, ""}
			if wire != nil {
				s.sent = idOf(wire)
			} else {
				s.sent = remote.ShortID(at, n, c)
				s.wire, _ = marshal(map[string]any{"functionCall": call{s.sent, c.Name, argumentsOf(c.Args)}}) // of valid JSON
			}
		}
		if s.wire != nil || s.text != "" {
			all = append(all, s)
		}
	}
	return all
}

// sign gives the first call the stand-in if it has no signature. A call of this provider's own is left as it came where
// no signature is wanted.
func (all spoken) sign(wanted bool) {
	for i, s := range all {
		if s.Call == nil {
			continue
		}
		var p said
		if (wanted || !s.own) && !unreadable(json.Unmarshal(s.wire, &p)) && p.ThoughtSignature == "" {
			all[i].wire = append(bytes.Clone(s.wire[:len(s.wire)-1]), `,"thoughtSignature":"`+standIn+`"}`...)
		}
		return
	}
}

func (all spoken) calls() (found []sentCall) {
	for _, s := range all {
		if s.Call != nil {
			found = append(found, s.sentCall)
		}
	}
	return found
}

func (all spoken) genai() (parts []genai.Part) {
	for _, s := range all {
		switch {
		case s.wire == nil:
			parts = append(parts, genai.Text(valid(s.text)))
		case s.Call != nil:
			parts = append(parts, carryCall(s.Name, s.wire))
		default:
			parts = append(parts, carryCall("text", s.wire))
		}
	}
	return parts
}

func isObject(raw []byte) bool {
	return len(raw) > 2 && raw[0] == '{' && json.Valid(raw)
}

func idOf(wire json.RawMessage) string {
	var p said
	if unreadable(json.Unmarshal(wire, &p)) || p.FunctionCall == nil {
		return ""
	}
	return p.FunctionCall.ID
}

// argumentsOf makes sure that arguments are a JSON object.
func argumentsOf(args json.RawMessage) json.RawMessage {
	if args = bytes.TrimSpace(args); isObject(args) {
		return args
	}
	return json.RawMessage(`{}`)
}
