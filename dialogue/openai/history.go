package openai

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"

	"parley/dialogue/model"
)

// A message on the wire, of roles other than assistant.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
	CallID  string `json:"tool_call_id,omitempty"`
}

// messages writes the history. Words of the customer in a row become one message, as the templates of many models want
// it; results follow the message that called, one for each of its calls, in their order.
func (p *Provider) messages(r *model.Request) (all [][]byte, err error) {
	add := func(m message) {
		raw, failed := marshal(m)
		if failed != nil && err == nil {
			err = failed
		}
		all = append(all, raw)
	}
	if r.System != "" {
		add(message{Role: "system", Content: r.System})
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
			results := resultsAfter(r.Messages, i)
			for _, c := range calls {
				add(message{Role: "tool", CallID: c.sent, Content: results.take(c.Call)})
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
			c.sent = shortID(at, n, part.Call)
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

// shortID names a call that has no id of this provider's. Nine letters and digits is the only form that Mistral takes,
// and everybody else takes it too.
func shortID(at, n int, c *model.Call) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s %s", at, n, c.ID, c.Name))
	return base32.StdEncoding.EncodeToString(sum[:])[:9]
}

// results are those that may answer one message's calls.
type results []*model.Result

// resultsAfter finds the results between a message of the agent and its next one.
func resultsAfter(messages []model.Message, at int) (found results) {
	for _, m := range messages[at+1:] {
		if m.Role == model.Model {
			break
		}
		for _, part := range m.Parts {
			if part.Result != nil {
				found = append(found, part.Result)
			}
		}
	}
	return found
}

// take returns the text of a call's result, and says so if there is none: a call without an answer is refused.
func (all results) take(c *model.Call) string {
	for i, r := range all {
		if r == nil || r.CallID != c.ID || r.Name != "" && r.Name != c.Name {
			continue
		}
		all[i] = nil
		switch body := bytes.TrimSpace(r.Body); {
		case len(body) == 0:
			return "{}"
		case r.Failed && !mentionsError(body):
			return `{"error":` + string(body) + `}`
		default:
			return string(body)
		}
	}
	return `{"error":"there is no result of this call"}`
}

func mentionsError(body []byte) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(body, &object) == nil && object["error"] != nil || !json.Valid(body)
}
