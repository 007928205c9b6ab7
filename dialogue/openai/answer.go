package openai

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strings"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/seal"
)

// chunk is one piece of an answer. Fields in which servers differ are read later, and leniently.
type chunk struct {
	ID      any             `json:"id"`
	Model   any             `json:"model"`
	Usage   json.RawMessage `json:"usage"`
	Error   json.RawMessage `json:"error"`
	Choices []choice        `json:"choices"`
	Groq    struct {
		Usage json.RawMessage `json:"usage"`
	} `json:"x_groq"`
}

type choice struct {
	Index   int                        `json:"index"`
	Delta   map[string]json.RawMessage `json:"delta"`
	Message map[string]json.RawMessage `json:"message"` // of a server that does not stream
	Finish  any                        `json:"finish_reason"`
	Usage   json.RawMessage            `json:"usage"`
}

// answer puts an answer together from its chunks.
type answer struct {
	name      string    // of the provider
	key       seal.Text // of the provider
	model, id string
	text      strings.Builder
	refused   bool
	calls     calls
	extras    fields // what else the server said in the message, for the replay
	finish    string
	done      bool // the mark at the end came
	usage     model.Usage
	size      int
}

func (a *answer) emitted() bool { return a.text.Len() > 0 }

// complete says whether the server came to an end of its own.
func (a *answer) complete() bool { return a.done || a.finish != "" }

// take reads one chunk and returns the text in it, and whether it was the last.
func (a *answer) take(data eventData) (delta string, last bool, failure *model.Error) {
	if data.json == nil {
		a.done = true
		return "", true, nil
	}
	whole := bytes.TrimSpace(data.json)
	var list []json.RawMessage
	if json.Unmarshal(whole, &list) == nil && len(list) > 0 {
		whole = list[0] // an error in a list of its own
	}
	var c chunk
	if json.Unmarshal(whole, &c) != nil {
		return "", false, remote.Cut(errors.New("a chunk of the stream cannot be read"))
	}
	if data.name == "error" && absent(c.Error) {
		c.Error = whole
	}
	if !absent(c.Error) {
		return "", false, inStream(c.Error, a.key.Reveal())
	}
	if id, ok := c.ID.(string); ok && a.id == "" {
		a.id = id
	}
	if name, ok := c.Model.(string); ok && name != "" {
		a.model = name
	}
	a.count(c.Usage, c.Groq.Usage)
	for _, ch := range c.Choices {
		if ch.Index != 0 {
			continue // one was asked for
		}
		a.count(ch.Usage)
		message := ch.Delta
		if ch.Message != nil {
			message, a.done = ch.Message, true
		}
		delta += a.add(message)
		if finish, ok := ch.Finish.(string); ok && finish != "" {
			a.finish = finish
		}
	}
	if strings.EqualFold(a.finish, "error") {
		return "", false, &model.Error{Kind: model.Overloaded, Err: errors.New("the server ended the answer with an error")}
	}
	if a.size > maxAnswer {
		return "", false, remote.Cut(errAnswer)
	}
	a.text.WriteString(delta)
	return delta, false, nil
}

// add takes in one piece of the message and returns its text.
func (a *answer) add(message map[string]json.RawMessage) (text string) {
	for name, value := range message {
		if absent(value) {
			continue
		}
		a.size += len(value)
		switch name {
		case "role":
		case "content":
			text = contentOf(value)
		case "refusal":
			a.refused = true
		case "tool_calls":
			var pieces []map[string]json.RawMessage
			if json.Unmarshal(value, &pieces) == nil {
				for _, piece := range pieces {
					a.calls.add(piece)
				}
			}
		case "function_call":
			a.calls.add(map[string]json.RawMessage{"index": json.RawMessage(`0`), "function": value})
		default:
			a.extras.add(name, value)
		}
	}
	return text
}

func absent(value json.RawMessage) bool {
	return len(value) == 0 || string(value) == "null" || string(value) == `""` || string(value) == "[]"
}

func stringOf(value json.RawMessage) (s string) {
	_ = json.Unmarshal(value, &s)
	return s
}

