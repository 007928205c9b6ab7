package openai

import (
	"bytes"
	"encoding/json"
	"strings"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
)

// A message on the wire, of roles other than assistant.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
	CallID  string `json:"tool_call_id,omitempty"`
}

// messages writes the history. Words of the customer in a row become one message, as the templates of many models want
// it; results follow the message that called, one for each of its calls, in their order.
func (p *Provider) messages(r *model.Request, system string) (all [][]byte, err error) {
	add := func(m message) {
		raw, failed := marshal(m)
		if failed != nil && err == nil {
			err = failed
		}
		all = append(all, raw)
	}
	if system != "" {
		add(message{Role: "system", Content: system})
	}
	var said []string // by the customer, not yet added
	flush := func() {
		if len(said) > 0 {
			add(message{Role: "user", Content: strings.Join(said, "\n\n")})
		}
		said = nil
	}
	for i, m := range r.Messages {
		switch m.Role {
		case model.User:
			if text := textOf(m.Parts, "\n"); text != "" {
				said = append(said, text)
			}
		case model.Model:
			raw, calls, failed := p.spoken(m, i)
			if failed != nil {
				return nil, failed
			}
			if raw == nil {
				continue // nothing that can be told
			}
			flush()
			all = append(all, raw)
			results := remote.ResultsAfter(r.Messages, i)
			for _, c := range calls {
				add(message{Role: "tool", CallID: c.sent, Content: take(results, c.Call)})
			}
		}
	}
	flush()
	return all, err
}

func textOf(parts []model.Part, between string) string {
	var texts []string
	for _, part := range parts {
		if part.Text != "" {
			texts = append(texts, part.Text)
		}
	}
	return strings.Join(texts, between)
}

// sentCall is a call with the id it goes out under.
type sentCall struct {
	*model.Call
	sent string
}

// spoken writes one message of the agent; nil if there is nothing in it. What this provider said goes out as it came.
func (p *Provider) spoken(m model.Message, at int) (raw []byte, calls []sentCall, err error) {
	own := m.Provider == p.o.Name
	var base []byte // the message without its calls
	var list [][]byte
	for n, part := range m.Parts {
		wire := bytes.TrimSpace(part.Wire)
		if !own || !isObject(wire) {
			wire = nil
		}
		if part.Call == nil {
			if base == nil {
				base = wire
			}
			continue
		}
		c := sentCall{part.Call, part.Call.ID}
		if !own || c.sent == "" {
			c.sent = remote.ShortID(at, n, part.Call)
		}
		if wire == nil {
			wire, err = marshal(map[string]any{"id": c.sent, "type": "function",
				"function": map[string]string{"name": part.Call.Name, "arguments": string(argumentsOf(part.Call.Args))}})
			if err != nil {
				return nil, nil, err
			}
		} else {
			c.sent = idOf(wire, c.sent)
		}
		calls, list = append(calls, c), append(list, wire)
	}
	text := textOf(m.Parts, "")
	if text == "" && len(calls) == 0 {
		return nil, nil, nil
	}
	if base == nil {
		var content any
		if text != "" {
			content = text
		}
		if base, err = marshal(map[string]any{"role": "assistant", "content": content}); err != nil {
			return nil, nil, err
		}
	}
	if len(list) == 0 {
		return base, nil, nil
	}
	whole := append(bytes.Clone(base[:len(base)-1]), `,"tool_calls":[`...)
	whole = append(whole, bytes.Join(list, []byte{','})...)
	return append(whole, "]}"...), calls, nil
}

func isObject(wire []byte) bool {
	return len(wire) > 2 && wire[0] == '{' && json.Valid(wire)
}

func idOf(wire []byte, otherwise string) string {
	var c struct{ ID string }
	if json.Unmarshal(wire, &c) != nil || c.ID == "" {
		return otherwise
	}
	return c.ID
}

// argumentsOf makes sure that arguments are a JSON object: some servers read them again and fail.
func argumentsOf(args json.RawMessage) json.RawMessage {
	if a, ok := joinedArguments(string(args)); ok {
		return a
	}
	return json.RawMessage(`{}`)
}

// take returns the text of a call's result.
func take(results remote.Results, c *model.Call) string {
	r := results.Take(c)
	if r == nil {
		return remote.NoResult
	}
	switch body := bytes.TrimSpace(r.Body); {
	case len(body) == 0:
		return "{}"
	case r.Failed && json.Valid(body) && !remote.MentionsError(body):
		return `{"error":` + string(body) + `}`
	default:
		return string(body)
	}
}