// contentOf reads a content, which is a string or a list of parts. Parts that are thoughts are not text.
func contentOf(value json.RawMessage) string {
	var parts []struct{ Type, Text string }
	if json.Unmarshal(value, &parts) != nil {
		return stringOf(value)
	}
	var text strings.Builder
	for _, part := range parts {
		if part.Type == "text" || part.Type == "output_text" {
			text.WriteString(part.Text)
		}
	}
	return text.String()
}

// end makes the whole answer.
func (a *answer) end() *model.End {
	reason, detail := a.reason()
	end := &model.End{Reason: reason, Detail: detail, Usage: a.usage, Model: a.model, ResponseID: a.id,
		Message: model.Message{Role: model.Model, Provider: a.name}}
	if reason != model.Tools {
		for name := range a.extras {
			if strings.HasPrefix(name, "reasoning") {
				delete(a.extras, name) // wanted back beside calls only, and long
			}
		}
	}
	var content any
	if a.emitted() {
		content = a.text.String()
	}
	if a.emitted() || reason == model.Tools && len(a.extras) > 0 {
		wire := a.extras.with(map[string]any{"role": "assistant", "content": content})
		end.Message.Parts = append(end.Message.Parts, model.Part{Text: a.text.String(), Wire: wire})
	}
	if reason != model.Tools {
		return end
	}
	for i := range a.calls.list {
		end.Message.Parts = append(end.Message.Parts, a.calls.list[i].part())
	}
	return end
}

// reason translates the server's word. Calls that can be read are calls whatever the server says, unless it blocked
// the answer.
func (a *answer) reason() (reason, detail string) {
	detail = remote.Clip(a.finish, 100)
	readable := a.calls.finish()
	switch finish := strings.ToLower(a.finish); {
	case finish == "content_filter" || finish == "safety" || finish == "guardrail_intervened":
		return model.Blocked, detail
	case !readable:
		return model.MalformedCall, cmp.Or(detail, "the arguments of a call are not a JSON object")
	case len(a.calls.list) > 0:
		return model.Tools, cmp.Or(detail, "tool_calls")
	case a.refused && !a.emitted():
		return model.Blocked, "refusal"
	case finish == "length" || finish == "max_tokens" || finish == "model_length" || finish == "max_output_tokens":
		return model.Length, detail
	case finish == "tool_calls" || finish == "function_call" || finish == "tool_use":
		if !a.emitted() {
			return model.MalformedCall, detail
		}
		return model.Stop, detail
	case finish == "malformed_function_call" || finish == "malformed_tool_call":
		return model.MalformedCall, detail
	case finish == "" || finish == "stop" || strings.HasPrefix(finish, "eos") || finish == "end_turn" || finish == "stop_sequence":
		return model.Stop, detail
	}
	return model.Other, detail
}

// count reads usage; what comes last is the total.
func (a *answer) count(all ...json.RawMessage) {
	for _, raw := range all {
		var u struct {
			Prompt     float64 `json:"prompt_tokens"`
			Completion float64 `json:"completion_tokens"`
			Total      float64 `json:"total_tokens"`
			Cached     float64 `json:"cached_tokens"`
			CacheHit   float64 `json:"prompt_cache_hit_tokens"`
			In         struct {
				Cached float64 `json:"cached_tokens"`
			} `json:"prompt_tokens_details"`
			Out struct {
				Reasoning float64 `json:"reasoning_tokens"`
			} `json:"completion_tokens_details"`
		}
		if absent(raw) || json.Unmarshal(raw, &u) != nil || u.Prompt < 0 || u.Completion < 0 {
			continue
		}
		next := model.Usage{Input: tokens(u.Prompt), Output: tokens(u.Completion), Thinking: tokens(u.Out.Reasoning)}
		next.Cached = min(next.Input, tokens(cmp.Or(u.In.Cached, u.CacheHit, u.Cached)))
		// Some leave thinking out of the completion: it shows in the total alone.
		if hidden := tokens(u.Total) - next.Input - next.Output; u.Total > 0 && hidden > 0 {
			next.Output += hidden
			next.Thinking = cmp.Or(next.Thinking, hidden)
		}
		next.Thinking = min(next.Thinking, next.Output)
		a.usage = next
	}
}

// tokens is a count as a whole number, which one beyond all numbers of tokens would be no more.
func tokens(n float64) int64 { return int64(min(max(n, 0), 1<<40)) }
